"""Moving columns between Polars and numpy without the cost of a query: a few microseconds instead of hundreds.

Inside numpy a moment is microseconds since 1970 as int64, and NULL is `NULL`, the least int64.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.arrays import HEX, as_texts, from_json, to_json
from synth.dtypes import (
    BIGINT,
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    REAL,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    DType,
    Types,
    array_of,
    decimal,
)  # fmt: skip
from synth.intervals import as_parts

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "NULL",
    "WIDE_SUM",
    "MisfitError",
    "as_drawn",
    "as_sql_sees",
    "cast_to_written",
    "check_bounds",
    "checked",
    "clocks_to_microseconds",
    "column_to_written",
    "decimals_to_minor_units",
    "exact_times",
    "from_arrow",
    "from_decimal",
    "from_microseconds",
    "gather",
    "intervals_to_arrow",
    "largest",
    "mask",
    "moments",
    "to_arrow",
    "to_drawn",
    "to_written",
    "types_of",
    "units",
    "values",
]

Rows = npt.NDArray[np.int64]

NULL = int(np.iinfo(np.int64).min)
DAY_US = 86_400_000_000
_LIMITED = ("decimal", "smallint", "integer")  # types of whole numbers that do not hold all that are drawn
WIDE_SUM = "a sum is wider than 18 digits"


class MisfitError(OverflowError):
    """A value that its column's type cannot hold; `what` says it as people write it."""

    def __init__(self, column: str, value: int, dtype: DType):
        self.column, self.what = column, f"{Decimal(value).scaleb(-dtype.digits):f} does not fit {dtype}"
        super().__init__(f"column '{column}': {self.what}")


def mask(column: pl.Series, hidden: npt.NDArray[np.bool_]) -> pl.Series:
    """The column with NULL where `hidden`. (n,), (n,) -> (n,)"""
    return column.set(pl.Series(hidden), None) if hidden.any() else column


def gather(column: pl.Series, rows: Rows) -> pl.Series:
    """The column's values at these places, none of them below 0. (m,), (n,) -> (n,)"""
    if column.dtype == pl.Int64 and not column.null_count():
        return pl.Series(column.name, np.take(column.to_numpy(), rows))
    if column.dtype == pl.Datetime("us"):
        return from_microseconds(np.take(moments(column), rows)).alias(column.name)
    return column[rows]


def moments(column: pl.Series) -> Rows:
    """Dates or timestamps as microseconds since 1970; NULL as `NULL`. (n,) -> (n,)"""
    found = column.to_numpy().view(np.int64)
    if column.dtype == pl.Date:  # numpy's own way takes a calendar's detours
        days = found
        found = days * DAY_US
        if column.null_count():
            found[days == NULL] = NULL
    return found


def from_microseconds(values: Rows, dtype: DType | None = None) -> pl.Series:
    """Microseconds since 1970 as a column of timestamps, or of the dtype given; `NULL` as NULL. (n,) -> (n,)"""
    column = pl.Series(values).cast(pl.Datetime("us"))
    if len(values) and values.min() == NULL:
        column = mask(column, values == NULL)
    return column if dtype is None or dtype.name == "timestamp" else column.cast(dtype.drawn)


def values(column: pl.Series) -> tuple[Rows, npt.NDArray[np.bool_] | None]:
    """Whole numbers or moments, and which of them are NULL (their number means nothing); None where none is. (n,)"""
    if column.dtype.is_temporal():
        found = moments(column)
        return found, found == NULL if column.null_count() else None
    if not column.null_count():
        return column.to_numpy(), None
    array = column.rechunk().to_arrow()
    bits = np.unpackbits(np.frombuffer(array.buffers()[0], dtype=np.uint8), bitorder="little")
    numbers = np.frombuffer(array.buffers()[1], dtype=np.int64)
    return numbers[array.offset : array.offset + len(column)], bits[array.offset : array.offset + len(column)] == 0


