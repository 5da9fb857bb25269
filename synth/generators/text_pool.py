"""Slices of one long text: as codes and offsets into its bytes, so that no value is spelt by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.texts import from_views

__all__ = ["TextPool"]

Rows = npt.NDArray[np.int64]

INLINE = 12  # bytes that an Arrow view holds itself; of longer texts it holds four, and where they lie


class TextPool:
    """A text, and what makes Arrow views of slices of it: 16 bytes a value, whatever its length."""

    def __init__(self, data: npt.NDArray[np.uint8]):
        """data: its UTF-8 bytes, (bytes,)."""
        self.data = np.ascontiguousarray(data)
        starts = np.flatnonzero((self.data & 0xC0) != 0x80)  # bytes with which a character begins
        self.size = len(starts)
        self.places = None if self.size == len(data) else np.append(starts, len(data)).astype(np.int32)
        padded = np.append(self.data, np.zeros(INLINE + 3, dtype=np.uint8))
        self.fours = np.lib.stride_tricks.sliding_window_view(padded, 4).copy().view("<u4")[:, 0]  # from each byte on

    def slices(self, first: Rows, lengths: Rows) -> pl.Series:
        """Give texts of so many characters from these on. (n,), (n,) -> (n,)"""
        start: npt.NDArray[Any] = first
        end: npt.NDArray[Any] = first + lengths
        if self.places is not None:
            start, end = self.places[start], self.places[end]
        size = end - start
        views = np.zeros((len(first), 4), dtype="<u4")
        views[:, 0] = size
        views[:, 1] = np.take(self.fours, start)
        views[:, 3] = start
        short = np.flatnonzero(size <= INLINE)
        if len(short):
            views[short, 1:] = self._inline(start[short], size[short])
        return from_views(views, self.data)

    def _inline(self, start: npt.NDArray[Any], size: npt.NDArray[Any]) -> npt.NDArray[np.uint32]:
        """Give the bytes of short texts in three words, with 0 behind. (n,), (n,) -> (n, 3)"""
        at = np.arange(0, INLINE, 4)
        there = np.clip(size[:, None] - at, 0, 4).astype(np.uint64) * np.uint64(8)
        masks = ((np.uint64(1) << there) - np.uint64(1)).astype(np.uint32)
        return self.fours[start[:, None] + at] & masks
