"""Measures and distances against values that are counted one by one, in plain Python."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from decimal import Decimal
from itertools import pairwise

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, TIME, TIMESTAMP, DType, array_of
from synth.measuring.distance import between_children, between_columns
from synth.measuring.measures import measure
from synth.measuring.summary import summaries

CONNECTION = duckdb.connect()


def measured(values, dtype, parents=None):
    """The measures of a table of one column, `c`."""
    CONNECTION.register("these", pl.DataFrame({"c": pl.Series(values, dtype=dtype.written)}).to_arrow())
    return measure(CONNECTION, "these", {"c": dtype}, parents)


def column(values, dtype):
    return measured(values, dtype).columns["c"]


def slow_ks(first, second):
    """The Kolmogorov-Smirnov distance, NULL below all, value by value."""
    if not first or not second:
        return float(len(first) != len(second))
    points = sorted({each for each in (*first, *second) if each is not None})
    largest = abs(first.count(None) / len(first) - second.count(None) / len(second))
    for point in points:
        shares = [sum(v is None or v <= point for v in values) / len(values) for values in (first, second)]
        largest = max(largest, abs(shares[0] - shares[1]))
    return largest


def slow_variation(first, second):
    """The total variation distance, NULL a value of its own."""
    if not first or not second:
        return float(len(first) != len(second))
    counts = Counter(first), Counter(second)
    return sum(abs(counts[0][v] / len(first) - counts[1][v] / len(second)) for v in {*first, *second}) / 2


def lists(values):
    return st.lists(st.none() | values, max_size=30)


WHOLE = st.integers(-4096, 4096)  # which no rounding touches
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))
HOURS = st.integers(-500_000, 500_000).map(lambda hour: dt.datetime(1970, 1, 1) + dt.timedelta(hours=hour))
MINUTES = st.integers(0, 1439).map(lambda minute: dt.time(minute // 60, minute % 60))


@settings(max_examples=25, deadline=None)
@given(st.data())
@pytest.mark.parametrize(
    "values, dtype",
    [(WHOLE, BIGINT), (WHOLE.map(float), DOUBLE), (DAYS, DATE), (HOURS, TIMESTAMP), (MINUTES, TIME)],
    ids=str,
)
def test_ordered_values_are_as_far_apart_as_one_by_one(values, dtype, data):
    first, second = data.draw(lists(values)), data.draw(lists(values))
    found = between_columns(column(first, dtype), column(second, dtype))
    assert found == pytest.approx(slow_ks(first, second))
    assert found == pytest.approx(between_columns(column(second, dtype), column(first, dtype)))


@settings(max_examples=25, deadline=None)
@given(lists(st.sampled_from("abc")), lists(st.sampled_from("bcd")))
def test_few_texts_are_as_far_apart_as_one_by_one(first, second):
    assert between_columns(column(first, TEXT), column(second, TEXT)) == pytest.approx(slow_variation(first, second))


@settings(max_examples=25, deadline=None)
@given(lists(st.booleans()), lists(st.booleans()))
def test_booleans_are_as_far_apart_as_one_by_one(first, second):
    assert between_columns(column(first, BOOLEAN), column(second, BOOLEAN)) == pytest.approx(
        slow_variation(first, second)
    )


@settings(max_examples=25, deadline=None)
@given(lists(st.floats(allow_nan=False)))
def test_rounding_keeps_the_order_and_the_count_of_numbers(values):
    """However large or small they are: infinite ones are the largest, and none is lost."""
    found = column(values, DOUBLE).spectrum
    assert found.nulls == values.count(None) and found.values == len(values) - found.nulls
    assert all(a < b for a, b in pairwise(found.points))
    there = sorted(v for v in values if v is not None)
    points = [point for point, count in zip(found.points, found.counts, strict=True) for _ in range(count)]
    for value, point in zip(there, points, strict=True):
        if 1e-300 < abs(value) < 1e300:
            assert point == pytest.approx(value, rel=1 / 4096)


def test_not_a_number_counts_as_the_largest():
    found = column([1.0, math.nan, math.inf, None], DOUBLE)
    assert list(found.spectrum.counts) == [1, 2] and found.spectrum.nulls == 1
    assert found.summary.mean == 1 and found.as_dict()["greatest"] == "nan"


def test_many_numbers_are_counted_as_few_are():
    """Whether values are first counted each is a matter of speed alone."""
    from synth.measuring import spectrum

    values = [each * 1.37 for each in range(3000)]
    CONNECTION.register("these", pl.DataFrame({"c": values}).to_arrow())
    few, many = (spectrum.spectrum_of(CONNECTION, "these", "c", DOUBLE, distinct) for distinct in (10, None))
    assert list(few.points) == list(many.points) and list(few.counts) == list(many.counts)


@settings(max_examples=25, deadline=None)
@given(st.lists(WHOLE, min_size=1, max_size=40))
def test_a_summary_is_as_one_by_one(values):
    found = column([*values, None], BIGINT)
    there = sorted(values)
    assert found.summary.rows == len(values) + 1 and found.null_share == pytest.approx(1 / (len(values) + 1))
    assert (found.summary.least, found.summary.greatest) == (there[0], there[-1])
    mean = sum(values) / len(values)
    assert found.summary.mean == pytest.approx(mean)
    assert found.summary.deviation == pytest.approx(math.sqrt(sum((v - mean) ** 2 for v in values) / len(values)))
    for said, share in {"5%": 0.05, "25%": 0.25, "50%": 0.5, "75%": 0.75, "95%": 0.95}.items():
        assert found.quantiles[said] == there[max(1, math.ceil(share * len(there))) - 1]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.none() | st.integers(1, 5), max_size=30))
def test_children_are_counted_for_each_parent(values):
    found = measured(values, BIGINT, {"c": ("parents", 7)}).references["c"]
    counts = Counter(v for v in values if v is not None)
    assert found.mean == pytest.approx(counts.total() / 7)
    assert found.without == pytest.approx((7 - len(counts)) / 7)
    other = measured([], BIGINT, {"c": ("parents", 7)}).references["c"]
    assert between_children(found, other) == pytest.approx(len(counts) / 7)


def test_what_is_measured_of_each_type():
    texts = column(["a", "a", "bcd", None], TEXT)
    assert texts.shares == {"a": pytest.approx(2 / 3), "bcd": pytest.approx(1 / 3)}
    assert texts.summary.length == pytest.approx(5 / 3)
    assert column([True, False, True, None], BOOLEAN).true_share == pytest.approx(2 / 3)
    money = column([Decimal("1.50"), Decimal("2.50")], DType.parse("decimal(12,2)"))
    assert money.quantiles["95%"] == 2.5 and money.as_dict()["least"] == "1.50"
    assert column([dt.date(2024, 2, 29)], DATE).quantiles["50%"] == "2024-02-29"
    assert column([dt.datetime(2024, 2, 29, 13, 59)], TIMESTAMP).quantiles["50%"] == "2024-02-29 13:00"
    assert column([dt.time(7, 45, 30)], TIME).quantiles["50%"] == "07:45"


def test_long_lists_of_texts_are_compared_by_their_lengths():
    names = column([f"name {number:04}" for number in range(5000)], TEXT)
    others = column([f"{number:04} other" for number in range(5000)], TEXT)
    assert not names.values and between_columns(names, others) == 1
    assert between_columns(names, column([f"{number:09}" for number in range(3000)], TEXT)) == 0
    assert between_columns(column([b"ab"], DType.parse("bytes")), column([b"c"], DType.parse("bytes"))) == 1
    rows = [column([[1] * many], array_of(BIGINT)) for many in (1, 2)]
    assert between_columns(rows[0], rows[0]) == 0 and between_columns(*rows) == 1


def test_types_that_cannot_be_compared():
    assert between_columns(column([1], BIGINT), column(["1"], TEXT)) is None
    assert between_columns(column([1], BIGINT), column([dt.date(2024, 1, 1)], DATE)) is None
    assert between_columns(column([1], BIGINT), column([1.0], DOUBLE)) == 0


def test_a_wide_table_is_looked_at_in_several_passes():
    wide = {f"c{number}": [number, None] for number in range(150)}
    CONNECTION.register("wide", pl.DataFrame(wide).to_arrow())
    found = summaries(CONNECTION, "wide", dict.fromkeys(wide, BIGINT))
    assert [each.least for each in found.values()] == list(range(150))
    assert {(each.rows, each.values, each.distinct) for each in found.values()} == {(2, 1, 1)}
    brief = summaries(CONNECTION, "wide", dict.fromkeys(wide, BIGINT), means=False)
    assert brief["c7"].mean is None and found["c7"].mean == 7
