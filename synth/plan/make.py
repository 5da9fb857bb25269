"""Makes the plan of a dataset."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping

from synth.errors import OptionError, counted, did_you_mean
from synth.generators.arrival import microseconds
from synth.plan import model
from synth.plan.content import Content, earlier_row_count
from synth.plan.counts import RowCounting
from synth.plan.coverage import check_coverage
from synth.plan.distinct import distinct_draws
from synth.plan.families import FamilyPlanning
from synth.plan.feasible import check_parents, check_windows
from synth.plan.joins import check_joins
from synth.plan.lengths import check_lengths
from synth.plan.model import Plan, TablePlan
from synth.plan.sizes import check_sizes
from synth.spec.check import check
from synth.spec.kinds.arrival import FAR_YEAR
from synth.spec.kinds.base import Counted
from synth.spec.kinds.existing import unread_tables
from synth.spec.models import Dataset
from synth.spec.parts import table_of
from synth.spec.scope import Scope

__all__ = ["Moment", "existing_source_needed", "make", "moment_of"]


Moment = dt.date | dt.datetime | str
"""A day (its beginning), a moment, or either as text: 2025-06-30, 2025-06-30T12:00:00."""


def moment_of(given: Moment) -> dt.datetime:
    """Give a moment in UTC. Raises OptionError for text that is none."""
    if isinstance(given, str):
        try:
            given = dt.datetime.fromisoformat(given)
        except ValueError:
            raise OptionError(
                f"until is a date or timestamp, 2025-06-30 or 2025-06-30T12:00:00, not '{given}'"
            ) from None
    if not isinstance(given, dt.datetime):
        return dt.datetime(given.year, given.month, given.day)
    return given if given.tzinfo is None else given.astimezone(dt.UTC).replace(tzinfo=None)


def make(
    dataset: Dataset,
    *,
    scale: float = 1,
    seed: int = 42,
    until: Moment | None = None,
    tables: Iterable[str] | str | None = None,
    columns: Mapping[str, Collection[str]] | None = None,
    content: Content | None = None,
) -> Plan:
    """The plan of a dataset. Raises OptionError for options, SpecError for a spec that cannot be drawn at this scale.

    Of a table that `columns` names these alone leave, and what they are not made of is not drawn.
    Of a dataset with tables that exist, `content` is what was read of them; without it nothing can be drawn.
    """
    if not (math.isfinite(scale) and scale > 0):
        raise OptionError(f"scale must be a number above 0, got {scale}")
    if not 0 <= seed < 2**63:
        raise OptionError(
            f"seed must be a whole number from 0 to 2^63 - 1, got {seed if abs(seed) < 10**21 else counted(seed)}"
        )
    now = moment_of(until or dataset.period.until)
    if now.date() <= dataset.period.start and now <= dt.datetime.combine(dataset.period.start, dt.time()):
        raise OptionError(f"until ({now:%Y-%m-%d}) must be after the period's start, {dataset.period.start}")
    if now.year >= FAR_YEAR:
        raise OptionError(f"until ({now:%Y-%m-%d}) is too far ahead; years before {FAR_YEAR} are known")
    for name, calendar in dataset.calendars.items():
        if calendar.years and now.year > calendar.years[1]:
            raise OptionError(
                f"until ({now:%Y-%m-%d}) is too far ahead: calendar '{name}' is known to {calendar.years[1]}"
            )
    wanted = tuple(dataset.written)
    if tables is not None:
        asked = tuple(tables.split(",") if isinstance(tables, str) else tables)
        for name in asked:
            if name not in wanted:
                raise OptionError(f"unknown table '{name}'\n  hint: {did_you_mean(name, wanted)}")
        wanted = tuple(name for name in wanted if name in asked)
    if unread_tables(dataset):
        raise OptionError(existing_source_needed(dataset))
    scope = check(dataset)
    block_rows = model.BLOCK_ROWS
    counting = RowCounting(scope, scale=scale, seed=seed, until_us=microseconds(now), block_rows=block_rows)
    counts = {name: _table_plan(scope, name, counted, columns or {}) for name, counted in counting.all().items()}
    check_windows(scope, counts, block_rows)
    check_joins(scope, counts, block_rows)
    earlier = {name: earlier_row_count(dataset, name) for name in dataset.all_tables}
    distinct = distinct_draws(scope, counts, earlier)
    planning = FamilyPlanning(scope, counts, wanted, block_rows, distinct.draws)
    families = planning.families()
    distinct.refuse(name for family in families for name in family.tables)
    drawn = {(step.table, step.column) for family in families for step in family.steps}
    check_sizes(scope, counts, earlier, drawn)
    check_parents(scope, counts, drawn, microseconds(now))
    check_coverage(scope, counts, drawn, microseconds(now))
    check_lengths(scope, counts, planning.compiled, seed)
    needed = {family.root for family in families}
    return Plan(
        dataset=dataset, scale=scale, seed=seed, until=now, block_rows=block_rows, families=families, wanted=wanted,
        tables={name: counts[name] for name in dataset.all_tables if scope.family(name) in needed or name in wanted},
        compiled=planning.compiled, row_plans=planning.row_plans, paths=planning.paths, links=planning.links,
        distinct=distinct.draws, of_all_rows=planning.inherited,
        content=content or Content(),
    )  # fmt: skip


def _table_plan(scope: Scope, name: str, counted: Counted, columns: Mapping[str, Collection[str]]) -> TablePlan:
    """The plan of a table whose rows have been counted."""
    spec, leaves = scope.table(name), columns.get(table_of(name))
    return TablePlan(
        name=name, kind=scope.kind(name).name, family=scope.family(name), declared=counted.declared, rows=counted.rows,
        exact=counted.exact, types={column: scope.type_of(name, column) for column in spec.columns},
        written=tuple(column for column in spec.written if leaves is None or column in leaves),
        timetable=counted.timetable, fanout=counted.fanout,
        most=counted.rows if counted.most is None else counted.most,
    )  # fmt: skip


def existing_source_needed(dataset: Dataset) -> str:
    """What is said of a dataset with tables that exist where nobody has told."""
    return f"{dataset.dataset}: rows of '{dataset.existing[0]}' exist elsewhere\n  hint: say where: --from URL_OR_DIR"
