"""Numbers from a distribution. With an exact type they are rounded once, to minor units, and are exact from there on."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from decimal import Context, Decimal
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask
from synth.dtypes import BIGINT, DOUBLE, DType
from synth.generators.arrival import DAY_US, microseconds
from synth.generators.base import Generator
from synth.generators.context import DrawContext, RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue, Span
from synth.generators.sampling import FARTHEST, Search, check_weights, has_numbers, normal_between
from synth.streams import Sub

__all__ = ["Gamma", "Lognormal", "Normal", "Uniform", "as_exact"]

Floats = npt.NDArray[np.float64]
Positive = Annotated[float, Field(gt=0)]
Ends = tuple[float | None, float | None]

EXACT = Context(prec=400)  # digits: a double written out has fewer
FINE = 2**53  # places of a grid that floats tell apart
LARGEST = 709.0  # the logarithm of the largest float
RARE = math.log(1e18)  # what lies beyond a span comes once in as many times, as FARTHEST has it


def as_exact(values: Floats, dtype: DType) -> pl.Series:
    """Turn floats into a drawn column: minor units, half away from zero, or as they are. (n,) -> (n,)

    Raises OverflowError.
    """
    scaled = values * 10.0**dtype.digits if dtype.is_exact else values
    if len(scaled) and not np.abs(scaled).max() < (2.0**63 if dtype.is_exact else np.inf):
        raise OverflowError(f"a value is drawn that no {dtype} can hold; give it a `max`")
    if not dtype.is_exact:
        return pl.Series(values)
    return pl.Series((np.sign(scaled) * np.floor(np.abs(scaled) + 0.5)).astype(np.int64))


class _Numeric(Generator):
    default_type = DOUBLE

    def accepts(self, dtype: DType) -> str | None:
        """Take any number type."""
        return None if dtype.is_exact or dtype.name == "double" else f"numbers cannot be {dtype}"


class Uniform(Generator):
    """Every value from `min` to `max` equally likely, both included. Numbers, dates or timestamps."""

    example = 'price: {uniform: {min: 0.5, max: 99}, type: "decimal(12,2)"}'

    min: int | float | dt.date = Field(description="the least value, included")
    max: int | float | dt.date = Field(description="the largest value, included")

    @model_validator(mode="after")
    def _check(self) -> Uniform:
        if isinstance(self.min, dt.date) != isinstance(self.max, dt.date):
            raise ValueError("`min` and `max` are both numbers or both dates")
        if self.min > self.max:  # type: ignore[operator]
            raise ValueError("`min` is above `max`")
        return self

    def dtype(self) -> DType:
        """Give date, integer or double, as `min` and `max` are."""
        if isinstance(self.min, dt.date):
            return DType("date")
        if not (isinstance(self.min, int) and isinstance(self.max, int)):
            return DOUBLE
        return DType("integer") if max(-self.min, self.max) < DType("integer").limit else BIGINT

    def accepts(self, dtype: DType) -> str | None:
        """Take numbers for numbers, and moments for dates."""
        moments = isinstance(self.min, dt.date)
        fits = dtype.is_time if moments else dtype.is_exact or dtype.name == "double"
        if not fits:
            return f"values from {self.min} to {self.max} cannot be {dtype}"
        if dtype.is_exact and self._ends(dtype)[0] > self._ends(dtype)[1]:
            return f"no {dtype} lies between {self.min} and {self.max}"
        return None

    def capacity(self, dtype: DType) -> int | None:
        """Count the places of the type's grid from `min` to `max`; None for doubles."""
        if isinstance(self.min, dt.date) and isinstance(self.max, dt.date):
            step = DAY_US if dtype.name == "date" else 1
            return (microseconds(self.max) - microseconds(self.min)) // step + 1
        if not dtype.is_exact:
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
            passed = floor * 10**dtype.digits - self._ends(dtype)[0] + 1
        assert count is not None
        return min(count, max(0, count - passed)) / max(1, count)

    def moment_range(self) -> tuple[dt.date, dt.date] | None:
        """Give the ends, where they are moments."""
        moments = isinstance(self.min, dt.date) and isinstance(self.max, dt.date)
        return (self.min, self.max) if moments else None  # type: ignore[return-value]

    def _ends(self, dtype: DType) -> tuple[int, int]:
        """The first and the last whole number of minor units from `min` to `max`."""
        low, high = (Decimal(str(x)) for x in (self.min, self.max) if not isinstance(x, dt.date))
        return math.ceil(low.scaleb(dtype.digits, EXACT)), math.floor(high.scaleb(dtype.digits, EXACT))

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of the grid."""
        if isinstance(self.min, dt.date) and isinstance(self.max, dt.date):
            return Span(microseconds(self.min), microseconds(self.max))
        if dtype.is_exact:
            return Span(*self._ends(dtype))
        return Span(math.floor(self.min), math.ceil(self.max))  # type: ignore[arg-type]

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the places of the grid: the type's own, or of doubles one that is coarse enough to tell them apart."""
        if dtype.name != "double":
            return self.capacity(dtype)
        low, high = (float(x) for x in (self.min, self.max) if not isinstance(x, dt.date))
        return max(1, int(min(2.0**52, (high / 2 - low / 2) / float(np.spacing(max(abs(low), abs(high)))) / 2)))

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw values on the type's own grid: whole days, whole minor units, microseconds. (rows,)"""
        uniform = context.stream().random(context.rows)
        if context.dtype.name == "double":
            low, high = (float(x) for x in (self.min, self.max) if not isinstance(x, dt.date))
            return pl.Series(_between(low, high, uniform))
        count = self.capacity(context.dtype) or 1
        if count > FINE:  # floats would leave some out
            first, last = self._ends(context.dtype)
            return pl.Series(context.stream().integers(first, last, context.rows, endpoint=True))
        return self.draw_at(context, (uniform * count).astype(np.int64))

    def draw_at(self, context: DrawContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the values at these places of the grid. (rows,) -> (rows,)"""
        if isinstance(self.min, dt.date):
            step = DAY_US if context.dtype.name == "date" else 1
            times = microseconds(self.min) + places * step
            return pl.Series(times).cast(pl.Datetime("us")).cast(context.dtype.drawn)
        if context.dtype.name == "double":
            low, high = float(self.min), float(self.max)  # type: ignore[arg-type]
            count = self.places(context.dtype, lambda table: None) or 1
            return pl.Series(_between(low, high, (places + 0.5) / count))
        return pl.Series(self._ends(context.dtype)[0] + places)


def _between(low: float, high: float, shares: Floats) -> Floats:
    """Give the numbers at these shares of the way from low to high. (n,) -> (n,)"""
    width = high - low
    return low + shares * width if math.isfinite(width) else low * (1 - shares) + high * shares


class Normal(_Numeric):
    """The bell curve, cut to [min, max] where given."""

    example = 'stars: {normal: {mean: 4.1, sd: 0.5, min: 1, max: 5}, type: "decimal(2,1)"}'

    mean: float = Field(description="the middle, before it is cut")
    sd: Positive = Field(description="standard deviation, before it is cut")
    min: float | None = Field(None, description="what is below is not drawn")
    max: float | None = Field(None, description="what is above is not drawn")

    @model_validator(mode="after")
    def _check(self) -> Normal:
        _check_range(self.min, self.max, self._ends())
        return self

    def lowest(self) -> float:
        """Give `min`; without one there is none."""
        return -math.inf if self.min is None else self.min

    def _ends(self) -> Ends:
        """Give `min` and `max` in standard deviations from the mean."""
        low, high = ((x - self.mean) / self.sd if x is not None else None for x in (self.min, self.max))
        return low, high

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of what comes out, farther than which nothing is drawn."""
        low, high = (self.mean + sign * FARTHEST * self.sd for sign in (-1, 1))
        low, high = low if self.min is None else max(low, self.min), high if self.max is None else min(high, self.max)
        return _span_of(low, high, dtype)

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw from the distribution as it is cut; no value is moved to an end. (rows,)"""
        return as_exact(self.mean + self.sd * _standard(context, *self._ends()), context.dtype)


class Lognormal(_Numeric):
    """Skewed positive amounts: most are small, a few are huge. Optional price endings: `{".99": 0.4, ".00": 0.6}`."""

    example = """price:
  lognormal: {median: 35, sigma: 0.9, max: 5000, endings: {".99": 0.6, ".00": 0.4}}
  type: decimal(12,2)"""

    median: Positive | str = Field(description="in the column's own unit, or a column of medians")
    sigma: Positive = Field(description="standard deviation of ln(value)")
    min: Annotated[float, Field(ge=0)] | None = Field(None, description="what is below is not drawn")
    max: Positive | None = Field(None, description="what is above is not drawn")
    endings: dict[str, Annotated[float, Field(ge=0)]] | None = Field(
        None, description='digits behind the point by weight, `{".99": 0.6, ".00": 0.4}`'
    )

    @model_validator(mode="after")
    def _check(self) -> Lognormal:
        _check_range(self.min, self.max, (None, None) if isinstance(self.median, str) else self._ends(self.median))
        if isinstance(self.median, str) and (self.min is not None or self.max is not None):
            raise ValueError("`min` and `max` go with one median for all rows")
        if self.endings and (self.max or 1e18) - (self.min or 0) < 1:
            raise ValueError("`endings` need a range of 1 or more from `min` to `max`")
        for ending in self.endings or ():
            if not ending.startswith(".") or not ending[1:].isdigit():
                raise ValueError(f"a price ending is written '.99', not '{ending}'")
        if self.endings is not None:
            check_weights(self.endings.values(), "shares of the endings")
        return self

    def _ends(self, median: float) -> Ends:
        """Give `min` and `max` in standard deviations of ln(value) from the median."""
        low, high = (math.log(x / median) / self.sigma if x else None for x in (self.min, self.max))
        return low, high

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of medians."""
        return (RowValue(self.median),) if isinstance(self.median, str) else ()

    def accepts(self, dtype: DType) -> str | None:
        """Take types that have the digits of the endings."""
        longest = max((len(e) - 1 for e in self.endings or ()), default=0)
        if self.endings and (dtype.name != "decimal" or dtype.digits < longest):
            return f"endings of {longest} digits need a decimal with as many"
        return super().accepts(dtype)

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the median may be NULL."""
        return isinstance(self.median, str) and view.gives_null(self.median)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column of medians that holds no numbers."""
        if isinstance(self.median, str):
            found = view.type_at(self.median)
            if not found.is_exact and found != DOUBLE:
                yield Complaint(f"'{self.median}' is {found}, and a median is a number", at=("median",))

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of what comes out, farther than which nothing is drawn; None where medians are not known."""
        medians = (self.median, self.median) if not isinstance(self.median, str) else view.numbers_at(self.median)
        if medians is None:
            return None
        highest = _power(medians[1], FARTHEST * self.sigma) if medians[1] > 0 else 0.0
        lowest = _power(medians[0], FARTHEST * self.sigma) if medians[0] < 0 else 0.0
        if self.max is not None:
            highest = min(highest, self.max)
        return _span_of(lowest, math.floor(highest) + 1 if self.endings and self.max is None else highest, dtype)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw exp of a normal; with endings, the whole units stay and the digits behind are drawn. (rows,)"""
        missing = None
        if isinstance(self.median, str):
            found = context.value(self.median)
            missing = found.is_null().to_numpy() if found.null_count() else None
            medians: Any = found.fill_null(0).to_numpy() / 10.0 ** context.type_at(self.median).digits
            ends: Ends = (None, None)
        else:
            medians, ends = self.median, self._ends(self.median)
        values = medians * np.exp(self.sigma * _standard(context, *ends))
        if not self.endings:
            drawn = as_exact(values, context.dtype)
            return drawn if missing is None else mask(drawn, missing)
        unit = 10**context.dtype.digits
        choices = np.array([int(e[1:].ljust(context.dtype.digits, "0")) for e in self.endings])
        which = Search(np.cumsum(list(self.endings.values())))
        behind = choices[which(context.stream(Sub.ENDINGS).random(context.rows) * sum(self.endings.values()))]
        amounts = np.floor(values).astype(np.int64) * unit + behind
        low = as_exact(np.array([self.min or 0.0]), context.dtype)[0] or 1
        amounts = np.where(amounts < low, amounts + unit, amounts)
        if self.max is not None:
            high = as_exact(np.array([self.max]), context.dtype)[0]
            amounts = np.where(amounts > high, amounts - unit, amounts)
        return pl.Series(amounts) if missing is None else mask(pl.Series(amounts), missing)


class Gamma(_Numeric):
    """Positive numbers of mean `mean`; the smaller `shape`, the more unequal."""

    example = "activity: {gamma: {shape: 0.6, mean: 3}}"

    shape: Positive = Field(description="1 / (the square of the coefficient of variation)")
    mean: Positive = Field(1.0, description="mean of the values")

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of what comes out: above them lies, by Chernoff's bound, less than one in 10^18."""
        scale, high = self.mean / self.shape, self.shape + 1
        while self.shape * (math.log(high / self.shape) + 1) - high > -RARE:
            high *= 1.05
        return _span_of(0.0, high * scale, dtype)

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw one gamma number a row. (rows,)"""
        values = context.stream().standard_gamma(self.shape, context.rows) * (self.mean / self.shape)
        return as_exact(values, context.dtype)


def _power(number: float, exponent: float) -> float:
    """Give number × e^exponent, without end where it is too large for a float."""
    fits = exponent + math.log(max(abs(number), 1e-300)) < LARGEST and exponent < LARGEST
    return number * math.exp(exponent) if fits else math.copysign(math.inf, number)


def _span_of(low: float, high: float, dtype: DType) -> Span:
    """Give a span of numbers as whole minor units of a type; of doubles in whole numbers."""
    unit = 10**dtype.digits if dtype.is_exact else 1

    def units(number: float) -> float:
        if math.isinf(number):
            return number
        return int(Decimal(number) * unit + Decimal("0.5").copy_sign(Decimal(number)))

    return Span(units(low), units(high))


def _check_range(low: float | None, high: float | None, ends: Ends) -> None:
    """Refuse a range that holds no numbers; `ends` are the same in standard deviations. Raises ValueError."""
    if low is not None and high is not None and low >= high:
        raise ValueError("`min` must be below `max`")
    if not has_numbers(-math.inf if ends[0] is None else ends[0], math.inf if ends[1] is None else ends[1]):
        raise ValueError(f"the range lies more than {FARTHEST:g} standard deviations off, where no numbers are")


def _standard(context: DrawContext, low: float | None, high: float | None) -> Floats:
    """Draw standard normal numbers, cut where asked. (rows,)"""
    if low is None and high is None:
        numbers: Floats = context.stream().standard_normal(context.rows)
        return numbers
    return normal_between(
        context.stream().random(context.rows), -math.inf if low is None else low, math.inf if high is None else high
    )
