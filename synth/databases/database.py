"""A connection to a database and what loading, verifying and reading back need of it: one contract for all of them.

A load is made in a staging place that nobody reads, and takes its place in one step at the end. Servers stage in a schema
of its own, so that several connections can fill it; files have one connection, whose transaction is the staging place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar, Self

import polars as pl

from synth.databases.address import Address
from synth.ddl.statements import LONGEST_SCHEMA, Ddl
from synth.dtypes import DType, Types
from synth.errors import DatabaseError
from synth.fingerprint import Fingerprint, sums_sql
from synth.translate.dialect import Dialect

__all__ = ["MANIFEST", "STAGED", "Amendment", "Database", "Step"]

STAGED = "_synth_"  # staging places begin so
MANIFEST = "synth_manifest"  # the table that says what is in a schema
ADDED = ", ADD "


@dataclass(frozen=True)
class Step:
    """Statements on a loaded table, run on one connection. No other step runs that needs one of `alone`."""

    phase: str  # constraints, indexes
    table: str
    statements: tuple[str, ...]
    alone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Amendment:
    """What comes, changes and goes in a table, in the types in which columns are written; rows are known by `key`.

    Without a key rows are known by all their columns: nothing changes, and of equal rows as many go as are given.
    """

    table: str
    key: tuple[str, ...]
    inserts: pl.DataFrame
    updates: pl.DataFrame
    deletes: pl.DataFrame  # the key's columns, or all where there is no key


class Database(ABC):
    """One connection. Everything that the driver raises becomes a DatabaseError that says what to do."""

    dialect: ClassVar[Dialect]
    several: ClassVar[bool] = True  # whether several connections may fill the staging place at once
    reads_files: ClassVar[bool] = False  # whether it has `send_files`
    raised: tuple[type[Exception], ...] = ()  # what the driver raises

    def __init__(self, address: Address):
        self.address = address
        with self.driver_errors("connecting"):
            self.connect()

    def another(self) -> Self:
        """A further connection to the same place."""
        return type(self)(self.address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def driver_errors(self, doing: str) -> Iterator[None]:
        """What goes wrong within, in words: what was being done, where, and what the user can do."""
        try:
            yield
        except DatabaseError:
            raise
        except Exception as error:
            if not isinstance(error, self.raised):
                raise
            what, hint = self.explained(error)
            raise DatabaseError(f"{self.address}: {doing}: {what}" + (f"\n  hint: {hint}" if hint else "")) from error

    # -- a connection

    @abstractmethod
    def connect(self) -> None:
        """Import the driver, set `raised`, and open the connection."""

    @classmethod
    def create(cls, address: Address) -> None:
        """Make the database that the address names, if it is not there; a file is made by opening it."""
        return

    @abstractmethod
    def close(self) -> None:
        """Close the connection; nothing is raised."""

    @abstractmethod
    def explained(self, error: Exception) -> tuple[str, str]:
        """A driver's error as what happened, in one line, and what to do about it, which may be nothing."""

    @abstractmethod
    def run(self, sql: str) -> None:
        """Run one statement. Raises DatabaseError."""

    @abstractmethod
    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The names of a query's columns, and all its rows: for few rows. Raises DatabaseError."""

    @abstractmethod
    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """A query's rows, many at a time, in the types in which such columns are written; one frame at least.

        Without types they are what the result's columns are. Raises DatabaseError.
        """

    # -- what is there

    @abstractmethod
    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """The tables of a schema and their columns, in order; empty where there is no such schema."""

    @abstractmethod
    def loaded(self) -> list[str]:
        """The schemas that hold a dataset of ours, by name."""

    # -- a load

    def stage(self, schema: str) -> str:
        """The name of the staging place of a schema."""
        name = f"{STAGED}{schema}"
        if len(name.encode()) <= LONGEST_SCHEMA:
            return name
        return f"{STAGED}{blake2b(schema.encode(), digest_size=16).hexdigest()}"

    @abstractmethod
    def lock(self, schema: str) -> bool:
        """Keep other loads out of a schema until this connection ends; False where one is going on."""

    @abstractmethod
    def begin(self, schema: str, gone: Sequence[str]) -> None:
        """Clear what a killed load left, and begin to stage; `gone` are tables that the load takes the place of."""

    @abstractmethod
    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Append rows, in the types in which columns are written, to a staged table; the bytes that were sent."""

    def send_files(self, schema: str, table: str, paths: Sequence[Path], format: str, types: Types) -> int:
        """Append the rows of all of a table's files, which the database reads itself; how many there were."""
        raise NotImplementedError

    def steps(self, ddl: Ddl) -> Iterator[list[Step]]:
        """Constraints and indexes after the data: lists of steps, each list when the one before is done."""
        rules: dict[str, list[str]] = {}
        for constraint in ddl.constraints:
            if constraint.parent is None:
                rules.setdefault(constraint.table, []).append(constraint.rule)
        places = {constraint.table: constraint.place for constraint in ddl.constraints}
        yield [
            Step("constraints", table, (f"ALTER TABLE {places[table]} ADD {ADDED.join(all_)}",), frozenset([table]))
            for table, all_ in rules.items()
        ]
        yield [Step("indexes", index.table, (index.statement,)) for index in ddl.indexes]
        yield [
            Step("constraints", foreign.table, (str(foreign),), frozenset([foreign.table, foreign.parent]))
            for foreign in ddl.constraints
            if foreign.parent is not None
        ]

    def take(self, step: Step) -> None:
        """Run one of the steps. Raises DatabaseError."""
        for statement in step.statements:
            self.run(statement)

    @abstractmethod
    def analyze(self, schema: str, table: str) -> None:
        """Let the planner know what is in a staged table."""

    @abstractmethod
    def publish(self, schema: str, tables: Iterable[str], gone: Sequence[str]) -> None:
        """In one step: drop the tables that are gone, and put the staged ones into the schema."""

    @abstractmethod
    def abandon(self, schema: str) -> None:
        """Clear the staging place; the schema is as it was. Raises nothing: the server may be gone."""

    # -- growing

    def amend(self, schema: str, amendments: Sequence[Amendment], also: Sequence[str]) -> None:
        """All of it, and these statements, in one transaction; amendments come in the order of references."""
        raise DatabaseError(
            f"{self.address}: a dataset cannot be advanced in this kind of database yet\n"
            "  hint: advance its folder, and load that with --if-exists replace"
        )

    def refuse_appending(self) -> None:
        """Raise DatabaseError where rows cannot go behind those that are there, all or none."""
        raise DatabaseError(
            f"{self.address}: rows cannot be appended to tables of this kind of database yet; nothing was changed\n"
            "  hint: --if-exists replace, another --schema, or PostgreSQL"
        )

    @contextmanager
    def appending(self, schema: str, tables: Sequence[str]) -> Iterator[None]:
        """A transaction in which these tables of a schema get staged rows, and others are adopted; all of it or nothing."""
        self.refuse_appending()
        yield

    def append(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """Put the staged rows of a table behind those that are there."""
        raise NotImplementedError

    def adopt(self, schema: str, table: str) -> None:
        """Put a staged table into its place."""
        raise NotImplementedError

    # -- pieces that several share

    def query(self, schema: str, table: str, types: Mapping[str, DType]) -> str:
        """All rows of a table, its columns in this order."""
        return f"SELECT {', '.join(map(self.dialect.quoted, types))} FROM {self.dialect.place(schema, table)}"

    def content(self, schema: str, table: str, types: Types) -> Fingerprint:
        """The fingerprint of a table, worked out by the database. Raises DatabaseError."""
        place = self.dialect.place(schema, table)
        _, rows = self.rows(sums_sql(types, self.dialect.cells, self.dialect.quoted, place))
        return Fingerprint(*(int(number) for number in rows[0]))
