"""A connection to a file of DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from synth.columns import cast_to_written
from synth.databases.duckdb.dialect import DIALECT
from synth.databases.file import FileDatabase
from synth.dtypes import Types
from synth.formats import unreadable_errors

if TYPE_CHECKING:
    import duckdb

__all__ = ["ALIAS", "Connection"]

BATCH_ROWS = 131_072
ALIAS = '"synth\x01"'  # no schema is called so


class Connection(FileDatabase):
    """Opens the file when it is first asked."""

    beside = (".wal",)
    connection: duckdb.DuckDBPyConnection | None = None
    locked_out = False  # whether the connection sees its file alone
    limit_s: int | None = None  # of a query, where only reading is meant

    def connect(self) -> None:
        """Import the library, and note what it raises."""
        self.raised = unreadable_errors()
        super().connect()

    def close(self) -> None:
        """Close it; a transaction that goes on is rolled back."""
        if self.connection is not None:
            self.connection.close()
        self.connection, self.locked_out = None, False
        self.end_loading()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """The connection: that of the load, or one that reads only, so that others may read meanwhile."""
        if self.connection is None:
            self.require_file()
            self.connection = self._attached("READ_ONLY")
            self.lock_out()
        return self.connection

    def lock_out(self, folder: Path | None = None) -> None:
        """Let the connection see no other file, but those of a folder, and no variable, for good.

        The database may be a stranger's, and its views and macros read whatever they name.
        """
        from synth.sandbox import lock

        if self.connection is not None and not self.locked_out:
            lock(self.connection, folder)
            self.locked_out = True

    def _attached(self, *options: str) -> duckdb.DuckDBPyConnection:
        """The file under a name of ours: its own would make "shop"."orders" ambiguous in shop.duckdb.

        Told that it is DuckDB's, the library neither fetches extensions for other files, nor looks into the file and so
        loses the lock that another connection of this process has.
        """
        import duckdb

        connection = duckdb.connect(":memory:")
        try:
            words = ", ".join(("TYPE duckdb", *options))
            connection.execute(f"ATTACH {DIALECT.literal(str(self.path))} AS {ALIAS} ({words})")
            connection.execute(f"USE {ALIAS}; DETACH memory")
        except BaseException:
            connection.close()
            raise
        return connection

    def run(self, sql: str) -> None:
        """Run one statement. Raises DatabaseError."""
        with self.driver_errors(sql.split("(", maxsplit=1)[0].strip()[:80]):
            self._opened().execute(sql)

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        from synth.sandbox import signals_heard, time_limit

        with self.driver_errors("asking"):
            connection = self._opened()
            limit = nullcontext() if self.limit_s is None else time_limit(connection, self.limit_s)
            with limit, signals_heard(connection) as run:
                result = run(lambda: connection.execute(sql))
                return [column[0] for column in result.description or ()], result.fetchall()

    def only_read(self, limit_s: int) -> None:
        """Open the connection, a reader's."""
        with self.driver_errors("connecting"):
            self._opened()
        self.limit_s = limit_s

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches; other queries may run meanwhile, but within a load."""
        from synth.sandbox import signals_heard

        with self.driver_errors("reading"):
            connection = self._opened() if self.loading else self._opened().cursor()
            with signals_heard(connection) as run:
                reader = run(lambda: connection.sql(sql).to_arrow_reader(BATCH_ROWS))
                yield cast_to_written(pl.DataFrame(reader.schema.empty_table()), types)  # so that columns are known
                while (batch := run(lambda: next(reader, None))) is not None:
                    yield cast_to_written(pl.DataFrame(batch), types)
