"""Time that runs only while something is open: in the hours of a week that have a weight, faster where it is larger.

Open time is counted in ticks, a fixed whole number for each hour of the week, or of a date with a factor of its own. So a
moment and a delay give a moment by whole numbers alone: later than the one before, in an open hour, and later for a longer
delay or a later beginning.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt

from synth.generators.arrival import HOUR_US, microseconds
from synth.generators.sampling import Search

__all__ = ["OpenTime", "open_time"]

Numbers = npt.NDArray[np.int64]

DAY_HOURS, WEEK_HOURS = 24, 7 * 24
WEEK_US = WEEK_HOURS * HOUR_US
MONDAY = dt.date(1970, 1, 5)
MOST_TICKS = 2_000_000_000  # of an hour: its product with the microseconds of an hour is still an int64


@dataclass(frozen=True)
class OpenTime:
    """The ticks of every hour: from `first_us`, a Monday, on as they are listed, before and behind those of the usual week.

    week: ticks of its hours from Monday 00:00 on, (168,); listed: of whole weeks with days of their own, (hours,).
    """

    week: Numbers
    first_us: int
    listed: Numbers

    @cached_property
    def _usual(self) -> _Hours:
        return _Hours(self.week)

    @cached_property
    def _own(self) -> _Hours:
        return _Hours(self.listed)

    def ticks_a(self, unit: str) -> float:
        """Give the ticks of a mean open day, hour or minute of the usual week."""
        open_days, open_hours = self._of_days(self.week) > 0, self.week > 0
        units = {"days": open_days.sum(), "hours": open_hours.sum(), "minutes": 60 * open_hours.sum()}
        return float(self.week.sum() / units[unit])

    @property
    def ticks_of_busiest_day(self) -> int:
        """Give the ticks of the day that has most: behind more than them lies another day."""
        return int(max(self._of_days(hours).max(initial=0) for hours in (self.week, self.listed)))

    def moments_after(self, moments: Numbers, ticks: Numbers) -> Numbers:
        """Add ticks, one at least of each, to moments in microseconds since 1970. (n,), (n,) -> (n,)"""
        later: Numbers = self._moments_at(self._ticks_before(moments - self.first_us) + ticks) + self.first_us
        return later

    def bound_after(self, moment: float, ticks: float) -> float:
        """Give one moment after another, however far off it is; where nobody can tell it, one behind it."""
        far = moment + (ticks // int(self.week.sum()) + 2) * WEEK_US + len(self.listed) * HOUR_US
        if far >= 2**62:
            return far
        return float(self.moments_after(np.array([int(moment)]), np.array([max(1, int(ticks))]))[0])

    @staticmethod
    def _of_days(hours: Numbers) -> Numbers:
        """Add up the ticks of each day. (hours,) -> (days,)"""
        days: Numbers = hours.reshape(-1, DAY_HOURS).sum(axis=1)
        return days

    def _ticks_before(self, us: Numbers) -> Numbers:
        """Count the ticks from the first listed hour to moments. (n,) -> (n,)"""
        return self._beside(us, self._own.us, self._own.ticks, self._own.ticks_before, self._usual.ticks_before)

    def _moments_at(self, ticks: Numbers) -> Numbers:
        """Give the moments that ticks reach, from the first listed hour. (n,) -> (n,)"""
        return self._beside(ticks, self._own.ticks, self._own.us, self._own.moments_at, self._usual.moments_at)

    def _beside(
        self,
        values: Numbers,
        end: int,
        end_is: int,
        own: Callable[[Numbers], Numbers],
        usual: Callable[[Numbers], Numbers],
    ) -> Numbers:
        """Ask the listed hours about values from 0 to their end, which they turn into another, and the usual week else.

        (n,) -> (n,)
        """
        if not len(self.listed):
            return usual(values)
        inside = (values >= 0) & (values < end)
        count = int(np.count_nonzero(inside))
        if count == len(values):
            return own(values)
        found = np.empty_like(values)
        if count:
            found[inside] = own(values[inside])
        outside = values[~inside]
        behind = outside >= end
        found[~inside] = usual(np.where(behind, outside - end, outside)) + np.where(behind, end_is, 0)
        return found


class _Hours:
    """Hours that come again and again, from moment 0 on: ticks up to a moment, and the moment that ticks reach.

    Divided is by one number, which numpy does ten times as fast as by many, or with the rest.
    """

    def __init__(self, hours: Numbers):
        """hours: ticks of each. (hours,)"""
        self.hours, self.us, self.ticks = hours, len(hours) * HOUR_US, int(hours.sum())
        self._before = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(hours)])
        self._search = Search(self._before[1:].astype(np.float64)) if self.ticks else None

    def ticks_before(self, us: Numbers) -> Numbers:
        """Count the ticks up to moments. (n,) -> (n,)"""
        hours = us // HOUR_US
        times = hours // len(self.hours)
        place = hours - times * len(self.hours)
        found: Numbers = (
            (us - hours * HOUR_US) * self.hours[place] // HOUR_US + self._before[place] + times * self.ticks
        )
        return found

    def moments_at(self, ticks: Numbers) -> Numbers:
        """Give the first moments by which so many ticks have run; they lie in open hours. (n,) -> (n,)"""
        times = ticks // self.ticks
        rest = ticks - times * self.ticks
        place = self._search(rest.astype(np.float64))  # type: ignore[misc]
        part = -(-(rest - self._before[place]) * HOUR_US // self.hours[place])
        found: Numbers = times * self.us + place * HOUR_US + part
        return found


@lru_cache(maxsize=64)
def open_time(week: tuple[float, ...], days: tuple[tuple[dt.date, float], ...]) -> OpenTime:
    """Make the open time of weights of the hours of a week, and of dates with factors of their own."""
    factors: Mapping[dt.date, float] = dict(days)
    weight = np.array(week).reshape(-1, DAY_HOURS)
    ticks = weight / weight.max() / max([1.0, *factors.values()]) * MOST_TICKS
    usual = ticks.astype(np.int64).ravel()
    if not factors:
        return OpenTime(usual, microseconds(MONDAY), np.empty(0, dtype=np.int64))
    monday = min(factors) - dt.timedelta(days=min(factors).weekday())
    weeks = (max(factors) - monday).days // 7 + 1
    listed = np.tile(ticks, (weeks, 1))
    for day, factor in factors.items():
        listed[(day - monday).days] *= factor
    return OpenTime(usual, microseconds(monday), listed.astype(np.int64).ravel())
