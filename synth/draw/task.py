"""A task: a run of blocks of one family becomes one file of each of its tables. The same in every runner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import polars as pl

from synth.draw.block import Block, draw_block
from synth.draw.change import difference, next_change
from synth.draw.output import Sink, WriteResult
from synth.draw.residents import Residents
from synth.draw.rollup import summed
from synth.errors import DataError
from synth.fingerprint import Fingerprint, fingerprint
from synth.plan.model import Plan
from synth.spec.constraints import not_null

__all__ = ["RunContext", "TableResult", "Task", "TaskResult", "owner", "write_blocks"]


@dataclass(frozen=True)
class RunContext:
    """What all tasks of a run share."""

    plan: Plan
    residents: Residents
    outlet: Sink
    earlier: Plan | None = None  # the same at an earlier `until`, where differences are asked for
    past: Residents | None = None  # what was resident then, or is now where that does as well


@dataclass(frozen=True)
class Task:
    """Blocks `first` to `first + blocks - 1` of a family; `number` names the file."""

    family: str
    number: int
    first: int
    blocks: int


@dataclass(frozen=True)
class TableResult:
    """What left of a table, and what is in it."""

    rows: int
    fingerprint: Fingerprint
    left: WriteResult


@dataclass
class TaskResult:
    """What a task made."""

    task: Task
    written: dict[str, TableResult] = field(default_factory=dict)  # by table, or part of one
    residents: dict[str, tuple[int, pl.DataFrame]] = field(default_factory=dict)  # table -> rows, resident columns
    rollups: list[tuple[str, pl.DataFrame]] = field(default_factory=list)
    changes: dt.datetime | None = None  # the earliest moment at which its blocks will look different
    differences: list[tuple[str, pl.DataFrame]] = field(default_factory=list)  # by table, since an earlier `until`

    @property
    def rows(self) -> int:
        """Rows written."""
        return sum(file.rows for file in self.written.values())


def owner(table: str) -> str:
    """The table whose rows these are: of a part of a gathered table (`ledger.sales`) that table."""
    return table.partition(".")[0]


def run(run_context: RunContext, task: Task) -> TaskResult:
    """Draw the blocks and write them."""
    plan = run_context.plan
    family = plan.family(task.family)
    numbers = range(task.first, task.first + task.blocks)
    before: dict[int, Block] = {}
    if run_context.earlier is not None:
        old = run_context.earlier.family(task.family)
        past = run_context.past or run_context.residents
        before = {n: draw_block(run_context.earlier, old, n, past) for n in numbers if n < max(1, old.blocks)}
    return write_blocks(
        run_context, task, (draw_block(plan, family, number, run_context.residents) for number in numbers), before
    )


def write_blocks(
    run_context: RunContext, task: Task, blocks: Iterable[Block], before: Mapping[int, Block] = MappingProxyType({})
) -> TaskResult:
    """Write drawn blocks, each table's together; keep what other families need.

    `before` are blocks as they were at an earlier `until`, by number.
    """
    plan, family = run_context.plan, run_context.plan.family(task.family)
    done = TaskResult(task)
    frames: dict[str, list[pl.DataFrame]] = {table: [] for table in family.tables if owner(table) in plan.wanted}
    prints = dict.fromkeys(frames, Fingerprint())
    kept: dict[str, list[pl.DataFrame]] = {}
    rows: dict[str, int] = {}
    for block in blocks:
        for table, parts in frames.items():
            parts.append(block.visible(table))
            types = plan.tables[table].types
            prints[table] += fingerprint(parts[-1], {column: types[column] for column in parts[-1].columns})
        for table in family.tables:
            count, frame = block.resident(table, [c for t, c in family.residents if t == table])
            rows[table] = rows.get(table, 0) + count
            if frame.width:
                kept.setdefault(table, []).append(frame)
        done.rollups += [(rollup, summed(block, rollup)) for rollup in family.rollups]
        change = next_change(block)
        done.changes = min(filter(None, (done.changes, change)), default=None)
        if run_context.earlier is not None:
            for table in frames:
                found = difference(before.get(block.number), block, table, run_context.earlier.until)
                if found.height:
                    done.differences.append((table, found))
    for table, count in rows.items():
        done.residents[table] = (count, pl.concat(kept[table]) if table in kept else pl.DataFrame())
    for table, parts in frames.items():
        types = plan.tables[table].types
        required = frozenset(not_null(plan.dataset, owner(table)))
        for column in required:
            if any(frame[column].null_count() for frame in parts):
                raise DataError(
                    f"{table}.{column}: NULL in a column that is not nullable; say `nullable: true` where it may be"
                )
        try:
            left = run_context.outlet.write(table, task.number, parts, types, required)
        except OverflowError as error:
            raise DataError(f"{table}: {error}") from error
        done.written[table] = TableResult(sum(frame.height for frame in parts), prints[table], left)
    return done
