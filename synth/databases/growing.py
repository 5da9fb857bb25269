"""How a dataset grows in a database: rows go behind those that are there, or come, change and go; all of it or nothing.

The statements are those of `rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from synth.databases.changes import KEEP, Applied, KeptTable, Met, RowCounts, TableChanges, all_anew
from synth.databases.edits import Look, Reconciliation
from synth.databases.rows import ChangingRows

__all__ = ["Growing", "GrowingInPlace"]


class Growing(ChangingRows):
    """Appends, and applies changes."""

    # -- what they have in common

    def apply_changes(
        self, schema: str, changes: Sequence[TableChanges], also: Callable[[Mapping[str, Applied]], Iterable[str]],
        met: Mapping[str, Met], edited: str = KEEP,
    ) -> Mapping[str, Applied]:  # fmt: skip
        """What goes first, children before parents; then what comes; then what changes."""
        filled = [each.table for each in changes if each.inserts.height or each.updates.height]
        emptied = [each.table for each in changes if each.updates.height or each.deletes.height]
        with self.driver_errors(f"advancing schema '{schema}'"), self.changing(schema, filled, emptied):
            applied = Reconciliation(self, schema, changes, met).run(edited)
            for statement in also(applied):
                self.run(statement)
        return applied

    def highest(
        self, schema: str, keys: Mapping[str, str], words: str = "SELECT MAX({column}) FROM {place}"
    ) -> dict[str, int]:
        """The highest of a column of each of these tables, if it has rows, asked in these words."""
        found = {}
        for table, column in keys.items():
            place, quoted = self.dialect.place(schema, table), self.dialect.quote_identifier(column)
            ((key,),) = self.rows(words.format(column=quoted, place=place))[1]
            if key is not None:
                found[table] = int(key)
        return found

    def look(self, schema: str) -> Look:
        """By temporary tables of the rows as they were made."""
        return Look(self, schema)

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
        there = f" WHERE NOT EXISTS (SELECT 1 FROM {place} t WHERE {self.same(table.key)})" if table.key else ""
        words = self.change_words.insert.format(place=place, columns=names)
        return self.changed(f"{words} SELECT {names} FROM {self.staged_place(schema, table.name)} s{there}")

    def _update_staged(self, schema: str, table: KeptTable) -> int:
        """Update the rows that are staged with other values."""
        words, names = self.change_words, self.quoted(name for name in table.columns if name not in table.key)
        if not names:
            return 0
        place, source = self.place_to_change(schema, table.name), self.staged_place(schema, table.name)
        same = f"{self.same(table.key)} AND NOT {self.all_equal(names)}"
        cells = ", ".join(words.cell.format(name, f"s.{name}") for name in names)
        return self.changed(words.update.format(place=place, source=source, cells=cells, same=same))

    def _wanders(self, schema: str, table: KeptTable) -> bool:
        """Whether a row that is staged has the value of a unique group that another row has now."""
        place, source = self.place_to_change(schema, table.name), self.staged_place(schema, table.name)
        met = (f"SELECT COUNT(*) FROM {place} t JOIN {source} s ON {self.same(group)}" for group in table.uniques)
        return any(int(self.rows(f"{sql} WHERE NOT ({self.same(table.key)})")[1][0][0]) for sql in met)


class GrowingInPlace(Growing):
    """Appends where rows are staged in their place, in a transaction that has begun with the load."""

    @contextmanager
    def holding(self, schema: str, keys: Mapping[str, str], room: Mapping[str, int]) -> Iterator[dict[str, int]]:
        """It is held by the lock."""
        yield self.highest(schema, keys)

    def append_rows(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """Let numbered keys go on behind the rows, which are in their place."""
        self.go_on(schema, table, columns)

    def adopt_table(self, schema: str, table: str) -> None:
        """Nothing is to be done: it is in its place."""
