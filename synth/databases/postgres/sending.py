"""How rows go into PostgreSQL: as text by COPY."""

from __future__ import annotations

import polars as pl

from synth.databases.postgres.connection import Connection
from synth.databases.postgres.dialect import DIALECT
from synth.databases.tab_separated import tab_separated

__all__ = ["Sending"]


class Sending(Connection):
    """Sends rows by COPY, as text."""

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """COPY into the staged table."""
        with self.driver_errors(f"sending rows of {table}"):
            return self._copy(DIALECT.place(self.staging_schema(schema), table), frame)

    def _copy(self, place: str, frame: pl.DataFrame) -> int:
        """COPY into a table; the bytes that were sent."""
        data = tab_separated(frame)
        columns = ", ".join(map(DIALECT.quote_identifier, frame.columns))
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {place} ({columns}) FROM STDIN".encode()) as channel,
        ):
            channel.write(data)
        return len(data)
