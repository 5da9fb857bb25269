"""What a text of DDL has made so far: its tables, types and sequences, and what is to be told of it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from synth.importing.ddl.cursor import Cursor, UnreadError
from synth.importing.ddl.lexer import Token
from synth.importing.ddl.types import Known
from synth.importing.found import Note

__all__ = ["Check", "Column", "Key", "Reference", "Script", "Sql", "Table"]


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
    """Columns that are unique, among rows that meet a condition."""

    columns: tuple[str, ...]
    name: str | None
    at: int
    where: Sql | None = None


@dataclass
class Reference:
    """A foreign key: `path` is the name of the other table, `parents` its columns, or nothing for its primary key."""

    columns: tuple[str, ...]
    path: list[str]
    parents: tuple[str, ...]
    name: str | None
    at: int


@dataclass
class Check:
    """A condition of rows. `value` is the column that a domain calls VALUE; `is_range` as in `Condition`."""

    sql: Sql
    name: str | None = None
    value: str | None = None
    is_range: bool = False


@dataclass
class Table:
    """A table so far. Columns are found by their names in small letters."""

    path: list[str]
    at: int
    columns: dict[str, Column] = field(default_factory=dict)
    primary: tuple[str, ...] = ()
    uniques: list[Key] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    about: str | None = None
    has_rowid: bool = True  # SQLite numbers the rows of such a table

    @property
    def name(self) -> str:
        """The name, without a schema."""
        return self.path[-1]

    @property
    def schema(self) -> str:
        """The schema, where the text says one."""
        return self.path[-2] if len(self.path) > 1 else ""

    def column(self, name: str) -> Column | None:
        """The column of a name, in whatever letters."""
        return self.columns.get(name.lower())

    def take_columns(self, other: Table) -> None:
        """Begin with the columns of another table."""
        self.columns = {**{key: replace(column) for key, column in other.columns.items()}, **self.columns}

    def begin_numbers(self, start: str) -> None:
        """Let the numbers that the database gives begin there, as MySQL says it of a table."""
        for column in self.columns.values():
            if column.numbered and start.isdigit() and int(start) > 1:
                column.starts_at = int(start)

    def drop(self, name: str) -> None:
        """Take out a column, or a constraint, and the keys that hold it."""
        key = name.lower()
        self.columns.pop(key, None)
        held = [{each.lower() for each in (*each_key.columns, each_key.name or "")} for each_key in self.uniques]
        self.uniques = [each for each, names in zip(self.uniques, held, strict=True) if key not in names]
        self.references = [
            each for each in self.references if key not in {*map(str.lower, each.columns), (each.name or "").lower()}
        ]
        self.checks = [
            each for each in self.checks if (each.name or "").lower() != key and (each.value or "").lower() != key
        ]
        if key in map(str.lower, self.primary):
            self.primary = ()


class Script:
    """A text, and what it has made so far."""

    def __init__(self, text: str, dialect: str):
        """`dialect` is the database that the text is for."""
        self.text, self.dialect = text, dialect
        self.tables: dict[str, list[Table]] = {}  # by their names in small letters
        self.own: dict[str, Known] = {}  # types, by their names in small letters
        self.sequences: dict[str, int] = {}  # where each begins
        self.partitions: list[list[str]] = []  # tables that are parts of others
        self.schema = ""  # of names that say none
        self.notes: list[Note] = []
        self._told: set[tuple[str, str]] = set()
        self.failed: list[Note] = []  # of tables that could not be read
        self._lines = [found.start() for found in re.finditer("\n", text)]

    def line(self, at: int) -> int:
        """The line of a place in the text."""
        return bisect_right(self._lines, at - 1) + 1

    def tell(self, where: str, what: str, at: int, *, failed: bool = False) -> None:
        """Keep a note, once; `failed` says that a table is lost by it."""
        note = Note(where, what, self.line(at))
        if (where, what) not in self._told:
            self._told.add((where, what))
            self.notes.append(note)
        if failed:
            self.failed.append(note)

    def sql(self, tokens: Sequence[Token]) -> Sql:
        """An expression of these tokens. Raises UnreadError where there are none."""
        if not tokens:
            raise UnreadError("an expression is missing", 0)
        return Sql(self.text[tokens[0].start : tokens[-1].end], tokens[0].start, self.dialect)

    def cursor(self, tokens: Sequence[Token]) -> Cursor:
        """A walk over tokens, with names folded as the database folds them."""
        return Cursor(tokens, self.dialect == "postgres")

    def full(self, path: list[str]) -> list[str]:
        """A name with the schema that it has where it says none."""
        return [self.schema, *path] if len(path) == 1 and self.schema else path

    def find(self, path: list[str]) -> Table | None:
        """The table of a name, in whatever letters: of its schema, else of any."""
        if not path:
            return None
        alike = self.tables.get(path[-1].lower(), [])
        if len(alike) > 1:
            alike = [table for table in alike if table.name == path[-1]] or alike
        schema = self.full(path)[-2].lower() if len(self.full(path)) > 1 else ""
        of_schema = [table for table in alike if table.schema.lower() == schema]
        if of_schema or not alike:
            return of_schema[0] if of_schema else None
        if len(path) > 1:
            return next((table for table in alike if not table.schema), None)
        return alike[0]

    def all_tables(self) -> list[Table]:
        """The tables, in the order of the text."""
        return sorted((table for alike in self.tables.values() for table in alike), key=lambda table: table.at)

    def add(self, table: Table) -> None:
        """Take in a table."""
        self.tables.setdefault(table.name.lower(), []).append(table)

    def has(self, path: list[str]) -> bool:
        """Whether a table of just that name is made already."""
        return any(self._is_called(table, path) for table in self.tables.get(path[-1].lower(), ()))

    def remove(self, path: list[str]) -> None:
        """Take out the table of just that name, if it is there."""
        alike = self.tables.get(path[-1].lower(), [])
        alike[:] = [table for table in alike if not self._is_called(table, path)]

    def rename(self, table: Table, name: str) -> None:
        """Give a table another name."""
        alike = self.tables[table.name.lower()]
        alike[:] = [each for each in alike if each is not table]
        table.path = [*table.path[:-1], name]
        self.add(table)

    def _is_called(self, table: Table, path: list[str]) -> bool:
        """Whether a table has a name, with its schema: PostgreSQL alone knows two that differ in capitals."""
        ours, theirs = table.path[-2:], self.full(path)[-2:]
        return ours == theirs or (self.dialect != "postgres" and [*map(str.lower, ours)] == [*map(str.lower, theirs)])
