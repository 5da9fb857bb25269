"""Arrivals against slow twins: hours walked one by one, rows counted in full runs."""

from __future__ import annotations

import datetime as dt
import functools
from bisect import bisect_right

import numpy as np
import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synth.api import frame
from synth.generators.arrival import DAY_US, HOUR_US, Arrival, Timetable, microseconds
from synth.generators.profiles import HOURS, SEASONS, WEEKDAYS
from synth.plan.make import make
from synth.spec.load import parse
from synth.streams import hashed, stream

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
        "dispersion": draw(st.sampled_from([1.0, 3.3, 40.0])),
    }  # fmt: skip
    if draw(st.booleans()):
        words["days"] = "{2024-03-01: 20, 2024-12-25: 0, 2025-03-01: 9}"
    if draw(st.booleans()):
        words |= {"since": "2022-03-04", "before_start": draw(st.sampled_from([0.1, 0.6, 1.0]))}
    return ", ".join(f"{word}: {value}" for word, value in words.items())


@SETTINGS
@given(st.lists(st.integers(0, 5), min_size=1, max_size=60).filter(any), st.integers(0, 9), st.booleans(), st.data())
def test_rows_stand_in_their_cells_one_by_one(counts, start_day, whole_days, data):
    """Walk the cells: the rows of each are numbered on, and stand at their own numbers' places, put in order."""
    table = Timetable(start_day * DAY_US, HOUR_US, np.cumsum([0, *counts]), np.empty(0), whole_days)
    uniform = functools.partial(hashed, 1, "t", "c", "times")
    slow, row = [], 0
    for cell, count in enumerate(counts):
        places = uniform(np.arange(row, row + count)).tolist()
        slow += sorted(start_day * DAY_US + cell * HOUR_US + int(u * HOUR_US) for u in places)
        row += count
    shown = [at // DAY_US * DAY_US for at in slow] if whole_days else slow
    assert table.times(0, row, uniform).tolist() == shown
    first = data.draw(st.integers(0, row - 1))
    assert table.times(first, row - first, uniform).tolist() == shown[first:]
    for moment in (*slow, slow[0] - 1, slow[-1] + 1, start_day * DAY_US - 5):
        assert table.rows_before(moment, uniform) == sum(at < moment for at in slow)
    end = start_day * DAY_US + len(counts) * HOUR_US
    assert table.times(row - 1, 3, uniform).tolist()[1:] == [end // DAY_US * DAY_US if whole_days else end] * 2


def slow_day_weights(law: Arrival, first: dt.date, days: int, start: dt.date) -> list[float]:
    """Expected share of each day of a law without noise: trend × season × weekday × its own factor, by the calendar."""

    def profile(named, value):
        return named[value] if isinstance(value, str) else value

    found = []
    for number in range(days):
        day = first + dt.timedelta(days=number)
        weight = (1 + law.trend) ** ((day - start).days / 365.25)
        weight *= profile(SEASONS, law.season)[day.month - 1] * profile(WEEKDAYS, law.weekdays)[day.weekday()]
        found.append(weight * law.days.get(day, 1))
    return found


CALENDARS = [{}, {"trend": 0.09}, {"season": "consumer", "weekdays": "business", "hours": "consumer", "trend": -0.3}]
CALENDARS += [
    {"weekdays": "consumer", "days": {dt.date(2023, 8, 1): 3, dt.date(2024, 11, 29): 2.5, dt.date(2024, 12, 25): 0}}
]
CALENDARS[-1]["days"] |= {dt.date(2025, 2, 3): 0.25}


def made_by(law: Arrival, declared: int, horizon: dt.datetime = UNTIL) -> Timetable:
    return law.timetable(
        start=START.date(), until=UNTIL.date(), horizon_us=microseconds(horizon), declared=declared, at_scale_1=declared,
        stream=lambda sub: stream(1, "t", "c", 0, sub), whole_days=False,
    )  # fmt: skip


@pytest.mark.parametrize("words", CALENDARS)
def test_counts_follow_the_calendar(words):
    """In every cell within six of Poisson's standard deviations of what the calendar says, before, in and after the period."""
    first, horizon = dt.date(2023, 7, 1), dt.datetime(2025, 9, 1)
    law, declared = Arrival(**words, since=first, before_start=0.3), 400_000
    made = made_by(law, declared, horizon)
    lead, days = (START.date() - first).days, (horizon.date() - first).days
    slow = slow_day_weights(law, first, days, START.date())
    share = HOURS[law.hours] if isinstance(law.hours, str) else law.hours
    before, period = sum(slow[:lead]), sum(slow[lead : lead + 366])
    scale = [0.3 * declared / before] * lead + [0.7 * declared / period] * (days - lead)
    expected = np.outer(np.array(slow) * scale, np.array(share) / sum(share)).ravel()
    obtained = np.diff(made.counts)[: len(expected)]
    assert made.before_period == 120_000 and made.counts[24 * (lead + 366)] == declared
    assert (np.abs(obtained - expected) <= 6 * np.sqrt(expected) + 1).all()
    assert (obtained[expected == 0] == 0).all()
    free = (obtained - expected)[24 * lead :][expected[24 * lead :] > 0] / np.sqrt(
        expected[24 * lead :][expected[24 * lead :] > 0]
    )
    assert np.var(free) == pytest.approx(1, abs=5 * (2 / len(free)) ** 0.5), "the counts are Poisson's"


def test_those_before_the_period_are_there_at_any_seed():
    """Row k comes between the k-th and the next that is expected: how many surely came is no matter of luck."""
    law = Arrival(since=dt.date(2023, 1, 1), before_start=0.5)
    for seed in range(20):
        made = law.timetable(
            start=START.date(), until=UNTIL.date(), horizon_us=microseconds(UNTIL), declared=40, at_scale_1=40,
            stream=lambda sub, seed=seed: stream(seed, "t", "c", 0, sub), whole_days=False,
        )  # fmt: skip
        for day in (1, 20, 100, 200, 364, 365):
            at = made.start_us + day * DAY_US
            assert (
                made.surely_before(at)
                == int(20 * day / 365 + 1e-9)
                <= made.counts[24 * day]
                <= made.surely_before(at) + 1
            )


def test_busy_hours_are_cut_into_minutes():
    made = made_by(Arrival(hours="consumer"), 40_000_000)
    assert made.cell_us == HOUR_US // 60 and made.counts[-1] == 40_000_000
    per_hour = np.diff(made.counts[::60]).reshape(-1, 24).sum(axis=0)
    assert per_hour / per_hour.sum() == pytest.approx(np.array(HOURS["consumer"]) / sum(HOURS["consumer"]), rel=0.01)


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
    for scale, wanted in ((1, dispersion), (10, 1 + 10 * (dispersion - 1))):  # the relative noise is kept
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
