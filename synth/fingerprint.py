"""The fingerprint of a table's content: the same for any row order, file layout, block order and database.

Every cell becomes a number (integers and decimals their minor units, dates days, timestamps microseconds since 1970, times
of day since midnight, booleans 0 or 1, doubles millionths, text the first 15 hex digits of its MD5; bytes count as their
hexadecimal digits, arrays as JSON, spelt as `arrays` does, intervals and decimals of more than 18 digits as their texts).
A row is r = Σ (cell mod P)·K(column) mod P,
NULL adding a constant of the column's own instead. The fingerprint is three sums over rows: 1, r, and r·(r + C) mod P.
So it adds up over blocks; the squares see values that swapped rows. K comes from the column's name, by blake2b.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import DAY_US, values
from synth.compiled import kernels
from synth.digests import first_60_bits
from synth.dtypes import MAX_PRECISION, DType
from synth.texts import TextCache, to_joined_bytes

__all__ = ["Cells", "Fingerprint", "fingerprint", "key_numbers", "row_number_sql", "row_numbers", "sums_sql"]

P = 2**31 - 1
C = 1_234_567_891
HEX_DIGITS = 15
HUGE = 9 * 10**12  # doubles from here on count as this: their millionths would not fit an int64
TERMS = 15  # products below 2^59 that an int64 can sum
TOGETHER = 32  # terms of one sum in SQL: what is added in one row grows with its length squared, in DuckDB's planner
CHUNK = 131_072  # rows worked on at once: a block of lines, in arrays of 1 MiB


@dataclass(frozen=True)
class Fingerprint:
    """Rows, Σ r and Σ (r·(r + C) mod P); adding two gives that of both contents together."""

    rows: int = 0
    linear: int = 0
    square: int = 0

    def __add__(self, other: Fingerprint) -> Fingerprint:
        return Fingerprint(self.rows + other.rows, self.linear + other.linear, self.square + other.square)

    @classmethod
    def parse(cls, text: str) -> Fingerprint:
        """Read what `str` has written."""
        return cls(*(int(part, 16) for part in text.split("-")))

    def __str__(self) -> str:
        return f"{self.rows:x}-{self.linear:x}-{self.square:x}"


@lru_cache(maxsize=4096)
def _constant(column: str, use: str) -> int:
    # below 2^28, so that products with cells below 2^31 can be summed before they are reduced
    return int.from_bytes(blake2b(f"{use}/{column}".encode(), digest_size=8).digest(), "little") % (2**28 - 1) + 1


def fingerprint(frame: pl.DataFrame, types: Mapping[str, DType]) -> Fingerprint:
    """The fingerprint of drawn columns (decimals as minor units). Exact integer arithmetic, whole columns."""
    if not frame.height:
        return Fingerprint()
    cells = {name: _numbers(frame[name], dtype) for name, dtype in types.items()}
    if (compiled := kernels()) is not None:
        constants = ([_constant(name, use) for name in cells] for use in ("value", "null"))
        _, linear, square = compiled.row_numbers([*cells.values()], *constants, sums_only=True)
        return Fingerprint(frame.height, linear, square)
    linear = square = 0
    for start in range(0, frame.height, CHUNK):
        row = _rows(cells, slice(start, start + CHUNK))
        linear += int(row.sum())
        square += int(_reduced(row * (row + C)).sum())
    return Fingerprint(frame.height, linear, square)


def row_numbers(frame: pl.DataFrame, types: Mapping[str, DType]) -> npt.NDArray[np.int64]:
    """The number r of each row of drawn columns, below 2^31. (n,)"""
    if not frame.height:
        return np.zeros(0, np.int64)
    return _rows({name: _numbers(frame[name], dtype) for name, dtype in types.items()}, slice(None))


def key_numbers(frame: pl.DataFrame, types: Mapping[str, DType]) -> npt.NDArray[np.int64]:
    """A number of 62 bits for the key of each row, whose columns `types` are. (n,)"""
    other = {f"#{name}": dtype for name, dtype in types.items()}
    low = row_numbers(frame.select(pl.col(name).alias(f"#{name}") for name in types), other)
    return (row_numbers(frame, types) << 31) + low


def _rows(
    cells: Mapping[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_] | None]], at: slice
) -> npt.NDArray[np.int64]:
    """The number of each row, below P. (n,)"""
    if (compiled := kernels()) is not None and cells:
        constants = ([_constant(name, use) for name in cells] for use in ("value", "null"))
        cut = [(numbers[at], None if missing is None else missing[at]) for numbers, missing in cells.values()]
        rows, _, _ = compiled.row_numbers(cut, *constants, sums_only=False)
        assert rows is not None
        return rows
    row: npt.NDArray[np.int64] | None = None
    for place, (name, (numbers, missing)) in enumerate(cells.items()):
        some = numbers[at]
        if some.view(np.uint64).max(initial=0) > P:  # or below 0
            some = some % P
        some = some * _constant(name, "value")
        if missing is not None:
            some[missing[at]] = _constant(name, "null")
        row = some if row is None else np.add(row, some, out=row)
        if place % TERMS == TERMS - 1:
            row = _reduced(row)
    assert row is not None
    return _reduced(row)


def _reduced(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Numbers mod P, of none below 0, in a third of the time that numpy's remainder takes. (n,) -> (n,)"""
    whole = numbers.view(np.uint64)
    times = whole // np.uint64(P)
    np.multiply(times, np.uint64(P), out=times)
    left: npt.NDArray[np.int64] = np.subtract(whole, times, out=times).view(np.int64)
    return left


