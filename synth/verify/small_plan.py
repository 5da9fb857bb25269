"""The small plan by which a spec is rehearsed: so many rows at most, whatever the spec asks for."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

from synth.errors import DataError, SpecError
from synth.existing.stand_in import planned_on_stand_ins
from synth.plan.make import make
from synth.plan.model import Plan
from synth.spec.kinds.existing import unread_tables, with_assumed_rows
from synth.spec.models import Dataset
from synth.spec.row_models import RowCount

__all__ = ["MOST", "ROWS", "SEED", "small_plan"]

ROWS = 20_000  # of all tables together
MOST = 25 * ROWS  # those that a small scale, or few parents, may come to
SEED = 42
SCALES = 4  # tried, each twice the one before, where the spec asks for more rows than a small scale has


def small_plan(dataset: Dataset, until: dt.datetime) -> Plan | None:
    """The plan of the largest scale up to 1 with few rows, or of a larger one that the spec can be honoured at.

    Where rows do not shrink with the scale fewer are declared. None where there is no small plan. Raises SpecError where the
    spec cannot be honoured at all.
    """
    stood_in = bool(unread_tables(dataset))
    planned = planned_on_stand_ins if stood_in else make
    whole = make(with_assumed_rows(dataset), seed=SEED, until=until)
    asked = sum(table.rows for table in whole.tables.values() if not whole.kind(table.family).is_read)
    scale, plan = min(1.0, ROWS / max(1, asked)), None
    for _ in range(SCALES):
        try:
            plan = planned(dataset, scale=scale, seed=SEED, until=until)
            break
        except (SpecError, DataError):
            if scale >= 1 and not stood_in:
                raise
            scale = min(1.0, scale * 2)
    if plan is None or _rows(plan) <= MOST:
        return plan
    most, found = ROWS // len(dataset.tables), _rows(plan)
    for _ in range(SCALES):
        with suppress(SpecError, DataError):
            plan = planned(_with_fewer_rows(dataset, plan.scale, most), scale=plan.scale, seed=SEED, until=until)
            found = _rows(plan)
            if found <= MOST:
                return plan
        most = max(1, int(most * ROWS / found))
    return None


def _rows(plan: Plan) -> int:
    """The rows of all tables but those that exist."""
    return sum(table.rows for name, table in plan.tables.items() if not plan.kind(name).is_read)


def _with_fewer_rows(dataset: Dataset, scale: float, most: int) -> Dataset:
    """Declare so many rows of each table at most, at this scale and every other."""
    tables = {
        name: table.model_copy(update={"rows": RowCount(base=min(most, declared.at(scale)), growth=0)})
        for name, table in dataset.tables.items()
        if (declared := table.rows)
    }
    return dataset.model_copy(update={"tables": {**dataset.tables, **tables}})
