"""Choosing rows: weighted search, choice within a prefix, and successive draws without replacement.

All of it is whole-array and addressed by row, so what is chosen for a row does not depend on where a block is cut.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Search", "Taken", "normal_between", "prefix_values", "settle", "sizes_before", "zipf_mandelbrot"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MAX_BUCKETS = 2**18
BELOW_ONE = 1 - 2**-52  # times a uniform number in [0, 1) and a top: always below the top, however it is rounded
DIRECT_PLACES = 2**24  # 64 MiB of int32: the largest table of (group, choice) places looked up directly


class Search:
    """`searchsorted(cumulated, values, side="right")` by a table of buckets: 5 to 10 times faster on random values.

    cumulated: (n,), not decreasing, from above 0. A bucket that holds no step answers at once; others are searched.
    """

    def __init__(self, cumulated: Floats):
        self.cumulated = cumulated
        buckets = int(min(MAX_BUCKETS, 1 << max(11, (32 * len(cumulated) - 1).bit_length())))
        self.scale = buckets / float(cumulated[-1])
        edges = np.arange(buckets + 1) / self.scale
        slack = 1e-9 / self.scale * buckets  # rounding of value * scale never crosses more than this
        low = np.searchsorted(cumulated, np.maximum(edges[:-1] - slack, 0), side="right")
        high = np.searchsorted(cumulated, edges[1:] + slack, side="right")
        self.sure = np.where(low == high, low, -1).astype(np.int32)

    def __call__(self, values: Floats) -> Rows:
        """Index of the first cumulated weight above each value; values in [0, cumulated[-1])."""
        bucket = (values * self.scale).astype(np.int32)
        np.minimum(bucket, len(self.sure) - 1, out=bucket)
        found = np.take(self.sure, bucket)
        unsure = np.flatnonzero(found < 0)
        if len(unsure):
            found[unsure] = np.searchsorted(self.cumulated, values[unsure], side="right")
        return found.astype(np.int64)


def zipf_mandelbrot(ranks: Rows, size: int, s: float, q: float) -> Floats:
    """Weights (rank + q·size)^−s for ranks from 1 (DESIGN.md, section 6). (n,) -> (n,)"""
    return np.power(ranks + q * size, -s)


@lru_cache(maxsize=64)
def _normal_table(low: float, high: float) -> tuple[Floats, Search, Floats, Floats]:
    z = np.linspace(max(low, -9.0), min(high, 9.0), 8193)
    normal = NormalDist()
    below = np.array([normal.cdf(x) for x in z])
    return z, Search(below[1:]), below, (z[1] - z[0]) / np.maximum(np.diff(below), 1e-300)


def normal_between(uniform: Floats, low: float, high: float) -> Floats:
    """Standard normal numbers cut to [low, high], one for each uniform number: the inverse of its distribution.

    Read off a table of 8,192 steps in z, linear between them (step under 0.0023: errors below 1e-6).
    """
    z, search, below, slope = _normal_table(low, high)
    place = below[0] + uniform * ((below[-1] - below[0]) * BELOW_ONE)
    cell = search(place)
    result: Floats = z[cell] + (place - below[cell]) * slope[cell]
    return result


class Taken:
    """The (group, choice) pairs already taken in a block: an exact set that accepts whole arrays.

    While groups × choices stays small, pairs are places in one table that is never cleared: an entry counts only if the
    pair that it names says so too (Briggs and Torczon 1993, doi 10.1145/176454.176484). Else pairs are sorted.
    """

    _table: npt.NDArray[np.int32] = np.empty(0, dtype=np.int32)

    def __init__(self, groups: int, choices: int, direct_places: int = DIRECT_PLACES):
        self.choices = choices
        self.nowhere = groups * choices  # the place of those who do not ask
        self.direct = self.nowhere < direct_places
        self.pair: Rows = np.empty(0, dtype=np.int64)  # the pair each row has taken, or -1
        if self.direct and len(Taken._table) <= self.nowhere:
            Taken._table = np.empty(self.nowhere + 1, dtype=np.int32)

    def first(self, groups: Rows, choices: Rows, asks: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """All rows at once, the first call: who gets its choice, the first of its group to ask for it. (n,) -> (n,)"""
        pairs = groups * self.choices + choices
        pairs[~asks] = self.nowhere
        if self.direct:
            table, places = Taken._table, np.arange(len(pairs), dtype=np.int32)
            table[pairs[::-1]] = places[::-1]  # of several writes the last stays, so backwards: the first
            got = (table[pairs] == places) & asks
        else:
            got = asks.copy()
            got[asks] = self._sorted(pairs[asks])
        pairs[~got] = -1
        self.pair = pairs
        return got

    def take(self, rows: Rows, groups: Rows, choices: Rows) -> npt.NDArray[np.bool_]:
        """Which of these rows get their choice: the first to ask for a pair that nobody has taken. All (n,)."""
        pairs = groups * self.choices + choices
        if self.direct:
            table = Taken._table
            holder = table[pairs]
            np.clip(holder, 0, len(self.pair) - 1, out=holder)
            got = self.pair[holder] != pairs
            free = np.flatnonzero(got)
            table[pairs[free][::-1]] = rows[free][::-1]
            got[free] = table[pairs[free]] == rows[free]
        else:
            got = self._sorted(pairs)
        self.pair[rows[got]] = pairs[got]
        return got

    def _sorted(self, pairs: Rows) -> npt.NDArray[np.bool_]:
        before = self.pair[self.pair >= 0]
        _, first = np.unique(np.concatenate((before, pairs)), return_index=True)
        got = np.zeros(len(pairs), dtype=np.bool_)
        got[first[first >= len(before)] - len(before)] = True
        return got


def settle(
    rows: Rows,
    pending: Rows,
    accept: Callable[[Rows, Rows], npt.NDArray[np.bool_]],
    redraw: Callable[[int, Rows], Rows],
    rounds: int,
) -> Rows:
    """Redraw the choices at the pending places until each is accepted; changes `rows` in place.

    redraw(round, places) gives new choices, accept(places, choices) says which stay. Returns the places not settled
    after all rounds (their choices mean nothing).
    """
    for number in range(1, rounds + 1):
        if not len(pending):
            break
        choices = redraw(number, pending)
        good = accept(pending, choices)
        rows[pending[good]] = choices[good]
        pending = pending[~good]
    return pending


def prefix_values(uniform: Floats, cumulated: Floats, sizes: Any) -> Floats:
    """Positions in the cumulated weights of the first `sizes` rows, for a weighted choice within a prefix."""
    return uniform * (cumulated[sizes - 1] * BELOW_ONE)  # type: ignore[no-any-return]


def sizes_before(came: Rows, moments: Rows) -> Rows:
    """How many of `came` (in order) lie before each moment. (m,), (n,) -> (n,)

    Few that came and many moments in order: place those that came among the moments, and count up.
    """
    if len(came) < len(moments) and (moments[1:] >= moments[:-1]).all():
        places = np.searchsorted(moments, came, side="right")
        sizes: Rows = np.cumsum(np.bincount(places, minlength=len(moments) + 1)[: len(moments)])
        return sizes
    return np.searchsorted(came, moments, side="left")
