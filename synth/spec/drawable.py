"""What a table asks for can be drawn: arrival laws, keys, rollups, windows."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.generators.in_force import InForce
from synth.generators.reference import Reference
from synth.spec.scope import Scope

__all__ = ["tables_are_drawable"]

Path = tuple[str | int, ...]


def tables_are_drawable(scope: Scope) -> Iterator[Problem]:
    """Arrival laws, keys and rollups that can be honoured."""
    start = scope.dataset.period.start
    for name, table in scope.dataset.tables.items():
        at: Path = ("tables", name)
        arrivals = [c for c, declared in table.columns.items() if declared.kind == "arrival"]
        if len(arrivals) > 1:
            yield Problem((*at, "columns", arrivals[1]), f"{name} has two arrival columns; one says when rows come")
        if arrivals and table.existing and arrivals[0].startswith("_"):
            yield Problem((*at, "columns", arrivals[0]), f"nothing says when rows of {name} came, which exist")
        elif arrivals and table.rows is None and not table.existing:
            yield Problem((*at, "columns", arrivals[0]), "only a table with `rows` has an arrival column")
        for column in arrivals:
            since = getattr(table.columns[column].draws, "since", None)
            if since and since >= start:
                yield Problem(
                    (*at, "columns", column, "arrival", "since"), f"{since} is not before the period's start, {start}"
                )
        keys = [c for c, declared in table.columns.items() if declared.kind == "key"]
        if len(keys) > 1:
            yield Problem((*at, "columns", keys[1]), f"{name} has two keys", "one column has `key`")
        if table.select is not None and not table.key:
            yield Problem(at, "a derived table needs a `primary_key`", "columns of its SELECT that tell its rows apart")
        if table.rollup:
            yield from _rollup(scope, name)
        yield from _windows(scope, name)
        for column in table.key:
            if table.columns[column].null_share:
                yield Problem((*at, "columns", column, "null_share"), "a key is never NULL")


def _windows(scope: Scope, name: str) -> Iterator[Problem]:
    """A window is drawn whole, also what lies after `until`: nothing in it may depend on who has arrived by then."""
    table = scope.table(name)
    windows = [c for c, declared in table.columns.items() if declared.kind == "window"]
    if len(windows) > 1:
        yield Problem(("tables", name, "columns", windows[1]), f"{name} has two windows", "one column has `window`")
    for column, declared in table.columns.items():
        here: Path = ("tables", name, "columns", column)
        if declared.kind == "window" and table.rows is None and not table.existing:
            yield Problem(here, "only a table with `rows` has windows")
        draws = declared.draws
        other = draws.to if isinstance(draws, Reference) else draws.of if isinstance(draws, InForce) else name
        if not scope.window(name) or scope.family(other) == scope.family(name):
            continue
        if scope.table(other).arrival:
            yield Problem(
                here, f"{other} arrives in time, but rows of a window are drawn before their time",
                f"let {other} have no arrival column, or {scope.family(name)} no window",
            )  # fmt: skip
    if table.select is not None and not table.at and any(scope.window(part) for part in scope.dataset.parts(name)):
        yield Problem(
            ("tables", name), "rows of a window are drawn before their time: the table needs `at`",
            "a column with the moment from which a row exists",
        )  # fmt: skip


def _rollup(scope: Scope, name: str) -> Iterator[Problem]:
    rollup = scope.table(name).rollup
    assert rollup
    at: Path = ("tables", name, "rollup")
    if scope.table(rollup.of).kind == "rollup":
        yield Problem((*at, "of"), "a rollup of a rollup is not known")
    for column in rollup.by:
        if column not in scope.table(name).columns:
            yield Problem((*at, "by"), f"'{column}' is no column of {name}")
    if rollup.every and (len(rollup.by) != 1 or len(scope.table(rollup.every).key) != 1):
        yield Problem((*at, "every"), "`every` goes with one column in `by`, and a table with a key of one column")
    elif rollup.every and (
        scope.table(rollup.every).at or (scope.window(rollup.every) and scope.family(rollup.every) != rollup.every)
    ):
        yield Problem(
            (*at, "every"), f"rows of {rollup.every} are drawn before their time: not every one is there",
            "leave `every` out, or name the table they are made from",
        )  # fmt: skip
