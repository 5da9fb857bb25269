"""A folder that is not this machine's, whoever keeps it: an object store, or a filesystem that fsspec reaches.

Files are put whole, under names that stay; one of them, the manifest, is put last, and only in the place of the one that was
seen before.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol, Self, TypeVar

from synth.addresses import FILESYSTEMS, OBJECT_STORES
from synth.errors import OptionError

__all__ = ["NOTES", "Addressed", "Found", "Listed", "RemoteFolder", "TakenError", "each", "folder_at", "one_line"]

AT_ONCE = 16  # requests
LONGEST = 300  # characters of what a store says
NOTES = ".tasks"  # a hidden folder, with one for each run that is going on
OBJECTS, FILES = (
    ("objects", "ObjectFolder"),
    ("filesystems", "FilesystemFolder"),
)  # modules beside this, and their classes

_URL = re.compile(rf"(?:{'|'.join(OBJECT_STORES)})://[^/?#]+(?:/[^?#]*)?|(?:{'|'.join(FILESYSTEMS)})://[^?#]+")
Thing = TypeVar("Thing")
Made = TypeVar("Made")


class TakenError(Exception):
    """Another has put a file in the place meanwhile."""


class Listed(NamedTuple):
    """What a list says of a file."""

    bytes: int
    modified: datetime


class Found(NamedTuple):
    """What is in a file, and the tag of what is there now."""

    data: bytes
    tag: str


class RemoteFolder(Protocol):
    """All files whose names begin so. It holds the address alone, as it is pickled into workers; errors are OutputErrors."""

    @property
    def url(self) -> str:
        """Give the address, without a slash at its end."""

    @property
    def name(self) -> str:
        """Give the last word of the address."""

    def inside(self, name: str) -> RemoteFolder:
        """Give a folder in it."""

    def names(self) -> dict[str, Listed]:
        """List all files, by name."""

    def read(self, name: str) -> Found | None:
        """Read a file of ours, or None where there is none."""

    def download(self, name: str, path: Path) -> None:
        """Write a file into one of this machine."""

    def put(self, name: str, source: Path | bytes) -> None:
        """Put a file, whole or not at all, in the place of what is there."""

    def put_last(self, name: str, data: bytes, tag: str | None) -> None:
        """Put a file where there is none, or in the place of that with a tag. Raises TakenError, too."""

    def delete(self, names: Iterable[str]) -> None:
        """Delete files; those that are gone already are no matter."""


@dataclass(frozen=True)
class Addressed:
    """What a folder is by its address alone: it is pickled into workers as that, whatever it has opened."""

    url: str

    def __str__(self) -> str:
        return self.url

    def __getstate__(self) -> dict[str, str]:
        return {"url": self.url}

    @property
    def name(self) -> str:
        """Give the last word of the address."""
        return self.url.rpartition("/")[2]

    def inside(self, name: str) -> Self:
        """Give a folder in it."""
        return type(self)(f"{self.url}/{name}")


def folder_at(url: str) -> RemoteFolder:
    """Give the folder of an address: `s3://bucket/some/folder`, `sftp://host/folder`. Raises OptionError."""
    if not _URL.fullmatch(url):
        raise OptionError(
            f"'{url}' is no address of a folder in an object store\n  hint: s3://bucket/folder, or sftp://host/folder"
        )
    module, made = OBJECTS if url.startswith(OBJECT_STORES) else FILES
    found: Any = getattr(import_module(f"synth.store.{module}"), made)
    folder: RemoteFolder = found(url.rstrip("/"))
    return folder


def each(do: Callable[[Thing], Made], things: Iterable[Thing]) -> list[Made]:
    """Do something with each of many files, some at once, in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(do, things))


def one_line(error: Exception) -> str:
    """What a store says, in one line."""
    words = " ".join(str(error).split())
    return f"{words[:LONGEST]}…" if len(words) > LONGEST else words
