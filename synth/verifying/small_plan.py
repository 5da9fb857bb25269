"""The small plans by which a spec is rehearsed: so many rows at most, whatever the spec asks for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from synth.errors import DataError, SpecError
from synth.existing.stand_in import planned_on_stand_ins
from synth.plan.make import make
from synth.plan.model import Plan
from synth.spec.kinds.existing import unread_tables, with_assumed_rows
from synth.spec.models import Dataset
from synth.spec.row_models import RowCount

__all__ = ["MOST", "ROWS", "SEED", "larger_plan", "small_plans", "whole_plan"]

ROWS = 20_000  # of all tables together
MOST = 25 * ROWS  # those that few parents, or all tables at once, may come to
SEED = 42
LARGEST_SCALE = 1000.0
TURNS = 4  # in which the rows of the largest tables are cut, or let grow


def whole_plan(dataset: Dataset, until: dt.datetime) -> Plan:
    """The plan of all that is declared; of tables that exist as many rows as are assumed.

    Raises SpecError where the spec cannot be honoured at all.
    """
    return make(with_assumed_rows(dataset), seed=SEED, until=until)


def small_plans(dataset: Dataset, whole: Plan) -> Iterator[Plan]:
    """Yield plans to rehearse by, the best first: another one is for where rows of the last were too few.

    That of the largest scale up to 1 with few rows; one in which the largest tables are cut and the others whole; the whole
    one if its rows can be drawn; none where all have too many.
    """
    asked, until = _rows(whole), whole.until
    scale = min(1.0, ROWS / max(1, asked))
    small = _planned(dataset, scale, until)
    if small and _rows(small) <= MOST:
        yield small
    if scale >= 1:
        return
    most = ROWS // len(dataset.tables)
    for _ in range(TURNS):
        cut = _planned(_with_fewer_rows(dataset, most), 1.0, until)
        if cut and _rows(cut) <= MOST:
            yield cut
            break
        most = max(1, int(most * ROWS / _rows(cut))) if cut else 2 * most
    if asked <= MOST and (planned := _planned(dataset, 1.0, until)):
        yield planned


def larger_plan(dataset: Dataset, whole: Plan) -> Plan | None:
    """The plan of so many rows, of a spec that asks for fewer: more of them show what only chance has kept so far.

    None where there are many at scale 1, where tables exist, or where the spec cannot be honoured with many more rows.
    """
    if unread_tables(dataset):
        return None
    largest = min(LARGEST_SCALE, ROWS / max(1, _rows(whole)))
    plans = (_planned(dataset, largest / smaller, whole.until) for smaller in (1, 10, 100) if largest / smaller > 1)
    return next((plan for plan in plans if plan and _rows(plan) <= MOST), None)


def _planned(dataset: Dataset, scale: float, until: dt.datetime) -> Plan | None:
    """The plan, on stand-ins where tables exist; None where what few rows, or stand-ins, are asked for is refused."""
    stood_in = bool(unread_tables(dataset))
    try:
        return (planned_on_stand_ins if stood_in else make)(dataset, scale=scale, seed=SEED, until=until)
    except (SpecError, DataError):
        return None


def _rows(plan: Plan) -> int:
    """The rows of all tables but those that exist."""
    return sum(table.rows for name, table in plan.tables.items() if not plan.kind(name).is_read)


def _with_fewer_rows(dataset: Dataset, most: int) -> Dataset:
    """Declare so many rows of each table at most."""
    tables = {
        name: table.model_copy(update={"rows": RowCount(base=min(most, declared.at(1)), growth=0)})
        for name, table in dataset.tables.items()
        if (declared := table.rows)
    }
    return dataset.model_copy(update={"tables": {**dataset.tables, **tables}})
