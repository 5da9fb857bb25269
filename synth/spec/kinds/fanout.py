"""Fan-outs: the law of how many children a parent has, drawn for a whole block, and totals that are met exactly."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.errors import Problem, SpecError
from synth.generators.sampling import Search
from synth.spec.fanout_models import Fanout
from synth.streams import Sub

__all__ = ["FanoutLaw", "adjust_to_total", "children", "fanout_law"]

FAINT = -600.0  # logarithms of chances below which floats run out
STEADY = 1e6  # the shape from which a negative binomial is worked out from ratios

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FanoutLaw:
    """Probabilities of `min`, `min + 1`, … children, cumulated; the mean is exact where totals are."""

    min: int
    max: int
    mean: Fraction
    exact: bool
    cumulated: Floats = field(compare=False)

    @property
    def most_without(self) -> float:
        """The share of parents that have no child, or more than it where it depends on the parent."""
        return 0.0 if self.min else float(self.cumulated[0] / self.cumulated[-1])

    def counts(self, uniform: Floats, seen: pl.Series | None = None) -> Rows:
        """Give the children of parents by uniform numbers, and by what each parent says where that counts. (n,) -> (n,)"""
        search = _search(self.cumulated.tobytes())
        return search(np.minimum(uniform, 1 - 2**-53) * self.cumulated[-1]) + self.min

    def total(self, parents: int) -> int:
        """Children of the first `parents` rows, where totals are exact: half rounded up."""
        return math.floor(self.mean * parents + Fraction(1, 2))


def _chances(logarithms: Floats) -> Floats:
    """The chances of these logarithms, but for a factor where all of them are too small for a float. (n,) -> (n,)"""
    highest = float(logarithms.max())
    chances: Floats = np.exp(logarithms - (highest if highest < FAINT else 0.0))
    return chances


def _negative_binomial(r: float, n: int) -> Callable[[float], Floats]:
    """P(0 … n) of a negative binomial of shape r, by its mean. -> (n + 1,)"""
    k = np.arange(n + 1)
    if r < STEADY:
        choose = np.array([math.lgamma(i + r) - math.lgamma(r) - math.lgamma(i + 1) for i in range(n + 1)])
    else:  # differences of such gammas have no digits left
        choose = np.cumsum(np.log((r + k[:-1]) / k[1:])) if n else np.zeros(0)
        choose = np.concatenate(([0.0], choose))

    def law(mean: float) -> Floats:
        none = r * math.log(r / (r + mean)) if r < STEADY else -r * math.log1p(mean / r)
        return _chances(choose + none + k * math.log(mean / (r + mean)))

    return law


def _poisson(n: int) -> Callable[[float], Floats]:
    """P(0 … n) of a Poisson, by its mean. -> (n + 1,)"""
    k = np.arange(n + 1)
    factorials = np.array([math.lgamma(i + 1) for i in range(n + 1)])

    def law(mean: float) -> Floats:
        return _chances(k * math.log(mean) - mean - factorials)

    return law


def fanout_law(fanout: Fanout, path: tuple[str, ...]) -> FanoutLaw:
    """The law of a declared fan-out; a cut at `max` moves the inner mean so that the declared mean comes out."""
    low, high = fanout.least, fanout.most
    n = high - low
    if fanout.shares is not None:
        weights = np.array([float(fanout.shares.get(k, 0)) for k in range(low, high + 1)])
        total = sum(Fraction(str(w)) for w in fanout.shares.values())
        mean = sum((k * Fraction(str(w)) for k, w in fanout.shares.items()), Fraction(0)) / total
    elif fanout.uniform or fanout.count is not None:
        weights, mean = np.ones(n + 1), Fraction(low + high, 2)
    else:
        assert isinstance(fanout.mean, float | int)
        mean = Fraction(str(fanout.mean))
        wanted = fanout.mean - low

        law = _negative_binomial(fanout.negative_binomial.r, n) if fanout.negative_binomial else _poisson(n)
        counts = np.arange(n + 1)

        def obtained(inner: float) -> float:
            p = law(inner)
            return float((p * counts).sum() / p.sum())

        least, most = 1e-9, wanted * 1.001 + 1e-6
        while obtained(most) < wanted:
            most *= 2
            if most > 1e4 * (n + 1):
                raise SpecError(
                    [
                        Problem(
                            path,
                            f"no such distribution up to {high} has the mean {fanout.mean:g}",
                            "raise `max`, or lower `mean`",
                        )
                    ]
                )
        for _ in range(80):
            middle = (least + most) / 2
            least, most = (middle, most) if obtained(middle) < wanted else (least, middle)
        weights = law(most)
    return FanoutLaw(low, high, mean, fanout.is_exact, np.cumsum(weights))


@lru_cache(maxsize=64)
def _search(cumulated: bytes) -> Search:
    return Search(np.frombuffer(cumulated))


def children(
    law: FanoutLaw,
    first_parent: int,
    parents: int,
    declared: int | None,
    stream: Callable[[str], np.random.Generator],
    seen: pl.Series | None = None,
) -> Rows:
    """Draw the children of consecutive parents, a whole block of them, or those by whose values it is. -> (parents,)

    An exact total is met between the block's ends, and between them and the declared end where that lies inside.
    """
    uniform = stream("").random(parents)
    counts = law.counts(uniform, seen)
    if law.exact and parents:
        cuts = [first_parent, first_parent + parents]
        if declared is not None and cuts[0] < declared < cuts[1]:
            cuts.insert(1, declared)
        for low, high in pairwise(cuts):
            part = counts[low - first_parent : high - first_parent]
            quota = law.total(high) - law.total(low)
            places = slice(low - first_parent, high - first_parent)

            def priority(turn: int, places: slice = places) -> npt.NDArray[np.float64]:
                return stream(Sub.FANOUT_TURN.format(turn)).random(parents)[places]

            adjust_to_total(part, quota, law.min, law.max, priority)
    return counts


def adjust_to_total(
    counts: Rows, quota: int, low: int, high: int, priority: Callable[[int], npt.NDArray[np.float64]]
) -> None:
    """Change counts in place by ones until they sum to `quota`, those of least priority first, within low to high."""
    turn = 0
    missing = quota - int(counts.sum())
    while missing:
        step = 1 if missing > 0 else -1
        able = np.flatnonzero(counts < high if step > 0 else counts > low)
        assert len(able), "a quota outside what the limits allow"
        if len(able) > abs(missing):
            order = priority(turn)[able]
            able = able[np.argpartition(order, abs(missing) - 1)[: abs(missing)]]
        counts[able] += step
        missing -= step * len(able)
        turn += 1
