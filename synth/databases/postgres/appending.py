"""How a dataset grows in PostgreSQL: rows go behind those that are there, or come, change and go, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from synth.databases.changes import TableChanges
from synth.databases.postgres.dialect import DIALECT
from synth.databases.postgres.staging import Staging
from synth.errors import DatabaseError

__all__ = ["Appending"]


class Appending(Staging):
    """Appends, and applies changes."""

    @contextmanager
    def appending(self, schema: str, tables: Sequence[str]) -> Iterator[None]:
        """One transaction; others may read meanwhile, not write."""
        with self.driver_errors(f"appending to schema '{schema}'"), self.connection.transaction():
            self._create_schema(schema)
            for table in tables:
                self.run(f"LOCK TABLE {DIALECT.place(schema, table)} IN SHARE ROW EXCLUSIVE MODE")
            yield
            self.run(f"DROP SCHEMA {DIALECT.quote_identifier(self.staging_schema(schema))} CASCADE")
        for table in tables:
            self.run(f"ANALYZE {DIALECT.place(schema, table)}")

    def append_rows(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """INSERT … SELECT, whose foreign keys are looked at with each row."""
        names = ", ".join(_quoted(columns))
        source = DIALECT.place(self.staging_schema(schema), table)
        place = DIALECT.place(schema, table)
        self.run(f"INSERT INTO {place} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {source}")
        self._go_on(place, columns)

    def _go_on(self, place: str, columns: Iterable[str]) -> None:
        """Let the table's own sequences go on behind the highest keys."""
        for column in columns:
            asked = f"SELECT pg_get_serial_sequence({DIALECT.literal(place)}, {DIALECT.literal(column)})"
            ((sequence,),) = self.rows(asked)[1]
            if sequence:
                highest = f"(SELECT MAX({DIALECT.quote_identifier(column)}) FROM {place})"
                self.run(f"SELECT setval({DIALECT.literal(sequence)}, {highest}) WHERE {highest} IS NOT NULL")

    def apply_changes(self, schema: str, changes: Sequence[TableChanges], also: Sequence[str]) -> None:
        """What goes first, children before parents; then what comes; then what changes, by way of temporary tables."""
        with self.driver_errors(f"advancing schema '{schema}'"), self.connection.transaction():
            for each in reversed(changes):
                if each.deletes.height:
                    place, source = DIALECT.place(schema, each.table), self._temporary(schema, each, "gone")
                    self._change_rows(each.table, each.deletes, _deleting(place, source, each))
            for each in changes:
                if each.inserts.height:
                    self._copy(DIALECT.place(schema, each.table), each.inserts)
                    self._go_on(DIALECT.place(schema, each.table), each.key)
            for each in changes:
                if each.updates.height:
                    place, source = DIALECT.place(schema, each.table), self._temporary(schema, each, "changed")
                    cells = ", ".join(
                        f"{c} = s.{c}" for c in _quoted(each.updates.columns) if c not in _quoted(each.key)
                    )
                    updating = f"UPDATE {place} t SET {cells} FROM {source} s WHERE {_equal(each.key)}"
                    self._change_rows(each.table, each.updates, updating)
            for statement in also:
                self.connection.execute(statement.encode())

    def _change_rows(self, table: str, frame: pl.DataFrame, sql: str) -> None:
        """Run a statement that touches these rows, each once. Raises DatabaseError where they are not there."""
        touched = self.connection.execute(sql.encode()).rowcount
        if touched != frame.height:
            raise DatabaseError(
                f"{self.address}: table '{table}' has only {touched} of {frame.height} rows that change or go; nothing was "
                "changed\n  hint: it is not as it was made: load it again"
            )

    def _temporary(self, schema: str, changes: TableChanges, what: str) -> str:
        """A temporary table with the rows that change, or the keys of those that are `gone`; its place."""
        frame = changes.deletes if what == "gone" else changes.updates
        name = DIALECT.quote_identifier(f"_synth_{what}")
        columns = ", ".join(map(DIALECT.quote_identifier, frame.columns))
        place = DIALECT.place(schema, changes.table)
        self.connection.execute(f"DROP TABLE IF EXISTS pg_temp.{name}".encode())
        made = f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {place} LIMIT 0"
        self.connection.execute(made.encode())
        self._copy(f"pg_temp.{name}", frame)
        self.connection.execute(f"ANALYZE pg_temp.{name}".encode())
        return f"pg_temp.{name}"


def _quoted(names: Iterable[str]) -> list[str]:
    return [DIALECT.quote_identifier(name) for name in names]


def _equal(key: Sequence[str]) -> str:
    return " AND ".join(f"t.{name} = s.{name}" for name in _quoted(key))


def _deleting(place: str, source: str, changes: TableChanges) -> str:
    """The DELETE of the rows in `source`; those without a key are equal in all columns, and numbered among their equals."""
    if changes.key:
        return f"DELETE FROM {place} t USING {source} s WHERE {_equal(changes.key)}"
    names = _quoted(changes.deletes.columns)
    columns = ", ".join(names)
    ours, theirs = (
        f'(SELECT ctid AS "#row", ROW_NUMBER() OVER (PARTITION BY {columns}) AS "#copy", {columns} FROM {each})'
        for each in (place, source)
    )
    same = " AND ".join(['t."#copy" = s."#copy"', *(f"t.{name} IS NOT DISTINCT FROM s.{name}" for name in names)])
    return f'DELETE FROM {place} WHERE ctid IN (SELECT t."#row" FROM {ours} t JOIN {theirs} s ON {same})'
