"""The parts of references against slow twins: weighted search, choice within a prefix, sets of taken pairs."""

from __future__ import annotations

import math
from itertools import accumulate
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.compiled import kernels
from synth.generators import sampling
from synth.generators.ranks import zipf_mandelbrot
from synth.generators.sampling import (
    BELOW_ONE,
    DIRECT_PLACES,
    Search,
    TakenPairs,
    normal_between,
    prefix_values,
    redraw_until_accepted,
    sizes_before,
)

SETTINGS = settings(deadline=None, max_examples=150, derandomize=True)

weight = st.one_of(st.just(0.0), st.floats(1e-9, 1e9), st.integers(1, 5).map(float))
weights = st.lists(weight, min_size=1, max_size=300).filter(any)
uniforms = st.lists(st.floats(0, 1, exclude_max=True), max_size=100)


@SETTINGS
@given(weights, uniforms)
def test_search_is_searchsorted(given_weights, uniform):
    cumulated = np.cumsum(given_weights)
    steps = cumulated[cumulated < cumulated[-1]]  # the values at which the answer changes, and those beside them
    values = np.concatenate([
        np.array(uniform) * (cumulated[-1] * BELOW_ONE), steps, np.nextafter(steps, 0), np.nextafter(steps, np.inf),
        [0.0, cumulated[-1] * BELOW_ONE, np.nextafter(cumulated[-1], 0)],
    ])  # fmt: skip
    values = values[values < cumulated[-1]]
    assert Search(cumulated)(values).tolist() == np.searchsorted(cumulated, values, side="right").tolist()


@pytest.mark.parametrize("size", [1, 63, 64, 65, 8193, 300_000])
def test_search_is_searchsorted_at_any_size(size):
    made = np.random.default_rng(size)
    for given_weights in (made.standard_gamma(0.1, size) + 1e-300, np.ones(size), made.random(size) < 0.01):
        cumulated = np.cumsum(given_weights, dtype=np.float64)
        if cumulated[-1] == 0:
            continue
        values = np.concatenate((made.random(20_000) * (cumulated[-1] * BELOW_ONE), cumulated[:5000]))
        values = values[values < cumulated[-1]]
        assert (Search(cumulated)(values) == np.searchsorted(cumulated, values, side="right")).all()


@SETTINGS
@given(weights, st.data())
def test_prefix_choice_is_the_slow_walk(given_weights, data):
    """Walk the weights of the first `size` rows until they reach the uniform share of their sum."""
    first = next(at for at, w in enumerate(given_weights) if w > 0) + 1
    pairs = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(first, len(given_weights)))
    rows = data.draw(st.lists(pairs, max_size=60))
    uniform, sizes = np.array([u for u, _ in rows]), np.array([s for _, s in rows], dtype=np.int64)
    cumulated = np.cumsum(given_weights)
    fast = Search(cumulated)(prefix_values(uniform, cumulated, sizes)).tolist()
    for (u, size), found in zip(rows, fast, strict=True):
        target = u * (list(accumulate(given_weights))[size - 1] * BELOW_ONE)
        total, slow = 0.0, -1
        for at, w in enumerate(given_weights):
            total += w
            if total > target:
                slow = at
                break
        assert found == slow
        assert found < size
        assert given_weights[found] > 0


@SETTINGS
@given(st.lists(st.integers(0, 50), max_size=40), st.lists(st.integers(-2, 52), max_size=60), st.booleans())
def test_sizes_before_counts(came, moments, in_order):
    """Both ways: few that came and many moments in order, and the other."""
    came, moments = sorted(came), sorted(moments) if in_order else moments
    slow = [sum(c < moment for c in came) for moment in moments]
    assert sizes_before(np.array(came, dtype=np.int64), np.array(moments, dtype=np.int64)).tolist() == slow


COMPARED = pytest.param(None, marks=pytest.mark.skipif(kernels() is None, reason="there are no kernels"))


