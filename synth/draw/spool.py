"""Rows that others look up, as tasks hand them over in any order, until all are there and are joined in the order of rows.

Few rows wait in memory. Many go to a file without a name as they come, and are joined piece by piece: what the first process
holds of them does not grow with the rows, save for texts, of which it holds each that there is once a task.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL
from synth.draw.narrow import narrowed, numbers_of, retyped, widened
from synth.generators.pieces import InPieces

__all__ = ["ResidentRows", "Spool", "SpooledColumn", "encoded"]

IN_MEMORY = 2**20  # bytes of a column that wait in memory where there is a folder


class ResidentRows(NamedTuple):
    """How many rows of a table others can refer to, and the columns of it that they look up."""

    rows: int
    columns: pl.DataFrame


def encoded(column: pl.Series) -> tuple[npt.NDArray[Any], pl.Series | None]:
    """Give what is kept of a column: numbers, and of texts the different ones, whose places they are. (n,) -> (n,), (m,)"""
    if column.dtype != pl.String:
        return numbers_of(column), None
    texts = column.drop_nulls().unique().sort()
    codes = column.replace_strict(texts, np.arange(len(texts)), default=None, return_dtype=pl.Int64)
    return narrowed(codes), texts


@dataclass(frozen=True)
class _Piece:
    """Where a task's part of a column is; codes of texts are places in its `texts`."""

    at: int
    rows: int
    dtype: np.dtype[Any]
    texts: pl.Series | None


class SpooledColumn:
    """A column in pieces."""

    def __init__(self, name: str, folder: Path | None):
        self.name = name
        most = IN_MEMORY if folder else 0  # 0: any
        self._file = SpooledTemporaryFile(max_size=most, dir=str(folder) if folder else None)  # noqa: SIM115
        self._size = 0
        self._pieces: dict[int, _Piece] = {}  # by task

    def add(self, number: int, column: pl.Series) -> None:
        """Take the part of a task. (n,)"""
        numbers, texts = encoded(column)
        self._pieces[number] = _Piece(self._size, len(numbers), numbers.dtype, texts)
        self._size += self._file.write(np.ascontiguousarray(numbers).data)

    @cached_property
    def texts(self) -> pl.Series | None:
        """The different texts in order, (texts,), whose places the numbers are; None where it holds numbers."""
        texts = [piece.texts for piece in self._pieces.values() if piece.texts is not None]
        return pl.concat(texts).unique().sort() if texts else None

    def joined(self) -> InPieces:
        """Give its numbers in the order of tasks, as narrow as all of them allow."""
        dtype = np.result_type(*(piece.dtype for piece in self._pieces.values()))
        if self.texts is not None:
            dtype = narrowed(pl.Series([len(self.texts) - 1], dtype=pl.Int64)).dtype
        pieces = (retyped(self._numbers(self._pieces[number]), dtype) for number in sorted(self._pieces))
        return InPieces(sum(piece.rows for piece in self._pieces.values()), dtype, pieces)

    def _numbers(self, piece: _Piece) -> npt.NDArray[Any]:
        """Read a piece; codes of texts become those of all texts. (n,)"""
        self._file.seek(piece.at)
        numbers = np.frombuffer(self._file.read(piece.rows * piece.dtype.itemsize), piece.dtype)
        if piece.texts is None or self.texts is None or piece.texts.is_empty():
            return numbers
        places, codes = self.texts.search_sorted(piece.texts).to_numpy().astype(np.int64), widened(numbers)
        return np.where(codes == NULL, NULL, places[np.maximum(codes, 0)])

    def close(self) -> None:
        """Give up what is waiting."""
        self._file.close()


class Spool:
    """The rows of a table, which tasks hand over."""

    def __init__(self, folder: Path | None):
        """Where there is no folder all waits in memory."""
        self._folder, self.rows = folder, 0
        self._columns: dict[str, SpooledColumn] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        for column in self._columns.values():
            column.close()

    def add(self, number: int, rows: ResidentRows) -> None:
        """Take what a task, or block, of this number made."""
        self.rows += rows.rows
        for column in rows.columns.get_columns():
            if column.name not in self._columns:
                self._columns[column.name] = SpooledColumn(column.name, self._folder)
            self._columns[column.name].add(number, column)

    def columns(self) -> list[SpooledColumn]:
        """Give the columns, each in pieces."""
        return list(self._columns.values())
