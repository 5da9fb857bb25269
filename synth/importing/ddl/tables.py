"""Tables while they are read: what a text has said of each so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from synth.importing.ddl.types import Known

__all__ = ["Column", "Key", "Reference", "Sql", "Table"]


@dataclass(frozen=True)
class Sql:
    """An expression as the source spells it, and where it stands."""

    text: str
    at: int
    dialect: str


@dataclass
class Column:
    """A column so far."""

    name: str
    known: Known
    spelt: str
    at: int
    nullable: bool = True
    numbered: bool = False
    starts_at: int | None = None
    default: Sql | None = None
    computed: Sql | None = None
    about: str | None = None


@dataclass
class Key:
    """Columns that are unique so far."""

    columns: tuple[str, ...]
    name: str | None
    at: int
    where: Sql | None = None


@dataclass
class Reference:
    """A foreign key so far: `path` is the name of the other table, `parents` its columns, or nothing."""

    columns: tuple[str, ...]
    path: list[str]
    parents: tuple[str, ...]
    name: str | None
    at: int


@dataclass
class Table:
    """A table so far. Columns are found by their names in small letters."""

    path: list[str]
    at: int
    columns: dict[str, Column] = field(default_factory=dict)
    primary: tuple[str, ...] = ()
    uniques: list[Key] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    checks: list[tuple[Sql, str | None, str | None]] = field(default_factory=list)  # of a domain: its column
    about: str | None = None

    @property
    def name(self) -> str:
        """The name, without a schema."""
        return self.path[-1]

    @property
    def schema(self) -> str:
        """The schema, where the text says one."""
        return self.path[-2] if len(self.path) > 1 else ""
