"""The same value in every row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import DType
from synth.generators.choice import Choice, Value, as_drawn
from synth.generators.context import DrawContext, SpanView
from synth.generators.declarations import Span
from synth.generators.numbers import Distribution
from synth.generators.rounding import Floats

__all__ = ["Constant"]


class Constant(Distribution):
    """The same number, text, boolean or date in every row."""

    shorthand = "value"

    example = """currency: {constant: EUR}
vat: {constant: 0.19, type: "decimal(4,2)"}"""

    value: Any = Field(description="a number, text, boolean or date")

    @model_validator(mode="after")
    def _check_value(self) -> Constant:
        if isinstance(self.value, dt.datetime):
            raise ValueError("a timestamp is written as {uniform: {min: …, max: …}}, both the same")
        if not isinstance(self.value, Value):
            raise ValueError(f"{self.value!r} is no value a column can hold")
        return self

    @property
    def _choice(self) -> Choice:
        """The choice of one value."""
        return Choice(values={self.value: 1})

    def dtype(self) -> DType | None:
        """Give the type of the value."""
        return self._choice.dtype()

    def accepts(self, dtype: DType) -> str | None:
        """Take types that the value fits exactly."""
        return self._choice.accepts(dtype)

    def longest_text(self) -> int:
        """Give the value's length."""
        return self._choice.longest_text()

    def longest(self, view: SpanView) -> int | None:
        """Count the characters of the value."""
        return self._choice.longest(view)

    def capacity(self, dtype: DType) -> int:
        """Count the one value that comes."""
        return 1

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the one value as a place."""
        return 1

    def lowest(self) -> float | None:
        """Give the value, of numbers."""
        return self._choice.lowest()

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Give 1 where the value is above, else 0."""
        return self._choice.share_above(floor, dtype)

    def moment_range(self) -> tuple[dt.date, dt.date] | None:
        """Give the date as first and last, where it is one."""
        return self._choice.moment_range()

    def values_known(self) -> frozenset[object]:
        """Give the one value that comes."""
        return frozenset([self.value])

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the value as least and largest."""
        return self._choice.span(view, dtype)

    def quantiles_of(self, dtype: DType) -> Floats | None:
        """Give none: in no row it is higher than in another one."""
        return None

    def at_shares(self, shares: Floats, dtype: DType) -> pl.Series:
        return self._repeated(len(shares), dtype)

    def draw(self, context: DrawContext) -> pl.Series:
        """Repeat the value in every row. (rows,)"""
        return self._repeated(context.rows, context.dtype)

    def draw_at(self, context: DrawContext, places: npt.NDArray[np.int64]) -> pl.Series:
        return self._repeated(len(places), context.dtype)

    def _repeated(self, rows: int, dtype: DType) -> pl.Series:
        """The value in so many rows. (rows,)"""
        return as_drawn([self.value], dtype).new_from_index(0, rows)
