"""How rows go into a file of DuckDB: by INSERT … SELECT from files, or from Arrow columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from synth.columns import to_arrow
from synth.databases.duckdb.catalogue import Reference, declared_columns, references
from synth.databases.duckdb.connection import Connection
from synth.databases.duckdb.dialect import DIALECT
from synth.databases.hints import BREAKS_PROMISES
from synth.dtypes import Types
from synth.errors import DatabaseError
from synth.fingerprint import Fingerprint
from synth.formats import format_of

__all__ = ["Sending", "waiting_place"]

_LEFT, _LEVEL = "temp.main._synth_left", "temp.main._synth_level"  # rows of a table that refers to itself


class Sending(Connection):
    """A foreign key is looked at with every row: rows that come in any order wait in a table of the session's own.

    The steps after the data move them in the order of references; tables that refer to themselves get their rows parents
    first.
    """

    schema: str  # of the load
    waiting: set[str]  # tables whose rows wait
    apart: frozenset[str] = frozenset()  # those of them whose rows no step moves

    def connect(self) -> None:
        """Begin with no rows that wait."""
        self.waiting = set()
        super().connect()

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Let the rows wait; none at all must not be inserted: the next ones would be lost (DuckDB 2.0, one transaction)."""
        self.lock_out()
        if not frame.height:
            return 0
        waiting = waiting_place(table)
        with self.driver_errors(f"sending rows of {table}"):
            connection = self._opened()
            if table not in self.waiting:
                columns = ", ".join(
                    f"{DIALECT.quote_identifier(column.name)} {column.kind}"
                    for column in declared_columns(self, schema)
                    if column.table == table and column.name in frame.columns
                )
                connection.execute(f"CREATE TEMP TABLE {waiting} ({columns})")
                self.waiting.add(table)
            return self.put(waiting, frame, table)

    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """INSERT … SELECT from Arrow columns."""
        connection = self._opened()
        connection.register("synth_frame", to_arrow(frame))
        connection.execute(f"INSERT INTO {place} BY NAME FROM temp.main.synth_frame")
        connection.unregister("synth_frame")
        return int(frame.estimated_size())

    def send_files(self, schema: str, table: str, paths: Sequence[Path], format: str, types: Types) -> int:
        """INSERT … SELECT from the files; tables come in the order of references."""
        paths = [path.resolve() for path in paths]
        with self.driver_errors(f"loading {table}"):
            self.lock_out(paths[0].parent.parent)  # the dataset's folder, of which each table has one
            format_of(format).attach(self._opened(), "synth_files", paths, types)
            if table in self.apart:
                return self._count(f"INSERT INTO {waiting_place(table)} BY NAME FROM temp.main.synth_files")
            return self._fill(schema, table, "temp.main.synth_files")

    def stage_apart(self, schema: str, tables: Sequence[str]) -> None:
        """Let rows wait until they are asked for."""
        for table in tables:
            self.run(f"CREATE TEMP TABLE {waiting_place(table)} AS FROM {DIALECT.place(schema, table)} LIMIT 0")
        self.apart = frozenset(tables)
        self.waiting |= self.apart

    def staged_place(self, schema: str, table: str) -> str:
        """Where the rows wait, of tables that are staged apart."""
        return waiting_place(table) if table in self.apart else super().staged_place(schema, table)

    def staged_content(self, schema: str, table: str, types: Types) -> Fingerprint:
        """The fingerprint of rows where they wait, too."""
        _, rows = self.rows(DIALECT.fingerprint_query(types, self.staged_place(schema, table)))
        return Fingerprint(*(int(number) for number in rows[0]))

    def _fill(self, schema: str, table: str, source: str) -> int:
        """Move rows into a table; how many. One that refers to itself gets those whose parents are there, over and over."""
        place, quoted = DIALECT.place(schema, table), DIALECT.quote_identifier
        own = [each for each in references(self, schema) if each.table == table == each.parent]
        if not own:
            return self._count(f"INSERT INTO {place} BY NAME FROM {source}")
        there = " AND ".join(
            f"(l.{quoted(each.column)} IS NULL OR l.{quoted(each.column)} IN (SELECT {quoted(each.key)} FROM {place}))"
            for each in own
        )
        left = self._count(f"CREATE OR REPLACE TEMP TABLE {_LEFT} AS FROM {source}")
        rows = 0
        while left:  # _synth_ready can be no column: names with _ in front are not written
            self._count(f"CREATE OR REPLACE TEMP TABLE {_LEVEL} AS SELECT l.*, {there} AS _synth_ready FROM {_LEFT} l")
            level = f"SELECT * EXCLUDE (_synth_ready) FROM {_LEVEL} WHERE"
            moved = self._count(f"INSERT INTO {place} BY NAME {level} _synth_ready")
            if not moved:
                raise self._without_parents(table, own)
            left = self._count(f"CREATE OR REPLACE TEMP TABLE {_LEFT} AS {level} NOT _synth_ready")
            rows += moved
        return rows

    def _count(self, sql: str) -> int:
        """Run a statement; how many rows it has made."""
        row = self._opened().execute(sql).fetchone()
        return int(row[0]) if row else 0

    def _without_parents(self, table: str, own: Sequence[Reference]) -> DatabaseError:
        """What is said of rows whose parents never come."""
        for _, column, _, key in own:
            name, known = DIALECT.quote_identifier(column), DIALECT.quote_identifier(key)
            _, ((rows, example),) = self.rows(
                f"SELECT COUNT(*), MIN({name}) FROM {_LEFT} WHERE {name} NOT IN (SELECT {known} FROM {_LEFT} "
                f"UNION ALL SELECT {known} FROM {DIALECT.place(self.schema, table)})"
            )
            if rows:
                what = f"{column} = {example!r} is not in {table}.{key} ({rows} such rows)"
                return DatabaseError(f"{self.address}: table '{table}': {what}\n  hint: {BREAKS_PROMISES}")
        return DatabaseError(
            f"{self.address}: table '{table}' has rows that are their own ancestors, which DuckDB cannot hold\n"
            "  hint: load it into another kind of database"
        )


def waiting_place(table: str) -> str:
    """The table of the session in which a table's rows wait."""
    return f"temp.main.{DIALECT.quote_identifier(f'_synth_waiting_{table}')}"
