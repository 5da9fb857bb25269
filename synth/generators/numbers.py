"""What distributions of numbers share: one uniform number a row, read off the inverse of the distribution as it is cut.

So a cut is exact however far out it lies, the number of a row depends on nothing but its own uniform number, and a mixture
or a rank correlation can hand in uniform numbers of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask
from synth.dtypes import BIGINT, DOUBLE, DType
from synth.errors import DataError
from synth.generators.base import Generator
from synth.generators.context import DrawContext, RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue, Span
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

__all__ = [
    "QUANTILES",
    "RARE",
    "Distribution",
    "Ends",
    "Floats",
    "Number",
    "Plain",
    "Positive",
    "Scaled",
    "Stepped",
    "no_numbers",
    "numbers_of",
]

Positive = Annotated[float, Field(gt=0)]
Ends = tuple[float, float]

QUANTILES = 8192  # of a distribution, where its ranks are asked for
RARE = math.log(1e18)  # what lies beyond a span comes once in as many times


class Distribution(Generator):
    """Numbers that follow from one uniform number each."""

    default_type = DOUBLE

    def accepts(self, dtype: DType) -> str | None:
        """Take any number type."""
        return None if dtype.has_units or dtype.is_float else f"numbers cannot be {dtype}"

    @property
    def can_be_even(self) -> bool:
        """Whether its shares can be dealt out."""
        return True

    @property
    def by_column(self) -> str | None:
        """The path of the column that holds a parameter; None where all are numbers for all rows."""
        return None

    def why_no_part(self) -> str | None:
        """Say why it cannot be a part of a mixture; None where it can."""
        return "its parameters are numbers, not columns" if self.by_column else None

    def at_shares(self, shares: Floats, dtype: DType) -> pl.Series:
        """Give the values below which these shares of what comes out lie, as drawn in a type. (n,) -> (n,)"""
        raise NotImplementedError

    def quantiles_of(self, dtype: DType) -> Floats | None:
        return None if self.by_column else self.at_shares((np.arange(QUANTILES) + 0.5) / QUANTILES, dtype).to_numpy()

    def read_off(self, context: DrawContext) -> pl.Series:
        """Read one uniform number a row off the inverse of the distribution. (rows,)"""
        return self.at_shares(context.stream().random(context.rows), context.dtype)


class Plain(Distribution):
    """A distribution whose parameters are the same in all rows."""

    def draw(self, context: DrawContext) -> pl.Series:
        """Read one uniform number a row off the inverse of the distribution. (rows,)"""
        return self.read_off(context)


class Number(Distribution):
    """A distribution that `min` and `max` cut: what lies outside never comes, and what is inside keeps its proportions."""

    min: float | None = Field(None, description="in the column's own unit: what is below is not drawn")
    max: float | None = Field(None, description="in the column's own unit: what is above is not drawn")

    # -- what each distribution answers for itself

    def support(self) -> Ends:
        """Give the ends between which the uncut distribution lies, infinite where there are none."""
        return -math.inf, math.inf

    def farthest(self) -> Ends:
        """Give the ends beyond which less than one in 10^18 of the uncut distribution lies."""
        return self.support()

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        """Give the numbers below which these shares of the distribution cut to [low, high] lie. (n,) -> (n,)"""
        raise NotImplementedError

    def share_between(self, low: float, high: float) -> float:
        """Give the share of the uncut distribution that lies between two numbers."""
        raise NotImplementedError

    # -- what follows for all

    @model_validator(mode="after")
    def _check_ends(self) -> Number:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError("`min` must be below `max`")
        if self.min is not None or self.max is not None:
            self._check_range()
        return self

    def _check_range(self) -> None:
        """Refuse a range beside the numbers. Raises ValueError."""
        (low, high), (first, last) = self.ends(), self.farthest()
        if low >= high or low > last or high < first:
            raise ValueError(f"no numbers lie between `min` and `max`: they lie between {first:g} and {last:g}")

    def ends(self) -> Ends:
        """Give the ends between which all that is drawn lies."""
        low, high = self.support()
        return (low if self.min is None else max(low, self.min)), (high if self.max is None else min(high, self.max))

    def pitch(self, dtype: DType) -> Decimal | None:
        """Give the distance of the values that a type, or a step, lets come; None where any may."""
        return WHOLE.scaleb(-dtype.digits) if dtype.has_units else None

    def _places(self, dtype: DType) -> tuple[float, float]:
        """Give the first and the last multiple of the pitch from `min` to `max`, in pitches; infinite without them."""
        pitch = self.pitch(dtype)
        if pitch is None:
            return -math.inf, math.inf
        low, high = (None if end is None else EXACT.divide(Decimal(str(end)), pitch) for end in (self.min, self.max))
        first = -math.inf if low is None else int(low.to_integral_value(ROUND_CEILING))
        return first, math.inf if high is None else int(high.to_integral_value(ROUND_FLOOR))

    def accepts(self, dtype: DType) -> str | None:
        """Take number types that have a value between `min` and `max`."""
        refused = super().accepts(dtype)
        if refused is None and self._places(dtype)[0] > self._places(dtype)[1]:
            return f"no {dtype} lies between {self.min} and {self.max}"
        if refused is None and dtype.name == "real":
            return why_no_reals(*self.ends(), self.pitch(dtype))
        return refused

    def cut(self, dtype: DType) -> Ends:
        """Give the ends at which to cut: `min` and `max`, and nearer where a number would be rounded past them."""
        (low, high), pitch = self.ends(), self.pitch(dtype)
        if pitch is not None:
            first, last = self._places(dtype)
            low, high = max(low, (first - 0.5) * float(pitch)), min(high, (last + 0.5) * float(pitch))
        return low, high

    def lowest(self) -> float | None:
        """Give the least number, minus infinity where there is none."""
        return self.ends()[0]

    def capacity(self, dtype: DType) -> int | None:
        """Count the places from end to end; None where there is no end, or no place."""
        (low, high), pitch = self.ends(), self.pitch(dtype)
        if pitch is None or math.isinf(low) or math.isinf(high):
            return None
        first, last = self._places(dtype)
        first = max(first, math.floor(low / float(pitch) + 0.5))
        return int(min(last, math.floor(high / float(pitch) + 0.5)) - first) + 1

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Give the share of what comes out that is rounded to more than a number."""
        pitch = self.pitch(dtype)
        least = floor if pitch is None else (math.floor(floor / pitch) + 0.5) * float(pitch)
        low, high = self.cut(dtype)
        whole = self.share_between(low, high)
        if least <= low or not whole:
            return 1.0 if least <= low else None
        return 0.0 if least >= high else min(1.0, self.share_between(least, high) / whole)

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of what comes out, farther than which nothing is drawn."""
        (low, high), (first, last) = self.ends(), self.farthest()
        return span_of(max(low, first), min(high, last), dtype)

    def rounded(self, values: Floats, dtype: DType) -> pl.Series:
        """Give numbers as they are drawn in a type, none of them past an end. (n,) -> (n,)"""
        if dtype.name == "real":
            return reals(values, *self.ends())
        if self.min is None and self.max is None:
            return as_exact(values, dtype)
        # floats may miss by a hair the cut, or the middle of two places where it lies
        return as_exact(np.clip(values, *self.ends()), dtype, *self._places(dtype))

    def at_shares(self, shares: Floats, dtype: DType) -> pl.Series:
        return self.rounded(self.between(shares, *self.cut(dtype)), dtype)


class Stepped(Number):
    """A distribution of any numbers, which may be rounded to multiples of `step`."""

    step: Positive | None = Field(
        None, description="in the column's own unit, what numbers are rounded to: 0.05 gives 1.15, 1.20, 1.25"
    )

    def _step(self) -> Decimal | None:
        """Give the step as it is written."""
        return None if self.step is None else Decimal(str(self.step))

    def pitch(self, dtype: DType) -> Decimal | None:
        return self._step() or super().pitch(dtype)

    def accepts(self, dtype: DType) -> str | None:
        """Take number types that have the digits of the step, and a value between `min` and `max`."""
        step = self._step()
        if refused := why_no_steps(step, dtype):
            return refused
        if step is not None and self._places(dtype)[0] > self._places(dtype)[1]:
            return f"no multiple of {self.step:g} lies between {self.min} and {self.max}"
        return super().accepts(dtype)

    def rounded(self, values: Floats, dtype: DType) -> pl.Series:
        """Give numbers as they are drawn in a type: the nearest multiples of the step, half away from zero. (n,) -> (n,)"""
        step = self._step()
        if step is None:
            return super().rounded(values, dtype)
        places = as_exact(values / float(step), BIGINT, *self._places(dtype))
        return multiples(places.to_numpy(), step, dtype)


class Scaled(Stepped):
    """A distribution of numbers from 0 up whose one scale multiplies all of them: a number, or a column of the row."""

    scale_word: ClassVar[str]  # the field that holds it

    @property
    def by_column(self) -> str | None:
        """The path of the column that holds the scale; None where it is one number for all rows."""
        held = getattr(self, self.scale_word)
        return held if isinstance(held, str) else None

    @property
    def unit(self) -> float:
        """The scale, or 1 where it is a column's."""
        return 1.0 if self.by_column else float(getattr(self, self.scale_word))

    # -- what each distribution answers for itself, of scale 1

    def unit_farthest(self) -> Ends:
        """Give the ends beyond which less than one in 10^18 of the uncut distribution of scale 1 lies."""
        raise NotImplementedError

    def unit_between(self, shares: Floats, low: float, high: float) -> Floats:
        """Give the numbers below which these shares of the distribution of scale 1, cut to [low, high], lie. (n,) -> (n,)"""
        raise NotImplementedError

    def unit_share(self, low: float, high: float) -> float:
        """Give the share of the uncut distribution of scale 1 that lies between two numbers."""
        raise NotImplementedError

    # -- what follows for all

    @model_validator(mode="after")
    def _check_scale(self) -> Scaled:
        if self.by_column and (self.min is not None or self.max is not None):
            raise ValueError(f"`min` and `max` go with one {self.scale_word} for all rows")
        return self

    def support(self) -> Ends:
        return 0.0, math.inf

    def farthest(self) -> Ends:
        first, last = self.unit_farthest()
        return first * self.unit, last * self.unit

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        return self.unit * self.unit_between(shares, low / self.unit, high / self.unit)

    def share_between(self, low: float, high: float) -> float:
        return self.unit_share(low / self.unit, high / self.unit)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of scales."""
        return (RowValue(self.by_column),) if self.by_column else ()

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the scale may be NULL."""
        return bool(self.by_column) and view.gives_null(self.by_column or "")

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column of scales that holds no numbers."""
        yield from no_numbers(view, self.by_column, self.scale_word)

    def share_above(self, floor: int, dtype: DType) -> float | None:
        return None if self.by_column else super().share_above(floor, dtype)

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the ends of what comes out, farther than which nothing is drawn; None where scales are not known."""
        if not self.by_column:
            return super().span(view, dtype)
        found = view.numbers_at(self.by_column)
        if found is None:
            return None
        (least, most), (first, last) = found, self.unit_farthest()
        return span_of(min(least * first, least * last), max(most * first, most * last), dtype)

    def draw(self, context: RowContext) -> pl.Series:
        """Read one uniform number a row off the inverse of the distribution, and multiply it by the row's scale. (rows,)"""
        if not self.by_column:
            return self.read_off(context)
        scales, missing = numbers_of(context, self.by_column, self.scale_word)
        shares = context.stream().random(context.rows)
        drawn = self.rounded(scales * self.unit_between(shares, *self.support()), context.dtype)
        return drawn if missing is None else mask(drawn, missing)


def no_numbers(view: SpecView, path: str | None, word: str) -> Iterator[Complaint]:
    """Yield what stands against a column of a parameter: it holds no numbers, or none that a distribution can have."""
    if path is None:
        return
    found = view.type_at(path)
    if not (found.is_exact or found.is_float):
        yield Complaint(f"'{path}' is {found}, and a {word} is a number", at=(word,))
    elif (view.lowest_at(path) or 0.0) < 0:
        yield Complaint(f"'{path}' may be below 0, and a {word} is not", "give that column a `min`", at=(word,))


def numbers_of(context: RowContext, path: str, word: str) -> tuple[Floats, npt.NDArray[np.bool_] | None]:
    """Give a column of a parameter as floats from 0 up, 0 for NULL, and where it is NULL, if it is. (rows,), (rows,)

    Raises DataError where a number is below 0.
    """
    found = context.value(path)
    missing = found.is_null().to_numpy() if found.null_count() else None
    numbers: Floats = found.fill_null(0).to_numpy() / 10.0 ** context.type_at(path).digits
    if len(numbers) and numbers.min() < 0:
        raise DataError(f"'{path}' is {numbers.min():g}, and a {word} is not below 0")
    return numbers, missing
