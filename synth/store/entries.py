"""What a manifest lists: tasks, tables, tables that were read, and where keys go on. Each is of a bounded size."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, NaiveDatetime, StringConstraints, field_validator

from synth.dtypes import DType
from synth.spec.row_models import NAME as WORD
from synth.store.files import Count, FileEntry

__all__ = ["Entry", "ExistingEntry", "Moment", "SegmentEntry", "TableEntry", "TaskEntry", "Whole", "Word"]

MOST_COLUMNS = 10_000  # of a table

Word = Annotated[str, StringConstraints(pattern=WORD)]
Print = Annotated[str, StringConstraints(pattern="^[0-9a-f]{1,16}(?:-[0-9a-f]{1,40}){2}$")]


def _as_it_is_written(moment: Any) -> Any:
    """A moment's text is the one that is written of it, no other spelling, and no number."""
    if isinstance(moment, str) and dt.datetime.fromisoformat(moment).isoformat() == moment:
        return moment
    if isinstance(moment, dt.datetime):
        return moment
    raise ValueError("a moment is written as 2026-01-31T00:00:00")


Moment = Annotated[NaiveDatetime, BeforeValidator(_as_it_is_written)]
Whole = Annotated[int, Field(strict=True)]


class Entry(BaseModel):
    """A part of a manifest, and the whole: frozen, with nothing else in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TaskEntry(Entry):
    """A run of blocks that is drawn together. `changes` is the earliest moment at which it will look different."""

    number: Count
    first: Count
    blocks: Count
    changes: Moment | None = None
    prints: dict[str, Print]  # fingerprints by table, or part of one


class TableEntry(Entry):
    """One table: its columns with their types, and its files."""

    columns: Annotated[dict[Word, str], Field(min_length=1, max_length=MOST_COLUMNS)]
    rows: Count
    fingerprint: Print
    files: tuple[FileEntry, ...]

    @field_validator("columns")
    @classmethod
    def _have_types(cls, columns: dict[str, str]) -> dict[str, str]:
        for text in columns.values():
            DType.parse(text)
        return columns

    @property
    def types(self) -> dict[str, DType]:
        """The types of the columns."""
        return {name: DType.parse(text) for name, text in self.columns.items()}


class ExistingEntry(Entry):
    """A table that was read: where, how much of it, and the file that keeps the columns that were needed."""

    source: str
    table: str  # its name there
    rows: Count
    skipped: Count
    fingerprint: str
    file: FileEntry | None = None


class SegmentEntry(Entry):
    """From a row on, keys go on from another one."""

    first_row: Count
    first_key: Annotated[int, Field(strict=True, gt=-(2**63), lt=2**63)]
