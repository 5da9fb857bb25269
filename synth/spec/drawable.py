"""What a table asks for can be drawn: one arrival, one key, one window, rows as its kind has them."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.spec.kinds.base import Path
from synth.spec.models import Table
from synth.spec.scope import Scope

__all__ = ["tables_are_drawable"]


def tables_are_drawable(scope: Scope) -> Iterator[Problem]:
    """Rows, arrivals, keys and windows can be honoured."""
    for name, table in scope.dataset.tables.items():
        at: Path = ("tables", name)
        yield from _one_of_each(name, table)
        yield from scope.kind(name).check_rows(scope, name)
        yield from _windows(scope, name)
        for column in table.key:
            if table.columns[column].null_share:
                yield Problem((*at, "columns", column, "null_share"), "a key is never NULL")


def _one_of_each(name: str, table: Table) -> Iterator[Problem]:
    """At most one column says when rows come, one makes the key, one numbers windows."""
    arrivals = [c for c, declared in table.columns.items() if declared.draws.sets_arrival]
    keys = [c for c, declared in table.columns.items() if declared.draws.makes_key]
    windows = [c for c, declared in table.columns.items() if declared.draws.window_rows]
    for columns, what, hint in (
        (arrivals, f"{name} has two arrival columns; one says when rows come", None),
        (keys, f"{name} has two keys", "one column has `key`"),
        (windows, f"{name} has two windows", "one column has `window`"),
    ):
        if len(columns) > 1:
            yield Problem(("tables", name, "columns", columns[1]), what, hint)


def _windows(scope: Scope, name: str) -> Iterator[Problem]:
    """A window is drawn whole, also what lies after `until`: nothing in it may depend on who has arrived by then."""
    if not scope.family_window(name):
        return
    for column, declared in scope.table(name).columns.items():
        other = declared.draws.target
        if other and scope.family(other) != scope.family(name) and scope.table(other).arrival:
            yield Problem(
                ("tables", name, "columns", column),
                f"{other} arrives in time, but rows of a window are drawn before their time",
                f"let {other} have no arrival column, or {scope.family(name)} no window",
            )
