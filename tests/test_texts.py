"""Whole columns of text against slow twins: texts as codes, from bytes, and functions worked out once for each value."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.texts import TextCache, encode, from_bytes, in_brackets

SETTINGS = settings(deadline=None, max_examples=150, derandomize=True)

few = st.sampled_from(["", "a", "A", "Ævar", "🦉", "two words", "NULL", "\x00", "nan"])
columns = st.lists(st.none() | few | st.text(max_size=4), max_size=30)


def series(values: list[str | None]) -> pl.Series:
    return pl.Series("words", values, dtype=pl.String)


def lengths(texts: pl.Series) -> pl.Series:
    return texts.str.len_bytes().cast(pl.Int64)


def shouts(texts: pl.Series) -> pl.Series:
    return texts + pl.Series(["!"])


@SETTINGS
@given(st.lists(columns, max_size=8), st.sampled_from([2, 4, 8, 16]))
def test_remembered_is_the_plain_function(calls, slots):
    """Whatever was met before, and however many share a slot."""
    by_length, by_shout = TextCache(lengths, slots), TextCache(shouts, slots)
    for values in calls:
        column = series(values)
        found, louder = by_length(column), by_shout(column)
        assert (found.name, found.dtype) == (louder.name, pl.Int64) == ("words", pl.Int64)
        assert found.to_list() == [None if v is None else len(v.encode()) for v in values]
        assert louder.to_list() == [None if v is None else v + "!" for v in values]


def test_remembered_works_out_each_value_once():
    met: list[str] = []

    def noted(texts: pl.Series) -> pl.Series:
        met.extend(texts.to_list())
        return lengths(texts)

    remembered = TextCache(noted)
    for values in (["a", "b", None, "a"], ["b", "a"], ["c", None], [None, None], [], ["a", "c", "b"]):
        remembered(series(values))
    assert sorted(met) == ["a", "b", "c"]
    remembered(series([f"d{n}" for n in range(200_000)]))  # more than there are slots
    assert remembered(series(["c", "d7", None])).to_list() == [1, 2, None]


@SETTINGS
@given(columns)
def test_encode(values):
    codes, known = encode(series(values))
    assert codes.dtype == np.int64
    assert [None if code < 0 else known[code] for code in codes.tolist()] == values
    assert len(set(known)) == len(known)
    assert set(codes.tolist()) <= {-1, *range(len(known))}


@SETTINGS
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=6), max_size=25), st.integers(0, 3))
def test_from_bytes(texts, spare):
    """Row by row: so many bytes of each count, whatever stands behind them."""
    raw = [text.encode() for text in texts]
    width = max(map(len, raw), default=0) + spare
    signs = np.full((len(raw), width), 0xFF, dtype=np.uint8)
    for row, content in enumerate(raw):
        signs[row, : len(content)] = list(content)
    found = from_bytes(signs, np.array([len(content) for content in raw], dtype=np.int64))
    assert found.dtype == pl.String
    assert found.to_list() == [bytes(signs[row, : len(content)]).decode() for row, content in enumerate(raw)] == texts


@settings(deadline=None, max_examples=20, derandomize=True)
@given(st.integers(0, 2**32), st.sampled_from([2**7, 2**10, 2**13]), st.integers(1, 6))
def test_remembered_with_many_values(seed, slots, calls):
    """Blocks of many texts, most of them met before, in more slots or fewer."""
    remembered, random = TextCache(lengths, slots), np.random.default_rng(seed)
    for _ in range(calls):
        column = pl.Series("words", random.integers(0, random.integers(1, 6000), 3000))
        column = column.set(column % 7 == 0, None)
        wanted = [None if n is None else 4 + len(str(n)) for n in column.to_list()]
        assert remembered("no. " + column.cast(pl.String)).to_list() == wanted


@SETTINGS
@given(st.lists(st.text(max_size=5), min_size=1, max_size=6), st.integers(1, 4), st.data())
def test_in_brackets(texts, most, data):
    """Row by row: so many of those that are named."""
    rows = data.draw(st.lists(st.lists(st.integers(0, len(texts) - 1), max_size=most), max_size=12))
    which = np.zeros((len(rows), most), dtype=np.int64)
    for row, named in enumerate(rows):
        which[row, : len(named)] = named
    found = in_brackets(series(texts), which, np.array([len(named) for named in rows], dtype=np.int64))
    assert found.to_list() == [f"[{', '.join(texts[place] for place in named)}]" for named in rows]
