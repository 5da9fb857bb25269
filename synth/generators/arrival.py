"""The arrival law: row k comes when the cumulated intensity reaches k, so rows are in time order at any scale.

The intensity is a table of hours: trend × season × weekday × hour × the day's own noise. Its sum over the declared period
is the declared count. Row k stands at k + u, u uniform in [0, 1), so the count of any day is what the intensity says,
and days are over-dispersed because their noise is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import from_microseconds
from synth.dtypes import TIMESTAMP, DType
from synth.errors import did_you_mean
from synth.generators.base import Generator, Many, Share
from synth.generators.context import TableContext
from synth.generators.profiles import HOURS, SEASONS, WEEKDAYS

__all__ = ["Arrival", "Intensity", "microseconds"]

Floats = npt.NDArray[np.float64]

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
DAYS_A_YEAR = 365.25
_EPOCH = dt.datetime(1970, 1, 1)

Profile = str | Many


def microseconds(moment: dt.date | dt.datetime) -> int:
    """Give the microseconds since 1970-01-01 of a date (00:00) or a timestamp."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Intensity:
    """Cumulated expected rows at the hours from `start_us` on; `cumulated[0]` is 0. (hours + 1,)"""

    start_us: int
    cumulated: Floats
    whole_days: bool  # the column is a date: times are cut down to midnight

    def at(self, moment_us: int) -> float:
        """Give the expected rows before a moment, in microseconds since 1970."""
        hours = (moment_us - self.start_us) / HOUR_US
        return float(np.interp(hours, np.arange(len(self.cumulated)), self.cumulated))

    def times(self, first_row: int, jitter: Floats) -> npt.NDArray[np.int64]:
        """Give arrival times of consecutive rows, in order, microseconds since 1970. (n,) -> (n,)"""
        places = np.arange(first_row, first_row + len(jitter)) + jitter
        hours = np.interp(places, self.cumulated, np.arange(len(self.cumulated)))
        times: npt.NDArray[np.int64] = np.floor(hours * HOUR_US).astype(np.int64) + self.start_us
        return times // DAY_US * DAY_US if self.whole_days else times

    def closing(self, until_us: int) -> int:
        """Give the moment before which rows exist at `until`: of dates, every one that has begun."""
        return -(-until_us // DAY_US) * DAY_US if self.whole_days else until_us


def _profile(named: dict[str, tuple[float, ...]], value: Any, what: str) -> tuple[float, ...]:
    if isinstance(value, str):
        if value not in named:
            raise ValueError(f"unknown {what} '{value}'; {did_you_mean(value, named)}")
        return named[value]
    size = len(next(iter(named.values())))
    numbers = tuple(float(v) for v in value if isinstance(v, (int, float)) and not isinstance(v, bool) and v >= 0)
    if len(numbers) != len(value) or len(numbers) != size or not sum(numbers):
        raise ValueError(f"{what} takes {size} numbers from 0 up, not all 0, or one of {', '.join(named)}")
    return numbers


class Arrival(Generator):
    """When each row comes. Rows are in time order, and nothing at or after `until` exists."""

    default_type = TIMESTAMP

    trend: Annotated[float, Field(gt=-1)] = 0.0  # growth a year, 0.09 is 9 %
    season: Profile = "flat"
    weekdays: Profile = "flat"
    hours: Profile = "flat"
    dispersion: Annotated[float, Field(ge=0)] = 0.0  # variance / mean of daily counts at SCALE=1
    since: dt.date | None = None  # when the first row of those there before the period may have come
    before_start: Share = 0.0  # share of the declared rows that are there before the period starts

    sets_arrival = True

    @model_validator(mode="after")
    def _check(self) -> Arrival:
        _profile(SEASONS, self.season, "season")
        _profile(WEEKDAYS, self.weekdays, "weekdays")
        _profile(HOURS, self.hours, "hours")
        if (self.since is None) != (self.before_start == 0):
            raise ValueError("`since` and `before_start` go together: rows before the period need a first day")
        return self

    def accepts(self, dtype: DType) -> str | None:
        """Take dates and timestamps."""
        return None if dtype.is_time else "an arrival is a date or a timestamp"

    def intensity(
        self,
        *,
        start: dt.date,
        until: dt.date,
        horizon_us: int,
        declared: int,
        at_scale_1: int,
        noise: np.random.Generator,
        whole_days: bool,
    ) -> Intensity:
        """Make the table of hours for a declared count in [start, until), reaching to `horizon_us` at least."""
        first = self.since or start
        last = max(until, (_EPOCH + dt.timedelta(microseconds=horizon_us + DAY_US - 1)).date())
        days = np.arange(np.datetime64(first), np.datetime64(last))
        lead, end = (start - first).days, (until - first).days
        years = (np.arange(len(days)) - lead) / DAYS_A_YEAR
        weight = np.power(1.0 + self.trend, years)
        months = days.astype("datetime64[M]").astype(np.int64) % 12
        weekdays = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
        period = slice(lead, None)
        weight[period] *= np.array(_profile(SEASONS, self.season, "season"))[months[period]]
        weight[period] *= np.array(_profile(WEEKDAYS, self.weekdays, "weekdays"))[weekdays[period]]
        before = round(declared * self.before_start)
        if self.dispersion and lead < len(days):
            # A day expects m rows at SCALE=1; noise of variance dispersion / m makes counts of variance dispersion × m.
            expected = weight[period] / weight[lead:end].sum() * at_scale_1 * (1 - self.before_start)
            shape = np.maximum(expected, 1e-9) / self.dispersion
            weight[period] *= noise.standard_gamma(shape) / shape
        if lead:
            weight[:lead] *= before / weight[:lead].sum()
        total = weight[lead:end].sum()
        weight[period] *= (declared - before) / total if total else 0.0
        share = np.array(_profile(HOURS, self.hours, "hours"))
        cumulated = np.concatenate(([0.0], np.cumsum(np.outer(weight, share / share.sum()).ravel())))
        cumulated[24 * end] = declared  # exactly, whatever the sum's last digit
        np.minimum(cumulated[: 24 * end], declared, out=cumulated[: 24 * end])
        return Intensity(microseconds(first), np.maximum.accumulate(cumulated), whole_days)

    def draw(self, context: TableContext) -> pl.Series:
        """Give the arrival times of the block's rows. (rows,)"""
        return from_microseconds(context.arrivals(), context.dtype)
