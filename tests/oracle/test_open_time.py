"""Delays that run only while something is open, against slow twins: hours walked one by one, in exact fractions."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.api import frame
from synth.generators.arrival import HOUR_US, microseconds
from synth.generators.open_time import MOST_TICKS, open_time
from synth.generators.profiles import HOURS, WEEKDAYS
from synth.plan.make import make
from synth.spec.load import parse

SETTINGS = settings(deadline=None, max_examples=200, derandomize=True)
AROUND = st.datetimes(dt.datetime(2023, 12, 20), dt.datetime(2024, 2, 10))
WEIGHTS = st.sampled_from([0.0, 0.0, 0.3, 1.0, 7.5])


def weights(size):
    return st.lists(WEIGHTS, min_size=size, max_size=size).filter(any).map(tuple)


DAYS = st.dictionaries(
    st.dates(dt.date(2024, 1, 1), dt.date(2024, 1, 20)), st.sampled_from([0.0, 0.5, 2.5]), max_size=4
)


def week(weekdays, hours) -> tuple[float, ...]:
    return tuple(weekday * hour for weekday in weekdays for hour in hours)


def walked(weekdays, hours, days, moment: dt.datetime, ticks: int) -> int:
    """Microseconds since 1970 at which so many ticks have run behind a moment, hour by hour."""
    top, most_of_days = max(w * h for w in weekdays for h in hours), max([1.0, *days.values()])
    us, left = microseconds(moment), Fraction(ticks)
    while True:
        hour = us // HOUR_US
        at = dt.datetime(1970, 1, 1) + dt.timedelta(hours=hour)
        usual = weekdays[at.weekday()] * hours[at.hour] / top / most_of_days * MOST_TICKS
        most = int(usual * days.get(at.date(), 1.0))  # whole ticks of this hour, by the same doubles
        begun = Fraction(most * (us - hour * HOUR_US), HOUR_US) // 1  # of them, those that have run
        if begun + left < most:
            return hour * HOUR_US + -(-(begun + left) * HOUR_US // most)
        left -= most - begun
        us = (hour + 1) * HOUR_US


@SETTINGS
@given(weights(7), weights(24), DAYS, AROUND, st.integers(1, 60 * MOST_TICKS))
def test_ticks_run_in_open_hours_alone(weekdays, hours, days, moment, ticks):
    time = open_time(week(weekdays, hours), tuple(sorted(days.items())))
    found = int(time.moments_after(np.array([microseconds(moment)]), np.array([ticks]))[0])
    assert found == walked(weekdays, hours, days, moment, ticks)
    assert found > microseconds(moment)
    at = dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=found)
    assert weekdays[at.weekday()] * hours[at.hour] * days.get(at.date(), 1.0) > 0


@SETTINGS
@given(
    weights(7),
    weights(24),
    DAYS,
    st.lists(AROUND, min_size=2, max_size=9),
    st.lists(st.integers(1, 10**12), min_size=2, max_size=2),
)
def test_later_beginnings_and_longer_delays_end_later(weekdays, hours, days, moments, ticks):
    time, us = (
        open_time(week(weekdays, hours), tuple(sorted(days.items()))),
        np.sort([microseconds(m) for m in moments]),
    )
    short, long = (time.moments_after(us, np.full(len(us), each)) for each in sorted(ticks))
    assert (np.diff(short) >= 0).all() and (short <= long).all()
    bounds = [time.bound_after(float(us[end]), float(each)) for end, each in ((0, min(ticks)), (-1, max(ticks)))]
    assert bounds[0] <= short.min() and long.max() <= bounds[1]


@pytest.mark.parametrize("unit", ["minutes", "hours", "days"])
def test_a_unit_is_a_mean_open_one(unit):
    """Five days a week are a week, so are 60 open hours, whatever their weights."""
    time = open_time(week(WEEKDAYS["business"], HOURS["business"]), ())
    count = {"minutes": 3600, "hours": 60, "days": 5}[unit]
    start = np.array([microseconds(dt.datetime(2024, 1, 3, 11, 30))])
    end = time.moments_after(start, np.array([round(count * time.ticks_a(unit))]))
    assert abs(int(end[0] - start[0]) - 7 * 24 * HOUR_US) < 1_000


SPEC = """
dataset: busy
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  orders:
    rows: 12_000
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      shipped_at: {delay: {after: at, median: 2, sigma: 1, weekdays: business, hours: business, days: {2024-12-25: 0, 2024-12-26: 0}}}
      due_on: {delay: {after: at, even: true, min: 3, max: 5, weekdays: business, announced: true}, type: date}
"""  # fmt: skip


def test_what_is_shipped_is_shipped_in_opening_hours():
    rows = frame(make(parse(SPEC)), "orders").with_columns(pl.col("shipped_at").dt.date().alias("day"))
    shipped = rows.drop_nulls("shipped_at")
    assert shipped.height > 11_800 and (shipped["shipped_at"] > shipped["at"]).all()
    assert shipped["shipped_at"].dt.weekday().max() == 5
    assert set(shipped["shipped_at"].dt.hour()) == set(range(8, 20))
    assert not shipped["day"].is_in([dt.date(2024, 12, 25), dt.date(2024, 12, 26)]).any()
    assert shipped["day"].is_in([dt.date(2024, 12, 24), dt.date(2024, 12, 27)]).sum() > 50
    by_hour = shipped["shipped_at"].dt.hour().value_counts()
    of_hour = dict(zip(by_hour["shipped_at"], by_hour["count"] / shipped.height, strict=True))
    assert [of_hour[hour] for hour in (12, 17)] == pytest.approx([0.161, 0.033], abs=0.015)


def test_a_delay_of_working_days_counts_them():
    """From 3 to 5 mean working days: numpy counts as many, but for the part of the day and the weights of the week."""
    rows = frame(make(parse(SPEC)), "orders")
    business = np.busday_count(rows["at"].dt.date().to_numpy(), rows["due_on"].to_numpy())
    assert rows["due_on"].dt.weekday().max() == 5
    assert business.min() >= 2 and business.max() <= 6
    assert abs(float(business.mean()) - 4) < 0.4


def test_without_a_longest_delay_it_is_three_sigma_above_the_median():
    law = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables: {t: {rows: 20000, columns: {id: {key: sequence}, at: {arrival: {}}, x: {delay: {after: at, median: 2, sigma: 0.7, announced: true}}}}}"
    rows = frame(make(parse(law)), "t")
    longest = (rows["x"] - rows["at"]).max()
    assert 12 < longest.total_seconds() / 86_400 <= 2 * np.exp(2.1)
