"""Intervals and what lies between moments, a row at a time in Python, beside what is compiled; and where numbers end."""

from __future__ import annotations

import calendar
import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.errors import DataError
from synth.spec.load import parse
from synth.sql.compile import compile_expression
from synth.sql.parse import SqlError
from synth.verifying.rehearse import rehearse
from tests.support.decimals import OTHERS, SETTINGS, TYPES, evaluate, units

MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
STEPS = {
    "SECOND": dt.timedelta(seconds=1), "MINUTE": dt.timedelta(minutes=1), "HOUR": dt.timedelta(hours=1),
    "DAY": dt.timedelta(days=1), "WEEK": dt.timedelta(weeks=1),
}  # fmt: skip
UNITS = [*MONTHS, *STEPS]

ends_of_months = st.builds(
    lambda year, month, back: dt.date(year, month, calendar.monthrange(year, month)[1] - back),
    st.integers(1900, 2200), st.integers(1, 12), st.integers(0, 3),
)  # fmt: skip
days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)) | ends_of_months
hours = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 12, 31)) | st.builds(
    dt.datetime.combine,
    ends_of_months,
    st.sampled_from([dt.time(0), dt.time(12, 30), dt.time(23, 59, 59, 999_999)]),
)
moments = st.fixed_dictionaries({"on_": st.none() | days, "at": st.none() | hours, "n": units(500), "i": units(500)})
several = st.lists(moments, min_size=1, max_size=25)


def instant(moment):
    return moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time())


def later(moment, number, unit):
    """A moment so many units later, months by counting them."""
    moment = instant(moment)
    if unit in STEPS:
        return moment + number * STEPS[unit]
    year, month = moment.year, moment.month
    for _ in range(abs(number) * MONTHS[unit]):
        month += 1 if number > 0 else -1
        year, month = (year + 1, 1) if month == 13 else (year - 1, 12) if month == 0 else (year, month)
    return moment.replace(year=year, month=month, day=min(moment.day, calendar.monthrange(year, month)[1]))


