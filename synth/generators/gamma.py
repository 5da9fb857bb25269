"""Unequal weights and waiting times: positive numbers that are sums of exponential ones."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from synth.columns import mask
from synth.generators.context import RowContext
from synth.generators.numbers import RARE, Ends, Positive, Scaled, numbers_of
from synth.generators.rounding import Floats
from synth.generators.tabled import DensityTable

__all__ = ["Gamma"]

SHARPEST = 1e9  # shape: its numbers lie within a few hundredths of a per cent


class Gamma(Scaled):
    """Positive numbers of mean `mean`; the smaller `shape`, the more unequal."""

    scale_word = "mean"

    example = 'claim: {gamma: {shape: 1.5, mean: 800}, type: "decimal(10,2)"}'
    nanoseconds = 75

    shape: Annotated[float, Field(gt=0, le=SHARPEST)] = Field(description="the smaller, the more unequal")
    mean: Positive | str = Field(1.0, description="in the column's own unit, or a column of means; before it is cut")

    @property
    def can_be_even(self) -> bool:
        """Whether its shares can be dealt out: where it is cut, and so read off a table."""
        return self.min is not None or self.max is not None

    def unit_farthest(self) -> Ends:
        """Give the ends of mean 1: above them lies, by Chernoff's bound, less than one in 10^18."""
        high = self.shape + 1
        while self.shape * (math.log(high / self.shape) + 1) - high > -RARE:
            high *= 1.05
        return 0.0, high / self.shape

    def unit_between(self, shares: Floats, low: float, high: float) -> Floats:
        high = min(high, self.unit_farthest()[1])
        drawn: Floats = np.exp(_gamma_table(self.shape).between(shares, _log(low), _log(high)))
        return drawn

    def unit_share(self, low: float, high: float) -> float:
        return _gamma_table(self.shape).share(_log(low), _log(high))

    def draw(self, context: RowContext) -> pl.Series:
        """Draw one gamma number a row, in order; one that is cut is read off a table. (rows,)"""
        if self.min is not None or self.max is not None:
            return self.read_off(context)
        scales, missing = numbers_of(context, self.by_column, "mean") if self.by_column else (self.unit, None)
        values = context.stream().standard_gamma(self.shape, context.rows) * (scales / self.shape)
        drawn = self.rounded(values, context.dtype)
        return drawn if missing is None else mask(drawn, missing)


@lru_cache(maxsize=64)
def _gamma_table(shape: float) -> DensityTable:
    """Make the table of z = ln x, of mean 1."""

    def log_density(z: Floats) -> Floats:
        with np.errstate(over="ignore"):
            density: Floats = shape * (z - np.expm1(z))
        return density

    return DensityTable(log_density, 0.0, shape, 1.0)


def _log(number: float) -> float:
    """Give the logarithm of a number from 0 up."""
    return math.log(number) if 0 < number < math.inf else math.copysign(math.inf, number - 1)
