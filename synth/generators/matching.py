"""Which rows of a table a row may choose from: those of a parent that it knows, those that share columns with it.

The rows of a table are put in an order in which those that belong together lie side by side, each such group in the order
in which they came. So what a row may choose is a stretch of that order, and what is there at a moment its beginning.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL
from synth.generators.context import TableContext

__all__ = ["Grouping", "groups_of", "starts_of"]

Rows = npt.NDArray[np.int64]

WITHIN, GROUP = "#within", "#group"


def starts_of(context: TableContext, table: str, ancestor: str) -> Rows:
    """Give where each ancestor's rows of a child table begin, and the end. (ancestors,) -> (ancestors + 1,)"""
    starts: Rows | None = None
    for above in context.ancestors_of(table):
        own = np.concatenate((np.zeros(1, np.int64), np.cumsum(context.child_counts(table))))
        starts = own if starts is None else starts[own]
        if above == ancestor:
            break
        table = above
    assert starts is not None, (table, ancestor)
    return starts


def groups_of(frame: pl.DataFrame, columns: Sequence[str]) -> Rows:
    """Number the groups of rows that are equal in these columns, NULL too; all are one without columns. (n,)"""
    if not columns:
        return np.zeros(frame.height, np.int64)
    return frame.select(pl.struct(columns).rank("dense")).to_series().to_numpy().astype(np.int64)


@dataclass(frozen=True)
class Grouping:
    """Rows of the table `to` that belong together: by the row of an ancestor of theirs, and by columns."""

    to: str
    within: str | None  # a column of the row, which points at a row of an ancestor of `to`
    ancestor: str | None
    match: Mapping[str, str]  # a column of `to` -> the path of the value that it has to equal
    comes_at: str | None = None  # a column of `to`: the moment from which a row shows, where that is not its root's

    def __bool__(self) -> bool:
        return bool(self.within or self.match or self.comes_at)

    def prepare(self, context: TableContext) -> dict[str, npt.NDArray[Any]]:
        """Make the order, (rows,), where it is not that of the rows, and where each group begins, (groups + 1,)."""
        arrays: dict[str, npt.NDArray[Any]] = {}
        if not self:
            return arrays
        keys: list[npt.NDArray[Any]] = []
        if self.ancestor:
            arrays["within"] = starts_of(context, self.to, self.ancestor)
            keys.append(np.repeat(np.arange(len(arrays["within"]) - 1), np.diff(arrays["within"])))
        if not self.match and not self.comes_at:
            return arrays | {"starts": arrays["within"]}
        columns = [context.full_column(self.to, column) for column in self.match]
        comes = [context.full_column(self.to, self.comes_at)] if self.comes_at else []
        if not columns and not keys:
            keys.append(np.zeros(context.row_count(self.to), np.int64))
        order = np.lexsort(
            (*comes, *columns, *keys)
        )  # the last counts first; equal ones stay in the order of their rows
        order = order[np.all([column[order] != NULL for column in (*columns, *comes)], axis=0)]
        arrays["order"] = order
        if self.comes_at:
            came = np.argsort(comes[0], kind="stable")
            arrays["came"] = comes[0][came]
            arrays["ranks"] = np.empty(len(came), np.int64)
            arrays["ranks"][came] = np.arange(len(came))
        if not columns:
            groups = len(arrays["within"]) - 1 if self.ancestor else 1
            return arrays | {"starts": np.searchsorted(keys[0][order], np.arange(groups + 1))}
        keys += columns
        changes = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
        starts = (
            np.concatenate(([0], np.flatnonzero(changes) + 1, [len(order)])) if len(order) else np.zeros(1, np.int64)
        )
        return arrays | {"starts": starts}

    def order(self, context: TableContext) -> Rows | None:
        """Give the rows in the order of their groups; None where that is the order of the rows. (rows of the table,)"""
        return context.prepared("order") if self.match or self.comes_at else None

    def stretches(self, context: TableContext, sizes: Any) -> tuple[Rows, Rows]:
        """Give the beginning and end of what each row may choose, of the table's first `sizes` rows. (n,) -> (n,), (n,)

        First are those that came first.
        """
        groups, starts = self._groups(context), context.prepared("starts")
        some = groups >= 0
        low = np.where(some, starts[groups], 0)
        high = np.where(some, starts[groups + 1], 0)
        order = self.order(context)
        if order is None:
            return low, np.maximum(low, np.minimum(high, sizes))
        count = context.row_count(self.to)
        if not isinstance(sizes, np.ndarray) and sizes >= count:
            return low, high

        def numbered() -> Rows:
            turns = context.prepared("ranks")[order] if self.comes_at else order
            return np.repeat(np.arange(len(starts) - 1), np.diff(starts)) * np.int64(count + 1) + turns

        places: Rows = context.cached("places in the order", numbered)
        ends = np.searchsorted(places, np.maximum(groups, 0) * np.int64(count + 1) + sizes)
        return low, np.where(some, ends, 0)

    def _groups(self, context: TableContext) -> Rows:
        """Give the group of each row; below 0: none. (rows,)"""
        within = context.rows_pointed_at(self.within) if self.within else None
        if not self.match:
            return np.zeros(context.rows, np.int64) if within is None else within
        table: pl.DataFrame = context.cached("groups", lambda: self._table(context))
        wanted = {
            column: context.value(path).alias(column).cast(table.schema[column]) for column, path in self.match.items()
        }
        frame = pl.DataFrame([*wanted.values(), *([pl.Series(WITHIN, within)] if within is not None else [])])
        joined = frame.join(table, on=frame.columns, how="left", maintain_order="left")
        return joined[GROUP].fill_null(-1).to_numpy()

    def _table(self, context: TableContext) -> pl.DataFrame:
        """What the rows of each group share."""
        order, starts = context.prepared("order"), context.prepared("starts")
        first = np.asarray(order[starts[:-1]])
        columns = [context.gather(self.to, column, first).alias(column) for column in self.match]
        if self.ancestor:
            parents = np.searchsorted(context.prepared("within"), first, side="right") - 1
            columns.append(pl.Series(WITHIN, parents))
        return pl.DataFrame([*columns, pl.Series(GROUP, np.arange(len(first)), dtype=pl.Int64)])
