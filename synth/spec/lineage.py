"""What a value follows from, all the way: which columns tell of the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable

from synth.generators.declarations import DottedPath, RowCount
from synth.spec.order import columns_behind
from synth.spec.scope import Scope
from synth.sql.parse import columns, query

__all__ = ["columns_that_tell_of", "own_columns_behind"]


def columns_that_tell_of(scope: Scope, tables: Iterable[str]) -> set[tuple[str, str]]:
    """Give each (table, column) that follows from values of these tables: looked up, held as a key, selected, summed."""
    told = {(table, column) for table in tables for column in scope.table(table).columns}
    grown = -1
    while grown != len(told):
        grown = len(told)
        told |= {at for at in _columns(scope) - told if _follows_from(scope, *at, told)}
    return told


def own_columns_behind(scope: Scope, table: str, group: Iterable[str]) -> frozenset[str]:
    """Name the columns of a table that a group's values follow from, the group's own included."""
    found: set[str] = set()
    waiting = list(group)
    while waiting:
        column = waiting.pop()
        if column in found:
            continue
        found.add(column)
        for dependency in scope.dependencies(table, column):
            if not isinstance(dependency, RowCount):
                waiting += [name for other, name in columns_behind(scope, table, dependency) if other == table]
    return frozenset(found)


def _named(select: str) -> frozenset[str]:
    """The names of columns in a SELECT, whatever table they are of."""
    return frozenset(rest or first for first, rest in map(DottedPath.parse, columns(query(select))))


def _columns(scope: Scope) -> set[tuple[str, str]]:
    return {(table, column) for table, spec in scope.dataset.all_tables.items() for column in spec.columns}


def _follows_from(scope: Scope, table: str, column: str, told: set[tuple[str, str]]) -> bool:
    spec = scope.table(table)
    if spec.is_given(column):  # of a SELECT, or sum: whatever it reads may be in it
        sources, kind = set(scope.row_sources(table)), scope.kind(table)
        if not kind.has_own_rows:  # its parts have the same columns
            return any((part, column) in told for part in sources)
        read = _named(str(spec.select)) if kind.only_gives_columns else None
        return any(other in sources and (read is None or name in read) for other, name in told)
    target = scope.column(table, column).draws.target
    if target is not None and any(other == target for other, _ in told):
        return True
    return any(
        at in told
        for dependency in scope.dependencies(table, column)
        if not isinstance(dependency, RowCount)
        for at in columns_behind(scope, table, dependency)
    )
