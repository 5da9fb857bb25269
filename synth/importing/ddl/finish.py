"""The tables of a text that is read: references find their tables, expressions are spelt for DuckDB, names are settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from synth.dtypes import JSON
from synth.errors import SynthError, many
from synth.importing.ddl.expressions import Columns, ExpressionError, default_in_duckdb, in_duckdb, type_of
from synth.importing.ddl.tables import Column, Reference, Script, Sql, Table
from synth.importing.found import Found, FoundCheck, FoundColumn, FoundReference, FoundTable, FoundUnique
from synth.spec.native_types import COMPUTING, is_expression

__all__ = ["DdlError", "finished"]

_SHOWN = 80  # characters of an expression in a note


class DdlError(SynthError):
    """A text of DDL in which no table can be read."""


def finished(script: Script, source: str) -> Found:
    """What was found in a text, which errors call `source`. Raises DdlError where it is no table."""
    parts = [id(table) for path in script.partitions if (table := script.find(path)) is not None]
    tables = script.all_tables()
    for table in tables:
        if not table.columns:
            script.tell(table.name, "it has no columns", table.at, failed=True)
    kept = [table for table in tables if id(table) not in parts and table.columns]
    if not kept:
        raise DdlError(_why_none(script, source))
    schemas = {table.schema for table in kept if table.schema}
    names = _settled(script, kept)
    found = tuple(_Finish(script, table, names).table() for table in kept)
    return Found(found, tuple(script.notes), next(iter(schemas)) if len(schemas) == 1 else None)


def _why_none(script: Script, source: str) -> str:
    """Why no table was found."""
    for note in (*script.failed, *script.notes):
        hint = f"name the database that it is for, if it is not {script.dialect}"
        return f"{source}: no table could be read: {note}\n  hint: {hint}"
    lines = many(len(script.text.splitlines()), "line")
    return (
        f"{source}: no CREATE TABLE stands in its {lines}\n  hint: give the DDL of tables, as a dump program writes it"
    )


def _settled(script: Script, tables: list[Table]) -> dict[int, str]:
    """The names of tables, by their identity: of two of the same name in two schemas each has its schema before it."""
    count = Counter(table.name.lower() for table in tables)
    names = {}
    for table in tables:
        names[id(table)] = table.name
        if count[table.name.lower()] > 1 and table.schema:
            names[id(table)] = f"{table.schema}_{table.name}"
            script.tell(
                names[id(table)], f"so is {table.schema}.{table.name} called, as another schema has one too", table.at
            )
    return names


class _Finish:
    """Makes a table that is found of one that was read."""

    def __init__(self, script: Script, table: Table, names: dict[int, str]):
        self.script, self.read, self.names, self.name = script, table, names, names[id(table)]
        self.columns: Columns = {key: (each.name, each.known.type) for key, each in table.columns.items()}

    def table(self) -> FoundTable:
        """The table."""
        table = self.read
        primary = self._own(table.primary, table.at) or ()
        self._settle(primary)
        return FoundTable(
            self.name,
            tuple(self._column(column, column.name in primary) for column in table.columns.values()),
            primary,
            tuple(self._uniques(primary)),
            tuple(found for reference in table.references if (found := self._reference(reference)) is not None),
            tuple(self._checks({*map(str.lower, primary)})),
            table.about or None,
            line=self.script.line(table.at),
        )

    def _settle(self, primary: tuple[str, ...]) -> None:
        """Types and numbers that only the whole table tells."""
        table = self.read
        for check in list(table.checks):  # as MariaDB writes its type json
            words = check.sql.text.replace("`", "").lower().split("(")
            column = table.column(words[1].strip(") ")) if len(words) == 2 and words[0] == "json_valid" else None
            if column is not None:
                column.known = replace(column.known, type=JSON)
                table.checks.remove(check)
        key = table.column(primary[0]) if len(primary) == 1 else None
        if self.script.dialect == "sqlite" and key is not None and key.spelt.lower() == "integer" and table.has_rowid:
            key.numbered = True
        self.columns = {place: (each.name, each.known.type) for place, each in table.columns.items()}

    def _own(self, given: tuple[str, ...], at: int, table: Table | None = None) -> tuple[str, ...] | None:
        """Names as the table has them; None, and a note, where one is no column."""
        there = (table or self.read).columns
        missing = next((each for each in given if each.lower() not in there), None)
        if missing is None:
            return tuple(there[each.lower()].name for each in given)
        of = f" of {table.name}" if table else ""
        self.script.tell(self.name, f"a key names {missing}, which is no column{of}", at)
        return None

    def _column(self, column: Column, in_key: bool) -> FoundColumn:
        """A column as it is found."""
        where = f"{self.name}.{column.name}"
        dtype, default, computed = column.known.type, None, None
        if column.computed is not None:
            computed = self._sql(column.computed, where, "what it is computed from")
            dtype = type_of(computed, self.columns) if computed and not column.spelt else dtype
        elif column.default is not None:
            try:
                default = default_in_duckdb(column.default.text, column.default.dialect, dtype)
            except ExpressionError as error:
                self._untaken(column.default, where, "its default", error)
        nullable = column.nullable and not in_key
        line = self.script.line(column.at)
        about = column.about or None
        numbered, starts_at = column.numbered, column.starts_at
        return FoundColumn(
            column.name,
            dtype,
            column.spelt,
            nullable,
            numbered,
            starts_at,
            default,
            computed,
            about,
            line,
            column.known.native,
            self._computed_by(column) if computed else {},
            column.known.otherwise,
        )

    def _computed_by(self, column: Column) -> dict[str, str]:
        """The expression of a computed column as it is written; nothing where the database cannot be asked for it."""
        text = " ".join(column.computed.text.split()) if column.computed else ""
        return {self.script.dialect: text} if self.script.dialect in COMPUTING and is_expression(text) else {}

    def _uniques(self, primary: tuple[str, ...]) -> Iterator[FoundUnique]:
        """Keys as they are found, each once, and not the primary one."""
        seen: set[tuple[frozenset[str], str | None]] = {(frozenset(primary), None)} if primary else set()
        for key in self.read.uniques:
            columns = self._own(key.columns, key.at)
            where = self._sql(key.where, self.name, f"the condition of {key.name or 'a unique index'}")
            each = frozenset(columns or ()), where
            if not columns or each in seen or (key.where is not None and where is None):
                continue
            seen.add(each)
            yield FoundUnique(columns, key.name, where, self.script.line(key.at))

    def _reference(self, reference: Reference) -> FoundReference | None:
        """A foreign key as it is found; None, and a note, where it leads nowhere."""
        script, path = self.script, reference.path
        own = [self.read.schema, *path] if len(path) == 1 and self.read.schema else path
        parent = script.find(own) or script.find(path)
        columns = self._own(reference.columns, reference.at)
        if columns is None:
            return None
        said = f"({', '.join(columns)}) refers to {'.'.join(path)}"
        if parent is None or id(parent) not in self.names:
            script.tell(self.name, f"{said}, which is no table of the text", reference.at)
            return None
        parents = self._own(reference.parents or parent.primary, reference.at, parent)
        if parents is None or len(parents) != len(columns):
            script.tell(self.name, f"{said}, which has no such key", reference.at)
            return None
        return FoundReference(columns, self.names[id(parent)], parents, reference.name, script.line(reference.at))

    def _checks(self, primary: set[str]) -> Iterator[FoundCheck]:
        """Conditions as they are found, each once; not the ranges of integers that are keys."""
        seen = set[str]()
        held = {column.lower() for reference in self.read.references for column in reference.columns} | primary
        for check in self.read.checks:
            if check.is_range and (check.value or "").lower() in held:
                continue
            where = f"{self.name}.{check.value}" if check.value else self.name
            what = f"the check {check.name}" if check.name else "a check"
            condition = self._sql(check.sql, where, what, check.value)
            if condition is not None and condition not in seen:
                seen.add(condition)
                yield FoundCheck(condition, check.name, self.script.line(check.sql.at))

    def _sql(self, sql: Sql | None, where: str, what: str, value: str | None = None) -> str | None:
        """SQL of DuckDB; None, and a note, where it is not understood."""
        if sql is None:
            return None
        try:
            return in_duckdb(sql.text, sql.dialect, self.columns, value)
        except ExpressionError as error:
            self._untaken(sql, where, what, error)
            return None

    def _untaken(self, sql: Sql, where: str, what: str, error: ExpressionError) -> None:
        """Tell that an expression is not taken over."""
        text = " ".join(sql.text.split())
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]} …"
        self.script.tell(where, f"{what}, {shown}, is not taken over: {error}", sql.at)
