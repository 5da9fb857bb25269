"""Columns as SQLite keeps them, which knows integers, floats and texts, and back again without a loss.

A float holds 15 decimal digits: decimals of more are texts with all their digits, or integers where they have no fraction.
"""

from __future__ import annotations

import polars as pl

from synth.arrays import from_json, to_json
from synth.columns import cast_to_written
from synth.databases.sqlite.dialect import FLOAT_DIGITS
from synth.dtypes import MAX_PRECISION, DType, Types

__all__ = ["from_sqlite", "sample", "to_sqlite"]

_DATE = "%Y-%m-%d"
_TIME = "%H:%M:%S%.f"
_TIMESTAMP = "%Y-%m-%d %H:%M:%S%.f"


def to_sqlite(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns in the types in which they are written, as integers, floats and texts."""
    return pl.DataFrame([_column_to_sqlite(column) for column in frame.get_columns()])


def _column_to_sqlite(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, pl.List):
        return to_json(column)
    if dtype == pl.Boolean:
        return column.cast(pl.Int8)
    if dtype == pl.Time:
        return column.dt.to_string("%H:%M:%S%.6f")
    if dtype == pl.Float32:
        return column.cast(pl.Float64)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        return column.dt.strftime("%Y-%m-%d %H:%M:%S%.6f+00:00")
    if dtype.is_temporal():
        return column.cast(pl.String)  # 2024-02-29 00:00:00.000000
    if isinstance(dtype, pl.Decimal):
        if not dtype.scale and (dtype.precision or 0) <= MAX_PRECISION:
            return column.cast(pl.Int64)
        return column.cast(pl.String if (dtype.precision or 0) > FLOAT_DIGITS else pl.Float64)
    return column


def sample(dtype: DType) -> str:
    """A value, in SQL, of the kind in which a column of this type is kept."""
    if dtype.name in ("boolean", "smallint", "integer", "bigint"):
        return "0"
    if dtype.is_float:
        return "0.0"
    if dtype.name == "bytes":
        return "X''"
    if dtype.name == "decimal" and (not dtype.digits or (dtype.precision or 0) <= FLOAT_DIGITS):
        return "0.0" if dtype.digits else "0"
    return "''"


def from_sqlite(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """Columns, by name, in the types in which they are written. Raises PolarsError."""
    return pl.DataFrame([_column_from_sqlite(frame[name], dtype) for name, dtype in types.items()])


def _column_from_sqlite(column: pl.Series, dtype: DType) -> pl.Series:
    if dtype.name == "time":  # other people may have spelt no seconds
        texts = column.cast(pl.String)
        whole = pl.select(
            pl.when(texts.str.len_chars() == len("12:00")).then(texts + ":00").otherwise(texts)
        ).to_series()
        return whole.str.to_time(_TIME)
    if dtype.element is not None:
        return from_json(column.cast(pl.String), dtype.written.inner)
    if not dtype.is_time:
        return cast_to_written(column.to_frame(), {column.name: dtype}).to_series()
    try:
        if dtype.name == "date":
            return column.str.to_date(_DATE)
        if dtype.name == "timestamptz":
            return (
                column.str.strip_suffix("+00:00")
                .str.to_datetime(_TIMESTAMP, time_unit="us")
                .dt.replace_time_zone("UTC")
            )
        return column.str.to_datetime(_TIMESTAMP, time_unit="us")
    except pl.exceptions.PolarsError:  # other people's spelling
        moments = column.str.to_datetime(time_unit="us")
        return (
            moments.cast(dtype.written)
            if dtype.name == "timestamptz"
            else moments.dt.replace_time_zone(None).cast(dtype.written)
        )
