"""What is made from what, far and near: tables and columns can be drawn one after another, without a cycle."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.generators.derived import State
from synth.spec.scope import Scope

__all__ = ["columns_have_an_order", "rows_have_an_order"]


def rows_have_an_order(scope: Scope) -> Iterator[Problem]:
    """No table's rows are made from themselves by way of a rollup."""
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...] | None:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return None
        for other in scope.above(name):
            cycle = walk(other, (*path, name))
            if cycle:
                return cycle
        done.add(name)
        return None

    for name in scope.dataset.every:
        cycle = walk(name, ())
        if cycle:
            rollup = next(table for table in cycle if scope.table(table).rollup)
            gathered = any("." in table for table in cycle)
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
            return Problem(("tables", table, "columns", column), f"a cycle: {' → '.join('.'.join(c) for c in cycle)}")
        if at in done:
            return None
        for need in scope.needs(table, column):
            if need.kind == "below":
                ahead = [(need.table, need.name)] if need.name else []
            elif need.kind == "whole":
                ahead = [(need.table, need.name)]
            else:
                seen = scope.resolve(table, need.name)
                ahead = [(seen.table, seen.column), *([(table, seen.via)] if seen.via else [])]
            for other in ahead:
                problem = walk(*other, (*path, at))
                if problem:
                    return problem
        done.add(at)
        return None

    for name, column, declared in scope.every_column():
        problem = walk(name, column, ())
        if problem:
            yield problem
            return
        if not isinstance(declared.draws, State):
            for need in scope.needs(name, column):
                if need.kind != "row":
                    continue
                seen = scope.resolve(name, need.name)
                if isinstance(scope.column(seen.table, seen.column).draws, State):
                    yield Problem(
                        ("tables", name, "columns", column),
                        f"'{need.name}' is a state: it depends on what "
                        "shows at `until`, and only other states may use it",
                    )
