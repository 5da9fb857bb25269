"""What could not be honoured at a scale: found before anything is drawn."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from synth.errors import Problem, SpecError, many
from synth.generators.arrival import microseconds
from synth.generators.declarations import Choosing
from synth.plan.distinct import numbers_used
from synth.plan.eligible import eligible, there_first
from synth.plan.model import TablePlan
from synth.spec.drawable import takes_all_rows
from synth.spec.kinds.base import Path
from synth.spec.scope import Scope

__all__ = ["check_parents", "check_windows"]


def check_windows(scope: Scope, tables: Mapping[str, TablePlan], block_rows: int) -> None:
    """Refuse windows that blocks cut, and the last one where it has more rows than there are, and these are asked for.

    Raises SpecError.
    """
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
    for name, spec in scope.dataset.tables.items():
        window, rows = scope.family_window(name), tables[scope.family(name)].rows
        if not window or not rows % window or scope.comes_in_time(name):
            continue
        for column in spec.columns:
            if not scope.is_read(name, column) and takes_all_rows(scope, name, column):
                there = f"{many(rows, 'row')} there {'is' if rows == 1 else 'are'}"
                what = f"the last window of {window:,} has more than the {there}, of which this is made"
                hint = f"let {scope.family(name)} have whole windows, or none"
                raise SpecError([Problem(("tables", name, "columns", column), what, hint)])


def check_parents(
    scope: Scope, tables: Mapping[str, TablePlan], drawn: Collection[tuple[str, str]], until_us: int
) -> None:
    """Refuse what could not be honoured: no parent there at the first child, fewer parents than distinct draws."""
    problems = []
    for name, column, declared in scope.all_columns():
        choosing = declared.draws.choosing()
        if choosing is None or scope.is_read(name, column) or (name, column) not in drawn:
            continue
        path = ("tables", name, "columns", column, declared.generator_name)
        above, born = scope.ancestors(name), column in scope.table(name).links
        if choosing.table == scope.table(name).per and not born and not choosing.says_which:
            problems += _without_others(path, tables[name], tables[choosing.table])
        kin = choosing.table == name or (choosing.table in above and (born or not choosing.says_which))
        if not choosing.must_find or kin or not tables[name].rows:
            continue
        if declared.draws.one_to_one:
            problems += _not_one_to_one(scope, tables, path, name, choosing.table)
            continue
        there = _there(scope, tables, name, choosing) - choosing.others
        last_us = until_us if choosing.moment else microseconds(scope.dataset.period.start)
        parents = eligible(scope, tables[choosing.table], declared.draws.weighed_by, there, last_us)
        if there < 1:
            problems.append(_none_there(scope, path, name, choosing))
        elif parents < 1:
            problems.append(_none_eligible(scope, path, choosing.table, declared.draws.weighed_by, there))
        elif parents < (most := _most_in_a_group(scope, tables, name, choosing.distinct_per)):
            what = f"a row of {choosing.distinct_per} may have {most:,} {name}, but only {parents:,} {choosing.table}"
            what = f"{what} are there at first" + ("" if parents == there else " that surely can be chosen")
            problems.append(Problem(path, what, f"lower the fan-out's `max`, or raise `at_least` of {choosing.table}"))
    if problems:
        raise SpecError(problems)


def _there(scope: Scope, tables: Mapping[str, TablePlan], name: str, choosing: Choosing) -> int:
    """Count the rows that are surely there at first, or that are surely born with the row that is known."""
    if choosing.within is None or scope.table(choosing.table).at:
        return there_first(scope, tables, name, choosing)
    ancestor = scope.view(name, "").target_of(choosing.within)
    above = scope.ancestors(choosing.table)
    laws = [tables[each].fanout for each in (choosing.table, *above[: above.index(str(ancestor))])]
    return math.prod(law.min for law in laws if law is not None)


def _none_there(scope: Scope, path: Path, name: str, choosing: Choosing) -> Problem:
    """Say that a row may find none."""
    to, others = choosing.table, " other" if choosing.others else ""
    if choosing.within:
        what = f"a row that '{choosing.within}' points at may have no{others} row of {to}"
        return Problem((*path, "within"), what, f"raise the fan-out's `min` of {to}, or write `optional: true`")
    what = f"no{others} row of {to} is surely there when the first of {name} comes"
    return Problem(path, what, scope.kind(to).hint_when_none(to))


def _most_in_a_group(scope: Scope, tables: Mapping[str, TablePlan], name: str, group: str | None) -> int:
    """Count the rows that a row of an ancestor may have at most; 0 without an ancestor."""
    if group is None:
        return 0
    above = scope.ancestors(name)
    laws = [tables[each].fanout for each in (name, *above[: above.index(group)])]
    return math.prod(law.max for law in laws if law is not None)


def _none_eligible(scope: Scope, path: Path, parent: str, weighed_by: tuple[str, ...], there: int) -> Problem:
    """Say that there are parents, but perhaps none that can be chosen."""
    ends = scope.table(parent).alive_until
    asked = " and ".join([*(f"'{each}'" for each in weighed_by), *([f"`alive_until: {ends}`"] if ends else [])])
    what = f"of {there:,} {parent} that are there at first, perhaps none can be chosen: {asked} may leave none"
    return Problem(path, what, f"ask for more {parent}, or write them out in `values`, some of which can be chosen")


def _not_one_to_one(
    scope: Scope, tables: Mapping[str, TablePlan], path: Path, name: str, parent: str
) -> Iterator[Problem]:
    """Refuse one-to-one references to parents that arrive, of rows that go on, and to fewer parents than row numbers."""
    numbers = numbers_used(scope, tables, name)
    if scope.table(parent).arrival is not None:
        yield Problem((*path, "unique"), "`unique` needs a parent table without arrival times")
    elif scope.table(name).earlier is not None:
        what = f"rows of {name} that were there before may have the same {parent}"
        yield Problem((*path, "unique"), what, f"leave `unique` out, or {name} without rows from before")
    elif numbers > tables[parent].rows:
        hint = f"ask for fewer {name}, or more {parent}"
        if scope.numbers_have_gaps(name):
            hint = f"{hint}; with fan-outs that are all `exact` fewer will do"
        count = f"{'' if numbers == tables[name].rows else 'up to '}{many(numbers, 'row', 'needs', 'need')}"
        what = f"{count} as many {parent} of their own, and there are {tables[parent].rows:,}"
        yield Problem(path, what, hint)


def _without_others(path: Path, table: TablePlan, parent: TablePlan) -> list[Problem]:
    """Refuse a second reference to the parent's table where no other row of it is surely there."""
    if parent.always_there >= 2 or not table.rows:
        return []
    when = " before the period" if parent.timetable else ""
    what = f"{parent.name} has no two rows that are surely there{when}, so there is no other one to refer to"
    return [Problem(path, what, f"ask for more {parent.name}" + (", and say `before_start`" if when else ""))]
