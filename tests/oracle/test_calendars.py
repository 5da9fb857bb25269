"""Calendars against slow twins: days walked one by one; and what follows them, by counting what came out."""

from __future__ import annotations

import datetime as dt

import holidays
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.api import frame
from synth.errors import OptionError, SpecError
from synth.generators.calendars import WEEKDAYS, Calendar, Holidays, Yearly
from synth.generators.profiles import SEASONS, profile
from synth.generators.profiles import WEEKDAYS as NAMED
from synth.plan.make import make
from synth.spec.load import dump, parse

SETTINGS = settings(deadline=None, max_examples=60, derandomize=True)
START, UNTIL = dt.date(2024, 1, 1), dt.date(2026, 1, 1)
FACTORS = st.lists(st.sampled_from([0.0, 0.5, 2.0, 7.5]), min_size=1, max_size=4).map(tuple)
EVENTS = st.one_of(
    st.builds(Yearly, month=st.integers(1, 12), day=st.integers(1, 28), starting=st.integers(-40, 40), factors=FACTORS),
    st.builds(
        Yearly, month=st.integers(1, 12), weekday=st.sampled_from(WEEKDAYS), nth=st.sampled_from([1, 2, 3, 4, -1]),
        starting=st.integers(-40, 40), factors=FACTORS,
    ),
)  # fmt: skip
DATES = st.dates(dt.date(2023, 1, 1), dt.date(2026, 12, 31))
DAY = dt.timedelta(days=1)


def anchor(event: Yearly, year: int) -> dt.date:
    """The day of a year from which an event's are counted: its weekdays counted one by one."""
    if event.day:
        return dt.date(year, event.month, event.day)
    day, found = dt.date(year, event.month, 1), []
    while day.month == event.month:
        found += [day] if day.strftime("%A").lower() == event.weekday else []
        day += DAY
    return found[event.nth - 1] if event.nth > 0 else found[-1]


def slow_factor(calendar: Calendar, day: dt.date) -> float:
    """The factor of a day: its own, else those of events on it, else that of a holiday, else 1."""
    if day in calendar.days:
        return calendar.days[day]
    on_it = [
        factor
        for event in calendar.yearly.values()
        for year in range(day.year - 1, day.year + 2)
        for number, factor in enumerate(event.factors)
        if anchor(event, year) + DAY * (event.starting + number) == day
    ]
    if on_it:
        return float(np.prod(on_it))
    if calendar.holidays and day in holidays.country_holidays(calendar.holidays.country, calendar.holidays.subdivision):
        return calendar.holidays.factor
    return 1.0


@SETTINGS
@given(
    st.dictionaries(st.sampled_from("abc"), EVENTS, max_size=3),
    st.dictionaries(DATES, st.sampled_from([0.0, 3.0]), max_size=3),
    st.sampled_from([None, Holidays(country="DE", subdivision="BY", factor=0.2), Holidays(country="US")]),
    st.sampled_from([*SEASONS]),
    st.sampled_from([*NAMED]),
    DATES,
)
def test_a_day_weighs_what_its_month_weekday_and_factor_say(yearly, days, closed, season, weekdays, first):
    calendar = Calendar(season=season, weekdays=weekdays, yearly=yearly, days=days, holidays=closed).around(
        START, UNTIL
    )
    asked = [first + DAY * number for number in range(90)]
    weights = calendar.weighed(np.full(90, 2.0), np.array(asked, dtype="datetime64[D]"))
    slow = [
        2.0 * profile("season", season)[day.month - 1] * profile("weekdays", weekdays)[day.weekday()] * slow_factor(calendar, day)
        for day in asked
    ]  # fmt: skip
    assert weights.tolist() == pytest.approx(slow, rel=1e-12)


SPEC = """
dataset: calendars
period: {start: 2024-01-01, until: 2026-01-01}
calendars:
  shop:
    season: consumer
    weekdays: consumer
    yearly:
      black_friday: {month: 11, weekday: thursday, nth: 4, starting: 1, factors: [3]}
      christmas: {month: 12, day: 25, factors: [0]}
  office:
    weekdays: [1, 1, 1, 1, 1, 2, 0]
    hours: {monday: business, tuesday: business, wednesday: business, thursday: business, saturday: [HOURS]}
    holidays: {country: DE}
tables:
  orders:
    rows: 60_000
    columns:
      id: {key: sequence}
      came: {arrival: {calendar: shop, NOISE}}
      sent: {delay: {after: came, median: 1, sigma: 0.5, calendar: office, announced: true}}
  calls:
    rows: 20_000
    columns: {id: {key: sequence}, came: {arrival: {calendar: office, since: 2023-01-01, before_start: 0.3}}}
""".replace("HOURS", ", ".join("1" if 9 <= hour < 12 else "0" for hour in range(24)))


def dataset(noise: str = "dispersion: 1"):
    return parse(SPEC.replace("NOISE", noise))