def units(column: pl.Series) -> Rows:
    """Whole numbers as they are; NULL as `NULL`. (n,) -> (n,)"""
    numbers, missing = values(column)
    return numbers if missing is None else np.where(missing, NULL, numbers)


class _Exported:
    """An Arrow array of which Polars sees the C interface alone: what it does with pyarrow's first loads pyarrow.compute."""

    def __init__(self, array: pa.Array) -> None:
        self.array = array

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        exported: tuple[object, object] = self.array.__arrow_c_array__(requested_schema)
        return exported


def from_arrow(array: pa.Array) -> pl.Series:
    """An Arrow array as a column, without a copy, and 20 ms sooner than by Polars' `from_arrow`. (n,) -> (n,)"""
    return pl.Series(_Exported(array))


def checked(column: pl.Series, dtype: DType) -> pl.Series:
    """The drawn column, every value of which fits its type. Raises MisfitError."""
    if dtype.name in _LIMITED and column.dtype == pl.Int64:
        low, high = column.min(), column.max()
        if isinstance(low, int) and isinstance(high, int):
            check_bounds(column.name, low, high, dtype)
    return column


def check_bounds(name: str, low: int, high: int, dtype: DType) -> None:
    """Raise MisfitError where the least or the largest of a column's whole numbers does not fit its type."""
    if dtype.name in _LIMITED and max(high, -low) >= dtype.limit:
        raise MisfitError(name, high if high >= dtype.limit else low, dtype)


def largest(column: pl.Series) -> int:
    """The largest |value| of whole numbers; 0 where there is none."""
    low, high = column.min(), column.max()
    return max(-low, high) if isinstance(low, int) and isinstance(high, int) else 0


def as_drawn(column: pl.Series, dtype: DType) -> pl.Series:
    """The drawn column with what its type keeps: 24 binary digits of a real, a char without blanks behind. (n,) -> (n,)"""
    if dtype.name == "real":
        return column.cast(pl.Float32).cast(pl.Float64)
    if dtype.name == "char" and column.str.ends_with(" ").any():  # a sixth of what it takes to strip them
        return column.str.strip_chars_end(" ")
    return column


