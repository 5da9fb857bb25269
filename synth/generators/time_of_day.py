"""Times of day on a grid: opening hours, slots, alarms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import TIME, DType, clock_us
from synth.generators.base import Generator
from synth.generators.context import DrawContext

__all__ = ["TimeOfDay"]

_US = {"seconds": 1_000_000, "minutes": 60_000_000, "hours": 3_600_000_000}


class TimeOfDay(Generator):
    """Every `step` minutes from `min` to `max` equally likely, the ends too where the grid has them."""

    default_type = TIME

    example = "opens_at: {time_of_day: {min: '08:00', max: '17:45', step: 15, unit: minutes}}"

    min: str = Field("00:00", description="the earliest, included")
    max: str = Field("23:59:59", description="the latest, included where the grid has it")
    step: Annotated[int, Field(ge=1, le=86_400)] = Field(1, description="how far apart two places of the grid are")
    unit: Literal["seconds", "minutes", "hours"] = Field("seconds", description="what steps are counted in")

    @model_validator(mode="after")
    def _check(self) -> TimeOfDay:
        if clock_us(self.min) > clock_us(self.max):
            raise ValueError("`min` is after `max`: a night is two ranges, drawn into columns of their own")
        return self

    def accepts(self, dtype: DType) -> str | None:
        """Take times of day alone."""
        return None if dtype == TIME else f"times of day cannot be {dtype}"

    @property
    def _step(self) -> int:
        return self.step * _US[self.unit]

    def capacity(self, dtype: DType) -> int:
        """Count the places of the grid."""
        return (clock_us(self.max) - clock_us(self.min)) // self._step + 1

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int:
        """Count the places of the grid."""
        return self.capacity(dtype)

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw places of the grid, as microseconds since midnight. (rows,)"""
        uniform = context.stream().random(context.rows)
        return self.draw_at(context, (uniform * self.capacity(context.dtype)).astype(np.int64))

    def draw_at(self, context: DrawContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the times at these places of the grid. (rows,) -> (rows,)"""
        return pl.Series(clock_us(self.min) + places * self._step)
