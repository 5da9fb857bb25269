"""How a dataset grows in PostgreSQL: in one transaction, in which the server looks at references by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl

from synth.databases.growing import Growing as CommonGrowing
from synth.databases.postgres.dialect import DIALECT
from synth.databases.postgres.staging import Staging
from synth.databases.rows import ChangeWords

__all__ = ["Growing"]


class Growing(Staging, CommonGrowing):
    """Appends, and applies changes."""

    change_words = ChangeWords(
        insert="INSERT INTO {place} ({columns}) OVERRIDING SYSTEM VALUE",
        row="ctid",
        temporary="pg_temp.{name}",
        like="CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {place} LIMIT 0",
    )

    @contextmanager
    def holding(self, schema: str, keys: Mapping[str, str], room: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """Others read these tables, and wait to write."""
        with self.driver_errors(f"changing schema '{schema}'"), self.transaction():
            self._keep_writers_out(schema, keys)
            yield self.highest(schema, keys)

    def _keep_writers_out(self, schema: str, tables: Iterable[str]) -> None:
        for table in tables:
            self.run(f"LOCK TABLE {DIALECT.place(schema, table)} IN SHARE ROW EXCLUSIVE MODE")

    @contextmanager
    def changing(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> Iterator[None]:
        """One transaction, in which the server looks at every reference; others wait to write these tables."""
        tables = dict.fromkeys((*filled, *emptied))
        with self.driver_errors(f"changing schema '{schema}'"), self.transaction():
            self._create_schema(schema)
            self._keep_writers_out(schema, tables)
            yield
        for table in tables:
            self.run(f"ANALYZE {DIALECT.place(schema, table)}")

    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """COPY, as text; a temporary table has no statistics without being asked."""
        sent = self.copy_into(place, frame)
        if place.startswith("pg_temp."):
            self.run(f"ANALYZE {place}")
        return sent

    def changed(self, sql: str) -> int:
        """Run a statement; how many rows it has touched."""
        return self.execute(sql).rowcount

    def go_on(self, schema: str, table: str, columns: Iterable[str]) -> None:
        """Set the table's own sequences."""
        place = DIALECT.place(schema, table)
        for column in columns:
            asked = f"SELECT pg_get_serial_sequence({DIALECT.literal(place)}, {DIALECT.literal(column)})"
            ((sequence,),) = self.rows(asked)[1]
            if sequence:
                highest = f"(SELECT MAX({DIALECT.quote_identifier(column)}) FROM {place})"
                self.run(f"SELECT setval({DIALECT.literal(sequence)}, {highest}) WHERE {highest} IS NOT NULL")
