"""DuckDB. It forgets the names of constraints and the lengths of texts, and adds no foreign key later."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from synth.columns import cast_to_written
from synth.databases.database import Step
from synth.databases.file import FileDatabase
from synth.ddl.statements import Ddl
from synth.dtypes import BIGINT, DOUBLE, TEXT, TIMESTAMP, DType, Types
from synth.errors import DatabaseError
from synth.fingerprint import Cells
from synth.formats import format_of, unreadable_errors
from synth.translate.dialect import Dialect

if TYPE_CHECKING:
    import duckdb

__all__ = ["DIALECT", "DuckDB"]

DIALECT = Dialect(
    name="duckdb",
    sqlglot="duckdb",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "double": "DOUBLE",
        "uuid": "UUID",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    },
    text="VARCHAR",
    keyed_text="VARCHAR",
    alters=False,
    looks_ahead=False,
    comments="statements",
    cells=Cells(
        text="CAST('0x' || SUBSTR(MD5(CAST({0} AS VARCHAR)), 1, {hex_digits}) AS BIGINT)",
        boolean="CAST({0} AS BIGINT)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS BIGINT)",
        date="CAST(EPOCH_US(CAST({0} AS TIMESTAMP)) // 86400000000 AS BIGINT)",
        timestamp="EPOCH_US({0})",
        decimal="CAST(CAST({0} AS DECIMAL(38,{digits})) * {unit} AS BIGINT)",
        integer="CAST({0} AS BIGINT)",
        total="CAST(COALESCE(SUM({0}), 0) AS HUGEINT)",
    ),
)

BATCH_ROWS = 131_072
_LEFT, _LEVEL = "temp.main._synth_left", "temp.main._synth_level"  # rows of a table that refers to itself
_ALIAS = '"synth\x01"'  # no schema is called so

_TYPES = {
    "tinyint": DType("smallint"), "utinyint": DType("smallint"), "usmallint": DType("integer"), "uinteger": BIGINT,
    "float": DOUBLE, "timestamp with time zone": TIMESTAMP, "timestamp_s": TIMESTAMP, "timestamp_ms": TIMESTAMP,
    "timestamp_ns": TIMESTAMP,
}  # fmt: skip

# words of an error -> what to do
_HINTS = {
    "Conflicting lock": "another load, or another program, has the file open: wait for it, or end it",
    "already attached": "another load, or another connection of this process, has the file open: wait for it, or close it",
    "Constraint Error": "the data does not keep what the spec promises; `synth verify` of the folder shows where",
    "main key table": "drop what depends on the old tables first",
    "not a valid DuckDB": "name another file",
    "read-only": "may you write to the file, and to its folder?",
    "Read-only": "may you write to the file, and to its folder?",
    "Permission denied": "may you write to the file, and to its folder?",
    "No space left": "free space on the disk, then run it again",
    "more than once": "tell the columns apart with AS",
    "Out of Memory": "keys and references need memory: end other programs, then run it again",
}


class DuckDB(FileDatabase):
    """Rows go in from files, or from Arrow columns, by INSERT … SELECT, in one transaction with the DDL.

    A foreign key is looked at with every row: rows that come in any order wait in a table of the session's own, until
    `steps` moves them in the order of references; tables that refer to themselves get their rows parents first.
    """

    dialect = DIALECT
    beside = (".wal",)
    reads_files = True
    connection: duckdb.DuckDBPyConnection | None = None

    def connect(self) -> None:
        """Import the library."""
        self.raised = unreadable_errors()
        self.waiting: set[str] = set()
        super().connect()

    def close(self) -> None:
        """Close it; a transaction that goes on is rolled back."""
        if self.connection is not None:
            self.connection.close()
        self.connection = None
        self.ended()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """The connection: that of the load, or one that reads only, so that others may read meanwhile."""
        if self.connection is None:
            self.there()
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
            connection.execute(f"ATTACH {DIALECT.literal(str(self.path))} AS {_ALIAS} ({words})")
            connection.execute(f"USE {_ALIAS}; DETACH memory")
        except BaseException:
            connection.close()
            raise
        return connection

    def explained(self, error: Exception) -> tuple[str, str]:
        """DuckDB's first line."""
        what = str(error).partition("\n")[0].partition(" See also ")[0].replace(_ALIAS, f'"{self.path.name}"')
        return what, next((hint for words, hint in _HINTS.items() if words in str(error)), "")

    def run(self, sql: str) -> None:
        """Run a statement."""
        with self.driver_errors(sql.split("(", maxsplit=1)[0].strip()[:80]):
            self._opened().execute(sql)

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        with self.driver_errors("asking"):
            found = self._opened().execute(sql)
            return [column[0] for column in found.description or ()], found.fetchall()

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches; other queries may run meanwhile, but within a load."""
        with self.driver_errors("reading"):
            connection = self._opened() if self.loading else self._opened().cursor()
            reader = connection.sql(sql).to_arrow_reader(BATCH_ROWS)
            yield cast_to_written(pl.DataFrame(reader.schema.empty_table()), types)  # so that columns are known
            for batch in reader:
                yield cast_to_written(pl.DataFrame(batch), types)

    # -- what is there

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """From duckdb_columns()."""
        found: dict[str, dict[str, DType]] = {}
        for table, column, kind in self._declared(schema):
            found.setdefault(table, {})[column] = _type(kind)
        return found

    def _declared(self, schema: str) -> list[tuple[Any, ...]]:
        """Tables, columns and types."""
        return self.rows(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal "
            f"AND database_name = current_database() AND schema_name = {DIALECT.literal(schema)} "
            "ORDER BY table_name, column_index"
        )[1]

    def loaded(self) -> list[str]:
        """Schemas with our manifest."""
        _, rows = self.rows(
            "SELECT schema_name FROM duckdb_tables() WHERE table_name = 'synth_manifest' "
            "AND database_name = current_database() ORDER BY 1"
        )
        return [schema for (schema,) in rows]

    def is_empty(self) -> bool:
        """Whether the database holds nothing at all."""
        return not self.rows("SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() LIMIT 1")[1]

    # -- a load

    def begin_writing(self) -> bool:
        """BEGIN; the file is this process's own as long as it is open."""
        with self.driver_errors("opening"):
            self.connection = self._attached()
        self.run("BEGIN")
        return True

    def begin(self, schema: str, gone: Sequence[str]) -> None:
        """Drop the tables that are gone, children first."""
        self.schema = schema
        refers = {(table, parent) for table, _, parent, _ in self._references(schema)} if gone else set()
        for table in _children_first(gone, refers):
            self.run(f"DROP TABLE {DIALECT.place(schema, table)}")
        self.run(f"CREATE SCHEMA IF NOT EXISTS {DIALECT.quoted(schema)}")

    def _references(self, schema: str) -> list[tuple[str, str, str, str]]:
        """Table, column, parent and its key, of references of one column."""
        _, rows = self.rows(
            "SELECT table_name, constraint_column_names[1], referenced_table, referenced_column_names[1] "
            "FROM duckdb_constraints() WHERE constraint_type = 'FOREIGN KEY' AND database_name = current_database() "
            f"AND schema_name = {DIALECT.literal(schema)}"
        )
        return [(table, column, parent, key) for table, column, parent, key in rows]

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Let the rows wait; none at all must not be inserted: the next ones would be lost (DuckDB 2.0, one transaction)."""
        if not frame.height:
            return 0
        waiting = _waiting(table)
        with self.driver_errors(f"sending rows of {table}"):
            connection = self._opened()
            if table not in self.waiting:
                columns = ", ".join(
                    f"{DIALECT.quoted(c)} {kind}" for t, c, kind in self._declared(schema) if t == table
                )
                connection.execute(f"CREATE TEMP TABLE {waiting} ({columns})")
                self.waiting.add(table)
            connection.register("synth_frame", frame)
            connection.execute(f"INSERT INTO {waiting} BY NAME FROM temp.main.synth_frame")
            connection.unregister("synth_frame")
        return int(frame.estimated_size())

    def send_files(self, schema: str, table: str, paths: Sequence[Path], format: str, types: Types) -> int:
        """INSERT … SELECT from the files; tables come in the order of references."""
        with self.driver_errors(f"loading {table}"):
            format_of(format).attach(self._opened(), "synth_files", paths, types)
            return self._fill(schema, table, "temp.main.synth_files")

    def _fill(self, schema: str, table: str, source: str) -> int:
        """Move rows into a table; how many. One that refers to itself gets those whose parents are there, over and over."""
        place, quoted = DIALECT.place(schema, table), DIALECT.quoted
        own = [(column, key) for child, column, parent, key in self._references(schema) if child == table == parent]
        if not own:
            return self._count(f"INSERT INTO {place} BY NAME FROM {source}")
        there = " AND ".join(
            f"(l.{quoted(column)} IS NULL OR l.{quoted(column)} IN (SELECT {quoted(key)} FROM {place}))"
            for column, key in own
        )
        left = self._count(f"CREATE OR REPLACE TEMP TABLE {_LEFT} AS FROM {source}")
        rows = 0
        while left:  # _synth_ready can be no column: names with _ in front are not written
            self._count(f"CREATE OR REPLACE TEMP TABLE {_LEVEL} AS SELECT l.*, {there} AS _synth_ready FROM {_LEFT} l")
            level = f"SELECT * EXCLUDE (_synth_ready) FROM {_LEVEL} WHERE"
            moved = self._count(f"INSERT INTO {place} BY NAME {level} _synth_ready")
            if not moved:
                raise self._lost(table, own)
            left = self._count(f"CREATE OR REPLACE TEMP TABLE {_LEFT} AS {level} NOT _synth_ready")
            rows += moved
        return rows

    def _count(self, sql: str) -> int:
        """Run a statement; how many rows it has made."""
        row = self._opened().execute(sql).fetchone()
        return int(row[0]) if row else 0

    def _lost(self, table: str, own: Sequence[tuple[str, str]]) -> DatabaseError:
        """What is said of rows whose parents never come."""
        for column, key in own:
            name, known = DIALECT.quoted(column), DIALECT.quoted(key)
            _, ((rows, example),) = self.rows(
                f"SELECT COUNT(*), MIN({name}) FROM {_LEFT} WHERE {name} NOT IN (SELECT {known} FROM {_LEFT} "
                f"UNION ALL SELECT {known} FROM {DIALECT.place(self.schema, table)})"
            )
            if rows:
                what = f"{column} = {example!r} is not in {table}.{key} ({rows} such rows)"
                return DatabaseError(f"{self.address}: table '{table}': {what}\n  hint: {_HINTS['Constraint Error']}")
        return DatabaseError(
            f"{self.address}: table '{table}' has rows that are their own ancestors, which DuckDB cannot hold\n"
            "  hint: load it into another kind of database"
        )

    def steps(self, ddl: Ddl) -> Iterator[list[Step]]:
        """Rows that wait go into their tables; then indexes."""
        yield [Step("constraints", table, ()) for table in ddl.tables]
        yield from super().steps(ddl)

    def take(self, step: Step) -> None:
        """Run a step; the one for constraints moves the rows that wait."""
        super().take(step)
        if step.phase == "constraints" and step.table in self.waiting:
            waiting = _waiting(step.table)
            with self.driver_errors(f"putting rows into {step.table}"):
                self._fill(self.schema, step.table, waiting)
                self._opened().execute(f"DROP TABLE {waiting}")
            self.waiting.remove(step.table)

    def analyze(self, schema: str, table: str) -> None:
        """It knows."""


def _children_first(tables: Sequence[str], refers: Set[tuple[str, str]]) -> Iterator[str]:
    """Tables, each after those that refer to it; `refers` are children and parents."""
    left = list(tables)
    while left:
        free = next((t for t in left if not any((other, t) in refers for other in left if other != t)), left[0])
        left.remove(free)
        yield free


def _waiting(table: str) -> str:
    return f"temp.main.{DIALECT.quoted(f'_synth_waiting_{table}')}"


def _type(kind: str) -> DType:
    words = kind.lower()
    if words in _TYPES:
        return _TYPES[words]
    try:
        return DType.parse(words)
    except ValueError:
        return TEXT
