"""How each type of column stands in a Parquet file: its physical type, and what the schema says that its numbers mean.

Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md. Readers that know no logical types go by the
older converted ones, so both are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import polars as pl

from synth.dtypes import DType
from synth.formats.pages.thrift import flag, i8, i32, message, nested

__all__ = ["Leaf", "Physical", "can_write", "leaf_of"]


INT32_DIGITS = 9  # of a decimal that 32 bits hold


class Physical(IntEnum):
    """How values are stored, by its number in the format."""

    BOOLEAN = 0
    INT32 = 1
    INT64 = 2
    FLOAT = 4
    DOUBLE = 5
    BYTE_ARRAY = 6


@dataclass(frozen=True)
class Leaf:
    """A column's type in the file; `numpy` is that of its values in a page, none for bits and texts."""

    physical: Physical
    numpy: str = ""
    converted: int | None = None
    logical: bytes | None = None  # a union of Thrift: a struct with one field
    scale: int | None = None
    precision: int | None = None


_UTF8, _DECIMAL, _DATE, _TIME_MICROS, _TIMESTAMP_MICROS, _INT_16 = 0, 5, 6, 8, 10, 16  # converted types
_MICROS = message(nested(2, message()))


def _logical(number: int, *fields: object) -> bytes:
    return message(nested(number, message(*fields)))  # type: ignore[arg-type]


_TEXT = Leaf(Physical.BYTE_ARRAY, "", _UTF8, _logical(1))
_LEAVES = {
    "boolean": Leaf(Physical.BOOLEAN),
    "smallint": Leaf(Physical.INT32, "<i4", _INT_16, _logical(10, i8(1, 16), flag(2, True))),
    "integer": Leaf(Physical.INT32, "<i4"),
    "bigint": Leaf(Physical.INT64, "<i8"),
    "double": Leaf(Physical.DOUBLE, "<f8"),
    "real": Leaf(Physical.FLOAT, "<f4"),
    "date": Leaf(Physical.INT32, "<i4", _DATE, _logical(6)),
    "time": Leaf(Physical.INT64, "<i8", None, _logical(7, flag(1, False), nested(2, _MICROS))),
    "timestamp": Leaf(Physical.INT64, "<i8", None, _logical(8, flag(1, False), nested(2, _MICROS))),
    "timestamptz": Leaf(Physical.INT64, "<i8", _TIMESTAMP_MICROS, _logical(8, flag(1, True), nested(2, _MICROS))),
    "varchar": _TEXT, "char": _TEXT, "uuid": _TEXT, "enum": _TEXT, "json": _TEXT, "interval": _TEXT,
}  # fmt: skip


@lru_cache(maxsize=1024)
def leaf_of(dtype: DType) -> Leaf:
    """How a type stands in a file. Raises KeyError for one that is not written here."""
    if dtype.name == "decimal":
        scale, precision = dtype.digits, dtype.precision or 0
        stored = (Physical.INT32, "<i4") if precision <= INT32_DIGITS else (Physical.INT64, "<i8")
        return Leaf(*stored, _DECIMAL, _logical(5, i32(1, scale), i32(2, precision)), scale, precision)
    return _LEAVES[dtype.name]


def can_write(column: pl.Series, dtype: DType) -> bool:
    """Whether a column can be written here: of a plain type, as it is drawn, or as it leaves with the same numbers."""
    if dtype.name == "decimal":
        return column.dtype == pl.Int64
    if dtype.name not in _LEAVES:
        return False
    return column.dtype == dtype.drawn or (dtype.name != "time" and column.dtype == dtype.written)
