"""What must hold of a dataset beyond its shape: one tuple of rules, each a function that yields problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from synth.dtypes import exact
from synth.errors import Problem, SpecError, did_you_mean
from synth.generators.derived import Count, Expr, Given, Ordinal, State, Sum
from synth.generators.in_force import InForce, Ranked
from synth.generators.reference import Reference
from synth.spec.drawable import tables_are_drawable
from synth.spec.models import Column, Dataset
from synth.spec.order import columns_have_an_order, rows_have_an_order
from synth.spec.scope import MeaningError, Scope
from synth.sql.parse import SqlError, columns, expression, lint, named, query, tables

__all__ = ["RULES", "check"]

Path = tuple[str | int, ...]


_scopes: dict[int, Scope] = {}


def check(dataset: Dataset) -> Scope:
    """Raise SpecError with all problems of the first rule that finds any; return the dataset's names.

    A dataset is checked once; the same object again costs nothing.
    """
    known = _scopes.get(id(dataset))
    if known is not None and known.dataset is dataset:
        return known
    scope = Scope(dataset)
    for rule in RULES:
        problems = list(rule(scope))
        if problems:
            raise SpecError(problems)
    _scopes.clear()  # the last one is enough: it is planned next
    _scopes[id(dataset)] = scope
    return scope


def _try(path: Path, ask: Callable[[], Any]) -> Iterator[Problem]:
    try:
        ask()
    except MeaningError as error:
        yield Problem(path, str(error), error.hint)


def _select(table: str) -> Path:
    """Where the SELECT of a table, or of a part of one (`ledger.sales`), is written."""
    name, _, part = table.partition(".")
    return ("tables", name, "select", *([part] if part else []))


def tables_are_known(scope: Scope) -> Iterator[Problem]:
    """Every table that is named exists, and families have no cycles."""
    for name, table in scope.dataset.tables.items():
        at: Path = ("tables", name)
        if table.per:
            yield from _try((*at, "per"), lambda t=table: scope.table(t.per))  # type: ignore[misc]
        if table.select:
            for part in scope.dataset.parts(name):
                yield from _try(_select(part), lambda p=part: scope.sources(p))  # type: ignore[misc]
        if table.rollup:
            of = scope.dataset.tables.get(table.rollup.of)
            yield from _try((*at, "rollup", "of"), lambda t=table: scope.table(t.rollup.of))  # type: ignore[misc]
            if table.rollup.parts == ():
                yield Problem((*at, "rollup", "parts"), "must not be empty", "without `parts` it sums all of them")
            for part in table.rollup.parts or ():
                known = of.select if of and isinstance(of.select, dict) else {}
                if part not in known:
                    hint = did_you_mean(part, known) if known else "`parts` are the named SELECTs of a gathered table"
                    yield Problem((*at, "rollup", "parts"), f"{table.rollup.of} has no part '{part}'", hint)
            if table.rollup.every:
                yield from _try((*at, "rollup", "every"), lambda t=table: scope.single(t.rollup.every))  # type: ignore[misc]
        for column, declared in table.columns.items():
            here: Path = (*at, "columns", column)
            draws = declared.draws
            if declared.references:
                yield from _try((*here, "references"), lambda d=declared: scope.table(d.references))  # type: ignore[misc]
            if isinstance(draws, Reference):
                yield from _try((*here, "reference", "to"), lambda d=draws: scope.table(d.to))  # type: ignore[misc]
            if isinstance(draws, InForce):
                yield from _try((*here, "in_force", "of"), lambda d=draws: scope.single(d.of))  # type: ignore[misc]
    if any(table.per not in (None, *scope.dataset.tables) for table in scope.dataset.tables.values()):
        return
    for name in scope.dataset.tables:
        problems = list(_try(("tables", name), lambda n=name: scope.ancestors(n)))  # type: ignore[misc]
        if problems:
            yield from problems
            return


def families_hold(scope: Scope) -> Iterator[Problem]:
    """Children have parents of their own kind, derived tables one family, other families are reached by reference."""
    for name, table in scope.dataset.tables.items():
        at: Path = ("tables", name)
        try:
            scope.family(name)
        except MeaningError as error:
            about = error.at[0] if error.at else name
            place = _select(about) if scope.table(about).select else ("tables", about, "per")
            yield Problem(place, str(error), error.hint)
            return
        if table.existing and table.per and not scope.table(table.per).existing:
            yield Problem((*at, "per"), f"{name} exists, so {table.per} must", f"say that {table.per} is existing, too")
        elif table.existing and table.per and (scope.home(name) is None or len(scope.table(table.per).key) != 1):
            yield Problem(
                (*at, "per"), f"no column of {name} says which of {table.per} a row belongs to",
                f"say `references: {table.per}` of that column; {table.per} has a key of one column",
            )  # fmt: skip
        if table.per and scope.table(table.per).kind in ("derived", "gathered", "rollup"):
            yield Problem((*at, "per"), f"rows cannot be born with {table.per}, a {scope.table(table.per).kind} table")
    for name, column, declared in scope.every_column():
        here: Path = ("tables", name, "columns", column)
        draws = declared.draws
        if scope.table(name).existing and scope.table(name).is_given(column):
            continue
        if isinstance(draws, Reference):
            yield from _reference(scope, name, here, draws)
        if isinstance(draws, InForce) and scope.family(draws.of) == scope.family(name):
            yield Problem((*here, "in_force", "of"), f"{draws.of} belongs to the same family")
        if isinstance(draws, (Sum, Count)):
            child = draws.of.partition(".")[0]
            if child not in scope.dataset.tables or scope.table(child).per != name:
                known = [t for t, d in scope.dataset.tables.items() if d.per == name]
                yield Problem(
                    (*here, declared.kind),
                    f"'{child}' is no child of {name}",
                    f"its children are {', '.join(known) or 'none'}",
                )
        if isinstance(draws, Ordinal) and draws.per not in scope.ancestors(name):
            yield Problem((*here, "ordinal"), f"'{draws.per}' is no ancestor of {name}")
        if (isinstance(draws, Given) and scope.table(name).kind in ("child", "arrival")) or (
            isinstance(draws, Given) and scope.table(name).rows is not None
        ):
            yield Problem(here, "the column has no generator", "for instance {choice: {a: 1, b: 2}}")
        if not isinstance(draws, (Given, State)) and scope.table(name).select is not None:
            yield Problem(here, "columns of a derived table come from its SELECT", "write it there, here only its type")


def _reference(scope: Scope, name: str, here: Path, draws: Reference) -> Iterator[Problem]:
    """Whom a reference may choose."""
    parent = scope.table(draws.to)
    if draws.to in (name, *scope.ancestors(name)):
        if draws.to != name and draws.to != scope.table(name).per:
            yield Problem(here, f"{draws.to} is an ancestor", f"write {{lookup: {draws.to}.…}}")
    elif parent.kind not in ("roster", "arrival", "existing") or scope.family(draws.to) == scope.family(name):
        yield Problem(
            (*here, "reference", "to"),
            f"{draws.to} is {parent.kind}: only rows of a table with "
            "`rows` or `values` of another family can be chosen",
        )
    elif parent.kind == "existing" and parent.per and draws.alive_at:
        yield Problem(
            (*here, "reference", "alive_at"),
            f"rows of {draws.to} lie in the order of {parent.per}, not of time",
            f"leave `per` of {draws.to} out",
        )
    if draws.take and (draws.take not in parent.key or draws.to in (name, *scope.ancestors(name))):
        known = ", ".join(parent.key)
        yield Problem(
            (*here, "reference", "take"), f"'{draws.take}' is no column of the key of another family's table",
            f"the key of {draws.to} is {known or 'not declared'}",
        )  # fmt: skip
    elif len(parent.key) != 1 and not draws.take:
        yield Problem(
            (*here, "reference", "to"),
            f"{draws.to} has no key of one column",
            "give it a column with `key`, or a `primary_key` of one column; of a key of several columns `take` one",
        )
    if draws.alive_at and not (parent.arrival or parent.alive_until):
        yield Problem((*here, "reference", "alive_at"), f"{draws.to} has no arrival column")
    if draws.distinct_per and draws.distinct_per not in scope.ancestors(name):
        yield Problem((*here, "reference", "distinct_per"), f"'{draws.distinct_per}' is no ancestor of {name}")
    if draws.roots and draws.to != name:
        yield Problem((*here, "reference", "roots"), "`roots` is for a table that references itself", "use null_share")


def columns_are_known(scope: Scope) -> Iterator[Problem]:
    """Every column that is named exists."""
    for name, table in scope.dataset.tables.items():
        at: Path = ("tables", name)
        mentioned: list[tuple[Path, str]] = [((*at, "alive_until"), table.alive_until)] if table.alive_until else []
        mentioned += [((*at, "at"), table.at)] if table.at else []
        if table.existing and table.existing.arrival:
            mentioned.append(((*at, "existing", "arrival"), table.existing.arrival))
        for by in table.rollup.by if table.rollup else ():
            yield from _try((*at, "rollup", "by"), lambda t=table, c=by: scope.column(t.rollup.of, c))  # type: ignore[misc]
        mentioned += [((*at, "primary_key"), column) for column in table.primary_key]
        mentioned += [((*at, "unique"), column) for group in table.unique for column in group]
        for moment, others in table.events.items():
            mentioned += [((*at, "events"), moment), *(((*at, "events", moment), other) for other in others)]
        for path, column in mentioned:
            yield from _try(path, lambda c=column, n=name: scope.column(n, c))  # type: ignore[misc]
        for column, declared in table.columns.items():
            here: Path = (*at, "columns", column, declared.kind)
            try:
                found = scope.needs(name, column)
            except MeaningError as error:
                yield Problem(here, str(error), error.hint)
                continue
            if isinstance(declared.draws, State) and "until" in table.columns and "until" in named(declared.draws.sql):
                yield Problem(
                    here, "`until` is the data's now here, and a column of the table too", "rename the column"
                )
            for need in found:
                if need.kind == "row":
                    yield from _try(here, lambda n=name, p=need.name: scope.resolve(n, p))  # type: ignore[misc]
                elif need.name:
                    yield from _try(here, lambda n=need: scope.column(n.table, n.name))  # type: ignore[misc]


def types_fit(scope: Scope) -> Iterator[Problem]:
    """Every column has a type that its generator can draw; expressions keep their digits; nothing needs itself."""
    for name, column, declared in scope.every_column():
        here: Path = ("tables", name, "columns", column)
        word = declared.kind if not isinstance(declared.draws, Given) else "type"
        try:
            dtype = scope.type_of(name, column)
            if scope.is_read(name, column):
                yield from _key_types(scope, name, column, declared)
                continue
            if isinstance(declared.draws, Expr):
                scope.compiled(name, column)
            if isinstance(declared.draws, InForce) and declared.draws.largest:
                scope.ranking(name, column)
        except MeaningError as error:
            cycle = str(error).startswith("a cycle")
            if error.at in (None, (name, column)) or cycle:  # else it is told where it belongs
                yield Problem((*here, word), str(error), error.hint)
            if cycle:
                return
            continue
        if isinstance(declared.draws, Reference):
            yield from _key_types(scope, name, column, declared)
        if isinstance(declared.draws, Sum) and not scope.type_of(*declared.draws.of.split(".", 1)).is_exact:
            yield Problem((*here, word), f"{declared.draws.of} is no exact number, and sums are", "declare a decimal")
        if isinstance(declared.draws, Ranked):
            found = scope.ranking(name, declared.draws.of).dtype
            if found is not None and (not dtype.is_exact or found.digits != dtype.digits):
                yield Problem((*here, "type"), f"'{declared.draws.of}' ranks by {found}; it cannot be {dtype}")
        complaint = declared.draws.accepts(dtype)
        if complaint:
            yield Problem((*here, "type" if declared.type else word), complaint)
    for name, table in scope.dataset.tables.items():
        for part in scope.dataset.parts(name) if table.select else ():
            yield from _try(_select(part), lambda p=part: scope.rehearse(p))  # type: ignore[misc]
        if table.rollup:
            for column, take in table.rollup.take.items():
                at: Path = ("tables", name, "rollup", "take", column)
                if len(take) != 1:
                    yield Problem(at, "one of sum, count, min, max is expected")
                    continue
                yield from _try(at, lambda n=name, c=column: scope.taken(n, c))  # type: ignore[misc]
        came = table.arrival if table.existing else None
        for word, moment in (("alive_until", table.alive_until), ("at", table.at), ("existing", came)):
            if moment and not scope.type_of(name, moment).is_time:
                yield Problem(("tables", name, word), f"'{moment}' is no moment")
        for moment in table.hidden_moments:
            if not scope.type_of(name, moment).is_time:
                yield Problem(("tables", name, "events", moment), f"'{moment}' is no moment")


_ALIKE = {"smallint": "bigint", "integer": "bigint", "uuid": "varchar"}  # what holds the same keys


def _key_types(scope: Scope, name: str, column: str, declared: Column) -> Iterator[Problem]:
    """A column that holds another table's key, because it is drawn or read, is of its type, widths aside."""
    draws = declared.draws
    parent = draws.to if isinstance(draws, Reference) else declared.references
    taken = draws.take if isinstance(draws, Reference) else ""
    key = (taken,) if taken else scope.table(parent).key[:1] if parent else ()
    if not parent or not key:
        return
    ours, theirs = scope.type_of(name, column), scope.type_of(parent, key[0])
    kinds = [
        (_ALIKE.get(each.name, each.name), each.digits if each.name == "decimal" else 0) for each in (ours, theirs)
    ]
    if kinds[0] != kinds[1]:
        yield Problem(("tables", name, "columns", column, "type"), f"it is {ours}, but the key of {parent} is {theirs}")


