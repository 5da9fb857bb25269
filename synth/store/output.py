"""Tasks' rows as files of a folder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import polars as pl

from synth.draw.output import WriteResult
from synth.dtypes import Types
from synth.errors import OptionError, did_you_mean, one_of
from synth.formats import COMPRESSIONS, FORMATS, format_of
from synth.formats.format import Format
from synth.plan.model import Plan
from synth.spec.constraints import hierarchies
from synth.spec.parts import part_of, table_of
from synth.store.descriptions import descriptions
from synth.store.files import described

__all__ = ["FileForm", "FolderSink", "compression_of", "dialect_of", "path_of"]

WRITING = ".writing"  # a hidden folder: a file takes its place when it is whole


def path_of(part: str, number: int, suffix: str) -> str:
    """Where a task's rows of a table, or part of one, are: `orders/part-00007.parquet`, `ledger/sales-00007.parquet`."""
    return f"{table_of(part)}/{part_of(part) or 'part'}-{number:05d}{suffix}"


@dataclass(frozen=True)
class FileForm:
    """How the files of a run are written: a format; INSERT statements in a dialect, for a schema.

    It holds names and texts and not functions, as it is pickled into workers.
    """

    format: str
    dialect: str | None = None
    schema: str = ""
    hierarchies: frozenset[str] = frozenset()  # tables that refer to themselves
    compression: str | None = None  # where it is not the format's usual one
    descriptions: Mapping[str, str] = field(default_factory=dict)  # by table: what its files say of themselves

    @classmethod
    def of(cls, plan: Plan, format: str, dialect: str | None, compression: str | None) -> FileForm:
        """The files of a plan; INSERT statements are for the schema of its dataset's name."""
        told = descriptions(plan) if format_of(format).holds_descriptions else {}
        return cls(format, dialect, plan.dataset.dataset, hierarchies(plan.dataset), compression, told)

    def format_of(self, table: str) -> Format:
        """Give the format of a table's files, or of a part's of one, with all that it needs."""
        form = format_of(self.format)
        if self.dialect is None:
            return form.describing(self.descriptions.get(table_of(table))).compressed(self.compression)
        from synth.databases import DIALECTS  # a quarter of a second, which other formats need not have

        return form.in_dialect(DIALECTS[self.dialect], self.schema, self.hierarchies)


@dataclass(frozen=True)
class FolderSink:
    """One file a table and task, in a folder for each table.

    A task may run twice, where its worker seemed to be lost, or outlive its run: files are written in a folder that is this
    run's alone, which vanishes with it, and then take their place.
    """

    folder: Path
    form: FileForm
    own: str  # the name of this run's folder in WRITING

    @classmethod
    def of(
        cls, plan: Plan, folder: Path, format: str, dialect: str | None = None, compression: str | None = None
    ) -> FolderSink:  # fmt: skip
        """The files of a plan in a folder that is there."""
        own = str(uuid4())
        (folder / WRITING / own).mkdir(parents=True)
        return cls(folder, FileForm.of(plan, format, dialect, compression), own)

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Write the rows of a task as one file."""
        form = self.form.format_of(table)
        path = self.folder / path_of(table, number, form.suffix)
        path.parent.mkdir(exist_ok=True)
        once = self.folder / WRITING / self.own / str(uuid4())
        once.mkdir()
        own = once / path.parent.name / path.name  # INSERT statements name their table as the file's folder is called
        own.parent.mkdir()
        form.write(frames, types, required, own)
        file = described(own, self.folder)
        own.replace(path)
        shutil.rmtree(once)
        return WriteResult(file.bytes, path.relative_to(self.folder).as_posix(), file.sha256)

    def close(self) -> None:
        """Clear away files that tasks have not ended."""
        shutil.rmtree(self.folder / WRITING, ignore_errors=True)

    def is_there(self, written: WriteResult) -> bool:
        """Tell whether what was written somewhere is seen here."""
        path = self.folder / written.path
        return path.is_file() and path.stat().st_size == written.bytes


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


def compression_of(format: str, compression: str | None) -> str | None:
    """The compression of a format's files, as a manifest states it: None for the format's usual one.

    Raises OptionError for a compression that there is not, or that the format's files do not have.
    """
    known = format_of(format).compressions
    if compression is None or compression in known:
        return None if (compression,) == known[:1] else compression
    if compression not in COMPRESSIONS:
        raise OptionError(
            f"unknown compression '{compression}'\n  hint: {did_you_mean(compression, known or COMPRESSIONS)}"
        )
    if known:
        raise OptionError(f"{format} files have no '{compression}'\n  hint: --compression takes {one_of(known)} there")
    others = one_of([name for name, form in FORMATS.items() if form.compressions])
    raise OptionError(f"{format} files have no compression\n  hint: --compression goes with --format {others}")
