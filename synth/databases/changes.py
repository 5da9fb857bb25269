"""What changes in the tables of a database: rows that come, that look different, and that go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

import polars as pl

from synth.dtypes import Types
from synth.errors import many

if TYPE_CHECKING:
    from synth.answers import Came, Others

__all__ = [
    "FAIL",
    "GONE",
    "KEEP",
    "POLICIES",
    "Applied",
    "Edit",
    "ForeignKey",
    "KeptTable",
    "Looking",
    "Met",
    "OthersRows",
    "Refers",
    "RowCounts",
    "TableChanges",
    "all_anew",
    "foreign_keys",
]


@dataclass(frozen=True)
class TableChanges:
    """What comes, changes and goes in a table, in the types in which columns are written; rows are known by `key`.

    Without a key rows are known by all their columns: nothing changes, and of equal rows as many go as are given.
    """

    table: str
    key: tuple[str, ...]
    types: Types
    inserts: pl.DataFrame
    updates: pl.DataFrame
    deletes: pl.DataFrame  # the rows that go, as they were made
    parents: tuple[Refers, ...] = ()
    computed: tuple[str, ...] = ()  # columns that the database computes itself


class Refers(NamedTuple):
    """Columns that hold a key of a parent, of the same schema."""

    columns: tuple[str, ...]
    parent: str
    keys: tuple[str, ...]


class OthersRows(NamedTuple):
    """How many rows others have changed meanwhile, and what became of ours for it."""

    edited: int = 0  # rows whose cells stay as others changed them
    conflicts: int = 0  # changes that were not made: of cells that others changed, and of rows that they deleted
    deleted: int = 0  # rows that others deleted, and that stay so
    left_out: int = 0  # rows that did not come, as others deleted what they refer to
    kept: int = 0  # rows that did not go, as others changed them, or rows of theirs refer to them

    def as_dict(self) -> Others:
        """Give it as plain values, for `--json`."""
        return {
            "edited": self.edited, "conflicts": self.conflicts, "deleted": self.deleted, "left_out": self.left_out,
            "kept": self.kept,
        }  # fmt: skip

    @property
    def clash(self) -> bool:
        """Whether something of ours was not done."""
        return bool(self.conflicts or self.left_out or self.kept)

    @property
    def in_words(self) -> str:
        """What others did, and what became of it."""
        them = "it" if self.kept == 1 else "them"
        words = (
            (self.edited, f"others changed {many(self.edited, 'row')}, which {_stay(self.edited)} so"),
            (self.deleted, f"others deleted {many(self.deleted, 'row')}, which {_stay(self.deleted)} so"),
            (self.conflicts, f"{many(self.conflicts, 'change', 'is', 'are')} not made for it"),
            (self.left_out, f"{many(self.left_out, 'row', 'does', 'do')} not come, as parents were deleted"),
            (self.kept, f"{many(self.kept, 'row', 'does', 'do')} not go, as others changed or need {them}"),
        )
        return ", ".join(said for rows, said in words if rows)


def _stay(rows: int) -> str:
    return "stays" if rows == 1 else "stay"


class Edit(NamedTuple):
    """A row that is not as it was made, by the numbers of its key and of the row as it is; GONE where it is not there."""

    key: int
    row: int


GONE = -1
KEEP, FAIL = POLICIES = ("keep", "fail")  # what becomes of rows that others changed: they stay so, or nothing is done


class Applied(NamedTuple):
    """What became of the changes of one table, and the rows that were looked at and are not as they were made."""

    others: OthersRows
    edits: tuple[Edit, ...]


@dataclass
class Met:
    """Rows of a table, as they were made, that others deleted; and that they edited, each cell with whether it is."""

    missing: list[pl.DataFrame] = field(default_factory=list)
    edited: list[pl.DataFrame] = field(default_factory=list)


class Looking(Protocol):
    """Finds rows that are not as they were made."""

    met: dict[str, Met]  # by table

    def touched(self, table: str, key: Sequence[str], drawn: pl.DataFrame, types: Types) -> Iterable[pl.DataFrame]:
        """Those rows, as drawn, that may be otherwise by now."""

    def at(self, table: str, key: Sequence[str], rows: pl.DataFrame) -> None:
        """Compare rows of a table, in the types in which columns are written."""


class KeptTable(NamedTuple):
    """A table that stays and gets the rows that are staged for it: what tells its rows apart, and what it refers to."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    uniques: tuple[tuple[str, ...], ...] = ()  # other groups of columns that are unique
    parents: frozenset[str] = frozenset()


class RowCounts(NamedTuple):
    """How many rows of a table came, look different, and went."""

    inserted: int
    updated: int
    deleted: int

    def as_dict(self) -> Came:
        """Give it as plain values, for `--json`."""
        return {"inserted": self.inserted, "updated": self.updated, "deleted": self.deleted}


class ForeignKey(NamedTuple):
    """A foreign key: the table that has it, and the one of the same database that it points to."""

    schema: str
    table: str
    columns: tuple[str, ...]
    parent: str
    keys: tuple[str, ...]


def foreign_keys(rows: Iterable[tuple[str, str, str, str, str, str]]) -> list[ForeignKey]:
    """Foreign keys from a row for each of their columns, in order: schema, constraint, table, column, parent, key."""
    found: dict[tuple[str, str, str, str], list[tuple[str, str]]] = {}
    for schema, name, table, column, parent, key in rows:
        found.setdefault((schema, name, table, parent), []).append((column, key))
    return [
        ForeignKey(schema, table, tuple(column for column, _ in pairs), parent, tuple(key for _, key in pairs))
        for (schema, _, table, parent), pairs in found.items()
    ]


def all_anew(tables: Sequence[KeptTable], first: Iterable[str]) -> Iterator[KeptTable]:
    """The tables that get all their rows anew: the `first` ones, those that refer to them, and so on."""
    anew = set(first)
    for table in tables:  # parents come before children
        if table.name in anew or table.parents & anew:
            anew.add(table.name)
            yield table
