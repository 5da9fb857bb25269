"""How a dataset grows in a database: rows go behind those that are there, or come, change and go; all of it or nothing.

The statements are alike everywhere but for a few words, which each database has in `ChangeWords`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from synth.databases.changes import KeptTable, RowCounts, TableChanges, all_anew
from synth.databases.contract import STAGED, Database
from synth.errors import DatabaseError

__all__ = ["ChangeWords", "Growing", "GrowingInPlace"]


@dataclass(frozen=True)
class ChangeWords:
    """How a database changes those rows of a table `t` that stand in another one, `s`."""

    insert: str = "INSERT INTO {place} ({columns})"
    delete: str = "DELETE FROM {place} t USING {source} s WHERE {same}"
    update: str = "UPDATE {place} AS t SET {cells} FROM {source} s WHERE {same}"
    cell: str = "{0} = s.{0}"
    equal: str = "t.{0} IS NOT DISTINCT FROM s.{0}"  # of what may be NULL
    row: str = "rowid"  # what tells rows apart that are equal
    temporary: str = "temp.{name}"  # the place of a temporary table
    drop: str = "DROP TABLE IF EXISTS {temporary}"
    like: str = "CREATE TEMPORARY TABLE {temporary} AS SELECT {columns} FROM {place} LIMIT 0"


class Growing(Database):
    """Appends, and applies changes."""

    change_words: ClassVar[ChangeWords] = ChangeWords()

    # -- what each database has of its own

    @abstractmethod
    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """Append rows of a table, in the types in which columns are written, to one in this place; the bytes sent."""

    @abstractmethod
    def changed(self, sql: str) -> int:
        """Run a statement; how many rows it has touched."""

    def go_on(self, schema: str, table: str, columns: Iterable[str]) -> None:
        """Let numbered keys go on behind the highest: to be written where a database does not do so by itself."""

    def place_to_change(self, schema: str, table: str) -> str:
        """Where the rows of a table are, within `changing`."""
        return self.dialect.place(schema, table)

    # -- what they have in common

    def apply_changes(self, schema: str, changes: Sequence[TableChanges], also: Sequence[str]) -> None:
        """What goes first, children before parents; then what comes; then what changes."""
        filled = [each.table for each in changes if each.inserts.height or each.updates.height]
        emptied = [each.table for each in changes if each.updates.height or each.deletes.height]
        with self.driver_errors(f"advancing schema '{schema}'"), self.changing(schema, filled, emptied):
            for each in reversed(changes):
                if each.deletes.height:
                    source = self.temporary(schema, each.table, each.deletes, "gone")
                    place = self.place_to_change(schema, each.table)
                    gone = (
                        self._delete(place, source, each.key) if each.key else self.delete_copies(schema, source, each)
                    )
                    self._require_all(each.table, each.deletes, gone)
            for each in changes:
                if each.inserts.height:
                    self.insert(schema, each)
                    self.go_on(schema, each.table, each.key)
            for each in changes:
                if each.updates.height:
                    source = self.temporary(schema, each.table, each.updates, "changed")
                    self._require_all(each.table, each.updates, self._update(schema, source, each))
            for statement in also:
                self.run(statement)

    def append_rows(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """INSERT … SELECT from the staged table."""
        names, place = ", ".join(self.quoted(columns)), self.dialect.place(schema, table)
        words = self.change_words.insert.format(place=place, columns=names)
        self.run(f"{words} SELECT {names} FROM {self.staged_place(schema, table)}")
        self.go_on(schema, table, columns)

    def refresh_rows(self, schema: str, tables: Sequence[KeptTable]) -> dict[str, RowCounts]:
        """What comes first, parents before children; then what changes, which may refer to it; then what goes.

        A value of a unique group that wanders from row to row would be there twice meanwhile: rows of such tables, and of
        those that refer to them, go before, and come anew.
        """
        wandering = [each.name for each in tables if not each.key or self._wanders(schema, each)]
        anew = {each.name for each in all_anew(tables, wandering)}
        gone = {
            each.name: self.changed(f"DELETE FROM {self.place_to_change(schema, each.name)}")
            for each in reversed(tables)
            if each.name in anew
        }
        came = {each.name: self.insert_staged(schema, each) for each in tables}
        changed = {each.name: self._update_staged(schema, each) for each in tables if each.name not in anew}
        gone |= {each.name: self._delete_unstaged(schema, each) for each in reversed(tables) if each.name not in anew}
        for each in tables:
            if came[each.name]:
                self.go_on(schema, each.name, each.key)
        return {name: RowCounts(came[name], changed.get(name, 0), gone[name]) for name in came}

    def _delete_unstaged(self, schema: str, table: KeptTable) -> int:
        """Delete the rows whose key is not among those that are staged."""
        place, source = self.place_to_change(schema, table.name), self.staged_place(schema, table.name)
        same = " AND ".join(f"s.{name} = {place}.{name}" for name in self.quoted(table.key))
        return self.changed(f"DELETE FROM {place} WHERE NOT EXISTS (SELECT 1 FROM {source} s WHERE {same})")

    def insert_staged(self, schema: str, table: KeptTable) -> int:
        """Insert the staged rows whose key is not there."""
        names, place = ", ".join(self.quoted(table.columns)), self.place_to_change(schema, table.name)
        there = f" WHERE NOT EXISTS (SELECT 1 FROM {place} t WHERE {self._same(table.key)})" if table.key else ""
        words = self.change_words.insert.format(place=place, columns=names)
        return self.changed(f"{words} SELECT {names} FROM {self.staged_place(schema, table.name)} s{there}")

    def _update_staged(self, schema: str, table: KeptTable) -> int:
        """Update the rows that are staged with other values."""
        words, names = self.change_words, self.quoted(name for name in table.columns if name not in table.key)
        if not names:
            return 0
        place, source = self.place_to_change(schema, table.name), self.staged_place(schema, table.name)
        same = f"{self._same(table.key)} AND NOT {self.all_equal(names)}"
        cells = ", ".join(words.cell.format(name) for name in names)
        return self.changed(words.update.format(place=place, source=source, cells=cells, same=same))

    def all_equal(self, names: Sequence[str]) -> str:
        """The condition that columns, between quotes, are equal in `t` and `s`, NULL too."""
        return f"({' AND '.join(self.change_words.equal.format(name) for name in names)})"

    def _wanders(self, schema: str, table: KeptTable) -> bool:
        """Whether a row that is staged has the value of a unique group that another row has now."""
        place, source = self.place_to_change(schema, table.name), self.staged_place(schema, table.name)
        met = (f"SELECT COUNT(*) FROM {place} t JOIN {source} s ON {self._same(group)}" for group in table.uniques)
        return any(int(self.rows(f"{sql} WHERE NOT ({self._same(table.key)})")[1][0][0]) for sql in met)

    def insert(self, schema: str, changes: TableChanges) -> None:
        """Put the rows that come into their table."""
        self.put(self.place_to_change(schema, changes.table), changes.inserts, changes.table)

    def _delete(self, place: str, source: str, key: Sequence[str]) -> int:
        words = self.change_words
        same, names = self._same(key), ", ".join(self.quoted(key))
        return self.changed(words.delete.format(place=place, source=source, same=same, key=names))

    def _update(self, schema: str, source: str, changes: TableChanges) -> int:
        words, place = self.change_words, self.place_to_change(schema, changes.table)
        names = self.quoted(name for name in changes.updates.columns if name not in changes.key)
        cells, same = ", ".join(words.cell.format(name) for name in names), self._same(changes.key)
        return self.changed(words.update.format(place=place, source=source, cells=cells, same=same))

    def delete_copies(self, schema: str, source: str, changes: TableChanges) -> int:
        """Delete rows without a key: those in `source` are equal in all columns, and numbered among their equals."""
        place = self.place_to_change(schema, changes.table)
        names, row = self.quoted(changes.deletes.columns), self.change_words.row
        columns, copy = ", ".join(names), self.dialect.quote_identifier("#copy")
        number = f"ROW_NUMBER() OVER (PARTITION BY {columns}) AS {copy}"
        same = " AND ".join([f"t.{copy} = s.{copy}", *(self.change_words.equal.format(name) for name in names)])
        ours, theirs = (
            f"SELECT {row} AS {self.dialect.quote_identifier('#row')}, {number}, {columns} FROM {place}",
            f"SELECT {number}, {columns} FROM {source}",
        )
        gone = f"SELECT t.{self.dialect.quote_identifier('#row')} FROM ({ours}) t JOIN ({theirs}) s ON {same}"
        return self.changed(f"DELETE FROM {place} WHERE {row} IN ({gone})")

    def temporary(self, schema: str, table: str, frame: pl.DataFrame, what: str) -> str:
        """A temporary table with rows of a table, some of its columns; its place."""
        name, temporary = self.dialect.quote_identifier(f"{STAGED}{what}"), self.temporary_place(schema, what)
        self.run(self.change_words.drop.format(temporary=temporary))
        columns, place = ", ".join(self.quoted(frame.columns)), self.place_to_change(schema, table)
        self.run(self.change_words.like.format(temporary=temporary, name=name, columns=columns, place=place))
        self.put(temporary, frame, table)
        return temporary

    def temporary_place(self, schema: str, what: str) -> str:
        """Where the temporary table of a name is."""
        words = {
            "name": self.dialect.quote_identifier(f"{STAGED}{what}"),
            "schema": self.dialect.quote_identifier(schema),
        }
        return self.change_words.temporary.format(**words)

    def _same(self, key: Sequence[str]) -> str:
        return " AND ".join(f"t.{name} = s.{name}" for name in self.quoted(key))

    def quoted(self, names: Iterable[str]) -> list[str]:
        """Names between this database's quotes."""
        return [self.dialect.quote_identifier(name) for name in names]

    def _require_all(self, table: str, frame: pl.DataFrame, touched: int) -> None:
        """Raise DatabaseError where rows that change or go are not there."""
        if touched != frame.height:
            raise DatabaseError(
                f"{self.address}: table '{table}' has only {touched} of {frame.height} rows that change or go; nothing was "
                "changed\n  hint: it is not as it was made: load it again"
            )


class GrowingInPlace(Growing):
    """Appends where rows are staged in their place, in a transaction that has begun with the load."""

    def append_rows(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """Let numbered keys go on behind the rows, which are in their place."""
        self.go_on(schema, table, columns)

    def adopt_table(self, schema: str, table: str) -> None:
        """Nothing is to be done: it is in its place."""
