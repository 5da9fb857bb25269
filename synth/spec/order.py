"""What is made from what, far and near: tables and columns can be drawn one after another, without a cycle."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.generators.declarations import AllRows, ChildColumn, Dependency, FullColumn, OwnAbove, OwnBelow, RowValue
from synth.spec.parts import part_of
from synth.spec.scope import Scope

__all__ = ["columns_behind", "columns_have_an_order", "rows_have_an_order"]


def rows_have_an_order(scope: Scope) -> Iterator[Problem]:
    """No table's rows are made from themselves by way of a rollup."""
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return None
        for other in scope.row_sources(name):
            cycle = walk(other, (*path, name))
            if cycle:
                return cycle
        done.add(name)
        return None

    for name in scope.dataset.all_tables:
        cycle = walk(name, ())
        if cycle:
            rollup = next(table for table in cycle if scope.kind(table).is_sum)
            gathered = any(part_of(table) for table in cycle)
            yield Problem(
                ("tables", rollup, "rollup"), f"a cycle: {' → '.join(cycle)}",
                "name in `parts` those that are not made from it" if gathered else None,
            )  # fmt: skip
            return


def columns_have_an_order(scope: Scope) -> Iterator[Problem]:
    """Columns can be drawn one after another: none is made from itself by way of others."""
    done: set[tuple[str, str]] = set()

    def walk(table: str, column: str, path: tuple[tuple[str, str], ...]) -> Problem | None:
        at = (table, column)
        if at in path:
            cycle = [*path[path.index(at) :], at]
            said = " → ".join(".".join(each) if each[1] else f"rows of {each[0]}" for each in cycle)
            return Problem(("tables", table, *(("columns", column) if column else ("fanout",))), f"a cycle: {said}")
        if at in done:
            return None
        for other in _made_from(scope, table, column):
            problem = walk(*other, (*path, at))
            if problem:
                return problem
        done.add(at)
        return None

    for name, column, declared in scope.all_columns():
        problem = walk(name, column, ())
        if problem:
            yield problem
            return
        if not declared.draws.is_state:
            yield from _states_read(scope, name, column)


def _made_from(scope: Scope, table: str, column: str) -> Iterator[tuple[str, str]]:
    """The columns that a column is made from, and its rows; with no column, what a table's rows are made from."""
    if column:
        yield (table, "")
        for dependency in scope.dependencies(table, column):
            if isinstance(dependency, ChildColumn):
                yield (dependency.table, "")
            yield from columns_behind(scope, table, dependency)
        return
    fanout = scope.table(table).fanout
    for parent in scope.ancestors(table)[:1]:
        yield (parent, "")
        if fanout and fanout.reads:
            yield from columns_behind(scope, parent, RowValue(fanout.reads))


def columns_behind(scope: Scope, table: str, dependency: Dependency) -> list[tuple[str, str]]:
    """The columns that a dependency stands for."""
    if isinstance(dependency, RowValue):
        resolved = scope.resolve(table, dependency.path)
        return [(resolved.table, resolved.column), *([(table, resolved.via)] if resolved.via else [])]
    if isinstance(dependency, AllRows):
        return [(table, dependency.column)]
    if isinstance(dependency, OwnAbove):
        return [(table, dependency.via)]
    if isinstance(dependency, OwnBelow):
        return [(table, name) for name in (dependency.via, dependency.column) if name]
    if isinstance(dependency, (FullColumn, ChildColumn)) and dependency.column:
        return [(dependency.table, dependency.column)]
    return []


def _states_read(scope: Scope, name: str, column: str) -> Iterator[Problem]:
    """States that a column reads which is none itself."""
    for dependency in scope.dependencies(name, column):
        for other, read in columns_behind(scope, name, dependency):
            why = scope.follows_until(other, read)
            if why and not (scope.rows_below(other, read) and scope.rows_below(name, column)):  # counts may be summed
                called = dependency.path if isinstance(dependency, RowValue) else f"{other}.{read}"
                what = f"'{called}' {why}: it depends on what shows at `until`, and only other states may use it"
                yield Problem(("tables", name, "columns", column), what)
