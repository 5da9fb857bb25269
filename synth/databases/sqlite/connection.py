"""SQLite. Dates and timestamps are texts, and decimals are kept as numbers: sums of them need ROUND."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from hashlib import md5
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl

from synth.columns import to_drawn
from synth.databases.database import MANIFEST, Step
from synth.databases.file import FileDatabase
from synth.databases.sqlite.values import FLOAT_DIGITS, as_kept, declared, restored, sample
from synth.ddl.statements import Ddl
from synth.dtypes import BIGINT, DOUBLE, TEXT, DType, Types
from synth.errors import DatabaseError
from synth.fingerprint import HEX_DIGITS, Cells, Fingerprint, fingerprint
from synth.translate.conditions import globs, text_times
from synth.translate.dialect import Dialect
from synth.translate.numeric import exact_decimals, overflow_at_zero, whole_divisions

if TYPE_CHECKING:
    import sqlite3

__all__ = ["DIALECT", "SQLite"]

DIALECT = Dialect(
    name="sqlite",
    sqlglot="sqlite",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INTEGER",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "wide": "DECIMAL_TEXT",  # which is a text because its name says so
        "double": "REAL",
        "uuid": "TEXT",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    },
    text="TEXT",
    keyed_text="TEXT",
    float_digits=FLOAT_DIGITS,
    has_schemas=False,
    alters=False,
    rewrites=(globs, text_times, exact_decimals, overflow_at_zero, whole_divisions),
    cells=Cells(
        text="synth_digest({0})",  # a function that every connection of ours brings: SQLite has no MD5
        boolean="{0}",
        double="(CASE WHEN {0} < 0 THEN -1 ELSE 1 END * CAST(ABS({0} * 1e6) + 0.5 AS INTEGER))",
        date="CAST(JULIANDAY({0}) - 2440587.5 AS INTEGER)",
        timestamp="(CAST(STRFTIME('%s', SUBSTR({0}, 1, 19)) AS INTEGER) * 1000000 + CAST(SUBSTR({0}, 21, 6) AS INTEGER))",
        decimal=(
            "CASE TYPEOF({0}) WHEN 'integer' THEN {0} * {unit} WHEN 'text' THEN CAST(REPLACE({0}, '.', '') AS INTEGER) "
            "ELSE CAST(ROUND({0} * {unit}) AS INTEGER) END"
        ),
        integer="{0}",
    ),
)

BATCH_ROWS = 65_536
WAIT_MS = 60_000  # for readers to end, when the rows are to be written
WAIT_LOCK_MS = 2_000  # for whoever else writes
FILLING_KIB = 65_536  # of cache: keys in random order want much
SORTING_KIB = 2_048  # indexes are sorted faster with little

# words of an error -> what to do
_HINTS = {
    "constraint failed": "the data does not keep what the spec promises; `synth verify` of the folder shows where",
    "not a database": "it is no SQLite database: name another file",
    "locked": "another program uses the file; end it, then run it again",
    "readonly": "the file, or the folder it is in, may only be read",
    "unable to open": "may you write to that folder?",
    "failed to open": "may you write to that folder?",
    "disk is full": "free space on the disk, then run it again",
    "disk I/O": "is the disk full, or broken?",
    "malformed": "the file is damaged",
}


def _digest(text: Any) -> int | None:
    """What fingerprints take a text for."""
    return None if text is None else int(md5(str(text).encode()).hexdigest()[:HEX_DIGITS], 16)


class SQLite(FileDatabase):
    """ADBC takes and gives whole columns: three times the rows a second that sqlite3 takes, five times what that gives.

    ADBC brings a SQLite of its own and knows no function registered from Python. The locks of two SQLites in one process
    do not see each other, and what one closes frees what the other holds. So while one of them holds locks, the other's
    connection is not closed: a load, from BEGIN to COMMIT, and each reading of frames are ADBC's alone; other queries,
    with `synth_digest`, are sqlite3's. A load therefore proves what it wrote by reading it back.
    """

    dialect = DIALECT
    beside = ("-journal", "-wal", "-shm")
    writer: Any = None  # ADBC's connection, from `lock` on
    reader: sqlite3.Connection | None = None

    def connect(self) -> None:
        """Import both libraries."""
        import sqlite3

        try:
            from adbc_driver_manager import dbapi as manager
            from adbc_driver_sqlite import dbapi  # noqa: F401
        except ImportError as error:
            raise DatabaseError(
                f"SQLite needs a driver: {error}\n  hint: pip install 'synth-relational[sqlite]'"
            ) from None
        self.raised = (manager.Error, sqlite3.Error, OSError, pl.exceptions.PolarsError)
        super().connect()

    def close(self) -> None:
        """Close what is open; a transaction that goes on is rolled back."""
        self._close_reader()
        if self.writer is not None:
            with suppress(*self.raised):
                self.writer.close()
        self.writer = None
        self.ended()

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
                _ask(connection, statement)
        except BaseException:
            connection.close()
            raise
        return connection

    def explained(self, error: Exception) -> tuple[str, str]:
        """SQLite's own words, without the driver's around them."""
        what = str(error).partition("\nquery")[0].replace("[SQLite] ", "")
        for words in ("Failed to step query: ", "Failed to prepare query: ", "failed to execute: "):
            what = what.rpartition(words)[2]
        return "; ".join(what.split("\n")), next((hint for words, hint in _HINTS.items() if words in what), "")

    def run(self, sql: str) -> None:
        """Run a statement."""
        with self.driver_errors(sql.split("(", maxsplit=1)[0].strip()[:80]):
            self._run(sql)

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        with self.driver_errors("asking"):
            return self._run(sql)

    def _run(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """By the load's connection while there is one."""
        if self.writer is not None:
            return _ask(self.writer, sql)
        if self.reader is None:
            import sqlite3

            self.there()
            where = f"file:{quote(str(self.path))}?mode=rw"
            self.reader = sqlite3.connect(where, uri=True, isolation_level=None, timeout=WAIT_MS / 1000)
            self.reader.create_function("synth_digest", 1, _digest, deterministic=True)
        found = self.reader.execute(sql)
        return [column[0] for column in found.description or ()], found.fetchall()

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Arrow batches by ADBC, which takes a column for what its first row is: that is a row of samples."""
        with self.driver_errors("reading"):
            connection = self.writer
            if connection is None:
                self.there()
                self._close_reader()
                connection = self._adbc("rw", busy_timeout=WAIT_MS)
            try:
                types = types or _described(connection, sql)
                first = ", ".join(f"{sample(dtype)} AS {DIALECT.quoted(name)}" for name, dtype in types.items())
                names = ", ".join(map(DIALECT.quoted, types))
                with connection.cursor() as cursor:
                    cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": BATCH_ROWS})
                    cursor.execute(f"SELECT {first} UNION ALL SELECT {names} FROM ({sql.strip(' ;')}\n)")
                    batches = map(pl.DataFrame, cursor.fetch_record_batch())
                    yield restored(next(batches).slice(1), types)
                    for frame in batches:
                        yield restored(frame, types)
            finally:
                if connection is not self.writer:
                    self._close_reader()  # its locks go with those of the other
                    connection.close()

    def content(self, schema: str, table: str, types: Types) -> Fingerprint:
        """By SQL; within a load, whose connection has no `synth_digest`, of the rows read back."""
        if self.writer is None:
            return super().content(schema, table, types)
        found = Fingerprint()
        for frame in self.frames(self.query(schema, table, types), types):
            found += fingerprint(to_drawn(frame, types), types)
        return found

    # -- what is there

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """By declared types; there are no schemas."""
        _, rows = self.rows(
            "SELECT t.name, c.name, c.type FROM sqlite_master t, pragma_table_xinfo(t.name) c "
            "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY t.name, c.cid"
        )
        ours = any(table == MANIFEST for table, _, _ in rows)
        found: dict[str, dict[str, DType]] = {}
        for table, column, kind in rows:
            found.setdefault(table, {})[column] = declared(kind, ours=ours)
        return found

    def loaded(self) -> list[str]:
        """The dataset of the manifest: a file holds one."""
        if MANIFEST not in self.catalogue(""):
            return []
        _, rows = self.rows(f"SELECT dataset FROM {MANIFEST}")
        return [dataset for (dataset,) in rows]

    def is_empty(self) -> bool:
        """Whether the database holds nothing at all."""
        return not self.rows("SELECT 1 FROM sqlite_master LIMIT 1")[1]

    # -- a load

    def begin_writing(self) -> bool:
        """BEGIN IMMEDIATE."""
        with self.driver_errors("opening"):
            try:
                self.writer = self._adbc("rwc", busy_timeout=WAIT_LOCK_MS, foreign_keys=0, cache_size=-FILLING_KIB)
                _ask(self.writer, "BEGIN IMMEDIATE")
                _ask(self.writer, f"PRAGMA busy_timeout = {WAIT_MS}")
            except self.raised as error:
                self.close()
                if "locked" in str(error):
                    return False
                raise
        return True

    def begin(self, schema: str, gone: Sequence[str]) -> None:
        """Drop the tables that are gone, unless others refer to them: what they refer to would be another table."""
        names = ", ".join(map(DIALECT.literal, gone))
        _, others = self.rows(
            "SELECT t.name, f.\"table\" FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' "
            f'AND f."table" COLLATE NOCASE IN ({names}) AND t.name NOT IN ({names})'
        )
        if others:
            raise DatabaseError(
                f"{self.address}: table '{others[0][0]}' refers to '{others[0][1]}', which is to be replaced\n"
                "  hint: drop what depends on the old tables first"
            )
        for table in gone:
            self.run(f"DROP TABLE {DIALECT.quoted(table)}")

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Bind Arrow columns to one INSERT, in the load's transaction."""
        kept = as_kept(frame)
        with self.driver_errors(f"sending rows of {table}"), self.writer.cursor() as cursor:
            cursor.adbc_ingest(table, kept.to_arrow(compat_level=pl.CompatLevel.oldest()), mode="append")
        return int(kept.estimated_size())

    def steps(self, ddl: Ddl) -> Iterator[list[Step]]:
        """Indexes, then references, which nothing has looked at yet."""
        self.run(f"PRAGMA cache_size = -{SORTING_KIB}")
        yield from super().steps(ddl)
        yield [Step("constraints", table, ()) for table in ddl.tables]

    def take(self, step: Step) -> None:
        """Run a step; the one for constraints looks for rows whose parents are not there."""
        super().take(step)
        if step.phase != "constraints":
            return
        table = DIALECT.literal(step.table)
        _, broken = self.rows(f"SELECT fkid FROM pragma_foreign_key_check({table}) LIMIT 1")
        if not broken:
            return
        _, words = self.rows(
            f'SELECT "from", "table", "to" FROM pragma_foreign_key_list({table}) WHERE id = {broken[0][0]}'
        )
        column, parent, key = words[0]
        _, rows = self.rows(
            f"SELECT COUNT(*), MIN({DIALECT.quoted(column)}) FROM {DIALECT.quoted(step.table)} "
            f"WHERE {DIALECT.quoted(column)} NOT IN (SELECT {DIALECT.quoted(key)} FROM {DIALECT.quoted(parent)})"
        )
        raise DatabaseError(
            f"{self.address}: table '{step.table}': {column} = {rows[0][1]!r} is not in {parent}.{key}"
            f" ({rows[0][0]} such rows)\n  hint: {_HINTS['constraint failed']}"
        )

    def analyze(self, schema: str, table: str) -> None:
        """ANALYZE."""
        self.run(f"ANALYZE {DIALECT.quoted(table)}")


