"""Compiled expressions over texts, dates and timestamps, against Python's."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.sql.compile import compile_expression
from tests.support.decimals import OTHERS, SETTINGS, TYPES, evaluate, units


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPPER(t) || '-' || t", "AB-ab"), ("t = 'ab'", True), ("t IN ('x', 'ab')", True), ("LENGTH(t)", 2),
        ("EXTRACT(MONTH FROM on_)", 2), ("STRFTIME(on_, '%m.%d')", "02.29"), ("CAST(at AS DATE) = on_", True),
        ("at > on_", True), ("CASE WHEN t <> 'ab' THEN 'no' ELSE t END", "ab"), ("COALESCE(NULL, t)", "ab"),
        ("CAST('2024-02-29' AS DATE) = on_", True), ("'it''s'", "it's"), ("TRUE", True), ("d * d < d + d", True),
        ("NULL", None), ("CAST('2024-02-29 01:02:03' AS TIMESTAMP)", dt.datetime(2024, 2, 29, 1, 2, 3)),
    ],
)  # fmt: skip
def test_text_and_moments(sql, expected):
    row = {"t": "ab", "on_": dt.date(2024, 2, 29), "at": dt.datetime(2024, 2, 29, 12), "f": True, "d": 1.5}
    assert evaluate(sql, [row, row]) == [expected, expected]


days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)) | st.sampled_from(
    [dt.date(2024, 2, 28), dt.date(2024, 3, 1)]
)
hours = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 12, 31)) | st.sampled_from(
    [dt.datetime(2024, 2, 29, 23, 59, 59, 999_999), dt.datetime(2024, 3, 1), dt.datetime(1969, 12, 31, 23)]
)
dated = st.fixed_dictionaries(
    {"on_": st.none() | days, "at": st.none() | hours, "n": units(30_000), "i": units(30_000)}
)


def date_of(moment):
    return moment.date() if isinstance(moment, dt.datetime) else moment


DATED = {  # days are counted by midnights, as in DuckDB
    "DATE_DIFF('day', on_, at)": lambda r: (date_of(r["at"]) - r["on_"]).days,
    "DATE_DIFF('day', at, on_)": lambda r: (r["on_"] - date_of(r["at"])).days,
    "DATE_DIFF('DAY', at, DATE '2024-02-29') * 2": lambda r: (dt.date(2024, 2, 29) - date_of(r["at"])).days * 2,
    "on_ + n": lambda r: r["on_"] + dt.timedelta(days=int(r["n"])),
    "on_ - i": lambda r: r["on_"] - dt.timedelta(days=int(r["i"])),
    "CAST(at AS DATE) + 30 - i": lambda r: date_of(r["at"]) + dt.timedelta(days=30 - int(r["i"])),
    "DATE_DIFF('day', on_, on_ + n)": lambda r: int(r["n"]),
}


@pytest.mark.parametrize("sql", DATED)
@settings(SETTINGS, max_examples=40)
@given(st.lists(dated, min_size=1, max_size=20))
def test_days_equal_pythons(sql, given_rows):
    used = compile_expression(sql, {**TYPES, **OTHERS}).reads
    expected = [None if any(row[name] is None for name in used) else DATED[sql](row) for row in given_rows]
    assert evaluate(sql, given_rows) == expected
