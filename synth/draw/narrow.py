"""Whole numbers as narrow as their values allow, for columns of which all rows are kept; NULL is the least of the type."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, moments

__all__ = ["NARROW", "narrowed", "numbers_of", "retyped", "widened"]

NARROW = (np.dtype(np.int8), np.dtype(np.int16), np.dtype(np.int32))


def narrowed(column: pl.Series) -> npt.NDArray[Any]:
    """Give whole numbers in the narrowest type that holds them; NULL is the least number of the type. (n,) -> (n,)"""
    low, high = column.min(), column.max()
    for narrow, size in ((np.int8, 7), (np.int16, 15), (np.int32, 31)):
        if low is None or (-(1 << size) < low and high < 1 << size):  # type: ignore[operator]
            least = -(1 << size)
            numbers: npt.NDArray[Any] = column.fill_null(least).to_numpy().astype(narrow)
            return numbers
    return column.fill_null(NULL).to_numpy()


def retyped(numbers: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Give numbers in another type, which holds them; NULL stays NULL. (n,) -> (n,)"""
    if numbers.dtype == dtype:
        return numbers
    made = numbers.astype(dtype)
    made[numbers == np.iinfo(numbers.dtype).min] = np.iinfo(dtype).min
    return made


def widened(numbers: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give numbers of a narrow type as they were before. (n,) -> (n,)"""
    return retyped(numbers, np.dtype(np.int64)) if numbers.dtype in NARROW else numbers


def numbers_of(column: pl.Series) -> npt.NDArray[Any]:
    """Give what is kept of a column that is no text; NULL is the least number of the type, or NaN. (n,) -> (n,)"""
    if column.dtype.is_temporal():
        return moments(column)
    if column.dtype == pl.Float64:
        return column.fill_null(float("nan")).to_numpy()
    return narrowed(column.cast(pl.Int64))
