"""What is ranked by a planned moment is known once that has come: until then rows may come that are before it.

So a number, or a sum in the order of a moment, is read by what shows with it alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.generators.declarations import AllRows, ChildColumn, FullColumn, OwnAbove, OwnBefore, RowValue
from synth.spec.kinds.derived import columns_read, selected_from
from synth.spec.scope import Scope

__all__ = ["ranks_are_read_when_known"]

Waiting = dict[tuple[str, str], str]  # a table's column, and the moment of the row from which on it is known


def ranks_are_read_when_known(scope: Scope) -> Iterator[Problem]:
    """Yield what reads a number or sum of rows of whose moment nobody knows yet which others come before it."""
    waiting, todo = _ranked(scope), True
    while todo:
        more, problems = _readers(scope, waiting)
        yield from problems
        todo = bool(more.keys() - waiting.keys()) and not problems
        waiting |= more


def _ranked(scope: Scope) -> Waiting:
    """Find what is ranked by a planned moment in tables that get rows as time goes on."""
    found = {}
    for name, column, declared in scope.all_columns():
        ranked = declared.draws.ranked_by and not scope.table(name).is_given(column) and scope.comes_in_time(name)
        if ranked and declared.draws.ranked_by[0] in scope.table(name).hidden_moments:
            found[name, column] = declared.draws.ranked_by[0]
    return found


def _readers(scope: Scope, waiting: Waiting) -> tuple[Waiting, list[Problem]]:
    """Find what shows with what it reads, and waits, too; and what does not."""
    more, problems = Waiting(), list[Problem]()
    for name, column, declared in scope.all_columns() if waiting else ():
        spec = scope.table(name)
        if spec.is_given(column) or declared.draws.is_state:
            continue
        goes_on = any(isinstance(each, (OwnBefore, OwnAbove)) for each in scope.dependencies(name, column))
        for at, path, own in _read(scope, name, column):
            if at not in waiting or at == (name, column):
                continue
            moment = waiting[at]
            shows_with = moment == spec.at or column in spec.hidden_moments.get(moment, ())
            if own and shows_with and not goes_on:
                more[name, column] = moment
                continue
            what = f"'{path}' is known once '{moment}' of {at[0]} has come: before, rows may still come that are ahead of it"
            hint = f"list '{column}' in `events` of '{moment}'" if own else "read it in a `state`, or in its own table"
            problems.append(Problem(("tables", name, "columns", column, declared.generator_name), what, hint))
    for name in scope.dataset.all_tables if waiting else ():
        problems += _selected(scope, name, waiting, more)
    return more, problems


def _read(scope: Scope, name: str, column: str) -> Iterator[tuple[tuple[str, str], str, bool]]:
    """Yield the columns that a column is made from, how it names them, and whether they are of the row itself."""
    for each in scope.dependencies(name, column):
        match each:
            case RowValue():
                found = scope.resolve(name, each.path)
                yield (found.table, found.column), each.path, found.how == "own"
            case AllRows():
                yield (name, each.column), each.column, True
            case FullColumn() | ChildColumn() if each.column:
                yield (each.table, each.column), f"{each.table}.{each.column}", False


def _selected(scope: Scope, name: str, waiting: Waiting, more: Waiting) -> Iterator[Problem]:
    """Yield a SELECT that reads what is not known yet; add what one gives whose rows show when it is."""
    spec = scope.dataset.all_tables[name]
    if not isinstance(spec.select, str):
        return
    known = selected_from(scope, name, spec.at) if spec.at else []
    for source, columns in columns_read(scope, name).items():
        for column in columns:
            moment = waiting.get((source, column))
            if moment is None:
                continue
            if (source, moment) not in known:
                what = f"'{column}' of {source} is known once '{moment}' has come, and rows of this are made before"
                yield Problem(("tables", name, "select"), what, f"let them show `at` this '{moment}'")
                return
            at = str(spec.at)
            more |= {(name, each): at for each in spec.columns if not spec.columns[each].draws.is_state and each != at}
