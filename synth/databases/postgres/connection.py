"""A connection to PostgreSQL by psycopg; rows are read as Arrow by ADBC."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import polars as pl

from synth.columns import cast_to_written
from synth.databases.address import Address
from synth.databases.contract import Database
from synth.databases.postgres.catalogue import numeric_type
from synth.databases.postgres.dialect import DIALECT
from synth.dtypes import (
    BOOLEAN,
    BYTES,
    DATE,
    DOUBLE,
    INTERVAL,
    REAL,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    UUID,
    DType,
    Types,
    array_of,
    decimal,
)  # fmt: skip
from synth.errors import DatabaseError
from synth.extras import needing

if TYPE_CHECKING:
    import psycopg

__all__ = ["SETTINGS", "Connection"]

SETTINGS = {
    "client_min_messages": "warning",
    "maintenance_work_mem": "256MB",
    "lock_timeout": "60s",
    "TimeZone": "UTC",
}

_NUMERIC, _NUMERICS = 1700, 1231  # numbers of types: pg_type.dat
# ADBC overflows at infinity without a word, so a cast refuses it
_FINITE = "CASE WHEN ISFINITE({{0}}) THEN {{0}} ELSE CAST('no moment: ' || {{0}} AS {0}) END"

# 24:00 is a time to PostgreSQL, and none of a day
_WITHIN_A_DAY = "CASE WHEN {0} < TIME '24:00' THEN {0} ELSE CAST('no time of day: ' || {0} AS TIME) END"


class _Reading(NamedTuple):
    """The SQL by which a cell of a column is read, and the type that it gets."""

    cell: str
    dtype: DType


# number of a type -> how a cell is read, `{0}` the column; all others are texts
assert DIALECT.cells
_READINGS = {
    16: _Reading("{0}", BOOLEAN), 21: _Reading("{0}", DType("smallint")), 23: _Reading("{0}", DType("integer")),
    20: _Reading("{0}", DType("bigint")), 700: _Reading("{0}", REAL),
    701: _Reading("{0}", DOUBLE), 25: _Reading("{0}", TEXT), 1043: _Reading("{0}", TEXT),
    1082: _Reading(_FINITE.format("DATE"), DATE), 1114: _Reading(_FINITE.format("TIMESTAMP"), TIMESTAMP),
    17: _Reading("{0}", BYTES), 1083: _Reading(_WITHIN_A_DAY, TIME),
    1186: _Reading(DIALECT.cells.interval, INTERVAL),
    1184: _Reading(f"({_FINITE.format('TIMESTAMPTZ')} AT TIME ZONE 'UTC')", TIMESTAMPTZ),
}  # fmt: skip
_NO_LISTS = (
    "CASE WHEN ARRAY_NDIMS({{0}}) > 1 THEN CAST('an array of arrays: ' || CAST({{0}} AS TEXT) AS {0}) ELSE {{0}} END"
)


def _as_json(kind: str, element: DType) -> str:
    """The SQL by which an array is read, `{0}` the column."""
    assert DIALECT.cells
    return DIALECT.cells.array_of(_NO_LISTS.format(kind), element)


# numbers of types of arrays -> PostgreSQL's name of what they hold, and ours
_ARRAYS = {
    1000: ("BOOLEAN", BOOLEAN), 1005: ("SMALLINT", DType("smallint")), 1007: ("INTEGER", DType("integer")),
    1016: ("BIGINT", DType("bigint")), 1009: ("TEXT", TEXT), 1015: ("TEXT", TEXT), 2951: ("UUID", UUID),
    1182: ("DATE", DATE), 1183: ("TIME", TIME), 1115: ("TIMESTAMP", TIMESTAMP),
}  # fmt: skip
_READINGS |= {
    number: _Reading(_as_json(f"{name}[]", element), array_of(element)) for number, (name, element) in _ARRAYS.items()
}
_AS_TEXT = _Reading("CAST({0} AS TEXT)", TEXT)


def _url(address: Address) -> str:
    """The address for libpq; where only a spec names it, no password from PGPASSWORD or a file goes there."""
    if not address.named and not address.password:
        address = replace(address, options=(("password", ""), ("passfile", f"{os.devnull}/none")))
    return address.url(password=True)


class Connection(Database):
    """Every statement is a transaction of its own unless said.

    Nothing outlasts a transaction, neither settings nor statements that are prepared: a pooler such as PgBouncer may let
    another session of the server have the next one, and somebody else this session.
    """

    connection: psycopg.Connection[tuple[Any, ...]]
    settings: Mapping[str, str] = SETTINGS  # of every transaction
    reads_only = False

    def connect(self) -> None:
        """Open it; options in the URL are libpq's own (sslmode, sslrootcert, …)."""
        with needing("postgres"):
            import psycopg

        self.raised = (psycopg.Error,)
        self.connection = psycopg.connect(
            _url(self.address), autocommit=True, application_name="synth", connect_timeout=30, prepare_threshold=None
        )

    @classmethod
    def create(cls, address: Address) -> None:
        """CREATE DATABASE, from the one that every server has."""
        with cls(replace(address, name="postgres")) as server:
            _, there = server.rows(f"SELECT 1 FROM pg_database WHERE datname = {DIALECT.literal(address.name)}")
            if not there:
                with server.driver_errors("creating the database"):  # which is none of a transaction
                    server.connection.execute(f"CREATE DATABASE {DIALECT.quote_identifier(address.name)}".encode())

    def close(self) -> None:
        """Close the connection, whatever its state."""
        if hasattr(self, "connection"):
            self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All statements within, or none; a part of the transaction that goes on, where one does."""
        from psycopg.pq import TransactionStatus

        if self.connection.info.transaction_status != TransactionStatus.IDLE:
            yield
            return
        with self.connection.transaction():
            words = [f"SET LOCAL {name} = {DIALECT.literal(value)}" for name, value in self.settings.items()]
            begin = ["SET TRANSACTION READ ONLY"] if self.reads_only else []
            self.connection.execute("; ".join([*begin, *words]).encode())
            yield

    def execute(self, sql: str) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run one statement; its rows are there. Raises what the driver does."""
        with self.transaction():
            return self.connection.execute(sql.encode())

    def run(self, sql: str) -> None:
        """Run one statement. Raises DatabaseError."""
        with self.driver_errors(sql.split("(", maxsplit=1)[0].strip()[:80]):
            self.execute(sql)

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        with self.driver_errors("asking"):
            cursor = self.execute(sql)
            return [column.name for column in cursor.description or ()], cursor.fetchall()

    def only_read(self, limit_s: int) -> None:
        """Make every further transaction of the session read-only, and limit its statements."""
        self.reads_only = True
        self.settings = {**SETTINGS, "statement_timeout": f"{limit_s}s"}

    def adbc(self) -> Any:
        """A connection of its own by ADBC, whose every statement is a transaction; what it raises is known from here on."""
        with needing("postgres"):
            from adbc_driver_manager import dbapi as manager
            from adbc_driver_postgresql import dbapi

        self.raised = (*self.raised, manager.Error, OSError, pl.exceptions.PolarsError)  # OSError: of Arrow's stream
        return dbapi.connect(_url(self.address), autocommit=True)

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches by ADBC, over a connection of their own; what Arrow has no exact type for comes as text."""
        readings = self._readings(sql, types)
        cells = ", ".join(f"{cell} AS {DIALECT.quote_identifier(name)}" for name, (cell, _) in readings.items())
        given = {name: dtype for name, (_, dtype) in readings.items()}
        with (
            self.driver_errors("reading"),
            self.adbc() as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {cells} FROM ({sql}\n) AS result")
            frame = pl.DataFrame(schema={name: dtype.written for name, dtype in given.items()})
            for batch in cursor.fetch_record_batch():
                frame = cast_to_written(pl.DataFrame(batch), given)
                yield frame
            if not frame.height:
                yield frame

    def _readings(self, sql: str, types: Types) -> dict[str, _Reading]:
        """How each column of a result is read, or of those that are asked for."""
        with self.driver_errors("reading"):
            described = self.execute(f"SELECT * FROM ({sql}\n) AS result LIMIT 0").description or ()
        names = [column.name for column in described]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise DatabaseError(f"{self.address}: two columns are called '{twice}'\n  hint: tell them apart with AS")
        known = {column.name: column for column in described}
        readings: dict[str, _Reading] = {}
        open_ended = []
        for name in types or known:
            if name not in known:
                raise DatabaseError(f"{self.address}: there is no column '{name}'")
            column, wanted = known[name], types.get(name)
            cell, dtype = _READINGS.get(column.type_code, _AS_TEXT)
            if column.type_code == _NUMERICS:  # a text, unless it is known of how many digits
                cell = _as_json("NUMERIC[]", DType("decimal"))
            if column.type_code == _NUMERIC:
                dtype = numeric_type(column.precision, column.scale)
                if not (wanted or dtype).precision:
                    open_ended.append(name)
            readings[name] = _Reading(cell.format(DIALECT.quote_identifier(name)), wanted or dtype)
        for name, dtype in zip(open_ended, self._measured(sql, open_ended), strict=True):
            readings[name] = readings[name]._replace(dtype=dtype)
        return readings

    def _measured(self, sql: str, names: Sequence[str]) -> Iterator[DType]:
        """Types that hold all values of numeric columns, whose own says nothing of digits."""
        if not names:
            return
        asked = ", ".join(
            f"MAX(SCALE({name})), MAX(LENGTH(CAST(TRUNC(ABS({name})) AS TEXT))), BOOL_OR(CAST({name} AS TEXT) ~ '[a-z]')"
            for name in map(DIALECT.quote_identifier, names)
        )
        _, ((*cells,),) = self.rows(f"SELECT {asked} FROM ({sql}\n) AS result")
        for scale, digits, special in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
            needed = (digits or 0) + (scale or 0)
            precision = next((most for most in (18, 38) if needed <= most), None)
            yield TEXT if special or precision is None else decimal(precision, scale or 0)
