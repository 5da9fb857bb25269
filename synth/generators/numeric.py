"""Even numbers and moments, and the bell curve of numbers and of their logarithms."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask
from synth.dtypes import BIGINT, DOUBLE, DType
from synth.generators.arrival import DAY_US, microseconds
from synth.generators.context import DrawContext, RowContext, SpanView
from synth.generators.declarations import Span
from synth.generators.numbers import Distribution, Ends, Plain, Positive, Scaled, Stepped, numbers_of
from synth.generators.rounding import (
    EXACT,
    WHOLE,
    Floats,
    as_exact,
    multiples,
    reals,
    span_of,
    why_no_reals,
    why_no_steps,
)
from synth.generators.sampling import FARTHEST, check_weights, has_numbers, normal_between, search_of
from synth.streams import Sub

__all__ = ["Lognormal", "Normal", "Uniform", "as_exact"]

FINE = 2**53  # places of a grid that floats tell apart
LARGEST = 709.0  # the logarithm of the largest float


class Uniform(Distribution):
    """Every value from `min` to `max` equally likely, both included. Numbers, dates or timestamps.

    With a `step` every multiple of it between them.
    """

    example = 'price: {uniform: {min: 0.5, max: 99}, type: "decimal(12,2)"}'

    min: int | float | dt.date = Field(description="the least value, included")
    max: int | float | dt.date = Field(description="the largest value, included")
    step: Positive | None = Field(None, description="of numbers, in the column's own unit: multiples of it alone")

    @model_validator(mode="after")
    def _check(self) -> Uniform:
        if isinstance(self.min, dt.date) != isinstance(self.max, dt.date):
            raise ValueError("`min` and `max` are both numbers or both dates")
        if self.min > self.max:  # type: ignore[operator]
            raise ValueError("`min` is above `max`")
        if self.step is not None and isinstance(self.min, dt.date):
            raise ValueError("`step` goes with numbers, not with dates")
        return self

    def dtype(self) -> DType:
        """Give date, integer or double, as `min` and `max` are."""
        if isinstance(self.min, dt.date):
            return DType("date")
        if not (isinstance(self.min, int) and isinstance(self.max, int) and (self.step or 1) % 1 == 0):
            return DOUBLE
        return DType("integer") if max(-self.min, self.max) < DType("integer").limit else BIGINT

    def accepts(self, dtype: DType) -> str | None:
        """Take numbers for numbers, and moments for dates."""
        moments = isinstance(self.min, dt.date)
        fits = dtype.is_time if moments else dtype.has_units or dtype.is_float
        if not fits:
            return f"values from {self.min} to {self.max} cannot be {dtype}"
        if refused := why_no_steps(self._step, dtype):
            return refused
        if dtype.name == "real" and (refused := why_no_reals(float(self.min), float(self.max), self._step)):  # type: ignore[arg-type]
            return refused
        if self._pitch(dtype) and self._ends(dtype)[0] > self._ends(dtype)[1]:
            what = f"multiple of {self.step:g}" if self.step else str(dtype)
            return f"no {what} lies between {self.min} and {self.max}"
        return None

    @property
    def _step(self) -> Decimal | None:
        """The step as it is written."""
        return None if self.step is None else Decimal(str(self.step))

    def _pitch(self, dtype: DType) -> Decimal | None:
        """Give the distance of two places of the grid of numbers; None for doubles without a step, which have none."""
        return self._step or (WHOLE.scaleb(-dtype.digits) if dtype.has_units else None)

    def capacity(self, dtype: DType) -> int | None:
        """Count the places of the grid from `min` to `max`; None for doubles without a step."""
        if isinstance(self.min, dt.date) and isinstance(self.max, dt.date):
            step = DAY_US if dtype.name == "date" else 1
            return (microseconds(self.max) - microseconds(self.min)) // step + 1
        if self._pitch(dtype) is None:
            return None
        first, last = self._ends(dtype)
        return last - first + 1

    def lowest(self) -> float | None:
        """Give `min`, of numbers."""
        return None if isinstance(self.min, dt.date) else float(self.min)

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Count the places of the grid above it; of doubles give the stretch."""
        count = self.capacity(dtype)
        if isinstance(self.min, dt.date):
            step = DAY_US if dtype.name == "date" else 1
            passed = (floor - microseconds(self.min)) // step + 1
        elif count is None:
            low, high = float(self.min), float(self.max)  # type: ignore[arg-type]
            return min(1.0, max(0.0, (high - floor) / (high - low) if high > low else float(high > floor)))
        else:
            passed = math.floor(EXACT.divide(Decimal(floor), self._pitch(dtype) or WHOLE)) - self._ends(dtype)[0] + 1
        assert count is not None
        return min(count, max(0, count - passed)) / max(1, count)

    def moment_range(self) -> tuple[dt.date, dt.date] | None:
        """Give the ends, where they are moments."""
        moments = isinstance(self.min, dt.date) and isinstance(self.max, dt.date)
        return (self.min, self.max) if moments else None  # type: ignore[return-value]

    def _ends(self, dtype: DType) -> tuple[int, int]:
        """The first and the last place of the grid from `min` to `max`: multiples of the step, else minor units."""
        low, high = (Decimal(str(x)) for x in (self.min, self.max) if not isinstance(x, dt.date))
        pitch = self._pitch(dtype) or WHOLE
        return math.ceil(EXACT.divide(low, pitch)), math.floor(EXACT.divide(high, pitch))

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of the grid."""
        if isinstance(self.min, dt.date) and isinstance(self.max, dt.date):
            return Span(microseconds(self.min), microseconds(self.max))
        if dtype.has_units:
            units = int((self._pitch(dtype) or WHOLE).scaleb(dtype.digits))
            return Span(*(place * units for place in self._ends(dtype)))
        return Span(math.floor(self.min), math.ceil(self.max))  # type: ignore[arg-type]

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the places of the grid: the type's own, or of doubles one that is coarse enough to tell them apart."""
        if not dtype.is_float or self.step:
            return self.capacity(dtype)
        low, high = (float(x) for x in (self.min, self.max) if not isinstance(x, dt.date))
        near = np.spacing((np.float32 if dtype.name == "real" else float)(max(abs(low), abs(high))))
        return max(1, int(min(2.0**52, (high / 2 - low / 2) / float(near) / 2)))

    def quantiles_of(self, dtype: DType) -> Floats | None:
        """Give those of numbers; of moments none."""
        return None if isinstance(self.min, dt.date) else super().quantiles_of(dtype)

    def at_shares(self, shares: Floats, dtype: DType) -> pl.Series:
        if self.step is None and (dtype.is_float or dtype.name == "wide"):
            return self._floats(shares, dtype)
        return self._of(self._ends(dtype)[0] + (shares * (self.capacity(dtype) or 1)).astype(np.int64), dtype)

    def _floats(self, shares: Floats, dtype: DType) -> pl.Series:
        """Give the numbers at these shares of the way from `min` to `max`. (rows,) -> (rows,)"""
        low, high = (float(x) for x in (self.min, self.max) if not isinstance(x, dt.date))
        found = _between(low, high, shares)
        if dtype.name == "wide":
            return as_exact(found, dtype, *self._ends(dtype))
        return reals(found, low, high) if dtype.name == "real" else pl.Series(found)

    def _of(self, places: npt.NDArray[np.int64], dtype: DType) -> pl.Series:
        """Give so many steps, or minor units, each. (rows,) -> (rows,)"""
        return pl.Series(places) if self._step is None else multiples(places, self._step, dtype)

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw values on the type's own grid: whole days, whole minor units, microseconds. (rows,)"""
        uniform = context.stream().random(context.rows)
        if self.step is None and (context.dtype.is_float or context.dtype.name == "wide"):
            return self._floats(uniform, context.dtype)
        count = self.capacity(context.dtype) or 1
        if count > FINE:  # floats would leave some out
            if isinstance(self.min, dt.date):
                return self.draw_at(context, context.stream().integers(0, count, context.rows))
            first, last = self._ends(context.dtype)
            return self._of(context.stream().integers(first, last, context.rows, endpoint=True), context.dtype)
        return self.draw_at(context, (uniform * count).astype(np.int64))

    def draw_at(self, context: DrawContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the values at these places of the grid. (rows,) -> (rows,)"""
        if isinstance(self.min, dt.date):
            step = DAY_US if context.dtype.name == "date" else 1
            times = microseconds(self.min) + places * step
            return pl.Series(times).cast(pl.Datetime("us")).cast(context.dtype.drawn)
        if context.dtype.is_float and not self.step:
            count = self.places(context.dtype, lambda table: None) or 1
            return self._floats((places + 0.5) / count, context.dtype)
        return self._of(self._ends(context.dtype)[0] + places, context.dtype)


def _between(low: float, high: float, shares: Floats) -> Floats:
    """Give the numbers at these shares of the way from low to high. (n,) -> (n,)"""
    width = high - low
    return low + shares * width if math.isfinite(width) else low * (1 - shares) + high * shares


class Normal(Plain, Stepped):
    """The bell curve, cut to [min, max] where given."""

    example = 'stars: {normal: {mean: 4.1, sd: 0.5, min: 1, max: 5}, type: "decimal(2,1)"}'
    nanoseconds = 80

    mean: float = Field(description="the middle, before it is cut")
    sd: Positive = Field(description="standard deviation, before it is cut")

    def _check_range(self) -> None:
        _check_standard(*self._standard(*self.ends()))

    def farthest(self) -> Ends:
        return self.mean - FARTHEST * self.sd, self.mean + FARTHEST * self.sd

    def _standard(self, low: float, high: float) -> Ends:
        """Give two ends in standard deviations from the mean."""
        return (low - self.mean) / self.sd, (high - self.mean) / self.sd

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        return self.mean + self.sd * normal_between(shares, *self._standard(low, high))

    def share_between(self, low: float, high: float) -> float:
        return _normal_share(*self._standard(low, high))

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw from the distribution as it is cut; no value is moved to an end. (rows,)"""
        if self.min is None and self.max is None:
            return self.rounded(self.mean + self.sd * context.stream().standard_normal(context.rows), context.dtype)
        return self.read_off(context)


class Lognormal(Scaled):
    """Skewed positive amounts: most are small, a few are huge. Optional price endings: `{".99": 0.4, ".00": 0.6}`."""

    scale_word = "median"

    example = """price:
  lognormal: {median: 35, sigma: 0.9, max: 5000, endings: {".99": 0.6, ".00": 0.4}}
  type: decimal(12,2)"""
    nanoseconds = 70

    median: Positive | str = Field(description="in the column's own unit, or a column of medians")
    sigma: Positive = Field(description="standard deviation of ln(value)")
    min: Annotated[float, Field(ge=0)] | None = Field(None, description="what is below is not drawn")
    max: Positive | None = Field(None, description="what is above is not drawn")
    endings: dict[str, Annotated[float, Field(ge=0)]] | None = Field(
        None, description='digits behind the point by weight, `{".99": 0.6, ".00": 0.4}`'
    )

    @model_validator(mode="after")
    def _check_endings(self) -> Lognormal:
        if self.endings and (self.max or 1e18) - (self.min or 0) < 1:
            raise ValueError("`endings` need a range of 1 or more from `min` to `max`")
        if self.endings and self.step:
            raise ValueError("`endings` are for whole units, and `step` for any; one of them is expected")
        for ending in self.endings or ():
            if not ending.startswith(".") or not ending[1:].isdigit():
                raise ValueError(f"a price ending is written '.99', not '{ending}'")
        if self.endings is not None:
            check_weights(self.endings.values(), "shares of the endings")
        return self

    def _check_range(self) -> None:
        if not self.by_column:
            _check_standard(*self._standard(*(end / self.unit for end in self.ends())))

    def _standard(self, low: float, high: float) -> Ends:
        """Give two ends of the distribution of median 1 in standard deviations of ln(value)."""
        low, high = (math.log(end) / self.sigma if end > 0 else -math.inf for end in (low, high))
        return low, high

    def unit_farthest(self) -> Ends:
        return 0.0, _power(1.0, FARTHEST * self.sigma)

    def unit_between(self, shares: Floats, low: float, high: float) -> Floats:
        with np.errstate(over="ignore"):
            drawn: Floats = np.exp(self.sigma * normal_between(shares, *self._standard(low, high)))
        return drawn

    def unit_share(self, low: float, high: float) -> float:
        return _normal_share(*self._standard(low, high))

    def why_no_part(self) -> str | None:
        return "it has no `endings`" if self.endings else super().why_no_part()

    def lowest(self) -> float | None:
        """Give `min`, or 0; None where medians are a column's."""
        return None if self.by_column else super().lowest()

    def capacity(self, dtype: DType) -> int | None:
        return None if self.endings else super().capacity(dtype)

    def share_above(self, floor: int, dtype: DType) -> float | None:
        return None if self.endings else super().share_above(floor, dtype)

    def cut(self, dtype: DType) -> Ends:
        return self.ends() if self.endings else super().cut(dtype)

    def accepts(self, dtype: DType) -> str | None:
        """Take types that have the digits of the endings."""
        longest = max((len(e) - 1 for e in self.endings or ()), default=0)
        if self.endings and (dtype.name != "decimal" or dtype.digits < longest):
            return f"endings of {longest} digits need a decimal with as many"
        return super().accepts(dtype)

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of what comes out, farther than which nothing is drawn; None where medians are not known."""
        medians = (self.median, self.median) if not isinstance(self.median, str) else view.numbers_at(self.median)
        if medians is None:
            return None
        highest = _power(medians[1], FARTHEST * self.sigma) if medians[1] > 0 else 0.0
        lowest = _power(medians[0], FARTHEST * self.sigma) if medians[0] < 0 else 0.0
        if self.max is not None:
            highest = min(highest, self.max)
        return span_of(lowest, math.floor(highest) + 1 if self.endings and self.max is None else highest, dtype)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw exp of a normal; with endings, the whole units stay and the digits behind are drawn. (rows,)"""
        medians, missing = numbers_of(context, self.by_column, "median") if self.by_column else (self.unit, None)
        if self.min is None and self.max is None:
            values = medians * np.exp(self.sigma * context.stream().standard_normal(context.rows))
        else:
            values = self.between(context.stream().random(context.rows), *self.cut(context.dtype))
        if not self.endings:
            drawn = self.rounded(values, context.dtype)
            return drawn if missing is None else mask(drawn, missing)
        unit = 10**context.dtype.digits
        choices = np.array([int(e[1:].ljust(context.dtype.digits, "0")) for e in self.endings])
        which = search_of(tuple(self.endings.values()))
        behind = choices[which(context.stream(Sub.ENDINGS).random(context.rows) * sum(self.endings.values()))]
        amounts = np.floor(values).astype(np.int64) * unit + behind
        low = as_exact(np.array([self.min or 0.0]), context.dtype)[0] or 1
        amounts = np.where(amounts < low, amounts + unit, amounts)
        if self.max is not None:
            high = as_exact(np.array([self.max]), context.dtype)[0]
            amounts = np.where(amounts > high, amounts - unit, amounts)
        return pl.Series(amounts) if missing is None else mask(pl.Series(amounts), missing)


def _power(number: float, exponent: float) -> float:
    """Give number × e^exponent, without end where it is too large for a float."""
    fits = exponent + math.log(max(abs(number), 1e-300)) < LARGEST and exponent < LARGEST
    return number * math.exp(exponent) if fits else math.copysign(math.inf, number)


def _check_standard(low: float, high: float) -> None:
    """Refuse a range in standard deviations that holds no numbers. Raises ValueError."""
    if not has_numbers(low, high):
        raise ValueError(f"the range lies more than {FARTHEST:g} standard deviations off, where no numbers are")


def _normal_share(low: float, high: float) -> float:
    """Give the share of standard normal numbers that lies between two numbers."""
    if low > 0:  # shares near 1 have no digits left
        low, high = -high, -low
    below, above = (0.5 * math.erfc(-end * math.sqrt(0.5)) for end in (low, high))
    return max(0.0, above - below)
