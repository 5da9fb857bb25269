"""Unique groups: which are made to hold by drawing without repeats, which hold anyway, and which cannot.

Row k of a table takes place π(k) among all combinations of a group's values, π a shuffle; with a parent in the group, child
k of a parent takes place π(k) of a shuffle of the parent's own. So a block stands alone, and no two rows are equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from synth.errors import Problem, SpecError, many
from synth.plan import model
from synth.plan.eligible import eligible
from synth.plan.model import DistinctDraw, TablePlan
from synth.spec.kinds.base import Path
from synth.spec.lineage import own_columns_behind
from synth.spec.models import Table
from synth.spec.parts import table_of
from synth.spec.scope import Scope
from synth.spec.unique_groups import unique_groups
from synth.sql.parse import given_by, row_by_row

__all__ = ["DistinctDraws", "distinct_draws", "numbers_used"]

LARGEST = 2**62  # combinations: what a place of 64 bits holds


class _Group(NamedTuple):
    """Columns of a table."""

    table: str
    columns: tuple[str, ...]


@dataclass
class DistinctDraws:
    """How unique groups are kept, by (table, column), and which cannot be, by table."""

    draws: dict[tuple[str, str], DistinctDraw] = field(default_factory=dict)
    problems: dict[str, list[Problem]] = field(default_factory=dict)

    def refuse(self, tables: Iterable[str]) -> None:
        """Raise SpecError where groups of tables that are drawn cannot be kept."""
        problems = [problem for table in tables for problem in self.problems.get(table, ())]
        if problems:
            raise SpecError(problems)


def distinct_draws(scope: Scope, tables: Mapping[str, TablePlan], earlier: Mapping[str, int]) -> DistinctDraws:
    """Plan how unique groups are kept; `earlier` are rows that tables had before the run."""
    made = DistinctDraws()
    kept: dict[str, list[frozenset[str]]] = {}
    for name in scope.dataset.tables:
        spec, kind = scope.table(name), scope.kind(name)
        if kind.only_gives_columns or kind.is_sum or kind.is_read:
            continue
        held = kept.setdefault(name, [])
        for group in sorted(unique_groups(spec), key=len):
            if any(smaller <= set(group) for smaller in held) or _holds_anyway(scope, name, group):
                held.append(frozenset(group))
                continue
            draw = _draw_of(scope, tables, name, group)
            if draw is not None and any((name, column) in made.draws for column in _drawn(draw)):
                draw = None  # a column is drawn once
            problem = _too_few(scope, tables, earlier, name, group, draw)
            if draw is None and problem is None and not _may_hold(scope, tables, name, group, held):
                problem = _by_chance(scope.table(name), name, group)
            if problem:
                made.problems.setdefault(name, []).append(problem)
            elif draw is not None:
                held.append(frozenset(group))
                made.draws |= {(name, column): draw for column in _drawn(draw)}
    for name in scope.dataset.all_tables:
        key = _taken_over(scope, name)
        if key and not _may_hold(scope, tables, key.table, key.columns, kept.get(key.table, [])):
            made.problems.setdefault(name, []).append(_by_chance(scope.table(name), name, scope.table(name).key))
    return made


def _taken_over(scope: Scope, table: str) -> _Group | None:
    """Give what a derived table's key is in the table it selects from row by row; None where it is more than that."""
    spec, kind = scope.table(table), scope.kind(table)
    source = row_by_row(str(spec.select)) if kind.only_gives_columns and kind.has_own_rows else None
    if source is None or not scope.kind(source).has_own_rows or scope.kind(source).is_sum:
        return None
    given = [given_by(str(spec.select), column) for column in spec.key]
    columns = [names[0] for names in given if names]
    return _Group(source, tuple(columns)) if len(columns) == len(spec.key) else None


def _drawn(draw: DistinctDraw) -> tuple[str, ...]:
    """List all columns that are drawn together."""
    return (*draw.columns, *([draw.weighted] if draw.weighted else []))


def _holds_anyway(scope: Scope, table: str, group: tuple[str, ...]) -> bool:
    """Tell whether no two rows can be equal in the group, because of what its columns are."""
    spec, ancestors = scope.table(table), scope.ancestors(table)
    within: set[str] = set()  # ancestors in one of whose rows two rows of the group would lie
    for column in group:
        draws = spec.columns[column].draws
        if spec.is_given(column) or draws.never_repeats or draws.one_to_one:
            return True
        above = _ancestor_of(scope, table, column)
        within.update(ancestors[ancestors.index(above) :] if above else ())
    return any(
        draws.distinct_within in within
        or (within.issuperset(ancestors[:1]) and draws.differs_among_siblings(scope.view(table, column)))
        for column in group
        for draws in [spec.columns[column].draws]
    )


def _may_hold(
    scope: Scope, tables: Mapping[str, TablePlan], table: str, group: tuple[str, ...], held: list[frozenset[str]]
) -> bool:
    """Tell whether a group follows from something that no two rows have alike, so that it may hold: rehearsing tells.

    What follows from chance alone has equal rows sooner or later, whatever a small dataset shows.
    """
    spec, behind = scope.table(table), own_columns_behind(scope, table, group)
    law = tables[table].fanout
    one_each = law is not None and law.max <= 1  # what a parent has alone, its only child has alone
    return (
        one_each
        or tables[table].rows <= 1
        or any(columns <= behind for columns in held)
        or any(
            spec.is_given(column) or draws.never_repeats or draws.one_to_one or draws.distinct_within
            for column in behind
            for draws in [spec.columns[column].draws]
        )
        or _holds_anyway(scope, table, tuple(behind))
    )


