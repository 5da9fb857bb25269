"""What a process would leave behind if it were killed, or aborted by a library: noted for who clears it away then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["Left", "note", "notify", "temporary_folder"]


class Left(Enum):
    """What may be left."""

    LOCKED = "locked"  # the target of a run, locked, and its work beside it
    FOLDER = "folder"  # a temporary one
    FILE = "file"  # which was not there before, and holds nothing yet
    WHOLE = "whole"  # such a file is whole now, and is to stay


_told: list[Callable[[Left, Path], object]] = []


def notify(tell: Callable[[Left, Path], object]) -> None:
    """From now on, call `tell` as soon as there is something that could be left."""
    _told.append(tell)


def note(what: Left, path: Path) -> None:
    """Say that this is there, and would be left."""
    for tell in _told:
        tell(what, path.absolute())


@contextmanager
def temporary_folder(name: str = "synth-") -> Iterator[Path]:
    """A folder among the system's temporary ones, whose name begins so; it vanishes with the block."""
    with TemporaryDirectory(prefix=name) as made:
        note(Left.FOLDER, Path(made))
        yield Path(made)
