"""Where a task's rows go. The rows of a table of one task arrive together, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from synth.columns import to_written
from synth.dtypes import Types

__all__ = ["FrameSink", "NullSink", "Sink", "WriteResult", "WrittenFile"]


@dataclass(frozen=True)
class WrittenFile:
    """A file, or an object in a store, that holds rows of a table of one task."""

    path: str  # relative to the run's folder
    rows: int
    bytes: int
    sha256: str
    at: str | None = None  # the object's name in a store


@dataclass(frozen=True)
class WriteResult:
    """What arrived: files, or the bytes sent and the seconds it took, or the rows themselves."""

    bytes: int
    files: tuple[WrittenFile, ...] = ()
    seconds: float = 0.0
    frame: pl.DataFrame | None = None


class Sink(Protocol):
    """Takes drawn columns; it is pickled into workers."""

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Take the rows of task `number`; `table` may be a part of a gathered one (`ledger.sales`).

        `required` columns hold no NULL. Raises OverflowError where a value is too wide for its type. Taken once more, by a
        task that an engine does again, they come to the same.
        """

    def close(self) -> None:
        """Clear away what lost tasks may have left; all tasks have been run."""


class NullSink:
    """Keeps nothing: for tasks of which only what they find out counts."""

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Take the rows and drop them."""
        return WriteResult(0)

    def close(self) -> None:
        """Do nothing: nothing is left."""


class FrameSink:
    """Hands rows back, in the types in which they are written: for Python, in one process."""

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Take the rows and give them back as one frame."""
        return WriteResult(0, frame=pl.concat([to_written(frame, types) for frame in frames]))

    def close(self) -> None:
        """Do nothing: nothing is left."""
