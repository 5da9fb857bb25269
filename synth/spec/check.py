"""What must hold of a dataset beyond its shape: one tuple of rules, each a function that yields problems.

What holds of a table because of its kind, and of a column because of its generator, these say themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from synth.dtypes import JSON, DType
from synth.errors import MeaningError, Problem, SpecError, did_you_mean
from synth.generators.declarations import ChildColumn, Complaint, FullColumn, RowValue
from synth.spec.closure import check_closed, is_selected
from synth.spec.drawable import tables_are_drawable
from synth.spec.kinds.base import Path, problems_of
from synth.spec.kinds.derived import select_path
from synth.spec.models import Column, Dataset
from synth.spec.order import columns_have_an_order, rows_have_an_order
from synth.spec.ranked import ranks_are_read_when_known
from synth.spec.scope import Scope
from synth.spec.settled import choices_are_settled
from synth.spec.shown import nulls_are_declared, what_shows_is_seen
from synth.spec.text_lengths import checks_stay_short, columns_stay_short
from synth.spec.unique_groups import unique_groups
from synth.sql.allowed import allowed_expression, allowed_query
from synth.sql.parse import SqlError, columns, lint, named, tables

__all__ = ["RULES", "RULES_TO_READ", "check", "check_to_read", "is_own_schema", "remarks"]

OWN_SCHEMAS = {"information_schema", "mysql", "performance_schema", "sys", "system", "temp"}
ONE_BLOCK = 10_000  # rows that are written out, fewer than a block has: all are drawn together


def is_own_schema(name: str) -> bool:
    """Tell whether a schema of this name is some database's own."""
    return name.lower() in OWN_SCHEMAS or name.lower().startswith("pg_")


_scopes: dict[int, Scope] = {}


def check(dataset: Dataset) -> Scope:
    """Raise SpecError with all problems of the first rule that finds any; return the dataset's names.

    A dataset is checked once; the same object again costs nothing.
    """
    known = _scopes.get(id(dataset))
    if known is not None and known.dataset is dataset:
        return known
    scope = _kept(dataset, RULES)
    _scopes.clear()  # the last one is enough: it is planned next
    _scopes[id(dataset)] = scope
    return scope


def check_to_read(dataset: Dataset) -> None:
    """Check a dataset whose rows are there already: what they are verified by, not how they would be drawn today.

    Raises SpecError.
    """
    _kept(dataset, RULES_TO_READ)


def remarks(dataset: Dataset) -> Iterator[Problem]:
    """Yield what a checked dataset draws as it is declared, and may surprise, with its place."""
    scope = check(dataset)
    for table, column, declared in scope.all_columns():
        if not scope.table(table).is_given(column):
            for remark in declared.draws.remarks(scope.view(table, column)):
                yield _at(table, column, declared, remark)


def _kept(dataset: Dataset, rules: Iterable[Callable[[Scope], Iterator[Problem]]]) -> Scope:
    """Give the names of a dataset that keeps these rules. Raises SpecError."""
    scope = Scope(dataset)
    for rule in rules:
        problems = list(rule(scope))
        if problems:
            raise SpecError(problems)
    return scope


def _try(path: Path, ask: Callable[..., Any], *arguments: Any) -> Iterator[Problem]:
    try:
        ask(*arguments)
    except MeaningError as error:
        yield problems_of(path, error)


def _at(table: str, column: str, declared: Column, complaint: Complaint) -> Problem:
    """A generator's complaint as a problem with its place."""
    word = () if complaint.of_column else (declared.generator_name,)
    return Problem(("tables", table, "columns", column, *word, *complaint.at), complaint.what, complaint.hint)


def names_are_free(scope: Scope) -> Iterator[Problem]:
    """Yield names that are the databases' own, or ours: of the schema that a dataset gets, and of tables."""
    name = scope.dataset.dataset
    if is_own_schema(name):
        yield Problem(("dataset",), f"'{name}' is the name of a database's own schema", "give the dataset another name")
    for table in scope.dataset.tables:
        if table.lower() == "synth_manifest" or table.lower().startswith("sqlite_"):
            whose = "the table that says what is loaded" if table.lower() == "synth_manifest" else "SQLite's own tables"
            yield Problem(("tables", table), f"'{table}' is a name of {whose}", "give the table another name")


def names_stay_apart(scope: Scope) -> Iterator[Problem]:
    """Yield names of tables, and of a table's columns, that differ only in case: SQL takes them for the same."""
    yield from _alike(("tables",), scope.dataset.tables)
    for name, table in scope.dataset.tables.items():
        yield from _alike(("tables", name, "columns"), table.columns)


def _alike(at: Path, names: Iterable[str]) -> Iterator[Problem]:
    for same in groupby(sorted(names, key=str.lower), key=str.lower):
        spelt = list(same[1])
        for name in spelt if len(spelt) > 1 else ():
            others = ", ".join(f"'{other}'" for other in spelt if other != name)
            yield Problem((*at, name), f"'{name}' and {others} differ only in case", "SQL takes them for the same name")


