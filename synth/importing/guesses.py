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
from synth.importing.named import key_names, may_be_key, may_be_unique, names_parent, own_parent

if TYPE_CHECKING:
    import duckdb

__all__ = ["Guesses", "Held"]

MOST_PARTS = 6  # columns among which pairs are looked for that are a key together
LEAST_ROWS = 5  # of a table whose values being different says something
NEARLY = 0.9  # an estimate of distinct values is off by a few percent: below this share of rows they repeat
_KEYED = ("smallint", "integer", "bigint", "decimal", "varchar", "char", "uuid", "date", "timestamp", "enum")
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
        self.keys = {name: self._key(held) for name, held in tables.items()}

    def table(self, held: Held) -> FoundTable:
        """A table with the keys that its names suggest and its rows prove."""
        table = held.found
        key = self.keys[table.name]
        if not key:
            self.notes.append(Note(table.name, "no column, and no pair of columns, was found to be its primary key"))
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
            key_guessed=f"no NULL and no repeat in {many(table.rows or 0, 'row')}" if key else None,
            references=references,
            uniques=tuple(self._uniques(held, key, references)),
        )

    # -- keys

    def _key(self, held: Held) -> tuple[str, ...]:
        """The columns that are a table's primary key; none where nothing is found."""
        table = held.found
        names = [column.name for column in table.columns if self._may_key(held, column, _KEYS)]
        first = [name for name in names[:1] if name == table.columns[0].name and not _is_prose(table.columns[0])]
        for name in dict.fromkeys((*key_names(table.name, names), *first)):
            if self._tells_apart(held, (name,)):
                return (name,)
        parts = [column.name for column in table.columns if self._may_key(held, column, _KEYED)]
        parts = [name for name in parts if may_be_key(name) or name in names[:2]][:MOST_PARTS]
        for size in (2, 3):
            for group in combinations(parts, size):
                if table.rows and self._tells_apart(held, group):
                    return group
        return ()

    def _may_key(self, held: Held, column: FoundColumn, among: Sequence[str]) -> bool:
        return column.type.name in among and held.values[column.name] == held.found.rows

    def _tells_apart(self, held: Held, columns: Sequence[str], where: str = "TRUE") -> bool:
        """Whether no two rows have these columns alike; an estimate spares most of the work."""
        values = min(held.values[name] for name in columns)
        most = 1.0
        for name in columns:
            most *= max(1, held.distinct[name])
        if most < NEARLY * values:
            return False
        named = ", ".join(map(_quoted, columns))
        asked = f"SELECT 1 FROM {_quoted(held.found.name)} WHERE {where} GROUP BY {named} HAVING COUNT(*) > 1 LIMIT 1"
        return not self.connection.execute(asked).fetchall()

    def _uniques(self, held: Held, key: tuple[str, ...], references: Sequence[FoundReference]) -> Iterator[FoundUnique]:
        """Columns whose names say that they tell rows apart, and whose values do."""
        used = {*key} if len(key) == 1 else set()
        used |= {name for reference in references for name in reference.columns}
        for column in held.found.columns:
            name = column.name
            if name in used or column.type.name not in _KEYS or not may_be_unique(name):
                continue
            if held.values[name] >= LEAST_ROWS and self._tells_apart(held, (name,), f"{_quoted(name)} IS NOT NULL"):
                yield FoundUnique((name,), guessed=f"its name, and no repeat in {many(held.values[name], 'value')}")

    # -- references

    def _references(self, held: Held) -> Iterator[FoundReference]:
        """Columns whose names say whose keys they hold, and whose values are all there."""
        table = held.found
        together = list(self._composite(held))
        yield from together
        taken = {name for reference in together for name in reference.columns}
        for column in table.columns:
            if column.name in taken or column.type.name not in _KEYS or self._is_own_key(table, column.name):
                continue
            parents = self._parents(table, column)
            for parent in parents:
                (key,) = self.keys[parent]
                if self._are_there(table.name, (column.name,), parent, (key,)):
                    yield FoundReference((column.name,), parent, (key,), guessed=self._why(held, column.name, parent))
                    break
            else:
                if parents:
                    what = f"its name says that it refers to '{parents[0]}', where some of its values are not"
                    self.notes.append(Note(f"{table.name}.{column.name}", what))

    def _is_own_key(self, table: FoundTable, column: str) -> bool:
        """Whether a column is the key of its table and named by it; the name of another table would make it both."""
        if self.keys[table.name] != (column,):
            return False
        best = max((names_parent(column, parent, key[0]) for parent, key in self._others(table)), default=0)
        return best <= names_parent(column, table.name, column)

    def _others(self, table: FoundTable) -> Iterator[tuple[str, tuple[str, ...]]]:
        return ((name, key) for name, key in self.keys.items() if len(key) == 1 and name != table.name)

    def _parents(self, table: FoundTable, column: FoundColumn) -> list[str]:
        """The tables that a column's name may mean, the likeliest first; of its own only for what is no key of it."""
        found: dict[str, int] = {}
        for parent, key in self.keys.items():
            if len(key) != 1 or (parent == table.name and key == (column.name,)):
                continue
            if self.tables[parent].found.column(key[0]).type.compared_as != column.type.compared_as:
                continue
            score = names_parent(column.name, parent, key[0])
            if parent == table.name and own_parent(column.name):
                score = max(score, 100)
            if score:
                found[parent] = score
        return sorted(found, key=lambda parent: -found[parent])

    def _composite(self, held: Held) -> Iterator[FoundReference]:
        """Columns that have the names of another table's key of several columns."""
        table = held.found
        here = {column.name.lower(): column for column in table.columns}
        for parent, key in self.keys.items():
            if len(key) < 2 or parent == table.name or not all(name.lower() in here for name in key):
                continue
            ours = [here[name.lower()] for name in key]
            if tuple(column.name for column in ours) == self.keys[table.name] and parent > table.name:
                continue  # two tables of one key: one of them is the other's
            kinds = [self.tables[parent].found.column(name).type for name in key]
            if any(a.type.compared_as != b.compared_as for a, b in zip(ours, kinds, strict=True)):
                continue
            names = tuple(column.name for column in ours)
            if held.found.rows and self._are_there(table.name, names, parent, key):
                yield FoundReference(names, parent, key, guessed=self._why(held, names[0], parent))

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
        return f"its name, and {many(values, 'value')} that are keys of '{parent}'"


def _is_prose(column: FoundColumn) -> bool:
    """Whether a first column is a text whose name does not say that it is a key."""
    return column.type.is_free_text and not may_be_key(column.name)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
