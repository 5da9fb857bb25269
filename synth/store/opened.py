"""A folder of ours as one of this machine: itself, or a copy of what an object store holds, for as long as it is read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from synth.addresses import is_remote
from synth.errors import OptionError, OutputError, SynthError
from synth.left import temporary_folder
from synth.store.documents import DOCUMENTS
from synth.store.files import FileEntry
from synth.store.manifest import NAME, Manifest
from synth.store.object_run import named, publish, run_of
from synth.store.remote import RemoteFolder, each, folder_at

__all__ = ["Copy", "manifest_at", "opened", "refuse_store"]


@dataclass(frozen=True)
class Copy:
    """A copy of a folder in an object store: its files, or those beside the data alone, in a folder here."""

    objects: RemoteFolder
    folder: Path
    manifest: Manifest  # as it is in the store
    tag: str

    def left(self) -> dict[str, int]:
        """Count the objects that runs have left which did not end, by the runs' keys."""
        found: dict[str, int] = {}
        for name in self._others():
            if run := run_of(name):
                found[run] = found.get(run, 0) + 1
        return found

    def strangers(self) -> list[str]:
        """List objects that no run of ours has put."""
        return [name for name in self._others() if run_of(name) is None]

    def put_back(self, manifest: Manifest, key: str) -> None:
        """Let what has become of the copy take the place of what is in the store. Raises OutputError."""
        publish(self.objects, manifest, self.folder, key, self.manifest, self.tag)

    def _others(self) -> list[str]:
        known = {NAME, *DOCUMENTS, *(file.name for file in self.manifest.files)}
        return sorted(name for name in self.objects.names() if name not in known)


@contextmanager
def opened(place: str | Path, *, rows: bool = True) -> Iterator[tuple[Path, Copy | None]]:
    """Give a folder to read, and what it is a copy of; without `rows` a copy has the files beside the data alone.

    Raises OutputError.
    """
    if not is_remote(place):
        yield Path(place), None
        return
    objects = folder_at(str(place))
    manifest, tag = _read(objects)
    with temporary_folder() as here:
        folder = here / manifest.dataset
        folder.mkdir()
        files = manifest.files if rows else manifest.hidden
        for parent in {(folder / file.path).parent for file in files}:
            parent.mkdir(parents=True, exist_ok=True)

        def fetch(file: FileEntry) -> None:
            objects.download(file.name, folder / file.path)

        each(fetch, files)
        manifest.placed(lambda file: None).write(folder)
        try:
            yield folder, Copy(objects, folder, manifest, tag)
        except SynthError as error:
            error.args = tuple(str(text).replace(str(folder), str(objects)) for text in error.args)
            raise


def manifest_at(place: str | Path) -> Manifest:
    """Read the manifest of a folder, or of one in an object store. Raises OutputError."""
    return _read(folder_at(str(place)))[0] if is_remote(place) else Manifest.read(Path(place))


def _read(objects: RemoteFolder) -> tuple[Manifest, str]:
    """The manifest in a store, and its tag."""
    found = objects.read(NAME)
    if found is None:
        raise OutputError(
            f"'{objects}' holds no {NAME}\n  hint: name the folder OUT/DATASET that `synth generate` made"
        )
    manifest = Manifest.parse(found.data, f"'{objects}/{NAME}'")
    odd = next((file for file in manifest.files if file.at and not _is_named(file)), None)
    if odd:
        raise OutputError(f"the manifest of '{objects}' has '{odd.path}' at '{odd.at}', which is no name of ours")
    return manifest, found.tag


def _is_named(file: FileEntry) -> bool:
    """Whether a file is where a run puts it."""
    run = run_of(file.name)
    return run is not None and named(file.path, run) == file.at


def refuse_store(place: str | Path, why: str) -> None:
    """Raise OptionError where a place is in an object store, and this machine's files are needed."""
    if is_remote(place):
        raise OptionError(f"'{place}' is in an object store: {why}")
