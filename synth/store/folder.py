"""The output folder: made beside its place, swapped in by rename, so that a killed run leaves nothing that looks done."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from synth.errors import OutputError, SynthError
from synth.store.files import read_text, write_text
from synth.store.manifest import NAME, Manifest
from synth.system import is_utf8, said_by_machine

__all__ = [
    "MARK",
    "extending_folder",
    "finished_run",
    "first_missing_file",
    "has_only_marked_files",
    "replacing_folder",
    "require_files",
    "write_marker",
]

MARK = ".synth"  # in a folder of ours without a manifest: the names of its files
SPARE = 8  # open files that are given back for clearing away, where there may be no more of them


@contextmanager
def replacing_folder(target: Path) -> Iterator[Path]:
    """A hidden folder to make `target` in; when the block ends well it takes target's place, else it vanishes.

    One run at a time: others are refused. What a killed run left is cleared by the next.
    """
    with _locked(target) as (work_folder, old):
        yield work_folder
        if target.exists():
            target.rename(old)
        work_folder.rename(target)


@contextmanager
def extending_folder(target: Path) -> Iterator[Path]:
    """A hidden folder for what is new in `target`, with a manifest; when the block ends well it all moves there.

    Until it has, the manifest in `target` says so. Where a killed run left it in the midst, it is completed before.
    """
    with _locked(target) as (work_folder, _):
        if Manifest.read(target, advancing=True).advancing:
            raise OutputError(
                f"'{target}' was left in the midst of an advance, and the files that it lacks ('{work_folder}') are gone\n"
                "  hint: generate it again, with --if-exists replace"
            )
        yield work_folder
        if (work_folder / NAME).exists():
            new = Manifest.read(work_folder)
            Manifest.read(target).model_copy(update={"advancing": new.until}).write(target)
            _move(work_folder, target)


def _move(work_folder: Path, target: Path) -> None:
    """Files take their place, the manifest last; done again it comes to the same."""
    for name in sorted(_files(work_folder) - {NAME}):
        (target / name).parent.mkdir(exist_ok=True)
        (work_folder / name).replace(target / name)
    (work_folder / NAME).replace(target / NAME)


def _midway(work_folder: Path, target: Path) -> bool:
    """Whether files were about to move: `work_folder` has what `target` lacks."""
    there = (work_folder / NAME).exists() and (target / NAME).exists()
    return there and Manifest.read(target, advancing=True).advancing is not None


@contextmanager
def _locked(target: Path) -> Iterator[tuple[Path, Path]]:
    """An empty hidden folder beside `target`, and the name of another, for the one run that holds the lock."""
    out = target.parent
    with _lock(target) as lock:
        work_folder, old = out / f".{target.name}.making", out / f".{target.name}.old"
        spare: list[int] = []
        try:
            spare += (os.open(os.devnull, os.O_RDONLY) for _ in range(SPARE))
            if old.exists() and not target.exists():
                old.rename(target)  # killed between the two renames of a swap
            if _midway(work_folder, target):
                _move(work_folder, target)  # killed in the midst of an advance
            for left in (work_folder, old):
                shutil.rmtree(left, ignore_errors=True)
            work_folder.mkdir()
            yield work_folder, old
        except Exception as error:
            said = None if isinstance(error, MemoryError | SynthError) else said_by_machine(error)
            if said is None:
                raise
            raise OutputError(f"cannot write '{target}': {said}") from error
        finally:
            for each in spare:
                os.close(each)
            for left in (work_folder, old):
                if left == old or not _midway(work_folder, target):
                    shutil.rmtree(left, ignore_errors=True)
            Path(lock.name).unlink(missing_ok=True)


def _lock(target: Path) -> IO[str]:
    """An open file beside `target` that nobody else has locked, or can lock as long as it is open. Raises OutputError."""
    path = target.parent / f".{target.name}.lock"
    if not is_utf8(str(path)):
        raise OutputError(f"{str(target)!r} is no UTF-8, and no place to write to\n  hint: rename the folder")
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = open(path, "w")  # noqa: SIM115 - held until the end
        except OSError as error:
            raise OutputError(f"cannot write to '{path.parent}': {error.strerror or error}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            raise OutputError(f"another run is writing '{target}'; wait for it, or choose another --out") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock.fileno()), path.stat()):
                return lock
        lock.close()  # the run before has just unlinked this one, and others would lock a new one


def finished_run(target: Path) -> Manifest | None:
    """The manifest of a finished run in `target`, or None where nothing is. Raises OutputError for anything else."""
    if not target.exists():
        return None
    if not target.is_dir():
        raise OutputError(f"'{target}' is a file, not a folder")
    present = _files(target)
    if not present and not any(target.iterdir()):
        return None
    if NAME not in present:
        raise OutputError(f"'{target}' holds files that are not ours; choose another --out, or empty it yourself")
    manifest = Manifest.read(target, advancing=True)
    known = {file.path for table in manifest.tables.values() for file in table.files}
    known |= {NAME, f".{NAME}", *(file.path for file in manifest.hidden)}
    if manifest.advancing:  # left in the midst of it: with files of the step
        known |= {name for name in present if name.partition("/")[0] in manifest.tables}
    strangers = sorted(present - known)
    if strangers:
        raise OutputError(f"'{target}' holds a file that is not ours ('{strangers[0]}'); move it away first")
    return manifest


def write_marker(folder: Path) -> None:
    """Remember what is in a folder, so that the next run knows it for ours."""
    write_text(folder / MARK, "".join(f"{name}\n" for name in sorted(_files(folder))))


def has_only_marked_files(target: Path) -> bool:
    """Whether `target` holds what a run left there with a mark; False where nothing is. Raises OutputError for all else."""
    if not target.exists():
        return False
    if not target.is_dir():
        raise OutputError(f"'{target}' is a file, not a folder")
    present = _files(target)
    if not present and not any(target.iterdir()):
        return False
    known = read_text(target / MARK, missing="").splitlines()
    strangers = sorted(present - {MARK, *known})
    if strangers:
        raise OutputError(
            f"'{target}' holds files that are not ours ('{strangers[0]}'); choose another --out, or move them away"
        )
    return True


def _files(target: Path) -> set[str]:
    return {
        os.path.relpath(os.path.join(folder, name), target) for folder, _, names in os.walk(target) for name in names
    }


def require_files(target: Path, manifest: Manifest, *, to_extend: bool = False) -> None:
    """Raise OutputError where `first_missing_file` finds one."""
    if lost := first_missing_file(target, manifest, to_extend=to_extend):
        raise OutputError(f"'{lost}' is missing, or not as it was made\n  hint: generate the folder again")


def first_missing_file(target: Path, manifest: Manifest, *, to_extend: bool = False) -> Path | None:
    """The first file of a manifest that is not there at its size, if any; `to_extend`: or of those it needs to grow."""
    files = [file for table in manifest.tables.values() for file in table.files]
    files += manifest.hidden if to_extend else ()
    here = ((target / file.path, file.bytes) for file in files)
    return next((path for path, size in here if not path.is_file() or path.stat().st_size != size), None)
