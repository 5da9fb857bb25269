"""Keys and references that a source does not state: names say which there may be, and rows prove or refuse them.

A guess that holds in all rows may still be chance; what it rests on is told with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from synth.errors import many
from synth.importing.found import FoundColumn, FoundReference, FoundTable, FoundUnique, Note
from synth.importing.named import (
    is_of_both,
    key_names,
    may_be_key,
    may_be_unique,
    names_parent,
    own_parent,
    plain_names,
    stem,
    without_key_word,
)

if TYPE_CHECKING:
    import duckdb

__all__ = ["Guesses", "Held"]

MOST_PARTS = 6  # columns among which pairs are looked for that are a key together
LEAST_ROWS = 5  # of a table whose values being different says something
NEARLY = 0.9  # an estimate of distinct values is off by a few percent: below this share of rows they repeat
_KEYED = (
    "smallint",
    "integer",
    "bigint",
    "decimal",
    "varchar",
    "char",
    "uuid",
    "date",
    "timestamp",
    "timestamptz",
    "enum",
)
_KEYS = ("smallint", "integer", "bigint", "varchar", "char", "uuid")  # of one column


@dataclass(frozen=True)
class Held:
    """A table that a connection knows by its name: how many values each column has, and about how many different ones."""

    found: FoundTable
    values: Mapping[str, int]
    distinct: Mapping[str, int]


class Guesses:
    """The keys of some tables, which a connection of DuckDB knows by their names."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Held]):
        self.connection, self.tables = connection, tables
        self.notes: list[Note] = []
        self.plain = {name: plain_names([c.name for c in held.found.columns]) for name, held in tables.items()}
        self.keys = {name: self._key(held) for name, held in tables.items()}

    def table(self, held: Held) -> FoundTable:
        """A table with the keys that its names suggest and its rows prove. A reference has its key's type."""
        table = held.found
        key = self.keys[table.name]
        if not key and table.columns:
            self.notes.append(Note(table.name, "no column, and no few together, were found to be its primary key"))
        references = tuple(self._references(held))
        types = {
            ours: self.tables[reference.table].found.column(theirs).type
            for reference in references
            for ours, theirs in zip(reference.columns, reference.parent_columns, strict=True)
        }
        return replace(
            table,
            columns=tuple(replace(column, type=types.get(column.name, column.type)) for column in table.columns),
            primary_key=key,
            key_guessed=self._why_key(table) if key else None,
            references=references,
            uniques=tuple(self._uniques(held, key, references)),
        )

    # -- keys

    def _key(self, held: Held) -> tuple[str, ...]:
        """The columns that are a table's primary key; none where nothing is found."""
        table, plain = held.found, self.plain[held.found.name]
        names = [column.name for column in table.columns if self._may_be(held, column, _KEYS)]
        likely = {plain[name]: name for name in names}
        own = [likely[name] for name in key_names(table.name, list(likely))]
        pair = tuple(column.name for column in table.columns[:2])
        if not own and len(pair) == 2 and set(pair) <= set(names) and self._is_junction(table.name, pair):
            own = []
            if table.rows and self._tells_apart(held, pair):
                return pair
        first = [name for name in names if name == table.columns[0].name]
        texts = [name for name in first if table.columns[0].type.is_free_text and not may_be_key(plain[name])]
        others = [name for name in names if may_be_key(plain[name]) and not self._of_other(table.name, name)]
        ordered = (*own, *(name for name in first if name not in texts), *others, *texts)
        for name in dict.fromkeys(ordered):
            if self._tells_apart(held, (name,)):
                return (name,)
        parts = [column for column in table.columns if self._may_be(held, column, _KEYED)]
        some = [c.name for c in parts if may_be_key(plain[c.name]) or c.type.is_time or c.name in names[:2]]
        for size in (2, 3):
            for group in combinations(some[:MOST_PARTS], size):
                if table.rows and self._tells_apart(held, group):
                    return group
        return ()

    def _may_be(self, held: Held, column: FoundColumn, among: Sequence[str]) -> bool:
        """Whether a column has a value in each row, of a type that keys have."""
        return column.type.name in among and held.values[column.name] == held.found.rows

    def _of_other(self, table: str, column: str) -> str | None:
        """The other table that is named before the word of a key in a column's name."""
        before = without_key_word(self.plain[table][column])
        return next((name for name in self.tables if before and name != table and stem(name) == before), None)

    def _is_junction(self, table: str, pair: Sequence[str]) -> bool:
        one, other = (self._of_other(table, column) for column in pair)
        return one is not None and other is not None and is_of_both(table, one, other)

    def _tells_apart(self, held: Held, columns: Sequence[str], where: str = "TRUE") -> bool:
        """Whether no two rows have these columns alike; an estimate spares most of the work."""
        most = 1.0
        for name in columns:
            most *= max(1, held.distinct[name])
        if most < NEARLY * min(held.values[name] for name in columns):
            return False
        named = ", ".join(map(_quoted, columns))
        asked = f"SELECT 1 FROM {_quoted(held.found.name)} WHERE {where} GROUP BY {named} HAVING COUNT(*) > 1 LIMIT 1"
        return not self.connection.execute(asked).fetchall()

    def _why_key(self, table: FoundTable) -> str:
        if not table.rows:
            return "its name alone: there are no rows"
        return f"no NULL and no repeat in {many(table.rows, 'row')}"

    def _uniques(self, held: Held, key: tuple[str, ...], references: Sequence[FoundReference]) -> Iterator[FoundUnique]:
        """Columns whose names say that they tell rows apart, and whose values do."""
        used = {*key} if len(key) == 1 else set()
        used |= {name for reference in references for name in reference.columns}
        for column in held.found.columns:
            name = column.name
            if name in used or column.type.name not in _KEYS or not may_be_unique(self.plain[held.found.name][name]):
                continue
            if held.values[name] >= LEAST_ROWS and self._tells_apart(held, (name,), f"{_quoted(name)} IS NOT NULL"):
                yield FoundUnique((name,), guessed=f"its name, and no repeat in {many(held.values[name], 'value')}")

    # -- references

    def _references(self, held: Held) -> Iterator[FoundReference]:
        """Columns whose names say whose keys they hold, and whose values are all there."""
        single = {reference.columns[0]: reference for reference in self._single(held)}
        together = list(self._composite(held, set(single)))
        within = {name for reference in together for name in reference.columns}
        yield from together
        yield from (reference for name, reference in single.items() if name not in within)

    def _single(self, held: Held) -> Iterator[FoundReference]:
        table = held.found
        for column in table.columns:
            if column.type.name not in _KEYS:
                continue
            parents = self._parents(held, column)
            for parent in parents:
                (key,) = self.keys[parent]
                if self._are_there(table.name, (column.name,), parent, (key,)):
                    yield FoundReference((column.name,), parent, (key,), guessed=self._why(held, column.name, parent))
                    break
            else:
                self._tell(table, column, parents)

    def _tell(self, table: FoundTable, column: FoundColumn, parents: Sequence[str]) -> None:
        """Say of a column that looks like a reference why it is taken for none."""
        place = f"{table.name}.{column.name}"
        if parents and self.keys[table.name] != (column.name,):
            what = f"its name says that it refers to '{parents[0]}', where some of its values are not"
            self.notes.append(Note(place, what))
        elif self.plain[table.name][column.name].lower().endswith("_id") and column.name not in self.keys[table.name]:
            self.notes.append(Note(place, "its name says that it refers to something, and no table's name to what"))

    def _parents(self, held: Held, column: FoundColumn) -> list[str]:
        """The tables that a column's name may mean, the likeliest first."""
        table = held.found.name
        name, is_key = self.plain[table][column.name], self.keys[table] == (column.name,)
        before, here = without_key_word(name), stem(table)
        if is_key and here.endswith(before):  # it is called by its own table, or by none
            return []
        found: dict[str, tuple[int, ...]] = {}
        for parent, key in self.keys.items():
            if len(key) != 1 or (parent == table and (is_key or not (own_parent(name) or before))):
                continue
            if self.tables[parent].found.column(key[0]).type.compared_as != column.type.compared_as:
                continue
            score = max(
                names_parent(name, parent, self.plain[parent][key[0]]), names_parent(column.name, parent, key[0])
            )
            if parent == table and own_parent(name):
                score = max(score, 100)
            if score and not (is_key and before != stem(parent) and self._rank(parent) <= self._rank(table)):
                nearest = -(self.tables[parent].found.rows or 0) if is_key else 0
                found[parent] = (score, nearest, stem(parent) in here, -len(stem(parent)))
        return sorted(found, key=lambda parent: found[parent], reverse=True)

    def _rank(self, table: str) -> tuple[int, int, str]:
        """Of tables with one key the order in which a row is in each: the largest is the first of them."""
        return self.tables[table].found.rows or 0, -len(stem(table)), table

    def _composite(self, held: Held, single: set[str]) -> Iterator[FoundReference]:
        """Columns that are called as another table's key of several is; not where each of them refers by itself."""
        table = held.found
        here = {self.plain[table.name][column.name].lower(): column for column in table.columns}
        for parent, key in self.keys.items():
            names = [self.plain[parent][name].lower() for name in key]
            if len(key) < 2 or parent == table.name or not all(name in here for name in names):
                continue
            ours = [here[name] for name in names]
            columns = tuple(column.name for column in ours)
            if set(columns) <= single or (
                set(columns) == set(self.keys[table.name]) and self._rank(parent) <= self._rank(table.name)
            ):
                continue
            kinds = [self.tables[parent].found.column(name).type for name in key]
            if any(a.type.compared_as != b.compared_as for a, b in zip(ours, kinds, strict=True)):
                continue
            whole = table.rows and all(held.values[name] == table.rows for name in columns)
            if whole and self._are_there(table.name, columns, parent, key):
                yield FoundReference(columns, parent, key, guessed=self._why(held, columns[0], parent))

    def _are_there(self, table: str, columns: Sequence[str], parent: str, key: Sequence[str]) -> bool:
        """Whether all values are among a parent's keys."""
        pairs = list(zip(columns, key, strict=True))
        given = " AND ".join(f"c.{_quoted(column)} IS NOT NULL" for column in columns)
        same = " AND ".join(f"p.{_quoted(other)} = c.{_quoted(column)}" for column, other in pairs)
        asked = f"SELECT 1 FROM {_quoted(table)} c ANTI JOIN {_quoted(parent)} p ON {same} WHERE {given} LIMIT 1"
        return not self.connection.execute(asked).fetchall()

    def _why(self, held: Held, column: str, parent: str) -> str:
        values = held.values[column]
        if not values:
            return "its name alone: it holds no values"
        return f"its name, and all of {many(values, 'value')} are keys of '{parent}'"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
