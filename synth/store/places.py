"""Where a run's files go: a folder that is swapped in by rename, or one in an object store, whose manifest is put last.

Both are asked the same: what is there, whether that is the run that is asked for, and for a place to make it in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from synth.addresses import is_remote
from synth.draw.output import Sink
from synth.errors import OutputError
from synth.formats.format import Format
from synth.left import temporary_folder
from synth.plan.model import Plan
from synth.store.documents import DOCUMENTS, write_documents
from synth.store.folder import is_whole, replacing_folder
from synth.store.journal import Journal, Notes
from synth.store.manifest import NAME, Manifest
from synth.store.object_run import ObjectNotes, ObjectSink, publish, run_of
from synth.store.output import FileForm, FolderSink
from synth.store.remote import RemoteFolder, folder_at
from synth.store.replacing import refuse_another, refuse_another_run
from synth.store.space import require_space

__all__ = ["FolderPlace", "Making", "ObjectPlace", "Place", "place_of"]


class Making(Protocol):
    """A run that is being made: a folder of this machine, where tasks' rows go, and notes of those that are done."""

    folder: Path

    @property
    def sink(self) -> Sink:
        """Give what takes the rows of tasks."""

    @property
    def notes(self) -> Notes:
        """Give what notes the tasks that are done."""

    def publish(self, manifest: Manifest) -> Manifest:
        """Let it be there, whole; give the manifest as it is there."""


class Place(Protocol):
    """Where a run's files go."""

    @property
    def shown(self) -> Path | str:
        """Give the folder, or the address, by which it is found."""

    def is_at(self, source: str) -> bool:
        """Tell whether it is where rows were read from."""

    def there(self, manifest: Manifest, if_exists: str) -> Manifest | None:
        """Give the manifest of what is there. Raises OutputError for all that must not be replaced by what is asked for."""

    def is_whole(self, manifest: Manifest) -> bool:
        """Tell whether all of a run is there as it was made."""

    def require_space(self, plan: Plan, form: Format, share: float) -> None:
        """Raise OutputError where there surely is no room for a share of a plan."""

    def making(self, plan: Plan, manifest: Manifest, if_exists: str, *, fresh: bool) -> AbstractContextManager[Making]:
        """Make a run there; what is not published vanishes, but for what the same run goes on with."""


def place_of(out: str | Path, name: str) -> FolderPlace | ObjectPlace:
    """Give the place of a dataset's folder in another. Raises OptionError."""
    if is_remote(out):
        return ObjectPlace(folder_at(str(out)).inside(name))
    return FolderPlace(Path(out) / name)


# -- a folder


@dataclass
class _InFolder:
    """A run in a hidden folder beside its place."""

    plan: Plan
    folder: Path
    sink: FolderSink
    notes: Journal

    def publish(self, manifest: Manifest) -> Manifest:
        """Write the manifest; the folder takes its place when its context ends."""
        self.notes.close()
        write_documents(self.folder, manifest, self.plan)
        manifest.write(self.folder)
        return manifest


@dataclass(frozen=True)
class FolderPlace:
    """A folder of this machine."""

    target: Path

    def __str__(self) -> str:
        return str(self.target)

    @property
    def shown(self) -> Path:
        """Give the folder by which it is found."""
        return self.target

    def is_at(self, source: str) -> bool:
        """Tell whether it is where rows were read from."""
        return Path(source).resolve() == self.target.resolve()

    def there(self, manifest: Manifest, if_exists: str) -> Manifest | None:
        """Give the manifest of what is there."""
        return refuse_another_run(self.target, manifest, if_exists)

    def is_whole(self, manifest: Manifest) -> bool:
        """Tell whether all of a run is there as it was made."""
        return is_whole(self.target, manifest)

    def require_space(self, plan: Plan, form: Format, share: float) -> None:
        """Look at the disk."""
        require_space(self.target.parent, plan, form, share)

    @contextmanager
    def making(self, plan: Plan, manifest: Manifest, if_exists: str, *, fresh: bool) -> Iterator[Making]:
        """Make a run beside it, and swap it in."""

        def goes_on(left: Path) -> bool:
            return not fresh and Journal.is_of_this_run(left, manifest)

        with replacing_folder(self.target, goes_on) as folder:
            self.there(manifest, if_exists)  # another run may have ended before this one had the lock
            notes = Journal(folder, manifest)
            yield _InFolder(plan, folder, FolderSink.of(folder, FileForm.stated(plan, manifest)), notes)


# -- an object store


@dataclass
class _InStore:
    """A run in an object store: what stays on this machine until it is published is in a temporary folder."""

    plan: Plan
    folder: Path
    sink: ObjectSink
    notes: ObjectNotes
    old: Manifest | None
    tag: str | None

    def publish(self, manifest: Manifest) -> Manifest:
        """Put what is here, and the manifest last."""
        write_documents(self.folder, manifest, self.plan)
        placed = publish(self.notes.objects, manifest, self.folder, self.notes.key, self.old, self.tag)
        self.notes.close()
        return placed


@dataclass(frozen=True)
class ObjectPlace:
    """A folder in an object store."""

    objects: RemoteFolder

    def __str__(self) -> str:
        return str(self.objects)

    @property
    def shown(self) -> str:
        """Give the address by which it is found."""
        return str(self.objects)

    def is_at(self, source: str) -> bool:
        """Tell whether it is where rows were read from."""
        return source.rstrip("/") == str(self.objects)

    def there(self, manifest: Manifest, if_exists: str) -> Manifest | None:
        """Give the manifest of what is there."""
        return self.look(manifest, if_exists)[0]

    def look(self, manifest: Manifest, if_exists: str) -> tuple[Manifest | None, str | None]:
        """Give the manifest of what is there, and its tag. Raises OutputError for what must not be replaced."""
        found = self.objects.read(NAME)
        old = Manifest.parse(found.data, f"'{self}/{NAME}'") if found else None
        known = {NAME, *DOCUMENTS, *(file.name for file in old.files)} if old else set(DOCUMENTS)
        strangers = sorted(name for name in self.objects.names() if name not in known and run_of(name) is None)
        if strangers:
            raise OutputError(f"'{self}' holds an object that is not ours ('{strangers[0]}'); move it away first")
        if old and if_exists != "replace":
            refuse_another(str(self), manifest, old)
        return old, found.tag if found else None

    def is_whole(self, manifest: Manifest) -> bool:
        """Tell whether all of a run is there at its size: objects are put whole."""
        there = self.objects.names()
        return all(file.name in there and there[file.name].bytes == file.bytes for file in manifest.files)

    def require_space(self, plan: Plan, form: Format, share: float) -> None:
        """Do nothing: a store has room."""

    @contextmanager
    def making(self, plan: Plan, manifest: Manifest, if_exists: str, *, fresh: bool) -> Iterator[Making]:
        """Put objects under the run's own names."""
        old, tag = self.look(manifest, if_exists)
        notes = ObjectNotes(self.objects, manifest, self.objects.names(), fresh=fresh)
        sink = ObjectSink(self.objects, FileForm.stated(plan, manifest), notes.key)
        with temporary_folder() as folder:
            yield _InStore(plan, folder, sink, notes, old, tag)
