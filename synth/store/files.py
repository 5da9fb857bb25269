"""Files of a dataset: texts that are kept beside the rows, and every file as the manifest names it.

Whatever is kept of a dataset is opened here or by a format's writer and reader, so that a folder may one day be
something else than one on a disk.
"""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path

from pydantic import BaseModel, ConfigDict

__all__ = ["FileEntry", "checksum", "described", "read_text", "replace_text", "write_text"]


class FileEntry(BaseModel):
    """One file, its path relative to the folder."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    rows: int
    bytes: int
    sha256: str


def described(path: Path, folder: Path, rows: int = 0) -> FileEntry:
    """A file as a manifest's entry: where it is in the folder, its rows, bytes and checksum."""
    where = path.relative_to(folder).as_posix()
    return FileEntry(path=where, rows=rows, bytes=path.stat().st_size, sha256=checksum(path))


def checksum(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hex digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def read_text(path: Path, missing: str) -> str:
    """A file's text, or what stands for it where there is no such file."""
    return path.read_text("utf-8") if path.exists() else missing


def write_text(path: Path, text: str) -> None:
    """Write a file in a folder that nobody reads yet."""
    path.write_text(text, "utf-8")


def replace_text(path: Path, text: str) -> None:
    """Write it under another name, then rename: it is there whole or not at all."""
    making = path.with_name(f".{path.name}")
    write_text(making, text)
    making.replace(path)
