"""The arrival law: rows come as a Poisson process of a declared total, whose rate follows the calendar.

The rate is trend × season × weekday × hour × a date's own factor × the day's own noise. The plan draws how many rows come in
each cell of time (an hour, or a minute where many come), so that the period holds the declared count; where in its cell each
row stands is a uniform number addressed by the row. So rows are in time order, any block stands alone, and a later `until`
changes nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import from_microseconds
from synth.dtypes import TIMESTAMP, DType
from synth.generators.base import Share
from synth.generators.context import SpanView, TableContext
from synth.generators.day_noise import MOST_PERSISTENT, day_noise, spread_of_sum
from synth.generators.declarations import Complaint, Span
from synth.generators.in_calendar import InCalendar
from synth.generators.profiles import DaysOfTheirOwn, Hours, Season, Weekdays, profile
from synth.streams import Sub

__all__ = ["Arrival", "Timetable", "microseconds"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Uniform = Callable[[Rows], Floats]

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
DAYS_A_YEAR = 365.25
SURE = math.log(1e12)  # a bound of counts is passed once in 10^12 times
LEAST = 0.02  # of its mean; a period of few rows and much noise may have less, and is not followed further
FEW = 100  # rows, of so few nobody can tell the dispersion
BUSIEST = 10**8  # rows a day behind the period, where cells are hours
BUSY = 2_000  # rows an hour from which on cells are minutes: a block sorts whole cells
_EPOCH = dt.datetime(1970, 1, 1)


def microseconds(moment: dt.date | dt.datetime) -> int:
    """Give the microseconds since 1970-01-01 of a date (00:00) or a timestamp."""
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime(moment.year, moment.month, moment.day)
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class Timetable:
    """How many rows have come before each cell of time from `start_us` on; `counts[0]` is 0. (cells + 1,)"""

    start_us: int
    cell_us: int
    counts: Rows
    expected: Floats  # rows before the period that are expected up to the end of each of their cells, (cells,)
    whole_days: bool  # the column is a date: times are cut down to midnight

    def times(self, first_row: int, rows: int, uniform: Uniform) -> Rows:
        """Give arrival times of consecutive rows, in order, microseconds since 1970. (rows,)

        `uniform` gives numbers in [0, 1) by row number. What would come after the last cell comes at its end.
        """
        known = max(0, min(rows, int(self.counts[-1]) - first_row))
        end = self.start_us + (len(self.counts) - 1) * self.cell_us
        found = np.full(rows, end, dtype=np.int64)
        if known:
            first, last = np.searchsorted(self.counts, [first_row, first_row + known - 1], side="right") - 1
            numbers = np.arange(self.counts[first], self.counts[last + 1])
            cells = np.repeat(np.arange(first, last + 1), np.diff(self.counts[first : last + 2]))
            moments = np.sort(self._at(cells, uniform(numbers)))  # cells stay in order: each is sorted by itself
            found[:known] = moments[first_row - numbers[0] : first_row - numbers[0] + known]
        return found // DAY_US * DAY_US if self.whole_days else found

    def rows_before(self, moment_us: int, uniform: Uniform) -> int:
        """Count the rows that come before a moment, in microseconds since 1970."""
        cell = (moment_us - self.start_us) // self.cell_us
        if cell < 0 or cell >= len(self.counts) - 1:
            return 0 if cell < 0 else int(self.counts[-1])
        numbers = np.arange(self.counts[cell], self.counts[cell + 1])
        here = self._at(np.full(len(numbers), cell), uniform(numbers)) < moment_us
        return int(self.counts[cell] + here.sum())

    @property
    def before_period(self) -> int:
        """Rows that are there when the period starts."""
        return int(self.counts[len(self.expected)])

    def surely_before(self, moment_us: int) -> int:
        """Count the rows that come before a moment whatever the seed: of those before the period, as expected."""
        cell = min((moment_us - self.start_us) // self.cell_us, len(self.expected))
        return math.floor(self.expected[cell - 1] + 1e-9) if cell > 0 else 0

    def _at(self, cells: Rows, uniform: Floats) -> Rows:
        """Give moments in these cells. (n,), (n,) -> (n,)"""
        return self.start_us + cells * self.cell_us + (uniform * self.cell_us).astype(np.int64)

    def closing(self, until_us: int) -> int:
        """Give the moment before which rows exist at `until`: of dates, every one that has begun."""
        return -(-until_us // DAY_US) * DAY_US if self.whole_days else until_us


class Arrival(InCalendar):
    """When each row comes: a Poisson process of the declared total, whose rate follows a calendar.

    Rows are in time order, and nothing at or after `until` exists.
    """

    default_type = TIMESTAMP
    example = """tables:
  orders:
    rows: 500
    columns:
      order_id: {key: sequence}
      ordered_at:
        arrival:
          trend: 0.09
          season: consumer
          weekdays: consumer
          hours: consumer
          dispersion: 3
          persistence: 0.4
          days: {2025-11-28: 2.5, 2025-12-25: 0.3}"""
    nanoseconds = 100

    trend: Annotated[float, Field(gt=-1, le=1e6)] = Field(0.0, description="growth a year, 0.09 is 9 %")
    season: Season = Field("flat", description="weights of the months, January first")
    weekdays: Weekdays = Field("flat", description="weights of the days, Monday first")
    hours: Hours = Field("flat", description="weights of the hours 0 to 23")
    days: DaysOfTheirOwn = Field(
        default={}, description="dates with a factor of their own: 2.5 times the rows of a usual day, 0 is none"
    )
    dispersion: Annotated[float, Field(ge=1)] = Field(
        1.0, description="variance / mean of daily counts at SCALE=1; 1 is Poisson's own"
    )
    persistence: Annotated[float, Field(ge=0, le=MOST_PERSISTENT)] = Field(
        0.0, description="correlation of a day's noise with that of the day before: 0.5 makes good and bad weeks"
    )
    since: dt.date | None = Field(
        None, description="the day on which the first of the rows that are there before the period comes"
    )
    before_start: Share = Field(0.0, description="share of the declared rows that are there before the period starts")

    sets_arrival = True

    @model_validator(mode="after")
    def _check(self) -> Arrival:
        for word in ("season", "weekdays", "hours"):
            profile(word, getattr(self, word))
        if self.persistence and self.dispersion == 1:
            raise ValueError("`persistence` is of the days' noise: say with `dispersion` above 1 how much there is")
        if (self.since is None) != (self.before_start == 0):
            raise ValueError("`since` and `before_start` go together: rows before the period need a first day")
        return self

    def accepts(self, dtype: DType) -> str | None:
        """Take dates and timestamps."""
        return None if dtype.is_time else "an arrival is a date or a timestamp"

    def span(self, view: SpanView, dtype: DType) -> Span:
        """Give the first and the last moment at which rows may come."""
        known = view.period()
        return Span(microseconds(self.since) if self.since else known.low, known.high)

    def timetable(
        self,
        *,
        start: dt.date,
        until: dt.date,
        horizon_us: int,
        declared: int,
        at_scale_1: int,
        stream: Callable[[str], np.random.Generator],
        whole_days: bool,
    ) -> Timetable:
        """Draw how many rows come in each cell, a declared count in [start, until), to `horizon_us` at least."""
        first = self.since or start
        days = np.arange(np.datetime64(first), np.datetime64(max(until, _last_day(horizon_us))))
        lead, end = self._lead(start), (until - first).days
        weight = self._day_weights(days, lead)
        before = round(declared * self.before_start)
        period, ahead = slice(lead, end), slice(end, None)
        if self.dispersion > 1:
            # A day expects m rows at SCALE=1: noise of variance (dispersion - 1) / m makes a variance of dispersion × m.
            mean = weight[lead:] / max(weight[period].sum(), 1e-300) * at_scale_1 * (1 - self.before_start)
            shape = np.maximum(mean, 1e-9) / (self.dispersion - 1)
            weight[lead:] *= day_noise(stream(Sub.DAYS), shape, self.persistence)
        shares = self._when.hour_shares(days, 60 if declared > BUSY * 24 * (end - lead) else 1)
        counts = np.zeros(len(days) * shares.shape[1] + 1, dtype=np.int64)
        drawn = counts[1:].reshape(len(days), shares.shape[1])
        expected = before * np.cumsum(_chances(weight[:lead], _of(shares, slice(lead)))) if before else np.empty(0)
        if before:
            expected[-1] = before  # whatever the sum's last digit
            drawn[:lead] = _evenly(stream(Sub.BEFORE), expected).reshape(lead, shares.shape[1])
        drawn[period] = _spread(stream(Sub.CELLS), declared - before, weight[period], _of(shares, period))
        total = weight[period].sum()
        rate = (declared - before) / total if total else 0.0
        drawn[ahead] = stream(Sub.AHEAD).poisson((weight[ahead] * rate)[:, None] * _of(shares, ahead))
        np.cumsum(counts, out=counts)
        return Timetable(microseconds(first), DAY_US // shares.shape[1], counts, expected, whole_days)

    def complaints_in(self, start: dt.date, until: dt.date, at_scale_1: int) -> Iterator[Complaint]:
        """Yield what cannot be honoured in a period: days without a weight, a trend without end, too much dispersion."""
        days, lead = np.arange(np.datetime64(self.since or start), np.datetime64(until)), self._lead(start)
        weight = self._day_weights(days, lead)
        if not np.isfinite(weight).all():
            yield Complaint("it grows beyond all numbers within the period", at=("trend",))
            return
        parts = (weight[:lead], self.before_start, "before the period"), (weight[lead:], 1 - self.before_start, "in it")
        for part, share, when in parts:
            if share > 0 and not part.sum() > 0:
                word = "days" if self.days else "weekdays" if self.season == "flat" else "season"
                what = f"rows are to come {when}, and no day there has a weight"
                hint = "let season, weekdays, days and trend leave one"
                yield Complaint(what, hint, ("calendar" if self.calendar else word,))
        calendar = self._when
        if calendar.years and (calendar.holidays or calendar.yearly) and (self.since or start).year < calendar.years[0]:
            what = f"holidays and events of calendar '{self.calendar}' are known from {calendar.years[0]} on"
            yield Complaint(what, "let the first row come later", ("since",))
        early = [day for day in self.days if day < (self.since or start)]
        if early:
            what = f"{min(early)} lies before the first row can come ({self.since or start}), and does nothing"
            yield Complaint(what, "leave it out", ("days",))
        most = round(at_scale_1 * (1 - self.before_start))
        if self.dispersion > max(FEW, most):
            what = f"variance / mean of daily counts is {most:,} at most with {most:,} rows in the period"
            yield Complaint(what, f"lower it, or ask for {math.ceil(self.dispersion):,} rows", ("dispersion",))

    def most_rows(
        self, *, start: dt.date, until: dt.date, horizon_us: int, declared: int, at_scale_1: int
    ) -> float:  # fmt: skip
        """Give how many rows there are at a horizon at most, whatever the seed: within the period those that are declared.

        Behind it Bernstein's bound holds, whose chance to be passed is one in 10^12; of noise that persists, which is
        lognormal, that is not proved, and 250 seeds each of harsh laws stayed within. Without end where a trend has made
        days so busy that nobody draws them.
        """
        days = np.arange(np.datetime64(start), np.datetime64(max(until, _last_day(horizon_us))))
        weight = self._day_weights(days, 0)
        period, ahead = weight[: (until - start).days], weight[(until - start).days :]
        total = period.sum()
        if not ahead.any() or not total > 0:
            return declared
        rows, noise = declared - round(declared * self.before_start), self.dispersion - 1
        if rows * (ahead.max() / total) > BUSIEST * max(1, declared / (BUSY * 24 * len(period))):
            return math.inf
        share = weight / total
        shape = np.maximum(share * at_scale_1 * (1 - self.before_start), 1e-9) / noise if noise else np.inf
        noisy = share**2 / shape * spread_of_sum(self.persistence)
        uneven = float(noisy[: len(period)].sum())  # variance / mean² of the period's own total
        rate = rows / (max(_least_gamma(1 / uneven), LEAST) if uneven else 1.0)
        expected = rate * share[len(period) :].sum()
        variance = expected + rate**2 * float(noisy[len(period) :].sum())
        # of a Poisson number, and in scales of the gamma; noise that persists is as if there were fewer, larger days of it
        tail = 1 / 3 + noise * spread_of_sum(self.persistence) * declared / at_scale_1
        return float(declared + expected + math.sqrt(2 * SURE * variance) + SURE * tail)

    def _lead(self, start: dt.date) -> int:
        """Count the days before the period on which rows come."""
        return (start - (self.since or start)).days

    def _day_weights(self, days: npt.NDArray[np.datetime64], lead: int) -> Floats:
        """Give how many rows each day expects, but for a factor; `lead` days lie before the period. (days,)"""
        with np.errstate(over="ignore"):  # what is too large is refused
            weight: Floats = np.power(1.0 + self.trend, (np.arange(len(days)) - lead) / DAYS_A_YEAR)
        return self._when.weighed(weight, days)

    def draw(self, context: TableContext) -> pl.Series:
        """Give the arrival times of the block's rows. (rows,)"""
        return from_microseconds(context.arrivals(), context.dtype)


