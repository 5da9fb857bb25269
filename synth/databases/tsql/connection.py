"""A connection to SQL Server by mssql-python."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import Any, Self

import polars as pl

from synth.columns import cast_to_written
from synth.databases.address import Address
from synth.databases.contract import Database
from synth.databases.tsql.abilities import Abilities, ask
from synth.databases.tsql.dialect import DIALECT
from synth.databases.tsql.options import arguments
from synth.dtypes import Types
from synth.extras import needing

__all__ = ["Connection"]

FRAME_ROWS = 65_536
LOGIN_S = 30
SETTINGS = ("SET NOCOUNT ON", "SET XACT_ABORT ON", "SET LOCK_TIMEOUT 60000")  # milliseconds


class Connection(Database):
    """Every statement is a transaction of its own unless said."""

    connection: Any
    locked: str = ""
    abilities: Abilities

    def __init__(self, address: Address, via: str | None = None, known: Abilities | None = None):
        """`known` is what the server can do, where it was asked before."""
        self._known = known
        super().__init__(address, via)

    def new_connection(self) -> Self:
        """A further connection to the same server, of which all is known."""
        return type(self)(self.address, self.via, self.abilities)

    def connect(self) -> None:
        """Open it; options in the URL are keywords of connection strings (Encrypt, TrustServerCertificate, …)."""
        with needing("mssql"):
            import mssql_python
        words: Any = arguments(self.address)
        os.environ["RUST_BACKTRACE"] = "0"  # what panics in there says so in a line, without its own stack
        # bulk copy is another library inside the driver, which raises Python's own errors
        self.raised = (mssql_python.Error, mssql_python.Warning, RuntimeError, ValueError, TimeoutError)
        self.connection = mssql_python.connect("", autocommit=True, timeout=LOGIN_S, **words)
        for setting in SETTINGS:
            self._ask(setting, "connecting")
        self.abilities = self._known or ask(self._cell)
        self.dialect = self.abilities.dialect

    @classmethod
    def create(cls, address: Address) -> None:
        """CREATE DATABASE, from the one that every server has."""
        name = DIALECT.literal(address.name)
        with cls(replace(address, name="master")) as server:
            made = DIALECT.literal(f"CREATE DATABASE {server.dialect.quote_identifier(address.name)}")
            server.run(f"IF DB_ID({name}) IS NULL EXEC({made})")

    def close(self) -> None:
        """Close it; the lock is let go by name, as the driver may keep the session for its next user."""
        if hasattr(self, "connection"):
            with suppress(Exception):
                if self.locked:
                    self._ask(f"EXEC sp_releaseapplock @Resource = {self.locked}, @LockOwner = N'Session'", "closing")
            with suppress(Exception):
                self.connection.close()

    def run(self, sql: str) -> None:
        """Run one statement. Raises DatabaseError."""
        self._ask(sql, sql.split("(", maxsplit=1)[0].strip()[:80])

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query, or of the first one in a batch."""
        return self._ask(sql, "asking")

    def _cell(self, sql: str) -> Any:
        """The first cell of a query's result; None where there is none."""
        _, rows = self._ask(sql, "connecting")
        return rows[0][0] if rows else None

    def _ask(self, sql: str, doing: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self.driver_errors(doing), closing(self.connection.cursor()) as cursor:
            cursor.execute(sql)
            while cursor.description is None and cursor.nextset():
                pass  # errors of later statements come with their results
            if cursor.description is None:
                return [], []
            return [column[0] for column in cursor.description], list(map(tuple, cursor.fetchall()))

    def only_read(self, limit_s: int) -> None:
        """Let the driver limit queries; sessions cannot be made read-only, and a SELECT writes nothing."""
        self.connection.timeout = limit_s

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches, over a connection of their own; at least one, so that columns are known."""
        with (
            self.driver_errors("reading"),
            self.new_connection() as reader,
            closing(reader.connection.cursor()) as cursor,
        ):
            cursor.execute(sql)
            with closing(cursor.arrow_reader(batch_size=FRAME_ROWS)) as batches:
                frame = pl.DataFrame(batches.schema.empty_table())
                yield cast_to_written(frame, types) if types else frame
                for batch in batches:
                    frame = pl.DataFrame(batch)
                    yield cast_to_written(frame, types) if types else frame
