"""What a table asks for can be drawn: one arrival, one key, one window, rows as its kind has them."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.generators.declarations import AllRows, FullColumn, OwnAbove, OwnBelow, RowValue
from synth.spec.models import Table
from synth.spec.scope import Scope

__all__ = ["tables_are_drawable", "takes_all_rows"]


def tables_are_drawable(scope: Scope) -> Iterator[Problem]:
    """Rows, arrivals, keys and windows can be honoured."""
    for name, table in scope.dataset.tables.items():
        yield from _one_of_each(name, table)
        yield from scope.kind(name).check_rows(scope, name)
        yield from _windows(scope, name)
        yield from _evens(scope, name)
        yield from _keys_are_there(scope, name)


def _keys_are_there(scope: Scope, name: str) -> Iterator[Problem]:
    """Nothing in a key may be NULL: as it is declared, drawn, or shows."""
    table, never = scope.table(name), "a key is never NULL"
    hidden = {other: moment for moment, others in table.hidden_moments.items() for other in (moment, *others)}
    for column in () if scope.kind(name).is_read else table.key:
        declared, at = table.columns[column], ("tables", name, "columns", column)
        if declared.null_share:
            yield Problem((*at, "null_share"), never)
        elif name.startswith("_"):  # a working table, which nobody asks for its key
            continue
        elif declared.nullable:
            yield Problem((*at, "nullable"), never, "take it out of the key, or leave `nullable` out")
        elif column in hidden and column != table.at:
            what = f"{never}, and {column} shows only once {hidden[column]} has come"
            yield Problem(at if hidden[column] == column else ("tables", name, "events", hidden[column]), what)
        elif declared.draws.nullable() and declared.nullable is None:
            yield Problem((*at, declared.generator_name), never, "what it gives may be NULL; take it out of the key")


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


def _evens(scope: Scope, name: str) -> Iterator[Problem]:
    """What is even is dealt out to rows whose number is known beforehand, and follows from one number a row."""
    table = scope.table(name)
    for column, declared in table.columns.items():
        if not declared.even:
            continue
        at = ("tables", name, "columns", column, "even")
        if not scope.kind(name).rows_are_known:
            yield Problem(
                at, f"nobody knows beforehand how many rows {name} has", "it goes with tables that say `rows`"
            )
        elif declared.unique:
            yield Problem(at, "what is unique is even already", "leave `even` out")
        elif not declared.draws.can_be_even:
            kinds = "choices, distributions of numbers, delays and references"
            yield Problem(at, f"{declared.generator_name} cannot be dealt out", f"`even` goes with {kinds}")


def _windows(scope: Scope, name: str) -> Iterator[Problem]:
    """A window is drawn whole, also what lies after `until`: nothing in it may depend on who has arrived by then."""
    if not scope.family_window(name):
        return
    for column, declared in scope.table(name).columns.items():
        other, choosing = declared.draws.target, declared.draws.choosing()
        far = other and (scope.family(other) != scope.family(name) or (choosing is not None and choosing.says_which))
        if other and far and scope.comes_in_time(other):
            yield Problem(
                ("tables", name, "columns", column),
                f"{other} arrives in time, but rows of a window are drawn before their time",
                f"let {other} have no arrival column, or {scope.family(name)} no window",
            )
        elif scope.comes_in_time(name) and not scope.is_read(name, column) and takes_all_rows(scope, name, column):
            yield Problem(
                ("tables", name, "columns", column),
                "rows of a window are drawn before their time, and this is made of the rows that are there",
                f"let {scope.family(name)} have no arrival column, or no window",
            )


def takes_all_rows(scope: Scope, name: str, column: str) -> bool:
    """Tell whether a column is made of all rows of its table, or of the row above or those below in it."""
    for needed in scope.dependencies(name, column):
        match needed:
            case AllRows() | OwnAbove() | OwnBelow():
                return True
            case FullColumn() if needed.table == name:
                return True
            case RowValue():
                found = scope.resolve(name, needed.path)
                if found.how == "pointed" and found.table == name:
                    return True
    return False
