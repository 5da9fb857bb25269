"""Values that no format and no database holds are refused where they are drawn: NaN, infinity, and years out of reach."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import polars as pl

from synth.errors import DataError

__all__ = ["require_values"]

YEARS = 1, 9999  # what dates are in Python, CSV and every database


def require_values(columns: Iterable[pl.Series]) -> None:
    """Raise DataError for NaN and infinity, and for dates and moments before the year 1 or after 9999. Each (n,)."""
    for column in columns:
        if column.dtype == pl.Float64:
            if not column.is_finite().all():
                raise DataError(f"{column.name}: NaN or infinity comes out, and a double holds numbers alone")
        elif column.dtype.is_temporal() and len(column):
            first, last = _ends(column.dtype)
            if not column.is_between(first, last).all():
                raise DataError(
                    f"{column.name}: a {_name(column.dtype)} comes out that lies outside the years 1 to 9999"
                )


def _ends(dtype: pl.DataType) -> tuple[dt.date, dt.date]:
    """The first and the last that there are."""
    if dtype == pl.Date:
        return dt.date(YEARS[0], 1, 1), dt.date(YEARS[1], 12, 31)
    return dt.datetime(YEARS[0], 1, 1), dt.datetime(YEARS[1], 12, 31, 23, 59, 59, 999_999)


def _name(dtype: pl.DataType) -> str:
    return "date" if dtype == pl.Date else "timestamp"