@pytest.mark.parametrize("direct_places", [DIRECT_PLACES, 0, COMPARED], ids=["direct", "sorted", "compared"])
@SETTINGS
@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), st.integers(1, 9), st.data())
def test_taken_is_a_set(direct_places, sizes, choices, data):
    """First come, first served within each call, over a first call of all rows and some more of the rest."""
    groups = [group for group, size in enumerate(sizes) for _ in range(size)]
    n = len(groups)
    with pytest.MonkeyPatch.context() as patch:
        if direct_places is not None:
            patch.setattr(sampling, "MOST_COMPARED", -1)  # in numpy, whatever was built
        taken = TakenPairs(np.array(groups, dtype=np.int64), len(sizes), choices, direct_places or 0)
    assert taken.compiled is not None if direct_places is None else taken.direct == (direct_places > 0)
    held: set[tuple[int, int]] = set()

    def slow(rows, wanted, asks):
        got = []
        for row, choice, ask in zip(rows, wanted, asks, strict=True):
            got.append(ask and (groups[row], choice) not in held)
            if got[-1]:
                held.add((groups[row], choice))
        return got

    one = st.integers(0, choices - 1)
    wanted = data.draw(st.lists(one, min_size=n, max_size=n))
    asks = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
    got = taken.first(np.array(wanted, dtype=np.int64), np.array(asks, dtype=np.bool_)).tolist()
    assert got == slow(range(n), wanted, asks)
    waiting = [row for row in range(n) if not got[row]]
    for _ in range(3):
        some = [row for row in waiting if data.draw(st.booleans())]
        if not some:
            continue
        wanted = data.draw(st.lists(one, min_size=len(some), max_size=len(some)))
        got = taken.take(np.array(some), np.array(wanted)).tolist()
        assert got == slow(some, wanted, [True] * len(some))
        waiting = [row for row in waiting if row not in {r for r, g in zip(some, got, strict=True) if g}]


def test_taken_remembers_nothing_of_other_blocks():
    """The table of places is never cleared, so what an earlier block left in it must not count."""
    made = np.random.default_rng(1)
    for _ in range(50):
        groups = np.sort(made.integers(0, 20, 200))
        wanted = made.integers(0, 7, 200)
        asks = made.random(200) < 0.8
        found = [TakenPairs(groups, 20, 7, places).first(wanted, asks).tolist() for places in (DIRECT_PLACES, 0)]
        assert found[0] == found[1]


def test_taken_with_groups_larger_than_a_byte():
    groups = np.repeat([0, 1], [300, 5])
    wanted = np.concatenate((np.arange(300) % 299, [0, 0, 1, 1, 2]))
    for places in (DIRECT_PLACES, 0):
        taken = TakenPairs(groups, 2, 400, places)
        got = taken.first(wanted, np.ones(305, dtype=np.bool_))
        assert np.flatnonzero(~got).tolist() == [299, 301, 303]
        assert taken.take(np.array([299, 301]), np.array([298, 3])).tolist() == [False, True]
        assert taken.take(np.array([299, 303]), np.array([399, 3])).tolist() == [True, False]


@SETTINGS
@given(st.integers(0, 30), st.integers(0, 6), st.integers(1, 5))
def test_settle_redraws_until_accepted(n, rounds, divisor):
    """Against a loop over places: each takes the first of its redraws that is accepted."""

    def drawn(number, place):
        return (place * 7 + number * 3) % 11

    rows = np.full(n, -1, dtype=np.int64)
    left = redraw_until_accepted(
        rows, np.arange(n), lambda places, choices: (choices % divisor == 0) & (places >= 0),
        lambda number, places: drawn(number, places), rounds,
    )  # fmt: skip
    slow = [next((drawn(k, p) for k in range(1, rounds + 1) if drawn(k, p) % divisor == 0), -1) for p in range(n)]
    assert rows.tolist() == slow
    assert left.tolist() == [place for place in range(n) if slow[place] < 0]


def test_zipf_mandelbrot_and_normal_between():
    assert zipf_mandelbrot(np.arange(1, 5), 4, 1.5, 0.25).tolist() == pytest.approx(
        [(k + 1) ** -1.5 for k in range(1, 5)]
    )
    normal, uniform = NormalDist(), np.linspace(0, 1, 2001)[1:-1]
    for low, high in ((-math.inf, math.inf), (-1.0, 2.0), (0.5, 0.6), (-math.inf, 0.0)):
        first, last = normal.cdf(low), normal.cdf(high)
        slow = [normal.inv_cdf(first + u * (last - first)) for u in uniform.tolist()]
        assert normal_between(uniform, low, high).tolist() == pytest.approx(slow, rel=1e-6, abs=1e-6)
        ends = normal_between(np.array([0.0, 1 - 2**-53]), low, high)
        assert max(low, -9.0) <= ends[0] < ends[1] <= min(high, 9.0)