def values_fit(scope: Scope) -> Iterator[Problem]:
    """Rows that are written out have as many cells as there are given columns, of their types."""
    for name, table in scope.dataset.tables.items():
        if table.values is None:
            continue
        given = [c for c, declared in table.columns.items() if isinstance(declared.draws, Given)]
        for number, row in enumerate(table.values):
            at: Path = ("tables", name, "values", number)
            if not isinstance(row, (list, tuple)) or len(row) != len(given):
                yield Problem(at, f"a row has {len(given)} cells: {', '.join(given)}")
                continue
            for place, (column, cell) in enumerate(zip(given, row, strict=True)):
                complaint = _cell(scope, name, column, cell)
                if complaint:
                    yield Problem((*at, place), f"{column}: {complaint}")


def _cell(scope: Scope, table: str, column: str, cell: Any) -> str | None:
    dtype = scope.type_of(table, column)
    if cell is None:
        return None if scope.table(table).may_be_null(column) else "NULL in a column that is not nullable"
    if dtype.is_exact and isinstance(cell, (int, float)) and not isinstance(cell, bool):
        try:
            exact(cell, dtype)
        except ValueError as error:
            return str(error)
        return None
    kinds = {
        "boolean": bool,
        "double": (int, float),
        "varchar": str,
        "uuid": str,
        "date": dt.date,
        "timestamp": dt.datetime,
    }
    fits = isinstance(cell, kinds.get(dtype.name, ()))  # type: ignore[arg-type]
    if not fits or (dtype.name == "date" and isinstance(cell, dt.datetime)):
        return f"{cell!r} is no {dtype}"
    return f"'{cell}' is longer than {dtype}" if dtype.length and len(cell) > dtype.length else None


