"""Arrays of a number for each row of a table that are never there as a whole, as a table may have many rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["PIECE_ROWS", "InPieces", "cumulated", "pieces_of"]

Floats = npt.NDArray[np.float64]

PIECE_ROWS = 2**20


class InPieces(NamedTuple):
    """Pieces in their order, (length of each,), which together are (length,)."""

    length: int
    dtype: np.dtype[Any]
    pieces: Iterator[npt.NDArray[Any]]


def pieces_of(length: int) -> Iterator[slice]:
    """Cut so many rows into pieces."""
    return (slice(first, min(first + PIECE_ROWS, length)) for first in range(0, length, PIECE_ROWS))


def cumulated(weights: Iterable[Floats], length: int) -> InPieces:
    """Sum weights up, each with all before it; they come in pieces, (length of each,), and so do the sums."""

    def sums() -> Iterator[Floats]:
        before = 0.0
        for piece in weights:
            piece = piece.copy()
            piece[:1] += before  # so that the sums are those of one long piece, to the last bit
            with np.errstate(over="ignore"):
                summed = np.cumsum(piece)
            yield summed
            before = float(summed[-1])

    return InPieces(length, np.dtype(np.float64), sums())
