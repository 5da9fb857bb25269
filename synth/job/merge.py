"""Puts the parts of a run together: looks whether they belong together and are all there, and makes what sums over them."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from synth.addresses import is_remote
from synth.draw.part import Part
from synth.draw.walk import PartKey
from synth.errors import OutputError
from synth.job.generate import Summary
from synth.logs import logged
from synth.plan.make import make
from synth.plan.model import Plan
from synth.progress import Progress
from synth.runners import begun
from synth.store.files import FileEntry, checksum
from synth.store.folder import require_files
from synth.store.joined import joined_families, joined_tables
from synth.store.manifest import Manifest
from synth.store.opened import opened
from synth.store.places import place_of
from synth.store.replacing import differences, known_if_exists
from synth.store.rollup_parts import FILE as PARTS
from synth.store.rollup_parts import read_rollup_parts, rollup_parts_files, rollup_parts_text
from synth.store.run import RunResult, Step, run_all
from synth.store.tasks import refuse_other_tasks

if TYPE_CHECKING:
    from synth.runners import Running

__all__ = ["merge"]

SHOWN = 5  # of the parts that are missing


@logged
def merge(
    folders: Sequence[str | Path], out: str | Path | None = None, *, workers: int | str | Running = 1,
    if_exists: str = "fail", made_by: str | None = None, progress: Progress | None = None,
) -> Summary:  # fmt: skip
    """Put parts together as `out`/DATASET, beside the first of them if left out. Raises OptionError, OutputError, DataError.

    Files are linked where that can be done, else copied; the parts stay as they are. What comes of it is what one run makes,
    file by file. Parts may be in object stores, and so may what comes of it.

    >>> plan = synth.make_plan("inventory", scale=0.01)
    >>> parts = [synth.generate(plan, "parts", part=synth.Part(number, of=2)).folder for number in (1, 2)]
    >>> synth.merge(parts, "merged").rows
    351
    """
    known_if_exists(if_exists)
    if out is None and folders:
        first = folders[0]
        out = str(first).rstrip("/").rpartition("/")[0] if is_remote(first) else Path(first).resolve().parent
    with ExitStack() as copies:
        here = [copies.enter_context(opened(folder))[0] for folder in folders]
        return _merged(here, "." if out is None else out, workers, if_exists, made_by, progress)


def _merged(
    folders: Sequence[Path], out: str | Path, workers: int | str | Running, if_exists: str, made_by: str | None,
    progress: Progress | None,
) -> Summary:  # fmt: skip
    """Put parts that are on this machine together."""
    started = time.perf_counter()
    parts = _parts(folders)
    first = next(iter(parts.values()))
    plan = _plan(first)
    place = place_of(out, first.dataset)
    whole = first.model_copy(update={"part": None, "made_by": made_by, "tables": {}, "families": {}, "sums": ()})
    there = place.there(whole, if_exists)
    if there and whole.is_same_run(there) and place.is_whole(there):
        return Summary(place.shown, there, time.perf_counter() - started, 0, unchanged=True)
    started_here = begun(workers)
    with started_here as running, place.making(plan, whole, if_exists, fresh=True) as making:
        folder = making.folder
        _take_files(parts, folder)
        step = Step(None, {}, _sums(parts))
        run = run_all(plan, folder / ".residents", making.sink, running, progress, folder / PARTS, step)
        manifest = _stated(whole, plan, parts, run, rollup_parts_files(folder))
        refuse_other_tasks(manifest, plan)
        manifest = making.publish(manifest)
    return Summary(place.shown, manifest, time.perf_counter() - started, running.workers)


def _parts(folders: Sequence[Path]) -> dict[Path, Manifest]:
    """The manifests of parts that belong together, each of which is there once, in their order. Raises OutputError."""
    found: dict[int, tuple[Path, Manifest]] = {}
    first: tuple[Path, Manifest, Part] | None = None
    for folder in folders:
        manifest = Manifest.read(folder, part=True)
        if manifest.part is None:
            raise OutputError(
                f"'{folder}' is no part, but a whole run\n  hint: parts are made by `synth generate --part k/n`"
            )
        part = Part.parse(manifest.part)
        if not manifest.is_as_written():
            raise OutputError(f"the manifest of '{folder}' is not as it was written\n  hint: make part {part} again")
        first = first or (folder, manifest, part)
        if (manifest.identity, manifest.file_facts) != (first[1].identity, first[1].file_facts):
            what = differences(first[1], manifest)
            raise OutputError(f"'{folder}' is no part of the run that '{first[0]}' is of: it differs in {what}")
        if part.of != first[2].of:
            raise OutputError(
                f"'{folder}' is part {part}, and '{first[0]}' is part {first[2]}: they cut the run otherwise"
            )
        if part.number in found:
            raise OutputError(f"part {part} is there twice: '{found[part.number][0]}' and '{folder}'")
        found[part.number] = folder, manifest
    if first is None:
        raise OutputError("no part is named\n  hint: name the folders that `synth generate --part k/n` made")
    if missing := [str(Part(number, first[2].of)) for number in range(1, first[2].of + 1) if number not in found]:
        others = f" and {len(missing) - SHOWN:,} more" if len(missing) > SHOWN else ""
        raise OutputError(
            f"{'part' if len(missing) == 1 else 'parts'} {', '.join(missing[:SHOWN])}{others} of {first[1].dataset} "
            f"{'are' if len(missing) > 1 else 'is'} missing\n"
            f"  hint: `synth generate … --part {missing[0]}` makes it, with the words of the others"
        )
    if not first[1].is_drawn_alike:
        raise OutputError(
            f"these parts were drawn by another version of the program ({first[1].program})\n"
            "  hint: let that version merge them, or make them again"
        )
    return dict(found[number] for number in sorted(found))


def _plan(manifest: Manifest) -> Plan:
    """The plan of the run that a part is of."""
    return make(
        manifest.load_dataset(),
        scale=manifest.scale,
        seed=manifest.seed,
        until=manifest.until,
        tables=list(manifest.tables),
    )


def _take_files(parts: dict[Path, Manifest], folder: Path) -> None:
    """Link or copy the files of all parts into a folder. Raises OutputError where one is missing, or not as it was made."""
    for source, manifest in parts.items():
        require_files(source, manifest, to_extend=True)
        for file in (file for table in manifest.tables.values() for file in table.files):
            if checksum(source / file.path) != file.sha256:
                raise OutputError(
                    f"'{source / file.path}' is not as it was made\n  hint: make part {manifest.part} again"
                )
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # of another disk, or one that has no links
                os.link(source / file.path, path)
                continue
            shutil.copy2(source / file.path, path)


def _sums(parts: dict[Path, Manifest]) -> dict[str, dict[PartKey, pl.DataFrame]]:
    """What the tasks of all parts gave to rollups."""
    found: dict[str, dict[PartKey, pl.DataFrame]] = {}
    for folder in parts:
        for rollup, sums in read_rollup_parts(rollup_parts_text(folder / PARTS)).items():
            found.setdefault(rollup, {}).update(sums)
    return found


def _stated(
    whole: Manifest, plan: Plan, parts: dict[Path, Manifest], run: RunResult, sums: tuple[FileEntry, ...]
) -> Manifest:
    """The manifest of all that is there."""
    families = joined_families([*(part.families for part in parts.values()), run.families()])
    files: list[Mapping[str, Iterable[FileEntry]]] = [
        {name: entry.files for name, entry in part.tables.items()} for part in parts.values()
    ]
    columns = next(iter(parts.values())).tables
    facts = {
        "families": {family.root: families[family.root] for family in plan.families if family.root in families},
        "tables": joined_tables(
            {name: entry.columns for name, entry in columns.items()}, families, [*files, run.files]
        ),
        "sums": sums,
    }
    return whole.model_copy(update=facts).sealed()
