"""Existing rows that come in time: what chose among them chose the same when fewer had been found."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
import pytest

from synth.api import frame, make_plan
from synth.errors import SpecError
from synth.generators.ranks import ranks_of_any, zipf_mandelbrot
from synth.spec.load import parse
from synth.streams import stream

TEXT = """
dataset: d
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  c: {existing: {arrival: t}, primary_key: [id], columns: {id: {type: bigint}, t: {type: timestamp}}}
  o: {rows: 4000, columns: {oid: {key: sequence}, at: {arrival: {}}, cid: {reference: {to: c, HOW}}}}
  k: {per: c, fanout: {max: 3, uniform: true, exact: true}, columns: {kid: {key: sequence}, cid: {reference: c}, n: {ordinal: c}}}
"""
POPULAR = "popularity: {zipf_mandelbrot: {s: 1.1, q: 0.01}}"


@pytest.fixture
def source(tmp_path):
    days = [dt.datetime(2024, 6, 1) + dt.timedelta(hours=9 * n) for n in range(1500)]
    pl.DataFrame({"id": range(1500), "t": days}).write_parquet(tmp_path / "c.parquet")
    return tmp_path


def test_parents_and_children_are_the_same_when_more_are_found(source):
    early, late = (
        make_plan(parse(TEXT.replace("HOW", POPULAR)), source=source, until=dt.date(*day))
        for day in ((2025, 4, 1), (2025, 11, 1))
    )
    for table, key in (("o", "oid"), ("k", "cid")):
        before, after = frame(early, table), frame(late, table)
        assert 0 < before.height < after.height
        known = before[key].unique()
        assert before.equals(after.filter(pl.col(key).is_in(known.implode())))


def test_one_to_one_is_refused(source):
    with pytest.raises(SpecError, match="`unique` needs a parent table without arrival times"):
        make_plan(parse(TEXT.replace("HOW", "unique: true").replace("rows: 4000", "rows: 40")), source=source)


@pytest.mark.parametrize("rows", [3, 16, 100, 512, 700])
def test_ranks_follow_the_law_and_stay(rows):
    def streams(sub):
        return stream(7, "t", "c", 0, sub)

    ranks = ranks_of_any(rows, streams)
    assert (ranks == ranks_of_any(3 * rows, streams)[:rows]).all() and (ranks > 0).all()
    if rows in (16, 512):
        assert np.allclose(np.sort(ranks) * rows, np.arange(1, rows + 1))
    got = np.sort(zipf_mandelbrot(ranks, 1, 1.1, 0.05))[::-1]
    wanted = zipf_mandelbrot(np.arange(1, rows + 1), rows, 1.1, 0.05)
    got, wanted = np.cumsum(got / got.sum()), np.cumsum(wanted / wanted.sum())
    assert rows < 16 or abs(got - wanted).max() < 0.03
