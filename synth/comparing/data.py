"""Two places with tables compared: rows, columns, and how each column is spread.

Equal fingerprints are the same content, whatever order and files it is in, and then nothing is measured. Whether two tables
are the same is said by that alone; the measures say where they differ.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synth.comparing.side import Side, opened_side
from synth.dtypes import Types
from synth.errors import OptionError, did_you_mean
from synth.logs import logged
from synth.measuring.distance import between_children, between_columns
from synth.measuring.measures import ChildMeasures, ColumnMeasures
from synth.progress import Phase, Progress, silent
from synth.sandbox import BESIDE_BYTES
from synth.store.memory import default_memory

if TYPE_CHECKING:
    from synth import answers

__all__ = ["ColumnDifference", "DataDifference", "ReferenceDifference", "TableDifference", "compare_data"]

MEMORY_BYTES = 2 * 10**9  # of the process, as verifying takes


@dataclass(frozen=True)
class ColumnDifference:
    """A column of both sides; `distance` is None where the types cannot be compared."""

    distance: float | None
    before: ColumnMeasures
    after: ColumnMeasures

    def as_dict(self) -> answers.ColumnCompared:
        """Give it as plain values, for `--json`."""
        distance = None if self.distance is None else round(self.distance, 6)
        return {"distance": distance, "before": self.before.as_dict(), "after": self.after.as_dict()}


@dataclass(frozen=True)
class ReferenceDifference:
    """How many rows refer to each row of a parent, on both sides."""

    distance: float
    before: ChildMeasures
    after: ChildMeasures

    def as_dict(self) -> answers.ReferenceCompared:
        """Give it as plain values, for `--json`."""
        distance = round(self.distance, 6)
        return {"distance": distance, "before": self.before.as_dict(), "after": self.after.as_dict()}


@dataclass(frozen=True)
class TableDifference:
    """A table of both sides. Where it is the `same`, nothing else is told but its rows."""

    same: bool
    rows: tuple[int, int]
    gone: tuple[str, ...] = ()  # columns
    added: tuple[str, ...] = ()
    reordered: bool = False  # the columns that both have
    types: dict[str, tuple[str, str]] = field(default_factory=dict)  # of columns that have another one
    columns: dict[str, ColumnDifference] = field(default_factory=dict)  # the farthest apart first
    references: dict[str, ReferenceDifference] = field(default_factory=dict)

    def as_dict(self) -> answers.TableCompared:
        """Give it as plain values, for `--json`."""
        return {
            "same": self.same, "rows": {"before": self.rows[0], "after": self.rows[1]}, "gone": list(self.gone),
            "added": list(self.added), "reordered": self.reordered,
            "types": {name: {"before": before, "after": after} for name, (before, after) in self.types.items()},
            "columns": {name: each.as_dict() for name, each in self.columns.items()},
            "references": {name: each.as_dict() for name, each in self.references.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class DataDifference:
    """What is different between two places; `gone` and `added` are tables of one side alone."""

    before: str
    after: str
    gone: tuple[str, ...]
    added: tuple[str, ...]
    tables: dict[str, TableDifference]
    seconds: float

    @property
    def same(self) -> bool:
        """Whether both hold the same."""
        return not self.gone and not self.added and all(table.same for table in self.tables.values())

    def as_dict(self) -> answers.DataCompared:
        """Give it as plain values, for `--json`."""
        return {
            "kind": "data", "same": self.same, "before": self.before, "after": self.after,
            "seconds": round(self.seconds, 3), "gone": list(self.gone), "added": list(self.added),
            "tables": {name: table.as_dict() for name, table in self.tables.items()},
        }  # fmt: skip


@logged
def compare_data(
    before: str, after: str, *, tables: Iterable[str] | None = None, schema: str | None = None,
    memory_bytes: int | None = None, progress: Progress | None = None,
) -> DataDifference:  # fmt: skip
    """Compare two folders, object stores or databases, table by table; only these `tables`, if any are named.

    The process takes `memory_bytes` at most, by default 2 GB or half of the machine's; what is more goes to a temporary
    folder. Raises OptionError, OutputError, DatabaseError.
    """
    started, tell = time.perf_counter(), progress or silent
    most = min(default_memory(), MEMORY_BYTES) if memory_bytes is None else memory_bytes
    each = (most + BESIDE_BYTES) // 2  # of two connections in a process that takes so much beside them once
    with (
        opened_side(before, schema=schema, memory_bytes=each, tell=tell) as first,
        opened_side(after, schema=schema, memory_bytes=each, tell=tell) as second,
    ):
        chosen = _chosen(tables, first, second)
        gone = tuple(name for name in first.tables if name in chosen and name not in second.tables)
        added = tuple(name for name in second.tables if name in chosen and name not in first.tables)
        both = [name for name in first.tables if name in chosen and name in second.tables]
        found = _Comparison(first, second, tell).of(both)
    return DataDifference(before, after, gone, added, found, time.perf_counter() - started)


def _chosen(tables: Iterable[str] | None, first: Side, second: Side) -> set[str]:
    """The tables that are compared. Raises OptionError for one that neither side has."""
    known = {**first.tables, **second.tables}
    if tables is None:
        return set(known)
    for name in (wanted := list(tables)):
        if name not in known:
            hint = did_you_mean(name, known)
            raise OptionError(f"neither '{first.place}' nor '{second.place}' has a table '{name}'\n  hint: {hint}")
    return set(wanted)


class _Comparison:
    """What is asked of two sides, and how far that is."""

    def __init__(self, first: Side, second: Side, tell: Progress):
        self._first, self._second, self._tell = first, second, tell
        self._parents: dict[str, dict[str, str]] = {}
        for side in (first, second):
            for table, column, parent in side.references():
                self._parents.setdefault(table, {}).setdefault(column, parent)

    def of(self, tables: list[str]) -> dict[str, TableDifference]:
        """Compare tables that both sides have; those that are stated to be the same are not read."""
        found, other = dict[str, TableDifference](), list[str]()
        for table in tables:
            if self._is_stated_same(table):
                found[table] = TableDifference(True, (self._first.rows(table), self._second.rows(table)))
            else:
                other.append(table)
                self._first.open(table, self._second.tables[table] if self._second.is_typed(table) else {})
                self._second.open(table, self._first.types[table])
        rows = {table: (self._first.rows(table), self._second.rows(table)) for table in other}
        self._tell(Phase("compare", sum(map(sum, rows.values()))), 0)
        for table in other:
            found[table] = self._table(table, rows[table])
        return {table: found[table] for table in tables}

    def _is_stated_same(self, table: str) -> bool:
        stated = self._first.stated(table), self._second.stated(table)
        return stated[0] is not None and stated[0] == stated[1] and not self._otherwise(table)

    def _otherwise(self, table: str) -> bool:
        """Whether columns are others, of other types, or in another order."""
        first, second = ({n: str(t) for n, t in side.tables[table].items()} for side in (self._first, self._second))
        return list(first.items()) != list(second.items())

    def _table(self, table: str, rows: tuple[int, int]) -> TableDifference:
        first, second = self._first.types[table], self._second.types[table]
        common = [name for name in first if name in second]
        gone, added = (tuple(n for n in one if n not in other) for one, other in ((first, second), (second, first)))
        types = dict(self._retyped(table, first, second))
        reordered = common != [name for name in second if name in first]
        shaped_alike = not (gone or added or types or reordered)
        if shaped_alike and first == second and self._first.content(table) == self._second.content(table):
            self._tell(table, sum(rows))
            return TableDifference(True, rows)
        parents = [
            {column: (parent, side.rows(parent)) for column, parent in self._shared_parents(table)}
            for side in (self._first, self._second)
        ]
        measured = [
            side.measured(table, parents[number], _by_column(self._tell, table, rows[number], len(side.types[table])))
            for number, side in enumerate((self._first, self._second))
        ]
        columns = {
            name: ColumnDifference(between_columns(*pair), *pair)
            for name in common
            for pair in ((measured[0].columns[name], measured[1].columns[name]),)
        }
        references = {
            name: ReferenceDifference(between_children(*pair2), *pair2)
            for name in parents[0]
            for pair2 in ((measured[0].references[name], measured[1].references[name]),)
        }
        columns = dict(sorted(columns.items(), key=lambda each: -(each[1].distance or 0)))
        references = dict(sorted(references.items(), key=lambda each: -each[1].distance))
        return TableDifference(False, rows, gone, added, reordered, types, columns, references)

    def _retyped(self, table: str, first: Types, second: Types) -> Iterator[tuple[str, tuple[str, str]]]:
        """The columns of another type, where both sides say their types."""
        if self._first.is_typed(table) and self._second.is_typed(table):
            for name, dtype in first.items():
                if name in second and second[name] != dtype:
                    yield name, (str(dtype), str(second[name]))

    def _shared_parents(self, table: str) -> Iterator[tuple[str, str]]:
        """The columns that refer to a table, where both sides have both and can tell how many rows that has."""
        for column, parent in self._parents.get(table, {}).items():
            if all(
                column in side.types[table] and parent in side.tables and side.can_count(parent)
                for side in (self._first, self._second)
            ):
                yield column, parent


def _by_column(tell: Progress, table: str, rows: int, columns: int) -> Callable[[], None]:
    """What is called after each column, and tells its part of the rows."""
    done = 0

    def told() -> None:
        nonlocal done
        done += 1
        tell(table, rows * done // columns - rows * (done - 1) // columns)

    return told
