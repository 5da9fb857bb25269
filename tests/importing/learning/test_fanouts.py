"""Children of a parent: counts as a loop over rows counts them, and the law and the popularity behind them."""

from collections import Counter

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.importing.learning.fanouts import Counted, fanout_of
from synth.importing.learning.popularity import TOPS, concentration_of, expected_tops
from tests.support.learning import learnt_of, table

PARENTS = table("parents", {"id": "bigint"})
CHILDREN = table("children", {"id": "bigint", "parent_id": "bigint?"}, parent_id="parents")


@settings(max_examples=15, deadline=None)
@given(st.integers(3, 40), st.lists(st.none() | st.integers(0, 45), max_size=200), st.integers(1, 6))
def test_counts_are_those_of_a_loop(parents, held, least):
    """Orphans, NULLs and parents without children among them."""
    rows = {
        "parents": pl.DataFrame({"id": range(parents)}),
        "children": pl.DataFrame(
            {"id": range(len(held)), "parent_id": held}, schema={"id": pl.Int64, "parent_id": pl.Int64}
        ),
    }
    (found,) = learnt_of(rows, PARENTS, CHILDREN, least=least).tables["children"].references
    there = [each for each in held if each is not None]
    of_parent = Counter(each for each in there if each < parents)
    shares = Counter(of_parent[parent] for parent in range(parents))
    assert found.nulls == pytest.approx(1 - len(there) / len(held) if held else 0, abs=1e-3)
    assert found.orphans == pytest.approx(sum(each >= parents for each in there) / max(1, len(there)), abs=1e-3)
    if parents < least:
        assert found.fanout is None
    else:
        told = {count: n / parents for count, n in shares.items() if n >= least}
        assert found.fanout.shares == pytest.approx(told, abs=1e-3)
        assert found.fanout.tail == pytest.approx(1 - sum(told.values()), abs=1e-3)
        assert found.fanout.mean == pytest.approx(sum(of_parent.values()) / parents, rel=1e-3)


def counted(counts: np.ndarray) -> Counted:
    values, parents = np.unique(counts, return_counts=True)
    return Counted(values.astype(float), parents.astype(float), 0.0, float(counts.sum()))


CHANCE = np.random.default_rng(11)


@pytest.mark.parametrize(
    ("name", "counts", "told"),
    [
        ("count", np.full(500, 3), {"count": 3}),
        ("uniform", CHANCE.integers(1, 6, 20_000), {"min": 1, "max": 5}),
        ("poisson", CHANCE.poisson(4, 20_000), {"mean": 4, "min": 0}),
        ("poisson", 2 + CHANCE.poisson(4, 20_000), {"mean": 6, "min": 2}),
        ("negative_binomial", 1 + CHANCE.negative_binomial(2, 2 / 11, 20_000), {"mean": 10, "min": 1, "r": 2}),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_fanout_is_recognised(name, counts, told):
    law = fanout_of(counted(counts), 20).law
    assert law.name == name
    assert {word: law.parameters[word] for word in told} == pytest.approx(told, rel=0.05)


def test_a_fanout_of_two_heaps_is_told_by_shares():
    found = fanout_of(counted(np.array([1] * 700 + [9] * 300)), 20)
    assert found.law is None and found.shares == {1: 0.7, 9: 0.3}


def test_what_one_parent_has_is_not_told():
    found = fanout_of(counted(np.array([1] * 500 + [2] * 490 + [73, 88, 4711])), 20)
    assert "4711" not in repr(found) and "4800" not in repr(found) and found.most == 2
    assert found.tail == pytest.approx(3 / 993, abs=1e-4) and found.tail_mean is None


@pytest.mark.parametrize(("s", "q"), [(1.5, 0.031), (1.0, 0.1), (0.7, 0.0), (2.2, 0.3)])
@pytest.mark.parametrize(("parents", "rows"), [(2_000, 30_000), (300, 60_000)])
def test_popularity_is_told_by_the_law_behind_chance(s, q, parents, rows):
    weights = (np.arange(1, parents + 1) + q * parents) ** -s
    found = concentration_of(counted(np.random.default_rng(3).multinomial(rows, weights / weights.sum())), 20)
    again = expected_tops(parents, rows, found.s, found.q)
    assert np.abs(again - [found.top.get(share, again[i]) for i, share in enumerate(TOPS)]).max() < 0.02
    assert np.abs(again - expected_tops(parents, rows, s, q)).max() < 0.03


def test_even_parents_are_even():
    found = concentration_of(counted(np.random.default_rng(3).multinomial(9_000, np.full(1_000, 1e-3))), 20)
    assert found.is_even and found.q is None and found.top[0.2] > 0.25  # by chance


def test_chance_is_as_it_is_drawn():
    weights = (np.arange(1, 501) + 0.05 * 500) ** -1.2
    draws = [np.random.default_rng(seed).multinomial(2_500, weights / weights.sum()) for seed in range(20)]
    seen = np.mean(
        [[np.sort(each)[::-1][: round(share * 500)].sum() / 2_500 for share in TOPS] for each in draws], axis=0
    )
    assert np.abs(expected_tops(500, 2_500, 1.2, 0.05) - seen).max() < 0.01
