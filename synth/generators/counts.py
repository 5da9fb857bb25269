"""Counts: whole numbers of things that happen, by the law of how they happen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask
from synth.dtypes import BIGINT, DType
from synth.errors import DataError
from synth.generators.context import RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue, Span
from synth.generators.numbers import RARE, Ends, Number, Plain, no_numbers, numbers_of
from synth.generators.rounding import WHOLE, Floats, as_exact, span_of
from synth.generators.tabled import CountTable

__all__ = ["Binomial", "Geometric", "NegativeBinomial", "Poisson"]

Chance = Annotated[float, Field(gt=0, lt=1)]
MOST = 10**15  # floats tell whole numbers apart up to nine times as many
LEAST_CHANCE = 1e-12
Mean = Annotated[float, Field(gt=0, le=MOST)]


class _Counts(Number):
    default_type = BIGINT

    min: Annotated[int, Field(ge=0)] | None = Field(None, description="smaller counts are not drawn")
    max: Annotated[int, Field(ge=0, le=MOST)] | None = Field(None, description="larger counts are not drawn")

    @model_validator(mode="after")
    def _check_table(self) -> _Counts:
        self.farthest()  # made here, so that what is too large is told here
        return self

    def pitch(self, dtype: DType) -> Decimal | None:
        return WHOLE

    def _table(self, low: int, high: int | None) -> CountTable:
        """Give the table of the counts cut to [low, high]."""
        raise NotImplementedError

    def _cut_table(self) -> CountTable:
        """Give the table of what comes out."""
        (low, high) = self.ends()
        return self._table(int(low), None if math.isinf(high) else int(high))

    def support(self) -> Ends:
        return 0.0, math.inf

    def farthest(self) -> Ends:
        table = self._cut_table()
        return float(table.first), float(table.last)

    def _check_range(self) -> None:
        (low, high), (_, most) = self.ends(), self.support()
        if low > high:
            raise ValueError(
                f"no counts lie between `min` and `max`: they lie between {self.support()[0]:g} and {most:g}"
            )

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Give the share of the counts that are above a number."""
        return self._cut_table().share(floor, math.inf)

    def at_shares(self, shares: Floats, dtype: DType) -> pl.Series:
        return as_exact(self._cut_table().at(shares), dtype)


class Poisson(_Counts):
    """How often something happens that comes by chance, evenly in time: `mean` times on average, and as its variance."""

    example = """calls: {poisson: {mean: 3.2}}
complaints: {poisson: {mean: calls}}"""

    mean: Mean | str = Field(description="how often on average, before it is cut, or a column of means")

    @property
    def by_column(self) -> str | None:
        return self.mean if isinstance(self.mean, str) else None

    @model_validator(mode="after")
    def _check_mean(self) -> Poisson:
        if self.by_column and (self.min is not None or self.max is not None):
            raise ValueError("`min` and `max` go with one mean for all rows")
        return self

    def farthest(self) -> Ends:
        return self.support() if self.by_column else super().farthest()

    def _table(self, low: int, high: int | None) -> CountTable:
        assert not isinstance(self.mean, str)
        return _poisson(self.mean, low, high)

    @property
    def can_be_even(self) -> bool:
        """Whether its shares can be dealt out: those of one mean."""
        return self.by_column is None

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of means."""
        return (RowValue(self.by_column),) if self.by_column else ()

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the mean may be NULL."""
        return self.by_column is not None and view.gives_null(self.by_column)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column of means that holds no numbers from 0 up."""
        yield from no_numbers(view, self.by_column, "mean")

    def share_above(self, floor: int, dtype: DType) -> float | None:
        return None if self.by_column else super().share_above(floor, dtype)

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of what comes out; of a column of means by Bernstein's bound for the largest."""
        if self.by_column is None:
            return super().span(view, dtype)
        means = view.numbers_at(self.by_column)
        if means is None:
            return None
        most = max(means[1], 0.0)
        return span_of(0.0, most + RARE / 3 + math.sqrt((RARE / 3) ** 2 + 2 * RARE * most), dtype)

    def draw(self, context: RowContext) -> pl.Series:
        """Read one uniform number a row off the counts; with a column of means draw one count a row, in order. (rows,)"""
        if self.by_column is None:
            return self.read_off(context)
        means, missing = numbers_of(context, self.by_column, "mean")
        if len(means) and not means.max() < MOST:
            raise DataError(f"'{self.by_column}' is {means.max():g}, and a mean of counts is below {MOST:g}")
        drawn = as_exact(context.stream().poisson(means).astype(np.float64), context.dtype)
        return drawn if missing is None else mask(drawn, missing)


