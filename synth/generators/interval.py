"""Intervals: numbers of seconds, days, months, of a distribution or of a column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import polars as pl
from pydantic import Field, model_validator

from synth.columns import mask
from synth.dtypes import BIGINT, INTERVAL, DType
from synth.generators.base import Generator, one_way_of
from synth.generators.context import RowContext, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.generators.named import Named
from synth.intervals import of_units

__all__ = ["Interval"]


class Interval(Generator):
    """So many of a `unit` each: whole numbers of the distribution `each`, or those of a `column` of the row."""

    model_config = one_way_of({"required": ["each"]}, {"required": ["column"]})

    default_type = INTERVAL

    example = """trial: {interval: {each: {uniform: {min: 7, max: 30}}, unit: days}}
waited: {interval: {each: {exponential: {mean: 900}}, unit: seconds}}"""

    each: Named | None = Field(
        None, description="the distribution of the numbers, by its name, with its own parameters"
    )
    column: str | None = Field(None, description="a path to whole numbers: where one is NULL, so is the interval")
    unit: Literal["seconds", "minutes", "hours", "days", "weeks", "months", "years"] = Field(
        description="what the numbers count; a month is no number of days, and a day no number of hours"
    )

    @model_validator(mode="after")
    def _check(self) -> Interval:
        if (self.each is None) == (self.column is None):
            raise ValueError("say `each`, or `column`")
        if self.each is not None and (reason := self.each.draws.why_no_part()) is not None:
            raise ValueError(f"{self.each.name} of intervals: {reason}")
        return self

    def accepts(self, dtype: DType) -> str | None:
        """Take intervals, and no other type."""
        if dtype != INTERVAL:
            return f"an interval cannot be {dtype}"
        return None if self.each is None else self.each.draws.accepts(BIGINT)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of numbers."""
        return (RowValue(self.column),) if self.column else ()

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the column of numbers may be NULL."""
        return bool(self.column) and view.gives_null(self.column or "")

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column that holds no whole numbers."""
        if self.column and (not (found := view.type_at(self.column)).is_exact or found.digits):
            yield Complaint(f"'{self.column}' is {found}, and an interval counts whole numbers", at=("column",))

    def draw(self, context: RowContext) -> pl.Series:
        """Draw the numbers, or take them, and spell so many units. (rows,)"""
        if self.each is not None:
            drawn = self.each.draws.at_shares(context.stream().random(context.rows), BIGINT)
            return of_units(drawn.to_numpy(), self.unit)
        assert self.column is not None
        numbers = context.value(self.column)
        spelt = of_units(numbers.fill_null(0).to_numpy(), self.unit)
        return mask(spelt, numbers.is_null().to_numpy())
