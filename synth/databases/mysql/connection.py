"""A connection to MySQL or MariaDB by PyMySQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from synth.databases.address import Address
from synth.databases.contract import Database
from synth.databases.hints import BREAKS_PROMISES
from synth.databases.mysql.catalogue import read_cells, result_type
from synth.databases.mysql.dialect import COLLATED, DIALECT
from synth.databases.mysql.options import arguments
from synth.dtypes import Types
from synth.errors import DatabaseError
from synth.extras import needing

if TYPE_CHECKING:
    from synth.databases.mysql.wire import Wire

__all__ = ["Connection"]

SESSION = {
    "sql_mode": (
        "'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
        "NO_ENGINE_SUBSTITUTION'"
    ),
    "time_zone": "'+00:00'",
    "lock_wait_timeout": "60",  # seconds; for tables, where the servers' own is a day or a year
    "innodb_lock_wait_timeout": "60",
    "wait_timeout": "604800",  # one connection holds the lock, and is silent while others send
    "net_read_timeout": "600",  # a reader may take its time between two chunks, a writer between two packets
    "net_write_timeout": "600",
}
# written texts compare as columns do, also where none of them meets a column
TEXTS = "/*M!, collation_connection = utf8mb4_nopad_bin */ /*!80000, collation_connection = utf8mb4_0900_bin */"
FRAME_ROWS = 50_000


class Connection(Database):
    """Every statement is committed."""

    connection: Wire
    locked = False

    def connect(self) -> None:
        """Open it; options in the URL are PyMySQL's, and `ssl_mode` as MySQL's own clients have it."""
        with needing("mysql"):
            import pymysql

            from synth.databases.mysql.wire import Wire
        self.raised = (pymysql.err.Error, RuntimeError)  # the second where `cryptography` is missing
        settings = ", ".join(f"{name} = {value}" for name, value in SESSION.items())
        self.connection = Wire(
            **arguments(self.address), autocommit=True, local_infile=True, program_name="synth",
            client_flag=pymysql.constants.CLIENT.FOUND_ROWS,  # an UPDATE that changes nothing has found its row
            init_command=f"SET SESSION {settings} {TEXTS}",
        )  # fmt: skip

    @classmethod
    def create(cls, address: Address) -> None:
        """CREATE DATABASE. A URL need not name one."""
        if not address.name:
            return
        with cls(replace(address, name="")) as server:
            server.run(f"CREATE DATABASE IF NOT EXISTS {DIALECT.quote_identifier(address.name)} {COLLATED}")

    def close(self) -> None:
        """Close it; the lock is let go first, as the server sees only a moment later that a connection has ended."""
        if self.locked:
            with suppress(DatabaseError):
                self._ask("DO RELEASE_ALL_LOCKS()", "closing")
        if hasattr(self, "connection") and self.connection.open:
            self.connection.close()

    def run(self, sql: str) -> None:
        """Run a statement. One of `steps` may be a query: a row of it says what does not hold."""
        _, rows = self._ask(sql, sql.split("(", maxsplit=1)[0].strip()[:80])
        if rows:
            raise DatabaseError(f"{self.address}: {rows[0][0]}\n  hint: {BREAKS_PROMISES}")

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        return self._ask(sql, "asking")

    def _ask(self, sql: str, doing: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self.driver_errors(doing), self.connection.cursor() as cursor:
            cursor.execute(sql)
            return [column[0] for column in cursor.description or ()], list(cursor.fetchall())

    def only_read(self, limit_s: int) -> None:
        """Make every further transaction of the session read-only; the limit is called otherwise in each server."""
        self.run("SET SESSION TRANSACTION READ ONLY")
        limits = f"/*M!, max_statement_time = {limit_s} */ /*!80000, max_execution_time = {limit_s * 1000} */"
        self.run(f"SET SESSION lock_wait_timeout = {SESSION['lock_wait_timeout']} {limits}")

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Rows as the protocol's text, over a connection of their own; at least one frame, so that columns are known."""
        with self.driver_errors("reading"), self.new_connection() as reader:
            reader.connection.decoders, reader.connection.use_unicode = {}, False
            with closing(reader.connection.stream(sql, FRAME_ROWS)) as chunks:
                first = True
                for description, rows in chunks:
                    if rows or first:
                        yield self._frame(description, rows, types)
                    first = False

    def _frame(self, description: Any, rows: list[Any], types: Types) -> pl.DataFrame:
        cells = zip(*rows, strict=True) if rows else [()] * len(description)
        names = [column[0] for column in description]
        if len(set(names)) < len(names):
            raise DatabaseError(f"{self.address}: two columns have one name in {', '.join(names)}\n  hint: AS renames")
        columns = []
        for column, values in zip(description, cells, strict=True):
            dtype = types.get(column[0]) or result_type(column)
            try:
                columns.append(read_cells(pl.Series(column[0], values, dtype=pl.Binary), dtype))
            except pl.exceptions.PolarsError as error:
                what = str(error).splitlines()[0]
                raise DatabaseError(f"{self.address}: column '{column[0]}' cannot be read as {dtype}: {what}") from None
        return pl.DataFrame(columns).select(list(types) or pl.all())
