"""How rows come: growth, months, weekdays, hours and unevenness, from counts by day.

A day expects a number of rows that is a product: growth to the power of its years × its month × its weekday. The factors are
those of the greatest likelihood of Poisson's law, found by setting each in turn; whatever could be chance is left flat.
"""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import numpy.typing as npt

from synth.importing.learning.learnt import Arrival
from synth.importing.learning.rounded import few_digits

__all__ = ["arrival_of"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

DAYS_A_YEAR = 365.25
ROUNDS = 40
SURE = 3.0  # standard deviations from which on something is not chance
TWO_YEARS = 700  # days: of fewer a growth cannot be told from a season
EVEN = 0.02  # of its mean: what differs by less is even, however sure that is
MANY_DAYS = 60
QUIET = 0.001  # share of days at either end of the period before which nothing has come: rows began within a month


def arrival_of(
    daily: Floats, period: tuple[dt.date, dt.date], *, since: dt.date | None, before: float, after: float,
    hours: Floats | None, timed: int,
) -> Arrival:  # fmt: skip
    """How rows come in a period, from its days' counts, and from the shares of the hours in `timed` rows. (days,), (24,)"""
    start, until = period
    seen = _whole_days(daily)
    days = (np.datetime64(start) + np.arange(len(daily)))[seen]
    counts, numbers = daily[seen], days.astype("datetime64[D]").astype(np.int64)
    months: Rows = days.astype("datetime64[M]").astype(np.int64) % 12
    weekdays: Rows = (numbers + 3) % 7  # 1970-01-01 was a Thursday
    years = (numbers - numbers.mean()) / DAYS_A_YEAR
    grows = len(counts) >= TWO_YEARS
    spread = _dispersion(counts, _fit(counts, months, weekdays, years, grows)[0], 12 + 6 + grows)
    profiles = [_is_profile(counts, each, size, spread) for each, size in ((months, 12), (weekdays, 7))]
    kept_months, kept_weekdays = (
        each if is_one else np.zeros_like(each) for each, is_one in zip((months, weekdays), profiles, strict=True)
    )
    expected, season, week, growth = _fit(counts, kept_months, kept_weekdays, years, grows)
    if grows and abs(growth) < SURE * np.sqrt(spread / max(1e-9, float((expected * years**2).sum()))):
        expected, season, week, growth = _fit(counts, kept_months, kept_weekdays, years, False)
    used = 1 + 11 * profiles[0] + 6 * profiles[1] + (growth != 0)
    return Arrival(
        start=start,
        until=until,
        before_start=few_digits(before),
        since=since,
        after_until=few_digits(after),
        trend=round(float(np.expm1(growth)), 3),
        season=_factors(season, months) if profiles[0] else None,
        weekdays=_factors(week, weekdays) if profiles[1] else None,
        hours=None if hours is None else _hours(hours, timed),
        dispersion=max(1.0, few_digits(_dispersion(counts, expected, int(used)), 2)),
    )


def _whole_days(daily: Floats) -> slice:
    """The days between the first and the last rows; without these two, which may be parts of days, where there are many."""
    first = int(np.flatnonzero(np.cumsum(daily) > QUIET * daily.sum())[0])
    last = int(np.flatnonzero(daily)[-1])
    return slice(first + 1, last) if last - first > MANY_DAYS else slice(first, last + 1)


def _fit(
    counts: Floats, months: Rows, weekdays: Rows, years: Floats, grows: bool
) -> tuple[Floats, Floats, Floats, float]:  # fmt: skip
    """What each day expects, the factors of months and weekdays, and a year's growth as a logarithm.

    (days,) -> (days,), (12,), (7,), one number
    """
    season, week, growth = np.ones(12), np.ones(7), 0.0
    level = counts.mean()
    expected = np.full(len(counts), level)
    for _ in range(ROUNDS):
        old = expected
        for factors, each in ((season, months), (week, weekdays)):
            expected = level * season[months] * week[weekdays] * np.exp(growth * years)
            got, wanted = (np.bincount(each, part, len(factors)) for part in (counts, expected))
            factors *= np.divide(got, wanted, out=np.ones(len(factors)), where=wanted > 0)
        expected = level * season[months] * week[weekdays] * np.exp(growth * years)
        if grows:
            growth += float(((counts - expected) * years).sum() / max((expected * years**2).sum(), 1e-9))
            expected = level * season[months] * week[weekdays] * np.exp(growth * years)
        level *= counts.sum() / max(expected.sum(), 1e-9)
        expected = level * season[months] * week[weekdays] * np.exp(growth * years)
        if np.abs(expected - old).max() < 1e-7 * level:
            break
    return expected, season, week, growth


def _dispersion(counts: Floats, expected: Floats, used: int) -> float:
    """Variance / mean of the counts around what is expected, after so many numbers were taken from them."""
    open_days = expected > 1e-6
    squares = ((counts - expected)[open_days] ** 2 / expected[open_days]).sum()
    return float(squares / max(1, open_days.sum() - used))


def _is_profile(counts: Floats, each: Rows, size: int, spread: float) -> bool:
    """Whether the counts of months, or weekdays, differ by more than chance."""
    got, days = np.bincount(each, counts, size), np.bincount(each, minlength=size)
    wanted = counts.mean() * days
    open_ones = wanted > 0
    free = int(open_ones.sum()) - 1
    if free < 1:
        return False
    squares = float(((got - wanted)[open_ones] ** 2 / wanted[open_ones]).sum()) / max(spread, 1.0)
    apart = float(np.abs(got[open_ones] / wanted[open_ones] - 1).max())
    return apart > EVEN and squares > free + SURE * math.sqrt(2 * free)


def _factors(factors: Floats, each: Rows) -> tuple[float, ...]:
    """Factors whose mean is 1, where any day has them; the others, of months without a day, are 1."""
    there = np.bincount(each, minlength=len(factors)) > 0
    found = np.where(there, factors / factors[there].mean(), 1.0)
    return tuple(few_digits(factor) for factor in found)


def _hours(shares: Floats, rows: int) -> tuple[float, ...] | None:
    """Factors of the hours whose mean is 1; None where they differ by no more than chance."""
    factors = shares * 24
    squares = rows * float(((factors - 1) ** 2).mean())
    apart = float(np.abs(factors - 1).max())
    is_one = apart > EVEN and squares > 23 + SURE * math.sqrt(46)
    return tuple(few_digits(factor) for factor in factors) if is_one else None
