"""Shares: numbers between two ends, of any shape from even over peaked to at either end."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from synth.generators.numbers import Ends, Plain, Stepped
from synth.generators.rounding import Floats
from synth.generators.tabled import DensityTable

__all__ = ["Beta"]


Shape = Annotated[float, Field(ge=1e-3, le=1e9)]  # what floats tell apart


class Beta(Plain, Stepped):
    """Shares of mean alpha / (alpha + beta), the nearer together the larger both are; from 0 to 1, or `low` to `high`."""

    example = 'discount: {beta: {alpha: 2, beta: 8, high: 0.5}, type: "decimal(4,2)"}'
    nanoseconds = 290

    alpha: Shape = Field(description="the larger, the nearer to `high`")
    beta: Shape = Field(description="the larger, the nearer to `low`")
    low: float = Field(0.0, description="where the distribution begins, in the column's own unit")
    high: float = Field(1.0, description="where the distribution ends, in the column's own unit")

    @model_validator(mode="after")
    def _check_low(self) -> Beta:
        if self.low >= self.high:
            raise ValueError("`low` must be below `high`")
        return self

    def support(self) -> Ends:
        return self.low, self.high

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        z = _table(self.alpha, self.beta).between(shares, self._logit(low), self._logit(high))
        with np.errstate(over="ignore"):
            drawn = self.low + (self.high - self.low) / (1 + np.exp(-z))
        return np.clip(drawn, low, high)

    def share_between(self, low: float, high: float) -> float:
        return _table(self.alpha, self.beta).share(self._logit(low), self._logit(high))

    def _logit(self, number: float) -> float:
        """Give ln(x / (1 - x)) of a number as a share of the way from `low` to `high`."""
        passed, left = number - self.low, self.high - number
        if passed <= 0 or left <= 0:
            return -math.inf if passed <= 0 else math.inf
        return math.log(passed) - math.log(left)


@lru_cache(maxsize=64)
def _table(alpha: float, beta: float) -> DensityTable:
    """Make the table of z = ln(x / (1 - x))."""

    def log_density(z: Floats) -> Floats:
        density: Floats = -(alpha * np.logaddexp(0, -z) + beta * np.logaddexp(0, z))
        return density

    return DensityTable(log_density, math.log(alpha / beta), alpha, beta)
