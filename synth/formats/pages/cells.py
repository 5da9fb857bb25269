"""A column's values as numpy sees them in Arrow's memory, without those that are NULL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Cells", "bits_of"]

_NUMBERS = {pl.Int16: np.int16, pl.Int32: np.int32, pl.Int64: np.int64, pl.Date: np.int32, pl.Datetime: np.int64,
            pl.Float32: np.float32, pl.Float64: np.float64}  # fmt: skip

INLINE = 12  # bytes of a text that are in its words, behind four of its length; else there is where it lies


@dataclass(frozen=True)
class Cells:
    """The values of a column: `values` are numbers, flags, or for texts the two words by which Arrow shows each."""

    column: pl.Series  # as it is, with NULLs
    values: npt.NDArray[Any]  # (n,), or (n, 2) for texts, of the rows that are not NULL
    present: npt.NDArray[np.bool_] | None  # (rows,), which are not NULL; None where all are
    buffers: Sequence[Any] = ()  # Arrow's memory of texts that are longer than their words

    @classmethod
    def of(cls, column: pl.Series) -> Cells:
        """The values of a column in one piece."""
        array = column.to_arrow(compat_level=pl.CompatLevel.newest())
        validity, body, *others = array.buffers()
        here = slice(array.offset, array.offset + len(array))
        kind = column.dtype.base_type()
        if kind == pl.Boolean:
            values: npt.NDArray[Any] = bits_of(body, here)
        elif kind == pl.String:
            values = np.frombuffer(body, dtype=np.uint64).reshape(-1, 2)[here]
        else:
            values = np.frombuffer(body, dtype=_NUMBERS[kind])[here]
        if not array.null_count:
            return cls(column, values, None, others)
        present = bits_of(validity, here)
        if kind == pl.String:  # two words are a number of numpy's, which it picks at once
            return cls(
                column, values.view(np.complex128).reshape(-1)[present].view(np.uint64).reshape(-1, 2), present, others
            )
        return cls(column, values[present], present)

    def texts(self, rows: npt.NDArray[np.int64]) -> list[bytes]:
        """A few texts, by their places among those that are not NULL. (k,)"""
        found = []
        for word, (length, _, buffer, place) in zip(self.values[rows], self.values[rows].view(np.uint32), strict=True):
            if length <= INLINE:
                found.append(word.tobytes()[4 : 4 + length])
            else:
                found.append(self.buffers[buffer][place : place + length].to_pybytes())
        return found

    def column_without_null(self) -> pl.Series:
        """The column without rows that are NULL."""
        return self.column if self.present is None else self.column.filter(pl.Series(self.present))


def bits_of(body: Any, here: slice) -> npt.NDArray[np.bool_]:
    """Bits of Arrow's memory as flags. (n,)"""
    return np.unpackbits(np.frombuffer(body, dtype=np.uint8), count=here.stop, bitorder="little")[here].view(np.bool_)
