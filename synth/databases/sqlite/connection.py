"""Connections to a file of SQLite: ADBC's for whole columns, sqlite3's for queries with our function."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import md5
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from synth.columns import to_drawn
from synth.databases.file import FileDatabase
from synth.databases.sqlite.catalogue import column_type
from synth.databases.sqlite.dialect import DIALECT
from synth.databases.sqlite.values import from_sqlite, sample
from synth.dtypes import BIGINT, DOUBLE, TEXT, DType, Types
from synth.extras import needing
from synth.fingerprint import HEX_DIGITS, Fingerprint, fingerprint

if TYPE_CHECKING:
    import sqlite3

__all__ = ["WAIT_MS", "Connection", "ask"]

BATCH_ROWS = 65_536
STEPS = 100_000  # of SQLite's machine between two looks at the clock
WAIT_MS = 60_000  # for readers to end, when the rows are to be written


def _digest(text: Any) -> int | None:
    """What fingerprints take a text for."""
    return None if text is None else int(md5(str(text).encode()).hexdigest()[:HEX_DIGITS], 16)


class Connection(FileDatabase):
    """ADBC brings a SQLite of its own and knows no function registered from Python.

    The locks of two SQLites in one process do not see each other, and what one closes frees what the other holds. So while
    one of them holds locks, the other's connection is not closed: a load, from BEGIN to COMMIT, and each reading of frames
    are ADBC's alone; other queries, with `synth_digest`, are sqlite3's. A load therefore proves what it wrote by reading it
    back.
    """

    beside = ("-journal", "-wal", "-shm")
    writer: Any = None  # ADBC's connection, from `lock` on
    reader: sqlite3.Connection | None = None
    limit_s: int | None = None  # of a query, where only reading is meant

    def connect(self) -> None:
        """Import both libraries, and note what they raise."""
        import sqlite3

        with needing("sqlite"):
            from adbc_driver_manager import dbapi as manager
            from adbc_driver_sqlite import dbapi  # noqa: F401
        self.raised = (manager.Error, sqlite3.Error, OSError, pl.exceptions.PolarsError)
        super().connect()

    def close(self) -> None:
        """Close what is open; a transaction that goes on is rolled back."""
        self._close_reader()
        if self.writer is not None:
            with suppress(*self.raised):
                self.writer.close()
        self.writer = None
        self.end_loading()

    def _close_reader(self) -> None:
        if self.reader is not None:
            self.reader.close()
        self.reader = None

    def _adbc(self, mode: str, **settings: object) -> Any:
        """A connection that begins no transaction by itself: that of the driver could not be IMMEDIATE."""
        from adbc_driver_sqlite import dbapi

        connection = dbapi.connect(f"file:{quote(str(self.path))}?mode={mode}", autocommit=False)
        try:
            for statement in ("COMMIT", *(f"PRAGMA {name} = {value}" for name, value in settings.items())):
                ask(connection, statement)
        except BaseException:
            connection.close()
            raise
        return connection

    def run(self, sql: str) -> None:
        """Run one statement. Raises DatabaseError."""
        with self.driver_errors(sql.split("(", maxsplit=1)[0].strip()[:80]):
            self._run(sql)

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        with self.driver_errors("asking"):
            return self._run(sql)

    def _run(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """By the load's connection while there is one."""
        if self.writer is not None:
            return ask(self.writer, sql)
        if self.reader is None:
            import sqlite3

            self.require_file()
            where = f"file:{quote(str(self.path))}?mode=rw"
            self.reader = sqlite3.connect(where, uri=True, isolation_level=None, timeout=WAIT_MS / 1000)
            self.reader.create_function("synth_digest", 1, _digest, deterministic=True)
            if self.limit_s is not None:
                self.reader.execute("PRAGMA query_only = ON")
        if self.limit_s is not None:
            end = time.monotonic() + self.limit_s
            self.reader.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        cursor = self.reader.execute(sql)
        return [column[0] for column in cursor.description or ()], cursor.fetchall()

    def only_read(self, limit_s: int) -> None:
        """Open the connection that is asked anew, so that it is one that only reads."""
        self._close_reader()
        self.limit_s = limit_s

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches by ADBC, which takes a column for what its first row is: that is a row of samples."""
        with self.driver_errors("reading"):
            connection = self.writer
            if connection is None:
                self.require_file()
                self._close_reader()
                connection = self._adbc("rw", busy_timeout=WAIT_MS)
            try:
                types = types or _result_types(connection, sql)
                first = ", ".join(
                    f"{sample(dtype)} AS {DIALECT.quote_identifier(name)}" for name, dtype in types.items()
                )
                names = ", ".join(map(DIALECT.quote_identifier, types))
                with connection.cursor() as cursor:
                    cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH_ROWS})
                    cursor.execute(f"SELECT {first} UNION ALL SELECT {names} FROM ({sql.strip(' ;')}\n)")
                    batches = map(pl.DataFrame, cursor.fetch_record_batch())
                    yield from_sqlite(next(batches).slice(1), types)
                    for frame in batches:
                        yield from_sqlite(frame, types)
            finally:
                if connection is not self.writer:
                    self._close_reader()  # its locks go with those of the other
                    connection.close()

    def content(self, schema: str, table: str, types: Types, where: str = "") -> Fingerprint:
        """By SQL; within a load, whose connection has no `synth_digest`, of the rows read back."""
        if self.writer is None:
            return super().content(schema, table, types, where)
        return self.content_at(f"{DIALECT.place(schema, table)} {where and 'WHERE'} {where}", types)

    def content_at(self, place: str, types: Types) -> Fingerprint:
        """The fingerprint of the rows in some place, which are read back."""
        content = Fingerprint()
        columns = ", ".join(map(DIALECT.quote_identifier, types))
        for frame in self.frames(f"SELECT {columns} FROM {place}", types):
            content += fingerprint(to_drawn(frame, types), types)
        return content


def ask(connection: Any, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a statement by ADBC: names of columns, and rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if cursor.description is None:
            return [], []
        return [column[0] for column in cursor.description], cursor.fetchall()


def _result_types(connection: Any, sql: str) -> dict[str, DType]:
    """The columns of a query: by declaration where one is given back as it is, else by what it gives."""
    view = "temp.synth_described"
    ask(connection, f"CREATE TEMP VIEW synth_described AS {sql}")
    try:
        _, columns = ask(connection, "SELECT name, type FROM pragma_table_xinfo('synth_described')")
        types_of = {name: column_type(kind, ours=False) if kind else None for name, kind in columns}
        unknown = [name for name, dtype in types_of.items() if dtype is None]
        asked = ", ".join(
            f"MAX(TYPEOF({cell}) IN ('text', 'blob')), MAX(TYPEOF({cell}) = 'real')"
            for cell in map(DIALECT.quote_identifier, unknown)
        )
        cells = iter(ask(connection, f"SELECT {asked} FROM {view}")[1][0] if unknown else ())
        for name in unknown:
            is_text, is_real = next(cells), next(cells)
            types_of[name] = TEXT if is_text else DOUBLE if is_real else BIGINT
        return {name: dtype for name, dtype in types_of.items() if dtype is not None}
    finally:
        ask(connection, f"DROP VIEW {view}")
