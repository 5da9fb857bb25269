"""Whole columns of text: as codes, from bytes, and functions of text worked out once for each value met."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.arrays import ESCAPED
from synth.columns import from_arrow, mask
from synth.compiled import kernels

__all__ = [
    "TextCache", "counted", "encode", "from_bytes", "from_joined_bytes", "from_padded_bytes", "from_views", "in_brackets",
    "in_quotes", "to_joined_bytes",
]  # fmt: skip

Rows = npt.NDArray[np.int64]

FARTHEST = 4  # slots that a text is kept from its own
SAMPLE = 256  # texts that are looked at to tell whether a long column's repeat


class TextCache(threading.local):
    """A function of text, worked out once while values repeat: `make` gets distinct texts and gives their values.

    What is kept is each thread's own. A text is known by its 64-bit hash, which says at which slot it is kept, or one of
    the next; where all are taken, the last of them is written over, and what was there is worked out again. A long column
    whose texts hardly repeat is worked out as it is, and nothing of it is kept.
    """

    def __init__(self, make: Callable[[pl.Series], pl.Series], slots: int = 2**16):
        """slots: a power of two, at least 2."""
        self.make = make
        self.hashes = np.zeros(slots, dtype=np.uint64)  # 0 is nobody's
        values: pl.Series | Rows = pl.Series([None], dtype=make(pl.Series(dtype=pl.String)).dtype).new_from_index(
            0, slots
        )
        if values.dtype == pl.Int64:  # which an array gives in half the time
            values = np.zeros(slots, dtype=np.int64)
        self.values: pl.Series | Rows = values

    def __call__(self, column: pl.Series) -> pl.Series:
        """The value of each text; NULL for NULL. (n,) -> (n,)"""
        missing = column.is_null().to_numpy() if column.null_count() else None
        made = pl.Series(column.name, self._found(column, missing))
        return made if missing is None else mask(made, missing)

    def _found(self, column: pl.Series, missing: npt.NDArray[np.bool_] | None) -> pl.Series | Rows:
        """The value of each text; anything for NULL. (n,) -> (n,)"""
        if len(column) > 16 * SAMPLE and missing is None and self._hardly_repeats(column):
            return self.make(column)
        hashes = np.maximum(column.hash().to_numpy(), 1)
        slots, left = self._slots(hashes)
        found = self.values[slots] if isinstance(self.values, pl.Series) else np.take(self.values, slots)
        left = left if missing is None else left[~missing[left]]
        while len(left):  # each round at least one text of each slot
            _, first = np.unique(slots[left], return_index=True)
            new = left[first]
            self.hashes[slots[new]] = hashes[new]
            _put(self.values, slots[new], self.make(column[new]))
            settled = self.hashes[slots[left]] == hashes[left]
            _put(found, left[settled], self.values[slots[left[settled]]])
            left = left[~settled]
            slots[left], _ = self._slots(hashes[left])
        return found

    def numbers(self, column: pl.Series) -> tuple[Rows, npt.NDArray[np.bool_] | None]:
        """The same, of a function that gives whole numbers: as an array, and which are NULL; None where none is. (n,)"""
        missing = column.is_null().to_numpy() if column.null_count() else None
        found = self._found(column, missing)
        return (found if isinstance(found, np.ndarray) else found.to_numpy()), missing

    def _hardly_repeats(self, column: pl.Series) -> bool:
        """Tell whether texts from all over the column are new, nearly all of them, and different from each other."""
        hashes = column[np.arange(0, len(column), len(column) // SAMPLE)].hash().to_numpy()
        new = len(self._slots(np.maximum(hashes, 1))[1])
        return min(new, len(np.unique(hashes))) > 0.9 * len(hashes)

    def _slots(self, hashes: npt.NDArray[np.uint64]) -> tuple[Rows, Rows]:
        """Where texts are kept, or are to be, and which of them are not there yet. (n,) -> (n,), (m,)

        It is, from its own slot on, the first that is its or nobody's.
        """
        if (compiled := kernels()) is not None:
            return compiled.slots_of(hashes, self.hashes, FARTHEST)
        end = len(self.hashes) - 1
        slots = (hashes & np.uint64(end)).view(np.int64)
        strange = held = np.flatnonzero(np.take(self.hashes, slots) != hashes)
        for _ in range(FARTHEST):
            here = self.hashes[slots[held]]
            held = held[(here != 0) & (here != hashes[held])]
            if not len(held):
                break
            slots[held] = slots[held] + 1 & end
        return slots, strange[self.hashes[slots[strange]] != hashes[strange]]


def _put(values: pl.Series | Rows, places: Rows, others: pl.Series | Rows) -> None:
    """Put other values in their places. (n,), (m,), (m,)"""
    if isinstance(values, pl.Series):
        values.scatter(places, others)
    else:
        values[places] = others


def encode(column: pl.Series) -> tuple[Rows, list[str]]:
    """Texts of few distinct values as codes, and what they stand for; NULL is -1. (n,) -> (n,), (distinct,)"""
    known = column.drop_nulls().unique(maintain_order=True)
    return column.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy(), known.to_list()


def from_bytes(signs: npt.NDArray[np.uint8], lengths: Rows) -> pl.Series:
    """Texts from rows of UTF-8 bytes, of which so many count. (n, width), (n,) -> (n,)"""
    return from_joined_bytes(signs[counted(lengths, signs.shape[1])], lengths)


def counted(lengths: Rows, width: int) -> npt.NDArray[np.bool_]:
    """Which places of rows count, of each the first so many. (n,) -> (n, width)"""
    narrow = np.min_scalar_type(width)
    return np.arange(width, dtype=narrow) < lengths.astype(narrow)[:, None]


def from_padded_bytes(signs: npt.NDArray[np.uint8]) -> pl.Series:
    """Texts from rows of UTF-8 bytes, of which those count that are not 0. (n, width) -> (n,)"""
    counts = signs != 0
    if counts.all():
        return from_joined_bytes(signs.reshape(-1), np.full(len(signs), signs.shape[1]))
    return from_joined_bytes(signs[counts], counts.sum(axis=1))


def from_joined_bytes(data: npt.NDArray[np.uint8], lengths: Rows) -> pl.Series:
    """Texts of these lengths, one behind the other in UTF-8. (bytes,), (n,) -> (n,)"""
    import pyarrow as pa

    ends = np.concatenate(([0], np.cumsum(lengths)))
    array = pa.Array.from_buffers(pa.large_string(), len(lengths), [None, pa.py_buffer(ends), pa.py_buffer(data)])
    return from_arrow(array)


def from_views(views: npt.NDArray[np.uint32], data: npt.NDArray[np.uint8]) -> pl.Series:
    """Texts as Arrow's views of bytes, which no text copies: length, first four bytes, 0, place. (n, 4), (bytes,) -> (n,)

    A text of up to 12 bytes stands in its view itself, behind the length.
    """
    import pyarrow as pa

    buffers = [None, pa.py_buffer(views), pa.py_buffer(data)]
    return from_arrow(pa.Array.from_buffers(pa.string_view(), len(views), buffers))


def to_joined_bytes(column: pl.Series) -> tuple[npt.NDArray[np.uint8], Rows]:
    """The UTF-8 bytes of texts, one behind the other, and where each ends; NULL has none. (n,) -> (bytes,), (n,)"""
    array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    ends = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(column) + 1]
    if not len(column) or ends[-1] == ends[0]:
        return np.empty(0, dtype=np.uint8), np.zeros(len(column), dtype=np.int64)
    return np.frombuffer(array.buffers()[2], dtype=np.uint8)[ends[0] : ends[-1]], ends[1:] - ends[0]


def in_quotes(texts: pl.Series) -> pl.Series:
    """Texts between quotes, as JSON writes them; NULL stays NULL. (n,) -> (n,)"""
    signs, _ = to_joined_bytes(texts)
    if (signs < ord(" ")).any() or (signs == ord('"')).any() or (signs == ord("\\")).any():
        texts = texts.str.replace_many(ESCAPED)
    return pl.select(pl.concat_str(pl.lit('"'), texts, pl.lit('"'))).to_series()


def in_brackets(texts: pl.Series, which: Rows, lengths: Rows) -> pl.Series:
    """Texts with commas between, `[a, b]`: of each row the first so many of those named. (m,), (n, most), (n,) -> (n,)

    Each has `, ` behind it, also what stands for none. So all signs are there, one place too early: the blank of the row
    before becomes the bracket, and the last comma the other one. It changes `which`.
    """
    counts = np.maximum(lengths, 1)
    which[lengths == 0, 0] = len(texts)
    texts = pl.concat([texts, pl.Series([""])], rechunk=True) + ", "
    which = np.compress(counted(counts, which.shape[1]).reshape(-1), which.reshape(-1))
    signs, ends = to_joined_bytes(texts[which])
    ends = ends[np.cumsum(counts) - 1]
    sizes = np.diff(ends, prepend=0)
    moved = np.empty_like(signs)
    moved[1:] = signs[:-1]
    moved[ends - sizes], moved[ends - 1] = ord("["), ord("]")
    return from_joined_bytes(moved, sizes)
