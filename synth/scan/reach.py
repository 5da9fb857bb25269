"""Which values the columns of a block can hold, as far as that is known before it is drawn: keys, and when its rows came."""

from __future__ import annotations

import numpy as np

from synth.dtypes import DType
from synth.generators.base import Generator
from synth.plan.model import FamilyPlan, Plan
from synth.scan.admitted import Ends
from synth.streams import Sub, hashed

__all__ = ["reach"]


def reach(plan: Plan, family: FamilyPlan, table: str, number: int) -> dict[str, Ends]:
    """Give the ends of columns of a table in a block, of those of which they are known."""
    found = {}
    for column in plan.tables[table].written:
        ends = _of(plan, family, table, column, number)
        if ends is not None:
            found[column] = ends
    return found


def _of(plan: Plan, family: FamilyPlan, table: str, column: str, number: int) -> Ends | None:
    spec = plan.spec(table)
    if spec.is_given(column):
        return None
    draws = spec.columns[column].draws
    if draws.counts_up:
        return _of_key(plan, table, draws, number)
    if draws.sets_arrival:
        return _of_arrival(plan, table, column, number)
    if column in spec.links:  # it holds the key of the row that its row is born with
        key = plan.spec(str(spec.per)).key
        return _of(plan, family, str(spec.per), key[0], number) if len(key) == 1 else None
    path = draws.copies()
    seen = plan.resolve(table, path) if path else None
    if seen is None or seen.how not in ("own", "ancestor") or (seen.table, seen.column) == (table, column):
        return None
    ends = _of(plan, family, seen.table, seen.column, number)
    return None if ends is None else _as(ends, plan.tables[table].types[column])


def _as(ends: Ends, dtype: DType) -> Ends | None:
    """Ends of a column that is copied into one of another type: a timestamp's day begins before it."""
    if dtype.name == "date":
        day = 86_400_000_000
        return Ends(int(ends.low) // day * day, ends.high)
    return ends if dtype.is_time or (dtype.is_exact and not dtype.digits) else None


def _of_key(plan: Plan, table: str, key: Generator, number: int) -> Ends | None:
    first, end = (_rows_before(plan, table, at * plan.block_rows) for at in (number, number + 1))
    if end <= first:
        return Ends(1, 0)
    numbers = key.key_at(np.array([first, end - 1]), plan.seeds[table], table).to_numpy()
    return Ends(int(numbers.min()), int(numbers.max()))


def _rows_before(plan: Plan, table: str, root_rows: int) -> int:
    """Count the row numbers of a table that so many root rows take."""
    parent, law = plan.spec(table).per, plan.tables[table].fanout
    if parent is None:
        return root_rows
    above = _rows_before(plan, parent, root_rows)
    assert law is not None
    return law.total(above) if law.exact else above * law.max


def _of_arrival(plan: Plan, table: str, column: str, number: int) -> Ends | None:
    timetable, rows = plan.tables[table].timetable, plan.tables[table].rows
    first, last = number * plan.block_rows, min((number + 1) * plan.block_rows, max(rows, 1)) - 1
    if timetable is None or last < first:
        return None

    seed = plan.seeds[table]
    at = (
        timetable.times(row, 1, lambda rows: hashed(seed, table, column, Sub.TIMES, rows))[0] for row in (first, last)
    )
    return Ends(*map(int, at))
