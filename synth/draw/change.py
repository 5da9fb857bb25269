"""What changes in a block as time goes on: what lets a dataset grow without being drawn anew."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, moments
from synth.draw.block import Block
from synth.generators.arrival import microseconds
from synth.generators.derived import State
from synth.plan.model import BLOCK_ROWS

__all__ = ["AT", "BEFORE", "OP", "difference", "next_change"]

OP, AT, BEFORE = "#op", "#at", "#before "  # columns of a difference
CAME, CHANGED, COPY = "#came", "#changed", "#copy"

Rows = npt.NDArray[np.int64]


def next_change(block: Block) -> dt.datetime | None:
    """The earliest moment, at or after `until`, at which something in this block shows or changes; None if nothing will.

    A block that is not full changes at once, as more rows will come; so does one whose states read `until`.
    """
    plan, found = block.plan, []
    root = plan.tables[block.family.root]
    if root.intensity is not None and (block.number + 1) * BLOCK_ROWS > root.rows:
        return plan.until
    for table in block.family.tables:
        spec = plan.spec(table)
        for name, column in spec.columns.items():
            state = plan.compiled.get((table, name)) if isinstance(column.draws, State) else None
            if state is not None and "until" in state.reads:  # one that nobody asked for is not compiled
                return plan.until
        for name in dict.fromkeys([*plan.pending(table), *([spec.at] if spec.at else [])]):
            if name not in block.tables[table].columns:
                continue
            times = moments(block.tables[table].columns[name])
            ahead = times[(times >= plan.until_us) & (times != NULL)]
            if len(ahead):
                found.append(int(ahead.min()))
    return dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=min(found)) if found else None


def _came(block: Block, table: str) -> Rows:
    """When each row came: its arrival, its `at`, or its parent's; `NULL` where nothing says so. (rows,)"""
    spec, here = block.plan.spec(table), block.tables[table]
    if here.times is not None:
        return here.times
    if spec.at:
        return moments(here.columns[spec.at])
    if spec.per:
        return _came(block, spec.per)[block.home(table, spec.per)]
    return np.full(here.rows, NULL)


def _changed(block: Block, table: str, since: dt.datetime) -> Rows:
    """The latest moment from `since` to `until` at which something of each row, or of its parent, showed. (rows,)"""
    spec, here, since_us = block.plan.spec(table), block.tables[table], microseconds(since)
    found = np.full(here.rows, NULL)
    for name in block.plan.pending(table):
        if name not in here.columns:
            continue
        times = moments(here.columns[name])
        found = np.maximum(found, np.where((times >= since_us) & (times < block.plan.until_us), times, NULL))
    if spec.per:
        found = np.maximum(found, _changed(block, spec.per, since)[block.home(table, spec.per)])
    return found


def difference(before: Block | None, after: Block, table: str, since: dt.datetime) -> pl.DataFrame:
    """Rows of a table that came, changed or went between two looks at a block.

    Columns: #op (insert, update, delete), #at (when: microseconds), the table's columns as they are, and each behind
    `#before ` as it was at `since`. Rows are told apart by the table's key; where it has none, as a whole, and equal ones
    are counted.
    """
    written, until_us = after.plan.tables[table].written, after.plan.until_us
    new = _seen(after, table, since)
    old = _seen(before, table, since).drop(CAME, CHANGED) if before is not None else new.clear().drop(CAME, CHANGED)
    key = list(after.plan.spec(table).key)
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
    rows = {name: block.show(table, name).alias(name) for name in block.plan.tables[table].written}
    frame = pl.DataFrame(rows).with_columns(
        pl.Series(CAME, _came(block, table)), pl.Series(CHANGED, _changed(block, table, since))
    )
    visible = block.is_visible(table)
    return frame if visible is None else frame.filter(visible)
