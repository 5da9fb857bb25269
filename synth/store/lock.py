"""The lock of a folder: a file beside it, empty, which one run holds and removes. It is never followed, nor emptied."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from synth.errors import OutputError
from synth.left import Left, note
from synth.system import NO_LINK

__all__ = ["locked"]

_FLAGS = os.O_RDWR | NO_LINK
ON_WINDOWS = sys.platform == "win32"  # where no file can be removed that is open


@contextmanager
def locked(target: Path) -> Iterator[bool]:
    """Hold the lock of a folder; whether a run that was killed had held it. Raises OutputError where another run does."""
    path = target.parent / f".{target.name}.lock"
    number, left = _lock(path, target)
    try:
        note(Left.LOCKED, target)
        yield left
    finally:
        if ON_WINDOWS:
            os.close(number)
        if not (left and _work_is_left(target)):  # else that is known for ours by this file
            path.unlink(missing_ok=True)
        if not ON_WINDOWS:
            os.close(number)


def _work_is_left(target: Path) -> bool:
    return any(os.path.lexists(target.parent / f".{target.name}.{word}") for word in ("making", "old"))


def _lock(path: Path, target: Path) -> tuple[int, bool]:
    """An open file that nobody else has locked, or can lock as long as it is open, and whether it was there before."""
    import portalocker  # 40 ms, while workers begin

    while True:
        number, left = _open(path)
        try:
            portalocker.lock(number, portalocker.LockFlags.EXCLUSIVE | portalocker.LockFlags.NON_BLOCKING)
        except portalocker.LockException:
            os.close(number)
            raise OutputError(f"another run is writing '{target}'; wait for it, or choose another --out") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(number), os.lstat(path)):
                return number, left
        os.close(number)  # the run before has just unlinked this one, and others would lock a new one


def _open(path: Path) -> tuple[int, bool]:
    """The file, made if it is not there, and whether it was. Raises OutputError."""
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                return os.open(path, _FLAGS | os.O_CREAT | os.O_EXCL, 0o666), False
            number = os.open(path, _FLAGS)
        except FileNotFoundError:
            continue  # unlinked just now
        except OSError as error:
            if os.path.lexists(path):
                raise _in_the_way(path) from None
            raise OutputError(f"cannot write to '{path.parent}': {error.strerror or error}") from error
        found = os.fstat(number)
        if stat.S_ISREG(found.st_mode) and not found.st_size:
            return number, True
        os.close(number)
        raise _in_the_way(path)


def _in_the_way(path: Path) -> OutputError:
    return OutputError(f"'{path}' stands where a run keeps its lock, and is not ours; move it away")