def _by_chance(spec: Table, table: str, group: tuple[str, ...]) -> Problem:
    here, what = _place(spec, table, group)
    hint = "draw it from values that can be counted, or in children by `per` and `distinct_per`: see schema/README.md"
    return Problem(here, f"nothing makes {what} unique: rows of {table} can be equal by chance", hint)


def _place(spec: Table, table: str, group: tuple[str, ...]) -> tuple[Path, str]:
    """Where the spec asks for a group without repeats, and the group in words."""
    what = group[0] if len(group) == 1 else f"({', '.join(group)})"
    if len(group) == 1 and spec.columns[group[0]].unique:
        return ("tables", table, "columns", group[0], "unique"), what
    return ("tables", table_of(table), "primary_key" if group == spec.primary_key else "unique"), what


def _ancestor_of(scope: Scope, table: str, column: str) -> str | None:
    """Name the ancestor whose key a column holds; None where it holds none."""
    draws = scope.table(table).columns[column].draws
    if column in scope.table(table).links:
        return scope.ancestors(table)[0]
    path = draws.copies()
    found = scope.resolve(table, path) if path else None
    if found and found.how == "ancestor" and scope.table(found.table).key == (found.column,):
        return found.table
    return None


def _draw_of(scope: Scope, tables: Mapping[str, TablePlan], table: str, group: tuple[str, ...]) -> DistinctDraw | None:
    """Plan to draw a group without repeats; None where one of its columns has no places to draw from."""
    spec, types = scope.table(table), tables[table].types

    def constant_rows(other: str) -> int | None:
        if other in scope.ancestors(table)[:1]:
            return tables[other].always_there - 1  # but the row's own
        plan = tables.get(other)
        moving = other in tables and (scope.comes_in_time(other) or scope.table(other).alive_until)
        counted = scope.kind(other).can_be_chosen and not scope.kind(other).only_gives_columns
        arrives = plan is None or not counted or moving or scope.ancestors(other)
        return None if plan is None or arrives or scope.family(other) == scope.family(table) else plan.rows

    parent = scope.ancestors(table)[:1]
    of_parent = [c for c in group if _ancestor_of(scope, table, c) in parent]
    rest = [c for c in group if c not in of_parent[:1]]
    weighted = None
    if scope.kind(table).can_be_read_whole:  # a roster: what is allotted by weight does not grow
        by_weight = (c for c in rest if spec.columns[c].draws.is_chosen_by_weight)
        weighted = next((c for c in by_weight if constant_rows(spec.columns[c].draws.target or "")), None)
    columns = tuple(c for c in rest if c != weighted)
    sizes = tuple(spec.columns[c].draws.places(types[c], constant_rows) for c in columns)
    if not columns or None in sizes:
        return None
    counted = tuple(size for size in sizes if size is not None)
    draw = DistinctDraw(columns, counted, parent[0] if of_parent else None, weighted, tables[table].rows)
    return draw if draw.places < LARGEST else None


def _too_few(
    scope: Scope, tables: Mapping[str, TablePlan], earlier: Mapping[str, int], table: str, group: tuple[str, ...],
    draw: DistinctDraw | None,
) -> Problem | None:  # fmt: skip
    """Say that there are fewer combinations than rows; None where there are enough, or nobody can tell."""
    spec, types = scope.table(table), tables[table].types
    here, what = _place(spec, table, group)
    law = tables[table].fanout
    if draw is not None and draw.within is not None:
        assert law is not None
        if law.max <= draw.places:
            return None
        said = (
            f"a row of {draw.within} may have {law.max:,} {table}, but there are only {draw.places:,} different {what}"
        )
        return Problem(here, said, "lower the fan-out's `max`, or widen what the columns can be")
    surely = ""
    if draw is not None:
        places, rows = draw.places, numbers_used(scope, tables, table) + earlier.get(table, 0)
        if draw.weighted:
            other = tables[spec.columns[draw.weighted].draws.target or ""]
            able = eligible(scope, other, spec.columns[draw.weighted].draws.weighed_by, other.rows)
            places, surely = places * able, "" if able == other.rows else " surely"
    else:
        sizes = [spec.columns[column].draws.capacity(types[column]) for column in group]
        if None in sizes:
            return None
        places = math.prod(size for size in sizes if size is not None)
        rows = tables[table].rows if tables[table].timetable is None else tables[table].most
    if rows <= places:
        return None
    hint = "widen what the columns can be, or ask for fewer rows"
    count = f"{'' if rows == tables[table].rows else 'up to '}{many(rows, 'row', 'needs', 'need')}"
    return Problem(here, f"{count} as many different {what}, and there are{surely} only {places:,}", hint)


def numbers_used(scope: Scope, tables: Mapping[str, TablePlan], table: str, *, whole: bool = False) -> int:
    """Count the row numbers that may be used: children's have gaps where totals are not exact.

    An exact total is met where a block ends, not before: `whole` counts the root's rows up to there.
    """
    plan = tables[table]
    if plan.fanout is None:
        if not whole or scope.table(table).arrival is None:
            return plan.most
        end = -(-plan.most // model.BLOCK_ROWS) * model.BLOCK_ROWS
        return min(end, plan.declared) if plan.declared is not None and plan.rows <= plan.declared else end
    above = numbers_used(scope, tables, scope.ancestors(table)[0], whole=whole or plan.fanout.exact)
    return plan.fanout.total(above) if plan.fanout.exact else above * plan.fanout.max
