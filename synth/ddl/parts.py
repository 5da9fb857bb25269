"""What DDL is made of: statements for a schema and its tables, and the constraints and indexes that may wait for rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

__all__ = ["NO_DDL", "Constraint", "Ddl", "Index", "Join", "OwnType", "by_table"]


class OwnType(NamedTuple):
    """A type that a schema has for one column. Its place is quoted."""

    place: str
    statement: str


class Join(NamedTuple):
    """By what a foreign key leads to its parent; all names are quoted."""

    columns: tuple[str, ...]
    parent_place: str
    parent_keys: tuple[str, ...]


@dataclass(frozen=True)
class Constraint:
    """`rule` is what stands behind ADD; `parent` is the table that a foreign key points to. Its name is quoted."""

    table: str
    place: str
    rule: str
    parent: str | None = None
    kind: str = ""  # PRIMARY KEY, UNIQUE, CHECK, FOREIGN KEY
    join: Join | None = None  # of a foreign key
    name: str = ""

    def __str__(self) -> str:
        return f"ALTER TABLE {self.place} ADD {self.rule}"


@dataclass(frozen=True)
class Index:
    """A statement that makes an index of a table. Its name is quoted."""

    table: str
    statement: str
    name: str = ""

    def __str__(self) -> str:
        return self.statement


Part = TypeVar("Part", Constraint, Index)


def by_table(parts: Iterable[Part]) -> dict[str, list[Part]]:
    """The parts of each table that has one, in their order."""
    parts_of: dict[str, list[Part]] = {}
    for part in parts:
        parts_of.setdefault(part.table, []).append(part)
    return parts_of


@dataclass(frozen=True)
class Ddl:
    """What is run, in this order; `constraints` and `indexes` may wait until the data is there."""

    schema: tuple[str, ...]
    tables: Mapping[str, str]  # by name, in the order of references
    constraints: tuple[Constraint, ...]
    indexes: tuple[Index, ...]
    comments: tuple[str, ...]
    numbering: tuple[str, ...] = ()  # what makes the database number new rows, where CREATE TABLE does not say it
    numbered: Mapping[str, str] = field(default_factory=dict)  # by table: the key that the database goes on with
    types: Mapping[str, tuple[OwnType, ...]] = field(default_factory=dict)  # of tables that have some of their own
    left_out: tuple[str, ...] = ()  # foreign keys that the database cannot have, in words

    def __iter__(self) -> Iterator[str]:
        yield from self.schema
        yield from self.made()
        yield from map(str, (*self.constraints, *self.indexes))
        yield from self.comments
        yield from self.numbering

    def made(self) -> Iterator[str]:
        """The statements that make the tables, each behind the types that are its own."""
        for name, table in self.tables.items():
            yield from (each.statement for each in self.types.get(name, ()))
            yield table

    def __str__(self) -> str:
        return "".join(
            [*(f"-- left out: {each}\n" for each in self.left_out), *(f"{statement};\n" for statement in self)]
        )


NO_DDL = Ddl(schema=(), tables={}, constraints=(), indexes=(), comments=())
