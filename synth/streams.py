"""Random numbers by name: the only place that makes random generators.

Each (table, column) has a stream of its own, and each block a stretch of it: the name with the block's number is hashed
with blake2b into the whole state of a PCG64DXSM, so neighbouring names and blocks are unrelated and any block is reached at
once. A second array or a redraw round is a sub-stream with a name of its own. `hashed` draws single rows far apart, for
redraws: SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195) jumped to the row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random.bit_generator import ISeedSequence

from synth.compiled import kernels

__all__ = ["STREAM_VERSION", "JoinedStreams", "Stream", "Sub", "hashed", "permuted", "stream"]

STREAM_VERSION = 2  # raised whenever drawn values change; see CHANGELOG.md


class Sub:
    """Names of sub-streams. They are hashed, so they are content: one is never changed, nor used for a second thing."""

    NULLS = "null"  # of any column: which values `null_share` hides
    FANOUT = "#fanout"  # in the place of a column's name: how many children each parent has
    FANOUT_TURN = "meet{}"  # of #fanout: who gives or takes a child, by turn, until the total is met
    DAYS = "days"  # of an arrival column: the noise of each day
    BEFORE = "before"  # of an arrival column: how many rows come in each cell before the period,
    CELLS = "cells"  # in it,
    AHEAD = "ahead"  # and after it
    TIMES = "times"  # of an arrival column: where in its cell each row stands
    RANKS = "rank{}"  # of a reference: the ranks of parents, by chunk of as many as are declared
    ROOTS = "roots"  # of a reference to the own table: which rows have no parent
    REDRAW = "again{}"  # of a reference: choices made anew, by round
    RACE = "race"  # of a reference: the exact draw of the last rows
    ENDINGS = "endings"  # of lognormal: the digits behind the point
    WORD_ORDER = "order"  # of coined: the order of all words
    WORDS = "words"  # of sentence: a word for each blank; of prose: with which words a sentence ends
    SIGNS = "signs{}"  # of pattern: signs that keep no rows apart, where others do
    UUIDS = "uuids"  # of uuid: the bits that keep rows apart
    LENGTHS = "lengths"  # of bytes, arrays and prose
    POOL = "pool{}"  # of prose: the text that values are cut from, its words and which of them end a sentence
    AMONG = "among"  # values of which some are taken
    SECOND_WORDS = "second"  # of invented names: the second word
    UNITS = "units"  # of street_address: which dwelling behind the door
    EVEN = (
        "even {}"  # of any column that is even: which part each row of a run has, by the sub-stream that is dealt out
    )
    DISTINCT = "distinct"  # in the place of several columns' names: which of all values each row has


_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


class _Words(ISeedSequence):
    """Hands a bit generator its state as it is: 256 bits of a hash."""

    def __init__(self, words: npt.NDArray[np.uint64]):
        self.words = words

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> npt.NDArray[Any]:
        """Give the first words of the state. (n_words,)"""
        state: npt.NDArray[Any] = self.words.view(dtype)[:n_words]
        return state


def _hash(name: str, words: int) -> npt.NDArray[np.uint64]:
    """The hash of a name, as so many words. (words,)"""
    return np.frombuffer(blake2b(name.encode(), digest_size=8 * words).digest(), dtype="<u8")


@lru_cache(maxsize=4096)
def _key(seed: int, table: str, column: str, sub: str) -> npt.NDArray[np.uint64]:
    """What tells a sub-stream from all others. (2,)"""
    return _hash(f"{STREAM_VERSION}/{seed}/{table}/{column}/{sub}", 2)  # names are identifiers: no "/" inside


def stream(seed: int, table: str, column: str, block: int, sub: str = "") -> np.random.Generator:
    """The random generator for one block of one column; make one call of it, in row order."""
    words = _hash(f"{STREAM_VERSION}/{seed}/{table}/{column}/{sub}/{block}", 4)
    bits = np.random.PCG64DXSM(_Words(words))  # type: ignore[arg-type]
    return np.random.Generator(bits)


class JoinedStreams:
    """The generators of a column for several blocks as one: numbers in row order, of each block's rows from its own.

    What is asked for has as many numbers for each row.
    """

    def __init__(self, streams: Sequence[np.random.Generator], rows: Sequence[int]):
        """rows: of each block."""
        self.streams, self.rows = streams, rows

    def random(self, size: int | tuple[int, ...]) -> npt.NDArray[np.float64]:
        """Give uniform numbers in [0, 1), of any shape: (n,)."""
        made = np.empty(size)
        for stream, part in self._parts(len(made)):
            stream.random(out=made[part])
        return made

    def standard_normal(self, size: int) -> npt.NDArray[np.float64]:
        """Give standard normal numbers, of each block from its own generator. (n,)"""
        made = np.empty(size)
        for stream, part in self._parts(size):
            stream.standard_normal(out=made[part])
        return made

    def standard_gamma(self, shape: float, size: int) -> npt.NDArray[np.float64]:
        """Give gamma numbers of one shape. (n,)"""
        made = np.empty(size)
        for stream, part in self._parts(size):
            stream.standard_gamma(shape, out=made[part])
        return made

    def poisson(self, means: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
        """Give Poisson numbers of these means. (n,) -> (n,)"""
        return np.concatenate([stream.poisson(means[part]) for stream, part in self._parts(len(means))])

    def integers(
        self, low: int, high: int, size: int | tuple[int, ...], dtype: Any = np.int64, *, endpoint: bool = False
    ) -> npt.NDArray[Any]:
        """Give whole numbers from `low` to below `high`, or to it with `endpoint`, of any shape: (n,)."""
        rows, *more = size if isinstance(size, tuple) else (size,)
        parts = self._parts(rows)
        return np.concatenate(
            [each.integers(low, high, (part.stop - part.start, *more), dtype, endpoint) for each, part in parts]
        )

    def _parts(self, size: int) -> list[tuple[np.random.Generator, slice]]:
        """Which of so many numbers are whose."""
        each, rest = divmod(size, max(1, sum(self.rows)))
        assert not rest, (size, self.rows)
        ends = np.cumsum([0, *self.rows]) * each
        parts = (slice(int(start), int(end)) for start, end in pairwise(ends))
        return list(zip(self.streams, parts, strict=True))


Stream = np.random.Generator | JoinedStreams


def hashed(seed: int, table: str, column: str, sub: str, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Uniform numbers in [0, 1) for any rows of a sub-stream, addressed by row, of any shape. (n,) -> (n,)"""
    key = _key(seed, table, column, sub)
    if (compiled := kernels()) is not None:
        return compiled.uniform_by_row(rows, int(key[0]), int(key[1]))
    state = rows.astype(np.uint64)
    with np.errstate(over="ignore"):
        state = (state + np.uint64(1)) * _GOLDEN + key[0]
        for shift, factor in _MIX:
            state = (state ^ (state >> shift)) * factor
        state = (state ^ (state >> np.uint64(31))) + key[1]  # a second pass: keys of neighbours share no bits
        for shift, factor in _MIX:
            state = (state ^ (state >> shift)) * factor
        state ^= state >> np.uint64(31)
    uniform: npt.NDArray[np.float64] = (state >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return uniform


ROUNDS = 6  # of the network; four are enough for large domains, small ones want more
MOST_TABLED = 12  # bits of half a place: what a round mixes in is read off tables, of at most 192 KiB together

Places = npt.NDArray[np.uint64]


def permuted(
    seed: int, table: str, column: str, sub: str, rows: npt.NDArray[np.int64], size: int,
    group: npt.NDArray[np.int64] | None = None,
) -> npt.NDArray[np.int64]:  # fmt: skip
    """Where a shuffle of `size` places puts these row numbers, all below `size`; another shuffle for each `group`.

    A Feistel network of the next larger power of 4, walked until it is inside (Black and Rogaway 2002, doi
    10.1007/3-540-45760-7_9): no list of all places, so any block stands alone. (n,), (n,) -> (n,)
    """
    half = max(1, ((size - 1).bit_length() + 1) // 2)
    name = f"{STREAM_VERSION}/{seed}/{table}/{column}/{sub}"
    if group is None and half <= MOST_TABLED:
        tables = _rounds(name, half)
        return _walked(rows, size, lambda places, _: _network_tabled(places, half, tables))
    keys = _hash(name, ROUNDS)
    with np.errstate(over="ignore"):
        groups = np.zeros(1, dtype=np.uint64) if group is None else _mixed(group.astype(np.uint64) * _GOLDEN + keys[0])

    def network(places: npt.NDArray[np.int64], which: npt.NDArray[np.int64] | None) -> npt.NDArray[np.int64]:
        salt = groups if which is None or len(groups) == 1 else groups[which]
        return _network(places.astype(np.uint64), half, keys, salt).astype(np.int64)

    return _walked(rows, size, network)


def _walked(
    rows: npt.NDArray[np.int64],
    size: int,
    network: Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64] | None], npt.NDArray[np.int64]],
) -> npt.NDArray[np.int64]:
    """Go through the network, with those of the rows named, or all, until each place is below `size`. (n,) -> (n,)"""
    found = network(rows, None)
    outside = np.flatnonzero(found >= size)
    while len(outside):
        found[outside] = network(found[outside], outside)
        outside = outside[found[outside] >= size]
    return found