def sql_travels(scope: Scope) -> Iterator[Problem]:
    """Rules and checks are SQL that runs in every database, over tables and columns that are written."""
    written = {name: set(scope.table(name).written) for name in scope.dataset.named}
    for name, rule in scope.dataset.rules.items():
        at: Path = ("rules", name)
        try:
            tree = query(rule)
            for complaint in dict.fromkeys(lint(tree)):
                yield Problem(at, complaint)
            for table in tables(tree):
                if table not in written:
                    yield Problem(at, f"unknown table '{table}'")
        except SqlError as error:
            yield Problem(at, str(error))
    for name, declared in scope.dataset.tables.items():
        checks: list[tuple[Path, str]] = [(("tables", name, "checks", c), sql) for c, sql in declared.checks.items()]
        checks += [(("tables", name, "columns", c, "check"), d.check) for c, d in declared.columns.items() if d.check]
        for at, sql in checks:
            try:
                condition = expression(sql)
            except SqlError as error:
                yield Problem(at, str(error))
                continue
            for complaint in dict.fromkeys(lint(condition)):
                yield Problem(at, complaint)
            for column in columns(condition):
                if column not in written.get(name, set(declared.columns)):
                    yield Problem(at, f"unknown column '{column}' in {name}")


RULES: tuple[Callable[[Scope], Iterator[Problem]], ...] = (
    tables_are_known,
    families_hold,
    rows_have_an_order,
    columns_are_known,
    types_fit,
    columns_have_an_order,
    values_fit,
    tables_are_drawable,
    sql_travels,
)
