"""PostgreSQL: rows go in by COPY over several connections, and come out as Arrow by ADBC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from synth.columns import cast_to_written
from synth.databases.address import Address
from synth.databases.database import MANIFEST, Amendment, Database
from synth.databases.text import tab_separated
from synth.dtypes import BOOLEAN, DATE, DOUBLE, TEXT, TIMESTAMP, DType, Types, decimal
from synth.errors import DatabaseError
from synth.fingerprint import Cells
from synth.translate.conditions import like_marks
from synth.translate.dialect import Dialect
from synth.translate.numeric import rounded_doubles

if TYPE_CHECKING:
    import psycopg

__all__ = ["DIALECT", "PostgreSQL"]

DIALECT = Dialect(
    name="postgres",
    sqlglot="postgres",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "NUMERIC",
        "double": "DOUBLE PRECISION",
        "uuid": "UUID",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    },
    text="TEXT",
    keyed_text="TEXT",
    collation=' COLLATE "C"',
    comments="statements",
    rewrites=(like_marks, rounded_doubles("decimal")),
    cells=Cells(
        text="CAST(CAST('x' || SUBSTR(MD5(CAST({0} AS TEXT)), 1, {hex_digits}) AS BIT(60)) AS BIGINT)",
        boolean="CAST(CAST({0} AS INTEGER) AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST({0} - DATE '1970-01-01' AS BIGINT)",
        timestamp="CAST(EXTRACT(EPOCH FROM {0}) * 1000000 AS BIGINT)",
        decimal="CAST({0} * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        fence="OFFSET 0",
    ),
)

SETTINGS = {
    "client_min_messages": "warning",
    "maintenance_work_mem": "256MB",
    "lock_timeout": "60s",
    "TimeZone": "UTC",
}

WAIT_LOCK_S = 2

_TYPES = {
    "boolean": BOOLEAN, "smallint": DType("smallint"), "integer": DType("integer"), "bigint": DType("bigint"),
    "real": DOUBLE, "double precision": DOUBLE, "uuid": DType("uuid"), "date": DATE,
    "timestamp without time zone": TIMESTAMP, "timestamp with time zone": TIMESTAMP,
}  # fmt: skip

_NUMERIC = 1700  # numbers of types: pg_type.dat
# ADBC overflows at infinity without a word, so a cast refuses it
_FINITE = "CASE WHEN ISFINITE({{0}}) THEN {{0}} ELSE CAST('no moment: ' || {{0}} AS {0}) END"
# type -> how a cell is read, and what it is; all others are texts
_CELLS = {
    16: ("{0}", BOOLEAN), 21: ("{0}", DType("smallint")), 23: ("{0}", DType("integer")), 20: ("{0}", DType("bigint")),
    700: ("CAST({0} AS DOUBLE PRECISION)", DOUBLE), 701: ("{0}", DOUBLE), 25: ("{0}", TEXT), 1043: ("{0}", TEXT),
    1082: (_FINITE.format("DATE"), DATE), 1114: (_FINITE.format("TIMESTAMP"), TIMESTAMP),
    1184: (f"({_FINITE.format('TIMESTAMPTZ')} AT TIME ZONE 'UTC')", TIMESTAMP),
}  # fmt: skip

# SQLSTATE, or its first two letters -> what to do
_HINTS = {
    "28": "is the user's name right, and the password? SYNTH_PASSWORD holds one that the URL leaves out",
    "3D": "create it first, or say --create",
    "42501": "ask the owner for CREATE on the database and the schema; to append, for UPDATE and REFERENCES on the tables",
    "42804": "declare the column's type as it is in the existing table",
    "42809": "only a table can be referred to, no view; another --schema makes no foreign keys to it",
    "42830": "give the existing table a primary key, or a unique constraint on the columns that rows refer to",
    "53100": "free space on the server's disk, then run it again",
    "53300": "try fewer --connections",
    "55P03": "something else uses these tables; end it, then run it again",
    "57P": "the server was stopped or ended the connection; run it again when it is back",
    "08": "the server is gone; run it again when it is back",
    "2BP01": "drop what depends on the old tables first",
    "23": "the data does not keep what the spec promises; `synth verify` of the folder shows where",
}


class PostgreSQL(Database):
    """A connection by psycopg, every statement a transaction of its own unless said."""

    dialect = DIALECT
    connection: psycopg.Connection[tuple[Any, ...]]

    def connect(self) -> None:
        """Open it; options in the URL are libpq's own (sslmode, sslrootcert, …)."""
        import psycopg

        self.raised = (psycopg.Error,)
        words = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        self.connection = psycopg.connect(
            self.address.url(password=True), autocommit=True, application_name="synth",
            options=f"{words} {self.address.option('options')}".strip(), connect_timeout=30,
        )  # fmt: skip

    @classmethod
    def create(cls, address: Address) -> None:
        """CREATE DATABASE, from the one that every server has."""
        with cls(replace(address, name="postgres")) as server:
            _, there = server.rows(f"SELECT 1 FROM pg_database WHERE datname = {DIALECT.literal(address.name)}")
            if not there:
                server.run(f"CREATE DATABASE {DIALECT.quoted(address.name)}")

    def close(self) -> None:
        """Close it."""
        if hasattr(self, "connection"):
            self.connection.close()

    def explained(self, error: Exception) -> tuple[str, str]:
        """The server's own words with their details."""
        state = getattr(error, "sqlstate", None) or ""
        if isinstance(error, pl.exceptions.PolarsError):
            return str(error).splitlines()[0], "read such a column as text: --query with CAST"
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        what = "; ".join(line for line in lines if not line.startswith(("LINE ", "^", "CONTEXT:")))
        hint = next((_HINTS[key] for key in (state, state[:3], state[:2]) if key in _HINTS), "")
        if not state and "ERROR:" in what:  # the server's, by way of Arrow
            return what.partition("ERROR:")[2].strip(), ""
        if not state:  # libpq's own: it has no code for what happens before there is a server
            if "password" in what or "authentication" in what:
                hint = _HINTS["28"]
            elif re.search(r'database ".*" does not exist', what):
                hint = _HINTS["3D"]
            elif "refused" in what or "No such file" in what or "could not translate" in what or "timeout" in what:
                hint = "is the server running there, and does it listen?"
            else:
                hint = _HINTS["08"]
        return what, hint

    def run(self, sql: str) -> None:
        """Run a statement."""
        with self.driver_errors(sql.split("(", maxsplit=1)[0].strip()[:80]):
            self.connection.execute(sql.encode())

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        with self.driver_errors("asking"):
            found = self.connection.execute(sql.encode())
            return [column.name for column in found.description or ()], found.fetchall()

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches by ADBC, over a connection of their own; what Arrow has no exact type for comes as text."""
        from adbc_driver_manager import dbapi as manager
        from adbc_driver_postgresql import dbapi

        self.raised = (*self.raised, manager.Error, OSError, pl.exceptions.PolarsError)  # OSError: of Arrow's stream
        result = self._result(sql, types)
        cells = ", ".join(f"{cell} AS {DIALECT.quoted(name)}" for name, (cell, _) in result.items())
        found = {name: dtype for name, (_, dtype) in result.items()}
        with (
            self.driver_errors("reading"),
            dbapi.connect(self.address.url(password=True)) as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {cells} FROM ({sql}\n) AS result")
            frame = pl.DataFrame(schema={name: dtype.written for name, dtype in found.items()})
            for batch in cursor.fetch_record_batch():
                frame = cast_to_written(pl.DataFrame(batch), found)
                yield frame
            if not frame.height:
                yield frame

    def _result(self, sql: str, types: Types) -> dict[str, tuple[str, DType]]:
        """A result's columns, or those that are asked for: the SQL by which a cell is read, and the type it gets."""
        with self.driver_errors("reading"):
            described = self.connection.execute(f"SELECT * FROM ({sql}\n) AS result LIMIT 0".encode()).description or ()
        names = [column.name for column in described]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise DatabaseError(f"{self.address}: two columns are called '{twice}'\n  hint: tell them apart with AS")
        known = {column.name: column for column in described}
        found: dict[str, tuple[str, DType]] = {}
        open_ended = []
        for name in types or known:
            if name not in known:
                raise DatabaseError(f"{self.address}: there is no column '{name}'")
            column, wanted = known[name], types.get(name)
            cell, dtype = _CELLS.get(column.type_code, ("CAST({0} AS TEXT)", TEXT))
            if column.type_code == _NUMERIC:
                dtype = _numeric(column.precision, column.scale)
                if not (wanted or dtype).precision:
                    open_ended.append(name)
            found[name] = cell.format(DIALECT.quoted(name)), wanted or dtype
        for name, dtype in zip(open_ended, self._measured(sql, open_ended), strict=True):
            found[name] = found[name][0], dtype
        return found

    def _measured(self, sql: str, names: Sequence[str]) -> Iterator[DType]:
        """Types that hold all values of numeric columns, whose own says nothing of digits."""
        if not names:
            return
        asked = ", ".join(
            f"MAX(SCALE({name})), MAX(LENGTH(CAST(TRUNC(ABS({name})) AS TEXT))), BOOL_OR(CAST({name} AS TEXT) ~ '[a-z]')"
            for name in map(DIALECT.quoted, names)
        )
        _, ((*cells,),) = self.rows(f"SELECT {asked} FROM ({sql}\n) AS result")
        for scale, digits, special in zip(cells[::3], cells[1::3], cells[2::3], strict=True):
            needed = (digits or 0) + (scale or 0)
            precision = next((most for most in (18, 38) if needed <= most), None)
            yield TEXT if special or precision is None else decimal(precision, scale or 0)

    # -- what is there

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """From information_schema."""
        found: dict[str, dict[str, DType]] = {}
        _, rows = self.rows(
            "SELECT t.table_name, c.column_name, c.data_type, c.character_maximum_length, c.numeric_precision, "
            "c.numeric_scale FROM information_schema.tables t LEFT JOIN information_schema.columns c "
            "ON c.table_schema = t.table_schema AND c.table_name = t.table_name "
            f"WHERE t.table_schema = {DIALECT.literal(schema)} ORDER BY t.table_name, c.ordinal_position"
        )
        for table, column, kind, length, precision, scale in rows:
            columns = found.setdefault(table, {})
            if column is not None:
                columns[column] = _type(kind, length, precision, scale)
        return found

    def loaded(self) -> list[str]:
        """Schemas with our manifest."""
        _, rows = self.rows(
            "SELECT table_schema FROM information_schema.tables WHERE table_name = "
            f"{DIALECT.literal(MANIFEST)} "
            "AND table_schema NOT LIKE '\\_synth\\_%' ORDER BY 1"
        )
        return [schema for (schema,) in rows]

    # -- a load

    def lock(self, schema: str) -> bool:
        """An advisory lock, which the server lets go when it notices that this session ended: others wait a moment."""
        import psycopg

        key = DIALECT.literal(f"synth/{schema}")
        self.run(f"SET lock_timeout = '{WAIT_LOCK_S}s'")
        try:
            with self.driver_errors("asking"):
                self.connection.execute(f"SELECT pg_advisory_lock(hashtextextended({key}, 0))".encode())
        except DatabaseError as error:
            if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                return False
            raise
        self.run(f"SET lock_timeout = '{SETTINGS['lock_timeout']}'")
        return True

    def begin(self, schema: str, gone: Sequence[str]) -> None:
        """A staging schema."""
        stage = DIALECT.quoted(self.stage(schema))
        self.run(f"DROP SCHEMA IF EXISTS {stage} CASCADE")
        self.run(f"CREATE SCHEMA {stage}")

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """COPY."""
        with self.driver_errors(f"sending rows of {table}"):
            return self._copy(DIALECT.place(self.stage(schema), table), frame)

    def _copy(self, place: str, frame: pl.DataFrame) -> int:
        data = tab_separated(frame)
        columns = ", ".join(map(DIALECT.quoted, frame.columns))
        with (
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {place} ({columns}) FROM STDIN".encode()) as channel,
        ):
            channel.write(data)
        return len(data)

    def analyze(self, schema: str, table: str) -> None:
        """ANALYZE."""
        self.run(f"ANALYZE {DIALECT.place(self.stage(schema), table)}")

    def publish(self, schema: str, tables: Iterable[str], gone: Sequence[str]) -> None:
        """One transaction: old tables are dropped, staged ones move; keys and references go along."""
        stage = self.stage(schema)
        with self.driver_errors(f"putting the tables into schema '{schema}'"), self.connection.transaction():
            self._have(schema)
            if gone:
                old = ", ".join(DIALECT.place(schema, table) for table in gone)
                self.connection.execute(f"DROP TABLE IF EXISTS {old}".encode())
            for table in tables:
                self.adopt(schema, table)
            self.connection.execute(f"DROP SCHEMA {DIALECT.quoted(stage)}".encode())

    def _have(self, schema: str) -> None:
        """CREATE SCHEMA, for which nobody needs a right where it is there."""
        if not self.connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (schema,)).fetchone():
            self.connection.execute(f"CREATE SCHEMA {DIALECT.quoted(schema)}".encode())

    def refuse_appending(self) -> None:
        """It can."""

    @contextmanager
    def appending(self, schema: str, tables: Sequence[str]) -> Iterator[None]:
        """Others may read meanwhile, not write."""
        with self.driver_errors(f"appending to schema '{schema}'"), self.connection.transaction():
            self._have(schema)
            for table in tables:
                self.run(f"LOCK TABLE {DIALECT.place(schema, table)} IN SHARE ROW EXCLUSIVE MODE")
            yield
            self.run(f"DROP SCHEMA {DIALECT.quoted(self.stage(schema))} CASCADE")
        for table in tables:
            self.run(f"ANALYZE {DIALECT.place(schema, table)}")

    def append(self, schema: str, table: str, columns: Sequence[str]) -> None:
        """INSERT … SELECT, whose foreign keys are looked at with each row."""
        names = ", ".join(_quoted(columns))
        source = DIALECT.place(self.stage(schema), table)
        place = DIALECT.place(schema, table)
        self.run(f"INSERT INTO {place} ({names}) OVERRIDING SYSTEM VALUE SELECT {names} FROM {source}")
        for column in columns:  # the table's own sequences go on behind the new keys
            asked = f"SELECT pg_get_serial_sequence({DIALECT.literal(place)}, {DIALECT.literal(column)})"
            ((sequence,),) = self.rows(asked)[1]
            if sequence:
                highest = f"(SELECT MAX({DIALECT.quoted(column)}) FROM {place})"
                self.run(f"SELECT setval({DIALECT.literal(sequence)}, {highest}) WHERE {highest} IS NOT NULL")

    def adopt(self, schema: str, table: str) -> None:
        """It moves; keys and references go along."""
        self.run(f"ALTER TABLE {DIALECT.place(self.stage(schema), table)} SET SCHEMA {DIALECT.quoted(schema)}")

    def amend(self, schema: str, amendments: Sequence[Amendment], also: Sequence[str]) -> None:
        """What goes first, children before parents; then what comes; then what changes, by way of temporary tables."""
        with self.driver_errors(f"advancing schema '{schema}'"), self.connection.transaction():
            for each in reversed(amendments):
                if each.deletes.height:
                    place, source = DIALECT.place(schema, each.table), self._beside(schema, each, "gone")
                    self._amended(each.table, each.deletes, _deleting(place, source, each))
            for each in amendments:
                if each.inserts.height:
                    self._copy(DIALECT.place(schema, each.table), each.inserts)
            for each in amendments:
                if each.updates.height:
                    place, source = DIALECT.place(schema, each.table), self._beside(schema, each, "changed")
                    cells = ", ".join(
                        f"{c} = s.{c}" for c in _quoted(each.updates.columns) if c not in _quoted(each.key)
                    )
                    changed = f"UPDATE {place} t SET {cells} FROM {source} s WHERE {_equal(each.key)}"
                    self._amended(each.table, each.updates, changed)
            for statement in also:
                self.connection.execute(statement.encode())

    def _amended(self, table: str, frame: pl.DataFrame, sql: str) -> None:
        """Run a statement that touches these rows, each once. Raises DatabaseError where they are not there."""
        found = self.connection.execute(sql.encode()).rowcount
        if found != frame.height:
            raise DatabaseError(
                f"{self.address}: table '{table}' has only {found} of {frame.height} rows that change or go; nothing was "
                "changed\n  hint: it is not as it was made: load it again"
            )

    def _beside(self, schema: str, amendment: Amendment, what: str) -> str:
        """A temporary table with the rows of an amendment that change, or the keys of those that go."""
        frame = amendment.deletes if what == "gone" else amendment.updates
        name = DIALECT.quoted(f"_synth_{what}")
        columns = ", ".join(map(DIALECT.quoted, frame.columns))
        place = DIALECT.place(schema, amendment.table)
        self.connection.execute(f"DROP TABLE IF EXISTS pg_temp.{name}".encode())
        made = f"CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {place} LIMIT 0"
        self.connection.execute(made.encode())
        self._copy(f"pg_temp.{name}", frame)
        self.connection.execute(f"ANALYZE pg_temp.{name}".encode())
        return f"pg_temp.{name}"

    def abandon(self, schema: str) -> None:
        """Drop the staging schema."""
        with suppress(*self.raised):
            self.connection.execute(f"DROP SCHEMA IF EXISTS {DIALECT.quoted(self.stage(schema))} CASCADE".encode())


