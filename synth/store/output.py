"""Tasks' rows as files of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from synth.draw.output import WriteResult
from synth.dtypes import Types
from synth.errors import OptionError, did_you_mean
from synth.formats import format_of
from synth.formats.format import Format
from synth.spec.constraints import hierarchies
from synth.spec.models import Dataset
from synth.spec.parts import part_of, table_of
from synth.store.files import described

__all__ = ["FolderSink", "dialect_of", "path_of"]


def path_of(part: str, number: int, suffix: str) -> str:
    """Where a task's rows of a table, or part of one, are: `orders/part-00007.parquet`, `ledger/sales-00007.parquet`."""
    return f"{table_of(part)}/{part_of(part) or 'part'}-{number:05d}{suffix}"


@dataclass(frozen=True)
class FolderSink:
    """One file a table and task, in a folder for each table. INSERT statements are in a dialect, for a schema.

    It holds names and not functions, as it is pickled into workers.
    """

    folder: Path
    format: str
    dialect: str | None = None
    schema: str = ""
    hierarchies: frozenset[str] = frozenset()  # tables that refer to themselves

    @classmethod
    def of(cls, dataset: Dataset, folder: Path, format: str, dialect: str | None) -> FolderSink:
        """The files of a dataset; INSERT statements are for the schema of its name."""
        return cls(folder, format, dialect, dataset.dataset, hierarchies(dataset))

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Write the rows of a task as one file."""
        form = self._format()
        path = self.folder / path_of(table, number, form.suffix)
        path.parent.mkdir(exist_ok=True)
        form.write(frames, types, required, path)
        file = described(path, self.folder)
        return WriteResult(file.bytes, file.path, file.sha256)

    def _format(self) -> Format:
        form = format_of(self.format)
        if self.dialect is None:
            return form
        from synth.databases import DIALECTS  # a quarter of a second, which other formats need not have

        return form.in_dialect(DIALECTS[self.dialect], self.schema, self.hierarchies)


def dialect_of(format: str, dialect: str | None = None) -> str | None:
    """Whose SQL a format is written in: the dialect's, PostgreSQL's if left out; None for other formats.

    Raises OptionError for a format or a dialect that there is not, and for a dialect of a format that has none.
    """
    if format_of(format).needs_dialect:
        from synth.databases import DIALECTS

        dialect = "postgres" if dialect is None else dialect
        if dialect not in DIALECTS:
            raise OptionError(f"unknown dialect '{dialect}'\n  hint: {did_you_mean(dialect, DIALECTS)}")
        if not DIALECTS[dialect].inserts:
            hint = did_you_mean(dialect, [name for name, each in DIALECTS.items() if each.inserts])
            raise OptionError(f"INSERT statements cannot be written for '{dialect}' yet\n  hint: {hint}")
        return dialect
    if dialect is not None:
        raise OptionError(f"'{format}' is the same for every database\n  hint: --dialect goes with --format sql")
    return None
