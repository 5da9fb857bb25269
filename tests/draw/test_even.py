"""Columns that are even: shares come as near to what is declared as the number of rows lets, wherever blocks are cut."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import synth
from synth.api import frame
from synth.draw.even import dealt
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse
from synth.streams import stream

HEAD = "dataset: d\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables:\n"
T = HEAD + "  t: {rows: ROWS, columns: {id: {key: sequence}, c: {COLUMN, even: true}}}\n"


def column(words: str, rows: int, *, seed: int = 1):
    return frame(make(parse(T.replace("ROWS", str(rows)).replace("COLUMN", words)), seed=seed), "t")["c"]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 5))
def test_a_choice_has_each_value_as_often_as_its_weight(weights, seed):
    words = f"choice: {{{', '.join(f'v{i}: {weight}' for i, weight in enumerate(weights))}}}"
    counts = dict(column(words, sum(weights), seed=seed).value_counts().iter_rows())
    assert all(abs(counts.get(f"v{i}", 0) - weight) <= 1 for i, weight in enumerate(weights))


@given(st.integers(20, 300), st.integers(0, 5))
def test_quantiles_of_numbers_are_those_declared(rows, seed):
    values = column("empirical: {quantiles: {0: 0, 0.5: 10, 0.9: 100, 1: 1000}}, type: double", rows, seed=seed)
    below = (np.sort(values.to_numpy())[:, None] < [10, 100]).mean(axis=0)
    assert np.abs(below - [0.5, 0.9]).max() <= 1 / rows + 1e-9
    assert values.to_numpy().tolist() != sorted(values.to_numpy())  # dealt out in a shuffled order


@given(st.integers(1, 500), st.integers(1, 500), st.text("ab", max_size=3))
def test_each_row_has_a_part_of_its_own(rows, count, sub):
    made = dealt(stream(1, "t", "c", 0), (1, "t", "c", sub), np.arange(rows), count)
    uniform = made.random(rows)
    assert ((uniform >= 0) & (uniform < 1)).all()
    for first in range(0, rows, count):
        parts = made.parts[first : first + count]
        assert len(set(parts)) == len(parts) and parts.max() < count


def test_null_shares_and_references_are_dealt_out():
    assert column("choice: {a: 1}, nullable: true, null_share: 0.25", 80).null_count() == 20
    text = HEAD + (
        "  p: {rows: 50, columns: {id: {key: sequence}, w: {choice: {3: 10, 1: 40}, even: true}}}\n"
        "  c: {rows: 700, columns: {id: {key: sequence}, p: {reference: {to: p, weights: w}, even: true}}}\n"
    )
    counts = frame(make(parse(text), seed=3), "c")["p"].value_counts()["count"].sort()
    assert counts[0] >= 9 and counts[39] <= 11 and counts[40] >= 29 and counts[49] <= 31


def test_what_is_there_earlier_stays_and_processes_give_the_same(tmp_path):
    text = HEAD + (
        "  t: {rows: 25_000, columns: {id: {key: sequence}, at: {arrival: {}}, c: {choice: {a: 1, b: 1}, even: true}}}\n"
    )
    plan = parse(text)
    early, late = (frame(make(plan, until=until), "t") for until in (dt.date(2025, 6, 1), dt.date(2026, 6, 1)))
    assert late[: len(early)].equals(early) and len(late) > 25_000
    whole = [synth.generate(make(plan), tmp_path / str(n), workers=n) for n in (1, 2)]
    assert len({each.manifest.tables["t"].fingerprint for each in whole}) == 1


@pytest.mark.parametrize(
    ("columns", "more", "why"),
    [
        ("c: {prose: {min: 5, max: 50}, even: true}", "", "prose cannot be dealt out"),
        ("c: {uniform: {min: 1, max: 99}, unique: true, even: true}", "", "what is unique is even already"),
        ("c: {gamma: {shape: 1}, even: true}", "", "gamma cannot be dealt out"),
        ("c: {choice: {a: 1}}", "  u: {per: t, fanout: 2, columns: {n: {key: sequence}, id: {reference: t}, c: {choice: {a: 1}, even: true}}}\n", "nobody knows beforehand how many rows u has"),
    ],
)  # fmt: skip
def test_what_cannot_be_even_is_refused(columns, more, why):
    with pytest.raises(SpecError, match=why):
        make(parse(f"{HEAD}  t: {{rows: 30, columns: {{id: {{key: sequence}}, {columns}}}}}\n{more}"))
