"""Columns of signs beside what Python writes, one by one."""

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.digits import beside, clocks, dates, digits

SETTINGS = settings(deadline=None, max_examples=150, derandomize=True)

EPOCH = dt.date(1970, 1, 1)
DAY_US = 86_400_000_000


def numbers(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@SETTINGS
@given(st.lists(st.integers(0, 2**63 - 1), max_size=20), st.integers(1, 19))
def test_digits(values, width):
    found = beside(len(values), digits(numbers(values), width)).to_list()
    assert found == [f"{value:019d}"[-width:] for value in values]


def test_every_date():
    days = np.arange((dt.date.min - EPOCH).days, (dt.date.max - EPOCH).days + 1)
    found = beside(len(days), dates(days))
    turns = [
        day for day, text in zip(days.tolist(), found, strict=True) if text.endswith(("-01-01", "-02-28", "-12-31"))
    ]
    assert len(turns) == 3 * 9999 and found.n_unique() == len(days)
    for day in [*turns, *(day + 1 for day in turns[:-1])]:
        assert found[day - int(days[0])] == (EPOCH + dt.timedelta(day)).isoformat()


@SETTINGS
@given(st.lists(st.integers(0, DAY_US - 1), max_size=20))
def test_clocks(values):
    found = beside(len(values), [b"T", *clocks(numbers(values)), b'+00:00"']).to_list()
    midnight = dt.datetime(2024, 1, 1)
    written = [(midnight + dt.timedelta(microseconds=us)).time().isoformat("microseconds") for us in values]
    assert found == [f'T{text}+00:00"' for text in written]
