"""Texts: codes of a dictionary where few are distinct, else their lengths as packed differences and their bytes behind.

Arrow shows a text as two words: up to twelve bytes as they are, a longer one by where it is. Equal words are equal texts, so
few of them are found without looking at a text. What comes of it follows from the texts alone: longer ones that are equal
and lie at different places are one, and come in their order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.formats.pages.cells import Cells
from synth.formats.pages.distinct import Codes, distinct, narrow
from synth.formats.pages.encoded import PAGE_ROWS, Deltas, Encoded, by_codes
from synth.formats.pages.footer import Encoding

__all__ = ["encode_texts"]

MOST = 2**14  # distinct texts of a dictionary
MOST_LONG = 2**9  # of one that has longer texts, each of which is looked at
LEAST = 16  # distinct texts that a dictionary may have, in however short a column
SHARE = 4  # and not more than a text in so many
SAMPLE = 512
MANY, MANY_SHORT = 0.5, 0.9  # distinct texts in a sample, as a share: above, a dictionary is not tried
FIRST_WORD = 4  # bytes of a text that Arrow's first word has, behind the length
SHORT = 12  # bytes of a text that both words have
LONGEST = 256  # bytes of a least or largest text in statistics; a longer one is left out
MOST_PAGE = 2**30  # bytes of a page: the format's numbers end at twice as many


def encode_texts(cells: Cells, whole_bytes: Callable[[bytes], bool]) -> tuple[Encoded, bytes | None, bytes | None]:
    """Encode texts, at least one: the pages, the least, and the largest."""
    count = len(cells.values)
    longest = int(cells.values.view(np.uint32)[:, 0].max())
    if (found := _coded(cells, longest)) is not None:
        codes, entries = found
        return by_codes(codes, entries.plain, entries.count, whole_bytes), entries.low, entries.high
    column = cells.column_without_null()
    lengths, bytes_ = _lengths_and_bytes(column)
    ends = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(lengths, out=ends[1:])

    # lengths have whole bytes: Snappy, which finds nothing in packed bits, would leave out ever more of what is behind
    def page(start: int, stop: int) -> bytes:
        body = bytes_[int(ends[start]) : int(ends[stop])]
        return Deltas.of(lengths[start:stop], whole_bytes=True).packed() + body.tobytes()

    most = PAGE_ROWS if len(bytes_) < MOST_PAGE else max(1, min(PAGE_ROWS, MOST_PAGE // longest))
    encoded = Encoded(Encoding.DELTA_LENGTH_BYTE_ARRAY, page, most=most)
    return encoded, _bound(str(column.min()).encode()), _bound(str(column.max()).encode())


def _coded(cells: Cells, longest: int) -> tuple[Codes | None, Entries] | None:
    """Codes of a dictionary, none where all texts are one, and the texts that they stand for; None where they are many."""
    count = len(cells.values)
    sample = cells.column.slice(len(cells.column) // 2, SAMPLE)
    if sample.n_unique() > (MANY_SHORT if longest <= SHORT else MANY) * len(sample) + 1:
        return None
    words = [*cells.values.T[: 1 if longest <= FIRST_WORD else 2]]
    most = min(MOST if longest <= SHORT else MOST_LONG, max(LEAST, count // SHARE))
    found = distinct(words, most)
    if found is None:
        return None if longest <= SHORT else _coded_by_content(cells.column_without_null(), most)
    rows, codes = found
    if longest <= SHORT:
        entries, ranks = Entries.short(cells.values[rows]), None
    else:
        entries, ranks = Entries.of(cells.texts(rows))
    if entries.count == 1:
        return None, entries
    return (codes.astype(narrow(entries.count), copy=False) if ranks is None else ranks[codes]), entries


def _coded_by_content(column: pl.Series, most: int) -> tuple[Codes | None, Entries] | None:
    """Codes as `_coded` gives them, of long texts that are compared as such."""
    shown = column.unique()
    if len(shown) > most:
        return None
    entries, ranks = Entries.of(shown.cast(pl.Binary).to_list())
    return ranks[column.cast(pl.Enum(shown)).to_physical().to_numpy()], entries


@dataclass(frozen=True)
class Entries:
    """The texts of a dictionary as PLAIN bytes, how many they are, and the least and the largest."""

    plain: bytes
    count: int
    low: bytes | None
    high: bytes | None

    @classmethod
    def of(cls, texts: list[bytes]) -> tuple[Entries, Codes]:
        """Texts in order, each of them once; and where in this order each is. (k,) -> (k,)"""
        ordered = sorted({*texts})
        places = {text: place for place, text in enumerate(ordered)}
        ranks = np.fromiter(map(places.__getitem__, texts), dtype=narrow(len(ordered)), count=len(texts))
        plain = b"".join(len(text).to_bytes(4, "little") + text for text in ordered)
        return cls(plain, len(ordered), _bound(ordered[0]), _bound(ordered[-1])), ranks

    @classmethod
    def short(cls, words: npt.NDArray[np.uint64]) -> Entries:
        """Texts by Arrow's words, which are a length and the bytes, as a page has them, and zeros behind. (k, 2)"""
        shown = words.view(np.uint8).reshape(-1, 16)
        lengths = words.view(np.uint32)[:, 0]
        plain = shown[np.arange(16) < lengths[:, np.newaxis] + 4].tobytes()
        order = np.lexsort((lengths, shown[:, 12:].copy().view(">u4")[:, 0], shown[:, 4:12].copy().view(">u8")[:, 0]))
        low, high = (shown[at, 4 : 4 + int(lengths[at])].tobytes() for at in (order[0], order[-1]))
        return cls(plain, len(words), low, high)


def _lengths_and_bytes(column: pl.Series) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
    """The length of each text in bytes, and all of them one behind the other. (n,) -> (n,), (bytes,)"""
    array = column.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, places, body = array.buffers()
    ends = np.frombuffer(places, dtype=np.int64)[array.offset :][: len(array) + 1]
    return ends[1:] - ends[:-1], np.frombuffer(body or b"", dtype=np.uint8)[ends[0] : ends[-1]]


def _bound(text: bytes) -> bytes | None:
    return text if len(text) <= LONGEST else None
