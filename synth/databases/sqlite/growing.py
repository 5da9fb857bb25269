"""How a dataset grows in a file of SQLite: in the transaction that holds the lock; references are looked at in its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from synth.databases.changes import TableChanges
from synth.databases.growing import ChangeWords, GrowingInPlace
from synth.databases.sqlite.dialect import DIALECT
from synth.databases.sqlite.staging import Staging
from synth.databases.sqlite.values import to_sqlite

__all__ = ["Growing"]


class Growing(Staging, GrowingInPlace):
    """Appends, and applies changes."""

    change_words = ChangeWords(
        delete="DELETE FROM {place} WHERE ({key}) IN (SELECT {key} FROM {source})", equal="t.{0} IS s.{0}"
    )

    @contextmanager
    def changing(self, schema: str, changes: Sequence[TableChanges]) -> Iterator[None]:
        """The rest of the transaction; rows without a parent end it, as this connection looks at none by itself."""
        yield
        names = ", ".join(DIALECT.literal(each.table) for each in changes)
        broken = (
            f'SELECT DISTINCT "table" FROM pragma_foreign_key_check WHERE "table" IN ({names}) OR parent IN ({names})'
        )
        for (table,) in self.rows(broken)[1]:
            self.require_parents(table)
        self.publish(schema, (), ())

    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """Bind Arrow columns to one INSERT."""
        columns = to_sqlite(frame)
        names = ", ".join(self.quoted(frame.columns))
        cells = ", ".join("?" * frame.width)
        with self.writer.cursor() as cursor:
            rows = columns.to_arrow(compat_level=pl.CompatLevel.oldest())
            cursor.executemany(f"INSERT INTO {place} ({names}) VALUES ({cells})", rows)
        return int(columns.estimated_size())

    def changed(self, sql: str) -> int:
        """Run a statement; how many rows it has touched."""
        self.run(sql)
        return int(self.rows("SELECT CHANGES()")[1][0][0])
