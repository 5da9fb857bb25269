"""Generates a dataset into a folder: families in order, tasks by a runner, rollups, and the manifest last."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from synth.draw.output import Sink, WriteResult
from synth.draw.residents import Residents
from synth.draw.rollup import RollupSums, rolled_block
from synth.draw.task import RunContext, Task, TaskResult, owner, write_blocks
from synth.draw.walk import prepare
from synth.errors import OptionError
from synth.fingerprint import Fingerprint
from synth.plan.model import FamilyPlan, Plan
from synth.progress import Progress
from synth.runners import Processes, Serial, runner
from synth.store.files import FileEntry
from synth.store.folder import finished_run, first_missing_file, replacing_folder
from synth.store.manifest import Manifest, TableEntry, TaskEntry, begin
from synth.store.output import FolderSink, dialect_of
from synth.store.parents import write_parents
from synth.store.rollup_parts import FILE as SUMS
from synth.store.rollup_parts import RollupPartsWriter, rollup_parts_files

__all__ = ["RunResult", "Summary", "draw_all", "generate", "tasks_of"]

SMALL_FILES = 4  # at the end of a family; about that many, of one block each


@dataclass(frozen=True)
class Summary:
    """What a run made: rows and bytes of each table, and how long it took."""

    folder: Path
    manifest: Manifest
    seconds: float
    workers: int
    unchanged: bool = False  # the same plan was there already

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.manifest.tables.values())

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for table in self.manifest.tables.values() for file in table.files)


@dataclass
class RunResult:
    """What the tasks of a run have made so far."""

    files: dict[str, list[FileEntry]] = field(default_factory=dict)
    prints: dict[str, Fingerprint] = field(default_factory=dict)
    left: dict[str, list[WriteResult]] = field(default_factory=dict)
    families: dict[str, list[TaskEntry]] = field(default_factory=dict)

    def add(self, done: TaskResult) -> None:
        for part, written in done.written.items():
            table, left = owner(part), written.left
            self.left.setdefault(table, []).append(left)
            if left.path:
                entry = FileEntry(path=left.path, rows=written.rows, bytes=left.bytes, sha256=left.sha256)
                self.files.setdefault(table, []).append(entry)
            self.prints[table] = self.prints.get(table, Fingerprint()) + written.fingerprint

        self.families.setdefault(done.task.family, []).append(
            TaskEntry(
                number=done.task.number,
                first=done.task.first,
                blocks=done.task.blocks,
                changes=done.changes,
                prints={part: str(written.fingerprint) for part, written in done.written.items()},
            )
        )

    def tasks(self) -> dict[str, tuple[TaskEntry, ...]]:
        """The manifest's families."""
        return {root: tuple(sorted(each, key=lambda task: task.number)) for root, each in self.families.items()}

    def entries(self, plan: Plan) -> dict[str, TableEntry]:
        """The manifest's tables."""
        return {
            name: TableEntry(
                columns={c: str(plan.tables[name].types[c]) for c in plan.tables[name].written},
                rows=self.prints[name].rows,
                fingerprint=str(self.prints[name]),
                files=tuple(sorted(self.files.get(name, []), key=lambda file: file.path)),
            )
            for name in plan.wanted
        }


def generate(
    plan: Plan,
    out: str | Path = "output",
    *,
    format: str = "parquet",
    dialect: str | None = None,
    workers: int | Serial | Processes = 1,
    progress: Progress | None = None,
) -> Summary:
    """Write all wanted tables of a plan to `out`/DATASET. Raises OptionError, OutputError, DataError.

    `dialect` is whose SQL the format `sql` is, PostgreSQL's if left out: INSERT statements. `workers` is a number of
    processes, or a runner that has been started already. `progress` is called with a family and the rows just written.
    """
    dialect = dialect_of(format, dialect)
    if isinstance(workers, int) and workers < 1:
        raise OptionError(f"workers must be 1 or more, got {workers}")
    started = time.perf_counter()
    target = Path(out) / plan.dataset.dataset
    manifest = begin(plan, format, dialect)
    _not_upon_itself(plan, target)
    existing = finished_run(target)
    same = existing and existing.identity == manifest.identity and not existing.advancing
    if existing and same and not first_missing_file(target, existing, to_extend=True):
        return Summary(target, existing, time.perf_counter() - started, 0, unchanged=True)
    started_here = runner(workers) if isinstance(workers, int) else nullcontext(workers)
    with started_here as walker, replacing_folder(target) as folder:
        store = folder / ".residents"
        outlet = FolderSink.of(plan.dataset, folder, format, dialect)
        gathered = draw_all(plan, store, outlet, walker, progress, folder / SUMS)
        shutil.rmtree(store)
        facts = {
            "tables": gathered.entries(plan), "families": gathered.tasks(), "sums": rollup_parts_files(folder),
            "existing": write_parents(plan, folder),
        }  # fmt: skip
        manifest = manifest.model_copy(update=facts)
        manifest.write(folder)
    return Summary(target, manifest, time.perf_counter() - started, walker.workers)


