"""A connection to a database and what loading, verifying and reading back need of it: one contract for all of them.

A load is made in a staging place that nobody reads, and takes its place in one step at the end. Servers stage in a schema
of its own, so that several connections can fill it; files have one connection, whose transaction is the staging place.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Self

import polars as pl

from synth.databases.address import Address
from synth.databases.capabilities import REFUSALS, Capabilities
from synth.databases.changes import KEEP, Applied, ForeignKey, KeptTable, Looking, Met, RowCounts, TableChanges
from synth.databases.rights import NO_RIGHTS, Rights
from synth.databases.steps import LoadStep, standard_steps
from synth.ddl import LONGEST_SCHEMA, NO_DDL, Ddl
from synth.dtypes import DType, Types
from synth.errors import DatabaseError, OptionError, one_of
from synth.fingerprint import Fingerprint
from synth.translate.dialect import Dialect

__all__ = ["MANIFEST", "STAGED", "Database", "Explanation"]

STAGED = "_synth_"  # staging places begin so
MANIFEST = "synth_manifest"  # the table that says what is in a schema
LONGEST_TEXT = 16 * 2**20  # bytes of a cell that is read: hundreds of rows are in memory at once
MOST_LENGTHS = 500  # columns of one query: databases have between 1,664 and 4,096


class Explanation(NamedTuple):
    """A driver's error in words."""

    what: str  # happened, in one line
    hint: str  # what the user can do about it; nothing if there is nothing


def _unknown_way(place: str, via: str, ways: tuple[str, ...]) -> str:
    if not ways:
        return f"{place}: this kind of database is filled in one way\n  hint: leave --via out"
    return f"{place}: rows are not sent via '{via}'\n  hint: --via {one_of(ways)}"


