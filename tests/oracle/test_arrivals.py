"""Arrivals against slow twins: hours walked one by one, rows counted in full runs."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synth.api import frame
from synth.generators.arrival import DAY_US, HOUR_US, Arrival, Intensity, microseconds
from synth.generators.profiles import HOURS, SEASONS, WEEKDAYS
from synth.plan.make import make
from synth.spec.load import parse
from synth.streams import stream

SETTINGS = settings(deadline=None, max_examples=60, derandomize=True)
START, UNTIL = dt.datetime(2024, 1, 1), dt.datetime(2025, 1, 1)


def spec(law: str, rows: int, kind: str = "timestamp"):
    return parse(f"""
dataset: t
period: {{start: {START:%Y-%m-%d}, until: {UNTIL:%Y-%m-%d}}}
tables:
  events:
    rows: {rows}
    columns:
      id: {{key: sequence}}
      at: {{arrival: {{{law}}}, type: {kind}}}
""")


def times(law: str, rows: int, kind: str = "timestamp", **options) -> list:
    return frame(make(spec(law, rows, kind), **options), "events")["at"].to_list()


@st.composite
def laws(draw):
    """Random arrival laws, as YAML."""
    words = {
        "season": draw(st.sampled_from([*SEASONS])), "weekdays": draw(st.sampled_from([*WEEKDAYS])),
        "hours": draw(st.sampled_from([*HOURS])), "trend": draw(st.sampled_from([-0.9, 0.0, 0.09, 3.0])),
        "dispersion": draw(st.sampled_from([0, 1.0, 3.3, 40.0])),
    }  # fmt: skip
    if draw(st.booleans()):
        words |= {"since": "2022-03-04", "before_start": draw(st.sampled_from([0.1, 0.6, 1.0]))}
    return ", ".join(f"{word}: {value}" for word, value in words.items())


profiles = st.lists(st.sampled_from([0.0, 0.0, 0.2, 1.0, 7.0]), min_size=24, max_size=24).filter(any)


@SETTINGS
@given(profiles, st.integers(1, 6), st.integers(1, 300), st.integers(0, 5), st.booleans())
def test_times_invert_the_hours_one_by_one(hours, days, declared, start_day, whole_days):
    """Walk the hours until the cumulated count passes the row's place, then go the rest of the way linearly."""
    cumulated = np.concatenate(([0.0], np.cumsum(hours * days)))
    cumulated *= declared / cumulated[-1]
    intensity = Intensity(start_day * DAY_US, cumulated, whole_days)
    jitter = stream(1, "t", "c", 0).random(declared)
    fast = intensity.times(0, jitter)
    for row in range(declared):
        place, hour = row + jitter[row], 0
        while cumulated[hour + 1] <= place:
            hour += 1
        within = (place - cumulated[hour]) / (cumulated[hour + 1] - cumulated[hour])
        slow = start_day * DAY_US + (hour + within) * HOUR_US
        if whole_days:
            assert fast[row] == slow // DAY_US * DAY_US
        else:
            assert fast[row] == pytest.approx(slow, abs=2)  # microseconds
        assert hours[hour % 24] > 0
    assert (np.diff(fast) >= 0).all()


def slow_day_weights(law: Arrival, first: dt.date, days: int, start: dt.date) -> list[float]:
    """Expected share of each day of a law without noise: trend × season × weekday, by the calendar."""

    def profile(named, value):
        return named[value] if isinstance(value, str) else value

    found = []
    for number in range(days):
        day = first + dt.timedelta(days=number)
        weight = (1 + law.trend) ** ((day - start).days / 365.25)
        weight *= profile(SEASONS, law.season)[day.month - 1] * profile(WEEKDAYS, law.weekdays)[day.weekday()]
        found.append(weight)
    return found


@pytest.mark.parametrize(
    "words", [{}, {"trend": 0.09}, {"season": "consumer", "weekdays": "business", "hours": "consumer", "trend": -0.3}]
)
def test_intensity_follows_the_calendar(words):
    law, declared = Arrival(**words), 10_000
    made = law.intensity(
        start=START.date(), until=UNTIL.date(), horizon_us=microseconds(UNTIL), declared=declared, at_scale_1=declared,
        noise=stream(1, "t", "c", 0), whole_days=False,
    )  # fmt: skip
    slow = slow_day_weights(law, START.date(), 366, START.date())
    obtained = np.diff(made.cumulated[::24])
    assert obtained.tolist() == pytest.approx([declared * w / sum(slow) for w in slow], rel=1e-9)
    share = HOURS[law.hours] if isinstance(law.hours, str) else law.hours
    assert np.diff(made.cumulated[:25]).tolist() == pytest.approx(
        [obtained[0] * h / sum(share) for h in share], rel=1e-6
    )


