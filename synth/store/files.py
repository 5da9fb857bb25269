"""Files of a dataset: texts that are kept beside the rows, and every file as the manifest names it.

Whatever is kept of a dataset is opened here or by a format's writer and reader, so that a folder may one day be
something else than one on a disk. A folder may come from a stranger: links in it are not followed, and what is read of
it has a size that it must not exceed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from hashlib import file_digest
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from synth.errors import OutputError
from synth.system import NO_LINK

__all__ = [
    "MOST_BYTES", "Count", "FileEntry", "checksum", "described", "empty_folders", "files_in", "first_link", "is_plain",
    "read_bytes", "read_text", "replace_text", "write_pieces", "write_text",
]  # fmt: skip

MOST_BYTES = 256 * 2**20  # of a manifest, or of another text of ours: that of hundreds of thousands of files

_SIGNS = r"[^/\\\x00-\x1f\x7f]+"
_INSIDE = re.compile(rf"(?!\.{{1,2}}(?:/|\Z)){_SIGNS}(?:/(?!\.{{1,2}}(?:/|\Z)){_SIGNS})*")

Count = Annotated[int, Field(strict=True, ge=0, lt=2**63)]


class FileEntry(BaseModel):
    """One file, its path relative to the folder and inside it.

    In an object store, where nothing is renamed, it is `at` a name that belongs to the run that wrote it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: Annotated[str, StringConstraints(max_length=4096)]
    rows: Count
    bytes: Count
    sha256: Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
    at: Annotated[str, StringConstraints(max_length=4096)] | None = None

    @field_validator("path", "at")
    @classmethod
    def _is_inside(cls, path: str | None) -> str | None:
        if path is not None and not _INSIDE.fullmatch(path):
            raise ValueError(f"'{path}' is no path of a file in the folder")
        return path

    @property
    def name(self) -> str:
        """Give the name under which it is there."""
        return self.at or self.path


def described(path: Path, folder: Path, rows: int = 0) -> FileEntry:
    """A file as a manifest's entry: where it is in the folder, its rows, bytes and checksum."""
    where = path.relative_to(folder).as_posix()
    return FileEntry(path=where, rows=rows, bytes=path.stat().st_size, sha256=checksum(path))


def checksum(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hex digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


# -- what is there


def files_in(folder: Path) -> list[str]:
    """Paths of all files in a folder, hidden ones and links too, by name. Links to folders are not gone into."""
    return sorted(
        os.path.relpath(os.path.join(here, name), folder)
        for here, folders, names in os.walk(folder)
        for name in [*names, *(each for each in folders if os.path.islink(os.path.join(here, each)))]
    )


def is_plain(path: Path, folder: Path) -> bool:
    """Whether a path in a folder is a file, and neither it nor a folder on the way to it is a link."""
    way = path.relative_to(folder).parts
    return path.is_file() and not any(folder.joinpath(*way[:end]).is_symlink() for end in range(1, len(way) + 1))


def first_link(folder: Path) -> str | None:
    """The first link in a folder, whatever it leads to."""
    return next((name for name in files_in(folder) if (folder / name).is_symlink()), None)


# -- texts


def read_bytes(path: Path) -> bytes:
    """What is in a file that we have written. Raises OutputError for a link, and for more than such a file holds."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | NO_LINK), "rb") as file:
            found = file.read(MOST_BYTES + 1)
    except OSError as error:
        what = "it is a link" if path.is_symlink() else error.strerror or error
        raise OutputError(f"cannot read '{path}': {what}") from None
    if len(found) > MOST_BYTES:
        raise OutputError(f"'{path}' has more than {MOST_BYTES:,} bytes, and is none of ours")
    return found


def read_text(path: Path, missing: str) -> str:
    """A file's text, or what stands for it where there is no such file. Raises OutputError."""
    if not path.exists() and not path.is_symlink():
        return missing
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        raise OutputError(f"'{path}' is no text of ours") from None


def write_text(path: Path, text: str) -> None:
    """Write a new file, in a folder that nobody reads yet; what stands there is not written to. Raises FileExistsError."""
    write_pieces(path, [text])


def write_pieces(path: Path, pieces: Iterable[str]) -> None:
    """Write a new file of pieces of text, as `write_text` does."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o666), "w", encoding="utf-8") as file:
        for piece in pieces:
            file.write(piece)


def replace_text(path: Path, text: str, making: Path) -> None:
    """Write it as the new file `making`, in a folder of ours, then rename: it is there whole or not at all."""
    write_text(making, text)
    making.replace(path)


def empty_folders(folder: Path) -> list[str]:
    """Paths of all folders in a folder that hold nothing."""
    found = (os.path.relpath(here, folder) for here, folders, names in os.walk(folder) if not folders and not names)
    return sorted(each for each in found if each != ".")
