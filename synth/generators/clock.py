"""Moments that follow other moments after a delay."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from synth.columns import NULL, from_microseconds, moments
from synth.dtypes import TIMESTAMP, DType
from synth.generators.arrival import HOUR_US
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpecView
from synth.generators.declarations import Dependency, RowValue
from synth.generators.sampling import normal_between

__all__ = ["Delay"]

UNIT_US = {"minutes": HOUR_US // 60, "hours": HOUR_US, "days": 24 * HOUR_US}


class Delay(Generator):
    """A planned moment: a lognormal or even delay after another. NULL where that is; hidden until it has come."""

    default_type = TIMESTAMP

    after: str
    median: Annotated[float, Field(gt=0)] | None = None
    sigma: Annotated[float, Field(gt=0)] | None = None
    even: bool = False  # every delay from min to max equally likely, instead of median and sigma
    announced: bool = False  # known beforehand (the last day of a campaign): never hidden
    max: Annotated[float, Field(gt=0)]  # every delay has one, so how far back a day can reach is known
    min: Annotated[float, Field(ge=0)] = 0.0
    unit: Literal["minutes", "hours", "days"] = "days"

    @model_validator(mode="after")
    def _check(self) -> Delay:
        if self.min >= self.max:
            raise ValueError("`min` must be below `max`")
        if self.even == (self.median is not None) or (self.median is None) != (self.sigma is None):
            raise ValueError("a delay has `median` and `sigma`, or `even: true`")
        return self

    def after_until(self) -> bool:
        """Tell that it shows only once it has come, unless it is announced."""
        return not self.announced

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the moment before."""
        return (RowValue(self.after),)

    def accepts(self, dtype: DType) -> str | None:
        """Take dates and timestamps."""
        return None if dtype.is_time else "a delay ends at a date or a timestamp"

    def follows(self) -> str:
        """Give the path of the moment before."""
        return self.after

    def draw(self, context: RowContext) -> pl.Series:
        """Add the delay, at least a microsecond, so that times run forward strictly. (rows,)"""
        unit = UNIT_US[self.unit]
        uniform = context.stream().random(context.rows)
        if self.median is None or self.sigma is None:
            units = self.min + uniform * (self.max - self.min)
        else:
            low, high = (math.log(x / self.median) / self.sigma if x else -math.inf for x in (self.min, self.max))
            units = self.median * np.exp(self.sigma * normal_between(uniform, low, high))
        delay = np.maximum(units * unit, 1.0).astype(np.int64)
        before = moments(context.value(self.after))
        return from_microseconds(np.where(before == NULL, NULL, before + delay), context.dtype)
