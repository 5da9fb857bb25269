"""How a dataset grows in MySQL: in one transaction, at whose end rows are looked for that lost their parents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from synth.databases.changes import TableChanges
from synth.databases.growing import ChangeWords
from synth.databases.growing import Growing as CommonGrowing
from synth.databases.mysql.dialect import DIALECT
from synth.databases.mysql.staging import Staging, orphans

__all__ = ["Growing"]


class Growing(Staging, CommonGrowing):
    """Appends, and applies changes."""

    change_words = ChangeWords(
        delete="DELETE t FROM {place} t JOIN {source} s ON {same}",
        update="UPDATE {place} t JOIN {source} s ON {same} SET {cells}",
        cell="t.{0} = {1}",
        equal="{0} <=> {1}",
        temporary="{schema}.{name}",
        drop="DROP TEMPORARY TABLE IF EXISTS {temporary}",  # which alone commits nothing
    )

    _holds = False  # a transaction in which a change is a part

    def adopt_table(self, schema: str, table: str) -> None:
        """Never asked for: to move a table ends a transaction."""
        raise self._refusal("transactional_ddl")

    @contextmanager
    def holding(self, schema: str, keys: Mapping[str, str]) -> Iterator[dict[str, int]]:
        """The gap behind the highest row is locked: others wait to write there."""
        with self._transaction():
            self._holds = True
            try:
                yield self.highest(schema, keys, "SELECT MAX({column}) FROM {place} FOR UPDATE")
            finally:
                self._holds = False

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All statements within, or none; a part of what is held."""
        if self._holds:
            yield
            return
        self.run("START TRANSACTION")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(*self.raised):
                self.connection.rollback()
            raise

    @contextmanager
    def changing(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> Iterator[None]:
        """A transaction without the server's look at each row, which takes parents and children in one order alone."""
        self.run(
            f"USE {DIALECT.quote_identifier(schema)}"
        )  # a DELETE with an alias looks for it in the current database
        self.run("SET foreign_key_checks = 0")
        try:
            with self._transaction():
                yield
                for query in self._orphans(schema, filled, emptied):
                    self.run(query)
        finally:
            with suppress(*self.raised):
                self.connection.query("SET foreign_key_checks = 1")

    def _orphans(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> Iterator[str]:
        """Queries for rows without a parent, of foreign keys on either end of which something has changed."""
        here = DIALECT.literal(schema)
        ends = [
            f"table_schema = {here} AND table_name IN ({self._literals(filled)})" if filled else "1 = 0",
            f"referenced_table_schema = {here} AND referenced_table_name IN ({self._literals(emptied)})"
            if emptied else "1 = 0",
        ]  # fmt: skip
        _, rows = self.rows(
            "SELECT constraint_schema, constraint_name, table_schema, table_name, referenced_table_schema, "
            "referenced_table_name, column_name, referenced_column_name FROM information_schema.key_column_usage "
            f"WHERE referenced_table_name IS NOT NULL AND ({' OR '.join(f'({end})' for end in ends)}) "
            "ORDER BY constraint_schema, constraint_name, table_name, ordinal_position"
        )
        keys: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for *key, column, parent_column in rows:
            keys.setdefault(tuple(key), []).append((column, parent_column))
        for (_, name, child_schema, child, parent_schema, parent), pairs in keys.items():
            columns, parent_columns = zip(*pairs, strict=True)
            yield orphans(
                f"a row of {child} breaks {name}", DIALECT.place(child_schema, child), self.quoted(columns),
                DIALECT.place(parent_schema, parent), self.quoted(parent_columns),
            )  # fmt: skip

    @staticmethod
    def _literals(names: Sequence[str]) -> str:
        return ", ".join(map(DIALECT.literal, names))

    def changed(self, sql: str) -> int:
        """Run a statement; how many rows it has found (CLIENT.FOUND_ROWS), changed by it or not."""
        with self.driver_errors("changing rows"), self.connection.cursor() as cursor:
            return int(cursor.execute(sql))

    def delete_copies(self, schema: str, source: str, changes: TableChanges) -> int:
        """Without numbers of rows: all that are equal go, and those that stay of them come back."""
        place, kept = DIALECT.place(schema, changes.table), self.temporary_place(schema, "kept")
        names = self.quoted(changes.deletes.columns)
        columns, copy, gone = ", ".join(names), DIALECT.quote_identifier("#copy"), DIALECT.quote_identifier("#gone")
        same = self.all_equal(names)
        self.run(self.change_words.drop.format(temporary=kept))
        self.run(
            f"CREATE TEMPORARY TABLE {kept} AS SELECT {', '.join(f't.{name}' for name in names)} FROM "
            f"(SELECT ROW_NUMBER() OVER (PARTITION BY {columns}) AS {copy}, {columns} FROM {place}) t JOIN "
            f"(SELECT COUNT(*) AS {gone}, {columns} FROM {source} GROUP BY {columns}) s ON {same} "
            f"WHERE t.{copy} > s.{gone}"
        )
        all_of_them = self.changed(
            f"DELETE t FROM {place} t JOIN (SELECT DISTINCT {columns} FROM {source}) s ON {same}"
        )
        return all_of_them - self.changed(f"INSERT INTO {place} ({columns}) SELECT {columns} FROM {kept}")
