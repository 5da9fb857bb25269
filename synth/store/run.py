"""A walk whose results are recorded: what was written of each table, and what a dataset needs to grow."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from synth.draw.output import Sink, WriteResult
from synth.draw.residents import Residents
from synth.draw.task import Earlier, RunContext, Task, TaskResult, tasks_of
from synth.draw.walk import PartKey, Runner, Walk
from synth.fingerprint import Fingerprint
from synth.plan.model import Plan
from synth.plan.work import family_seconds
from synth.progress import Drawn, Phase, Progress, silent
from synth.spec.parts import table_of
from synth.store.entries import TableEntry, TaskEntry
from synth.store.files import FileEntry
from synth.store.joined import joined_tables
from synth.store.journal import Noted, Notes, Noting
from synth.store.rollup_parts import RollupPartsWriter

__all__ = ["RunResult", "Step", "run_all"]


@dataclass(frozen=True)
class Step:
    """What of a plan a run draws, where that is not all: the tasks, and what those that others drew gave to rollups.

    It is a step from an `earlier` plan, a part, which walks `only` some families, or what is left when parts are merged.
    `with_differences` asks for what came, changed or went; `earlier_residents` that residents of then are drawn for it.
    """

    earlier: Plan | None
    tasks: Mapping[str, Sequence[Task]]
    kept_parts: Mapping[str, Mapping[PartKey, pl.DataFrame]]
    with_differences: bool = False
    earlier_residents: bool = False
    only: Collection[str] | None = None
    look: Callable[[str, pl.DataFrame], None] | None = None  # is called with a table and rows of then, of these tasks


@dataclass
class RunResult:
    """What the tasks of a run have made."""

    files: dict[str, list[FileEntry]] = field(default_factory=dict)  # by table
    fingerprints: dict[str, Fingerprint] = field(default_factory=dict)  # by table
    writes: dict[str, list[WriteResult]] = field(default_factory=dict)  # by table
    tasks: dict[str, list[TaskEntry]] = field(default_factory=dict)  # by root of their family
    differences: dict[str, list[pl.DataFrame]] = field(default_factory=dict)  # by table, or part of one

    def add(self, result: TaskResult) -> None:
        """Record what one task made."""
        for part, made in result.tables.items():
            self.writes.setdefault(table_of(part), []).append(made.write)
        for table, rows in result.differences:
            self.differences.setdefault(table, []).append(rows)
        self._note(Noted.of(result))

    def _note(self, noted: Noted) -> None:
        """Record what is noted of one task."""
        self.tasks.setdefault(noted.family, []).append(noted.task)
        for table, file in noted.files:
            self.files.setdefault(table, []).append(file)
        for part, text in noted.task.prints.items():
            table = table_of(part)
            self.fingerprints[table] = self.fingerprints.get(table, Fingerprint()) + Fingerprint.parse(text)

    def go_on(self, plan: Plan, step: Step | None, journal: Notes) -> Step | None:
        """Record what is done already; give what is left to draw."""
        if not journal.done:
            return step
        done = {(noted.family, noted.task.number) for noted in journal.done}
        todo = step.tasks if step else {f.root: tasks_of(f) for f in plan.families if not f.is_sum}
        kept = {rollup: dict(parts) for rollup, parts in step.kept_parts.items()} if step else {}
        for noted in journal.done:
            self._note(noted)
            for rollup, key, part in noted.parts():  # one of each block
                there = kept.setdefault(rollup, {}).get(key)
                kept[rollup][key] = part if there is None else pl.concat([there, part])
        left = {root: [task for task in tasks if (root, task.number) not in done] for root, tasks in todo.items()}
        return replace(step, tasks=left, kept_parts=kept) if step else Step(None, left, kept)

    def families(self) -> dict[str, tuple[TaskEntry, ...]]:
        """Give the manifest's families."""
        return {root: tuple(sorted(each, key=lambda task: task.number)) for root, each in self.tasks.items()}

    def entries(self, plan: Plan) -> dict[str, TableEntry]:
        """Give the manifest's tables."""
        columns = {
            name: {column: str(plan.tables[name].types[column]) for column in plan.tables[name].written}
            for name in plan.wanted
        }
        return joined_tables(columns, self.families(), [self.files])


def run_all(
    plan: Plan, work_folder: Path, sink: Sink, runner: Runner, progress: Progress | None, parts_path: Path,
    step: Step | None = None, journal: Notes | None = None,
) -> RunResult:  # fmt: skip
    """Draw a plan, or of a step what it asks for, into a sink. Raises DataError.

    With a `journal` what is done already is not drawn, and what comes is noted.

    Resident columns live in `work_folder`, which is made, meanwhile; what tasks give to rollups is kept in the file
    `parts_path`, that of tasks which are not drawn again as well.
    """
    run, tell = RunResult(), progress or silent
    if journal is not None:
        step, runner = run.go_on(plan, step, journal), Noting(runner, journal)
    blocks = _blocks_to_draw(plan, step)
    seconds = {root: family_seconds(plan, plan.family(root)) / max(1, plan.family(root).blocks) for root in blocks}
    expected = sum(count * _rows_of_block(plan, root) for root, count in blocks.items())
    work = {root: count * seconds[root] for root, count in blocks.items()}
    work_folder.mkdir()
    residents, earlier = Residents(work_folder / "now"), None
    if step is not None and step.earlier is not None and step.with_differences:
        before = Residents(work_folder / "before") if step.earlier_residents else residents
        earlier = Earlier(step.earlier, before, rows_too=step.look is not None)
    look = step.look if step else None
    with RollupPartsWriter(parts_path) as parts:
        walk = Walk(
            RunContext(plan, residents, sink, earlier), runner, step.tasks if step else None,
            step.kept_parts if step else {}, lambda rollup, key, sums: parts.add(rollup, *key, sums),
            step.only if step else None,
        )  # fmt: skip
        try:
            tell(Phase("draw", round(expected), work, runner.workers), 0)
            for result in walk.results():
                run.add(result)
                if look:
                    for table, rows in result.rows_before:
                        look(table, rows)
                family = result.task.family
                tell(Drawn(family, result.task.blocks * seconds[family], result.seconds), result.rows)
        except BaseException:
            runner.stop()  # before all is cleared away
            raise
    sink.close()
    shutil.rmtree(work_folder)
    return run


def _blocks_to_draw(plan: Plan, step: Step | None) -> dict[str, int]:
    """Count the blocks of each family that a run draws, or a step of one; rollups have one, as nothing tells how many."""
    only = step.only if step is not None and step.only is not None else [family.root for family in plan.families]
    tasks = step.tasks if step is not None else {f.root: tasks_of(f) for f in plan.families if not f.is_sum}
    sums = {family.root for family in plan.families if family.is_sum}
    return {root: 1 if root in sums else sum(task.blocks for task in tasks.get(root, ())) for root in only}


def _rows_of_block(plan: Plan, root: str) -> float:
    """Give the rows that leave with a block of a family, on average."""
    family = plan.family(root)
    rows = sum(plan.tables[table].rows for table in family.tables if table_of(table) in plan.wanted)
    return rows / max(1, family.blocks)
