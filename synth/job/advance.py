"""Takes a folder from its `until` to a later one: blocks that will look different are drawn again, all others stay.

Afterwards the folder holds, table by table, what a run to the later `until` makes.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections import deque
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from synth.draw.block import Block, draw_block
from synth.draw.output import Sink
from synth.draw.residents import Residents
from synth.draw.rollup import RollupSums, rolled_block
from synth.draw.task import RunContext, Task, TaskResult, owner, write_blocks
from synth.draw.walk import collecting_residents, prepare
from synth.errors import OptionError, OutputError
from synth.fingerprint import Fingerprint
from synth.job.generate import RunResult
from synth.plan.make import make
from synth.plan.model import FamilyPlan, Plan
from synth.plan.redraw import families_to_redraw
from synth.progress import Progress
from synth.runners import Processes, Serial, runner
from synth.store.change_feed import Feed
from synth.store.folder import extending_folder, require_files
from synth.store.manifest import Manifest, TableEntry, TaskEntry, begin
from synth.store.output import FolderSink
from synth.store.rollup_parts import FILE as SUMS
from synth.store.rollup_parts import RollupPartsWriter, read_rollup_parts, rollup_parts_files, rollup_parts_text
from synth.streams import STREAM_VERSION

__all__ = ["Advance", "Redrawing", "advance_folder", "grown", "plans"]

Parts = Mapping[tuple[str, int], pl.DataFrame]  # of a rollup, by task


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
    unchanged: bool = False

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "place": self.place, "since": self.since.isoformat(), "until": self.until.isoformat(),
            "seconds": round(self.seconds, 3), "blocks": self.blocks, "rows": self.rows,
            "feed": str(self.feed) if self.feed else None, "unchanged": self.unchanged,
        }  # fmt: skip


def advance_folder(
    folder: str | Path, until: dt.date | dt.datetime, *, workers: int | Serial | Processes = 1,
    changes: str | Path | None = None, changes_format: str = "parquet", progress: Progress | None = None,
) -> Advance:  # fmt: skip
    """Take a folder to `until`. Raises OptionError, OutputError, DataError.

    With `changes`, a folder, what came, changed and went is written there as one more file. A killed advance is completed
    by the next. Files that come out as they were are left as they are.
    """
    folder, started = Path(folder).resolve(), time.perf_counter()  # it may be `.`, and is written to from beside it
    Manifest.read(folder, advancing=True)  # before anything is locked or made
    with extending_folder(folder) as making:
        manifest = Manifest.read(folder)
        earlier, plan = plans(manifest, until)
        if plan.until == manifest.until:
            return Advance(str(folder), manifest.until, plan.until, time.perf_counter() - started, unchanged=True)
        require_files(folder, manifest, to_extend=True)
        feed = None
        if changes is not None:
            if folder.resolve() in (Path(changes).resolve(), *Path(changes).resolve().parents):
                raise OptionError(f"changes are no part of the data: name a folder outside of '{folder}'")
            feed = Feed(Path(changes), manifest.until, plan.until, changes_format)
        with runner(workers) if isinstance(workers, int) else nullcontext(workers) as walker:
            redrawing = Redrawing(
                earlier, plan, manifest.families, read_rollup_parts(rollup_parts_text(folder / SUMS)),
                telling=feed is not None,
            )  # fmt: skip
            outlet = FolderSink.of(plan.dataset, making, manifest.format, manifest.dialect)
            redrawing.run(making / ".residents", outlet, walker, progress, making / SUMS)
        new = grown(manifest, plan, redrawing).model_copy(update={"sums": rollup_parts_files(making)})
        for path in _as_before(manifest, new):
            (making / path).unlink(missing_ok=True)
        if feed:
            feed.write(redrawing.differences, plan)
        new.write(making)
    return Advance(
        str(folder), manifest.until, plan.until, time.perf_counter() - started,
        blocks=sum(task.blocks for tasks in redrawing.tasks.values() for task in tasks),
        rows=sum(t.rows for t in new.tables.values()) - sum(t.rows for t in manifest.tables.values()),
        feed=feed.path if feed else None,
    )  # fmt: skip


def _as_before(old: Manifest, new: Manifest) -> set[str]:
    """Files that came out as they had been."""
    before, now = (
        {(f.path, f.sha256) for f in (*m.sums, *(file for table in m.tables.values() for file in table.files))}
        for m in (old, new)
    )
    return {path for path, _ in before & now}


def plans(manifest: Manifest, until: dt.date | dt.datetime) -> tuple[Plan, Plan]:
    """The plan that was, and the one to be. Raises OptionError, OutputError."""
    if manifest.built_on:
        raise OutputError(
            f"'{manifest.dataset}' was made for rows that exist elsewhere, and grows with them\n"
            "  hint: when these have grown, `synth generate` it once more, with a later --until"
        )
    if not manifest.families or manifest.stream_version != STREAM_VERSION:
        raise OutputError(
            "this data does not say how it grows, or would now be drawn otherwise: it was pulled from a database, or made "
            "by another version\n  hint: generate it again"
        )
    dataset = manifest.load_dataset()
    words = {"scale": manifest.scale, "seed": manifest.seed, "tables": list(manifest.tables)}
    plan = make(dataset, until=until, **words)  # type: ignore[arg-type]
    if plan.until < manifest.until:
        raise OptionError(
            f"the data is at {manifest.until.isoformat()} already, and time does not go back to {plan.until.isoformat()}\n"
            "  hint: generate it anew with that --until"
        )
    return make(dataset, until=manifest.until, **words), plan  # type: ignore[arg-type]


@dataclass
class Redrawing:
    """The tasks of a step, drawn in the order of families; `telling` whether differences are asked for."""

    earlier: Plan
    plan: Plan
    past: Mapping[str, tuple[TaskEntry, ...]]
    sums: Mapping[str, Parts]  # what tasks gave to rollups before
    telling: bool
    gathered: RunResult = field(default_factory=RunResult)
    differences: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.families_to_redraw = families_to_redraw(self.earlier, self.plan)
        self.rollups = {rollup for family in self.plan.families for rollup in family.rollups}
        self.tasks = {family.root: self._todo(family) for family in self.plan.families}

    def _todo(self, family: FamilyPlan) -> list[Task]:
        """Tasks that will look different at the new `until`, and new blocks, each a task of its own."""
        past = self.past.get(family.root, ())
        again = [
            Task(family.root, entry.number, entry.first, entry.blocks)
            for entry in past
            if (entry.changes is not None and entry.changes < self.plan.until) or family.root in self.families_to_redraw
        ]
        end = max((entry.first + entry.blocks for entry in past), default=0)
        number = max((entry.number + 1 for entry in past), default=0)
        blocks = range(end, max(1, family.blocks))
        return again + [Task(family.root, number + place, first, 1) for place, first in enumerate(blocks)]

    def run(
        self, store: Path, outlet: Sink, walker: Serial | Processes, progress: Progress | None, sums_in: Path
    ) -> None:
        """Draw them into an outlet; all that is given to rollups is kept in `sums_in`."""
        sides = self._sides(store)
        run_context = RunContext(self.plan, sides[0][1], outlet, self.earlier if self.telling else None, sides[-1][1])
        parts = {rollup: dict(self.sums.get(rollup, {})) for rollup in self.rollups}
        looked_into = self._looked_into()
        for family in self.plan.families:
            if family.root in self.rollups:
                self._add(self._rolled(run_context, family, parts[family.root]), parts, progress)
                continue
            for plan, residents in sides:
                if self.tasks[family.root] or (family.root in looked_into and family.residents):
                    prepare(plan, family, residents)
                if family.root in looked_into:
                    _settle(plan, plan.family(family.root), residents)
            for done in walker.walk(run_context, self.tasks[family.root]):
                self._add(done, parts, progress)
        with RollupPartsWriter(sums_in) as keeping:
            for rollup, each in parts.items():
                for (root, number), part in sorted(each.items(), key=lambda item: item[0]):
                    keeping.add(rollup, root, number, part)
        shutil.rmtree(store)

    def _sides(self, store: Path) -> list[tuple[Plan, Residents]]:
        """What is resident now; and as it was before, where what was drawn then cannot be told from what is there now."""
        store.mkdir()
        sides = [(self.plan, Residents(store / "now"))]
        counted = {self.plan.spec(rollup).rollup.every for rollup in self.rollups}  # type: ignore[union-attr]
        if self.telling and (self.families_to_redraw - self.rollups or counted - {None, *self.tasks}):
            sides.append((self.earlier, Residents(store / "before")))
        for _, residents in sides:
            assert residents.folder
            residents.folder.mkdir()
        return sides

    def _add(
        self, done: TaskResult, parts: Mapping[str, dict[tuple[str, int], pl.DataFrame]], progress: Progress | None
    ) -> None:
        self.gathered.add(done)
        fresh: dict[str, list[pl.DataFrame]] = {}
        for rollup, part in done.rollups:
            fresh.setdefault(rollup, []).append(part)
        for rollup, frames in fresh.items():
            parts[rollup][done.task.family, done.task.number] = pl.concat(frames)
        for table, found in done.differences:
            self.differences.setdefault(table, []).append(found)
        if progress:
            progress(done.task.family, done.rows)

    def _rolled(self, run_context: RunContext, family: FamilyPlan, parts: Parts) -> TaskResult:
        """A rollup, summed from what was kept and what is new."""
        before: dict[int, Block] = {}
        if self.telling:
            assert run_context.past
            before[0] = _summed(self.earlier, family.root, self.sums.get(family.root, {}), run_context.past)
        block = _summed(self.plan, family.root, parts, run_context.residents)
        for drawn, residents in (
            (block, run_context.residents),
            *((each, run_context.past) for each in before.values()),
        ):
            if residents is not None and family.residents:
                deque(collecting_residents(family, [drawn], residents), maxlen=0)
        self.tasks[family.root] = [Task(family.root, 0, 0, 1)]
        return write_blocks(run_context, self.tasks[family.root][0], [block], before)

    def _looked_into(self) -> set[str]:
        """Families whose columns are looked up by what is drawn, near and far."""
        todo = [f for f in self.plan.families if self.tasks[f.root] or f.root in self.rollups]
        found: set[str] = set()
        while todo:
            for root in todo.pop().after:
                if root not in found and root not in self.rollups:
                    found.add(root)
                    family = self.plan.family(root)
                    if family.residents:
                        todo.append(family)
        return found


def _settle(plan: Plan, family: FamilyPlan, residents: Residents) -> None:
    """Make resident what others look up of a family; where that is nothing, they need to know how many there are."""
    if not family.residents:
        residents.add(family.root, plan.tables[family.root].rows, pl.DataFrame())
        return
    blocks = (draw_block(plan, family, number, residents) for number in range(max(1, family.blocks)))
    deque(collecting_residents(family, blocks, residents), maxlen=0)


def _summed(plan: Plan, rollup: str, parts: Parts, residents: Residents) -> Block:
    sums = RollupSums(plan, rollup)
    for part in parts.values():
        sums.add(part)
    return rolled_block(plan, rollup, sums.total(residents), residents)


def grown(manifest: Manifest, plan: Plan, redrawing: Redrawing) -> Manifest:
    """The manifest of what is there afterwards."""
    again = redrawing.gathered.tasks()
    families = {
        root: tuple(sorted({t.number: t for t in (*manifest.families.get(root, ()), *again.get(root, ()))}.values(),
                           key=lambda task: task.number))
        for root in dict.fromkeys((*manifest.families, *again))
    }  # fmt: skip
    prints: dict[str, Fingerprint] = {}
    for tasks in families.values():
        for task in tasks:
            for part, text in task.prints.items():
                prints[owner(part)] = prints.get(owner(part), Fingerprint()) + Fingerprint.parse(text)
    tables = {}
    for name, entry in manifest.tables.items():
        files = {file.path: file for file in (*entry.files, *redrawing.gathered.files.get(name, ()))}
        tables[name] = TableEntry(
            columns=entry.columns, rows=prints[name].rows, fingerprint=str(prints[name]),
            files=tuple(sorted(files.values(), key=lambda file: file.path)),
        )  # fmt: skip
    facts = {"tables": tables, "families": families, "steps": (*manifest.steps, manifest.until)}
    return begin(plan, manifest.format, manifest.dialect).model_copy(update=facts)
