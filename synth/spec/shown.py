"""What shows at `until`: states and sums read only what they see there, and NULL shows only where it is declared."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.generators.declarations import RowValue
from synth.spec.kinds.base import Path
from synth.spec.scope import Scope

__all__ = ["nulls_are_declared", "what_shows_is_seen"]


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
            if not spec.may_be_null(column) and scope.nulls.shows(name, column):
                path = ("tables", name, "columns", column)
                yield Problem(
                    path, "NULL can come out of it, and it is not nullable", "write `nullable: true` beside it"
                )


def _hidden(scope: Scope, table: str, path: str, place: Path) -> Iterator[Problem]:
    """Yield that what a path points at shows only later, where it does."""
    found = scope.resolve(table, path)
    spec = scope.table(found.table)
    if found.how != "pointed" or scope.is_read(found.table, found.column):
        return
    moments = [m for m, others in spec.hidden_moments.items() if found.column in (m, *others)]
    if moments or spec.columns[found.column].draws.is_state:
        what = f"'{path}' is hidden until `{moments[0]}` has come" if moments else f"'{path}' is a state"
        hint = f"work it out in {found.table}, or plan a moment of this row's own"
        yield Problem(place, f"{what}, and what shows of {found.table} is not known here", hint)
