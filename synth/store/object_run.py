"""A run into an object store: files under names of its own, a note for each task that is done, and the manifest last.

Names are made from the run's key, which hashes all that its content depends on, so what two runs write never meets, what one
run writes twice is the same, and what a killed run has left is known: the same run goes on with it, or it is swept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
from pydantic import ValidationError

from synth.draw.output import WriteResult
from synth.draw.task import TaskResult
from synth.dtypes import Types
from synth.errors import OutputError
from synth.left import temporary_folder
from synth.store.documents import DOCUMENTS
from synth.store.files import FileEntry
from synth.store.journal import Noted, key_of
from synth.store.manifest import NAME, PARENTS, SUMS, Manifest
from synth.store.output import FileForm
from synth.store.remote import NOTES, Listed, RemoteFolder, TakenError, each

__all__ = ["ObjectNotes", "ObjectSink", "named", "publish", "run_key", "run_of"]

KEY = 16  # hex digits

_NUMBERED = re.compile(r"(-\d+)?(\.\w+)?\Z", re.ASCII)
_RUN = rf"([0-9a-f]{{{KEY}}})"
_OURS = re.compile(
    rf"{re.escape(NOTES)}/{_RUN}/[^/]+|{re.escape(NOTES)}-{_RUN}|{re.escape(SUMS)}-{_RUN}|{re.escape(PARENTS)}/[^/]+-{_RUN}\.\w+"
    rf"|[^./][^/]*/(?:[^./=][^/=]*=[^/]*/)*[^./][^/]*-{_RUN}-\d+\.\w+",
    re.ASCII,
)


def run_key(manifest: Manifest) -> str:
    """Give the key of a manifest's run."""
    return key_of(manifest)[:KEY]


def named(path: str, key: str) -> str:
    """Give the name of a run's own for a file: `orders/part-0123456789abcdef-00007.parquet`."""
    folder, slash, name = path.rpartition("/")
    place = _NUMBERED.search(name, 1)
    assert place is not None
    return f"{folder}{slash}{name[: place.start()]}-{key}{name[place.start() :]}"


def run_of(name: str) -> str | None:
    """Give the key of the run whose object has a name, in the folder of a dataset; None for other names."""
    found = _OURS.fullmatch(name)
    return next(filter(None, found.groups())) if found else None


@dataclass(frozen=True)
class ObjectSink:
    """One object a table and task, or one for each of its partitions. It is written here first, and put when it is whole."""

    objects: RemoteFolder
    form: FileForm
    key: str

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Write the rows of a task."""
        files = []
        with temporary_folder() as folder:
            for here, file in self.form.write(table, number, frames, types, required, folder):
                files.append(replace(file, at=named(file.path, self.key)))
                self.objects.put(named(file.path, self.key), here)
        return WriteResult(sum(file.bytes for file in files), tuple(files))

    def close(self) -> None:
        """Do nothing: an object is whole, or not there."""


class ObjectNotes:
    """The notes of a run, an object each. `done` are the tasks of one before this whose objects are there."""

    def __init__(self, objects: RemoteFolder, manifest: Manifest, there: Mapping[str, Listed], *, fresh: bool):
        self.objects, self.key = objects, run_key(manifest)
        self._noted = {name for name in there if name.startswith(f"{NOTES}/{self.key}/")}
        self.done: tuple[Noted, ...] = ()
        if fresh:
            self.close()
        else:
            noted = [one for one in each(self._read, sorted(self._noted)) if one]
            self.done = tuple(one for one in noted if all(_is_there(file, there) for _, file in one.files))

    def add(self, result: TaskResult) -> None:
        """Note what a task has made."""
        name = f"{NOTES}/{self.key}/{result.task.family}-{result.task.number:05d}.json"
        self.objects.put(name, Noted.of(result).model_dump_json().encode())
        self._noted.add(name)

    def close(self) -> None:
        """Clear the notes away."""
        each(lambda name: self.objects.delete([name]), self._noted)
        self._noted.clear()

    def _read(self, name: str) -> Noted | None:
        found = self.objects.read(name)
        try:
            return Noted.model_validate_json(found.data) if found else None
        except ValidationError:
            return None


def _is_there(file: FileEntry, there: Mapping[str, Listed]) -> bool:
    return file.name in there and there[file.name].bytes == file.bytes


def publish(
    objects: RemoteFolder, manifest: Manifest, folder: Path, key: str, old: Manifest | None, tag: str | None
) -> Manifest:
    """Put the files that are only in a folder here, then the manifest in the place of an `old` one; then delete its files.

    Files that have a place in the store already keep it, as do those that an old manifest has with the same content.
    Raises OutputError where another run has put its manifest meanwhile.
    """
    known = {(file.path, file.sha256): file.at for file in old.files} if old else {}

    def place(file: FileEntry) -> str:
        return file.at or known.get((file.path, file.sha256)) or named(file.path, key)

    placed = manifest.placed(place)
    new = [file for file in manifest.files if not file.at and (file.path, file.sha256) not in known]
    each(lambda file: objects.put(place(file), folder / file.path), new)
    each(lambda name: objects.put(name, folder / name), [name for name in DOCUMENTS if (folder / name).is_file()])
    try:
        objects.put_last(NAME, placed.text().encode(), tag)
    except TakenError:
        there = objects.read(NAME)
        if there and Manifest.parse(there.data, f"'{objects}/{NAME}'") == placed:
            return placed  # another has made the same, in the same places
        raise OutputError(
            f"another run has written '{objects}' meanwhile, and its data stands\n"
            "  hint: --if-exists replace puts this in its place; `synth sweep` clears away what is left of it"
        ) from None
    delete_old(objects, old.files if old else (), placed)
    return placed


def delete_old(objects: RemoteFolder, old: Iterable[FileEntry], now: Manifest) -> None:
    """Delete the files of a manifest that another has replaced."""
    kept = {file.name for file in now.files}
    each(lambda name: objects.delete([name]), sorted({file.name for file in old} - kept))
