"""How rows go into SQL Server: by bulk copy of Arrow columns."""

from __future__ import annotations

from contextlib import closing

import polars as pl

from synth.databases.tsql.connection import Connection
from synth.databases.tsql.dialect import DIALECT
from synth.errors import DatabaseError

__all__ = ["Sending"]


class Sending(Connection):
    """Sends rows by the driver's bulk copy."""

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Bulk copy into the staged table."""
        return self.put(DIALECT.place(self.staging_schema(schema), table), frame, table)

    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """Bulk copy of Arrow columns, one batch, which takes all rows or none."""
        if not frame.height:
            return 0
        unspoken = next((column for column in frame.columns if "]" in column), None)
        if unspoken:
            raise DatabaseError(
                f"{self.address}: column '{unspoken}' of {table} cannot be sent: bulk copy takes no ']' in a name\n"
                "  hint: rename it, or let `synth script` write files"
            )
        with self.driver_errors(f"sending rows of {table}"), closing(self.connection.cursor()) as cursor:
            done = cursor.bulkcopy_arrow(
                place,
                frame.to_arrow(),
                timeout=0,
                column_mappings=list(frame.columns),
                keep_nulls=True,
                table_lock=True,
            )
        if done["rows_copied"] != frame.height:
            raise DatabaseError(
                f"{self.address}: sending rows of {table}: the server took {done['rows_copied']} of {frame.height} rows"
            )
        return int(frame.estimated_size())
