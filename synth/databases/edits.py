"""Changes beside what others did to the rows: what they edited stays, what they deleted does not come back; all is told.

Rows are looked at first, as they were made: `Look` finds those that are otherwise by now. Then `Reconciliation` makes the
changes around them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from synth.columns import to_drawn
from synth.databases.changes import FAIL, GONE, KEEP, Applied, Edit, Met, OthersRows, TableChanges
from synth.databases.rows import ROW, ChangingRows
from synth.dtypes import Types
from synth.errors import DatabaseError
from synth.fingerprint import fingerprint, key_numbers

__all__ = ["Look", "Reconciliation"]

BEFORE, EDITED = "#before ", "#edited "  # in front of a column: as it was made; whether others changed it
TOGETHER = 500  # rows named in one statement
STRETCH = 20_000  # rows that one fingerprint is asked of


class Look:
    """Compares rows as they were made with those that are there; of tables without a key none can be told."""

    def __init__(self, database: ChangingRows, schema: str):
        self.database, self.schema = database, schema
        self.met: dict[str, Met] = {}
        self.scattered: set[str] = set()  # tables in which many other rows lie between those of a task

    def touched(self, table: str, key: Sequence[str], drawn: pl.DataFrame, types: Types) -> Iterator[pl.DataFrame]:
        """Those rows, as drawn, that may be otherwise by now: stretches of keys whose fingerprint is another.

        Fingerprints cost a tenth of comparing; keys that are no whole numbers have no stretches.
        """
        if not key or not drawn.height or not drawn[key[0]].dtype.is_integer():
            yield drawn
            return
        self.met.setdefault(table, Met())
        ordered = drawn.sort(key[0])
        keys = ordered[key[0]].to_numpy()
        starts = np.unique(np.searchsorted(keys, keys[::STRETCH]))
        for first, end in pairwise((*map(int, starts), drawn.height)):
            rows = ordered[first:end]
            if table in self.scattered or not self._is_as_made(table, key[0], rows, types):
                yield rows

    def _is_as_made(self, table: str, column: str, rows: pl.DataFrame, types: Types) -> bool:
        """Whether the rows between the first and last key of these are these."""
        between = f"{self.database.dialect.quote_identifier(column)} BETWEEN {rows[0, column]} AND {rows[-1, column]}"
        found = self.database.content(self.schema, table, types, between)
        if found.rows > 2 * rows.height:
            self.scattered.add(table)
        return found == fingerprint(rows, types)

    def at(self, table: str, key: Sequence[str], rows: pl.DataFrame) -> None:
        """Look at rows of a table, in the types in which columns are written."""
        if not key or not rows.height:
            return
        met, database = self.met.setdefault(table, Met()), self.database
        place, same = database.place_to_change(self.schema, table), database.same(key)
        made, number = _temporary(database, self.schema, table, rows, "made"), database.dialect.quote_identifier(ROW)
        first = database.dialect.quote_identifier(key[0])
        sql = f"SELECT s.{number} FROM {made} s LEFT JOIN {place} t ON {same} WHERE t.{first} IS NULL"
        if missing := [int(row) for (row,) in database.rows(sql)[1]]:
            met.missing.append(rows[missing])
        rest = [name for name in rows.columns if name not in key]
        if not rest:
            return
        names = database.quoted(rest)
        flags = (
            f"CASE WHEN {database.equal(f't.{name}', f's.{name}')} THEN 0 ELSE 1 END AS f{place}"
            for place, name in enumerate(names)
        )
        both = f"FROM {made} s JOIN {place} t ON {same} WHERE NOT {database.all_equal(names)}"
        if found := database.rows(f"SELECT s.{number}, {', '.join(flags)} {both}")[1]:
            which, *cells = zip(*found, strict=True)
            edited = [pl.Series(EDITED + name, some).cast(pl.Boolean) for name, some in zip(rest, cells, strict=True)]
            met.edited.append(rows[list(map(int, which))].with_columns(edited))


class _Changes:
    """The changes of a table, parted by what others did to its rows."""

    def __init__(self, changes: TableChanges, met: Met):
        self.table, self.key, self.types, self.parents = changes.table, changes.key, changes.types, changes.parents
        self.all, self.inserts = changes, changes.inserts
        self.rest = [name for name in self.types if name not in self.key]
        self.sent = [name for name in self.rest if name not in changes.computed]  # where rows change
        self.missing = pl.concat([changes.updates.clear(), *met.missing])
        flags = changes.updates.clear().select(pl.lit(value=False).alias(EDITED + name) for name in self.rest)
        self.edited = pl.concat([pl.concat([changes.updates.clear(), flags.clear()], how="horizontal"), *met.edited])
        self.updates = self._without(changes.updates, self.missing, self.edited)
        self.deletes = self._without(changes.deletes, self.missing, self.edited)
        self.kept = self._among(changes.deletes, self.edited)

    @cached_property
    def merged(self) -> pl.DataFrame:
        """Rows that change, and that others have edited: as they are made, as they were, and which cells others changed."""
        before = self.edited.rename({name: BEFORE + name for name in self.rest})
        if not self.key:
            return before.clear()
        return self.all.updates.join(before, on=list(self.key), how="inner")

    @cached_property
    def not_as_made(self) -> pl.DataFrame:
        """Rows that others have edited, and that are not to go, as they are made now."""
        edited = self._without(self.edited.select(list(self.types)), self.all.deletes)
        return pl.concat([self._without(edited, self.all.updates), self._among(self.all.updates, edited)])

    @cached_property
    def conflicts(self) -> int:
        """Changes that are not made: of cells that others have changed, and of rows that they deleted."""
        merged = self.merged
        clashes = (merged[EDITED + n] & merged[n].ne_missing(merged[BEFORE + n]) for n in self.rest if merged.height)
        return sum(int(each.sum()) for each in clashes) + self._among(self.all.updates, self.missing).height

    @property
    def left_out(self) -> pl.DataFrame:
        """Rows that do not come, as others deleted what they refer to."""
        if not self.key:
            return self.all.inserts.tail(self.all.inserts.height - self.inserts.height)
        return self._without(self.all.inserts, self.inserts)

    def keys(self, frame: pl.DataFrame) -> list[int]:
        """The numbers of the keys of rows."""
        return [int(number) for number in key_numbers(_key_columns(frame, self.key, self.types), self._key_types)]

    @property
    def _key_types(self) -> Types:
        return {name: self.types[name] for name in self.key}

    def _without(self, frame: pl.DataFrame, *others: pl.DataFrame) -> pl.DataFrame:
        for other in others if self.key else ():
            frame = frame.join(other, on=list(self.key), how="anti", maintain_order="left")
        return frame

    def _among(self, frame: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
        if not self.key:
            return frame.clear()
        return frame.join(other, on=list(self.key), how="semi", maintain_order="left")


class Reconciliation:
    """The changes of one step to the tables of a schema, within a transaction; they come in the order of references."""

    def __init__(self, database: ChangingRows, schema: str, changes: Sequence[TableChanges], met: Mapping[str, Met]):
        self.database, self.schema = database, schema
        self.tables = [_Changes(each, met.get(each.table, Met())) for each in changes]
        self.row = database.dialect.quote_identifier(ROW)
        self.sent: dict[tuple[str, str], str] = {}  # a table, and what becomes of rows of it -> where these rows are

    def run(self, policy: str) -> dict[str, Applied]:
        """Do all of it, by what is to become of rows that others changed. Raises DatabaseError."""
        for table in self.tables:
            self._look_for_parents(table)
        for number, table in enumerate(self.tables):
            self._send(table, number)
        for table in reversed(self.tables):
            self._delete(table)
        for table in self.tables:
            if table.inserts.height:
                self.database.insert(self.schema, replace(table.all, inserts=table.inserts))
                self.database.go_on(self.schema, table.table, table.key)
        for table in self.tables:
            self._update(table)
        if policy == FAIL:
            self._refuse()
        return {table.table: Applied(_others(table), tuple(self._edits(table))) for table in self.tables}

    # -- looking

    def _look_for_parents(self, table: _Changes) -> None:
        """Leave out rows that refer to rows which others have deleted, or that were left out for it."""
        coming = {each.table: each for each in self.tables}
        for refers in table.parents:
            columns = dict(zip(refers.columns, refers.keys, strict=True))
            while True:  # in a table that refers to itself, a row that is left out may be another's parent
                wanted = table.inserts.select(refers.columns).drop_nulls().unique(maintain_order=True).rename(columns)
                if refers.parent in coming:
                    come = coming[refers.parent].inserts
                    wanted = wanted.cast({key: come.schema[key] for key in refers.keys})
                    wanted = wanted.join(come, on=list(refers.keys), how="anti")
                lost = self._not_there(refers.parent, refers.keys, wanted)
                if not lost.height:
                    break
                lost = lost.rename({key: column for column, key in columns.items()})
                lost = lost.cast({column: table.inserts.schema[column] for column in refers.columns})
                table.inserts = table.inserts.join(lost, on=list(refers.columns), how="anti", maintain_order="left")

    def _not_there(self, table: str, key: Sequence[str], wanted: pl.DataFrame) -> pl.DataFrame:
        """The keys, one a row, that are not in a table."""
        look = Look(self.database, self.schema)
        look.at(table, key, wanted)
        missing = look.met[table].missing if table in look.met else []
        return pl.concat([wanted.clear(), *missing])

    def _send(self, table: _Changes, number: int) -> None:
        """Send all rows, before any table is changed."""
        frames = {"gone": table.deletes, "after": table.updates}
        if table.edited.height:
            merged = table.merged
            before = merged.select(*table.key, *(pl.col(BEFORE + name).alias(name) for name in table.rest))
            frames |= {"edited": table.not_as_made, "merged": merged.select(list(table.types)), "before": before}
        for what, frame in frames.items():
            if frame.height:
                place = _temporary(self.database, self.schema, table.table, frame, f"{what}{number}")
                self.sent[table.table, what] = place
        self.database.prepare_inserts(self.schema, table.table, table.inserts)

    # -- doing

    def _delete(self, table: _Changes) -> None:
        if not table.deletes.height:
            return
        gone, wanted = self.sent[table.table, "gone"], table.deletes.height
        if not table.key:
            self._require(table, wanted, self.database.delete_copies(self.schema, gone, table.all))
            return
        if kept := sorted(set(self._referred(table, gone))):
            table.kept = table.kept.vstack(table.deletes[kept])
            for first in range(0, len(kept), TOGETHER):
                some = ", ".join(map(str, kept[first : first + TOGETHER]))
                self.database.run(f"DELETE FROM {gone} WHERE {self.row} IN ({some})")
        self._require(table, wanted - len(kept), self.database.delete(self._place(table), gone, table.key))

    def _referred(self, table: _Changes, gone: str) -> Iterator[int]:
        """The rows that ought to go, and that rows which stay refer to: those that others brought."""
        quote = self.database.dialect.quote_identifier
        for foreign in self.database.referring(self.schema, [table.table]):
            here = foreign.schema in ("", self.schema)
            child = (
                self.database.place_to_change(self.schema, foreign.table)
                if here
                else self.database.dialect.place(foreign.schema, foreign.table)
            )
            pairs = zip(foreign.columns, foreign.keys, strict=True)
            same = " AND ".join(f"c.{quote(column)} = s.{quote(key)}" for column, key in pairs)
            sql = f"SELECT DISTINCT s.{self.row} FROM {gone} s JOIN {child} c ON {same}"
            yield from (int(row) for (row,) in self.database.rows(sql)[1])

    def _update(self, table: _Changes) -> None:
        """Rows that others left as they were, and then those that they edited, cell by cell."""
        quote, place = self.database.dialect.quote_identifier, self._place(table)
        if after := self.sent.get((table.table, "after")):
            cells = {name: f"s.{quote(name)}" for name in table.sent}
            self._require(table, table.updates.height, self.database.update(place, table.key, cells, after))
        if merged := self.sent.get((table.table, "merged")):
            same = " AND ".join(f"a.{name} = b.{name}" for name in self.database.quoted(table.key))
            columns = [f"a.{quote(name)}" for name in table.types]
            columns += [f"b.{quote(name)} AS {quote(BEFORE + name)}" for name in table.rest]
            source = (
                f"(SELECT {', '.join(columns)} FROM {merged} a JOIN {self.sent[table.table, 'before']} b ON {same})"
            )
            cells = {
                name: f"CASE WHEN {self.database.equal(f't.{quote(name)}', f's.{quote(BEFORE + name)}')} "
                f"THEN s.{quote(name)} ELSE t.{quote(name)} END"
                for name in table.sent
            }
            self._require(table, table.merged.height, self.database.update(place, table.key, cells, source))

    def _edits(self, table: _Changes) -> Iterator[Edit]:
        """The rows that were met and are not as they are made, one by one."""
        if not table.key:
            return
        yield from (Edit(key, GONE) for key in table.keys(pl.concat([table.missing, table.left_out])))
        if edited := self.sent.get((table.table, "edited")):
            keys, differ = (
                table.keys(table.not_as_made),
                f"NOT {self.database.all_equal(self.database.quoted(table.rest))}",
            )
            now = f"FROM {edited} s JOIN {self._place(table)} t ON {self.database.same(table.key)} WHERE {differ}"
            yield from (Edit(keys[row], number) for row, number in self.database.row_numbers(now, table.types))

    # -- in common

    def _place(self, table: _Changes) -> str:
        return self.database.place_to_change(self.schema, table.table)

    def _require(self, table: _Changes, wanted: int, touched: int) -> None:
        """Raise DatabaseError where rows were not changed, or are gone, that were there a moment ago."""
        if touched != wanted:
            raise DatabaseError(
                f"{self.database.address}: table '{table.table}' has only {touched} of {wanted} rows that change or go; "
                "nothing was changed\n  hint: it is not as it was made: load it again"
            )

    def _refuse(self) -> None:
        """Raise DatabaseError where others have changed what changes now."""
        for table in self.tables:
            if (others := _others(table)).clash:
                raise DatabaseError(
                    f"{self.database.address}: others have changed '{table.table}': {others.in_words}; nothing was "
                    f"changed\n  hint: --edited {KEEP} lets theirs stay"
                )


def _others(table: _Changes) -> OthersRows:
    """What others did to a table's rows, in counts."""
    return OthersRows(
        table.edited.height, table.conflicts, table.missing.height, table.left_out.height, table.kept.height
    )


def _temporary(database: ChangingRows, schema: str, table: str, rows: pl.DataFrame, what: str) -> str:
    """A temporary table of rows of a table, which are numbered; its place."""
    numbered = rows.with_columns(pl.Series(ROW, range(rows.height), dtype=pl.Int32))
    return database.temporary(schema, table, numbered, what)


def _key_columns(frame: pl.DataFrame, key: Sequence[str], types: Types) -> pl.DataFrame:
    return to_drawn(frame.select(key), {name: types[name] for name in key})
