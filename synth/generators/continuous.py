"""Distributions of numbers whose inverse is a formula: exponential, and what is made from it, and triangular."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field, model_validator

from synth.generators.numbers import RARE, Ends, Plain, Positive, Scaled, Stepped
from synth.generators.rounding import Floats

__all__ = ["Exponential", "Pareto", "Triangular", "Weibull"]


def _exponential(shares: Floats, low: float, high: float) -> Floats:
    """Give exponential numbers of mean 1 cut to [low, high], and where nearly none lie. (n,) -> (n,)"""
    high = min(high, RARE)
    return np.minimum(low - np.log1p(shares * math.expm1(low - high)), high)


def _exponential_share(low: float, high: float) -> float:
    """Give the share of exponential numbers of mean 1 that lies between two numbers."""
    low = max(low, 0.0)
    return math.exp(-low) * -math.expm1(low - high) if high > low else 0.0


class Exponential(Scaled):
    """Waiting times of what comes by chance, evenly in time: most are short, and 37 in 100 are longer than the mean."""

    scale_word = "mean"

    example = """wait_minutes: {exponential: {mean: 12, max: 240}, type: "decimal(6,1)"}"""

    mean: Positive | str = Field(description="in the column's own unit, or a column of means; before it is cut")

    def unit_farthest(self) -> Ends:
        return 0.0, RARE

    def unit_between(self, shares: Floats, low: float, high: float) -> Floats:
        return _exponential(shares, low, high)

    def unit_share(self, low: float, high: float) -> float:
        return _exponential_share(low, high)


class Weibull(Scaled):
    """Lifetimes: with a `shape` below 1 what is old lasts longer, above 1 it wears out; 63 in 100 are below `scale`."""

    scale_word = "scale"

    example = """years_in_use: {weibull: {shape: 1.8, scale: 9}, type: "decimal(4,1)"}"""

    shape: Positive = Field(
        description="below 1 what is old lasts longer, at 1 age does not matter, above 1 it wears out"
    )
    scale: Positive | str = Field(1.0, description="in the column's own unit, or a column of scales")

    def unit_farthest(self) -> Ends:
        return 0.0, _raised(RARE, 1 / self.shape)

    def unit_between(self, shares: Floats, low: float, high: float) -> Floats:
        with np.errstate(over="ignore"):
            drawn: Floats = _exponential(shares, _raised(low, self.shape), _raised(high, self.shape)) ** (
                1 / self.shape
            )
        return np.clip(drawn, low, high)

    def unit_share(self, low: float, high: float) -> float:
        return _exponential_share(_raised(max(low, 0.0), self.shape), _raised(high, self.shape))


class Pareto(Scaled):
    """Incomes, sizes of towns and files: none is below `scale`, and twice as large is 2^shape times as rare."""

    scale_word = "scale"

    example = """income: {pareto: {shape: 2.5, scale: 18000, max: 5000000}, type: "decimal(12,2)"}"""

    shape: Positive = Field(description="the smaller, the more unequal")
    scale: Positive | str = Field(1.0, description="the least, in the column's own unit, or a column of the least")

    def support(self) -> Ends:
        return (0.0 if self.by_column else self.unit), math.inf

    def unit_farthest(self) -> Ends:
        return 1.0, _exp(RARE / self.shape)

    def unit_between(self, shares: Floats, low: float, high: float) -> Floats:
        low = max(low, 1.0)
        with np.errstate(over="ignore"):
            drawn = np.exp(_exponential(shares, self.shape * math.log(low), self.shape * _log(high)) / self.shape)
        return np.clip(drawn, low, high)

    def unit_share(self, low: float, high: float) -> float:
        return _exponential_share(self.shape * _log(max(low, 1.0)), self.shape * _log(max(high, 1.0)))


class Triangular(Plain, Stepped):
    """Guesses: numbers from `min` to `max`, the likelier the nearer to `mode`."""

    example = 'days_of_work: {triangular: {min: 2, mode: 5, max: 20, step: 0.5}, type: "decimal(3,1)"}'

    min: float = Field(description="the least, in the column's own unit")
    mode: float = Field(description="the likeliest, in the column's own unit")
    max: float = Field(description="the largest, in the column's own unit")

    @model_validator(mode="after")
    def _check_mode(self) -> Triangular:
        if not self.min <= self.mode <= self.max:
            raise ValueError("`mode` lies between `min` and `max`")
        return self

    def support(self) -> Ends:
        return self.min, self.max

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        first, last = self._below(low), self._below(high)
        places = first + shares * (last - first)
        width, left = self.max - self.min, self.mode - self.min
        right = self.max - self.mode
        with np.errstate(invalid="ignore"):
            drawn = np.where(
                places * width < left,
                self.min + np.sqrt(places * width * left),
                self.max - np.sqrt((1 - places) * width * right),
            )
        return np.clip(drawn, low, high)

    def share_between(self, low: float, high: float) -> float:
        return max(0.0, self._below(high) - self._below(low))

    def _below(self, number: float) -> float:
        """Give the share that lies below a number."""
        number, width = min(max(number, self.min), self.max), self.max - self.min
        if number < self.mode:
            return (number - self.min) ** 2 / width / (self.mode - self.min)
        return 1 - (self.max - number) ** 2 / width / (self.max - self.mode) if self.mode < self.max else 1.0


def _log(number: float) -> float:
    """Give the logarithm of a number, which may be infinite."""
    return math.inf if math.isinf(number) else math.log(number)


def _exp(exponent: float) -> float:
    """Give e to an exponent, without end where it is too large for a float."""
    return math.exp(exponent) if exponent < 709 else math.inf


def _raised(number: float, exponent: float) -> float:
    """Give a power of a number from 0 up, without end where it is too large for a float."""
    return _exp(math.log(number) * exponent) if 0 < number < math.inf else number
