"""Whole columns of text: as codes, from bytes, and functions of text worked out once for each value met."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Remembered", "encode", "from_bytes"]

Rows = npt.NDArray[np.int64]


class Remembered:
    """A function of text, worked out once for each value met: `make` gets distinct texts and gives their values.

    Values are kept up to a limit; beyond it those kept are forgotten. What was met before never changes a result.
    """

    def __init__(self, make: Callable[[pl.Series], pl.Series], limit: int = 2**15):
        self.make = make
        self.limit = limit
        self.known = pl.Series(dtype=pl.String)
        self.made = make(self.known)

    def __call__(self, column: pl.Series) -> pl.Series:
        """The value of each text; NULL for NULL. (n,) -> (n,)"""
        codes = column.cast(pl.Enum(self.known), strict=False).to_physical().cast(pl.UInt32)
        if codes.null_count() > column.null_count():
            places = (codes.is_null() & column.is_not_null()).arg_true()
            strange = column.gather(places)
            new = strange.unique()
            if len(self.known) + len(new) > self.limit:
                self.known, self.made = self.known[:0], self.made[:0]
                places, strange, new = (
                    column.is_not_null().arg_true(),
                    column.drop_nulls(),
                    column.drop_nulls().unique(),
                )
            codes = codes.scatter(places, strange.cast(pl.Enum(new)).to_physical().cast(pl.UInt32) + len(self.known))
            self.known, self.made = pl.concat([self.known, new]), pl.concat([self.made, self.make(new)])
        return self.made[codes].alias(column.name)


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
