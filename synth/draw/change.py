"""What changes in a block as time goes on: what lets a dataset grow without being drawn anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, moments
from synth.draw.block import Block
from synth.generators.arrival import microseconds

__all__ = ["AT", "BEFORE", "OP", "difference", "next_change"]

OP, AT, BEFORE = "#op", "#at", "#before "  # columns of a difference
CAME, CHANGED, COPY = "#came", "#changed", "#copy"

Rows = npt.NDArray[np.int64]


def next_change(block: Block) -> dt.datetime | None:
    """Give the earliest moment, at or after `until`, at which something in this block shows or changes; None for never.

    A block that is not full changes at once, as more rows will come; so does one whose states read `until`.
    """
    root = block.family.root
    times_us = [block.plan.kind(root).next_change_us(block, root)]
    for table in block.family.tables:
        times_us.append(_next_change_us(block, table))
        if block.until_us in times_us:
            return block.plan.until
    coming = [time_us for time_us in times_us if time_us is not None]
    return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=min(coming)) if coming else None


def _next_change_us(block: Block, table: str) -> int | None:
    """Give the earliest moment at which something in a table's rows shows or changes, in microseconds; None for never."""
    plan, spec, coming = block.plan, block.plan.spec(table), []
    for name, column in spec.columns.items():
        state = plan.compiled.get((table, name)) if column.draws.is_state else None
        if state is not None and "until" in state.reads:  # one that nobody asked for is not compiled
            return block.until_us
    for name in dict.fromkeys([*plan.pending(table), *([spec.at] if spec.at else [])]):
        if name in block.tables[table].columns:
            times = moments(block.tables[table].columns[name])
            ahead = times[(times >= block.until_us) & (times != NULL)]
            if len(ahead):
                coming.append(int(ahead.min()))
    return min(coming, default=None)


def _changed(block: Block, table: str, since: dt.datetime) -> Rows:
    """Give the latest moment from `since` to `until` at which something of each row, or of its parent, showed. (rows,)"""
    spec, here, since_us = block.plan.spec(table), block.tables[table], microseconds(since)
    latest = np.full(here.rows, NULL)
    for name in block.plan.pending(table):
        if name not in here.columns:
            continue
        times = moments(here.columns[name])
        latest = np.maximum(latest, np.where((times >= since_us) & (times < block.until_us), times, NULL))
    if parent := block.plan.kind(table).parent(spec):
        latest = np.maximum(latest, _changed(block, parent, since)[block.ancestor_positions(table, parent)])
    return latest


def difference(before: Sequence[Block], after: Sequence[Block], table: str, since: dt.datetime) -> pl.DataFrame:
    """Rows of a table that came, changed or went between two looks at blocks, between which rows may have moved.

    Columns: #op (insert, update, delete), #at (when: microseconds), the table's columns as they are, and each behind
    `#before ` as it was at `since`. Rows are told apart by the table's key; where it has none, as a whole, and equal ones
    are counted.
    """
    plan = after[0].plan
    written, until_us = plan.tables[table].written, plan.until_us
    new = pl.concat([_seen(block, table, since) for block in after])
    old = pl.concat([new.clear(), *(_seen(block, table, since) for block in before)]).drop(CAME, CHANGED)
    key = list(plan.spec(table).key)
    if not key:
        key = [*written, COPY]
        new, old = (rows.with_columns(pl.int_range(pl.len()).over(written).alias(COPY)) for rows in (new, old))
    joined = new.with_columns(pl.lit(value=True).alias("#new")).join(
        old.select(pl.all().name.prefix(BEFORE), pl.lit(value=True).alias("#old")),
        left_on=key, right_on=[BEFORE + name for name in key], how="full", nulls_equal=True,
    )  # fmt: skip
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(BEFORE + name)) for name in written)
    op = (
        pl.when(pl.col("#old").is_null()).then(pl.lit("insert"))
        .when(pl.col("#new").is_null()).then(pl.lit("delete"))
        .when(~same).then(pl.lit("update"))
    )  # fmt: skip
    # a moment that lies elsewhere (a rollup's, another family's) is the end of the step
    came, changed = pl.col(CAME), pl.max_horizontal(CAME, CHANGED)
    at = pl.when(pl.col(OP) == "insert").then(came).when(pl.col(OP) == "update").then(changed)
    since_us = microseconds(since)
    inside = at.is_between(since_us, until_us, closed="left")
    return (
        joined.with_columns(op.alias(OP))
        .filter(pl.col(OP).is_not_null())
        .with_columns(pl.when(inside).then(at).otherwise(until_us - 1).alias(AT))
        .select(OP, AT, *written, *(BEFORE + name for name in written))
    )


def _seen(block: Block, table: str, since: dt.datetime) -> pl.DataFrame:
    """A table's rows as they show, with when they came and changed."""
    rows = {name: block.at_until(table, name).alias(name) for name in block.plan.tables[table].written}
    frame = pl.DataFrame(rows).with_columns(
        pl.Series(CAME, block.plan.kind(table).came(block, table)), pl.Series(CHANGED, _changed(block, table, since))
    )
    visible = block.visible(table)
    return frame if visible is None else frame.filter(pl.Series(visible))
