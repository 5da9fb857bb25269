"""The law of a fan-out: how many children a parent has, and the totals that are met exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from synth.errors import Problem, SpecError
from synth.spec.models import Fanout

__all__ = ["FanoutLaw", "fanout_law"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class FanoutLaw:
    """Probabilities of `min`, `min + 1`, … children, cumulated; the mean is exact where totals are."""

    min: int
    max: int
    mean: Fraction
    exact: bool
    cumulated: Floats = field(compare=False)

    def total(self, parents: int) -> int:
        """Children of the first `parents` rows, where totals are exact: half rounded up."""
        return math.floor(self.mean * parents + Fraction(1, 2))


def _negative_binomial(mean: float, r: float, n: int) -> Floats:
    """P(0 … n) of a negative binomial of this mean and shape r."""
    k = np.arange(n + 1)
    choose = np.array([math.lgamma(i + r) - math.lgamma(r) - math.lgamma(i + 1) for i in k])
    chances: Floats = np.exp(choose + r * math.log(r / (r + mean)) + k * math.log(mean / (r + mean)))
    return chances


def _poisson(mean: float, n: int) -> Floats:
    """P(0 … n) of a Poisson of this mean."""
    k = np.arange(n + 1)
    chances: Floats = np.exp(k * math.log(mean) - mean - np.array([math.lgamma(i + 1) for i in k]))
    return chances


def fanout_law(fanout: Fanout, path: tuple[str, ...]) -> FanoutLaw:
    """The law of a declared fan-out; a cut at `max` moves the inner mean so that the declared mean comes out."""
    low, high = fanout.min, fanout.max
    if fanout.shares is not None:
        used = [count for count, share in fanout.shares.items() if share]
        low, high = min(used), max(used)
    n = high - low
    if fanout.shares is not None:
        weights = np.array([float(fanout.shares.get(k, 0)) for k in range(low, high + 1)])
        total = sum(Fraction(str(w)) for w in fanout.shares.values())
        mean = sum((k * Fraction(str(w)) for k, w in fanout.shares.items()), Fraction(0)) / total
    elif fanout.uniform:
        weights, mean = np.ones(n + 1), Fraction(fanout.min + fanout.max, 2)
    else:
        assert fanout.mean is not None
        mean = Fraction(str(fanout.mean))
        wanted = fanout.mean - fanout.min

        def law(inner: float) -> Floats:
            if fanout.negative_binomial:
                return _negative_binomial(inner, fanout.negative_binomial.r, n)
            return _poisson(inner, n)

        def obtained(inner: float) -> float:
            p = law(inner)
            return float((p * np.arange(n + 1)).sum() / p.sum())

        least, most = 1e-9, wanted * 1.001 + 1e-6
        while obtained(most) < wanted:
            most *= 2
            if most > 1e4 * (n + 1):
                raise SpecError(
                    [
                        Problem(
                            path,
                            f"no such distribution up to {fanout.max} has the mean {fanout.mean:g}",
                            "raise `max`, or lower `mean`",
                        )
                    ]
                )
        for _ in range(80):
            middle = (least + most) / 2
            least, most = (middle, most) if obtained(middle) < wanted else (least, middle)
        weights = law(most)
    return FanoutLaw(low, high, mean, fanout.exact, np.cumsum(weights))