def whole_between(first, last, unit):
    """How often a unit goes between two moments."""
    first, last = instant(first), instant(last)
    if first > last:
        return -whole_between(last, first, unit)
    guess = max((last - first) // (STEPS.get(unit) or MONTHS[unit] * dt.timedelta(days=31)) - 2, 0)
    while later(first, guess + 1, unit) <= last:
        guess += 1
    return guess


def beginning(moment, unit):
    """When the unit of a moment began."""
    moment = instant(moment)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit in MONTHS:
        return day.replace(day=1, month=(moment.month - 1) // MONTHS[unit] * MONTHS[unit] + 1)
    if unit in ("DAY", "WEEK"):
        return day - dt.timedelta(days=day.weekday() if unit == "WEEK" else 0)
    return day + (moment - day) // STEPS[unit] * STEPS[unit]


def begun_between(first, last, unit):
    """How many beginnings of a unit lie between two moments."""
    first, last = beginning(first, unit), beginning(last, unit)
    return whole_between(first, last, unit)


def used(sql):
    return compile_expression(sql, {**TYPES, **OTHERS}).reads


def compared(sql, twin, rows):
    reads = used(sql)
    expected = [None if any(row[name] is None for name in reads) else twin(row) for row in rows]
    assert evaluate(sql, rows) == expected


@pytest.mark.parametrize("unit", UNITS)
@settings(SETTINGS, max_examples=25)
@given(several)
def test_what_is_added_equals_pythons(unit, rows):
    compared(f"on_ + INTERVAL (n) {unit}", lambda r: later(r["on_"], r["n"], unit), rows)
    compared(f"at - INTERVAL (i * 2) {unit}", lambda r: later(r["at"], -2 * r["i"], unit), rows)
    compared(f"at + INTERVAL 7 {unit} > on_", lambda r: later(r["at"], 7, unit) > instant(r["on_"]), rows)


@pytest.mark.parametrize("unit", UNITS)
@settings(SETTINGS, max_examples=25)
@given(several)
def test_what_lies_between_equals_pythons(unit, rows):
    compared(f"DATE_SUB('{unit}', on_, at)", lambda r: whole_between(r["on_"], r["at"], unit), rows)
    compared(f"DATE_TRUNC('{unit}', at)", lambda r: beginning(r["at"], unit), rows)
    compared(f"DATE_TRUNC('{unit}', on_)", lambda r: beginning(r["on_"], unit), rows)
    if unit != "WEEK":
        compared(f"DATE_DIFF('{unit}', at, on_)", lambda r: begun_between(r["at"], r["on_"], unit), rows)


PARTS = {
    "LAST_DAY(at)": lambda r: r["at"].date().replace(day=calendar.monthrange(r["at"].year, r["at"].month)[1]),
    "MAKE_DATE(YEAR(on_), MONTH(on_), 1)": lambda r: r["on_"].replace(day=1),
    "EXTRACT(WEEK FROM on_) + 100 * ISOYEAR(on_)": lambda r: r["on_"].isocalendar()[1] + 100 * r["on_"].isocalendar()[0],
    "ISODOW(at)": lambda r: r["at"].isoweekday(),
    "EXTRACT(DOW FROM at)": lambda r: r["at"].isoweekday() % 7,
    "EXTRACT(DOY FROM on_)": lambda r: r["on_"].timetuple().tm_yday,
    "EXTRACT(QUARTER FROM on_)": lambda r: (r["on_"].month + 2) // 3,
    "EXTRACT(HOUR FROM at) * 10000 + EXTRACT(MINUTE FROM at) * 100 + EXTRACT(SECOND FROM at)": lambda r: int(f"{r['at']:%H%M%S}"),
}  # fmt: skip


@pytest.mark.parametrize("sql", PARTS)
@settings(SETTINGS, max_examples=25)
@given(several)
def test_parts_equal_pythons(sql, rows):
    compared(sql, PARTS[sql], rows)


def test_a_month_ends_on_its_own_last_day_and_steps_follow_the_start():
    row = {"on_": dt.date(2024, 1, 31), "n": 1}
    found = [evaluate(f"CAST(on_ + INTERVAL ({number} * n) MONTH AS DATE)", [row])[0] for number in (1, 2, 3, 13, -2)]
    assert [f"{day:%Y-%m-%d}" for day in found] == [
        "2024-02-29",
        "2024-03-31",
        "2024-04-30",
        "2025-02-28",
        "2023-11-30",
    ]
    assert evaluate("on_ + INTERVAL 1 MONTH + INTERVAL 1 MONTH", [row]) == [dt.datetime(2024, 3, 29)]


@pytest.mark.parametrize(("sql", "dtype"), {
    "on_ + INTERVAL 1 DAY": "timestamp", "at + INTERVAL 1 MINUTE": "timestamp", "DATE_TRUNC('year', on_)": "timestamp",
    "LAST_DAY(at)": "date", "CAST(on_ + INTERVAL 1 MONTH AS DATE)": "date", "on_ + 1": "date", "DATE_SUB('day', on_, at)": "bigint",
}.items())  # fmt: skip
def test_an_interval_makes_a_timestamp_of_a_date(sql, dtype):
    assert str(compile_expression(sql, {**TYPES, **OTHERS}).dtype) == dtype


@pytest.mark.parametrize("unit", UNITS)
def test_more_than_ten_thousand_years_are_an_error(unit):
    """Where microseconds or dates have no place for a moment, an answer is an error, never wrong."""
    in_a_year = {
        "SECOND": 366 * 86_400,
        "MINUTE": 366 * 1440,
        "HOUR": 366 * 24,
        "DAY": 366,
        "WEEK": 53,
        "MONTH": 12,
        "QUARTER": 4,
        "YEAR": 1,
    }
    row = {"on_": dt.date(2024, 1, 31), "at": dt.datetime(2024, 1, 31), "n": 10_001 * in_a_year[unit]}
    for sql in (f"on_ + INTERVAL (n) {unit}", f"at - INTERVAL (n) {unit}"):
        for number in (row["n"], -row["n"], 2**62):
            with pytest.raises(pl.exceptions.PolarsError, match="a moment more than 10,000 years off"):
                evaluate(sql, [{**row, "n": number}, {**row, "n": 1}])


def test_numbers_of_which_little_is_known_are_no_error():
    row = {"at": dt.datetime(2024, 1, 31, 10, 7), "t": "abc"}
    assert evaluate("at + INTERVAL (EXTRACT(MINUTE FROM at) // 5 * 12) YEAR", [row]) == [
        dt.datetime(2036, 1, 31, 10, 7)
    ]
    assert evaluate("at + INTERVAL (LENGTH(t) * 3600) SECOND", [row]) == [dt.datetime(2024, 1, 31, 13, 7)]


def test_a_moment_too_far_off_is_told_with_its_place():
    text = """dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables: {a: {rows: 9, columns: {id: {key: sequence}, at: {arrival: {}}, far: {expr: at + INTERVAL (id * 20_000) YEAR}}}}
""".replace("20_000", "20000")
    with pytest.raises(
        DataError, match="tables.a.columns.far.expr: 'a moment more than 10,000 years off' is no timestamp"
    ):
        rehearse(parse(text))


@pytest.mark.parametrize(
    "sql", ["at + INTERVAL n MONTH", "at + n * INTERVAL 3 DAY", "INTERVAL '2' HOUR * n + at", "at + INTERVAL 2 MONTHS"]
)
def test_ways_to_write_an_interval(sql):
    assert evaluate(sql, [{"at": dt.datetime(2024, 1, 31, 5), "n": 2}]) in (
        [dt.datetime(2024, 3, 31, 5)], [dt.datetime(2024, 2, 6, 5)], [dt.datetime(2024, 1, 31, 9)],
    )  # fmt: skip


def test_a_day_that_there_is_not_is_an_error():
    with pytest.raises(Exception, match="Invalid date"):
        evaluate("MAKE_DATE(n, 2, 30)", [{"n": 2024}])
    with pytest.raises(SqlError, match="DATE_TRUNC takes one of"):
        evaluate("DATE_TRUNC('day of week', at)", [{}])
