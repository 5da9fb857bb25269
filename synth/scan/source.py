"""A table as a source: what a query takes of it is drawn, blocks that its condition can keep, columns that it names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import polars as pl
from polars.io.plugins import register_io_source

from synth.draw.output import FrameSink
from synth.draw.residents import Residents
from synth.draw.task import RunContext, Task, tasks_of
from synth.draw.walk import Runner, Walk
from synth.plan.make import make
from synth.plan.model import FamilyPlan, Plan
from synth.scan.admitted import Ends, admitted
from synth.scan.reach import reach

__all__ = ["batches", "blocks_within", "scan"]


def scan(plan: Plan, table: str, runner: Runner) -> pl.LazyFrame:
    """A table as a LazyFrame that draws what a query takes."""
    types = plan.tables[table].types
    schema = {name: types[name].written for name in plan.tables[table].written}

    def drawn(
        columns: list[str] | None, condition: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        needed = list(schema) if columns is None else columns
        read = {*needed, *(condition.meta.root_names() if condition is not None else ())}
        for batch in batches(plan, table, runner, read, {} if condition is None else admitted(condition)):
            kept = batch if condition is None else batch.filter(condition)
            kept = kept.select(needed)
            if rows is not None:
                kept = kept.head(rows)
                rows -= kept.height
            yield kept
            if rows == 0:
                return

    return register_io_source(drawn, schema=schema)


def batches(
    plan: Plan,
    table: str,
    runner: Runner,
    columns: Collection[str] | None = None,
    within: dict[str, Ends] | None = None,
) -> Iterator[pl.DataFrame]:
    """A table's rows, block by block, in row order: some `columns` of it, or all, of blocks that can lie `within` ends."""
    some = {table: columns or plan.tables[table].written[:1]} if columns is not None else None
    only = make(
        plan.dataset,
        scale=plan.scale,
        seed=plan.seed,
        until=plan.until,
        tables=[table],
        columns=some,
        content=plan.content,
    )
    parts = plan.dataset.parts(table)
    context = RunContext(only, Residents(), FrameSink(), records=False)
    tasks = {family.root: list(_tasks(only, family, parts, within or {})) for family in only.families}
    for result in Walk(context, runner, tasks).results():
        for part in parts:
            if part in result.tables:
                frame = result.tables[part].write.frame
                assert frame is not None
                yield frame


def blocks_within(plan: Plan, table: str, family: FamilyPlan, within: Mapping[str, Ends]) -> list[int]:
    """List the blocks of a family in which a row of a table may lie within ends; none where it has no rows of it."""
    parts = plan.dataset.parts(table)
    if not any(part in family.tables for part in parts):
        return []
    return [task.number for task in _tasks(plan, family, parts, within)]


def _tasks(plan: Plan, family: FamilyPlan, parts: Collection[str], within: Mapping[str, Ends]) -> Iterator[Task]:
    """The blocks of a family that are drawn: all, or those in which a row of the table may lie within the ends."""
    here = [part for part in parts if part in family.tables]
    all_ = not within or not here or family.rollups
    for task in tasks_of(family, single=True):
        if all_ or any(_meets(plan, family, part, task.number, within) for part in here):
            yield task


def _meets(plan: Plan, family: FamilyPlan, part: str, number: int, within: Mapping[str, Ends]) -> bool:
    known = reach(plan, family, part, number)
    return all(known[column].meets(ends) for column, ends in within.items() if column in known)
