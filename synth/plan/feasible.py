"""What could not be honoured at a scale: found before anything is drawn."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from synth.errors import Problem, SpecError
from synth.generators.arrival import microseconds
from synth.generators.declarations import Choosing
from synth.plan.model import TablePlan
from synth.spec.kinds.base import Path
from synth.spec.scope import Scope

__all__ = ["check_parents", "check_windows"]


def check_windows(scope: Scope, block_rows: int) -> None:
    """Refuse windows that blocks cut. Raises SpecError."""
    for name, column, declared in scope.all_columns():
        window = declared.draws.window_rows
        if window and block_rows % window:
            raise SpecError(
                [
                    Problem(
                        ("tables", name, "columns", column, "window"),
                        f"windows of {window:,} rows do not fill a block of {block_rows:,}",
                        "for instance 100, 250 or 500",
                    )
                ]
            )


def check_parents(scope: Scope, tables: Mapping[str, TablePlan], drawn: Collection[tuple[str, str]]) -> None:
    """Refuse what could not be honoured: no parent there at the first child, fewer parents than distinct draws."""
    problems = []
    for name, column, declared in scope.all_columns():
        choosing = declared.draws.choosing()
        if choosing is None or scope.is_read(name, column) or (name, column) not in drawn:
            continue
        path = ("tables", name, "columns", column, declared.generator_name)
        if choosing.table == scope.table(name).per and column not in scope.table(name).links:
            problems += _without_others(path, tables[name], tables[choosing.table])
        if not choosing.must_find or choosing.table in (name, *scope.ancestors(name)):
            continue
        parents = _there_first(scope, tables, name, choosing)
        if parents < 1:
            what = f"no row of {choosing.table} is surely there when the first of {name} comes"
            problems.append(Problem(path, what, scope.kind(choosing.table).hint_when_none(choosing.table)))
        if declared.draws.one_to_one and tables[choosing.table].timetable is not None:
            problems.append(Problem((*path, "unique"), "`unique` needs a parent table without arrival times"))
        elif declared.draws.one_to_one and tables[name].most > tables[choosing.table].rows:
            what = f"{_at_most(tables[name])} need as many {choosing.table} of their own, and there are"
            hint = f"ask for fewer {name}, or more {choosing.table}"
            problems.append(Problem(path, f"{what} {tables[choosing.table].rows:,}", hint))
        law, group = tables[name].fanout, choosing.distinct_per
        if group and law and group == scope.table(name).per and parents < law.max:
            what = f"a row of {group} may have {law.max} {name}, but only {parents} {choosing.table} are there at first"
            problems.append(Problem(path, what, f"lower the fan-out's `max`, or raise `at_least` of {choosing.table}"))
    if problems:
        raise SpecError(problems)


def _at_most(table: TablePlan) -> str:
    """Say how many rows may be numbered."""
    return f"{table.most:,} rows" if table.most == table.rows else f"up to {table.most:,} rows"


def _without_others(path: Path, table: TablePlan, parent: TablePlan) -> list[Problem]:
    """Refuse a second reference to the parent's table where no other row of it is surely there."""
    if parent.always_there >= 2 or not table.rows:
        return []
    when = " before the period" if parent.timetable else ""
    what = f"{parent.name} has no two rows that are surely there{when}, so there is no other one to refer to"
    return [Problem(path, what, f"ask for more {parent.name}" + (", and say `before_start`" if when else ""))]


def _there_first(scope: Scope, tables: Mapping[str, TablePlan], name: str, choosing: Choosing) -> int:
    """Count the rows of the parent that are surely there at the earliest moment of a child, whatever the seed."""
    parent, root = tables[choosing.table], tables[scope.family(name)]
    if not choosing.moment:
        return parent.always_there
    if parent.timetable is None or root.timetable is None:
        return parent.rows
    period_us = microseconds(scope.dataset.period.start)
    return parent.timetable.surely_before(root.timetable.start_us if len(root.timetable.expected) else period_us)
