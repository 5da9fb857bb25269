"""Tasks' rows as files of a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from uuid import uuid4

import polars as pl

from synth.draw.output import WriteResult, WrittenFile
from synth.dtypes import Types
from synth.errors import OptionError, did_you_mean, one_of
from synth.formats import COMPRESSIONS, FORMATS, format_of
from synth.formats.format import Format
from synth.plan.model import Plan
from synth.spec.constraints import hierarchies
from synth.spec.kept import computed
from synth.spec.parts import part_of, table_of
from synth.store.descriptions import descriptions
from synth.store.files import described
from synth.store.manifest import Manifest
from synth.store.partitions import partition_of, pieces

__all__ = ["FileForm", "FolderSink", "compression_of", "dialect_of", "path_of"]

WRITING = ".writing"  # a hidden folder: a file takes its place when it is whole


def path_of(part: str, number: int, suffix: str, place: str = "") -> str:
    """Where a task's rows of a table, or part of one, are: `orders/part-00007.parquet`, `ledger/sales-00007.parquet`.

    `place` is a folder of a partition within the table's.
    """
    return f"{table_of(part)}/{place}{'/' * bool(place)}{part_of(part) or 'part'}-{number:05d}{suffix}"


@dataclass(frozen=True)
class FileForm:
    """How the files of a run are written: a format; INSERT statements in a dialect, for a schema.

    It holds names and texts and not functions, as it is pickled into workers.
    """

    format: str
    dialect: str | None = None
    schema: str = ""
    hierarchies: frozenset[str] = frozenset()  # tables that refer to themselves
    computed: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by table: columns that no INSERT may have
    compression: str | None = None  # where it is not the format's usual one
    descriptions: Mapping[str, str] = field(default_factory=dict)  # by table: what its files say of themselves
    partitions: Mapping[str, str] = field(default_factory=dict)  # by table: what its folders are made by

    @classmethod
    def of(cls, plan: Plan, format: str, dialect: str | None = None) -> FileForm:
        """The files of a plan; INSERT statements are for the schema of its dataset's name."""
        told = descriptions(plan) if format_of(format).holds_descriptions else {}
        made = {table: frozenset(found) for table, found in computed(plan.dataset, dialect or "").items()}
        return cls(format, dialect, plan.dataset.dataset, hierarchies(plan.dataset), made, descriptions=told)

    @classmethod
    def stated(cls, plan: Plan, manifest: Manifest) -> FileForm:
        """The files of a plan as a manifest states them."""
        form = cls.of(plan, manifest.format, manifest.dialect)
        return replace(form, compression=manifest.compression, partitions=manifest.partitions)

    def format_of(self, table: str) -> Format:
        """Give the format of a table's files, or of a part's of one, with all that it needs."""
        form = format_of(self.format)
        if self.dialect is None:
            return form.describing(self.descriptions.get(table_of(table))).compressed(self.compression)
        from synth.databases import DIALECTS  # a quarter of a second, which other formats need not have

        return form.in_dialect(DIALECTS[self.dialect], self.schema, self.hierarchies)

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], folder: Path
    ) -> Iterator[tuple[Path, WrittenFile]]:  # fmt: skip
        """Write the rows of a task below a folder, one file or one for each partition; give each as it is whole."""
        form, levels = self.format_of(table), self.partitions.get(table_of(table))
        frames = [frame.drop(self.computed.get(table_of(table), ())) for frame in frames]
        parted = pieces(table_of(table), frames, partition_of(levels), types) if levels else [("", list(frames))]
        for place, rows in parted:
            path = folder / path_of(table, number, form.suffix, place)
            path.parent.mkdir(parents=True, exist_ok=True)  # INSERT statements name their table by it
            form.write(rows, types, required, path)
            file = described(path, folder)
            yield path, WrittenFile(file.path, sum(each.height for each in rows), file.bytes, file.sha256)


@dataclass(frozen=True)
class FolderSink:
    """One file a table and task, or one for each of its partitions, in a folder for each table.

    A task may run twice, where its worker seemed to be lost, or outlive its run: files are written in a folder that is this
    process's and this run's alone, which vanishes with it, and then take their place.
    """

    folder: Path
    form: FileForm
    own: str  # the name of this run's folder in WRITING

    @classmethod
    def of(cls, folder: Path, form: FileForm) -> FolderSink:
        """Files in a folder that is there."""
        own = str(uuid4())
        (folder / WRITING / own).mkdir(parents=True)
        return cls(folder, form, own)

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Write the rows of a task."""
        files, writing = [], _folder_of(os.getpid(), self.folder / WRITING / self.own)
        for here, file in self.form.write(table, number, frames, types, required, writing):
            (self.folder / file.path).parent.mkdir(parents=True, exist_ok=True)
            here.replace(self.folder / file.path)
            files.append(file)
        return WriteResult(sum(file.bytes for file in files), tuple(files))

    def close(self) -> None:
        """Clear away files that tasks have not ended."""
        shutil.rmtree(self.folder / WRITING, ignore_errors=True)

    def first_unseen(self, written: WriteResult) -> str | None:
        """Give a file that was written somewhere, and is not seen here as it is."""
        for file in written.files:
            path = self.folder / file.path
            if not (path.is_file() and path.stat().st_size == file.bytes):
                return file.path
        return None


@cache
def _folder_of(process: int, run: Path) -> Path:
    """Make the folder in which a process writes for a run; the number of a process may be another's on another machine."""
    folder = run / f"{process}-{uuid4()}"
    folder.mkdir()
    return folder


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