def _not_upon_itself(plan: Plan, target: Path) -> None:
    """Refuse to replace the folder that parents were read from. Raises OptionError."""
    if any(Path(found.source).resolve() == target.resolve() for found in plan.content.found.values()):
        raise OptionError(f"'{target}' is what this is built on, and would be replaced\n  hint: choose another --out")


def draw_all(
    plan: Plan, store: Path, outlet: Sink, walker: Serial | Processes, progress: Progress | None, sums_in: Path
) -> RunResult:
    """Draw family after family into an outlet; resident columns live in `store`, which is made, meanwhile.

    What tasks give to rollups is kept in the file `sums_in`.
    """
    with RollupPartsWriter(sums_in) as keeping:
        return _draw_all(plan, store, outlet, walker, progress, keeping)


def _draw_all(
    plan: Plan,
    store: Path,
    outlet: Sink,
    walker: Serial | Processes,
    progress: Progress | None,
    keeping: RollupPartsWriter,
) -> RunResult:
    store.mkdir()
    run_context = RunContext(plan, Residents(store), outlet)
    plan.content.settle(run_context.residents.add)
    gathered = RunResult()
    sums = {rollup: RollupSums(plan, rollup) for family in plan.families for rollup in family.rollups}
    first = next((f for f in plan.families if len(tasks_of(f)) > 1), None)
    if first and not first.after and not first.prepared:
        walker.ahead(run_context, tasks_of(first))  # while this process draws the small families
    for family in plan.families:
        results: Iterable[TaskResult]
        if family.root in sums:
            block = rolled_block(
                plan, family.root, sums[family.root].total(run_context.residents), run_context.residents
            )
            results = [write_blocks(run_context, Task(family.root, 0, 0, 1), [block])]
        else:
            prepare(plan, family, run_context.residents)
            results = walker.walk(run_context, tasks_of(family))
        kept: dict[int, TaskResult] = {}
        for done in results:
            gathered.add(done)
            for rollup, part in done.rollups:
                sums[rollup].add(part)
                keeping.add(rollup, family.root, done.task.number, part)
            kept[done.task.number] = done
            done.rollups = []  # summed; the rest is kept until the family is whole
            if progress:
                progress(family.root, done.rows)
        _keep(family, kept, run_context.residents)
    return gathered


def tasks_of(family: FamilyPlan) -> list[Task]:
    """One task a file, the last few of one block, so that workers end together; a family without rows has empty files."""
    blocks, step = max(1, family.blocks), family.blocks_per_file
    ends = list(range(step, blocks - SMALL_FILES, step)) if step > 1 else []
    starts = [0, *ends, *range(ends[-1] + 1 if ends else 1, blocks)]
    return [
        Task(family.root, number, first, after - first)
        for number, (first, after) in enumerate(zip(starts, [*starts[1:], blocks], strict=True))
    ]


def _keep(family: FamilyPlan, kept: dict[int, TaskResult], residents: Residents) -> None:
    """Join the blocks' resident columns, in row order."""
    parts = [kept[number] for number in sorted(kept)]
    for table in family.tables:
        frames = [done.residents[table][1] for done in parts]
        rows = sum(done.residents[table][0] for done in parts)
        residents.add(table, rows, pl.concat(frames) if frames and frames[0].width else pl.DataFrame())
