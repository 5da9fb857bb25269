"""Streams: pinned numbers, and unrelated names give unrelated numbers."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.streams import STREAM_VERSION, hashed, permuted, stream

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
    assert STREAM_VERSION == 2
    assert stream(42, "orders", "total", 0).integers(0, 2**63, 4).tolist() == [
        2808615311929724028, 7634932641174390213, 5330252375752234092, 4953467678534723439,
    ]  # fmt: skip
    assert stream(42, "orders", "total", 1, "meet0").integers(0, 2**63, 2).tolist() == [
        1991719772867261730, 4735887077254082462,
    ]  # fmt: skip
    assert stream(42, "orders", "total", 0).random(3).tolist() == [
        0.30451068228702594, 0.8277810556341764, 0.5779071205686593,
    ]  # fmt: skip


def test_distributions_golden():
    """numpy keeps bit generators stable, not `Generator` methods: this tells when an upgrade changes drawn values."""
    made = stream(42, "orders", "total", 0)
    drawn = [*made.standard_normal(2), *made.standard_gamma(0.6, 2), *made.integers(0, 100, 2), *made.permutation(5)]
    assert drawn == pytest.approx(
        [
            1.3203960310704201,
            -1.0022628024812978,
            0.4399757559510918,
            0.022365213071084467,
            66.0,
            28.0,
            3.0,
            4.0,
            0.0,
            1.0,
            2.0,
        ],
        rel=1e-12,
    )


def test_hashed_golden():
    """As for `stream`: redraws, races and UUIDs hang on these."""
    rows = np.array([0, 1, 2, 10**9])
    assert hashed(42, "orders", "total", "again1", rows).tolist() == [
        0.8121073656881337, 0.3949234818815298, 0.9932171547483771, 0.5075312352114726,
    ]  # fmt: skip


def test_permuted_golden():
    """As for `stream`: what is drawn without repeats hangs on these."""
    assert permuted(42, "orders", "total", "distinct", np.arange(7), 7).tolist() == [0, 1, 5, 4, 6, 2, 3]
    turns, groups = np.array([0, 1, 2, 0, 1, 2]), np.array([5, 5, 5, 6, 6, 6])
    assert permuted(42, "orders", "total", "distinct", turns, 3, groups).tolist() == [1, 2, 0, 2, 1, 0]


@settings(deadline=None, max_examples=60, derandomize=True)
@given(st.integers(1, 5000), st.integers(0, 2**62), st.booleans())
def test_a_shuffle_visits_every_place_once(size, seed, grouped):
    rows = np.arange(size)
    group = np.full(size, seed % 1000) if grouped else None
    assert sorted(permuted(seed, "t", "c", "distinct", rows, size, group)) == rows.tolist()
    some = rows[:: max(1, size // 7)]
    whole = permuted(seed, "t", "c", "distinct", rows, size)
    assert permuted(seed, "t", "c", "distinct", some, size).tolist() == whole[some].tolist(), "any row by itself"


def test_shuffles_are_even():
    """Each of the six orders of three comes as often as the others, within 5 standard errors, in 20,000 groups."""
    group = np.repeat(np.arange(20_000), 3)
    orders = permuted(1, "t", "c", "distinct", np.tile(np.arange(3), 20_000), 3, group).reshape(-1, 3)
    counts = Counter(map(tuple, orders.tolist())).values()
    assert len(counts) == 6 and all(abs(count - 20_000 / 6) < 5 * (20_000 * 5 / 36) ** 0.5 for count in counts)


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
