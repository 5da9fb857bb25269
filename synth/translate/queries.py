"""The checks of a dataset in a database's own SQL: how many rows a check selects, and a few of them.

Checks are written once, in DuckDB's SQL; what cannot be said in another database as faithfully is refused, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp

from synth.dtypes import DType, Types
from synth.sql.parse import SqlError, query, tables_read
from synth.sql.queries import columns_given, typed_query
from synth.translate.conditions import written
from synth.translate.dialect import Dialect
from synth.translate.numeric import exact_decimals
from synth.translate.portable import explicit_query
from synth.translate.seen import seen_by_sql

__all__ = ["OffenceQueries", "counting_query", "offence_queries", "placed_query"]

_FOUND = "found"  # what the rows of a check are called


@dataclass(frozen=True)
class OffenceQueries:
    """A check as a database reads it."""

    count: str
    examples: str
    types: Mapping[str, DType | None]  # of the rows' columns; empty where the database says
    minor: bool  # whether decimals among them come in minor units


def offence_queries(
    sql: str, dialect: Dialect, schema: str | None, tables: Mapping[str, Types], examples: int
) -> OffenceQueries:
    """A query over these tables, in DuckDB's SQL, for the tables of a schema in another database. Raises SqlError."""
    try:
        tree, types = _typed(sql, dialect, tables)
        names = [exp.column(name, table=_FOUND) for name in types]
        order: list[Any] = [exp.Ordered(this=name.copy(), desc=False, nulls_first=False) for name in names]
    except SqlError:
        if dialect.sqlglot != "duckdb":
            raise
        tree, types = query(sql).copy(), {}  # in its own SQL anything goes
        names, order = [exp.column(exp.Star())], [exp.Ordered(this=exp.Var(this="ALL"))]
        tree = _seen(tree, dialect, schema, tables)
    else:
        _place(tree, dialect, schema)
    first = tree.args.get("with_")  # not every database reads it within brackets
    tree.set("with_", None)
    before = f"{written(first, dialect.sqlglot)} " if first is not None else ""
    inside = written(tree, dialect.sqlglot)
    counted = _around(inside, [exp.Count(this=exp.Star(), big_int=True)])
    some = _around(inside, names).order_by(*order, copy=False).limit(examples, copy=False)
    return OffenceQueries(
        count=before + written(counted, dialect.sqlglot),
        examples=before + written(some, dialect.sqlglot),
        types=types,
        minor=exact_decimals in dialect.rewrites,
    )


def counting_query(
    table: str, conditions: Sequence[str], dialect: Dialect, schema: str | None, tables: Mapping[str, Types]
) -> str:
    """A query of how many rows of a table meet each of these conditions, in one pass. Raises SqlError."""
    counts = ", ".join(f"COUNT(CASE WHEN {each}\nTHEN 1 END) AS n{number}" for number, each in enumerate(conditions))
    sql = f"SELECT {counts} FROM {exp.to_identifier(table, quoted=True).sql('duckdb')}"
    try:
        tree, _ = _typed(sql, dialect, tables)
    except SqlError:
        if dialect.sqlglot != "duckdb":
            raise
        tree = _seen(query(sql).copy(), dialect, schema, tables)
    else:
        _place(tree, dialect, schema)
    return written(tree, dialect.sqlglot)


def placed_query(sql: str, dialect: Dialect, schema: str, tables: Mapping[str, Types]) -> str:
    """A query over these tables as a database reads it, each of them called by its own name. Raises SqlError."""
    try:
        tree, _ = _typed(sql, dialect, tables)
    except SqlError:
        if dialect.sqlglot != "duckdb":
            raise
        tree = query(sql).copy()
        _mark(tree, tables)
    for table in tree.find_all(exp.Table):
        if table.meta.get("stored"):
            table.set("db", exp.to_identifier(schema))
            if not table.alias:
                table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))
    return written(tree, dialect.sqlglot)


def _typed(sql: str, dialect: Dialect, tables: Mapping[str, Types]) -> tuple[Any, Mapping[str, DType | None]]:
    """A query with the types of what it gives, rewritten for a dialect. Raises SqlError."""
    tree: Any = typed_query(query(sql).copy(), tables)
    types = dict(columns_given(tree))
    explicit_query(tree)
    for rewrite in dialect.rewrites:
        tree = rewrite(tree)
    return tree, types


def _place(tree: Any, dialect: Dialect, schema: str | None) -> None:
    """Let the tables of the dataset be those of a schema."""
    for table in tree.find_all(exp.Table):
        if table.meta.get("stored") and schema and dialect.has_schemas:
            table.set("db", exp.to_identifier(schema))


def _mark(tree: Any, tables: Mapping[str, Types]) -> None:
    """Mark the tables of the dataset."""
    known = {name.lower() for name in tables}
    for table in tables_read(tree):
        if table.name.lower() not in known or table.db:
            raise SqlError(f"unknown table {table.name}")
        table.meta["stored"] = True


def _seen(tree: Any, dialect: Dialect, schema: str | None, tables: Mapping[str, Types]) -> Any:
    """A query that stays as it is written, over tables of a schema, whose values are as SQL of a spec knows them."""
    _mark(tree, tables)
    _place(tree, dialect, schema)
    known = {name.lower(): types for name, types in tables.items()}
    for table in [table for table in tree.find_all(exp.Table) if table.meta.get("stored")]:
        place = dialect.place(schema, table.name)
        if seen := seen_by_sql(place, known[table.name.lower()]):
            alias = exp.TableAlias(this=exp.to_identifier(table.alias or table.name))
            table.replace(exp.Subquery(this=sqlglot.parse_one(seen, read="duckdb"), alias=alias))
    return tree


def _around(inside: str, names: list[Any]) -> exp.Select:
    """A query of the rows that a query gives, which is spelt already."""
    inner = exp.Subquery(this=exp.Var(this=inside), alias=exp.TableAlias(this=exp.to_identifier(_FOUND)))
    return exp.Select(expressions=names, from_=exp.From(this=inner))