class Binomial(Plain, _Counts):
    """How many of `n` tries succeed, each with the chance `p`."""

    example = "opened: {binomial: {n: 20, p: 0.15}}"

    n: Annotated[int, Field(ge=1, le=MOST)] = Field(description="tries")
    p: Chance = Field(description="chance that a try succeeds")

    def support(self) -> Ends:
        return 0.0, float(self.n)

    def _table(self, low: int, high: int | None) -> CountTable:
        return _binomial(self.n, self.p, low, self.n if high is None else high)


class NegativeBinomial(Plain, _Counts):
    """Counts more unequal than Poisson's, as of visits: variance mean + mean² / r, so the smaller `r`, the more unequal."""

    example = "visits: {negative_binomial: {mean: 6, r: 0.8, max: 200}}"

    mean: Mean = Field(description="how often on average, before it is cut")
    r: Annotated[float, Field(gt=0, le=MOST)] = Field(description="the smaller, the more unequal")

    def _table(self, low: int, high: int | None) -> CountTable:
        return _negative_binomial(self.mean, self.r, low, high)


class Geometric(Plain, _Counts):
    """How many tries it takes to succeed once, each with the chance `p`: 1 at least, and 1 / p on average."""

    example = "attempts: {geometric: {p: 0.7, max: 10}}"

    p: Annotated[float, Field(ge=LEAST_CHANCE, lt=1)] = Field(description="chance that a try succeeds")

    def support(self) -> Ends:
        return 1.0, math.inf

    def farthest(self) -> Ends:
        (low, high), rate = self.ends(), self._rate()
        return low, min(high, low + math.ceil(RARE / rate))

    def _rate(self) -> float:
        """Give what the logarithm of the share that still tries loses with each try."""
        return -math.log1p(-self.p)

    def share_above(self, floor: int, dtype: DType) -> float | None:
        (low, high), rate = self.ends(), self._rate()
        if floor < low:
            return 1.0
        if floor >= high:
            return 0.0
        return (
            math.exp(-(floor - low + 1) * rate)
            * math.expm1(-(high - floor) * rate)
            / math.expm1(-(high - low + 1) * rate)
        )

    def at_shares(self, shares: Floats, dtype: DType) -> pl.Series:
        (low, high), rate = self.ends(), self._rate()
        behind = -np.log1p(shares * math.expm1(-(high - low + 1) * rate)) / rate
        return as_exact(np.minimum(low + np.floor(behind), high), dtype)


@lru_cache(maxsize=64)
def _poisson(mean: float, low: int, high: int | None) -> CountTable:
    """Make the table of Poisson's counts between two ends."""
    log = math.log(mean)
    return CountTable.of(
        lambda k: k * log - math.lgamma(k + 1), lambda k: log - np.log(k + 1), math.floor(mean), low, high
    )


@lru_cache(maxsize=64)
def _binomial(n: int, p: float, low: int, high: int) -> CountTable:
    """Make the table of the binomial counts between two ends."""
    log = math.log(p) - math.log1p(-p)

    def height(k: int) -> float:
        return k * log - math.lgamma(k + 1) - math.lgamma(n - k + 1)

    return CountTable.of(height, lambda k: log + np.log(n - k) - np.log(k + 1), math.floor((n + 1) * p), low, high)


@lru_cache(maxsize=64)
def _negative_binomial(mean: float, r: float, low: int, high: int | None) -> CountTable:
    """Make the table of the negative binomial counts between two ends."""
    log = -math.log1p(r / mean)

    def height(k: int) -> float:
        return k * log + math.lgamma(k + r) - math.lgamma(k + 1)

    mode = math.floor(max(0.0, (r - 1) * mean / r))
    return CountTable.of(height, lambda k: log + np.log(k + r) - np.log(k + 1), mode, low, high)
