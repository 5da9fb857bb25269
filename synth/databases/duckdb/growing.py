"""How a dataset grows in a file of DuckDB: in one transaction, in which tables that others refer to are made anew.

While a transaction lasts, DuckDB takes rows that it deleted for there: with parents whose children went before, or keys that
are unique, neither an UPDATE nor a DELETE succeeds (2.0). So the rows of such a table, and of those that refer to it, are
changed beside it, and it is made again by DuckDB's own words for it; its indexes, comments and sequences stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from synth.databases.changes import KeptTable, RowCounts, TableChanges
from synth.databases.contract import STAGED
from synth.databases.duckdb.catalogue import references
from synth.databases.duckdb.dialect import DIALECT
from synth.databases.duckdb.sending import waiting_place
from synth.databases.duckdb.staging import Staging, children_first
from synth.databases.growing import GrowingInPlace

__all__ = ["Growing"]


class Growing(Staging, GrowingInPlace):
    """Appends, and applies changes."""

    _aside: dict[str, str]  # tables that are made anew, and where their rows are meanwhile
    _anew: Sequence[str]  # these tables, children first

    def connect(self) -> None:
        """Begin with no tables that are made anew."""
        self._aside, self._anew = {}, []
        super().connect()

    @contextmanager
    def changing(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> Iterator[None]:
        """The rest of the transaction."""
        refers = {(each.table, each.parent) for each in references(self, schema)}
        parents = {parent for _, parent in refers}
        anew = parents & set(emptied)
        while more := {child for child, parent in refers if parent in anew} - anew:
            anew |= more
        for table in sorted(anew):
            self._aside[table] = f"temp.main.{DIALECT.quote_identifier(f'{STAGED}aside_{table}')}"
            self.run(f"CREATE TEMP TABLE {self._aside[table]} AS FROM {DIALECT.place(schema, table)}")
        self._anew = list(children_first(sorted(anew), refers))
        yield
        self._make_anew(schema)
        self.publish(schema, (), ())

    def refresh_rows(self, schema: str, tables: Sequence[KeptTable]) -> dict[str, RowCounts]:
        """Tables are made anew as soon as their rows are there, so that these can be looked at."""
        counts = super().refresh_rows(schema, tables)
        self._make_anew(schema)
        return counts

    def _make_anew(self, schema: str) -> None:
        """Drop tables, children first, and make them again, parents first, with the rows that are aside."""
        self.schema, tables, self._anew = schema, self._anew, []
        made = {table: self._words(schema, table) for table in tables}
        for table in tables:
            self.run(f"DROP TABLE {DIALECT.place(schema, table)}")
        for table in reversed(tables):
            create, *later = made[table]
            self.run(create)
            self._fill(schema, table, self._aside.pop(table))
            for statement in later:
                self.run(statement)

    def _words(self, schema: str, table: str) -> list[str]:
        """The statements that make a table as it is: itself, its indexes, its comments."""
        place, literal = DIALECT.place(schema, table), DIALECT.literal
        here = (
            f"database_name = current_database() AND schema_name = {literal(schema)} AND table_name = {literal(table)}"
        )
        ((create, comment),) = self.rows(f"SELECT sql, comment FROM duckdb_tables() WHERE {here}")[1]
        indexes = [sql for (sql,) in self.rows(f"SELECT sql FROM duckdb_indexes() WHERE {here} AND sql IS NOT NULL")[1]]
        asked = f"SELECT column_name, comment FROM duckdb_columns() WHERE {here} AND comment IS NOT NULL"
        comments = [
            f"COMMENT ON COLUMN {place}.{DIALECT.quote_identifier(column)} IS {literal(said)}"
            for column, said in self.rows(asked)[1]
        ]
        whole = [f"COMMENT ON TABLE {place} IS {literal(comment)}"] if comment is not None else []
        return [create, *indexes, *whole, *comments]

    def place_to_change(self, schema: str, table: str) -> str:
        """The rows that are aside, of a table that is made anew."""
        return self._aside.get(table) or super().place_to_change(schema, table)

    def insert(self, schema: str, changes: TableChanges) -> None:
        """Put the rows that come into their table: one that refers to itself gets parents first."""
        rows, table = changes.inserts, changes.table
        if table in self._aside or not any(each.table == table == each.parent for each in references(self, schema)):
            super().insert(schema, changes)
            return
        self.schema, waiting = schema, waiting_place(table)
        self.run(f"CREATE TEMP TABLE {waiting} AS FROM {DIALECT.place(schema, table)} LIMIT 0")
        self.put(waiting, rows, table)
        self._fill(schema, table, waiting)
        self.run(f"DROP TABLE {waiting}")

    def changed(self, sql: str) -> int:
        """Run a statement; how many rows it has touched."""
        return self._count(sql)

    def go_on(self, schema: str, table: str, columns: Iterable[str]) -> None:
        """Take numbers from the table's own sequences until they are behind the highest keys: none can be set."""
        sequences = self._sequences(schema, table)
        for column in columns:
            name = f"{table}_{column}_seq"
            if name in sequences:
                quoted, here = DIALECT.quote_identifier(column), DIALECT.literal(DIALECT.place(schema, name))
                highest = self.rows(f"SELECT MAX({quoted}) FROM {self.place_to_change(schema, table)}")[1][0][0]
                _, ((following,),) = self.rows(f"SELECT nextval({here})")
                self.rows(f"SELECT MAX(nextval({here})) FROM range({max(0, highest - following)})")
