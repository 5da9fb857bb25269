"""The checks of a dataset as SQL (DuckDB's): each selects the offending rows, and holds when there are none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from synth.plan.content import earlier_keys
from synth.spec import constraints
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.sql.parse import query, runnable, tables

__all__ = ["Check", "checks", "of_each_row", "quoted"]

TOGETHER_LENGTH = 6_000  # characters of their conditions: with what is around them, less than SQL may have
TOGETHER = 256  # checks in one pass: each pass reads the names of all columns, each check costs the planner its length


@dataclass(frozen=True)
class Check:
    """A check: its kind, the table it is about (the first it reads, for a rule), a name, the SQL, the tables it reads.

    One that looks at each row by itself has the `condition` of offending rows, so that many are counted at once. One of rows
    that must differ has the columns that keep them `apart`. One whose column `refers` has that, the parent and its key, and
    the rows `where` it does.
    """

    kind: str
    table: str
    name: str
    sql: str
    reads: tuple[str, ...]
    condition: str | None = None
    apart: tuple[str, ...] = ()
    refers: tuple[str, str, str] | None = None
    where: str = ""


def of_each_row(among: Iterable[Check]) -> Iterator[tuple[str, list[Check]]]:
    """Checks that look at each row by itself, by table, as many as are counted in one pass."""
    by_table: dict[str, list[Check]] = {}
    for check in among:
        if check.condition is None:
            continue
        some = by_table.setdefault(check.table, [])
        some.append(check)
        if len(some) == TOGETHER or sum(len(str(each.condition)) for each in some) > TOGETHER_LENGTH:
            yield check.table, by_table.pop(check.table)
    yield from by_table.items()


def quoted(name: str) -> str:
    """An identifier in double quotes."""
    return '"' + name.replace('"', '""') + '"'


def checks(dataset: Dataset, until: dt.datetime, had: Collection[str] = ()) -> Iterator[Check]:
    """All checks of a dataset: not null, keys, uniqueness, lengths, references, conditions, times, counts, rules.

    `had` are names of tables of keys that others have had before, and may be referred to.
    """
    scope = Scope(dataset)
    for table in dataset.written:
        yield from _of_table(dataset, scope, table, until)
    for refers in constraints.references(dataset):
        if refers.table in dataset.existing:
            continue
        child, parent = quoted(refers.table), _parents(refers.parent, refers.keys, had)
        columns = [quoted(column) for column in refers.columns]
        keys = [quoted(key) for key in refers.keys]
        joined = " AND ".join(f"p.{key} = c.{column}" for column, key in zip(columns, keys, strict=True))
        there = " AND ".join(f"c.{column} IS NOT NULL" for column in columns)
        yield Check(
            "reference", refers.table, f"{', '.join(refers.columns)} → {refers.parent}",
            f"SELECT {', '.join(f'c.{column}' for column in columns)} FROM {child} c LEFT JOIN {parent} p ON {joined} "
            f"WHERE {there} AND p.{keys[0]} IS NULL",
            (refers.table, refers.parent),
            refers=_alone(refers.columns, refers.parent, refers.keys, had),
        )  # fmt: skip
    for one in constraints.polymorphic(dataset):
        parent, column, by, key = _parents(one.parent, (one.key,), had), *map(quoted, (one.column, one.by, one.key))
        yield Check(
            "reference", one.table, f"{one.column} → {one.parent}, by {one.by}",
            f"SELECT c.{by}, c.{column} FROM {quoted(one.table)} c LEFT JOIN {parent} p ON p.{key} = c.{column} "
            f"WHERE c.{by} = {_literal(one.value)} AND c.{column} IS NOT NULL AND p.{key} IS NULL",
            (one.table, one.parent), refers=_alone((one.column,), one.parent, (one.key,), had),
            where=f"{by} = {_literal(one.value)}",
        )  # fmt: skip
    for table in dataset.written:
        yield from _of_rows_below(scope, table)
    for name, rule in dataset.rules.items():
        reads = tables(query(rule))
        yield Check("rule", reads[0], name, runnable(rule), reads)


def _parents(parent: str, keys: tuple[str, ...], had: Collection[str]) -> str:
    """What stands in a FROM for a parent's keys: its table, with those of rows that others have had before."""
    if earlier_keys(parent) not in had:
        return quoted(parent)
    both = [f"SELECT {', '.join(map(quoted, keys))} FROM {quoted(t)}" for t in (parent, earlier_keys(parent))]
    return f"({' UNION ALL '.join(both)})"


