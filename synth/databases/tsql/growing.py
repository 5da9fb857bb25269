"""How a dataset grows in SQL Server: rows are sent to a staging schema first, as bulk copy has a session of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from synth.databases.changes import KeptTable, TableChanges
from synth.databases.growing import ChangeWords
from synth.databases.growing import Growing as CommonGrowing
from synth.databases.tsql.staging import Staging

__all__ = ["Growing"]


class Growing(Staging, CommonGrowing):
    """Appends, and applies changes."""

    change_words = ChangeWords(
        delete="DELETE t FROM {place} t JOIN {source} s ON {same}",
        update="UPDATE t SET {cells} FROM {place} t JOIN {source} s ON {same}",
        like=(
            "SELECT {columns} INTO {temporary} FROM {place} WHERE 1 = 0 "
            "UNION ALL SELECT {columns} FROM {place} WHERE 1 = 0"
        ),
    )
    _sent: dict[tuple[str, str], str]  # a table, and what becomes of rows of it -> where these rows are

    @contextmanager
    def changing(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> Iterator[None]:
        """One transaction; others may read these tables meanwhile, not write."""
        tables, doing = dict.fromkeys((*filled, *emptied)), f"changing schema '{schema}'"
        with self._transaction(doing):
            self._ask(self._schema_creation(schema), doing)
            for table in tables:
                self._ask(
                    f"SELECT TOP (1) 1 AS n FROM {self.dialect.place(schema, table)} WITH (TABLOCK, HOLDLOCK)", doing
                )
            yield
        for table in tables:
            self.analyze_at(self.dialect.place(schema, table))

    def apply_changes(self, schema: str, changes: Sequence[TableChanges], also: Sequence[str]) -> None:
        """Send all rows to the staging schema, then apply them from there."""
        self.begin_staging(schema, ())
        try:
            self._sent = {}
            for each in changes:
                for what, frame in (("gone", each.deletes), ("new", each.inserts), ("changed", each.updates)):
                    if frame.height:
                        self._sent[each.table, what] = self._send_apart(schema, each.table, frame)
            super().apply_changes(schema, changes, also)
        finally:
            self.abandon(schema)

    def _send_apart(self, schema: str, table: str, frame: pl.DataFrame) -> str:
        """Make a staged table with rows of a table, some of its columns; its place."""
        place = self.dialect.place(self.staging_schema(schema), f"rows_{len(self._sent)}")
        columns, whole = ", ".join(self.quoted(frame.columns)), self.dialect.place(schema, table)
        self.run(self.change_words.like.format(temporary=place, columns=columns, place=whole))
        self.put(place, frame, table)
        return place

    def temporary(self, schema: str, table: str, frame: pl.DataFrame, what: str) -> str:
        """The staged table with these rows."""
        return self._sent[table, what]

    def insert(self, schema: str, changes: TableChanges) -> None:
        """INSERT … SELECT from the staged table."""
        names, place = ", ".join(self.quoted(changes.inserts.columns)), self.dialect.place(schema, changes.table)
        with self.given_keys(place):
            self.run(f"INSERT INTO {place} ({names}) SELECT {names} FROM {self._sent[changes.table, 'new']}")

    def append_rows(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """INSERT … SELECT, with the keys that rows have."""
        with self.given_keys(self.dialect.place(schema, table)):
            super().append_rows(schema, table, columns)

    def insert_staged(self, schema: str, table: KeptTable) -> int:
        """INSERT … SELECT, with the keys that rows have."""
        with self.given_keys(self.dialect.place(schema, table.name)):
            return super().insert_staged(schema, table)

    def changed(self, sql: str) -> int:
        """Run a statement; how many rows it has touched, which has to be asked for: the session counts nothing by itself."""
        return int(self.rows(f"{sql}; SELECT @@ROWCOUNT AS touched")[1][0][0])

    def delete_copies(self, schema: str, source: str, changes: TableChanges) -> int:
        """Rows are numbered in a common table expression, from which SQL Server deletes."""
        place = self.dialect.place(schema, changes.table)
        names = self.quoted(changes.deletes.columns)
        columns, copy = ", ".join(names), self.dialect.quote_identifier("#copy")
        numbered = f"SELECT ROW_NUMBER() OVER (PARTITION BY {columns} ORDER BY (SELECT 0)) AS {copy}, {columns} FROM"
        return self.changed(
            f"WITH t AS ({numbered} {place}) DELETE t FROM t JOIN ({numbered} {source}) s "
            f"ON t.{copy} = s.{copy} AND {self.all_equal(names)}"
        )

    def all_equal(self, names: Sequence[str]) -> str:
        """By INTERSECT, which takes NULL for equal to NULL."""
        ours, theirs = (", ".join(f"{row}.{name}" for name in names) for row in "ts")
        return f"EXISTS (SELECT {ours} INTERSECT SELECT {theirs})"
