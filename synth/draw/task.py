"""A task: a run of blocks of one family becomes one file of each of its tables. The same in every runner."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from synth.columns import MisfitError
from synth.draw.block import Block, draw_block, draw_blocks
from synth.draw.change import difference, next_change
from synth.draw.output import Sink, WriteResult
from synth.draw.residents import Residents
from synth.draw.rolled import blocks_there
from synth.draw.rollup import summed
from synth.draw.spool import ResidentRows
from synth.errors import DataError, Problem, SynthError
from synth.fingerprint import Fingerprint, fingerprint
from synth.plan.model import FamilyPlan, Plan
from synth.plan.together import can_be_together
from synth.spec.constraints import not_null
from synth.spec.parts import table_of

__all__ = [
    "Difference", "Earlier", "RollupPart", "RunContext", "TableResult", "Task", "TaskResult", "run_task", "tasks_of",
]  # fmt: skip

SMALL_FILES = 4  # at the end of a family; about that many, of one block each


@dataclass(frozen=True)
class Earlier:
    """The same run at an earlier `until`: its plan, and what was resident then, or is now where that does as well."""

    plan: Plan
    residents: Residents
    rows_too: bool = False  # whether all rows of then are asked for, not only how they differ


@dataclass(frozen=True)
class RunContext:
    """What all tasks of a run share. Without a sink nothing is written, and only what others look up is kept.

    `records` says that it is proved that NULLs are only where they may be, and that `fingerprints` and moments of change are
    worked out; with `earlier` differences are, too.
    """

    plan: Plan
    residents: Residents
    sink: Sink | None
    earlier: Earlier | None = None
    records: bool = True
    fingerprints: bool = True


@dataclass(frozen=True)
class Task:
    """Blocks `first` to `first + blocks - 1` of a family; `number` names the file."""

    family: str
    number: int
    first: int
    blocks: int


def tasks_of(family: FamilyPlan, *, single: bool = False) -> list[Task]:
    """Cut a family into tasks: one a file, the last few of one block, so that workers end together; or each of one block.

    A family without rows has one task, whose files are empty.
    """
    blocks, step = max(1, family.blocks), 1 if single else family.blocks_per_file
    ends = list(range(step, blocks - SMALL_FILES, step)) if step > 1 else []
    starts = [0, *ends, *range(ends[-1] + 1 if ends else 1, blocks)]
    return [
        Task(family.root, number, first, after - first)
        for number, (first, after) in enumerate(zip(starts, [*starts[1:], blocks], strict=True))
    ]


@dataclass(frozen=True)
class TableResult:
    """What was written of a table, and what is in it."""

    rows: int
    fingerprint: Fingerprint
    write: WriteResult


class RollupPart(NamedTuple):
    """What a block gives to a rollup."""

    rollup: str
    sums: pl.DataFrame


class Difference(NamedTuple):
    """Rows of a table, or part of one, that came, changed or went since an earlier `until`; see `draw.change`."""

    table: str
    rows: pl.DataFrame


@dataclass
class TaskResult:
    """What a task made."""

    task: Task
    tables: dict[str, TableResult] = field(default_factory=dict)  # by table, or part of one
    residents: dict[str, ResidentRows] = field(default_factory=dict)  # by table
    rollups: list[RollupPart] = field(default_factory=list)
    changes: dt.datetime | None = None  # the earliest moment at which its blocks will look different
    differences: list[Difference] = field(default_factory=list)
    rows_before: list[tuple[str, pl.DataFrame]] = field(default_factory=list)  # all of an earlier `until`, by table
    seconds: float = 0.0  # by the worker's clock

    @property
    def rows(self) -> int:
        """The rows that the task has written."""
        return sum(table.rows for table in self.tables.values())


def run_task(context: RunContext, task: Task) -> TaskResult:
    """Draw the blocks and write them. Raises DataError."""
    family, started = context.plan.family(task.family), time.perf_counter()
    numbers = range(task.first, task.first + task.blocks)
    before: dict[int, Block] = {}
    if context.earlier is not None:
        plan, residents = context.earlier.plan, context.earlier.residents
        old = plan.family(task.family)
        there = range(blocks_there(plan, old, residents))
        # a rollup is compared as a whole
        before = {
            number: draw_block(plan, old, number, residents)
            for number in (there if old.is_sum else numbers)
            if number in there
        }
    together = context.earlier is None and can_be_together(context.plan, family)
    runs = [numbers] if together else [range(number, number + 1) for number in numbers]
    result = _write_blocks(context, task, runs, before)
    result.seconds = time.perf_counter() - started
    return result


@dataclass
class _Drawn:
    """What a run takes of blocks that were drawn together; `rows` of each block, by table."""

    block: Block
    rows: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    fingerprints: dict[str, Fingerprint] = field(default_factory=dict)
    residents: dict[str, ResidentRows] = field(default_factory=dict)
    rollups: list[RollupPart] = field(default_factory=list)


def _draw(context: RunContext, family: FamilyPlan, numbers: range, leaving: Iterable[str]) -> list[_Drawn]:
    """Draw blocks together; one by one if there is anything to tell, as it is told of a block. Raises DataError."""
    try:
        drawn = _Drawn(draw_blocks(context.plan, family, numbers, context.residents))
        for table in leaving:
            frame, ends = drawn.block.leaving(table)
            drawn.rows[table] = [frame.slice(start, end - start) for start, end in pairwise(map(int, (0, *ends)))]
            if context.records and context.fingerprints:
                types = context.plan.tables[table].types
                drawn.fingerprints[table] = fingerprint(frame, {column: types[column] for column in frame.columns})
        for table in family.tables:
            looked_up = [c for t, c in family.residents if t == table]
            drawn.residents[table] = ResidentRows(*drawn.block.resident_rows(table, looked_up))
        drawn.rollups = [RollupPart(rollup, summed(drawn.block, rollup)) for rollup in family.rollups]
    except SynthError:
        if len(numbers) == 1:
            raise
        return [one for number in numbers for one in _draw(context, family, range(number, number + 1), leaving)]
    return [drawn]


def _write_blocks(context: RunContext, task: Task, runs: Sequence[range], before: dict[int, Block]) -> TaskResult:
    """Draw and write runs of blocks, each table's together; keep what other families need. Raises DataError.

    `before` are blocks as they were at an earlier `until`, by number.
    """
    plan, family, result = context.plan, context.plan.family(task.family), TaskResult(task)
    frames: dict[str, list[pl.DataFrame]] = {}
    if context.sink is not None:
        frames = {table: [] for table in family.tables if table_of(table) in plan.wanted}
    fingerprints = dict.fromkeys(frames, Fingerprint())
    residents: dict[str, list[ResidentRows]] = {table: [] for table in family.tables}
    waiting: list[Block] = []  # blocks that wait to be compared: rows of a rollup move from one to another
    for drawn in (drawn for run in runs for drawn in _draw(context, family, run, frames.keys())):
        for table, parts in frames.items():
            parts += drawn.rows[table]
            fingerprints[table] += drawn.fingerprints.get(table, Fingerprint())
        for table, rows in residents.items():
            rows.append(drawn.residents[table])
        result.rollups += drawn.rollups
        if context.records:
            result.changes = min(filter(None, (result.changes, next_change(drawn.block))), default=None)
        if context.earlier is not None:
            waiting.append(drawn.block)
            if not family.is_sum:
                [number] = drawn.block.numbers
                olds = [before.pop(number)] if number in before else []
                _compare(context.earlier, olds, [waiting.pop()], frames, result)
    if waiting and context.earlier is not None:
        _compare(context.earlier, [*before.values()], waiting, frames, result)
    result.residents = {table: _joined(rows) for table, rows in residents.items()}
    for table, parts in frames.items():
        write = _write(context, task, table, parts)
        result.tables[table] = TableResult(sum(frame.height for frame in parts), fingerprints[table], write)
    return result


def _compare(
    earlier: Earlier, before: Sequence[Block], after: Sequence[Block], tables: Iterable[str], result: TaskResult
) -> None:
    """Note what came, changed or went in blocks, table by table, and what was there."""
    for table in tables:
        rows = difference(before, after, table, earlier.plan.until)
        if rows.height:
            result.differences.append(Difference(table, rows))
        if earlier.rows_too:
            result.rows_before += [(table, block.visible_rows(table)) for block in before]


def _joined(blocks: list[ResidentRows]) -> ResidentRows:
    """Resident rows of several blocks, in row order."""
    rows, frames = sum(each.rows for each in blocks), [each.columns for each in blocks]
    return ResidentRows(rows, pl.concat(frames) if frames and frames[0].width else pl.DataFrame())


def _write(context: RunContext, task: Task, table: str, frames: list[pl.DataFrame]) -> WriteResult:
    """Hand a table's rows to the sink. Raises DataError for NULLs where none may be, and for values that are too wide."""
    required = frozenset(not_null(context.plan.dataset, table_of(table)))
    for column in required if context.records else ():
        if any(frame[column].null_count() for frame in frames):
            path = ("tables", table_of(table), "columns", column)
            what = "NULL in a column that is not nullable"
            raise DataError.of(Problem(path, what, "write `nullable: true` beside it"))
    assert context.sink is not None
    try:
        return context.sink.write(table, task.number, frames, context.plan.tables[table].types, required)
    except OverflowError as error:
        raise DataError.of(_too_wide(context.plan, table_of(table), error)) from error


def _too_wide(plan: Plan, table: str, error: OverflowError) -> Problem:
    """Say in its place that a value does not fit."""
    if not isinstance(error, MisfitError):
        return Problem(("tables", table), str(error))
    path = ("tables", table, "columns", error.column)
    declared = ("type",) if plan.dataset.tables[table].columns[error.column].type else ()
    return Problem((*path, *declared), error.what, "declare a wider type, or draw smaller values")
