"""Microsoft SQL Server: rows go in by bulk copy of Arrow columns over several connections.

It takes 'a' and 'a ' for one value in every comparison and key, in this collation as in all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from typing import Any

import polars as pl

from synth.columns import cast_to_written
from synth.databases.address import Address
from synth.databases.database import MANIFEST, Database, Step
from synth.databases.tsql.errors import arguments, declared, explained
from synth.ddl.statements import Constraint, Ddl, by_table
from synth.dtypes import DType, Types
from synth.errors import DatabaseError
from synth.fingerprint import Cells
from synth.translate.conditions import lengths_with_blanks, like_marks, national_texts, null_keys, number_booleans
from synth.translate.dialect import Dialect, standard_literal
from synth.translate.numeric import whole_divisions, wide_sums

__all__ = ["DIALECT", "SQLServer"]


def _literal(text: str) -> str:
    """Unicode, whatever the database's code page."""
    return "N" + standard_literal(text)


DIALECT = Dialect(
    name="tsql",
    sqlglot="tsql",
    types={
        "boolean": "BIT",
        "smallint": "SMALLINT",
        "integer": "INT",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "double": "FLOAT(53)",
        "uuid": "VARCHAR(36) COLLATE Latin1_General_100_BIN2",
        "date": "DATE",
        "timestamp": "DATETIME2(6)",
    },
    text="NVARCHAR(MAX)",
    keyed_text="NVARCHAR(400)",  # 800 of the 900 bytes that a key may have
    keyed_length=400,
    varchar="NVARCHAR({length}){collation}",
    collation=" COLLATE Latin1_General_100_BIN2",
    quotes=("[", "]"),
    null_repeats=False,
    null="NULL",
    comments="procedure",
    before=("SET QUOTED_IDENTIFIER ON",),  # filtered indexes need it, and sqlcmd begins without
    create_schema="IF SCHEMA_ID({literal}) IS NULL EXEC({created})",
    literal=_literal,
    rewrites=(null_keys, whole_divisions, wide_sums, like_marks, lengths_with_blanks, national_texts, number_booleans),
    cells=Cells(
        text=(
            "(CAST(SUBSTRING(HASHBYTES('MD5', CAST({0} COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))), 1, 7)"
            " AS BIGINT) * 16"
            " + CAST(SUBSTRING(HASHBYTES('MD5', CAST({0} COLLATE Latin1_General_100_BIN2_UTF8 AS VARCHAR(MAX))), 8, 1)"
            " AS INT) / 16)"
        ),
        boolean="CAST({0} AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST(DATEDIFF(DAY, '19700101', {0}) AS BIGINT)",
        timestamp="DATEDIFF_BIG(MICROSECOND, CAST('1970-01-01T00:00:00' AS DATETIME2(6)), {0})",
        decimal="CAST({0} * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        total="COALESCE(SUM(CAST({0} AS DECIMAL(38, 0))), 0)",
        rows="COUNT_BIG(*)",
    ),
    longest_varchar=4000,
    longest_comment=3750,
    longest_key=850,  # 1,700 bytes; 900 where the rows lie in the order of the key, which is only warned of
)


FRAME_ROWS = 65_536
LOGIN_S = 30
SETTINGS = ("SET NOCOUNT ON", "SET XACT_ABORT ON", "SET LOCK_TIMEOUT 60000")  # milliseconds


