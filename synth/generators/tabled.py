"""Distributions read off a table, where the inverse has no formula: of a density over z, or of the weights of counts."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth.generators.sampling import BELOW_ONE, Search

__all__ = ["CountTable", "DensityTable"]

Floats = npt.NDArray[np.float64]

CELLS = 8192  # steps of z: what lies between two is taken as even
DROP = 48.0  # of a log density: what is rarer by e^48 than the most common is taken for nothing
LIMIT = 700.0  # of z as a logarithm: floats tell no more apart
MOST_COUNTS = 2**22  # 32 MiB of weights


class DensityTable:
    """A distribution over z with one peak, by the logarithm of its density, to a constant.

    Shares are integrated from both ends (five points of Gauss and Legendre a cell), so that they are exact in both tails.
    `rises` and `falls` are the slopes of the logarithm far to the left and right: what is beyond the limit lies at it.
    """

    def __init__(self, log_density: Callable[[Floats], Floats], peak: float, rises: float, falls: float):
        def height(z: float) -> float:
            return float(log_density(np.array([z]))[0])

        top = height(peak)
        low, high = (_where(lambda z: height(z) < top - DROP, peak, sign) for sign in (-1, 1))
        nodes, weights = np.polynomial.legendre.leggauss(5)
        self.z = np.linspace(low, high, CELLS + 1)
        half = (high - low) / CELLS / 2
        points = (self.z[:-1] + half)[:, None] + half * nodes
        mass = np.exp(log_density(points.ravel()) - top).reshape(points.shape) @ weights * half
        head, tail = (math.exp(height(z) - top) / slope for z, slope in ((low, rises), (high, falls)))
        whole = head + mass.sum() + tail
        self.below = np.concatenate(([head], head + np.cumsum(mass))) / whole
        self.above = np.concatenate((tail + np.cumsum(mass[::-1])[::-1], [tail])) / whole
        self._left, self._right = _Side(self.z, self.below), _Side(-self.z[::-1], self.above[::-1])

    def share(self, low: float, high: float) -> float:
        """Give the share that lies between two numbers."""
        if low >= high:
            return 0.0
        if self._left.share(low) > 0.5:  # shares near 1 have no digits left to tell far numbers apart
            return self._right.share(-low) - self._right.share(-high)
        return self._left.share(high) - self._left.share(low)

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        """Give the numbers below which these shares of the distribution cut to [low, high] lie. (n,) -> (n,)"""
        if self._left.share(low) > 0.5:
            drawn = -self._right.between(1.0 - shares, -high, -low)
        else:
            drawn = self._left.between(shares, low, high)
        return np.clip(drawn, low, high)


class _Side:
    """The shares below steps in z, and their inverse. z, below: (steps,) each, increasing."""

    def __init__(self, z: Floats, below: Floats):
        self.z, self.below, self.step = z, below, z[1] - z[0]
        self.search = Search(below[1:])
        self.slope = self.step / np.maximum(np.diff(below), 1e-300)

    def share(self, number: float) -> float:
        """Give the share below a number."""
        if number <= self.z[0]:
            return 0.0
        return float(np.interp(number, self.z, self.below)) if number <= self.z[-1] else 1.0

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        """Give the numbers below which these shares of what lies between two numbers lie. (n,) -> (n,)"""
        first, last = self.share(low), self.share(high)
        places = first + shares * ((last - first) * BELOW_ONE)
        cell = self.search(np.minimum(places, self.below[-1] * BELOW_ONE))
        drawn = self.z[cell] + (places - self.below[cell]) * self.slope[cell]
        inside: Floats = np.clip(drawn, self.z[0], self.z[-1])  # what lies beyond the table lies at its ends
        return inside


def _where(passed: Callable[[float], bool], peak: float, sign: int) -> float:
    """Give where a condition that holds far out begins to hold, on one side of the peak, but never beyond the limit."""
    limit, step = sign * LIMIT, 1e-9 * max(1.0, abs(peak))
    while not passed(peak + sign * step):
        step *= 2
        if abs(peak + sign * step) > LIMIT:
            return limit if abs(limit - peak) > 1 else peak + sign
    near, far = step / 2, step
    for _ in range(40):
        middle = (near + far) / 2
        near, far = (near, middle) if passed(peak + sign * middle) else (middle, far)
    return peak + sign * far


@dataclass(frozen=True)
class CountTable:
    """Whole numbers from `first` on by weight, cut exactly: those outside are not in the table."""

    first: int
    search: Search

    @classmethod
    def of(
        cls, height: Callable[[int], float], step: Callable[[Floats], Floats], mode: int, low: int, high: int | None
    ) -> CountTable:
        """Make the table of a distribution with one peak, cut to [low, high].

        height(count) is the logarithm of its weight, to a constant; step(counts) what it gains from each count to the next,
        (n,) -> (n,). Raises ValueError where too many counts are likely.
        """
        peak = max(mode, low) if high is None else min(max(mode, low), high)
        top = height(peak)

        def rare(count: int) -> bool:
            return height(count) < top - DROP

        first, last = _count_where(rare, peak, -1, low), _count_where(rare, peak, 1, high)
        if last - first >= MOST_COUNTS:
            raise ValueError(f"more than {MOST_COUNTS:,} counts are likely; round numbers of a gamma or normal instead")
        logs = np.concatenate(([0.0], np.cumsum(step(np.arange(first, last, dtype=np.float64)))))
        return cls(first, Search(np.cumsum(np.exp(logs - logs.max()))))

    @property
    def last(self) -> int:
        """The largest count that comes."""
        return self.first + len(self.search.cumulated) - 1

    def at(self, shares: Floats) -> Floats:
        """Give the counts below which these shares lie. (n,) -> (n,)"""
        counts: Floats = self.first + self.search(shares * (self.search.cumulated[-1] * BELOW_ONE)).astype(np.float64)
        return counts

    def share(self, low: float, high: float) -> float:
        """Give the share of the counts above `low`, up to `high`."""
        sums = self.search.cumulated
        places = (math.floor(min(max(end, self.first - 1), self.last)) - self.first for end in (low, high))
        below, up_to = (float(sums[place]) if place >= 0 else 0.0 for place in places)
        return max(0.0, up_to - below) / float(sums[-1])


def _count_where(rare: Callable[[int], bool], peak: int, sign: int, end: int | None) -> int:
    """Give the first count on one side of the peak that is rare, or the end."""
    step, far = 1, peak
    while True:
        far = peak + sign * step
        if end is not None and sign * (far - end) >= 0:
            far = end
            break
        if rare(far):
            break
        step *= 2
    if not rare(far):
        return far
    near = peak
    while abs(far - near) > 1:
        middle = (near + far) // 2
        near, far = (near, middle) if rare(middle) else (middle, far)
    return far