def _last_day(horizon_us: int) -> dt.date:
    """Give the first day that begins at a moment or after it, in microseconds since 1970."""
    return (_EPOCH + dt.timedelta(microseconds=horizon_us + DAY_US - 1)).date()


def _least_gamma(shape: float) -> float:
    """Give the share of its mean that a gamma number of this shape is never below, by Chernoff's bound."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if shape * (math.log(middle) + 1 - middle) > -SURE else (middle, high)
    return low


def _chances(weight: Floats, share: Floats) -> Floats:
    """Give the chance of each cell; where no day has a weight, all have the same: no rows come, or noise has hidden them.

    (days,), (1 or days, cells a day) -> (cells,)
    """
    chance: Floats = ((weight if weight.sum() > 0 else np.ones(len(weight)))[:, None] * share).ravel()
    chance /= chance.sum()
    return chance


def _of(shares: Floats, days: slice) -> Floats:
    """Give the shares of some days. (1 or all days, cells a day) -> (1 or days, cells a day)"""
    return shares if len(shares) == 1 else shares[days]


def _spread(generator: np.random.Generator, rows: int, weight: Floats, share: Floats) -> Rows:
    """Draw how many of a fixed number of rows come in each cell. (days,), (1 or days, cells a day) -> (days, cells a day)"""
    drawn: Rows = generator.multinomial(rows, _chances(weight, share)).reshape(len(weight), share.shape[1])
    return drawn


def _evenly(generator: np.random.Generator, expected: Floats) -> Rows:
    """Draw how many rows come in each cell, row k somewhere between the k-th and the next that is expected. (n,) -> (n,)

    So the rows that are there at a moment are known but for one, and what chooses among them finds as many at any seed.
    """
    whole = np.floor(expected + 1e-9)
    units, which = np.unique(whole, return_inverse=True)
    come = whole + (generator.random(len(units))[which] < expected - whole)
    come[-1] = whole[-1]
    return np.diff(come, prepend=0).astype(np.int64)