class Database(ABC):
    """One connection. Everything that the driver raises becomes a DatabaseError that says what to do."""

    dialect: Dialect  # a connection may know that its server takes less of it
    capabilities: ClassVar[Capabilities]
    ways: ClassVar[tuple[str, ...]] = ()  # by name, the usual one first: how rows can be sent, where there is a choice
    in_place: ClassVar[bool] = False  # whether rows are staged where they stay, in a transaction that nobody looks into
    rights: Rights = NO_RIGHTS  # that the tables of a load get
    in_place_ddl: Ddl = NO_DDL  # what makes the tables of a load where they stay, for servers that cannot move them
    raised: tuple[type[Exception], ...] = ()  # what the driver raises

    def __init__(self, address: Address, via: str | None = None):
        """`via` is one of the `ways` that rows can be sent; left out, the usual one. Raises OptionError, DatabaseError."""
        self.address, self.via = address, via or next(iter(self.ways), None)
        if via and via not in self.ways:
            raise OptionError(_unknown_way(str(address), via, self.ways))
        with self.driver_errors("connecting"):
            self.connect()

    def new_connection(self) -> Self:
        """A further connection to the same place."""
        return type(self)(self.address, self.via)

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
            what, hint = self.explain(error)
            raise DatabaseError(f"{self.address}: {doing}: {what}" + (f"\n  hint: {hint}" if hint else "")) from error

    # -- what it can do

    def require(self, capability: str) -> None:
        """Raise DatabaseError, in words for the user, where a capability is not declared."""
        if not getattr(self.capabilities, capability):
            raise self._refusal(capability)

    def _refusal(self, capability: str) -> DatabaseError:
        """What the methods of a capability say where it is not declared."""
        return DatabaseError(f"{self.address}: {REFUSALS[capability]}")

    # -- a connection

    @abstractmethod
    def connect(self) -> None:
        """Import the driver, set `raised`, and open the connection."""

    @classmethod
    @abstractmethod
    def create(cls, address: Address) -> None:
        """Make the database that the address names, if it is not there. Raises DatabaseError."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; nothing is raised."""

    @abstractmethod
    def explain(self, error: Exception) -> Explanation:
        """A driver's error as what happened, and what to do about it."""

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

    @abstractmethod
    def only_read(self, limit_s: int) -> None:
        """From here on nothing is written, and a query is given up after so many seconds, as far as the database can."""

    # -- what is there

    @property
    @abstractmethod
    def default_schema(self) -> str:
        """Where tables are that are made without naming a schema."""

    @abstractmethod
    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """The tables of a schema and their columns, in order; empty where there is no such schema."""

    @abstractmethod
    def dataset_schemas(self) -> list[str]:
        """The schemas that hold a dataset of ours, by name."""

    def query(self, schema: str, table: str, types: Mapping[str, DType]) -> str:
        """The SELECT of all rows of a table, its columns in this order."""
        columns = ", ".join(self.dialect.read_cell(name, dtype) for name, dtype in types.items())
        return f"SELECT {columns} FROM {self.dialect.place(schema, table)}"

    def first(
        self, schema: str, table: str, types: Mapping[str, DType], key: Sequence[str], rows: int | None
    ) -> Iterator[pl.DataFrame]:
        """The first rows of a table by its key, which may be of no column, or all of them. Raises DatabaseError."""
        place = self.dialect.first_rows(self.dialect.place(schema, table), list(types), key, rows)
        self.require_short_texts(schema, table, types, place)
        columns = ", ".join(self.dialect.read_cell(name, dtype) for name, dtype in types.items())
        yield from self.frames(f"SELECT {columns} FROM {place}", types)

    def require_short_texts(self, schema: str, table: str, types: Types, place: str | None = None) -> None:
        """Raise DatabaseError for a text that is longer than is read, before one is: a table may be a stranger's.

        Only the rows at a `place`, a part of the table, are looked at where one is named.
        """
        place = place or self.dialect.place(schema, table)
        texts = [name for name, dtype in types.items() if dtype.drawn == pl.String or not self.dialect.holds_types]
        for first in range(0, len(texts), MOST_LENGTHS):
            names = texts[first : first + MOST_LENGTHS]
            asked = (self.dialect.byte_length.format(self.dialect.quote_identifier(name)) for name in names)
            sql = f"SELECT {', '.join(f'MAX({each})' for each in asked)} FROM {place}"
            for name, longest in zip(names, self.rows(sql)[1][0], strict=True):
                if int(longest or 0) > LONGEST_TEXT:
                    raise DatabaseError(
                        f"{self.address}: '{table}.{name}' holds a text of {int(longest):,} bytes, and none of more than "
                        f"{LONGEST_TEXT:,} is read\n  hint: shorten it, or leave the column out by a view"
                    )

    def content(self, schema: str, table: str, types: Types, where: str = "") -> Fingerprint:
        """The fingerprint of a table, or of its rows of a condition, worked out by the database. Raises DatabaseError."""
        place = f"{self.dialect.place(schema, table)} {where and 'WHERE'} {where}".rstrip()
        _, rows = self.rows(self.dialect.fingerprint_query(types, place))
        return Fingerprint(*(int(number) for number in rows[0]))

    @abstractmethod
    def filled_schemas(self) -> list[str]:
        """The schemas that hold tables, by name; without the database's own and staging places."""

    @abstractmethod
    def defined_tables(self, schema: str) -> list[str]:
        """The tables of a schema that hold rows of their own, by name: no views, and no partitions of others."""

    @abstractmethod
    def definitions(self, schema: str, tables: Sequence[str]) -> str:
        """The DDL of these tables, as it is now: their types, sequences, columns, constraints, unique indexes, comments.

        Names of the schema stand without it, those of others with theirs. Raises DatabaseError.
        """

    @abstractmethod
    def besides_tables(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """What a schema holds that `definitions` of these tables leave out, such as views, by kind and name."""

    @abstractmethod
    def referring(self, schema: str, tables: Sequence[str]) -> list[ForeignKey]:
        """The foreign keys of other tables, of any schema, that point to these."""

    @abstractmethod
    def hanging_on(self, schema: str, tables: Sequence[str]) -> list[tuple[str, str]]:
        """What goes with these tables where they are dropped, by kind and name: indexes, triggers and the like."""

    # -- a load

    def staging_schema(self, schema: str) -> str:
        """The name of the staging place of a schema."""
        name = f"{STAGED}{schema}"
        if len(name.encode()) <= LONGEST_SCHEMA:
            return name
        return f"{STAGED}{blake2b(schema.encode(), digest_size=16).hexdigest()}"

    @abstractmethod
    def lock(self, schema: str) -> bool:
        """Keep other loads out of a schema until this connection ends; False where one is going on."""

    @abstractmethod
    def begin_staging(self, schema: str, replaced: Sequence[str]) -> None:
        """Clear what a killed load left, and begin to stage; `replaced` are tables that the load takes the place of."""

    def stage_apart(self, schema: str, tables: Sequence[str]) -> None:
        """Let rows of tables that are there be staged beside them, which is usual where nothing is staged in its place."""
        assert not self.in_place, "rows that are staged in their place need another"

    def stage_alike(self, schema: str, tables: Sequence[str]) -> None:  # noqa: B027 - most need nothing
        """Let staged columns have the types of the tables that are there, where such a type is the schema's own."""

    def drop_tables(self, schema: str, tables: Sequence[str]) -> None:
        """Drop tables, if they are there, with the types that are theirs alone. Raises DatabaseError."""
        for table in tables:
            self.run(f"DROP TABLE IF EXISTS {self.dialect.place(schema, table)}")

    def staged_place(self, schema: str, table: str) -> str:
        """Where the staged rows of a table are, in SQL."""
        return self.dialect.place(self.staging_schema(schema), table)

    def staged_content(self, schema: str, table: str, types: Types) -> Fingerprint:
        """The fingerprint of the staged rows of a table. Raises DatabaseError."""
        return self.content(self.staging_schema(schema), table, types)

    def open_to_send(self) -> None:  # noqa: B027 - most need nothing
        """Open, before there are rows, what only sending takes: nothing, where it goes over the connection itself."""

    @abstractmethod
    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Append rows, in the types in which columns are written, to a staged table; the bytes that were sent."""

    def send_files(self, schema: str, table: str, paths: Sequence[Path], format: str, types: Types) -> int:
        """Append all rows of a table's files, in a format by its name, to a staged table; how many there were.

        For databases that declare `reads_files`; others raise DatabaseError.
        """
        raise self._refusal("reads_files")

    def names_in(self, schema: str) -> set[str]:
        """The names of the constraints and indexes of a schema's tables.

        For databases that declare `keeps_staging`; others raise DatabaseError.
        """
        raise self._refusal("keeps_staging")

    def steps(self, ddl: Ddl) -> Iterator[list[LoadStep]]:
        """Constraints and indexes after the data: lists of steps, each list when the one before is done."""
        return standard_steps(ddl)

    def run_step(self, step: LoadStep) -> None:
        """Run one of the steps. Raises DatabaseError."""
        for statement in step.statements:
            self.run(statement)

    def number_on(self, schema: str, table: str, column: str) -> None:
        """Let the database give new rows of a table the integers behind its highest key. Raises DatabaseError."""
        if self.dialect.numbering:
            highest = f"SELECT MAX({self.dialect.quote_identifier(column)}) FROM {self.dialect.place(schema, table)}"
            following = max(1, int(self.rows(highest)[1][0][0] or 0) + 1)
            for statement in self.dialect.number_on(schema, table, column, following):
                self.run(statement)

    @abstractmethod
    def analyze(self, schema: str, table: str) -> None:
        """Let the planner know what is in a staged table."""

    @abstractmethod
    def publish(self, schema: str, tables: Iterable[str], replaced: Sequence[str]) -> None:
        """In one step: drop the tables that are replaced, and put the staged ones into the schema."""

    def give_rights(self, schema: str, tables: Iterable[str]) -> None:
        """Give the rights that were asked for. Raises DatabaseError."""
        for statement in self.rights.statements(self.dialect, schema, tables):
            self.run(statement)

    @abstractmethod
    def abandon(self, schema: str) -> None:
        """Clear the staging place; the schema is as it was. Raises nothing: the server may be gone."""

    # -- growing

    @abstractmethod
    def changing(self, schema: str, filled: Sequence[str], emptied: Sequence[str]) -> AbstractContextManager[None]:
        """A transaction, all of it or nothing, at whose end every reference holds; others may read meanwhile.

        `filled` are tables that get rows or other values, `emptied` those that lose or change rows, which are there.
        """

    @abstractmethod
    def append_rows(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """Put the staged rows of a table behind those that are there, within `changing`; numbered keys go on."""

    @abstractmethod
    def adopt_table(self, schema: str, table: str) -> None:
        """Put a staged table into its place in the schema, within `changing`."""

    @abstractmethod
    def refresh_rows(self, schema: str, tables: Sequence[KeptTable]) -> dict[str, RowCounts]:
        """Make the rows of these tables those that are staged, within `changing`; they come in the order of references."""

    @abstractmethod
    def holding(
        self, schema: str, keys: Mapping[str, str], room: Mapping[str, int]
    ) -> AbstractContextManager[dict[str, int]]:  # fmt: skip
        """A transaction in which nobody else takes one of the next keys: the highest of a column of each table with rows.

        `room` says by table how many keys are needed at most. A `changing` within is a part of the transaction.
        """

    @abstractmethod
    def look(self, schema: str) -> Looking:
        """What finds rows that are not as they were made."""

    @abstractmethod
    def apply_changes(
        self, schema: str, changes: Sequence[TableChanges], also: Callable[[Mapping[str, Applied]], Iterable[str]],
        met: Mapping[str, Met], edited: str = KEEP,
    ) -> Mapping[str, Applied]:  # fmt: skip
        """Make all these changes, and run the statements of `also`, in one transaction; in the order of references.

        Rows that a `look` has `met` are let be as others changed them; or, if `edited` is `fail`, a DatabaseError is raised
        where they are in the way.
        """
