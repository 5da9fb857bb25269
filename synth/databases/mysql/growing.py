"""How a dataset grows in MySQL: in one transaction, at whose end rows are looked for that lost their parents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from synth.databases.changes import TableChanges
from synth.databases.growing import Growing as CommonGrowing
from synth.databases.mysql.dialect import DIALECT
from synth.databases.mysql.staging import Staging, orphans
from synth.databases.rows import ChangeWords
from synth.errors import DatabaseError

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
    def holding(self, schema: str, keys: Mapping[str, str], room: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """The next numbers are set aside: a row that waits for a lock has taken its number before. Others go on meanwhile.

        Of keys that are not numbered by the server the gap behind the highest is locked.
        """
        numbered = {table: column for table, column in self._numbered(schema).items() if keys.get(table) == column}
        highest: dict[str, int] = {}
        for table, column in numbered.items():
            highest |= self._set_aside(schema, table, column, room.get(table, 0))
        try:
            with self._transaction():
                self._holds = True
                others = {table: column for table, column in keys.items() if table not in numbered}
                try:
                    yield highest | self.highest(schema, others, "SELECT MAX({column}) FROM {place} FOR UPDATE")
                finally:
                    self._holds = False
        finally:
            with suppress(DatabaseError, *self.raised):  # what was not needed: else there are gaps, which do no harm
                for table in numbered:
                    self.run(f"ALTER TABLE {DIALECT.place(schema, table)} AUTO_INCREMENT = 1")

    def _numbered(self, schema: str) -> dict[str, str]:
        """The tables whose rows the server numbers, and these columns."""
        _, rows = self.rows(
            f"SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = {DIALECT.literal(schema)} "
            "AND extra LIKE '%auto_increment%'"
        )
        return {str(table): str(column) for table, column in rows}

    def _set_aside(self, schema: str, table: str, column: str, room: int) -> dict[str, int]:
        """Let the server number rows behind so many more, while nobody has taken a number and not come."""
        place = DIALECT.place(schema, table)
        self.run(f"LOCK TABLES {place} WRITE")
        try:
            highest = self.highest(schema, {table: column})
            self.run(f"ALTER TABLE {place} AUTO_INCREMENT = {highest.get(table, 0) + room + 1}")
        finally:
            self.run("UNLOCK TABLES")
        return highest

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
        sent = ", ".join(self.quoted(name for name in changes.deletes.columns if name not in changes.computed))
        return all_of_them - self.changed(f"INSERT INTO {place} ({sent}) SELECT {sent} FROM {kept}")