def _quoted(names: Iterable[str]) -> list[str]:
    return [DIALECT.quoted(name) for name in names]


def _equal(key: Sequence[str]) -> str:
    return " AND ".join(f"t.{name} = s.{name}" for name in _quoted(key))


def _deleting(place: str, source: str, amendment: Amendment) -> str:
    """The DELETE of the rows in `source`; those without a key are equal in all columns, and numbered among their equals."""
    if amendment.key:
        return f"DELETE FROM {place} t USING {source} s WHERE {_equal(amendment.key)}"
    names = _quoted(amendment.deletes.columns)
    columns = ", ".join(names)
    ours, theirs = (
        f'(SELECT ctid AS "#row", ROW_NUMBER() OVER (PARTITION BY {columns}) AS "#copy", {columns} FROM {each})'
        for each in (place, source)
    )
    same = " AND ".join(['t."#copy" = s."#copy"', *(f"t.{name} IS NOT DISTINCT FROM s.{name}" for name in names)])
    return f'DELETE FROM {place} WHERE ctid IN (SELECT t."#row" FROM {ours} t JOIN {theirs} s ON {same})'


def _type(kind: str, length: int | None, precision: int | None, scale: int | None) -> DType:
    if kind == "numeric":
        return _numeric(precision, scale)
    if kind == "character varying":
        return DType("varchar", length=length)
    return _TYPES.get(kind, TEXT)


def _numeric(precision: int | None, scale: int | None) -> DType:
    """A numeric's type; without digits where it has none, or so many that only its values tell what holds them."""
    if precision is not None and precision <= 38 and 0 <= (scale or 0) <= precision:
        return decimal(precision, scale or 0)
    return DType("decimal")