def _round(right: Places, half: int, key: np.uint64) -> Places:
    """What a round of the network mixes into the other half of a place. (n,) -> (n,)"""
    with np.errstate(over="ignore"):
        mixed = _mixed(right * _GOLDEN + key)
    return mixed >> np.uint64(32) & np.uint64((1 << half) - 1)


def _network(places: Places, half: int, keys: Places, salt: Places) -> Places:
    """Shuffle places below 4^half by the keys of the rounds, and a salt of each. (n,), (n,) or (1,) -> (n,)"""
    bits = np.uint64(half)
    left, right = places >> bits, places & np.uint64((1 << half) - 1)
    for key in keys:
        with np.errstate(over="ignore"):
            left, right = right, left ^ _round(right + salt, half, key)
    return left << bits | right


@lru_cache(maxsize=64)
def _rounds(name: str, half: int) -> npt.NDArray[np.int64]:
    """What each round mixes into the other half, by what this half is: (ROUNDS, 2^half)."""
    halves = np.arange(1 << half, dtype=np.uint64)
    return np.stack([_round(halves, half, key) for key in _hash(name, ROUNDS)]).astype(np.int64)


def _network_tabled(places: npt.NDArray[np.int64], half: int, tables: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Shuffle places below 4^half by what the rounds mix in, without a salt. (n,), (ROUNDS, 2^half) -> (n,)"""
    left, right = places >> half, places & ((1 << half) - 1)
    for table in tables:
        left, right = right, left ^ np.take(table, right)
    return left << half | right


def _mixed(state: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """SplitMix64's last step, which spreads every bit. (n,) -> (n,)"""
    with np.errstate(over="ignore"):
        for shift, factor in _MIX:
            state = (state ^ (state >> shift)) * factor
    mixed: npt.NDArray[np.uint64] = state ^ (state >> np.uint64(31))
    return mixed
