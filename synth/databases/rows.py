"""Rows of tables as statements change them: by temporary tables, alike everywhere but for a few words.

Each database has its words in `ChangeWords`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from synth.databases.changes import TableChanges
from synth.databases.contract import STAGED, Database
from synth.dtypes import Types

__all__ = ["ROW", "ChangeWords", "ChangingRows"]

ROW = "#row"  # the column of a temporary table that numbers its rows


@dataclass(frozen=True)
class ChangeWords:
    """How a database changes those rows of a table `t` that stand in another one, `s`."""

    insert: str = "INSERT INTO {place} ({columns})"
    delete: str = "DELETE FROM {place} t USING {source} s WHERE {same}"
    update: str = "UPDATE {place} AS t SET {cells} FROM {source} s WHERE {same}"
    cell: str = "{0} = {1}"
    equal: str = "{0} IS NOT DISTINCT FROM {1}"  # of what may be NULL
    row: str = "rowid"  # what tells rows apart that are equal
    temporary: str = "temp.{name}"  # the place of a temporary table
    drop: str = "DROP TABLE IF EXISTS {temporary}"
    like: str = "CREATE TEMPORARY TABLE {temporary} AS SELECT {columns} FROM {place} LIMIT 0"


class ChangingRows(Database):
    """Statements that change rows."""

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

    def prepare_inserts(self, schema: str, table: str, rows: pl.DataFrame) -> None:
        """Send the rows that come, where they cannot be sent once others have changed."""

    def row_numbers(self, rows: str, types: Types) -> list[tuple[int, int]]:
        """For rows of a table `t` with temporary ones `s`, by FROM … WHERE …: the number of `s`, and that of the row."""
        number = self.dialect.row_number(types, "t")
        found = self.rows(f"SELECT s.{self.dialect.quote_identifier(ROW)}, {number} AS n {rows}")[1]
        return [(int(row), int(n)) for row, n in found]

    def equal(self, ours: str, theirs: str) -> str:
        """The condition that two cells are equal, NULL too."""
        return self.change_words.equal.format(ours, theirs)

    def all_equal(self, names: Sequence[str]) -> str:
        """The condition that columns, between quotes, are equal in `t` and `s`, NULL too."""
        return f"({' AND '.join(self.equal(f't.{name}', f's.{name}') for name in names)})"

    def insert(self, schema: str, changes: TableChanges) -> None:
        """Put the rows that come into their table."""
        rows = changes.inserts.drop(changes.computed)
        self.put(self.place_to_change(schema, changes.table), rows, changes.table)

    def delete(self, place: str, source: str, key: Sequence[str]) -> int:
        """Delete the rows whose keys are in `source`; how many."""
        words = self.change_words
        same, names = self.same(key), ", ".join(self.quoted(key))
        return self.changed(words.delete.format(place=place, source=source, same=same, key=names))

    def update(self, place: str, key: Sequence[str], cells: Mapping[str, str], source: str) -> int:
        """Let columns of the rows whose keys are in `source` become this SQL of `t` and `s`; how many."""
        words, quote = self.change_words, self.dialect.quote_identifier
        changed = ", ".join(words.cell.format(quote(name), value) for name, value in cells.items())
        return self.changed(words.update.format(place=place, source=source, cells=changed, same=self.same(key)))

    def delete_copies(self, schema: str, source: str, changes: TableChanges) -> int:
        """Delete rows without a key: those in `source` are equal in all columns, and numbered among their equals."""
        place = self.place_to_change(schema, changes.table)
        names, row = self.quoted(changes.deletes.columns), self.change_words.row
        columns, copy = ", ".join(names), self.dialect.quote_identifier("#copy")
        number = f"ROW_NUMBER() OVER (PARTITION BY {columns}) AS {copy}"
        same = " AND ".join([f"t.{copy} = s.{copy}", *(self.equal(f"t.{name}", f"s.{name}") for name in names)])
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
        columns, place = self.like_columns(frame), self.place_to_change(schema, table)
        self.run(self.change_words.like.format(temporary=temporary, name=name, columns=columns, place=place))
        self.put(temporary, frame, table)
        return temporary

    def like_columns(self, frame: pl.DataFrame) -> str:
        """The columns of a temporary table, as those of the table whose rows it holds; besides, they may be numbered."""
        quoted = self.quoted(frame.columns)
        return ", ".join(
            f"0 AS {each}" if name == ROW else each for name, each in zip(frame.columns, quoted, strict=True)
        )

    def temporary_place(self, schema: str, what: str) -> str:
        """Where the temporary table of a name is."""
        words = {
            "name": self.dialect.quote_identifier(f"{STAGED}{what}"),
            "schema": self.dialect.quote_identifier(schema),
        }
        return self.change_words.temporary.format(**words)

    def same(self, key: Sequence[str]) -> str:
        """The condition that a row of `t` is that of `s`."""
        return " AND ".join(f"t.{name} = s.{name}" for name in self.quoted(key))

    def quoted(self, names: Iterable[str]) -> list[str]:
        """Names between this database's quotes."""
        return [self.dialect.quote_identifier(name) for name in names]
