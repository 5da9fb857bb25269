"""A connection to a file of DuckDB; and how DuckDB reads files of rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from synth.columns import cast_to_written
from synth.databases.duckdb.dialect import DIALECT
from synth.databases.file import FileDatabase
from synth.dtypes import Types

if TYPE_CHECKING:
    import duckdb

__all__ = ["ALIAS", "Connection", "relation"]

BATCH_ROWS = 131_072
ALIAS = '"synth\x01"'  # no schema is called so
_GLOBS = re.compile(r"[*?\[]")  # that a path may hold


def relation(paths: Iterable[str | Path], format: str, types: Types) -> str:
    """A table function of DuckDB that reads files of one table."""
    files = "[" + ", ".join(DIALECT.literal(_GLOBS.sub(r"[\g<0>]", str(path))) for path in paths) + "]"
    columns = "{" + ", ".join(f"{DIALECT.literal(name)}: '{dtype.duckdb}'" for name, dtype in types.items()) + "}"
    if format == "parquet":
        return f"read_parquet({files}, hive_partitioning = false)"
    if format == "csv":
        return (
            f"read_csv({files}, header = true, columns = {columns}, auto_detect = false, delim = ',', "
            "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, hive_partitioning = false)"
        )
    return f"read_json({files}, format = 'newline_delimited', columns = {columns}, hive_partitioning = false)"


class Connection(FileDatabase):
    """Opens the file when it is first asked."""

    beside = (".wal",)
    connection: duckdb.DuckDBPyConnection | None = None

    def connect(self) -> None:
        """Import the library."""
        import duckdb

        self.raised = (duckdb.Error, OSError, pl.exceptions.PolarsError)
        super().connect()

    def close(self) -> None:
        """Close it; a transaction that goes on is rolled back."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None
        self.end_loading()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """The connection: that of the load, or one that reads only, so that others may read meanwhile."""
        if self.connection is None:
            self.require_file()
            self.connection = self._attached("READ_ONLY")
        return self.connection

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
        """Run a statement."""
        with self.driver_errors(sql.split("(", maxsplit=1)[0].strip()[:80]):
            self._opened().execute(sql)

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        with self.driver_errors("asking"):
            result = self._opened().execute(sql)
            return [column[0] for column in result.description or ()], result.fetchall()

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches; other queries may run meanwhile, but within a load."""
        with self.driver_errors("reading"):
            connection = self._opened() if self.loading else self._opened().cursor()
            reader = connection.sql(sql).to_arrow_reader(BATCH_ROWS)
            yield cast_to_written(pl.DataFrame(reader.schema.empty_table()), types)  # so that columns are known
            for batch in reader:
                yield cast_to_written(pl.DataFrame(batch), types)
