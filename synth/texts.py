"""Whole columns of text: as codes, from bytes, and functions of text worked out once for each value met."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import from_arrow, mask

__all__ = ["TextCache", "encode", "from_bytes", "from_joined_bytes", "from_padded_bytes", "to_joined_bytes"]

Rows = npt.NDArray[np.int64]


class TextCache(threading.local):
    """A function of text, worked out once while values repeat: `make` gets distinct texts and gives their values.

    What is kept is each thread's own. A value has a slot by its 64-bit hash; the later of two that share one takes it, and
    the other is worked out again.
    """

    def __init__(self, make: Callable[[pl.Series], pl.Series], slots: int = 2**16):
        """slots: a power of two, at least 2."""
        self.make = make
        self.hashes = np.arange(slots, dtype=np.uint64) ^ np.uint64(1)  # no text in slot s has a hash that ends so
        kind = make(pl.Series(dtype=pl.String)).to_numpy().dtype
        self.values = np.full(slots, "" if kind.hasobject else 0, dtype=kind)

    def __call__(self, column: pl.Series) -> pl.Series:
        """The value of each text; NULL for NULL. (n,) -> (n,)"""
        hashes = column.hash().to_numpy()
        slots = (hashes & np.uint64(len(self.hashes) - 1)).view(np.int64)
        found, strange = self.values[slots], self.hashes[slots] != hashes
        missing = column.is_null().to_numpy() if column.null_count() else None
        left = np.flatnonzero(strange if missing is None else strange & ~missing)
        while len(left):  # each round at least one text of each slot
            _, first = np.unique(slots[left], return_index=True)
            new = left[first]
            self.hashes[slots[new]] = hashes[new]
            self.values[slots[new]] = self.make(column.gather(new)).to_numpy()
            settled = self.hashes[slots[left]] == hashes[left]
            found[left[settled]] = self.values[slots[left[settled]]]
            left = left[~settled]
        series = pl.Series(column.name, found, dtype=None if found.dtype != object else pl.String)
        return series if missing is None else mask(series, missing)


def encode(column: pl.Series) -> tuple[Rows, list[str]]:
    """Texts of few distinct values as codes, and what they stand for; NULL is -1. (n,) -> (n,), (distinct,)"""
    known = column.drop_nulls().unique(maintain_order=True)
    return column.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy(), known.to_list()


def from_bytes(signs: npt.NDArray[np.uint8], lengths: Rows) -> pl.Series:
    """Texts from rows of UTF-8 bytes, of which so many count. (n, width), (n,) -> (n,)"""
    return from_joined_bytes(signs[np.arange(signs.shape[1]) < lengths[:, None]], lengths)


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


def to_joined_bytes(column: pl.Series) -> tuple[npt.NDArray[np.uint8], Rows]:
    """The UTF-8 bytes of texts, one behind the other, and where each ends; NULL has none. (n,) -> (bytes,), (n,)"""
    array = column.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    ends = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(column) + 1]
    if not len(column) or ends[-1] == ends[0]:
        return np.empty(0, dtype=np.uint8), np.zeros(len(column), dtype=np.int64)
    return np.frombuffer(array.buffers()[2], dtype=np.uint8)[ends[0] : ends[-1]], ends[1:] - ends[0]
