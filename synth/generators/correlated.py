"""A number that tends to be high where another column of the row is, or low."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Any

import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import DType
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, DottedPath, RowValue, Span
from synth.generators.named import Named
from synth.generators.sampling import normal_below, normal_between

__all__ = ["Correlated"]


class Correlated(Named, Generator):
    """A distribution whose ranks go with those of the column `to`, by `spearman`'s correlation, and else as declared.

    Ranks are tied by a Gaussian copula: each column's as normal numbers, whose correlation is 2 sin(π/6 × spearman).
    """

    example = """income: {lognormal: {median: 40000, sigma: 0.5}, type: "decimal(12,2)"}
spent: {correlated: {to: income, spearman: 0.7, exponential: {mean: 800}}, type: "decimal(12,2)"}"""
    nanoseconds = 160

    to: str = Field(description="a column of the row, of a distribution of numbers")
    spearman: Annotated[float, Field(ge=-1, le=1)] = Field(description="the rank correlation with that column")

    @model_validator(mode="after")
    def _check_draws(self) -> Correlated:
        if (reason := self.draws.why_no_part()) is not None:
            raise ValueError(f"{self.name} of what is correlated: {reason}")
        return self

    def dtype(self) -> DType | None:
        """Give the distribution's own."""
        return self.draws.dtype()

    def accepts(self, dtype: DType) -> str | None:
        """Take the number types that the distribution takes."""
        return self.draws.accepts(dtype) if dtype.is_exact or dtype.is_float else f"numbers cannot be {dtype}"

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column that it goes with."""
        return (RowValue(self.to),)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column whose ranks are not known."""
        if DottedPath.parse(self.to).rest:
            yield Complaint(f"'{self.to}' is of another row, and it goes with a column of its own", at=("to",))
        elif not view.has_quantiles(self.to):
            hint = "take a column of a distribution of numbers whose parameters are no columns"
            yield Complaint(f"the distribution of '{self.to}' is not known", hint, at=("to",))

    def capacity(self, dtype: DType) -> int | None:
        """Count what the distribution can give."""
        return self.draws.capacity(dtype)

    def lowest(self) -> float | None:
        """Give the distribution's own."""
        return self.draws.lowest()

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Give the distribution's own."""
        return self.draws.share_above(floor, dtype)

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of the distribution."""
        return self.draws.span(view, dtype)

    def quantiles_of(self, dtype: DType) -> npt.NDArray[Any] | None:
        return self.draws.quantiles_of(dtype)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw two uniform numbers a row, for ranks that are equal and for what goes with nothing. (rows,)"""
        uniform = context.stream().random((context.rows, 2))
        theirs = context.quantiles_at(self.to).shares_below(context.value(self.to), uniform[:, 0])
        tie = 2 * math.sin(math.pi / 6 * self.spearman)
        own = normal_between(uniform[:, 1], -math.inf, math.inf) * math.sqrt(max(0.0, 1 - tie * tie))
        shares = normal_below(tie * normal_between(theirs, -math.inf, math.inf) + own)
        return self.draws.at_shares(shares, context.dtype)
