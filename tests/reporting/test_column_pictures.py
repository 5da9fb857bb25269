"""Pictures of columns against rows counted one by one, in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.describe.catalogue import ColumnFacts
from synth.dtypes import DType
from synth.measuring.summary import Summary
from synth.reporting import column_pictures
from synth.reporting.column_pictures import picture_of

CONNECTION = duckdb.connect()


def picture(values, type_="bigint", *, refers_to=None, in_key=False):
    """The picture of a column with these values, and what is counted of them."""
    dtype = DType.parse(type_)
    frame = pl.DataFrame({"c": pl.Series("c", values, strict=False)})
    CONNECTION.register("given", frame)
    CONNECTION.execute(f"CREATE OR REPLACE TABLE t AS SELECT CAST(c AS {dtype.duckdb}) AS c FROM given")
    there = [value for value in values if value is not None]
    stats = Summary(len(values), len(there), len(set(there)))
    facts = ColumnFacts("c", dtype, "", in_key, True, refers_to)
    return picture_of(CONNECTION, "t", facts, stats)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.none() | st.integers(0, 12), min_size=30, max_size=300))
def test_few_values_are_bars(values):
    made, counts = picture(values), Counter(value for value in values if value is not None)
    if not counts:
        assert made is None
        return
    assert made["kind"] == "bars"
    assert {int(name): count for name, count in made["values"]} == counts
    if len(counts) > 2:
        assert [int(name) for name, _ in made["values"]] == sorted(counts)
    top = max(counts.values())
    assert any(f"the commonest, {value}, in " in made["said"] for value, count in counts.items() if count == top)


def test_the_commonest_of_many_texts_are_bars_and_the_rest_is_told():
    made = picture(["Ann"] * 500 + ["Bob"] * 300 + [f"name {k % 40}" for k in range(200)], "varchar")
    assert made["kind"] == "bars" and made["values"][:2] == [("Ann", 500), ("Bob", 300)] and len(made["values"]) == 12
    assert made["said"] == "about 42 values; the commonest, Ann, in 50 % of the rows; those not shown in 15 %"


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.none() | st.integers(0, 40), min_size=1, max_size=400))
def test_ranks_are_how_often_each_parent_is_chosen(values):
    counts = sorted(Counter(value for value in values if value is not None).values(), reverse=True)
    made = picture(values, refers_to="parents")
    if not counts:
        assert made is None
        return
    if len(set(counts)) == 1:
        which = "one row" if len(counts) == 1 else f"each of {len(counts)} rows"
        assert made["kind"] == "said" and made["said"].startswith(f"{which} of parents is chosen ")
        return
    assert made["points"] == [[rank, counts[rank - 1]] for rank, _ in made["points"]]
    assert made["points"][0][0] == 1 and made["points"][-1][0] == len(counts)
    fifth = max(1, round(0.2 * len(counts)))
    share = 100 * sum(counts[:fifth]) / sum(counts)
    said = f"{share:.0f} %" if share >= 10 else f"{share:.1f} %"
    assert made["said"] == f"the most chosen fifth of parents has {said} of the rows"


@pytest.mark.parametrize("exact", [10**6, 10])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(values=st.lists(st.decimals(-(10**6), 10**6, places=2), min_size=60, max_size=300, unique=True))
def test_bins_hold_every_row_once(exact, values):
    before = column_pictures.EXACT
    column_pictures.EXACT = exact  # and more of them are counted by fields of equal width
    try:
        made = picture([float(value) for value in values], "decimal(12,2)")
    finally:
        column_pictures.EXACT = before
    assert made["kind"] == "histogram"
    assert made["below"] + sum(count for *_, count in made["bins"]) + made["above"] == len(values)
    edges = [low for low, *_ in made["bins"]] + [made["bins"][-1][1]]
    assert edges == sorted(edges)
    if exact > len(values):
        middle = sorted(values)[(len(values) - 1) // 2]
        assert f"the middle {column_pictures._short(float(middle))}" in made["said"]
        for low, high, count in made["bins"][1:-1]:
            inside = sum(low <= value < high for value in values)
            assert abs(inside - count) <= 2  # an edge is told in six digits


def test_a_number_that_most_rows_have_is_told_and_the_others_are_shown():
    made = picture([0] * 900 + [float(k) for k in range(1, 101)], "double")
    assert made["said"].startswith("0 in 90 % of the rows; of the others half between ")
    assert sum(count for *_, count in made["bins"]) + made["below"] + made["above"] == 100


def test_skewed_numbers_are_shown_by_powers_of_ten():
    assert picture([float(2**k) for k in range(60)], "double")["log"]
    assert not picture([float(k) for k in range(60)], "double")["log"]


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(1, 3000), st.integers(0, 2**32))
def test_moments_are_counted_by_day_week_or_month_and_by_hour(days, seed):
    start = dt.datetime(2021, 3, 3)
    seconds = np.random.default_rng(seed).integers(0, days * 86_400, 1100)
    moments = [start + dt.timedelta(seconds=int(each)) for each in seconds]
    made = picture(moments, "timestamp")
    assert made["kind"] == "series" and sum(count for _, count in made["points"]) == len(moments)
    first = {
        "day": lambda at: at.date(),
        "week": lambda at: at.date() - dt.timedelta(days=at.weekday()),
        "month": lambda at: at.date().replace(day=1),
    }[made["unit"]]
    assert dict(map(tuple, made["points"])) == {str(day): n for day, n in Counter(map(first, moments)).items()}
    if len({at.hour for at in moments}) > 1:
        assert {(day, hour): n for day, hour, n in made["week"]} == Counter((at.weekday(), at.hour) for at in moments)


def test_what_shows_nothing_has_no_picture():
    assert picture(range(1000), in_key=True) is None
    assert picture([None] * 50) is None
    assert picture([f"text {k}" for k in range(30)], "varchar") is None
    assert picture([dt.date(2024, 1, 1)] * 3, "date") is None


def test_lengths_of_texts_that_differ():
    made = picture([f"{'x' * (k % 9)} {k}" for k in range(2000)], "varchar")
    assert made["kind"] == "histogram" and made["said"].startswith("characters: half between ")
    assert made["below"] + sum(count for *_, count in made["bins"]) + made["above"] == 2000


def test_decimals_are_said_as_they_are():
    made = picture([Decimal("1.50")] * 3 + [Decimal("2.25")], "decimal(12,2)")
    assert made["values"] == [("1.50", 3), ("2.25", 1)]