def tables_are_known(scope: Scope) -> Iterator[Problem]:
    """Every table that is named exists, and families have no cycles."""
    for name, table in scope.dataset.tables.items():
        yield from scope.kind(name).check_names(scope, name)
        for column, declared in table.columns.items():
            here: Path = ("tables", name, "columns", column)
            if declared.references:
                yield from _try((*here, "references"), scope.table, declared.references)
            for each in declared.draws.named_tables():
                ask = scope.with_own_rows if each.with_own_rows else scope.table
                yield from _try((*here, declared.generator_name, each.parameter), ask, each.table)
    if any(table.per not in (None, *scope.dataset.tables) for table in scope.dataset.tables.values()):
        return
    for name in scope.dataset.tables:
        problems = list(_try(("tables", name), scope.ancestors, name))
        if problems:
            yield from problems
            return


def families_hold(scope: Scope) -> Iterator[Problem]:
    """Every table has its place in one family, and generators reach only where they can."""
    for name in scope.dataset.tables:
        try:
            scope.family(name)
        except MeaningError as error:
            about = error.at[0] if error.at else name
            place = select_path(about) if scope.kind(about).only_gives_columns else ("tables", about, "per")
            yield Problem(place, str(error), error.hint)
            return
        yield from scope.kind(name).check_family(scope, name)
    for name, column, declared in scope.all_columns():
        here: Path = ("tables", name, "columns", column)
        kind, draws = scope.kind(name), declared.draws
        if scope.is_read(name, column):
            continue
        for complaint in draws.complaints(scope.view(name, column)):
            yield _at(name, column, declared, complaint)
        if draws.comes_with_rows and not kind.gives_columns(scope.table(name)):
            yield Problem(here, "the column has no generator", "for instance {choice: {a: 1, b: 2}}")
        if kind.only_gives_columns and not (draws.comes_with_rows or draws.is_state):
            yield Problem(here, "columns of a derived table come from its SELECT", "write it there, here only its type")


def columns_are_known(scope: Scope) -> Iterator[Problem]:
    """Every column that is named exists."""
    for name, table in scope.dataset.tables.items():
        at: Path = ("tables", name)
        yield from scope.kind(name).check_columns(scope, name)
        mentioned: list[tuple[Path, str]] = [((*at, "alive_until"), table.alive_until)] if table.alive_until else []
        mentioned += [((*at, "at"), table.at)] if table.at else []
        mentioned += [((*at, "primary_key"), column) for column in table.primary_key]
        mentioned += [((*at, "unique"), column) for group in table.unique for column in group]
        for moment, others in table.events.items():
            mentioned += [((*at, "events"), moment), *(((*at, "events", moment), other) for other in others)]
        for path, column in mentioned:
            yield from _try(path, scope.column, name, column)
        for column, declared in table.columns.items():
            yield from _column_is_made_of_known(scope, name, column, declared)


def _column_is_made_of_known(scope: Scope, table: str, column: str, declared: Column) -> Iterator[Problem]:
    here: Path = ("tables", table, "columns", column, declared.generator_name)
    try:
        dependencies = scope.dependencies(table, column)
    except MeaningError as error:
        yield problems_of(here, error)
        return
    if declared.draws.is_state and "until" in scope.table(table).columns:
        sql = declared.draws.column_sql(scope.view(table, column))
        if sql is not None and "until" in named(sql.text):
            what = "`until` is the data's now here, and a column of the table too"
            yield Problem(here, what, "rename the column")
    for each in dependencies:
        if isinstance(each, RowValue):
            yield from _try(here, scope.resolve, table, each.path)
        elif isinstance(each, (FullColumn, ChildColumn)) and each.column:
            yield from _try(here, scope.column, each.table, each.column)


def types_fit(scope: Scope) -> Iterator[Problem]:
    """Every column has a type that its generator can draw; expressions keep their digits; nothing needs itself."""
    for name, column, declared in scope.all_columns():
        here: Path = ("tables", name, "columns", column)
        draws = declared.draws
        word = "type" if draws.comes_with_rows else declared.generator_name
        try:
            dtype = scope.type_of(name, column)
            if scope.is_read(name, column):
                yield from _key_types(scope, name, column, declared)
                if dtype == JSON:
                    yield Problem((*here, "type"), "JSON of rows that exist is read as text", "declare `type: text`")
                continue
            if scope.has_sql(name, column):
                scope.compiled(name, column)
            complaints = list(draws.type_complaints(scope.view(name, column), dtype))
        except MeaningError as error:
            cycle = str(error).startswith("a cycle")
            if error.at in (None, (name, column)) or cycle:  # else it is told where it belongs
                yield Problem((*here, word), str(error), error.hint)
            if cycle:
                return
            continue
        if draws.held_key or (declared.references and not draws.comes_with_rows):
            yield from _key_types(scope, name, column, declared)
        for complaint in complaints:
            yield _at(name, column, declared, complaint)
        misfit = draws.accepts(dtype)
        if misfit:
            yield Problem((*here, "type" if declared.type else word), misfit)
    for name, table in scope.dataset.tables.items():
        yield from scope.kind(name).check_types(scope, name)
        for column in dict.fromkeys(column for group in unique_groups(table) for column in group):
            held = _known_type(scope, name, column)
            if held is not None and held.is_opaque:
                is_json = held == JSON
                what = f"'{column}' is {'JSON' if is_json else held}, which no key and no unique group can hold"
                hint = "make it of the columns the document is made of" if is_json else "take another column"
                yield Problem(("tables", name, "columns", column), what, hint)
        for word, moment in (("alive_until", table.alive_until), ("at", table.at)):
            found = _known_type(scope, name, moment) if moment else None
            if found is not None and not found.is_time:
                yield Problem(("tables", name, word), f"'{moment}' is no moment")
        for moment in table.hidden_moments:
            found = _known_type(scope, name, moment)
            if found is not None and not found.is_time:
                yield Problem(("tables", name, "events", moment), f"'{moment}' is no moment")


