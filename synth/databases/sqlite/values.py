"""Columns as SQLite keeps them, which knows integers, floats and texts, and back again without a loss.

A float holds 15 decimal digits: decimals of more are texts with all their digits, or integers where they have no fraction.
"""

from __future__ import annotations

import polars as pl

from synth.dtypes import BIGINT, DOUBLE, TEXT, DType, Types

__all__ = ["FLOAT_DIGITS", "as_kept", "declared", "restored", "sample"]

FLOAT_DIGITS = 15  # that every float of 8 bytes gives back: DBL_DIG

_DATE = "%Y-%m-%d"
_TIMESTAMP = "%Y-%m-%d %H:%M:%S%.f"


def as_kept(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns in the types in which they are written, as integers, floats and texts."""
    return pl.DataFrame([_kept(column) for column in frame.get_columns()])


def _kept(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if dtype == pl.Boolean:
        return column.cast(pl.Int8)
    if dtype.is_temporal():
        return column.cast(pl.String)  # 2024-02-29 00:00:00.000000
    if isinstance(dtype, pl.Decimal):
        if not dtype.scale:
            return column.cast(pl.Int64)
        return column.cast(pl.String if (dtype.precision or 0) > FLOAT_DIGITS else pl.Float64)
    return column


def sample(dtype: DType) -> str:
    """A value, in SQL, of the kind in which a column of this type is kept."""
    if dtype.name in ("boolean", "smallint", "integer", "bigint"):
        return "0"
    if dtype.name == "double":
        return "0.0"
    if dtype.name == "decimal" and (not dtype.digits or (dtype.precision or 0) <= FLOAT_DIGITS):
        return "0.0" if dtype.digits else "0"
    return "''"


def restored(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """Columns, by name, in the types in which they are written. Raises PolarsError."""
    return pl.DataFrame([_restored(frame[name], dtype) for name, dtype in types.items()])


def _restored(column: pl.Series, dtype: DType) -> pl.Series:
    if not dtype.is_time:
        return column.cast(dtype.written)
    try:
        if dtype.name == "date":
            return column.str.to_date(_DATE)
        return column.str.to_datetime(_TIMESTAMP, time_unit="us")
    except pl.exceptions.PolarsError:  # other people's spelling
        return column.str.to_datetime(time_unit="us").dt.replace_time_zone(None).cast(dtype.written)


def declared(text: str, *, ours: bool) -> DType:
    """The type of a column from its declaration; `ours` says that INTEGER has 32 bits, which it has for us alone."""
    words = text.lower().replace("_text(", "(")
    try:
        found = DType.parse(words)
    except ValueError:
        return _by_affinity(words)
    if (found.name == "decimal" and "(" not in words) or (found.name == "integer" and not ours):
        return BIGINT if found.name == "integer" else DOUBLE
    return found


def _by_affinity(words: str) -> DType:
    """Of other people's declarations: by the parts that SQLite itself looks for (sqlite.org/datatype3.html, 3.1)."""
    if words.startswith("datetime"):
        return DType("timestamp")
    if "int" in words:
        return BIGINT
    if "char" not in words and any(part in words for part in ("real", "floa", "doub", "numeric")):
        return DOUBLE
    return TEXT
