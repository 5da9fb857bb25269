"""Takes a folder from its `until` to a later one: blocks that will look different are drawn again, all others stay.

Afterwards the folder holds, table by table, what a run to the later `until` makes.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from synth.databases.changes import OthersRows, RowCounts
from synth.draw.change import OP
from synth.draw.output import NullSink
from synth.draw.task import Task
from synth.draw.walk import PartKey
from synth.errors import OptionError, OutputError
from synth.job.history import history_of
from synth.job.lake import follow, lakes_of
from synth.left import temporary_folder
from synth.logs import logged
from synth.plan.make import Moment, make
from synth.plan.model import FamilyPlan, Plan
from synth.plan.redraw import families_to_redraw
from synth.progress import Progress
from synth.runners import begun
from synth.spec.parts import table_of
from synth.store.change_feed import Feed
from synth.store.documents import write_documents
from synth.store.entries import TaskEntry
from synth.store.folder import extending_folder, refuse_link, require_files
from synth.store.joined import joined_families, joined_tables, kept_of
from synth.store.manifest import Manifest, begin
from synth.store.object_run import run_key
from synth.store.opened import opened
from synth.store.output import FileForm, FolderSink
from synth.store.rollup_parts import FILE as PARTS
from synth.store.rollup_parts import read_rollup_parts, rollup_parts_files, rollup_parts_text
from synth.store.run import RunResult, Step, run_all
from synth.store.tasks import refuse_other_tasks
from synth.streams import STREAM_VERSION

if TYPE_CHECKING:
    from synth.answers import Advanced
    from synth.runners import Running

__all__ = ["Advance", "advance_folder", "blocks_of", "counted", "grown", "plans", "step_between"]


@dataclass(frozen=True)
class Advance:
    """What a step made: from when to when, and how many blocks were drawn for it."""

    place: str
    since: dt.datetime
    until: dt.datetime
    seconds: float
    blocks: int = 0  # drawn again, or new
    rows: int = 0  # more than before
    feed: Path | None = None
    history: Path | None = None
    unchanged: bool = False
    changes: Mapping[str, RowCounts] = field(default_factory=dict)  # of a dry run, and in databases
    dry_run: bool = False
    others: Mapping[str, OthersRows] = field(default_factory=dict)  # by table: what others did to rows, in databases

    def as_dict(self) -> Advanced:
        """Give the step as plain values, for `--json`."""
        return {
            "place": self.place, "since": self.since.isoformat(), "until": self.until.isoformat(),
            "seconds": round(self.seconds, 3), "blocks": self.blocks, "rows": self.rows,
            "feed": str(self.feed) if self.feed else None, "history": str(self.history) if self.history else None,
            "unchanged": self.unchanged, "dry_run": self.dry_run,
            "changes": {name: counts.as_dict() for name, counts in self.changes.items()},
            "others": {name: rows.as_dict() for name, rows in self.others.items()},
        }  # fmt: skip


@logged
def advance_folder(
    folder: str | Path, until: Moment, *, workers: int | str | Running = 1,
    changes: str | Path | None = None, changes_format: str = "parquet", scd2: str | Path | None = None,
    dry_run: bool = False, progress: Progress | None = None,
) -> Advance:  # fmt: skip
    """Take a folder to `until`, or say in a `dry_run` what that would change. Raises OptionError, OutputError, DataError.

    With `changes`, a folder, what came, changed and went is written there as one more file; with `scd2`, the
    histories of all tables there go on. A killed advance is completed by the next. Files that come out as they were are
    left as they are.

    >>> plan = synth.make_plan("inventory", scale=0.01, until="2024-06-01")
    >>> step = synth.advance_folder(synth.generate(plan, "output").folder, "2024-07-01")
    >>> step.until.isoformat(), step.rows
    ('2024-07-01T00:00:00', 10)
    """
    how: dict[str, Any] = {"workers": workers, "changes": changes, "changes_format": changes_format, "scd2": scd2}
    with opened(folder, rows=False) as (here, copy):
        step = _advanced(here, until, **how, dry_run=dry_run, progress=progress, rows=copy is None)
        if copy is None:
            return step
        if not (step.dry_run or step.unchanged):
            new = Manifest.read(here)
            copy.put_back(new, run_key(new))
        return replace(step, place=str(copy.objects))


def _advanced(
    folder: Path, until: Moment, *, workers: int | str | Running, changes: str | Path | None, changes_format: str,
    scd2: str | Path | None, dry_run: bool, progress: Progress | None, rows: bool,
) -> Advance:  # fmt: skip
    """Advance a folder of this machine; without `rows` it has the files beside the data alone, and gets new ones."""
    refuse_link(folder)
    folder, started = folder.resolve(), time.perf_counter()  # it may be `.`, and is written to from beside it
    Manifest.read(folder, advancing=True)  # before anything is locked or made
    if dry_run:
        return _tried(folder, until, workers, progress, started, rows=rows)
    with extending_folder(folder) as making:
        manifest = Manifest.read(folder)
        earlier, plan = plans(manifest, until)
        lakes = lakes_of(folder, manifest)
        if plan.until == manifest.until:
            follow(folder, manifest, lakes)  # which the step before may not have come to
            return Advance(str(folder), manifest.until, plan.until, time.perf_counter() - started, unchanged=True)
        if rows:
            require_files(folder, manifest, to_extend=True)
        feed = None
        if changes is not None:
            if folder.resolve() in (Path(changes).resolve(), *Path(changes).resolve().parents):
                raise OptionError(f"changes are no part of the data: name a folder outside of '{folder}'")
            feed = Feed(Path(changes), manifest.until, plan.until, changes_format)
        kept_parts = read_rollup_parts(rollup_parts_text(folder / PARTS))
        step = step_between(earlier, plan, manifest, kept_parts, with_differences=bool(feed or scd2 is not None))
        with (
            begun(workers) as running,
            history_of(scd2, earlier, plan.until, running, folder, changes) as history,
        ):
            sink = FolderSink.of(making, FileForm.stated(plan, manifest))
            run = run_all(plan, making / ".residents", sink, running, progress, making / PARTS, step)
            new = grown(manifest, plan, run).restated(sums=rollup_parts_files(making))
            for path in _as_before(manifest, new):
                (making / path).unlink(missing_ok=True)
            if feed:
                feed.write(run.differences, plan)
            if history:
                history.write(run.differences, plan)
        write_documents(making, new, plan)
        new.write(making)
    follow(folder, new, lakes)
    return Advance(
        str(folder), manifest.until, plan.until, time.perf_counter() - started,
        blocks=blocks_of(run),
        rows=sum(t.rows for t in new.tables.values()) - sum(t.rows for t in manifest.tables.values()),
        feed=feed.path if feed else None, history=history.folder if history else None,
    )  # fmt: skip


def _tried(
    folder: Path,
    until: Moment,
    workers: int | str | Running,
    progress: Progress | None,
    started: float,
    *,
    rows: bool,
) -> Advance:
    """What an advance of a folder would change; the folder is only read."""
    manifest = Manifest.read(folder)
    earlier, plan = plans(manifest, until)
    if rows:
        require_files(folder, manifest, to_extend=True)
    kept_parts = read_rollup_parts(rollup_parts_text(folder / PARTS))
    step = step_between(earlier, plan, manifest, kept_parts, with_differences=True)
    with temporary_folder() as store, begun(workers) as running:
        run = run_all(plan, store / "residents", NullSink(), running, progress, store / "sums", step)
    changes = counted(run.differences)
    return Advance(
        str(folder), manifest.until, plan.until, time.perf_counter() - started, blocks=blocks_of(run),
        rows=sum(each.inserted - each.deleted for each in changes.values()), changes=changes, dry_run=True,
        unchanged=plan.until == manifest.until,
    )  # fmt: skip


def counted(differences: Mapping[str, Sequence[pl.DataFrame]]) -> dict[str, RowCounts]:
    """How many rows of each table come, change and go."""
    counts: dict[str, RowCounts] = {}
    for part, frames in differences.items():
        table, ops = table_of(part), pl.concat([frame.select(OP) for frame in frames])[OP]
        some = RowCounts(*(int((ops == word).sum()) for word in ("insert", "update", "delete")))
        counts[table] = RowCounts(*map(sum, zip(counts.get(table, RowCounts(0, 0, 0)), some, strict=True)))
    return {table: some for table, some in counts.items() if any(some)}


def _as_before(old: Manifest, new: Manifest) -> set[str]:
    """Files that came out as they had been."""
    before, now = (
        {(f.path, f.sha256) for f in (*m.sums, *(file for table in m.tables.values() for file in table.files))}
        for m in (old, new)
    )
    return {path for path, _ in before & now}


def plans(manifest: Manifest, until: Moment) -> tuple[Plan, Plan]:
    """The plan that was, and the one to be. Raises OptionError, OutputError."""
    if manifest.built_on:
        raise OutputError(
            f"'{manifest.dataset}' was made for rows that exist elsewhere, and grows with them\n"
            "  hint: when these have grown, `synth generate` it once more, with a later --until"
        )
    if not manifest.families:
        raise OutputError(
            "this data does not say how it grows: it was pulled from a database\n  hint: generate it, and let that grow"
        )
    if not manifest.is_drawn_alike:
        raise OutputError(
            f"this data was drawn by another version of the program ({manifest.program}, streams "
            f"{manifest.stream_version}), and would go on otherwise by this one (streams {STREAM_VERSION})\n"
            "  hint: generate it again with --if-exists replace, or let that version advance it"
        )
    if not manifest.is_as_written():
        raise OutputError(
            "the manifest of this data is not as it was written, and says by which tasks it grows\n"
            "  hint: `synth verify` says what differs; generate it again with --if-exists replace"
        )
    dataset = manifest.load_dataset()
    words = {"scale": manifest.scale, "seed": manifest.seed, "tables": list(manifest.tables)}
    plan = make(dataset, until=until, **words)  # type: ignore[arg-type]
    if plan.until < manifest.until:
        raise OptionError(
            f"the data is at {manifest.until.isoformat()} already, and time does not go back to {plan.until.isoformat()}\n"
            "  hint: generate it anew with that --until, and --if-exists replace"
        )
    earlier = make(dataset, until=manifest.until, **words)  # type: ignore[arg-type]
    refuse_other_tasks(manifest, earlier)
    return earlier, plan


def step_between(
    earlier: Plan,
    plan: Plan,
    manifest: Manifest,
    kept_parts: Mapping[str, Mapping[PartKey, pl.DataFrame]],
    *,
    with_differences: bool,
) -> Step:
    """Find what a step draws: tasks that will look different at the new `until`, and new blocks, each by itself."""
    redrawn = families_to_redraw(earlier, plan)
    rollups = {family.root for family in plan.families if family.is_sum}
    tasks = {
        family.root: _tasks(
            family, manifest.families.get(family.root, ()), plan.until, all_again=family.root in redrawn
        )
        for family in plan.families
        if not family.is_sum
    }
    counted = {rollup.for_each for root in rollups if (rollup := plan.spec(root).rollup)} - {None}
    # what was resident then cannot be told from what is there now
    others = bool(redrawn - rollups or counted - {family.root for family in plan.families})
    return Step(earlier, tasks, kept_parts, with_differences, earlier_residents=others)


def _tasks(family: FamilyPlan, past: Sequence[TaskEntry], until: dt.datetime, *, all_again: bool) -> list[Task]:
    """A family's tasks of before that are drawn again, and those of blocks that are new."""
    again = [
        Task(family.root, entry.number, entry.first, entry.blocks)
        for entry in past
        if all_again or (entry.changes is not None and entry.changes < until)
    ]
    end = max((entry.first + entry.blocks for entry in past), default=0)
    number = max((entry.number + 1 for entry in past), default=0)
    blocks = range(end, max(1, family.blocks))
    return again + [Task(family.root, number + place, first, 1) for place, first in enumerate(blocks)]


def blocks_of(run: RunResult) -> int:
    """Count the blocks that a run has drawn."""
    return sum(task.blocks for tasks in run.tasks.values() for task in tasks)


def grown(manifest: Manifest, plan: Plan, run: RunResult) -> Manifest:
    """Make the manifest of what is there after a step."""
    rollups = {family.root for family in plan.families if family.is_sum}  # drawn anew, by as many tasks as that takes
    past, files = kept_of(manifest, rollups)
    families = joined_families([past, run.families()])
    columns = {name: entry.columns for name, entry in manifest.tables.items()}
    tables = joined_tables(columns, families, [files, run.files])
    facts = {"tables": tables, "families": families, "steps": (*manifest.steps, manifest.until)}
    new = begin(plan, manifest.format, manifest.dialect)
    return new.model_copy(update={**manifest.file_facts, **facts}).sealed()