@SETTINGS
@given(laws(), st.integers(1, 25_000), st.integers(0, 1000), st.sampled_from(["timestamp", "date"]))
def test_the_declared_count_comes_in_the_period_in_order(law, rows, seed, kind):
    before_start = float(law.split("before_start: ")[1]) if "before_start" in law else None
    assume(before_start is None or round(rows * before_start) > 0)  # see the next test
    plan = make(spec(law, rows, kind), seed=seed)
    assert plan.tables["events"].rows == plan.tables["events"].declared == rows
    events = frame(plan, "events")
    at = events["at"].cast(pl.Datetime("us"))
    assert events["id"].to_list() == list(range(1, rows + 1))
    assert at.is_sorted() and at.null_count() == 0
    assert at[-1] < UNTIL
    assert at[0] >= (dt.datetime(2022, 3, 4) if "since" in law else START)
    if before_start is not None:
        assert (at < START).sum() == round(rows * before_start)


def test_a_share_before_the_start_that_rounds_to_no_row():
    """Of 40 rows 1 % is none: then all come in the period."""
    assert times("since: 2022-03-04, before_start: 0.01", 40)[0] >= START


@SETTINGS
@given(
    laws(), st.sampled_from([1, 2, 10, 300, 9_999, 10_000, 10_001, 20_000]), st.integers(0, 20),
    st.lists(st.datetimes(START + dt.timedelta(microseconds=1), UNTIL), min_size=1, max_size=4),
)  # fmt: skip
def test_an_earlier_until_shows_the_rows_before_it(law, rows, seed, untils):
    full = times(law, rows, seed=seed)
    for until in [*untils, full[len(full) // 2], full[-1], full[len(full) // 3] + dt.timedelta(microseconds=1)]:
        if until > START:
            assert (
                times(law, rows, seed=seed, until=until)
                == full[: bisect_right(full, until - dt.timedelta(microseconds=1))]
            )


@SETTINGS
@given(laws(), st.integers(1, 12_000), st.dates(dt.date(2025, 1, 2), dt.date(2027, 1, 1)))
def test_a_later_until_appends(law, rows, until):
    full, later = times(law, rows), times(law, rows, until=until)
    assert later[:rows] == full
    assert all(UNTIL <= at < dt.datetime(until.year, until.month, until.day) for at in later[rows:])


@SETTINGS
@given(laws(), st.integers(1, 3000), st.datetimes(START + dt.timedelta(microseconds=1), UNTIL))
def test_dates_exist_from_the_day_that_has_begun(law, rows, until):
    """A date has begun at its midnight: at `until` in the middle of a day, that whole day's rows are there."""
    full = times(law, rows, "date")
    part = times(law, rows, "date", until=until)
    assert all(type(day) is dt.date for day in full)
    assert part == [day for day in full if dt.datetime(day.year, day.month, day.day) < until]


@pytest.mark.parametrize("dispersion", [1.0, 3.3])
def test_daily_counts_are_as_dispersed_as_declared(dispersion):
    """`dispersion` is the variance / mean of daily counts at SCALE=1, within 5 standard errors of a variance."""
    law = f"dispersion: {dispersion}"
    for scale, wanted in ((1, dispersion), (10, 10 * dispersion)):  # the relative noise is kept
        ratios = []
        for seed in range(8):
            days = pl.Series(times(law, 30 * 366, seed=seed, scale=scale)).dt.date().value_counts()["count"]
            ratios.append(days.var() / days.mean())
        assert np.mean(ratios) == pytest.approx(wanted, rel=5 * (2 / (8 * 366)) ** 0.5)


def test_a_family_is_cut_with_its_root():
    """Children of rows that have not come yet have not come either."""
    tables = parse("""
dataset: t
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  events:
    rows: 15000
    columns: {id: {key: sequence}, at: {arrival: {dispersion: 2}}}
  lines:
    per: events
    fanout: {mean: 2.5, min: 0, max: 9, poisson: true, exact: true}
    columns: {id: {key: sequence}, event_id: {reference: events}}
""")
    full = {name: frame(make(tables), name) for name in ("events", "lines")}
    assert full["lines"].height == 37_500
    assert full["lines"]["id"].to_list() == list(range(1, 37_501))
    for until in (dt.date(2024, 1, 2), dt.datetime(2024, 6, 1, 12), dt.date(2024, 12, 31)):
        plan = make(tables, until=until)
        events, lines = frame(plan, "events"), frame(plan, "lines")
        assert events.equals(full["events"].filter(pl.col("at") < until))
        assert lines.equals(full["lines"].filter(pl.col("event_id") <= events.height))
