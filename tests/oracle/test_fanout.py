"""Fan-outs against slow twins: laws computed by plain sums, counts checked one parent at a time."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synth.errors import SpecError
from synth.spec.fanout_models import Fanout
from synth.spec.kinds.fanout import adjust_to_total, children, fanout_law
from synth.streams import stream

SETTINGS = settings(deadline=None, max_examples=80, derandomize=True)


def slow_pmf(kind: str, inner: float, r: float, n: int) -> list[float]:
    """P(0 … n) by the recurrence from one count to the next, cut at n."""
    p = [1.0]  # the true start would underflow at large means, and the sum is divided out
    for k in range(n):
        step = inner if kind == "poisson" else (k + r) * inner / (r + inner)
        p.append(p[-1] * step / (k + 1))
    total = sum(p)
    return [x / total for x in p]


def slow_inner_mean(kind: str, wanted: float, r: float, n: int) -> float:
    """The inner mean whose cut law has the wanted mean, by halving."""
    low, high = 1e-9, 100.0 * n + 100
    for _ in range(200):
        middle = (low + high) / 2
        if sum(k * p for k, p in enumerate(slow_pmf(kind, middle, r, n))) < wanted:
            low = middle
        else:
            high = middle
    return high


@st.composite
def fanouts(draw, exact=None):
    """Random declared fan-outs of every kind."""
    low = draw(st.integers(0, 3))
    high = low + draw(st.integers(1, 25))
    kind = draw(st.sampled_from(["negative_binomial", "poisson", "uniform", "shares"]))
    words = {"min": low, "max": high, "exact": draw(st.booleans()) if exact is None else exact}
    if kind == "shares":
        least = int(words["exact"])  # exact totals need a share for every count
        weights = draw(st.lists(st.integers(least, 9), min_size=high - low + 1, max_size=high - low + 1))
        assume(sum(weights))
        return Fanout(**words, shares={low + at: weight / 10 for at, weight in enumerate(weights)})
    if kind == "uniform":
        return Fanout(**words, uniform=True)
    mean = low + (high - low) * draw(st.integers(1, 60)) / 100
    shape = {"r": draw(st.sampled_from([0.5, 1.0, 2.0, 7.5]))} if kind == "negative_binomial" else True
    return Fanout(**words, mean=mean, **{kind: shape})


def law_of(fanout: Fanout):
    try:
        return fanout_law(fanout, ())
    except SpecError:
        assume(False)


def pmf_of(law) -> np.ndarray:
    return np.diff(law.cumulated, prepend=0.0) / law.cumulated[-1]


def source(block: int, seed: int = 42):
    return lambda sub: stream(seed, "orders", "#fanout", block, sub)


@SETTINGS
@given(fanouts())
def test_mean_after_the_cut_is_the_declared_mean(fanout):
    law = law_of(fanout)
    obtained = sum((law.min + k) * p for k, p in enumerate(pmf_of(law)))
    assert obtained == pytest.approx(float(law.mean), rel=1e-6)
    if fanout.mean is not None:
        assert law.mean == Fraction(str(fanout.mean))


@SETTINGS
@given(fanouts())
def test_law_equals_a_slow_direct_computation(fanout):
    law = law_of(fanout)
    n = fanout.max - fanout.min
    if fanout.shares:
        total = sum(fanout.shares.values())
        slow = [fanout.shares.get(count, 0) / total for count in range(law.min, law.max + 1)]
        assert all(law.min <= count <= law.max for count, share in fanout.shares.items() if share)
    elif fanout.uniform:
        slow = [1 / (n + 1)] * (n + 1)
    else:
        kind = "poisson" if fanout.poisson else "negative_binomial"
        r = fanout.negative_binomial.r if fanout.negative_binomial else 0.0
        slow = slow_pmf(kind, slow_inner_mean(kind, fanout.mean - fanout.min, r, n), r, n)
    assert pmf_of(law) == pytest.approx(slow, abs=1e-7)


def test_an_impossible_mean_is_refused():
    with pytest.raises(SpecError, match="no such distribution up to 10 has the mean 9.99"):
        fanout_law(Fanout(mean=9.999, min=0, max=10, negative_binomial={"r": 0.05}), ())


@SETTINGS
@given(fanouts(exact=True), st.integers(0, 7), st.integers(1, 400), st.integers(-50, 450))
def test_exact_totals_are_met_per_block_and_at_the_declared_end(fanout, block, parents, end):
    law = law_of(fanout)
    first = block * parents
    declared = max(0, first + end)
    counts = children(law, first, parents, declared, source(block))
    assert counts.shape == (parents,)
    assert all(law.min <= count <= law.max for count in counts)

    def total(n):  # children of the first n parents, half rounded up
        return math.floor(law.mean * n + Fraction(1, 2))

    assert sum(counts.tolist()) == total(first + parents) - total(first)
    if first < declared < first + parents:
        assert sum(counts[: declared - first].tolist()) == total(declared) - total(first)


@SETTINGS
@given(fanouts(exact=False), st.integers(0, 200))
def test_loose_counts_are_the_uniform_numbers_looked_up_one_by_one(fanout, parents):
    law = law_of(fanout)
    slow = []
    for uniform in source(3)("").random(parents):
        count = law.min
        while law.cumulated[count - law.min] <= uniform * law.cumulated[-1]:
            count += 1
        slow.append(count)
    assert children(law, 3 * parents, parents, None, source(3)).tolist() == slow


@SETTINGS
@given(fanouts(), st.integers(0, 5))
def test_counts_depend_on_the_block_alone(fanout, block):
    law = law_of(fanout)
    first = block * 300
    once = children(law, first, 300, None, source(block))
    children(law, 0, 300, None, source(block + 1))  # another block in between changes nothing
    assert children(law, first, 300, None, source(block)).tolist() == once.tolist()


@SETTINGS
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=60).flatmap(
        lambda counts: st.tuples(st.just(counts), st.integers(0, 9 * len(counts)))
    )
)
def test_meet_is_the_slow_walk(case):
    """Round by round: all who can move by one do; of too many, those of least priority."""
    counts, quota = case

    def priority(turn):
        return stream(1, "t", "c", 0, f"p{turn}").random(len(counts))

    slow, turn = list(counts), 0
    while sum(slow) != quota:
        step = 1 if sum(slow) < quota else -1
        able = [at for at, count in enumerate(slow) if 0 <= count + step <= 9]
        able.sort(key=lambda at: priority(turn)[at])
        for at in able[: abs(quota - sum(slow))]:
            slow[at] += step
        turn += 1
    fast = np.array(counts, dtype=np.int64)
    adjust_to_total(fast, quota, 0, 9, priority)
    assert fast.tolist() == slow


def test_counts_follow_the_law():
    """Chi-square over a block, and the correction to the exact total moves few parents."""
    for exact in (False, True):
        law = fanout_law(Fanout(mean=10, min=1, max=60, negative_binomial={"r": 2}, exact=exact), ())
        counts = np.concatenate([children(law, b * 10_000, 10_000, None, source(b)) for b in range(10)])
        expected = pmf_of(law) * len(counts)
        many = expected > 20
        seen = np.bincount(counts - law.min, minlength=len(expected))
        chi = ((seen - expected)[many] ** 2 / expected[many]).sum()
        assert chi < many.sum() + 5 * (2 * many.sum()) ** 0.5, chi