class SQLServer(Database):
    """A connection by mssql-python, every statement a transaction of its own unless said."""

    dialect = DIALECT
    connection: Any
    locked: str = ""

    def connect(self) -> None:
        """Open it; options in the URL are keywords of connection strings (Encrypt, TrustServerCertificate, …)."""
        try:
            import mssql_python
        except ImportError:
            raise DatabaseError(
                f"{self.address}: mssql-python is not installed\n  hint: pip install 'synth-relational[mssql]'"
            ) from None
        words: Any = arguments(self.address)
        # bulk copy is another library inside the driver, which raises Python's own errors
        self.raised = (mssql_python.Error, mssql_python.Warning, RuntimeError, ValueError, TimeoutError)
        self.connection = mssql_python.connect("", autocommit=True, timeout=LOGIN_S, **words)
        for setting in SETTINGS:
            self._ask(setting, "connecting")

    @classmethod
    def create(cls, address: Address) -> None:
        """CREATE DATABASE, from the one that every server has."""
        name = DIALECT.literal(address.name)
        with cls(replace(address, name="master")) as server:
            made = DIALECT.literal(f"CREATE DATABASE {DIALECT.quoted(address.name)}")
            server.run(f"IF DB_ID({name}) IS NULL EXEC({made})")

    def close(self) -> None:
        """Close it; the lock is let go by name, as the driver may keep the session for its next user."""
        if hasattr(self, "connection"):
            with suppress(Exception):
                if self.locked:
                    self._ask(f"EXEC sp_releaseapplock @Resource = {self.locked}, @LockOwner = N'Session'", "closing")
            with suppress(Exception):
                self.connection.close()

    def explained(self, error: Exception) -> tuple[str, str]:
        """The server's own words."""
        return explained(error)

    def run(self, sql: str) -> None:
        """Run a statement."""
        self._ask(sql, sql.split("(", maxsplit=1)[0].strip()[:80])

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query, or of the first one in a batch."""
        return self._ask(sql, "asking")

    def _ask(self, sql: str, doing: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self.driver_errors(doing), closing(self.connection.cursor()) as cursor:
            cursor.execute(sql)
            while cursor.description is None and cursor.nextset():
                pass  # errors of later statements come with their results
            if cursor.description is None:
                return [], []
            return [column[0] for column in cursor.description], list(map(tuple, cursor.fetchall()))

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches, over a connection of their own; at least one, so that columns are known."""
        with self.driver_errors("reading"), self.another() as reader, closing(reader.connection.cursor()) as cursor:
            cursor.execute(sql)
            with closing(cursor.arrow_reader(batch_size=FRAME_ROWS)) as batches:
                frame = pl.DataFrame(batches.schema.empty_table())
                yield cast_to_written(frame, types) if types else frame
                for batch in batches:
                    frame = pl.DataFrame(batch)
                    yield cast_to_written(frame, types) if types else frame

    # -- what is there

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """From INFORMATION_SCHEMA."""
        found: dict[str, dict[str, DType]] = {}
        _, rows = self.rows(
            "SELECT t.TABLE_NAME, c.COLUMN_NAME, c.DATA_TYPE, c.CHARACTER_MAXIMUM_LENGTH, c.NUMERIC_PRECISION, "
            "c.NUMERIC_SCALE FROM INFORMATION_SCHEMA.TABLES t LEFT JOIN INFORMATION_SCHEMA.COLUMNS c "
            "ON c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME "
            f"WHERE t.TABLE_SCHEMA = {DIALECT.literal(schema)} ORDER BY t.TABLE_NAME, c.ORDINAL_POSITION"
        )
        for table, column, *kind in rows:
            columns = found.setdefault(table, {})
            if column is not None:
                columns[column] = declared(*kind)
        return found

    def loaded(self) -> list[str]:
        """Schemas with our manifest."""
        _, rows = self.rows(
            f"SELECT TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES WHERE TABLE_NAME = {DIALECT.literal(MANIFEST)}"
        )
        return sorted(schema for (schema,) in rows if not schema.startswith("_synth_"))

    # -- a load

    def lock(self, schema: str) -> bool:
        """An application lock of this session, in this database."""
        name = DIALECT.literal(f"synth/{schema}")
        _, rows = self.rows(
            f"DECLARE @got INT; EXEC @got = sp_getapplock @Resource = {name}, @LockMode = N'Exclusive', "
            "@LockOwner = N'Session', @LockTimeout = 0; SELECT @got AS got"
        )
        if int(rows[0][0]) < 0:
            return False
        self.locked = name
        return True

    def begin(self, schema: str, gone: Sequence[str]) -> None:
        """A staging schema."""
        stage = self.stage(schema)
        self._clear(stage)
        self.run(self._made(stage))

    @staticmethod
    def _made(schema: str) -> str:
        """CREATE SCHEMA, which has to stand alone in a batch."""
        quoted = DIALECT.quoted(schema)
        created = DIALECT.literal(f"CREATE SCHEMA {quoted}")
        return DIALECT.create_schema.format(schema=quoted, literal=DIALECT.literal(schema), created=created)

    def _clear(self, schema: str) -> None:
        """Drop a schema and its tables."""
        _, rows = self.rows(
            "SELECT t.name FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id "
            f"WHERE s.name = {DIALECT.literal(schema)} ORDER BY t.name"
        )
        for statement in self._drops(schema, [table for (table,) in rows]):
            self.run(statement)
        self.run(f"DROP SCHEMA IF EXISTS {DIALECT.quoted(schema)}")

    def _drops(self, schema: str, tables: Sequence[str]) -> Iterator[str]:
        """Drop tables; before that the foreign keys among them, as no order would do where they go in circles.

        What points to them from elsewhere stays, and the server then refuses.
        """
        if not tables:
            return
        names = ", ".join(map(DIALECT.literal, tables))
        _, keys = self.rows(
            "SELECT t.name, f.name FROM sys.foreign_keys f JOIN sys.tables t ON t.object_id = f.parent_object_id "
            "JOIN sys.tables p ON p.object_id = f.referenced_object_id AND p.schema_id = t.schema_id "
            "JOIN sys.schemas s ON s.schema_id = t.schema_id "
            f"WHERE s.name = {DIALECT.literal(schema)} AND t.name IN ({names}) AND p.name IN ({names}) "
            "ORDER BY t.name, f.name"
        )
        for table, key in keys:
            yield f"ALTER TABLE {DIALECT.place(schema, table)} DROP CONSTRAINT {DIALECT.quoted(key)}"
        yield f"DROP TABLE {', '.join(DIALECT.place(schema, table) for table in tables)}"

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Bulk copy of Arrow columns, one batch, which takes all rows or none."""
        if not frame.height:
            return 0
        unspoken = next((column for column in frame.columns if "]" in column), None)
        if unspoken:
            raise DatabaseError(
                f"{self.address}: column '{unspoken}' of {table} cannot be sent: bulk copy takes no ']' in a name\n"
                "  hint: rename it, or let `synth script` write files"
            )
        place = DIALECT.place(self.stage(schema), table)
        with self.driver_errors(f"sending rows of {table}"), closing(self.connection.cursor()) as cursor:
            done = cursor.bulkcopy_arrow(
                place,
                frame.to_arrow(),
                timeout=0,
                column_mappings=list(frame.columns),
                keep_nulls=True,
                table_lock=True,
            )
        if done["rows_copied"] != frame.height:
            raise DatabaseError(
                f"{self.address}: sending rows of {table}: the server took {done['rows_copied']} of {frame.height} rows"
            )
        return int(frame.estimated_size())

    def steps(self, ddl: Ddl) -> Iterator[list[Step]]:
        """A table's keys and checks in one statement, its indexes one after another, then its foreign keys; all checked."""
        unique = by_table(constraint for constraint in ddl.constraints if constraint.parent is None)
        foreign = by_table(constraint for constraint in ddl.constraints if constraint.parent is not None)
        indexes = by_table(ddl.indexes)
        yield [Step("constraints", name, (_added(some),), frozenset([name])) for name, some in unique.items()]
        yield [Step("indexes", name, tuple(map(str, some)), frozenset([name])) for name, some in indexes.items()]
        yield [
            Step(
                "constraints", name, (_added(some),), frozenset([name, *(str(constraint.parent) for constraint in some)])
            )
            for name, some in foreign.items()
        ]  # fmt: skip

    def analyze(self, schema: str, table: str) -> None:
        """UPDATE STATISTICS."""
        self.run(f"UPDATE STATISTICS {DIALECT.place(self.stage(schema), table)}")

    def publish(self, schema: str, tables: Iterable[str], gone: Sequence[str]) -> None:
        """One transaction: old tables are dropped, staged ones move; keys, references and comments go along."""
        stage, doing = self.stage(schema), f"putting the tables into schema '{schema}'"
        with self._transaction(doing):
            self._ask(self._made(schema), doing)
            for statement in self._drops(schema, gone):
                self._ask(statement, doing)
            for table in tables:
                self._ask(f"ALTER SCHEMA {DIALECT.quoted(schema)} TRANSFER {DIALECT.place(stage, table)}", doing)
            self._ask(f"DROP SCHEMA {DIALECT.quoted(stage)}", doing)

    @contextmanager
    def _transaction(self, doing: str) -> Iterator[None]:
        """All statements within, or none."""
        with self.driver_errors(doing):
            self.connection.autocommit = False
        try:
            yield
            with self.driver_errors(doing):
                self.connection.commit()
        except BaseException:
            with suppress(*self.raised):
                self.connection.rollback()
            raise
        finally:
            with suppress(*self.raised):
                self.connection.autocommit = True

    def abandon(self, schema: str) -> None:
        """Drop the staging schema, over a new connection, as this one may have been cut off."""
        with suppress(DatabaseError), self.another() as fresh:
            fresh._clear(self.stage(schema))


def _added(constraints: Sequence[Constraint]) -> str:
    rules = ", ".join(constraint.rule for constraint in constraints)
    return f"ALTER TABLE {constraints[0].place} WITH CHECK ADD {rules}"
