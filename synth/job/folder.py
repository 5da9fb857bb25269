"""The output folder: made beside its place, swapped in by rename, so that a killed run leaves nothing that looks done."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from synth.errors import OutputError
from synth.job.manifest import NAME, Manifest

__all__ = ["complete", "holds_only_ours", "workshop"]


# what the user's disk says, not a mistake of ours
_USERS = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EFBIG, errno.EIO}


@contextmanager
def workshop(target: Path) -> Iterator[Path]:
    """A hidden folder to make `target` in; when the block ends well it takes target's place, else it vanishes.

    One run at a time: others are refused. What a killed run left is cleared by the next.
    """
    out = target.parent
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = open(out / f".{target.name}.lock", "w")  # noqa: SIM115 - held until the end
    except OSError as error:
        raise OutputError(f"cannot write to '{out}': {error.strerror or error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise OutputError(f"another run is writing '{target}'; wait for it, or choose another --out") from None
        making, old = out / f".{target.name}.making", out / f".{target.name}.old"
        if old.exists() and not target.exists():
            old.rename(target)  # killed between the two renames of a swap
        for left in (making, old):
            shutil.rmtree(left, ignore_errors=True)
        making.mkdir()
        try:
            yield making
            if target.exists():
                target.rename(old)
            making.rename(target)
        except OSError as error:
            if error.errno not in _USERS:
                raise
            raise OutputError(f"cannot write '{target}': {error.strerror or error}") from error
        finally:
            for left in (making, old):
                shutil.rmtree(left, ignore_errors=True)
            (out / f".{target.name}.lock").unlink(missing_ok=True)


def holds_only_ours(target: Path) -> Manifest | None:
    """The manifest of a finished run in `target`, or None where nothing is. Raises OutputError for anything else."""
    if not target.exists():
        return None
    if not target.is_dir():
        raise OutputError(f"'{target}' is a file, not a folder")
    found = {
        os.path.relpath(os.path.join(folder, name), target) for folder, _, names in os.walk(target) for name in names
    }
    if not found and not any(target.iterdir()):
        return None
    if NAME not in found:
        raise OutputError(f"'{target}' holds files that are not ours; choose another --out, or empty it yourself")
    manifest = Manifest.read(target)
    strangers = sorted(found - {NAME} - {file.path for table in manifest.tables.values() for file in table.files})
    if strangers:
        raise OutputError(f"'{target}' holds a file that is not ours ('{strangers[0]}'); move it away first")
    return manifest


def complete(target: Path, manifest: Manifest) -> bool:
    """Whether all files of a manifest are there at their size."""
    files = [file for table in manifest.tables.values() for file in table.files]
    return all((target / f.path).is_file() and (target / f.path).stat().st_size == f.bytes for f in files)
