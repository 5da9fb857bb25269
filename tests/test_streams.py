"""Streams: pinned numbers, and unrelated names give unrelated numbers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.streams import STREAM_VERSION, hashed, stream

DRAWS = 20_000
NEIGHBOURS = [  # all pairs of these must be unrelated
    (42, "orders", "total", 0, ""), (42, "orders", "total", 1, ""), (42, "orders", "total", 10, ""),
    (42, "orders", "total", 0, "1"), (42, "orders", "total", 0, "meet1"), (42, "orders", "total", 0, "meet11"),
    (42, "orders", "total1", 0, ""), (42, "orders", "tota", 0, "l"), (42, "orderst", "otal", 0, ""),
    (42, "order", "total", 0, ""), (42, "total", "orders", 0, ""), (43, "orders", "total", 0, ""),
    (4, "2orders", "total", 0, ""), (42, "Orders", "total", 0, ""), (42, "orders", "", 0, "total"),
]  # fmt: skip


def test_stream_golden():
    """Whoever changes these numbers changes every row that anybody has ever drawn: raise STREAM_VERSION with them."""
    assert STREAM_VERSION == 1
    assert stream(42, "orders", "total", 0).integers(0, 2**63, 4).tolist() == [
        3092162957990228155, 8723541794439410096, 6419426870832059586, 5748331335365627021,
    ]  # fmt: skip
    assert stream(42, "orders", "total", 1, "meet0").integers(0, 2**63, 2).tolist() == [
        4999116548261033588, 9024168695219945462,
    ]  # fmt: skip
    assert stream(42, "orders", "total", 0).random(3).tolist() == [
        0.3352529796732209, 0.9458082965299304, 0.6959956559467942,
    ]  # fmt: skip


def test_distributions_golden():
    """numpy keeps bit generators stable, not `Generator` methods: this tells when an upgrade changes drawn values."""
    made = stream(42, "orders", "total", 0)
    drawn = [*made.standard_normal(2), *made.standard_gamma(0.6, 2), *made.integers(0, 100, 2), *made.permutation(5)]
    assert drawn == pytest.approx(
        [
            -1.0057693375867387,
            -0.7519096627935208,
            0.7008502281934184,
            1.390193261101128,
            89.0,
            12.0,
            4.0,
            0.0,
            3.0,
            1.0,
            2.0,
        ],
        rel=1e-12,
    )


def test_hashed_golden():
    """As for `stream`: redraws, races and UUIDs hang on these."""
    rows = np.array([0, 1, 2, 10**9])
    assert hashed(42, "orders", "total", "again1", rows).tolist() == [
        0.1794515867529075, 0.8019822555828098, 0.9801862339913553, 0.7889812171411237,
    ]  # fmt: skip


def _numbers(made: np.random.Generator) -> np.ndarray:
    return made.random(DRAWS)


def _hashed(seed, table, column, block, sub):
    return hashed(seed, table, column, f"{sub}{block}" if block else sub, np.arange(DRAWS))


@pytest.mark.parametrize("make", [lambda *name: _numbers(stream(*name)), _hashed], ids=["stream", "hashed"])
def test_different_names_are_unrelated(make):
    """Of 105 pairs, no correlation beyond 5 standard errors, at equal places or one apart, and no equal number."""
    names = [n for n in NEIGHBOURS if make is not _hashed or n[3] == 0]
    drawn = [make(*name) for name in names]
    for (a, x), (b, y) in combinations(zip(names, drawn, strict=True), 2):
        for u, v in ((x, y), (x[1:], y[:-1]), (x[:-1], y[1:])):
            assert abs(np.corrcoef(u, v)[0, 1]) < 5 / DRAWS**0.5, (a, b)
        assert not (x == y).any(), (a, b)


def test_hashed_is_uniform_and_its_rows_are_unrelated():
    for sub in ("again1", "again2", "race"):
        x = hashed(7, "t", "c", sub, np.arange(200_000))
        assert 0 <= x.min() and x.max() < 1
        counts = np.histogram(x, 100, (0, 1))[0]
        assert ((counts - 2000) ** 2 / 2000).sum() < 170  # chi-square with 99 degrees: 170 has p = 1e-5
        for lag in (1, 2, 64, 1000):
            assert abs(np.corrcoef(x[lag:], x[:-lag])[0, 1]) < 5 / len(x) ** 0.5


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.lists(st.integers(0, 2**62), min_size=1, max_size=20))
def test_hashed_is_addressed_by_row(rows):
    together = hashed(1, "t", "c", "s", np.array(rows))
    assert together.tolist() == [hashed(1, "t", "c", "s", np.array([row]))[0] for row in rows]


@pytest.mark.parametrize(
    "draw",
    [
        lambda made, n: made.random(n), lambda made, n: made.standard_normal(n),
        lambda made, n: made.standard_gamma(0.6, n), lambda made, n: made.standard_gamma(3.0, n),
    ],
    ids=["random", "standard_normal", "standard_gamma_low", "standard_gamma_high"],
)  # fmt: skip
@pytest.mark.parametrize("rows", [0, 1, 2, 999])
def test_fewer_rows_are_the_first_of_more(draw, rows):
    """What `until` cuts off does not change what stays."""
    some, all_ = draw(stream(5, "t", "c", 3), rows), draw(stream(5, "t", "c", 3), 1000)
    assert some.tolist() == all_[:rows].tolist()
