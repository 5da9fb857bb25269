"""Random numbers by name: the only place that makes random generators.

Each (table, column) has a stream of its own, and each block a stretch of it: the name with the block's number is hashed
with blake2b into the whole state of a PCG64DXSM, so neighbouring names and blocks are unrelated and any block is reached at
once. A second array or a redraw round is a sub-stream with a name of its own. `hashed` draws single rows far apart, for
redraws: SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195) jumped to the row.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.random.bit_generator import ISeedSequence

__all__ = ["STREAM_VERSION", "Sub", "hashed", "stream"]

STREAM_VERSION = 1  # raised whenever drawn values change; see CHANGELOG.md


class Sub:
    """Names of sub-streams. They are hashed, so they are content: one is never changed, nor used for a second thing."""

    NULLS = "null"  # of any column: which values `null_share` hides
    FANOUT = "#fanout"  # in the place of a column's name: how many children each parent has
    FANOUT_TURN = "meet{}"  # of #fanout: who gives or takes a child, by turn, until the total is met
    DAYS = "days"  # of an arrival column: the noise of each day
    RANKS = "rank{}"  # of a reference: the ranks of parents, by chunk of as many as are declared
    ROOTS = "roots"  # of a reference to the own table: which rows have no parent
    REDRAW = "again{}"  # of a reference: choices made anew, by round
    RACE = "race"  # of a reference: the exact draw of the last rows
    ENDINGS = "endings"  # of lognormal: the digits behind the point
    WORD_ORDER = "order"  # of coined: the order of all words
    WORDS = "words"  # of sentence: a word for each blank


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


def hashed(seed: int, table: str, column: str, sub: str, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Uniform numbers in [0, 1) for any rows of a sub-stream, addressed by row, of any shape. (n,) -> (n,)"""
    key = _key(seed, table, column, sub)
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
