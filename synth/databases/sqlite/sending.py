"""How rows go into a file of SQLite: Arrow columns bound to one INSERT."""

from __future__ import annotations

import polars as pl

from synth.databases.sqlite.connection import Connection
from synth.databases.sqlite.values import to_sqlite

__all__ = ["Sending"]


class Sending(Connection):
    """Sends rows as Arrow columns, by ADBC."""

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Bind Arrow columns to one INSERT, in the load's transaction."""
        columns = to_sqlite(frame)
        with self.driver_errors(f"sending rows of {table}"), self.writer.cursor() as cursor:
            cursor.adbc_ingest(table, columns.to_arrow(compat_level=pl.CompatLevel.oldest()), mode="append")
        return int(columns.estimated_size())
