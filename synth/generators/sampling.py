"""Choosing rows: weighted search, choice within a prefix, and successive draws without replacement.

All of it is whole-array and addressed by row, so what is chosen for a row does not depend on where a block is cut.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import pairwise, starmap
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from synth.compiled import kernels

__all__ = [
    "Search",
    "TakenPairs",
    "check_weights",
    "has_numbers",
    "normal_below",
    "normal_between",
    "prefix_values",
    "redraw_until_accepted",
    "search_of",
    "sizes_before",
]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MAX_BUCKETS = 2**18
MOST_STEPS = 6  # of a bucket that are gone through one by one
FARTHEST = 9.0  # standard deviations: what lies beyond comes once in 10^18 times
BELOW_ONE = 1 - 2**-52  # times a uniform number in [0, 1) and a top: always below the top, however it is rounded
LEAST_WEIGHTS, MOST_WEIGHTS = 1e-100, 1e100  # sums: products of two, and their inverses, are still numbers
CACHED_PLACES = 2**20  # of such a table that are worked on at once
MOST_COMPARED = 256  # rows of a group, each of which is compared with all others
DIRECT_PLACES = 2**26  # 64 MiB: the largest table of (group, choice) places looked up directly


def check_weights(weights: Iterable[float], what: str = "weights", where: str = "") -> None:
    """Refuse weights of which none is above 0, or whose sum floats cannot work with. Raises ValueError."""
    total = sum(weights)
    if not total > 0:
        raise ValueError(f"the {what} are all 0{where}")
    if total > MOST_WEIGHTS:
        raise ValueError(f"the {what} are too large to be added{where}; {MOST_WEIGHTS:g} together are the most")
    if total < LEAST_WEIGHTS:
        raise ValueError(f"the {what} are too small to be told apart{where}; {LEAST_WEIGHTS:g} together are the least")


class Search:
    """`searchsorted(cumulated, values, side="right")` by a table of buckets: 5 to 10 times faster on random values.

    cumulated: (n,), not decreasing, from above 0. A bucket that holds no step answers at once; in others the first steps are
    gone through one by one (Chen and Asau 1974, doi 10.1080/05695557408974949), and what lies further is searched.
    """

    def __init__(self, cumulated: Floats):
        self.cumulated = np.ascontiguousarray(cumulated, dtype=np.float64)
        buckets = int(min(MAX_BUCKETS, 1 << max(11, (32 * len(cumulated) - 1).bit_length())))
        self.scale = buckets / float(cumulated[-1])
        edges = np.arange(buckets + 1) / self.scale
        slack = 1e-9 / self.scale * buckets  # rounding of value * scale never crosses more than this
        low = np.searchsorted(cumulated, np.maximum(edges[:-1] - slack, 0), side="right")
        high = np.searchsorted(cumulated, edges[1:] + slack, side="right")
        self.first = np.where(low == high, low, ~low).astype(
            np.int32
        )  # below 0: the inverse, of buckets that hold steps

    def __call__(self, values: Floats) -> Rows:
        """Give the index of the first cumulated weight above each value in [0, cumulated[-1]). (m,) -> (m,)"""
        if (compiled := kernels()) is not None:
            return compiled.search(self.cumulated, self.first, self.scale, values)
        found = np.take(self.first, (values * self.scale).astype(np.int64), mode="clip").astype(np.int64)
        unsure = np.flatnonzero(found < 0)
        found[unsure] = ~found[unsure]
        for _ in range(MOST_STEPS):
            if not len(unsure):
                return found
            unsure = unsure[np.take(self.cumulated, found[unsure], mode="clip") <= values[unsure]]
            found[unsure] += 1
        found[unsure] = np.searchsorted(self.cumulated, values[unsure], side="right")
        return found

    def within(self, uniform: Floats, sizes: Any) -> Rows:
        """Choose among the first `sizes` of what was cumulated, of one at least, by uniform numbers. (m,), (m,) -> (m,)"""
        if isinstance(sizes, np.ndarray) and (compiled := kernels()) is not None:
            return compiled.search_first(self.cumulated, self.first, self.scale, uniform, sizes, BELOW_ONE)
        return self(prefix_values(uniform, self.cumulated, np.maximum(sizes, 1)))


@lru_cache(maxsize=256)
def search_of(weights: tuple[float, ...]) -> Search:
    """Make a search in the cumulated weights, once for all blocks."""
    return Search(np.cumsum(weights, dtype=np.float64))


@lru_cache(maxsize=1)
def _normal_table() -> tuple[Floats, Floats, Search, Floats, Floats]:
    """Steps in z, the share below each, a search in them, and behind each the share and the slope; (steps,) each."""
    z = np.linspace(-FARTHEST, FARTHEST, 8193)
    below = np.array([0.5 * math.erfc(-x * math.sqrt(0.5)) for x in z])
    behind = np.diff(below)
    return z, below, Search(below[1:]), behind, (z[1] - z[0]) / np.maximum(behind, 1e-300)


def has_numbers(low: float, high: float) -> bool:
    """Tell whether standard normal numbers between low and high are to be had."""
    return low < FARTHEST and high > -FARTHEST


def normal_between(uniform: Floats, low: float, high: float) -> Floats:
    """Give standard normal numbers cut to [low, high], by the inverse of their distribution. (n,) -> (n,)

    Read off a table of 8,192 steps in z, linear between them (step 0.0022: errors below 3e-6). What lies above the middle
    is drawn below it and mirrored: shares near 1 have no digits left to tell far numbers apart.
    """
    if low > 0:
        return -normal_between(1.0 - uniform, -high, -low)
    z, below, search, _, slope = _normal_table()
    first, last = np.interp([max(low, -FARTHEST), min(high, FARTHEST)], z, below)
    factor = (last - first) * BELOW_ONE
    if (compiled := kernels()) is not None:
        ends = (factor, first, low, high)
        return compiled.normal_numbers(search.cumulated, search.first, search.scale, (below, slope, z), uniform, ends)
    place = uniform * factor
    place += first
    cell = search(place)
    place -= np.take(below, cell)
    place *= np.take(slope, cell)
    place += np.take(z, cell)
    return np.clip(place, low, high, out=place)


def normal_below(numbers: Floats) -> Floats:
    """Give the share of standard normal numbers that lies below each number. (n,) -> (n,)"""
    z, below, _, behind, _ = _normal_table()
    place: Floats = np.clip(numbers, -FARTHEST, FARTHEST)
    place += FARTHEST
    place *= (len(z) - 1) / (2 * FARTHEST)
    cell = np.minimum(place.astype(np.int64), len(z) - 2)
    place -= cell
    place *= np.take(behind, cell)
    place += np.take(below, cell)
    return place


class TakenPairs:
    """The (group, choice) pairs already taken in a block: an exact set that accepts whole arrays.

    While groups × choices stays small, pairs are places in one table that is never cleared: an entry is a row's place in
    its group, and counts only if that row says it took the pair (Briggs and Torczon 1993, doi 10.1145/176454.176484).
    Else pairs are sorted. Compiled, each row is compared with those of its group, where groups are small.
    """

    _tables: ClassVar[threading.local] = threading.local()  # by the name of their type: each thread draws on its own

    def __init__(self, groups: Rows, size: int, choices: int, direct_places: int = DIRECT_PLACES):
        """groups: the group of each row, in order, (n,); `size` groups, `choices` choices."""
        counts = np.bincount(groups, minlength=size)
        self.starts = np.cumsum(counts) - counts
        few = choices < 2**31 and int(counts.max(initial=0)) <= MOST_COMPARED
        self.compiled = kernels() if few else None
        if self.compiled is not None:
            self.groups: npt.NDArray[Any] = groups
            self.ends = np.append(self.starts, len(groups))
            return
        self.nowhere = size * choices  # the place of those who do not ask
        narrow = np.int32 if self.nowhere < 2**31 else np.int64  # half the bytes to move
        self.groups = groups.astype(narrow)
        self.choices: Any = narrow(choices)
        self.direct = self.nowhere < direct_places
        self.pair: npt.NDArray[Any] = np.empty(0, dtype=np.int64)  # the pair each row has taken, or -1
        small = np.uint8 if not len(counts) or counts.max() <= 256 else np.int32
        self.ordinal = (np.arange(len(groups)) - self.starts[groups]).astype(small)
        if self.direct:
            tables = TakenPairs._tables.__dict__
            if len(tables.get(small.__name__, ())) <= self.nowhere:
                tables[small.__name__] = np.zeros(self.nowhere + 1, dtype=small)
            self.table = tables[small.__name__]

    def first(self, choices: Rows, asks: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """All rows at once, the first call: who gets its choice, the first of its group to ask for it. (n,) -> (n,)"""
        if self.compiled is not None:
            self.pair, got = self.compiled.first_takers(self.groups, choices, asks)
            return got
        pairs = self.groups * self.choices + choices.astype(self.groups.dtype)
        pairs[~asks] = self.nowhere
        if self.direct:
            got = np.empty(len(pairs), dtype=np.bool_)
            for some in self._cached_groups():
                places, ordinal = pairs[some].astype(np.int64), self.ordinal[some]
                self.table[places[::-1]] = ordinal[::-1]  # of several writes the last stays, so backwards: the first
                np.equal(self.table[places], ordinal, out=got[some])
            got &= asks
        else:
            got = asks.copy()
            got[asks] = self._sorted(pairs[asks])
        pairs[~got] = -1
        self.pair = pairs
        return got

    def _cached_groups(self) -> Iterator[slice]:
        """Cut the rows into runs of whole groups whose part of the table stays in a processor's cache."""
        together = max(1, CACHED_PLACES // max(1, int(self.choices)))
        yield from starmap(slice, pairwise([*self.starts[::together], len(self.groups)]))

    def take(self, rows: Rows, choices: Rows) -> npt.NDArray[np.bool_]:
        """Which of these rows get their choice: the first to ask for a pair that nobody has taken. All (m,)."""
        if self.compiled is not None:
            return self.compiled.later_takers(self.groups, self.ends, rows, choices, self.pair)
        groups = self.groups[rows]
        pairs = groups * self.choices + choices.astype(groups.dtype)
        if self.direct:
            holder = self.starts[groups] + self.table[pairs]
            np.minimum(holder, len(self.pair) - 1, out=holder)
            got = self.pair[holder] != pairs
            free = np.flatnonzero(got)
            ordinal = self.ordinal[rows[free]]
            self.table[pairs[free][::-1]] = ordinal[::-1]
            got[free] = self.table[pairs[free]] == ordinal
        else:
            got = self._sorted(pairs)
        self.pair[rows[got]] = pairs[got]
        return got  # type: ignore[no-any-return]

    def _sorted(self, pairs: Rows) -> npt.NDArray[np.bool_]:
        """Tell which pairs are the first of their kind, those taken before among them. (m,) -> (m,)"""
        before = self.pair[self.pair >= 0]
        _, first = np.unique(np.concatenate((before, pairs)), return_index=True)
        got = np.zeros(len(pairs), dtype=np.bool_)
        got[first[first >= len(before)] - len(before)] = True
        return got


def redraw_until_accepted(
    rows: Rows,
    pending: Rows,
    accept: Callable[[Rows, Rows], npt.NDArray[np.bool_]],
    redraw: Callable[[int, Rows], Rows],
    rounds: int,
) -> Rows:
    """Redraw the choices at the pending places until each is accepted; changes `rows` in place.

    redraw(round, places) gives new choices, accept(places, choices) says which stay. Returns the places not accepted
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
    """Give positions in the cumulated weights of the first `sizes` rows. (n,), (parents,), (n,) -> (n,)"""
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
