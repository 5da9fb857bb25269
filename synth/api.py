"""The library in Python: load a dataset, plan it, and take any table or block as Polars frames, without files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Literal
from weakref import finalize

import polars as pl

from synth.draw.block import draw_block
from synth.draw.output import FrameSink
from synth.draw.residents import Residents
from synth.draw.task import RunContext
from synth.draw.walk import Walk, residents_for
from synth.errors import OptionError, did_you_mean
from synth.plan.make import Moment, make
from synth.plan.model import Plan
from synth.runners.serial import Serial
from synth.scan.source import batches, scan
from synth.spec.kinds.asked_rows import with_rows
from synth.spec.load import load as load_spec
from synth.spec.load import located
from synth.spec.models import Dataset
from synth.spec.parts import table_of

if TYPE_CHECKING:
    from synth.existing.bind import ContinueFrom

__all__ = ["block", "frame", "frames", "lazy", "load", "make_plan"]


def load(name: str | Path) -> Dataset:
    """A shipped dataset by name, or a YAML file by path. Raises SpecError, OptionError.

    >>> synth.load("ecommerce").about
    'A marketplace with a catalogue, promotions, customers, orders, payments and stock'
    """
    return load_spec(name)


def make_plan(
    dataset: Dataset | str | Path,
    *,
    scale: float = 1,
    seed: int = 42,
    until: Moment | None = None,
    tables: Iterable[str] | str | None = None,
    existing: Iterable[str] | str = (),
    source: str | Path | None = None,
    source_schema: str | None = None,
    more_sources: Iterable[str | Path] = (),
    skip_unfit: bool = False,
    rows: Mapping[str, int] | None = None,
    continue_from: ContinueFrom | Literal["source"] | None = "source",
) -> Plan:
    """Plan a dataset (or the name or path of one). Raises SpecError, OptionError.

    `until` may be text, as 2025-06-30, and `tables` names with commas between them.
    Tables named in `rows` have so many, whatever the scale. Tables that are `existing`, here or in the spec, are read from
    `source`, a folder or a database's URL, and become parents; what the spec says is elsewhere is read there if that is the
    source, or one of `more_sources`. Keys go on behind those that are there, or where `continue_from` says. Of rows that
    the spec cannot build on DataError tells, unless they are to be skipped. Raises OutputError and DatabaseError, too.

    >>> plan = synth.make_plan("ecommerce", scale=0.01, rows={"customers": 50})
    >>> plan.tables["orders"].rows, plan.tables["customers"].rows
    (1000, 50)
    """
    spec = dataset if isinstance(dataset, Dataset) else load(dataset)
    with nullcontext() if isinstance(dataset, Dataset) else located(dataset):
        names = tuple(existing.split(",") if isinstance(existing, str) else existing)
        if rows:
            spec = with_rows(spec, rows, names)
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
    besides, by the first call, and kept as long as the plan is. Raises OptionError where there is no such block.

    >>> drawn = synth.block(synth.make_plan("ecommerce", scale=0.01), "orders", 0)
    >>> {name: rows.height for name, rows in drawn.items()}
    {'orders': 1000, 'order_items': 10000, 'payments': 1000}
    """
    if not plan.kind(_known(plan, table)).has_own_rows:
        raise OptionError(f"'{table}' is gathered from several families and has no blocks of its own")
    family = plan.family_of(table)
    if family.is_sum:
        what = "is" if table == family.root else "is made from"
        raise OptionError(f"'{table}' {what} a rollup: it sums over all blocks and has none of its own")
    if not 0 <= number < max(1, family.blocks):
        raise OptionError(f"'{table}' has the blocks 0 to {family.blocks - 1}, not {number}")
    drawn = draw_block(plan, family, number, _looked_up(plan, family.root))
    return {name: drawn.written_rows(name) for name in family.tables if table_of(name) in plan.wanted}


_kept: dict[tuple[int, int, str], Residents] = {}  # by plan, thread, and the root of a family


def _looked_up(plan: Plan, root: str) -> Residents:
    """What blocks of a family look up, drawn once for a plan and a thread, and kept as long as the plan is."""
    key = id(plan), get_ident(), root
    if key not in _kept:
        _kept[key] = residents_for(plan, root, Serial(owns_process=False))
        finalize(plan, _kept.pop, key, None)
    return _kept[key]


def frame(plan: Plan, table: str) -> pl.DataFrame:
    """A whole table as a Polars DataFrame, in memory.

    >>> synth.frame(synth.make_plan("inventory", scale=0.01), "customers").height
    20
    """
    return pl.concat(batches(plan, _known(plan, table), Serial(owns_process=False)))


def frames(plan: Plan) -> dict[str, pl.DataFrame]:
    """All tables of a plan in memory, by name; drawn once, where `frame` draws what a table needs each time.

    >>> {name: frame.height for name, frame in synth.frames(synth.make_plan("inventory", scale=0.01)).items()}["customers"]
    20
    """
    parts: dict[str, list[pl.DataFrame]] = {name: [] for name in plan.wanted}
    context = RunContext(plan, Residents(), FrameSink(), records=False)
    for result in Walk(context, Serial(owns_process=False)).results():
        for part, made in result.tables.items():
            assert made.write.frame is not None
            parts[table_of(part)].append(made.write.frame)
    return {name: pl.concat(each) for name, each in parts.items()}


def lazy(plan: Plan, table: str) -> pl.LazyFrame:
    """A whole table as a LazyFrame, of which a query draws what it takes.

    Columns that it does not name are not drawn, nor blocks whose keys or arrivals its conditions leave out; after a plain
    `head` no more of them. DuckDB hands its conditions on to one, too.

    >>> import polars as pl
    >>> orders = synth.lazy(synth.make_plan("ecommerce", scale=0.01), "orders")
    >>> orders.filter(pl.col("order_id") <= 3).select("order_id").collect().height
    3
    """
    return scan(plan, _known(plan, table), Serial(owns_process=False))


def _known(plan: Plan, table: str) -> str:
    if table not in plan.wanted:
        raise OptionError(f"unknown table '{table}'\n  hint: {did_you_mean(table, plan.wanted)}")
    return table
