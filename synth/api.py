"""The library in Python: load a dataset, plan it, and take any table or block as Polars frames, without files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl
from polars.io.plugins import register_io_source

from synth.draw.block import draw_block
from synth.draw.output import FrameSink
from synth.draw.residents import Residents
from synth.draw.task import RunContext, tasks_of
from synth.draw.walk import Walk, residents_for
from synth.errors import OptionError, did_you_mean
from synth.plan.make import make
from synth.plan.model import Plan
from synth.runners.serial import Serial
from synth.spec.load import load as load_spec
from synth.spec.load import located
from synth.spec.models import Dataset
from synth.spec.parts import table_of

if TYPE_CHECKING:
    from synth.existing.bind import ContinueFrom

__all__ = ["block", "frame", "lazy", "load", "make_plan"]


def load(name: str | Path) -> Dataset:
    """A shipped dataset by name, or a YAML file by path. Raises SpecError, OptionError."""
    return load_spec(name)


def make_plan(
    dataset: Dataset | str | Path,
    *,
    scale: float = 1,
    seed: int = 42,
    until: dt.date | dt.datetime | None = None,
    tables: Iterable[str] | None = None,
    existing: Iterable[str] = (),
    source: str | Path | None = None,
    source_schema: str | None = None,
    more_sources: Iterable[str | Path] = (),
    skip_unfit: bool = False,
    continue_from: ContinueFrom | Literal["source"] | None = "source",
) -> Plan:
    """Plan a dataset (or the name or path of one). Raises SpecError, OptionError.

    Tables that are `existing`, here or in the spec, are read from `source`, a folder or a database's URL, and become
    parents; what the spec says is elsewhere is read there if that is the source, or one of `more_sources`. Keys go on
    behind those that are there, or where `continue_from` says. Of rows that the spec cannot build on a
    DataError tells, unless they are to be skipped. Raises OutputError and DatabaseError, too.
    """
    spec = dataset if isinstance(dataset, Dataset) else load(dataset)
    with nullcontext() if isinstance(dataset, Dataset) else located(dataset):
        names = tuple(existing)
        if not spec.existing and not names and source is None and continue_from in (None, "source"):
            return make(spec, scale=scale, seed=seed, until=until, tables=tables)
        from synth.existing.bind import bound

        return bound(
            spec, None if source is None else str(source), schema=source_schema, more_places=map(str, more_sources),
            existing=names, skip_unfit=skip_unfit, continue_from=continue_from, scale=scale, seed=seed, until=until,
            tables=tables,
        )  # fmt: skip


def block(plan: Plan, table: str, number: int) -> dict[str, pl.DataFrame]:
    """One block of the family that `table` belongs to, drawn by itself: its tables' rows, by name.

    Of a gathered table there is the family's part, named like `ledger.sales`. Only what the block looks up is drawn
    besides. Raises OptionError where there is no such block.
    """
    if not plan.kind(_known(plan, table)).has_own_rows:
        raise OptionError(f"'{table}' is gathered from several families and has no blocks of its own")
    family = plan.family_of(table)
    if family.is_sum:
        what = "is" if table == family.root else "is made from"
        raise OptionError(f"'{table}' {what} a rollup: it sums over all blocks and has none of its own")
    if not 0 <= number < max(1, family.blocks):
        raise OptionError(f"'{table}' has the blocks 0 to {family.blocks - 1}, not {number}")
    drawn = draw_block(plan, family, number, residents_for(plan, family.root, Serial(owns_process=False)))
    return {name: drawn.written_rows(name) for name in family.tables if table_of(name) in plan.wanted}


def frame(plan: Plan, table: str) -> pl.DataFrame:
    """A whole table, in memory."""
    return pl.concat(_batches(plan, _known(plan, table)))


def lazy(plan: Plan, table: str) -> pl.LazyFrame:
    """A whole table as a LazyFrame: blocks are drawn as the query takes them, and after a plain `head` no more of them."""
    types = plan.tables[_known(plan, table)].types
    schema = {name: types[name].written for name in plan.tables[table].written}

    def batches(
        columns: list[str] | None, predicate: pl.Expr | None, rows: int | None, size: int | None
    ) -> Iterator[pl.DataFrame]:
        for batch in _batches(plan, table):
            batch = batch.select(columns) if columns is not None else batch
            if predicate is not None:
                batch = batch.filter(predicate)
            if rows is not None:
                batch = batch.head(rows)
                rows -= batch.height
            yield batch
            if rows == 0:
                return

    return register_io_source(batches, schema=schema)


def _batches(plan: Plan, table: str) -> Iterator[pl.DataFrame]:
    """The table's rows, block by block, in row order."""
    only = make(plan.dataset, scale=plan.scale, seed=plan.seed, until=plan.until, tables=[table], content=plan.content)
    parts = plan.dataset.parts(table)
    context = RunContext(only, Residents(), FrameSink(), records=False)
    tasks = {family.root: tasks_of(family, single=True) for family in only.families}
    for result in Walk(context, Serial(owns_process=False), tasks).results():
        for part in parts:
            if part in result.tables:
                frame = result.tables[part].write.frame
                assert frame is not None
                yield frame


def _known(plan: Plan, table: str) -> str:
    if table not in plan.wanted:
        raise OptionError(f"unknown table '{table}'\n  hint: {did_you_mean(table, plan.wanted)}")
    return table
