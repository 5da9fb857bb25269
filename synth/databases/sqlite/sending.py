"""How rows go into a file of SQLite: Arrow columns bound to one INSERT."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from synth.databases.sqlite.connection import Connection
from synth.databases.sqlite.dialect import DIALECT
from synth.databases.sqlite.values import to_sqlite
from synth.dtypes import Types
from synth.fingerprint import Fingerprint

__all__ = ["Sending", "waiting_name"]


class Sending(Connection):
    """Sends rows as Arrow columns, by ADBC."""

    apart: frozenset[str] = frozenset()  # tables whose rows are staged beside them

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Bind Arrow columns to one INSERT, in the load's transaction."""
        if table in self.apart:
            with self.driver_errors(f"sending rows of {table}"):
                return self.put(self.staged_place(schema, table), frame, table)
        columns = to_sqlite(frame)
        with self.driver_errors(f"sending rows of {table}"), self.writer.cursor() as cursor:
            cursor.adbc_ingest(table, columns.to_arrow(compat_level=pl.CompatLevel.oldest()), mode="append")
        return int(columns.estimated_size())

    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """Bind Arrow columns to one INSERT."""
        columns = to_sqlite(frame)
        names = ", ".join(map(DIALECT.quote_identifier, frame.columns))
        cells = ", ".join("?" * frame.width)
        with self.writer.cursor() as cursor:
            rows = columns.to_arrow(compat_level=pl.CompatLevel.oldest())
            cursor.executemany(f"INSERT INTO {place} ({names}) VALUES ({cells})", rows)
        return int(columns.estimated_size())

    def stage_apart(self, schema: str, tables: Sequence[str]) -> None:
        """Make temporary tables for the rows."""
        for table in tables:
            place = DIALECT.quote_identifier(table)
            self.run(
                f"CREATE TEMP TABLE {DIALECT.quote_identifier(waiting_name(table))} AS SELECT * FROM {place} LIMIT 0"
            )
        self.apart = frozenset(tables)

    def staged_place(self, schema: str, table: str) -> str:
        """The temporary table, of tables that are staged apart."""
        if table in self.apart:
            return f"temp.{DIALECT.quote_identifier(waiting_name(table))}"
        return super().staged_place(schema, table)

    def staged_content(self, schema: str, table: str, types: Types) -> Fingerprint:
        """Of rows that are read back, also where they are staged apart."""
        return self.content_at(self.staged_place(schema, table), types)


def waiting_name(table: str) -> str:
    """The name of the temporary table in which rows of a table are staged."""
    return f"_synth_waiting_{table}"
