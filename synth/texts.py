"""Whole columns of text: as codes, from bytes, and functions of text worked out once for each value met."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import mask

__all__ = ["Remembered", "encode", "from_bytes"]

Rows = npt.NDArray[np.int64]


class Remembered:
    """A function of text, worked out once for each value met: `make` gets distinct texts and gives their values.

    Values are found by a 64-bit hash of the text: each has a slot, the later of two that share one is worked out again.
    Beyond a limit all are forgotten. What was met before never changes a result.
    """

    def __init__(self, make: Callable[[pl.Series], pl.Series], limit: int = 2**15):
        self.make = make
        self.limit = limit
        self.slots = 1 << (4 * limit).bit_length()
        self.forget()

    def forget(self) -> None:
        """Start anew."""
        self.hashes = np.zeros(self.slots, dtype=np.uint64)
        self.codes = np.full(self.slots, -1, dtype=np.int64)  # places in `made`
        self.made = self.make(pl.Series(dtype=pl.String))

    def __call__(self, column: pl.Series) -> pl.Series:
        """The value of each text; NULL for NULL. (n,) -> (n,)"""
        hashes = column.hash().to_numpy()
        slots = (hashes & np.uint64(self.slots - 1)).view(np.int64)
        codes = np.where(self.hashes[slots] == hashes, self.codes[slots], -1)
        missing = column.is_null().to_numpy() if column.null_count() else None
        strange = np.flatnonzero(codes < 0 if missing is None else (codes < 0) & ~missing)
        while len(strange):
            _, first = np.unique(slots[strange], return_index=True)  # one text a slot and round
            new = column.gather(strange[first])
            if len(self.made) + len(new) > self.limit:
                if len(new) > self.limit // 2:
                    return self.make(column.fill_null("")).set(column.is_null(), None).alias(column.name)
                self.forget()
                return self(column)
            self.hashes[slots[strange[first]]] = hashes[strange[first]]
            self.codes[slots[strange[first]]] = np.arange(len(self.made), len(self.made) + len(new))
            self.made = pl.concat([self.made, self.make(new)])
            found = self.hashes[slots[strange]] == hashes[strange]
            codes[strange[found]] = self.codes[slots[strange[found]]]
            strange = strange[~found]
        if missing is None:
            return (
                pl.Series(column.name, self.made.to_numpy()[codes]) if self.made.dtype == pl.Int64 else self.made[codes]
            )
        return self.made.gather(mask(pl.Series(codes), missing)).alias(column.name)


def encode(column: pl.Series) -> tuple[Rows, list[str]]:
    """Texts of few distinct values as codes, and what they stand for; NULL is -1. (n,) -> (n,), (distinct,)"""
    known = column.drop_nulls().unique(maintain_order=True)
    return column.cast(pl.Enum(known)).to_physical().cast(pl.Int64).fill_null(-1).to_numpy(), known.to_list()


def from_bytes(signs: npt.NDArray[np.uint8], lengths: Rows) -> pl.Series:
    """Texts from rows of UTF-8 bytes, of which so many count. (n, width), (n,) -> (n,)"""
    import pyarrow as pa

    data = signs[np.arange(signs.shape[1]) < lengths[:, None]]
    ends = np.concatenate(([0], np.cumsum(lengths)))
    array = pa.Array.from_buffers(pa.large_string(), len(lengths), [None, pa.py_buffer(ends), pa.py_buffer(data)])
    found = pl.from_arrow(array)
    assert isinstance(found, pl.Series)
    return found