def _known_type(scope: Scope, name: str, column: str) -> DType | None:
    """The type of a column; None where it cannot be told, which is said of the column itself."""
    try:
        return scope.type_of(name, column)
    except MeaningError:
        return None


_ALIKE = {"smallint": "bigint", "integer": "bigint", "uuid": "varchar"}  # what holds the same keys


def _key_types(scope: Scope, name: str, column: str, declared: Column) -> Iterator[Problem]:
    """A column that holds another table's key, because it is drawn or read, is of its type, widths aside."""
    parent, held = declared.refers_to, declared.draws.held_key
    key = (held.column,) if held and held.column else scope.table(parent).key[:1] if parent else ()
    if not parent or not key:
        return
    ours, theirs = scope.type_of(name, column), scope.type_of(parent, key[0])
    kinds = [
        (_ALIKE.get(each.name, each.name), each.digits if each.name == "decimal" else 0, each.labels)
        for each in (ours, theirs)
    ]
    if kinds[0] != kinds[1] or (ours.name == "uuid" != theirs.name and not scope.is_read(parent, key[0])):
        yield Problem(("tables", name, "columns", column, "type"), f"it is {ours}, but the key of {parent} is {theirs}")


def sql_travels(scope: Scope) -> Iterator[Problem]:
    """Rules, checks, pictures and facts are SQL that runs everywhere, over tables and columns that are written."""
    written = {name: set(scope.table(name).written) for name in scope.dataset.named}
    queries: list[tuple[Path, str, str]] = [
        (("rules", name), sql, "select the rows that break it") for name, sql in scope.dataset.rules.items()
    ]
    queries += [
        (("pictures", name, "select"), picture.select, "select what it shows")
        for name, picture in scope.dataset.pictures.items()
    ]
    queries += [
        (("facts", name, "select"), fact.select, "select what it measures")
        for name, fact in scope.dataset.facts.items()
    ]
    for at, sql, instead in queries:
        try:
            tree = allowed_query(sql)
            for complaint in dict.fromkeys(lint(tree)):
                yield Problem(at, complaint)
            read = tables(tree)
            if not read:
                yield Problem(at, "it reads no table", instead)
            for table in read:
                if table not in written:
                    yield Problem(at, f"unknown table '{table}'", did_you_mean(table, written))
        except SqlError as error:
            yield Problem(at, str(error), error.hint)
    for name, declared in scope.dataset.tables.items():
        checks: list[tuple[Path, str]] = [(("tables", name, "checks", c), sql) for c, sql in declared.checks.items()]
        checks += [(("tables", name, "columns", c, "check"), d.check) for c, d in declared.columns.items() if d.check]
        for at, sql in checks:
            try:
                condition = allowed_expression(sql)
            except SqlError as error:
                yield Problem(at, str(error), error.hint)
                continue
            for complaint in dict.fromkeys(lint(condition)):
                yield Problem(at, complaint)
            for column in columns(condition):
                if column not in written.get(name, set(declared.columns)):
                    yield Problem(at, f"unknown column '{column}' in {name}")


def selects_are_closed(scope: Scope) -> Iterator[Problem]:
    """A SELECT that is worked out block by block stays within one root row, or one window."""
    for name in scope.dataset.all_tables:
        kind, root = scope.kind(name), scope.family(name)
        of_one_block = scope.kind(root).is_sum or len(scope.table(root).values or ()) in range(1, ONE_BLOCK)
        if is_selected(scope, name) and not of_one_block:
            yield from _try(kind.rows_path(name), check_closed, scope, name)


RULES: tuple[Callable[[Scope], Iterator[Problem]], ...] = (
    names_are_free,
    names_stay_apart,
    tables_are_known,
    families_hold,
    rows_have_an_order,
    columns_are_known,
    types_fit,
    columns_have_an_order,
    what_shows_is_seen,
    columns_stay_short,
    tables_are_drawable,
    nulls_are_declared,
    choices_are_settled,
    ranks_are_read_when_known,
    selects_are_closed,
    sql_travels,
    checks_stay_short,
)
RULES_TO_READ = (tables_are_known, sql_travels, checks_stay_short)