def open_by_the_office(moments: pl.Series) -> bool:
    closed = holidays.country_holidays("DE", years=range(2023, 2028))
    weekdays, hours = moments.dt.weekday(), moments.dt.hour()
    usual = weekdays.is_in([1, 2, 3, 4]) & hours.is_between(8, 19)
    saturday = (weekdays == 6) & hours.is_between(9, 11)
    return bool(((usual | saturday) & ~moments.dt.date().is_in([*closed])).all())


def test_what_follows_an_office_is_in_its_hours():
    plan = make(dataset())
    calls, sent = frame(plan, "calls")["came"], frame(plan, "orders")["sent"]
    assert open_by_the_office(calls) and open_by_the_office(sent)
    of_weekday = dict(calls.dt.weekday().value_counts().iter_rows())
    assert of_weekday[6] / of_weekday[2] == pytest.approx(2, rel=0.1)  # the weight of a day is that of all its hours
    assert calls.min() < dt.datetime(2023, 1, 10)


def test_events_have_their_factors():
    by_day = frame(make(dataset()), "orders")["came"].dt.date().value_counts(name="rows")
    rows = dict(by_day.iter_rows())
    for friday, usual in (
        (dt.date(2024, 11, 29), dt.date(2024, 11, 22)),
        (dt.date(2025, 11, 28), dt.date(2025, 11, 21)),
    ):
        assert rows[friday] / rows[usual] == pytest.approx(3, rel=0.35)
    assert dt.date(2024, 12, 25) not in rows and dt.date(2025, 12, 25) not in rows


def residuals(seed: int, noise: str) -> np.ndarray:
    """What daily counts are beyond those expected, in units of a Poisson count's deviation; closed days left out."""
    made = dataset(noise)
    came = frame(make(made, seed=seed), "orders")["came"].dt.date().value_counts(name="rows").sort("came")
    days = np.arange(np.datetime64(START), np.datetime64(UNTIL))
    weight = made.calendars["shop"].weighed(np.ones(len(days)), days)
    expected = (weight / weight.sum() * came["rows"].sum())[weight > 0]
    return (came["rows"].to_numpy() - expected) / np.sqrt(expected)


@pytest.mark.parametrize(("dispersion", "persistence"), [(3.3, 0.0), (3.3, 0.6), (8.0, 0.9)])
def test_days_are_as_uneven_and_as_like_their_neighbours_as_declared(dispersion, persistence):
    """Of the variance `dispersion`, all but 1 is the days' noise, and that alone persists."""
    found = [residuals(seed, f"dispersion: {dispersion}, persistence: {persistence}") for seed in range(6)]
    variance = np.mean([each.var() for each in found])
    neighbours = np.mean([np.corrcoef(each[1:], each[:-1])[0, 1] for each in found])
    assert variance == pytest.approx(dispersion, rel=0.2 if persistence < 0.8 else 0.3)
    assert neighbours == pytest.approx(persistence * (dispersion - 1) / dispersion, abs=0.06)


def test_a_later_until_changes_no_day_before():
    made = dataset("dispersion: 5, persistence: 0.8")
    early, late = (frame(make(made, until=until), "orders") for until in ("2026-03-05", "2027-02-01"))
    assert late.head(early.height).select("id", "came").equals(early.select("id", "came"))
    assert late.height > early.height > 60_000


def test_a_resolved_spec_says_what_was_found():
    """Holidays are looked up once: what a manifest keeps is read without their library, and draws the same."""
    made = dataset()
    again = parse(dump(made))
    make(made)  # what was worked out of a calendar takes no part
    assert again == made and len(made.calendars["office"].holidays.dates) > 200
    assert dt.date(2025, 10, 3) in made.calendars["office"].holidays.dates
    with pytest.raises(OptionError, match="until .2040-01-01. is too far ahead: calendar 'shop' is known to 2036"):
        make(made, until="2040-01-01")


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("calendar: shop", "calendar: shoop", "calendar: unknown calendar 'shoop'"),
        ("calendar: shop", "calendar: shop, season: flat", "`calendar` says that already: leave `season` out"),
        ("country: DE", "country: DEU2", "calendars.office.holidays: unknown country 'DEU2'"),
        ("country: DE", "country: DE, subdivision: QQ", "unknown subdivision 'QQ' of DE"),
        ("day: 25, ", "day: 31, nth: 2, ", "say `day`, or `weekday` and `nth`"),
        ("month: 12, day: 25", "month: 2, day: 29", "month 2 has no day 29 each year"),
        ("nth: 4", "nth: 0", "`nth` is 1 to 4, or -1"),
        ("weekdays: [1, 1, 1, 1, 1, 2, 0]", "weekdays: [0, 0, 0, 0, 1, 0, 1]", "it is never open"),
        (
            "since: 2023-01-01",
            "since: 2013-12-31",
            "since: holidays and events of calendar 'office' are known from 2014 on",
        ),
        ("dispersion: 1", "persistence: 0.5", "`persistence` is of the days' noise"),
    ],
)
def test_what_makes_no_sense_is_refused(before, after, message):
    text = SPEC.replace("NOISE", "dispersion: 1")
    assert before in text
    with pytest.raises(SpecError) as refused:
        parse(text.replace(before, after))
    assert message in str(refused.value)
