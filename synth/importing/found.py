"""What an import finds in a source: tables, columns, keys and conditions, each with the place where it stands.

Readers make it (of DDL, databases, folders and Python models), and drafting makes a spec of it. Expressions are SQL as
DuckDB spells it, whatever the source speaks; names are the source's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from synth.dtypes import DType

__all__ = ["Found", "FoundCheck", "FoundColumn", "FoundReference", "FoundTable", "FoundUnique", "Native", "Note"]


@dataclass(frozen=True)
class Note:
    """What could not be taken over, or not as it is: where, what, and of DDL the line that it stands in."""

    where: str  # `table`, `table.column`, or the name of a view, trigger or function
    what: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" (line {self.line})" if self.line else "")


@dataclass(frozen=True)
class Native:
    """A type that a database has of its own, as its DDL spells it, and what draws values that it takes and gives back.

    Without `draws` it takes those of the spec's type. Where it is not for keys, there are too few such values, or no index.
    """

    database: str
    text: str
    draws: Mapping[str, Any] | None = None  # words of a spec
    in_keys: bool = True


@dataclass(frozen=True)
class FoundColumn:
    """A column. `source_type` is the type as the source spells it, `type` what a spec has for it: text where it has none."""

    name: str
    type: DType
    source_type: str
    nullable: bool = True
    numbered: bool = False  # serial, identity, auto_increment: the database numbers its rows
    starts_at: int | None = None  # where such numbers begin, if they do not at 1
    default: str | None = None  # SQL
    computed: str | None = None  # SQL of a generated column
    about: str | None = None
    line: int | None = None
    native: Native | None = None  # where the spec's type gives another one
    computed_by: Mapping[str, str] = field(
        default_factory=dict
    )  # database: its own SQL of `computed`, where it can be asked
    otherwise: str = ""  # as what it comes back into the source's database, where that is another type and not told


@dataclass(frozen=True)
class FoundReference:
    """A foreign key: columns, and the columns of a table that they hold, in the same order."""

    columns: tuple[str, ...]
    table: str
    parent_columns: tuple[str, ...]  # those of the primary key, where the source says none
    name: str | None = None
    line: int | None = None
    guessed: str | None = None  # what it rests on, where the source does not say it


@dataclass(frozen=True)
class FoundUnique:
    """Columns that no two rows have alike; among rows that meet `where`, if it is there, which is SQL."""

    columns: tuple[str, ...]
    name: str | None = None
    where: str | None = None
    line: int | None = None
    guessed: str | None = None


@dataclass(frozen=True)
class FoundCheck:
    """A condition that each row meets: of a table, a column, or of a column's domain, which is spelt over the column."""

    condition: str
    name: str | None = None
    line: int | None = None


@dataclass(frozen=True)
class FoundTable:
    """A table, with its columns in order. `rows` is their number, where the source knows."""

    name: str
    columns: tuple[FoundColumn, ...]
    primary_key: tuple[str, ...] = ()
    uniques: tuple[FoundUnique, ...] = ()
    references: tuple[FoundReference, ...] = ()
    checks: tuple[FoundCheck, ...] = ()
    about: str | None = None
    rows: int | None = None
    line: int | None = None
    key_guessed: str | None = None  # what the primary key rests on, where the source does not say it

    def column(self, name: str) -> FoundColumn:
        """The column of that name. Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True)
class Found:
    """All that a source holds: tables in the order found, and what could not be taken over."""

    tables: tuple[FoundTable, ...]
    notes: tuple[Note, ...] = field(default=())
    name: str | None = None  # of the schema or database, where the source has one
