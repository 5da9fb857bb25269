"""How a dataset grows in a file of SQLite: in the transaction that holds the lock; references are looked at in its end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from synth.columns import to_drawn
from synth.databases.changes import KeptTable, RowCounts
from synth.databases.contract import STAGED
from synth.databases.growing import GrowingInPlace
from synth.databases.rows import ROW, ChangeWords
from synth.databases.sqlite.dialect import DIALECT
from synth.databases.sqlite.sending import waiting_name
from synth.databases.sqlite.staging import Staging
from synth.dtypes import BIGINT, Types
from synth.fingerprint import row_numbers

__all__ = ["Growing"]


class Growing(Staging, GrowingInPlace):
    """Appends, and applies changes."""

    change_words = ChangeWords(
        delete="DELETE FROM {place} WHERE ({key}) IN (SELECT {key} FROM {source})", equal="{0} IS {1}"
    )

    @contextmanager
    def changing(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> Iterator[None]:
        """The rest of the transaction; rows without a parent end it, as this connection looks at none by itself."""
        yield
        names = ", ".join(map(DIALECT.literal, dict.fromkeys((*filled, *emptied))))
        broken = (
            f'SELECT DISTINCT "table" FROM pragma_foreign_key_check WHERE "table" IN ({names}) OR parent IN ({names})'
        )
        for (table,) in self.rows(broken)[1]:
            self.require_parents(table)
        self.publish(schema, (), ())

    def changed(self, sql: str) -> int:
        """Run a statement; how many rows it has touched."""
        self.run(sql)
        return int(self.rows("SELECT CHANGES()")[1][0][0])

    def row_numbers(self, rows: str, types: Types) -> list[tuple[int, int]]:
        """Of rows that are read back: within a load nothing makes digests here."""
        names = ", ".join(f"t.{name}" for name in self.quoted(types))
        sql = f"SELECT s.{DIALECT.quote_identifier(ROW)}, {names} {rows}"
        found = pl.concat(list(self.frames(sql, {ROW: BIGINT, **types})))
        numbers = row_numbers(to_drawn(found, types), types)
        return [(int(row), int(number)) for row, number in zip(found[ROW], numbers, strict=True)]

    def refresh_rows(self, schema: str, tables: Sequence[KeptTable]) -> dict[str, RowCounts]:
        """With indexes on what is staged, by which rows are found."""
        for each in tables:
            for at, group in enumerate((each.key, *each.uniques)):
                name = DIALECT.quote_identifier(f"{STAGED}{at}_{each.name}")
                place = DIALECT.quote_identifier(waiting_name(each.name))
                if group:
                    self.run(f"CREATE INDEX temp.{name} ON {place} ({', '.join(self.quoted(group))})")
        return super().refresh_rows(schema, tables)
