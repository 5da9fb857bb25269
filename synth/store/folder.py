"""The output folder: made beside its place, swapped in by rename, so that a killed run leaves nothing that looks done.

Nothing of the user's is followed, replaced or emptied: a link where the folder is to be, and whatever stands where a run
works that no run of ours has left there, is refused.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from synth.errors import OutputError, SynthError
from synth.lakes import is_of_lake
from synth.store.documents import DOCUMENTS
from synth.store.files import checksum, files_in, first_link, is_plain, read_text, write_text
from synth.store.lock import locked
from synth.store.manifest import NAME, Manifest
from synth.system import is_utf8, said_by_machine

__all__ = [
    "MARK",
    "clear_work",
    "extending_folder",
    "finished_run",
    "first_changed_file",
    "first_missing_file",
    "has_only_marked_files",
    "is_whole",
    "make_room",
    "refuse_link",
    "refuse_links",
    "replacing_folder",
    "require_files",
    "write_marker",
]

MARK = ".synth"  # in a folder of ours without a manifest: the names of its files
SPARE = 8  # open files that are given back for clearing away, where there may be no more of them


@contextmanager
def replacing_folder(target: Path, goes_on: Callable[[Path], bool] = lambda left: False) -> Iterator[Path]:
    """A hidden folder to make `target` in; when the block ends well it takes target's place, else it vanishes.

    One run at a time: others are refused. What a killed run left is cleared by the next, unless that `goes_on` with it.
    """
    with _locked(target, goes_on) as (work_folder, old):
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
        refuse_links(target)
        if Manifest.read(target, advancing=True).advancing:
            raise OutputError(
                f"'{target}' was left in the midst of an advance, and the files that it lacks ('{work_folder}') are gone\n"
                "  hint: generate it again, with --if-exists replace"
            )
        yield work_folder
        if (work_folder / NAME).exists():
            new = Manifest.read(work_folder)
            Manifest.read(target).model_copy(update={"advancing": new.until}).write(target, work_folder)
            _move(work_folder, target)


def clear_work(target: Path) -> None:
    """Clear away what a killed run has left beside `target`, as the next one would."""
    with _locked(target):
        return


def _move(work_folder: Path, target: Path) -> None:
    """Files take their place, the manifest last; done again it comes to the same. Files of tasks that are gone go."""
    old, new = Manifest.read(target, advancing=True), Manifest.read(work_folder)
    kept = {file.path for table in new.tables.values() for file in table.files}
    for path in {file.path for table in old.tables.values() for file in table.files} - kept:
        if is_plain(target / path, target):
            (target / path).unlink()
            _clear_empty((target / path).parent, target)
    for name in [name for name in files_in(work_folder) if name != NAME]:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (work_folder / name).replace(target / name)
    (work_folder / NAME).replace(target / NAME)


def _clear_empty(folder: Path, target: Path) -> None:
    """Remove the folders of partitions that hold nothing any more."""
    while folder.parent != target and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def _midway(work_folder: Path, target: Path) -> bool:
    """Whether files were about to move: `work_folder` has what `target` lacks."""
    there = (work_folder / NAME).exists() and (target / NAME).exists()
    return there and Manifest.read(target, advancing=True).advancing is not None


@contextmanager
def _locked(target: Path, goes_on: Callable[[Path], bool] = lambda left: False) -> Iterator[tuple[Path, Path]]:
    """An empty hidden folder beside `target`, and the name of another, for the one run that holds the lock.

    It is not empty where the run goes on with what another has left in it.
    """
    refuse_link(target)
    if not is_utf8(str(target)):
        raise OutputError(f"{str(target)!r} is no UTF-8, and no place to write to\n  hint: rename the folder")
    out = target.parent
    with locked(target) as left_by_a_run:
        work_folder, old = out / f".{target.name}.making", out / f".{target.name}.old"
        for left in (work_folder, old):
            _refuse_strange(left, ours=left_by_a_run)
        spare: list[int] = []
        try:
            spare += (os.open(os.devnull, os.O_RDONLY) for _ in range(SPARE))
            if old.exists() and not target.exists():
                old.rename(target)  # killed between the two renames of a swap
            if _midway(work_folder, target):
                refuse_links(target)
                refuse_links(work_folder)
                _move(work_folder, target)  # killed in the midst of an advance
            for left in (work_folder, old):
                if left == old or not (left.exists() and goes_on(left)):
                    _empty(left)
            work_folder.mkdir(exist_ok=True)
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


def _empty(left: Path) -> None:
    """Clear away what a run has left. Raises OutputError where that cannot be done, as each run would fail by it."""
    if not left.exists():
        return
    try:
        shutil.rmtree(left)
    except OSError as error:
        what = f"what an earlier run left in '{left}' cannot be cleared away ('{error.filename}'): {error.strerror}"
        raise OutputError(f"{what}\n  hint: remove it yourself") from error


def refuse_link(target: Path) -> None:
    """Raise OutputError where a link stands in the place of a folder that is to be written."""
    if target.is_symlink():
        raise OutputError(f"'{target}' is a link, and is not followed\n  hint: name the folder that it leads to")


def refuse_links(folder: Path) -> None:
    """Raise OutputError where a link is anywhere in a folder that is to be written to."""
    if link := first_link(folder):
        raise OutputError(f"'{folder}' holds a link ('{link}'), and none is of ours; nothing is written there")


def _refuse_strange(left: Path, *, ours: bool) -> None:
    """Refuse what stands where a run works, unless a run of ours has left it there."""
    if not left.exists() and not left.is_symlink():
        return
    is_folder = left.is_dir() and not left.is_symlink()
    ours = ours or (left / NAME).is_file() or (left / MARK).is_file() or (is_folder and not any(left.iterdir()))
    if not (is_folder and ours):
        raise OutputError(f"'{left}' stands where a run works, and is not ours; move it away")


def finished_run(target: Path) -> Manifest | None:
    """The manifest of a finished run in `target`, or None where nothing is. Raises OutputError for anything else."""
    refuse_link(target)
    if not target.exists():
        return None
    if not target.is_dir():
        raise OutputError(f"'{target}' is a file, not a folder")
    present = set(files_in(target))
    if not present and not any(target.iterdir()):
        return None
    if NAME not in present:
        raise OutputError(f"'{target}' holds files that are not ours; choose another --out, or empty it yourself")
    manifest = Manifest.read(target, advancing=True, part=True)
    known = {file.path for table in manifest.tables.values() for file in table.files}
    known |= {NAME, *DOCUMENTS, *(file.path for file in manifest.hidden)}
    if manifest.advancing:  # left in the midst of it: with files of the step
        known |= {name for name in present if name.partition("/")[0] in manifest.tables}
    strangers = sorted(name for name in present - known if not is_of_lake(name))
    if strangers:
        raise OutputError(f"'{target}' holds a file that is not ours ('{strangers[0]}'); move it away first")
    return manifest


def write_marker(folder: Path) -> None:
    """Remember what is in a folder, so that the next run knows it for ours."""
    write_text(folder / MARK, "".join(f"{name}\n" for name in files_in(folder)))


def has_only_marked_files(target: Path, beside: Collection[str] = ()) -> bool:
    """Whether `target` holds what a run left there with a mark; False where nothing is. Raises OutputError for all else.

    Files and folders of the names `beside` may be there too: those that others make as they work there.
    """
    refuse_link(target)
    if not target.exists():
        return False
    if not target.is_dir():
        raise OutputError(f"'{target}' is a file, not a folder")
    present = set(files_in(target))
    if not present and not any(target.iterdir()):
        return False
    known = read_text(target / MARK, missing="").splitlines()
    strangers = sorted(name for name in present - {MARK, *known} if name.partition("/")[0] not in beside)
    if strangers:
        raise OutputError(
            f"'{target}' holds files that are not ours ('{strangers[0]}'); choose another --out, or move them away"
        )
    return True


def make_room(target: Path) -> None:
    """Refuse a folder that holds anything but an earlier run of ours. Raises OutputError."""
    if (target / MARK).is_file():
        has_only_marked_files(target)
    else:
        finished_run(target)


def require_files(target: Path, manifest: Manifest, *, to_extend: bool = False) -> None:
    """Raise OutputError where `first_missing_file` finds one."""
    if lost := first_missing_file(target, manifest, to_extend=to_extend):
        raise OutputError(f"'{lost}' is missing, or not as it was made\n  hint: generate the folder again")


def first_missing_file(target: Path, manifest: Manifest, *, to_extend: bool = False) -> Path | None:
    """The first file of a manifest that is not there at its size, if any; `to_extend`: or of those it needs to grow.

    A link is no such file, nor what lies behind one.
    """
    files = [file for table in manifest.tables.values() for file in table.files]
    files += manifest.hidden if to_extend else ()
    here = ((target / file.path, file.bytes) for file in files)
    return next((path for path, size in here if not is_plain(path, target) or path.stat().st_size != size), None)


def is_whole(target: Path, manifest: Manifest) -> bool:
    """Whether all of a run is there as it was made, hidden files too."""
    return not (
        manifest.advancing
        or first_missing_file(target, manifest, to_extend=True)
        or first_changed_file(target, manifest)
    )


def first_changed_file(target: Path, manifest: Manifest) -> Path | None:
    """The first file of a table that is there, and not as it was made, if any.

    Bytes are read where the size is right and the file is younger than the manifest, which was written last.
    """
    made = (target / NAME).stat().st_mtime_ns
    for file in (file for table in manifest.tables.values() for file in table.files):
        path = target / file.path
        if not os.path.lexists(path):
            continue
        if not is_plain(path, target) or path.stat().st_size != file.bytes:
            return path
        if path.stat().st_mtime_ns > made and checksum(path) != file.sha256:
            return path
    return None
