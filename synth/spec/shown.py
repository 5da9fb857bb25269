"""What shows at `until`: states and sums read only what they see there, and NULL shows only where it is declared."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.generators.declarations import DottedPath, RowValue
from synth.spec.kinds.base import Path
from synth.spec.scope import Scope

__all__ = ["nulls_are_declared", "planned_moments_seen", "what_shows_is_seen"]


def what_shows_is_seen(scope: Scope) -> Iterator[Problem]:
    """States, and what rollups sum, look through no reference at what shows only later there: here that is not known."""
    for name, column, declared in scope.all_columns():
        if declared.draws.is_state and not scope.table(name).is_given(column):
            for each in scope.dependencies(name, column):
                if isinstance(each, RowValue):
                    yield from _hidden(
                        scope, name, each.path, ("tables", name, "columns", column, declared.generator_name)
                    )
    for name in scope.dataset.tables:
        for table, path, place in scope.kind(name).paths_summed(scope, name):
            yield from _hidden(scope, table, path, place)


def nulls_are_declared(scope: Scope) -> Iterator[Problem]:
    """No column from which NULL can come out is said to hold none."""
    for name in scope.dataset.written:
        spec = scope.table(name)
        for column in spec.written:
            path = ("tables", name, "columns", column)
            if not spec.may_be_null(column) and scope.nulls.shows(name, column):
                yield Problem(
                    path, "NULL can come out of it, and it is not nullable", "write `nullable: true` beside it"
                )
            if spec.columns[column].null_share and spec.columns[column].draws.values_known() == frozenset():
                yield Problem((*path, "null_share"), "it is NULL in every row", "leave `null_share` out")


def planned_moments_seen(scope: Scope) -> Iterator[Problem]:
    """Expressions that see what shows as NULL until its moment has come: as drawn, they do not wait. No mistake, but told.

    Working tables and columns are left out, as what they hold is there to be worked with.
    """
    for name, column, declared in scope.all_columns():
        spec = scope.table(name)
        if column not in spec.written or name not in scope.dataset.written or spec.is_given(column):
            continue
        sql = declared.draws.column_sql(scope.view(name, column))
        waits = {each for moment, others in spec.hidden_moments.items() for each in (moment, *others)}
        if sql is None or not sql.is_column or declared.draws.is_state or column in waits:
            continue
        for path in dict.fromkeys(d.path for d in scope.dependencies(name, column) if isinstance(d, RowValue)):
            found = scope.resolve(name, path)
            there = scope.table(found.table)
            moments = [m for m, others in there.hidden_moments.items() if found.column in (m, *others)]
            if moments and found.column in there.written and found.column != there.at:
                what = f"'{path}' shows as NULL until `{moments[0]}` has come, and this sees it from the start"
                hint = (
                    "write `state` instead of `expr` to see what shows, or let the column show with it, under `events`"
                )
                yield Problem(("tables", name, "columns", column, declared.generator_name), what, hint)


def _hidden(scope: Scope, table: str, path: str, place: Path) -> Iterator[Problem]:
    """Yield that what a path points at shows only later, where it does."""
    found = scope.resolve(table, path)
    spec = scope.table(found.table)
    further = DottedPath.parse(path).rest
    if DottedPath.parse(further).rest:  # the first step of several
        yield from _hidden(scope, found.table, further, place)
    if found.how != "pointed" or scope.is_read(found.table, found.column):
        return
    moments = [m for m, others in spec.hidden_moments.items() if found.column in (m, *others)]
    why = f"is hidden until `{moments[0]}` has come" if moments else scope.follows_until(found.table, found.column)
    if why:
        hint = f"work it out in {found.table}, or plan a moment of this row's own"
        yield Problem(place, f"'{path}' {why}, and what shows of {found.table} is not known here", hint)
