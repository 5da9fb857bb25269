"""What becomes of a finished folder that stands where another is to be made: nothing, unless replacing it was asked for."""

from __future__ import annotations

from pathlib import Path

from synth.errors import OptionError, OutputError, many
from synth.spec.kinds.asked_rows import as_declared, asked_rows
from synth.spec.models import Dataset
from synth.store.folder import MARK, finished_run, first_changed_file, has_only_marked_files
from synth.store.manifest import Manifest

__all__ = ["IF_EXISTS", "differences", "known_if_exists", "refuse_another", "refuse_another_run", "refuse_anything"]

IF_EXISTS = ("fail", "replace")
_APPEND = "append is for databases: a folder grows by `synth advance`"
_FACTS = (
    "dataset", "scale", "seed", "until", "format", "dialect", "compression", "partitions", "spec", "program",
    "stream_version",
)  # fmt: skip


def known_if_exists(if_exists: str) -> None:
    """Look at what is to become of a folder. Raises OptionError."""
    if if_exists not in IF_EXISTS:
        why = _APPEND if if_exists == "append" else "fail leaves what is there, replace puts the new in its place"
        raise OptionError(f"--if-exists takes fail or replace for a folder, not '{if_exists}'\n  hint: {why}")


def refuse_another_run(target: Path, asked: Manifest, if_exists: str = "fail") -> Manifest | None:
    """Look at the folder before it is replaced by what is asked for: the same run, or a note of who made both, may.

    `asked` is the manifest of the run to come; gives that of the one that is there. Raises OutputError for another run, for
    files that somebody has changed, and for all that is not ours.
    """
    there = finished_run(target)
    if there is None or if_exists == "replace":
        return there
    refuse_another(str(target), asked, there)
    if not there.advancing and (changed := first_changed_file(target, there)):
        raise OutputError(
            f"'{changed}' is not as it was made: somebody has changed it, and it would be made anew\n"
            "  hint: --if-exists replace makes the folder anew, another --out keeps both"
        )
    return there


def refuse_another(place: str, asked: Manifest, there: Manifest) -> None:
    """Raise OutputError where a manifest is not of the run that is asked for, nor of one with the same note."""
    if not (asked.is_same_run(there) or (asked.made_by and asked.made_by == there.made_by)):
        raise OutputError(
            f"'{place}' holds another run: {_described(there)}\n"
            f"  it differs in {differences(there, asked)}; nothing was changed\n"
            "  hint: --if-exists replace puts the new one in its place, another --out keeps both"
        )


def refuse_anything(target: Path, if_exists: str = "fail") -> None:
    """Look at the folder before other files take its place. Raises OutputError for what is there, whatever is not ours."""
    if (target / MARK).is_file():
        has_only_marked_files(target)
        there = "files that were pulled before"
    else:
        manifest = finished_run(target)
        if manifest is None:
            return
        there = _described(manifest)
    if if_exists != "replace":
        raise OutputError(
            f"'{target}' holds {there}; nothing was changed\n"
            "  hint: --if-exists replace puts the new files in their place, another --out keeps both"
        )


def _described(manifest: Manifest) -> str:
    """What a folder holds, in one line."""
    rows = sum(table.rows for table in manifest.tables.values())
    return (
        f"{manifest.dataset}, scale {manifest.scale:g}, seed {manifest.seed}, until {manifest.until.isoformat(' ')}, "
        f"{manifest.format}, {many(len(manifest.tables), 'table')}, {many(rows, 'row')}"
    )


def _of_spec(there: Dataset, asked: Dataset) -> str:
    """What differs between two specs: only the rows that were asked for, or more."""
    if as_declared(there) != as_declared(asked):
        return "its spec"
    before, now = asked_rows(there), asked_rows(asked)
    other = [table for table in {**before, **now} if before.get(table) != now.get(table)]
    said = (f"{table}={now[table]}" if table in now else f"{table} as declared" for table in other)
    return f"rows (asked: {', '.join(said)})"


def differences(there: Manifest, asked: Manifest) -> str:
    """The facts in which two runs differ, and what is asked for now."""
    found = []
    for name in _FACTS:
        if name == "spec":
            is_same = (
                asked.spec == there.spec or asked.load_dataset() == there.load_dataset()
            )  # an older release's words
            found += [] if is_same else [_of_spec(there.load_dataset(), asked.load_dataset())]
        elif (now := getattr(asked, name)) != getattr(there, name):
            said = ", ".join(f"{table}={levels}" for table, levels in now.items()) if isinstance(now, dict) else now
            found.append(f"{name.replace('_', ' ')} (asked: {said or None})")
    return ", ".join(found) or "its tables"
