"""How a dataset grows in SQL Server: rows are sent to a staging schema first, as bulk copy has a session of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext

import polars as pl

from synth.databases.changes import KEEP, Applied, KeptTable, Met, TableChanges
from synth.databases.growing import Growing as CommonGrowing
from synth.databases.rows import ChangeWords
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
    _sent = 0  # how many tables with rows of a step are in the staging schema
    _new: dict[str, str]  # a table, and where the rows are that come into it
    _sender: Growing  # a session of its own, which sends them: this one's transaction goes on
    _holds = False  # a transaction of which a change is a part

    @contextmanager
    def holding(self, schema: str, keys: Mapping[str, str], room: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """Others read these tables, and wait to write."""
        with self._sending(schema), self._transaction(f"changing schema '{schema}'"):
            self._holds = True
            try:
                yield self.highest(schema, keys, "SELECT MAX({column}) FROM {place} WITH (TABLOCK, HOLDLOCK)")
            finally:
                self._holds = False

    @contextmanager
    def _sending(self, schema: str) -> Iterator[None]:
        """With a staging schema, to which rows are sent before any of the tables is changed."""
        way = None if self._may_choose else self.via  # which is chosen where a staging schema is made
        with type(self)(self.address, way, self.abilities) as self._sender:
            self._sender.begin_staging(schema, ())
            self._sent, self._new = 0, {}
            try:
                yield
            finally:
                self.abandon(schema)

    @contextmanager
    def changing(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> Iterator[None]:
        """One transaction; others may read these tables meanwhile, not write."""
        tables, doing = dict.fromkeys((*filled, *emptied)), f"changing schema '{schema}'"
        with nullcontext() if self._holds else self._transaction(doing):
            self._ask(self._schema_creation(schema), doing)
            for table in tables:
                self._ask(
                    f"SELECT TOP (1) 1 AS n FROM {self.dialect.place(schema, table)} WITH (TABLOCK, HOLDLOCK)", doing
                )
            yield
        for table in tables:
            self.analyze_at(self.dialect.place(schema, table))

    def apply_changes(
        self, schema: str, changes: Sequence[TableChanges], also: Callable[[Mapping[str, Applied]], Iterable[str]],
        met: Mapping[str, Met], edited: str = KEEP,
    ) -> Mapping[str, Applied]:  # fmt: skip
        """With rows that are staged first."""
        with nullcontext() if self._holds else self._sending(schema):
            return super().apply_changes(schema, changes, also, met, edited)

    def temporary(self, schema: str, table: str, frame: pl.DataFrame, what: str) -> str:
        """A staged table with rows of a table, some of its columns; its place."""
        place = self.dialect.place(self.staging_schema(schema), f"rows_{self._sent}")
        self._sent += 1
        columns, whole = self.like_columns(frame), self.dialect.place(schema, table)
        self._sender.run(self.change_words.like.format(temporary=place, columns=columns, place=whole))
        self._sender.put(place, frame, table)
        return place

    def prepare_inserts(self, schema: str, table: str, rows: pl.DataFrame) -> None:
        """Stage them, as long as the tables are as they were."""
        if rows.height:
            self._new[table] = self.temporary(schema, table, rows, "new")

    def insert(self, schema: str, changes: TableChanges) -> None:
        """INSERT … SELECT from the staged table."""
        names, place = ", ".join(self.quoted(changes.inserts.columns)), self.dialect.place(schema, changes.table)
        with self.given_keys(place):
            self.run(f"INSERT INTO {place} ({names}) SELECT {names} FROM {self._new[changes.table]}")

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

    def equal(self, ours: str, theirs: str) -> str:
        """By INTERSECT, which takes NULL for equal to NULL."""
        return f"EXISTS (SELECT {ours} INTERSECT SELECT {theirs})"

    def all_equal(self, names: Sequence[str]) -> str:
        """Whole rows in one INTERSECT."""
        return self.equal(*(", ".join(f"{row}.{name}" for name in names) for row in "ts"))
