"""Resident columns: what goes in comes out at any rows, in memory and from files, in this process and in another."""

from __future__ import annotations

import datetime as dt
import pickle
from itertools import count

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.columns import NULL
from synth.draw.narrow import narrowed, widened
from synth.draw.residents import Residents
from synth.dtypes import DType

TYPES = {
    "big": DType("bigint"),
    "small": DType("smallint"),
    "money": DType.parse("decimal(12,2)"),
    "ratio": DType("double"),
    "text": DType("varchar"),
    "short": DType.parse("varchar(5)"),
    "day": DType("date"),
    "moment": DType("timestamp"),
    "yes": DType("boolean"),
}
VALUES = {
    "big": st.integers(-(2**63) + 1, 2**63 - 1),
    "small": st.integers(-(2**15), 2**15 - 1),
    "money": st.integers(-(10**12) + 1, 10**12 - 1),  # minor units: as it is drawn
    "ratio": st.floats(allow_nan=False),
    "text": st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    "short": st.sampled_from(["", "a", "é", "NULL", "😀"]),
    "day": st.dates(dt.date(1700, 1, 1), dt.date(2200, 1, 1)),
    "moment": st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1)),
    "yes": st.booleans(),
}


@pytest.fixture(params=["memory", "files", "another process"])
def kept(request, tmp_path):
    """A function that keeps a table's columns, and gives what reads them."""
    made = Residents(None if request.param == "memory" else tmp_path)

    def keep(frame: pl.DataFrame, rows: int | None = None, table: str = "t") -> Residents:
        made.add(table, frame.height if rows is None else rows, frame)
        return pickle.loads(pickle.dumps(made)) if request.param == "another process" else made

    return keep


def frame_of(values: dict[str, list]) -> pl.DataFrame:
    return pl.DataFrame({name: pl.Series(name, given, TYPES[name].drawn) for name, given in values.items()})


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("nulls", [False, True])
def test_any_rows_of_any_type(name, nulls, kept):
    @settings(max_examples=12, deadline=None, derandomize=True)
    @given(st.data())
    def check(data):
        value = st.none() | VALUES[name] if nulls else VALUES[name]
        column = frame_of({name: data.draw(st.lists(value, min_size=1, max_size=30))})
        rows = data.draw(st.lists(st.integers(-1 if nulls else 0, column.height - 1), max_size=30))
        there = f"t{next(numbers)}"  # a table that was read is not written again
        residents = kept(column, table=there)
        assert residents.row_count(there) == column.height
        found = residents.gather(there, name, np.array(rows, dtype=np.int64), TYPES[name])
        expected = [None if row < 0 else column[name][row] for row in rows]
        assert found.dtype == TYPES[name].drawn and found.to_list() == expected
        assert residents.frame(there, {name: TYPES[name]}).equals(column)

    numbers = count()
    check()


def test_whole_columns_are_numbers(kept):
    moment = dt.datetime(2024, 5, 6, 7, 8, 9, 10)
    residents = kept(frame_of({"big": [3, None], "money": [150, None], "ratio": [0.5, None], "moment": [moment, None]}))
    least = np.iinfo(np.int64).min
    assert residents.full_column("t", "big").tolist() == [3, least]
    assert residents.full_column("t", "money").tolist() == [150, least]
    assert residents.full_column("t", "moment").tolist() == [
        int((moment - dt.datetime(1970, 1, 1)) / dt.timedelta(microseconds=1)),
        least,
    ]
    ratios = residents.full_column("t", "ratio")
    assert ratios[0] == 0.5 and np.isnan(ratios[1])


def test_rows_count_where_no_column_is_kept(kept):
    residents = kept(pl.DataFrame(), rows=12_345)
    assert residents.row_count("t") == 12_345


@pytest.mark.parametrize("name", TYPES)
def test_a_table_without_rows_has_nothing_to_point_at(name, kept):
    residents = kept(frame_of({name: []}))
    found = residents.gather("t", name, np.array([-1, -1], dtype=np.int64), TYPES[name])
    assert found.dtype == TYPES[name].drawn and found.to_list() == [None, None]
    assert residents.gather("t", name, np.array([], dtype=np.int64), TYPES[name]).len() == 0
    assert residents.frame("t", {name: TYPES[name]}).height == 0


def test_tables_whose_columns_are_called_alike(kept):
    kept(frame_of({"big": [1, 2]}), table="a")
    residents = kept(frame_of({"big": [3]}), table="b")
    rows = np.array([0], dtype=np.int64)
    assert residents.gather("a", "big", rows, TYPES["big"]).to_list() == [1]
    assert residents.gather("b", "big", rows, TYPES["big"]).to_list() == [3]
    assert (residents.row_count("a"), residents.row_count("b")) == (2, 1)


def test_what_references_prepared_and_a_search_in_it(kept):
    made = kept(frame_of({"big": [1, 2, 3]}))
    made.add_prepared("orders", "customer", {"weights": np.cumsum([1.0, 0.0, 3.0]), "order": np.array([2, 0, 1])})
    assert made.prepared("orders", "customer", "order").tolist() == [2, 0, 1]
    search = made.search("orders", "customer", "weights")
    assert search(np.array([0.0, 0.5, 1.0, 3.9])).tolist() == [0, 0, 2, 2]
    assert made.search("orders", "customer", "weights") is search


def test_what_is_costly_is_made_once(kept):
    residents, calls = kept(pl.DataFrame(), rows=0), []
    for _ in range(3):
        assert residents.cached("it", lambda: calls.append(1) or "made") == "made"
    assert calls == [1]


def test_files_are_shared_and_arrays_are_mapped(tmp_path):
    """Another process reads pages of the same file: nothing is copied, and nothing can be written."""
    Residents(tmp_path).add("t", 3, frame_of({"big": [1, 2, 2**40], "text": ["x", None, "y"]}))
    there = Residents(tmp_path)
    array = there.full_column("t", "big")
    assert isinstance(array, np.memmap) and not array.flags.writeable
    assert there.gather("t", "text", np.array([2, 1, 0, 0]), TYPES["text"]).to_list() == ["y", None, "x", "x"]
    assert len(pickle.dumps(there)) < 500


@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    st.lists(
        st.none()
        | st.integers(-(2**63) + 1, 2**63 - 1)
        | st.integers(-130, 130)
        | st.sampled_from([-128, -32768, -(2**31), 2**15, 2**31]),
        min_size=1,
    )
)
def test_numbers_are_kept_as_narrow_as_they_may_be(numbers):
    """And come back as they were, NULL too: row by row."""
    known = [number for number in numbers if number is not None]
    size = next(size for size in (1, 2, 4, 8) if all(-(2 ** (8 * size - 1)) < n < 2 ** (8 * size - 1) for n in known))
    made = narrowed(pl.Series(numbers, dtype=pl.Int64))
    assert made.dtype.itemsize == size
    assert widened(made).tolist() == [NULL if number is None else number for number in numbers]
    residents = Residents()
    residents.add("t", len(numbers), pl.DataFrame({"big": pl.Series(numbers, dtype=pl.Int64)}))
    rows = np.array([len(numbers) - 1, 0, -1])
    assert residents.gather("t", "big", rows, TYPES["big"]).to_list() == [numbers[-1], numbers[0], None]
    assert residents.full_column("t", "big").tolist() == widened(made).tolist()
