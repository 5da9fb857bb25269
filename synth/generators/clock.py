"""Moments that follow other moments after a delay."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import NULL, from_microseconds, moments
from synth.dtypes import TIMESTAMP, DType
from synth.generators.arrival import HOUR_US
from synth.generators.base import one_way_of
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import Complaint, Dependency, DottedPath, OwnBefore, RowValue, Span
from synth.generators.in_calendar import InCalendar
from synth.generators.open_time import OpenTime, open_time
from synth.generators.profiles import DaysOfTheirOwn, Hours, Weekdays, profile
from synth.generators.sampling import FARTHEST, has_numbers, normal_between

__all__ = ["Delay"]

UNIT_US = {"minutes": HOUR_US // 60, "hours": HOUR_US, "days": 24 * HOUR_US}
USUAL_LONGEST = 3.0  # standard deviations of ln(delay) above the median
MOST_EXPONENT = 690.0  # e to it is still a number
MOST_YEARS = 100  # between the first and the last day of its own


class Delay(InCalendar):
    """A planned moment: a lognormal or even delay after another. NULL where that is; hidden until it has come.

    With weekdays, hours or days of its own it runs only while they have a weight, faster where it is larger, and ends then;
    `unit` is a mean open day, hour or minute: two working days later, within opening hours.
    """

    model_config = one_way_of(
        {"required": ["median", "sigma"], "properties": {"even": {"const": False}}},
        {"required": ["even", "max"], "properties": {"even": {"const": True}, "median": False, "sigma": False}},
    )

    default_type = TIMESTAMP

    example = """tables:
  orders:
    rows: 500
    columns:
      ordered_at: {arrival: {}}
      paid_at: {delay: {after: ordered_at, median: 2, sigma: 1, max: 20, unit: days}}
      due_at: {delay: {after: ordered_at, even: true, min: 10, max: 30, announced: true}}
      shipped_at: {delay: {after: ordered_at, median: 2, sigma: 1, weekdays: business, hours: business}}"""
    nanoseconds = 45

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
    max: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="longest delay, in units: how far back a day can reach; without it three `sigma` above the median",
    )
    min: Annotated[float, Field(ge=0)] = Field(0.0, description="shortest delay, in units")
    unit: Literal["minutes", "hours", "days"] = Field("days", description="what delays are counted in")
    weekdays: Weekdays = Field("flat", description="weights of the days on which it runs, Monday first")
    hours: Hours = Field("flat", description="weights of the hours 0 to 23 in which it runs")
    days: DaysOfTheirOwn = Field(default={}, description="dates with a factor of their own: 0 is closed")

    @model_validator(mode="after")
    def _check(self) -> Delay:
        if self.even == (self.median is not None) or (self.median is None) != (self.sigma is None):
            raise ValueError("a delay has `median` and `sigma`, or `even: true`")
        if self.even and self.max is None:
            raise ValueError("an even delay needs `max`, the longest")
        if self.min >= self._longest:
            raise ValueError("`min` must be below `max`" + (f" ({self._longest:g})" if self.max is None else ""))
        if self.median is not None and self.sigma is not None and not has_numbers(*self._ends(self.median, self.sigma)):
            raise ValueError(f"the range lies more than {FARTHEST:g} standard deviations off, where no numbers are")
        for word in ("weekdays", "hours"):
            profile(word, getattr(self, word))
        if self.days and (max(self.days) - min(self.days)).days > MOST_YEARS * 366:
            raise ValueError(f"`days` lie within {MOST_YEARS} years of each other")
        return self

    @property
    def _longest(self) -> float:
        """Give `max`, or what stands for it, in units."""
        if self.max is not None or self.median is None or self.sigma is None:
            return self.max or 0.0
        return self.median * math.exp(min(USUAL_LONGEST * self.sigma, MOST_EXPONENT))

    @cached_property
    def _open(self) -> OpenTime | None:
        """Give the time in which it runs, or None for all time."""
        week, days = self._when.week, self._when.factors
        if (week == week[0, 0]).all() and not days:
            return None
        return open_time(tuple(week.ravel()), tuple(days.items()))

    @property
    def _unit(self) -> float:
        """Give how many ticks a unit has, which are microseconds where all time is open."""
        return UNIT_US[self.unit] if self._open is None else self._open.ticks_a(self.unit)

    def _ends(self, median: float, sigma: float) -> tuple[float, float]:
        """Give `min` and `max` in standard deviations of ln(delay) from the median."""
        low, high = (math.log(x / median) / sigma if x else -math.inf for x in (self.min, self._longest))
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
        a_day = UNIT_US["days"] if self._open is None else self._open.ticks_of_busiest_day
        by_days = self.min * self._unit >= a_day
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
        chain = view.is_own_before(self.after)
        starts = [view.at(path) or view.period() for path in (None if chain else self.after, self.first) if path]
        low, high = min(s.low for s in starts), max(s.high for s in starts)
        shortest, longest = self.min * self._unit, self._longest * self._unit * (view.siblings() if chain else 1)
        if self._open is None:
            return Span(low + shortest, high + longest)
        return Span(self._open.bound_after(low, shortest), self._open.bound_after(high, longest))

    @property
    def can_be_even(self) -> bool:
        """Whether its shares can be dealt out."""
        return True

    def draw(self, context: TableContext) -> pl.Series:
        """Add the delay, at least a tick, so that times run forward strictly. (rows,)"""
        uniform = context.stream().random(context.rows)
        if self.median is None or self.sigma is None:
            units = self.min + uniform * (self._longest - self.min)
        else:
            units = self.median * np.exp(self.sigma * normal_between(uniform, *self._ends(self.median, self.sigma)))
        delay = np.maximum(units * self._unit, 1.0).astype(np.int64)
        if self.first is None:
            before = moments(context.value(self.after))
        elif context.is_own_before(self.after):
            before, delay = moments(context.value(self.first)), self._in_a_chain(context, delay)
        else:
            before = moments(context.value(self.after).fill_null(context.value(self.first)))
        if self._open is None:
            return from_microseconds(np.where(before == NULL, NULL, before + delay), context.dtype)
        later = self._open.moments_after(np.where(before == NULL, 0, before), delay)
        return from_microseconds(np.where(before == NULL, NULL, later), context.dtype)

    def _in_a_chain(self, context: TableContext, delay: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Add up the delays of each row's siblings before, and its own. (rows,) -> (rows,)"""
        parents = context.ancestor_positions(str(context.parent())).positions
        whole = np.cumsum(delay)
        firsts = np.searchsorted(parents, parents)
        return whole - whole[firsts] + delay[firsts]