def _numbers(column: pl.Series, dtype: DType) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_] | None]:
    """Cells as whole numbers, and which are NULL. (n,) -> (n,), (n,)"""
    if dtype.is_float:
        scaled = np.clip(column.fill_null(0.0).to_numpy(), -HUGE, HUGE) * 1e6
        numbers = (np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int64)
        return numbers, column.is_null().to_numpy() if column.null_count() else None
    if dtype.drawn == pl.String:
        return _digests(column)
    if dtype.name == "boolean" or column.dtype == pl.Date:  # days since 1970
        return values(column.cast(pl.Int64))
    numbers, missing = values(column)
    return numbers // DAY_US if dtype.name == "date" else numbers, missing


_known: dict[str, TextCache] = {}  # column name -> digests of values met


def _digests(column: pl.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_] | None]:
    """Text cells as numbers: the MD5 of each value, taken once while values repeat. (n,) -> (n,), (n,)"""
    if column.name not in _known:
        _known[column.name] = TextCache(_md5)
    return _known[column.name].numbers(column)


def _md5(texts: pl.Series) -> pl.Series:
    """The first 60 bits of each text's MD5: 15 hex digits. (n,) -> (n,)"""
    return pl.Series(first_60_bits(*to_joined_bytes(texts)))


@dataclass(frozen=True)
class Cells:
    """How a database says the number of a cell: SQL by type, `{0}` the column. `total` is a sum as an exact number."""

    text: str
    boolean: str
    double: str
    date: str
    timestamp: str
    time: str  # of day
    decimal: str  # {unit}: minor units in one; {digits}: after the point, of {precision}
    integer: str
    short_decimal: str = ""  # of so few digits that 64 bits hold them times the unit, where that is faster
    # what other types are kept as -> the same as a double, a text without blanks at the end, and a moment in UTC
    real: str = "{0}"
    char: str = "RTRIM({0}, ' ')"
    timestamptz: str = "{0}"
    wide: str = (
        "{0}"  # a decimal of more than 18 digits as a text, all digits behind the point, 0 before it where none is
    )
    interval: str = "{0}"  # in the spelling of `intervals`
    total: str = "COALESCE(SUM({0}), 0)"
    rows: str = "COUNT(*)"  # of a table
    bytes: str = "LOWER(HEX({0}))"  # the text of their digits
    array: str = (
        "{0}"  # the text of an array, {cell} that of the value e; a text that is there where databases have none
    )
    values: Mapping[str, str] = field(default_factory=dict)  # of a value in an array, by type; others as {0}
    fence: str = ""  # behind the rows' query, where a row's number would be worked out for each sum anew

    def array_of(self, cell: str, element: DType) -> str:
        """The text of an array, JSON as `arrays` spells it."""
        value = self.values.get(element.in_sql.name, "CAST({0} AS VARCHAR)").format("e", digits=element.digits)
        return self.array.format(cell, cell=value)

    def number(self, cell: str, dtype: DType) -> str:
        """A cell's number, not yet reduced."""
        if dtype.name == "bytes":
            cell = self.bytes.format(cell)
        if dtype.element is not None:
            cell = self.array_of(cell, dtype.element)
        if dtype.name in ("real", "char", "timestamptz", "wide", "interval"):
            cell = getattr(self, dtype.name).format(cell)
        kind = "text" if dtype.drawn == pl.String else dtype.in_sql.name
        form = self.integer if kind in ("smallint", "integer", "bigint") else getattr(self, kind)
        if kind == "decimal" and self.short_decimal and (dtype.precision or 0) + dtype.digits < MAX_PRECISION:
            form = self.short_decimal
        facts = {"unit": 10**dtype.digits, "digits": dtype.digits, "precision": dtype.precision}
        number = str(form.format(cell, hex_digits=HEX_DIGITS, **facts))
        if kind != "double":
            return number
        least, most = f"{cell} <= -{HUGE} THEN -{HUGE}000000", f"{cell} >= {HUGE} THEN {HUGE}000000"
        return f"CASE WHEN {least} WHEN {most} ELSE {number} END"


def sums_sql(
    types: Mapping[str, DType], cells: Cells, quoted: Callable[[str], str], place: str, by: str | None = None
) -> str:
    """A query of the three sums in a database's SQL, over a table with these columns; or of each value of a column `by`."""
    group = "" if by is None else f"{quoted(by)}, "
    row = f"SELECT {group}{row_number_sql(types, cells, quoted)} AS r FROM {place} {cells.fence}".rstrip()
    square = f"r * (r + {C}) % {P}"
    sums = f"SELECT {group}{cells.rows}, {cells.total.format('r')}, {cells.total.format(square)} FROM ({row}) x"
    return sums if by is None else f"{sums} GROUP BY {quoted(by)}"


def row_number_sql(types: Mapping[str, DType], cells: Cells, quoted: Callable[[str], str]) -> str:
    """The number r of a row in a database's SQL.

    A remainder has the sign of what is divided there: it is set right once a row.
    """
    terms = [
        f"COALESCE(({cells.number(quoted(name), dtype)}) % {P} * {_constant(name, 'value')}, {_constant(name, 'null')})"
        for name, dtype in types.items()
    ]
    sums = [f"{_sum(terms[start : start + TERMS])} % {P}" for start in range(0, len(terms), TERMS)]
    return f"({sums[0] if len(sums) == 1 else f'{_sum(sums)} % {P}'} + {P}) % {P}"


def _sum(terms: Sequence[str]) -> str:
    """A sum in brackets, and in brackets of brackets where it is long: databases limit how deep an expression is."""
    while len(terms) > TOGETHER:
        terms = [_sum(terms[start : start + TOGETHER]) for start in range(0, len(terms), TOGETHER)]
    return f"({' + '.join(terms)})"