def _alone(
    columns: tuple[str, ...], parent: str, keys: tuple[str, ...], had: Collection[str]
) -> tuple[str, str, str] | None:
    """A column that refers to one column of a table that has all rows; None for what is more than that."""
    return (columns[0], parent, keys[0]) if len(keys) == 1 and earlier_keys(parent) not in had else None


def _of_rows_below(scope: Scope, table: str) -> Iterator[Check]:
    """Columns that count the rows of their own table which refer to a row, or sum a column of these, are counted again."""
    spec, here = scope.table(table), quoted(table)
    for column in spec.written:
        for below in scope.rows_below(table, column):
            if not {below.via, below.column or below.via, *spec.key} <= set(spec.written):
                continue
            key, made, via = quoted(spec.key[0]), quoted(column), quoted(below.via)
            again = f"SUM({quoted(below.column)})" if below.column else "COUNT(*)"
            yield Check(
                "count", table, column,
                f"SELECT c.{key}, c.{made} FROM {here} c LEFT JOIN (SELECT b.{via} AS above, {again} AS found FROM {here} b "
                f"WHERE b.{via} IS NOT NULL GROUP BY b.{via}) n ON n.above = c.{key} "
                f"WHERE c.{made} IS NOT NULL AND c.{made} <> COALESCE(n.found, 0)",
                (table,),
            )  # fmt: skip


def _literal(value: object) -> str:
    """A value of a spec as SQL."""
    if isinstance(value, bool):
        return str(value).upper()
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


def _of_table(dataset: Dataset, scope: Scope, table: str, until: dt.datetime) -> Iterator[Check]:
    here = quoted(table)
    key = dataset.tables[table].key or dataset.tables[table].written[:1]

    def each_row(kind: str, name: str, condition: str, *also: str) -> Check:
        columns = ", ".join(map(quoted, (*key, *also)))
        return Check(kind, table, name, f"SELECT {columns} FROM {here} WHERE {condition}", (table,), condition)

    for column in constraints.not_null(dataset, table):
        yield each_row("not null", column, f"{quoted(column)} IS NULL")
    for place, group in enumerate(constraints.uniques(dataset, table)):
        columns = ", ".join(quoted(column) for column in group)
        present = " AND ".join(f"{quoted(column)} IS NOT NULL" for column in group)
        kind = "key" if place == 0 and dataset.tables[table].key else "unique"
        yield Check(
            kind, table, ", ".join(group),
            f"SELECT {columns}, COUNT(*) AS times FROM {here} WHERE {present} GROUP BY {columns} HAVING COUNT(*) > 1",
            (table,), apart=tuple(group),
        )  # fmt: skip
    for column in dataset.tables[table].written:
        dtype = scope.type_of(table, column)
        if dtype.length:
            yield each_row("length", column, f"LENGTH({quoted(column)}) > {dtype.length}", column)
        if dtype.name == "enum":
            yield each_row("values", column, f"NOT ({dtype.is_listed(quoted(column))})", column)
    for name, condition in constraints.checks(dataset, table):
        yield each_row("check", name, f"NOT ({runnable(condition)})")
    for column in constraints.moments(dataset, table):
        late = f"CAST({quoted(column)} AS TIMESTAMP) >= TIMESTAMP '{until:%Y-%m-%d %H:%M:%S.%f}'"
        yield each_row("time", column, late, column)
