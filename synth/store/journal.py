"""What the tasks of a run have made, noted as each ends: so the same run goes on, after a kill, with those that are missing.

The notes lie beside the files in the hidden folder of the run, a line a task, the first one for the run. They count where
their files are there as they were made; of what was being written when the run ended, there is no note.
"""

from __future__ import annotations

import io
import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Protocol

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from synth.draw.task import RunContext, Task, TaskResult
from synth.draw.walk import PartKey, Runner
from synth.spec.parts import table_of
from synth.store.entries import TaskEntry
from synth.store.files import FileEntry, checksum, files_in, is_plain, write_text
from synth.store.manifest import Manifest

__all__ = ["NAME", "Journal", "Noted", "Notes", "Noting", "key_of"]

NAME = ".tasks"


class Noted(BaseModel):
    """One task: what the manifest will say of it, its files by table, and what it gave to rollups."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    family: str
    task: TaskEntry
    files: tuple[tuple[str, FileEntry], ...]
    sums: tuple[tuple[str, Annotated[str, StringConstraints(pattern="^[A-Za-z0-9+/=]*$")]], ...] = ()

    @classmethod
    def of(cls, result: TaskResult) -> Noted:
        """Note what a task has made."""
        entry = TaskEntry(
            number=result.task.number, first=result.task.first, blocks=result.task.blocks, changes=result.changes,
            prints={part: str(made.fingerprint) for part, made in result.tables.items()},
        )  # fmt: skip
        files = [
            (table_of(part), FileEntry(**asdict(file)))
            for part, made in result.tables.items()
            for file in made.write.files
        ]
        sums = [(rollup, _packed(part)) for rollup, part in result.rollups]
        return cls(family=result.task.family, task=entry, files=tuple(files), sums=tuple(sums))

    def parts(self) -> Iterator[tuple[str, PartKey, pl.DataFrame]]:
        """What it gave to rollups, by rollup."""
        for rollup, text in self.sums:
            yield rollup, PartKey(self.family, self.task.number), pl.read_ipc(io.BytesIO(b64decode(text)))


def _packed(part: pl.DataFrame) -> str:
    written = io.BytesIO()
    part.write_ipc(written)
    return b64encode(written.getvalue()).decode()


class Journal:
    """The notes in a run's folder. `done` are the tasks of a run before this one whose files are there."""

    def __init__(self, folder: Path, manifest: Manifest):
        """`manifest` is that of the run which is to come."""
        self.path, self._first = folder / NAME, _first_line(manifest)
        self.done = tuple(self._usable()) if self.is_of_this_run(folder, manifest) else ()
        _sweep(folder, {file.path for noted in self.done for _, file in noted.files})
        lines = [self._first, *(noted.model_dump_json() for noted in self.done)]
        write_text(self.path, "".join(f"{line}\n" for line in lines))

    @classmethod
    def is_of_this_run(cls, folder: Path, manifest: Manifest) -> bool:
        """Whether a folder that was left has notes of the same run, by the same versions."""
        path, wanted = folder / NAME, f"{_first_line(manifest)}\n".encode()
        if not is_plain(path, folder):
            return False
        with path.open("rb") as file:
            return file.read(len(wanted)) == wanted

    def add(self, result: TaskResult) -> None:
        """Note what a task has made."""
        with self.path.open("a") as file:
            file.write(f"{Noted.of(result).model_dump_json()}\n")

    def close(self) -> None:
        """Clear the notes away: the run is whole."""
        self.path.unlink()

    def _usable(self) -> Iterator[Noted]:
        """The notes whose files are there as they were made, up to the first that cannot be read."""
        folder = self.path.parent
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                try:
                    noted = Noted.model_validate_json(line)
                except ValidationError:
                    return
                if all(_is_there(folder, each) for _, each in noted.files):
                    yield noted


def _is_there(folder: Path, file: FileEntry) -> bool:
    path = folder / file.path
    return is_plain(path, folder) and path.stat().st_size == file.bytes and checksum(path) == file.sha256


def key_of(manifest: Manifest) -> str:
    """Give what tells runs apart whose tasks could be other ones: numbers come from numpy, texts and files from Polars."""
    facts: list[Any] = [manifest.identity, manifest.part, manifest.compression, np.__version__, pl.__version__]
    facts += [manifest.partitions] if manifest.partitions else []
    return sha256(json.dumps(facts).encode()).hexdigest()


def _first_line(manifest: Manifest) -> str:
    return json.dumps({"run": key_of(manifest)})


def _sweep(folder: Path, kept: set[str]) -> None:
    """Clear away all in a run's folder that is not kept; first where workers of another run may still be writing."""
    for each in folder.iterdir():
        if each.is_dir() and each.name.startswith("."):
            shutil.rmtree(each)
    for name in files_in(folder):
        if name not in kept:
            (folder / name).unlink()


class Notes(Protocol):
    """Notes of a run, in a folder or in an object store."""

    done: tuple[Noted, ...]

    def add(self, result: TaskResult) -> None:
        """Note what a task has made."""

    def close(self) -> None:
        """Clear the notes away: the run is whole."""


class Noting:
    """A runner whose results are noted as they come."""

    def __init__(self, runner: Runner, journal: Notes):
        self._runner, self._journal = runner, journal
        self.workers = runner.workers

    def begin(self, context: RunContext, tasks: Sequence[Task]) -> None:
        """Begin as the runner does."""
        self._runner.begin(context, tasks)

    def run(self, context: RunContext, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Run as the runner does."""
        for result in self._runner.run(context, tasks):
            if not context.plan.family(result.task.family).is_sum:  # it is drawn of what all the others have given
                self._journal.add(result)
            yield result

    def stop(self) -> None:
        """Stop as the runner does."""
        self._runner.stop()
