"""How a dataset grows in PostgreSQL: in one transaction, in which the server looks at references by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import polars as pl

from synth.databases.edits import Look
from synth.databases.growing import Growing as CommonGrowing
from synth.databases.postgres.dialect import DIALECT
from synth.databases.postgres.staging import Staging
from synth.databases.rows import ChangeWords

__all__ = ["Growing"]


# types without an equality, or with one of sizes; they are compared as texts
_BY_TEXT = ("json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle")


class Growing(Staging, CommonGrowing):
    """Appends, and applies changes."""

    _by_text: frozenset[str] = frozenset()  # columns, quoted, of tables that change

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
            self._note_texts(schema)
            yield
        for table in tables:
            self.run(f"ANALYZE {DIALECT.place(schema, table)}")

    def look(self, schema: str) -> Look:
        """By temporary tables, whose columns may be of types without an equality."""
        self._note_texts(schema)
        return super().look(schema)

    def _note_texts(self, schema: str) -> None:
        kinds = ", ".join(f"'{kind}'::regtype" for kind in _BY_TEXT)
        _, rows = self.rows(
            "SELECT DISTINCT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n "
            f"ON n.oid = c.relnamespace WHERE n.nspname = {DIALECT.literal(schema)} AND c.relkind IN ('r', 'p') "
            f"AND a.attnum > 0 AND a.atttypid IN ({kinds})"
        )
        self._by_text = frozenset(DIALECT.quote_identifier(name) for (name,) in rows)

    def equal(self, ours: str, theirs: str) -> str:
        """Texts have an equality, whatever they are texts of."""
        if ours.removeprefix("t.") in self._by_text:
            ours, theirs = f"CAST({ours} AS TEXT)", f"CAST({theirs} AS TEXT)"
        return super().equal(ours, theirs)

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