def to_written(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """Drawn columns in the types in which they leave: decimals in major units, integers at their width."""
    return pl.DataFrame([column_to_written(column, types[column.name]) for column in frame.get_columns()])


def column_to_written(column: pl.Series, dtype: DType) -> pl.Series:
    """A drawn column as it leaves. Raises OverflowError where a value is too wide.

    Decimals are built from their int64 (low word, sign word), without a cast: 2 ns a value instead of 16.
    """
    column = checked(column, dtype)
    if dtype.name == "time" and column.dtype == pl.Int64:
        return (column * 1_000).cast(pl.Time)
    if dtype.name == "bytes" and column.dtype == pl.String:
        return column.str.decode("hex")
    if dtype.element is not None and column.dtype == pl.String:
        return from_json(column, dtype.written.inner)
    if dtype.name != "decimal" or isinstance(column.dtype, pl.Decimal):
        return column if column.dtype == dtype.written else column.cast(dtype.written)  # moments are in UTC
    import pyarrow as pa

    column = column.rechunk()
    validity = None
    if column.null_count():
        validity = pa.py_buffer(np.packbits(column.is_not_null().to_numpy(), bitorder="little"))
    minor = column.fill_null(0).to_numpy() if validity is not None else column.to_numpy()
    words = np.empty((len(minor), 2), dtype=np.int64)
    words[:, 0] = minor
    np.right_shift(minor, 63, out=words[:, 1])
    kind = pa.decimal128(dtype.precision, dtype.scale)
    array = pa.Array.from_buffers(kind, len(minor), [validity, pa.py_buffer(words)])
    return from_arrow(array).alias(column.name)


def as_sql_sees(frame: pl.DataFrame) -> pl.DataFrame:
    """Written columns as SQL of a spec knows them: reals as doubles, moments with a zone as timestamps in UTC."""
    return frame.with_columns(
        pl.col(pl.Float32).cast(pl.Float64), pl.col(pl.Datetime("us", "UTC")).dt.replace_time_zone(None)
    )


def cast_to_written(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """Columns read back from elsewhere, by name, in the types in which they are written. Raises PolarsError.

    Without types it is all of them, each in the type that holds what is there.
    """
    if not types:
        return pl.DataFrame([_settled(column) for column in frame.get_columns()])
    return pl.DataFrame([_cast_to_written(frame[name], dtype) for name, dtype in types.items()])


def _cast_to_written(column: pl.Series, dtype: DType) -> pl.Series:
    """A column read back from elsewhere in the type in which it is written. (n,) -> (n,) Raises PolarsError."""
    if column.dtype.is_nested() or column.dtype == pl.Binary:
        column = _settled(column)
    if column.dtype == pl.String and dtype.element is not None:
        return from_json(column, dtype.written.inner)
    if column.dtype == pl.String and dtype.name == "bytes":
        return column.str.strip_prefix(HEX).str.decode("hex")
    if (
        column.dtype != dtype.written
        and dtype.written == pl.String
        and (column.dtype.is_nested() or column.dtype == pl.Binary)
    ):
        return as_texts(column)
    cast = column.cast(dtype.written)
    return cast.str.strip_chars_end(" ") if dtype.name == "char" else cast


def to_drawn(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """Written columns, by name, in the types in which they are drawn: the inverse of `to_written`. Raises ValueError."""
    return pl.DataFrame([
        from_decimal(frame[name], dtype) if dtype.name == "decimal" else _to_drawn(frame[name], dtype)
        for name, dtype in types.items()
    ])  # fmt: skip


def _to_drawn(column: pl.Series, dtype: DType) -> pl.Series:
    if column.dtype == pl.Binary:
        return column.bin.encode("hex")
    if dtype.element is not None and isinstance(column.dtype, pl.List):
        return to_json(column)
    if column.dtype == pl.Time:
        return clocks_to_microseconds(column)
    if dtype.name == "wide":
        column = column.cast(dtype.written)
    return as_drawn(column.cast(dtype.drawn), dtype)


def clocks_to_microseconds(column: pl.Series) -> pl.Series:
    """Times of day as microseconds since midnight. (n,) -> (n,)"""
    return column.cast(pl.Int64) // 1_000


def to_arrow(frame: pl.DataFrame) -> pa.Table:
    """Written columns as an Arrow table that every reader knows: times of day have microseconds, as all of ours."""
    import pyarrow as pa

    table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
    for place, field in enumerate(table.schema):
        if pa.types.is_time(field.type) or pa.types.is_large_list(field.type):
            table = table.set_column(place, field.name, exact_times(table.column(place)))
    return table


def intervals_to_arrow(column: pl.Series) -> pa.Array:
    """Intervals as they are drawn as Arrow's own, which has nanoseconds. (n,) -> (n,)"""
    import pyarrow as pa

    parts = as_parts(column)
    cells = np.empty(len(column), dtype=[("months", "<i4"), ("days", "<i4"), ("us", "<i8")])
    for name in parts.columns:
        cells[name] = parts[name].fill_null(0).to_numpy()
    cells["us"] *= 1_000
    missing = column.null_count()
    there = pa.py_buffer(np.packbits(column.is_not_null().to_numpy(), bitorder="little")) if missing else None
    return pa.Array.from_buffers(pa.month_day_nano_interval(), len(cells), [there, pa.py_buffer(cells)], missing)


def exact_times(column: Any) -> Any:
    """An Arrow column whose times of day, also within arrays, have microseconds; all others as they are."""
    import pyarrow as pa

    clock = pa.time64("us")
    if pa.types.is_large_list(column.type) and pa.types.is_time(column.type.value_type):
        return column.cast(pa.large_list(clock))
    return column.cast(clock) if pa.types.is_time(column.type) else column


def decimals_to_minor_units(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """Written columns as they are drawn: decimals in minor units, or their digits where they are too wide for an int64."""
    return pl.DataFrame([
        from_decimal(column, types[column.name])
        if isinstance(column.dtype, pl.Decimal) and types[column.name].is_exact
        else _to_drawn(column, types[column.name])
        if column.dtype in (pl.Time, pl.Binary, pl.List, pl.Float32, pl.Datetime, pl.Decimal)
        else column
        for column in frame.get_columns()
    ])  # fmt: skip


def types_of(frame: pl.DataFrame) -> dict[str, DType]:
    """The types of columns that are as they are written."""
    return {column.name: _type_of(column.dtype) for column in frame.get_columns()}


def _type_of(kind: pl.DataType) -> DType:
    if isinstance(kind, pl.Decimal):
        return decimal(kind.precision, kind.scale)
    if isinstance(kind, pl.Datetime) and kind.time_zone:
        return TIMESTAMPTZ
    known = {
        pl.Boolean: BOOLEAN, pl.Int16: DType("smallint"), pl.Int32: DType("integer"), pl.Int64: BIGINT,
        pl.Float32: REAL, pl.Float64: DOUBLE, pl.Date: DATE, pl.Time: TIME, pl.Datetime: TIMESTAMP, pl.Binary: BYTES,
    }  # fmt: skip
    if isinstance(kind, pl.List):
        return array_of(_type_of(kind.inner))  # type: ignore[arg-type]
    return next((dtype for each, dtype in known.items() if kind == each), TEXT)


def _settled(column: pl.Series) -> pl.Series:
    """A column of any type in one of those that we write, which holds all its values."""
    kind = column.dtype
    if kind in (pl.Int8, pl.UInt8):
        return column.cast(pl.Int16)
    if kind in (pl.UInt16, pl.UInt32):
        return column.cast(pl.Int64)
    if kind in (pl.UInt64, pl.Int128):
        return column.cast(pl.Decimal(38, 0))
    if isinstance(kind, pl.Datetime):
        return column.cast(pl.Datetime("us", "UTC" if kind.time_zone else None))
    if kind == pl.Binary:
        return column
    if isinstance(kind, pl.List) and (inner := _element_of(kind.inner)) is not None:  # type: ignore[arg-type]
        return column.cast(pl.List(inner))
    if kind.is_nested():
        return pl.select(pl.struct(column).struct.json_encode()).to_series().alias(column.name)
    if _type_of(kind) == TEXT and kind != pl.String:
        return column.cast(pl.String)
    return column


def _element_of(kind: pl.DataType) -> pl.DataType | None:
    """The type in which values of an array are written; None where there are no such arrays."""
    if kind.is_nested() or kind.is_float() or kind in (pl.Binary, pl.Null, pl.Duration, pl.Object):
        return None
    return _settled(pl.Series(dtype=kind)).dtype


def from_decimal(column: pl.Series, dtype: DType) -> pl.Series:
    """A Polars decimal as minor units of a decimal type. Raises ValueError where digits would be lost."""
    have = column.dtype.scale if isinstance(column.dtype, pl.Decimal) else 0
    if not isinstance(column.dtype, pl.Decimal):
        column = column.cast(pl.Decimal(38, 0))
    column = column.rechunk()
    array = column.to_arrow()
    here = slice(2 * array.offset, 2 * (array.offset + len(column)))
    words = np.frombuffer(array.buffers()[1], dtype=np.int64)[here].reshape(-1, 2) if len(column) else np.empty((0, 2))
    minor = words[:, 0].astype(np.int64)
    if (words[:, 1] != minor >> 63).any():
        raise ValueError("a value is wider than 18 digits")
    if have > dtype.digits:
        factor = 10 ** (have - dtype.digits)
        if column.null_count():
            minor = np.where(column.is_null().to_numpy(), 0, minor)
        if (minor % factor).any():
            raise ValueError(f"{column.dtype} does not fit {dtype}")
        minor //= factor
    else:
        minor *= 10 ** (dtype.digits - have)
    found = pl.Series(column.name, minor)
    return found.set(column.is_null(), None) if column.null_count() else found
