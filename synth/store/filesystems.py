"""A folder in a filesystem that fsspec reaches: HDFS, SFTP, SMB and others.

A file is written under another name, and moved to its own when it is whole. These know no condition: of two runs that put
their manifests in the same moment the later one stands, and the other is not told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

from synth.errors import OptionError, OutputError
from synth.extras import needing
from synth.store.files import MOST_BYTES
from synth.store.remote import NOTES, Addressed, Found, Listed, TakenError, one_line

__all__ = ["FilesystemFolder"]


class FilesystemFolder(Addressed):
    """All files whose names begin so."""

    @cached_property
    def _there(self) -> tuple[Any, str]:
        """The filesystem, and the folder's path in it."""
        with needing("objects"):
            from fsspec.core import url_to_fs
        try:
            filesystem, path = url_to_fs(self.url)
        except (ImportError, ValueError, OSError) as error:
            raise OptionError(f"'{self.url}' cannot be worked with: {one_line(error)}") from None
        return filesystem, str(path).rstrip("/")

    def _path(self, name: str) -> str:
        return f"{self._there[1]}/{name}"

    def names(self) -> dict[str, Listed]:
        """List all files, by name. Raises OutputError."""
        filesystem, path = self._there
        with self._told("list"):
            filesystem.invalidate_cache()
            try:
                found = filesystem.find(path, detail=True)
            except FileNotFoundError:
                return {}
        return {str(place)[len(path) + 1 :]: Listed(facts["size"], _modified(facts)) for place, facts in found.items()}

    def read(self, name: str) -> Found | None:
        """Read a file of ours, or None where there is none. Raises OutputError."""
        filesystem, _ = self._there
        with self._told("read", name):
            try:
                data = bytes(filesystem.cat_file(self._path(name), start=0, end=MOST_BYTES + 1))
            except FileNotFoundError:
                return None
        if len(data) > MOST_BYTES:
            raise OutputError(f"'{self}/{name}' has more than {MOST_BYTES:,} bytes, and is none of ours")
        return Found(data, sha256(data).hexdigest())

    def download(self, name: str, path: Path) -> None:
        """Write a file into one of this machine. Raises OutputError."""
        filesystem, _ = self._there
        with self._told("read", name):
            try:
                filesystem.get_file(self._path(name), str(path))
            except FileNotFoundError:
                raise OutputError(f"'{self}/{name}' is missing\n  hint: generate it again") from None

    def put(self, name: str, source: Path | bytes) -> None:
        """Put a file, whole or not at all, in the place of what is there. Raises OutputError."""
        filesystem, _ = self._there
        own, place = self._path(f"{NOTES}-{uuid4().hex[:16]}"), self._path(name)
        with self._told("write", name):
            filesystem.makedirs(place.rpartition("/")[0], exist_ok=True)
            if isinstance(source, Path):
                filesystem.put_file(str(source), own)
            else:
                filesystem.pipe_file(own, source)
            try:
                filesystem.mv(own, place)
            except OSError:  # some do not move a file upon another; and another may have cleared the folder away
                filesystem.makedirs(place.rpartition("/")[0], exist_ok=True)
                with suppress(FileNotFoundError):
                    filesystem.rm_file(place)
                filesystem.mv(own, place)

    def put_last(self, name: str, data: bytes, tag: str | None) -> None:
        """Put a file where there is none, or in the place of that with a tag. Raises TakenError, OutputError."""
        there = self.read(name)
        if (there.tag if there else None) != tag:
            raise TakenError
        self.put(name, data)

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; those that are gone already are no matter. Raises OutputError."""
        with self._told("delete"):
            for name in names:
                with suppress(FileNotFoundError):
                    self._there[0].rm_file(self._path(name))
                self._clear(self._path(name))

    def _clear(self, place: str) -> None:
        """Remove the folders that a file was in, as far as they are empty."""
        filesystem, path = self._there
        while (place := place.rpartition("/")[0]) != path:
            try:
                if filesystem.ls(place, detail=False, refresh=True):
                    return
                filesystem.rmdir(place)
            except OSError:  # another has just put something there, or removed it
                return

    @contextmanager
    def _told(self, what: str, name: str = "") -> Iterator[None]:
        """Say in its place what the filesystem says."""
        try:
            yield
        except OSError as error:
            place = f"{self}/{name}" if name else str(self)
            raise OutputError(f"cannot {what} '{place}': {one_line(error)}") from error


def _modified(facts: dict[str, Any]) -> dt.datetime:
    """When a file was written, as filesystems call it; of one that does not say, long ago."""
    found = next((facts[word] for word in ("mtime", "modified", "last_modified", "LastModified") if facts.get(word)), 0)
    if isinstance(found, dt.datetime):
        return found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    return dt.datetime.fromtimestamp(float(found), dt.UTC)
