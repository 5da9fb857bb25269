"""Which values a column has, where they are few: found by a table that their hashes point into, without sorting the column.

A sample of the rows write themselves into the places of a table that their values' hashes give; then every row looks where
its hash points. Whoever finds an equal value there shares its code. Those that find another one, or nobody, do the same
among themselves with another hash. All rows of a value find it in the same round.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth.compiled import kernels

__all__ = ["Codes", "distinct", "distinct_in", "narrow"]

Codes = npt.NDArray[np.unsignedinteger]
Words = npt.NDArray[np.uint64]

SAMPLE = 4096
NOBODY = 2**16 - 1  # what stands in a place that no row of the sample has taken
BITS = 14  # of a table's places
MOST_LEFT = 0.4  # of the rows of a round: where it leaves more, values are not few
_FACTORS = (
    (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F),
    (0x165667B19E3779F9, 0xD6E8FEB86659FD93),
    (0xA0761D6478BD642F, 0xE7037ED1A0B428DB),
    (0x8EBC6AF09C88C6E3, 0x589965CC75374CC3),
    (0x1D8E4E27C47D124F, 0xEB44ACCAB455D165),
    (0x9FB21C651E98DF25, 0xD1B54A32D192ED03),
)  # odd numbers; a pair for each round
_ALL_FACTORS = np.array(_FACTORS, dtype=np.uint64)


def distinct(words: Sequence[Words], most: int) -> tuple[npt.NDArray[np.int64], Codes] | None:
    """A row of each distinct value, and which of these each row has; None where there seem to be more than `most`.

    A value is what one or two `words` have in a row. The order of the values is any that follows from the words.
    (n,) each -> (k,), (n,)
    """
    if (compiled := kernels()) is not None:
        return compiled.distinct_values(words, most, _ALL_FACTORS)
    words = [np.ascontiguousarray(word) for word in words]
    count = len(words[0])
    codes = np.empty(count, dtype=np.uint16)
    rows: npt.NDArray[np.int64] | None = None  # those that are left; None for all
    kept: list[npt.NDArray[np.int64]] = []
    total = 0
    for factors in _FACTORS:
        here = words if rows is None else [word[rows] for word in words]
        left = len(here[0])
        places = _places(here, factors)
        step = max(1, left // SAMPLE)
        asked = places[::step]
        table = np.full(1 << BITS, NOBODY, dtype=np.uint16)
        turns = np.arange(len(asked), dtype=np.uint16)
        table[asked[::-1]] = turns[::-1]  # who writes last stays: the first of those who point there
        (own,) = np.nonzero(table[asked] == turns)
        total += len(own)
        if total > most:
            return None
        asked = asked[own]
        table[asked] = turns[: len(own)]
        own *= step
        found = table.take(places)
        same = found != NOBODY
        for word in here:
            same &= _own(word, own, asked, places)
        found += np.uint16(total - len(own))
        if rows is None:
            codes = found
            kept.append(own)
        else:
            codes[rows] = found  # those that are not the same get another one in a later round
            kept.append(rows[own])
        if same.all():
            return (kept[0] if len(kept) == 1 else np.concatenate(kept)), codes
        rows = np.flatnonzero(~same) if rows is None else rows[~same]
        if len(rows) > MOST_LEFT * left:
            return None
    return None


def _own(
    word: Words, own: npt.NDArray[np.int64], asked: npt.NDArray[np.int64], places: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Which rows have the word that stands in their place of the table: that of one of its `own` rows. (n,)"""
    table = np.zeros(1 << BITS, dtype=np.uint64)
    table[asked] = word[own]
    same: npt.NDArray[np.bool_] = table.take(places) == word
    return same


def _places(words: Sequence[Words], factors: Sequence[int]) -> npt.NDArray[np.int64]:
    """Where in a table rows look for their value: the highest bits of a sum of products. (n,)"""
    mixed = words[0] * np.uint64(factors[0])
    for word, factor in zip(words[1:], factors[1:], strict=False):
        mixed += word * np.uint64(factor)
    mixed >>= np.uint64(64 - BITS)
    return mixed.view(np.int64)


def distinct_in(sample: npt.NDArray[np.generic]) -> int:
    """About how many values a column has that a sample is of: those that are seen, and as many unseen ones as Chao reckons.

    Source: Chao 1984, "Nonparametric estimation of the number of classes in a population". (n,)
    """
    ordered = np.sort(sample)
    (starts,) = np.nonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))
    times = starts[1:] - starts[:-1]
    once, twice = int(np.count_nonzero(times == 1)), int(np.count_nonzero(times == 2))
    return len(times) + once * once // (2 * (twice + 1))


def narrow(count: int) -> type[np.unsignedinteger]:
    """The narrowest type of codes of so many values."""
    return np.uint8 if count <= 2**8 else np.uint16 if count <= 2**16 else np.uint32
