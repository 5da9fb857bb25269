"""What a process would leave behind if it were killed, or aborted by a library: noted for who clears it away then."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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
def temporary_folder(name: str = "synth-", *, guarded: bool = False) -> Iterator[Path]:
    """A folder among the system's temporary ones, whose name begins so; it vanishes with the block.

    One that is `guarded`, for what nobody else may ever see, vanishes also when the process is killed.
    """
    with TemporaryDirectory(prefix=name) as made:
        note(Left.FOLDER, Path(made))
        with _guarded(Path(made)) if guarded else nullcontext():
            yield Path(made)


@contextmanager
def _guarded(folder: Path) -> Iterator[None]:
    """Let a shell wait for the end of a pipe that this process alone holds open, and remove the folder then."""
    import subprocess  # 10 ms, of a program that begins

    shell = shutil.which("sh")
    if shell is None:  # Windows
        yield
        return
    words = [shell, "-c", 'read -r _; rm -rf -- "$1"', "synth", str(folder)]
    with subprocess.Popen(  # noqa: S603 - a shell, of our own words
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ):  # which closes the pipe, and waits
        yield
