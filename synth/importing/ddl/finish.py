"""The tables of a text when all of it is read: references find their tables, expressions are spelt for DuckDB, names are settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from synth.errors import SynthError
from synth.importing.ddl.expressions import ExpressionError, in_duckdb
from synth.importing.ddl.tables import Column, Reference, Sql, Table
from synth.importing.found import Found, FoundCheck, FoundColumn, FoundReference, FoundTable, FoundUnique

if TYPE_CHECKING:
    from synth.importing.ddl.reader import Reader

__all__ = ["DdlError", "Finish"]


class DdlError(SynthError):
    """A text of DDL in which no table can be read."""


class Finish:
    """Makes what is found of what was read."""

    def __init__(self, reader: Reader):
        """`reader` has read all statements."""
        self.reader = reader
        parts = {id(table) for path in reader.context.partitions if (table := reader.find(path))}
        self.tables = [table for table in reader.tables if id(table) not in parts and table.columns]
        self.names = self._settled()

    def found(self, source: str) -> Found:
        """All tables, and the schema's name where it is one."""
        if not self.tables:
            raise DdlError(self._why(source))
        schemas = {table.schema for table in self.tables if table.schema}
        tables = tuple(self._table(table) for table in self.tables)
        return Found(tables, tuple(self.reader.notes), next(iter(schemas)) if len(schemas) == 1 else None)

    def _why(self, source: str) -> str:
        """Why no table was found."""
        told = [*self.reader.failed, *self.reader.notes]
        if told:
            return f"{source}: no table could be read: {told[0]}\n  hint: say which database the text is for with --dialect"
        return f"{source}: no CREATE TABLE stands in it (it has {self.reader.line(len(self.reader.text))} lines)\n  hint: give the DDL of tables"

    def _settled(self) -> dict[int, str]:
        """The names of tables: of two of the same name in two schemas each has its schema before it."""
        count = Counter(table.name.lower() for table in self.tables)
        names = {}
        for table in self.tables:
            names[id(table)] = table.name
            if count[table.name.lower()] > 1 and table.schema:
                names[id(table)] = f"{table.schema}_{table.name}"
                self.reader.tell(
                    names[id(table)], f"two schemas have a table {table.name}: {table.schema}'s is called so", table.at
                )
        return names

    def _table(self, table: Table) -> FoundTable:
        """A table as it is found."""
        name = self.names[id(table)]
        columns = {key: column.name for key, column in table.columns.items()}
        primary = self._columns(table, table.primary, name, table.at) or ()
        referring = {column.lower() for reference in table.references for column in reference.columns}
        keys = referring | {each.lower() for each in primary}
        return FoundTable(
            name,
            tuple(self._column(name, column, columns, column.name in primary) for column in table.columns.values()),
            primary,
            tuple(self._uniques(table, name, columns)),
            tuple(
                each for reference in table.references if (each := self._reference(table, name, reference)) is not None
            ),
            tuple(self._checks(table, name, columns, keys)),
            table.about or None,
            line=self.reader.line(table.at),
        )

    def _columns(self, table: Table, given: tuple[str, ...], name: str, at: int) -> tuple[str, ...] | None:
        """Names as the table's columns have them; none, and a note, where one is no column."""
        missing = [each for each in given if each.lower() not in table.columns]
        if missing:
            self.reader.tell(name, f"a key names {missing[0]}, which is none of its columns", at)
            return None
        return tuple(table.columns[each.lower()].name for each in given)

    def _column(self, name: str, column: Column, columns: Mapping[str, str], in_key: bool) -> FoundColumn:
        """A column as it is found."""
        where = f"{name}.{column.name}"
        return FoundColumn(
            column.name,
            column.known.type,
            column.spelt,
            column.nullable and not in_key,
            column.numbered,
            column.starts_at,
            self._sql(column.default, columns, where, "its default"),
            self._sql(column.computed, columns, where, "what it is computed from"),
            column.about or None,
            self.reader.line(column.at),
        )

    def _uniques(self, table: Table, name: str, columns: Mapping[str, str]) -> Iterator[FoundUnique]:
        """Keys as they are found, each once."""
        seen = set[tuple[frozenset[str], str | None]]()
        for key in table.uniques:
            found = self._columns(table, key.columns, name, key.at)
            if not found:
                continue
            where = self._sql(key.where, columns, name, f"the condition of {key.name or 'a unique index'}")
            if key.where is not None and where is None:
                continue
            if (frozenset(found), where) in seen or (where is None and set(found) == {*table.primary}):
                continue
            seen.add((frozenset(found), where))
            yield FoundUnique(found, key.name, where, self.reader.line(key.at))

    def _reference(self, table: Table, name: str, reference: Reference) -> FoundReference | None:
        """A foreign key as it is found; none, and a note, where it leads nowhere."""
        line = self.reader.line(reference.at)
        columns = self._columns(table, reference.columns, name, reference.at)
        path = reference.path if len(reference.path) > 1 or not table.schema else [table.schema, *reference.path]
        parent = self.reader.find(path) or self.reader.find(reference.path)
        if columns is None:
            return None
        if parent is None or id(parent) not in self.names:
            self.reader.tell(
                name,
                f"({', '.join(columns)}) refers to {'.'.join(reference.path)}, which is not in the text",
                reference.at,
            )
            return None
        wanted = reference.parents or parent.primary
        parents = self._columns(parent, wanted, name, reference.at)
        if parents is None or len(parents) != len(columns):
            if parents is not None:
                self.reader.tell(
                    name, f"({', '.join(columns)}) refers to {parent.name}, which has no such key", reference.at
                )
            return None
        return FoundReference(columns, self.names[id(parent)], parents, reference.name, line)

    def _checks(self, table: Table, name: str, columns: Mapping[str, str], keys: set[str]) -> Iterator[FoundCheck]:
        """Conditions as they are found, each once; not of the range of an unsigned key, which its numbers keep anyway."""
        seen = set[str]()
        for sql, called, value in table.checks:
            condition = self._sql(
                sql,
                columns,
                f"{name}.{value}" if value else name,
                f"the check {called}" if called else "a check",
                value,
            )
            if (
                condition is None
                or condition in seen
                or (value and value.lower() in keys and called is None and sql.text.startswith("VALUE "))
            ):
                continue
            seen.add(condition)
            yield FoundCheck(condition, called, self.reader.line(sql.at))

    def _sql(
        self, sql: Sql | None, columns: Mapping[str, str], where: str, what: str, value: str | None = None
    ) -> str | None:
        """SQL of DuckDB; none, and a note, where it is not understood."""
        if sql is None:
            return None
        try:
            return in_duckdb(sql.text, sql.dialect, columns, value)
        except ExpressionError as error:
            self.reader.tell(where, f"{what}, {' '.join(sql.text.split())[:80]}, is not taken over: {error}", sql.at)
            return None
