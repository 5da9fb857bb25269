"""Moments that follow other moments after a delay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import NULL, from_microseconds, moments
from synth.dtypes import TIMESTAMP, DType
from synth.generators.arrival import HOUR_US
from synth.generators.base import Generator, one_way_of
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import Complaint, Dependency, DottedPath, OwnBefore, RowValue, Span
from synth.generators.sampling import FARTHEST, has_numbers, normal_between

__all__ = ["Delay"]

UNIT_US = {"minutes": HOUR_US // 60, "hours": HOUR_US, "days": 24 * HOUR_US}


class Delay(Generator):
    """A planned moment: a lognormal or even delay after another. NULL where that is; hidden until it has come."""

    model_config = one_way_of(
        {"required": ["median", "sigma"], "properties": {"even": {"const": False}}},
        {"required": ["even"], "properties": {"even": {"const": True}, "median": False, "sigma": False}},
    )

    default_type = TIMESTAMP

    example = """tables:
  orders:
    rows: 500
    columns:
      ordered_at: {arrival: {}}
      paid_at: {delay: {after: ordered_at, median: 2, sigma: 1, max: 20, unit: days}}
      due_at: {delay: {after: ordered_at, even: true, min: 10, max: 30, announced: true}}"""

    after: str = Field(description="path of the moment before")
    first: str | None = Field(
        None, description="path of the moment instead, of a row without a sibling before, where `after` is `previous.…`"
    )
    median: Annotated[float, Field(gt=0)] | None = Field(None, description="median delay, in units")
    sigma: Annotated[float, Field(gt=0)] | None = Field(None, description="standard deviation of ln(delay)")
    even: bool = Field(
        False, description="every delay from `min` to `max` is equally likely, instead of `median` and `sigma`"
    )
    announced: bool = Field(False, description="known beforehand (the last day of a campaign): never hidden")
    max: Annotated[float, Field(gt=0)] = Field(description="longest delay, in units: how far back a day can reach")
    min: Annotated[float, Field(ge=0)] = Field(0.0, description="shortest delay, in units")
    unit: Literal["minutes", "hours", "days"] = Field("days", description="what delays are counted in")

    @model_validator(mode="after")
    def _check(self) -> Delay:
        if self.min >= self.max:
            raise ValueError("`min` must be below `max`")
        if self.median is not None and self.sigma is not None and not has_numbers(*self._ends(self.median, self.sigma)):
            raise ValueError(f"the range lies more than {FARTHEST:g} standard deviations off, where no numbers are")
        if self.even == (self.median is not None) or (self.median is None) != (self.sigma is None):
            raise ValueError("a delay has `median` and `sigma`, or `even: true`")
        return self

    def _ends(self, median: float, sigma: float) -> tuple[float, float]:
        """Give `min` and `max` in standard deviations of ln(delay) from the median."""
        low, high = (math.log(x / median) / sigma if x else -math.inf for x in (self.min, self.max))
        return low, high

    def after_until(self) -> bool:
        """Tell that it shows only once it has come, unless it is announced."""
        return not self.announced

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the moment before."""
        after = OwnBefore(self.after) if view.is_own_before(self.after) else RowValue(self.after)
        return (after, RowValue(self.first)) if self.first else (after,)

    def accepts(self, dtype: DType) -> str | None:
        """Take dates and timestamps."""
        return None if dtype.is_time else "a delay ends at a date or a timestamp"

    def follows(self) -> str:
        """Give the path of the moment before."""
        return self.first or self.after

    def differs_among_siblings(self, view: SpecView) -> bool:
        """Tell whether each comes after the sibling's own before: by a microsecond at least, or as dates by a day."""
        by_days = self.min * UNIT_US[self.unit] >= UNIT_US["days"]
        return view.is_own_before(self.after) and (by_days or view.type_at(view.column) == TIMESTAMP)

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the moment before may be NULL."""
        if self.first and view.gives_null(self.first):
            return True
        if view.is_own_before(self.after):
            return not self.first
        column = DottedPath.parse(self.after).rest
        return view.gives_null(column if self.first and self._is_of_sibling else self.after)

    @property
    def _is_of_sibling(self) -> bool:
        return DottedPath.parse(self.after).first == "previous"

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield a chain without a beginning, and a beginning of what is none."""
        if view.is_own_before(self.after) and not self.first:
            what = f"the first row has no '{self.after}' to come after"
            yield Complaint(what, "say with `first` after which moment it comes", ("after",))
        if self.first and not self._is_of_sibling:
            yield Complaint("`first` is for a moment after `previous.…`", "leave it out", ("first",))

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column that is no moment, after which nothing can be planned."""
        for word, path in (("after", self.after), ("first", self.first)):
            found = view.type_at(path) if path else None
            if found is not None and not found.is_time:
                yield Complaint(f"'{path}' is {found}, and no moment", at=(word,))

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of the moment before, and the least and the largest delay behind it."""
        unit, chain = UNIT_US[self.unit], view.is_own_before(self.after)
        starts = [view.at(path) or view.period() for path in (None if chain else self.after, self.first) if path]
        most = view.siblings() if chain else 1
        return Span(min(s.low for s in starts) + self.min * unit, max(s.high for s in starts) + self.max * unit * most)

    def draw(self, context: TableContext) -> pl.Series:
        """Add the delay, at least a microsecond, so that times run forward strictly. (rows,)"""
        unit = UNIT_US[self.unit]
        uniform = context.stream().random(context.rows)
        if self.median is None or self.sigma is None:
            units = self.min + uniform * (self.max - self.min)
        else:
            units = self.median * np.exp(self.sigma * normal_between(uniform, *self._ends(self.median, self.sigma)))
        delay = np.maximum(units * unit, 1.0).astype(np.int64)
        if self.first is None:
            before = moments(context.value(self.after))
        elif context.is_own_before(self.after):
            before, delay = moments(context.value(self.first)), self._in_a_chain(context, delay)
        else:
            before = moments(context.value(self.after).fill_null(context.value(self.first)))
        return from_microseconds(np.where(before == NULL, NULL, before + delay), context.dtype)

    def _in_a_chain(self, context: TableContext, delay: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Add up the delays of each row's siblings before, and its own. (rows,) -> (rows,)"""
        parents = context.ancestor_positions(str(context.parent())).positions
        whole = np.cumsum(delay)
        firsts = np.searchsorted(parents, parents)
        return whole - whole[firsts] + delay[firsts]