def _ask(connection: Any, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run a statement by ADBC: names of columns, and rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql)
        if cursor.description is None:
            return [], []
        return [column[0] for column in cursor.description], cursor.fetchall()


def _described(connection: Any, sql: str) -> dict[str, DType]:
    """The columns of a query: by declaration where one is given back as it is, else by what it gives."""
    view = "temp.synth_described"
    _ask(connection, f"CREATE TEMP VIEW synth_described AS {sql}")
    try:
        _, columns = _ask(connection, "SELECT name, type FROM pragma_table_xinfo('synth_described')")
        found = {name: declared(kind, ours=False) if kind else None for name, kind in columns}
        unknown = [name for name, dtype in found.items() if dtype is None]
        asked = ", ".join(
            f"MAX(TYPEOF({cell}) IN ('text', 'blob')), MAX(TYPEOF({cell}) = 'real')"
            for cell in map(DIALECT.quoted, unknown)
        )
        cells = iter(_ask(connection, f"SELECT {asked} FROM {view}")[1][0] if unknown else ())
        for name in unknown:
            is_text, is_real = next(cells), next(cells)
            found[name] = TEXT if is_text else DOUBLE if is_real else BIGINT
        return {name: dtype for name, dtype in found.items() if dtype is not None}
    finally:
        _ask(connection, f"DROP VIEW {view}")
