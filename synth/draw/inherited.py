"""Columns that are worked out for all rows of a table together, before its blocks are drawn, which read them.

They are those that go on from the same column of the row above, in a table that refers to itself (levels, paths), from the
roots on, those that count or sum the rows below, and those that rank all rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.draw.residents import Residents
from synth.draw.siblings import in_turn
from synth.dtypes import BIGINT
from synth.plan.model import Plan, rows_of, whole_of

__all__ = ["inherit"]

Rows = npt.NDArray[np.int64]


def inherit(plan: Plan, table: str, column: str, residents: Residents) -> None:
    """Make a column of all rows that are there, and keep it, where it is not kept. Raises DataError."""
    kept = whole_of(column, plan.spec(table).columns[column].null_share)
    if residents.has(table, kept):
        return
    types, draws = plan.tables[table].types, plan.spec(table).columns[column].draws
    if (table, column) not in plan.compiled:
        read = {name: types.get(name, BIGINT) for name in plan.of_all_rows[table, column]}
        made = draws.draw_whole(residents.frame(table, read))
        residents.add(table, len(made), made.alias(kept).to_frame())
        return
    compiled = plan.compiled[table, column]
    resolved = {path: plan.resolve(table, path) for path in compiled.reads}
    own = [path for path, found in resolved.items() if found.how == "pointed"]
    above = np.asarray(residents.full_column(table, rows_of(resolved[own[0]].via)))
    rows = np.arange(len(above))
    others = pl.DataFrame(
        [
            residents.gather(table, found.column, rows, types[found.column]).alias(path)
            for path, found in resolved.items()
            if path not in own
        ]
    )
    made = in_turn(compiled.evaluate, others, own, above, _levels(above), types[column].drawn)
    residents.add(table, len(rows), made.alias(kept).to_frame())


def _levels(above: Rows) -> Rows:
    """Count the rows above each, whose row above is `above`; below 0: none. (n,) -> (n,)"""
    levels, open_rows = np.zeros(len(above), np.int64), np.flatnonzero(above >= 0)
    known = above < 0
    while len(open_rows):
        ready = known[above[open_rows]]
        some = open_rows[ready]
        levels[some] = levels[above[some]] + 1
        known[some] = True
        open_rows = open_rows[~ready]
    return levels
