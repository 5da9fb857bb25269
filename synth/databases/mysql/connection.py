"""MySQL and MariaDB: rows go in by LOAD DATA LOCAL over several connections.

MariaDB shows what is beyond the first plane of Unicode in a comment as '?'.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import polars as pl

from synth.databases.address import Address
from synth.databases.database import ADDED, MANIFEST, Database, Step
from synth.databases.mysql.errors import DATA, HELD, LOCAL, declared, described, explained, read
from synth.databases.text import tab_separated
from synth.ddl.statements import Constraint, Ddl, by_table
from synth.dtypes import DType, Types
from synth.errors import DatabaseError
from synth.fingerprint import Cells
from synth.translate.conditions import like_marks, microseconds, null_keys, number_booleans
from synth.translate.dialect import Dialect, standard_literal
from synth.translate.numeric import range_at_zero, rounded_doubles

if TYPE_CHECKING:
    from synth.databases.mysql.wire import Wire

__all__ = ["DIALECT", "MySQL"]

# binary, and blanks at the end count; each server reads its own hint, and MariaDB none of MySQL 8's
_COLLATED = "DEFAULT CHARACTER SET utf8mb4 /*M! COLLATE utf8mb4_nopad_bin */ /*!80000 COLLATE utf8mb4_0900_bin */"
LONGEST_LOCK = 64
# CHECK is kept, texts compare by their bytes, and one RENAME of many tables is all or nothing
OLDEST_MYSQL, OLDEST_MARIADB = (8, 0, 17), (10, 6, 0)


def _literal(text: str) -> str:
    """A backslash escapes here; where the server is told NO_BACKSLASH_ESCAPES it shows twice, and still ends nothing."""
    return standard_literal(text.replace("\\", "\\\\").replace("\r", "\\r"))  # its client drops a \r before \n


DIALECT = Dialect(
    name="mysql",
    sqlglot="mysql",
    types={
        "boolean": "BOOLEAN",
        "smallint": "SMALLINT",
        "integer": "INT",
        "bigint": "BIGINT",
        "decimal": "DECIMAL",
        "double": "DOUBLE",
        "uuid": "VARCHAR(36)",
        "date": "DATE",
        "timestamp": "DATETIME(6)",
    },
    text="LONGTEXT",
    keyed_text="VARCHAR(255)",  # a key needs a length
    keyed_length=255,
    quotes=("`", "`"),
    comments="inline",
    create_schema="CREATE DATABASE IF NOT EXISTS {schema}",
    table_options=f" ENGINE=InnoDB {_COLLATED}",
    inside=frozenset(("PRIMARY KEY", "CHECK")),  # rows lie in the order of the key, and a later CHECK copies them all
    literal=_literal,
    rewrites=(null_keys, rounded_doubles("decimal(65,30)"), range_at_zero, like_marks, microseconds, number_booleans),
    cells=Cells(
        text="CAST(CONV(SUBSTR(MD5({0}), 1, {hex_digits}), 16, 10) AS SIGNED)",
        boolean="CAST({0} AS SIGNED)",
        double="CAST(SIGN({0}) * FLOOR(ABS({0} * 1e6) + 0.5) AS SIGNED)",
        date="DATEDIFF({0}, '1970-01-01')",
        timestamp="TIMESTAMPDIFF(MICROSECOND, '1970-01-01 00:00:00', {0})",
        decimal="CAST({0} * {unit} AS SIGNED)",
        integer="CAST({0} AS SIGNED)",
        fence="LIMIT 18446744073709551615",
    ),
    longest_varchar=4000,  # a row of all VARCHAR columns has at most 65,535 bytes, four a character
    longest_comment=1024,
    longest_key=768,  # 3,072 bytes
)


SESSION = {
    "sql_mode": "'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
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


class MySQL(Database):
    """A connection by PyMySQL, every statement committed. A schema is a database, and so is the staging place."""

    dialect = DIALECT
    connection: Wire
    locked = False

    def connect(self) -> None:
        """Open it; options in the URL are PyMySQL's, and `ssl_mode` as MySQL's own clients have it."""
        try:
            import pymysql

            from synth.databases.mysql.wire import Wire, arguments
        except ImportError:
            raise DatabaseError(
                f"{self.address}: PyMySQL is not installed\n  hint: pip install 'synth-relational[mysql]'"
            ) from None
        self.raised = (pymysql.err.Error, RuntimeError)  # the second where `cryptography` is missing
        settings = ", ".join(f"{name} = {value}" for name, value in SESSION.items())
        self.connection = Wire(
            **arguments(self.address), autocommit=True, local_infile=True, program_name="synth",
            init_command=f"SET SESSION {settings} {TEXTS}",
        )  # fmt: skip

    @classmethod
    def create(cls, address: Address) -> None:
        """CREATE DATABASE. A URL need not name one."""
        if not address.name:
            return
        with cls(replace(address, name="")) as server:
            server.run(f"CREATE DATABASE IF NOT EXISTS {DIALECT.quoted(address.name)} {_COLLATED}")

    def close(self) -> None:
        """Close it; the lock is let go first, as the server sees only a moment later that a connection has ended."""
        if self.locked:
            with suppress(DatabaseError):
                self._ask("DO RELEASE_ALL_LOCKS()", "closing")
        if hasattr(self, "connection") and self.connection.open:
            self.connection.close()

    def explained(self, error: Exception) -> tuple[str, str]:
        """The server's own words, and its number."""
        return explained(error)

    def run(self, sql: str) -> None:
        """Run a statement. One of `steps` may be a query: a row of it says what does not hold."""
        _, rows = self._ask(sql, sql.split("(", maxsplit=1)[0].strip()[:80])
        if rows:
            raise DatabaseError(f"{self.address}: {rows[0][0]}\n  hint: {DATA}")

    def rows(self, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        """All rows of a query."""
        return self._ask(sql, "asking")

    def _ask(self, sql: str, doing: str) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self.driver_errors(doing), self.connection.cursor() as cursor:
            cursor.execute(sql)
            return [column[0] for column in cursor.description or ()], list(cursor.fetchall())

    def frames(self, sql: str, types: Types) -> Iterator[pl.DataFrame]:
        """Rows as the protocol's text, over a connection of their own; at least one frame, so that columns are known."""
        with self.driver_errors("reading"), self.another() as reader:
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
            dtype = types.get(column[0]) or described(column)
            try:
                columns.append(read(pl.Series(column[0], values, dtype=pl.Binary), dtype))
            except pl.exceptions.PolarsError as error:
                what = str(error).splitlines()[0]
                raise DatabaseError(f"{self.address}: column '{column[0]}' cannot be read as {dtype}: {what}") from None
        return pl.DataFrame(columns).select(list(types) or pl.all())

    # -- what is there

    def catalogue(self, schema: str) -> dict[str, dict[str, DType]]:
        """From information_schema, which takes other capitals and accents for the same name."""
        found: dict[str, dict[str, DType]] = {}
        here = DIALECT.literal(schema)
        _, rows = self.rows(
            "SELECT t.table_schema, t.table_name, c.column_name, c.data_type, c.column_type, c.character_maximum_length, "
            "c.numeric_precision, c.numeric_scale FROM information_schema.tables t LEFT JOIN information_schema.columns c "
            f"ON c.table_schema = {here} AND c.table_schema = t.table_schema AND c.table_name = t.table_name "
            f"WHERE t.table_schema = {here} ORDER BY t.table_name, c.ordinal_position"
        )
        for place, table, column, *kind in rows:
            if self._same(place, schema):
                columns = found.setdefault(table, {})
                if column is not None:
                    columns[column] = declared(*kind)
        return found

    def _same(self, one: str, other: str) -> bool:
        """Whether two names are one database's: some servers keep all of them small."""
        if one == other:
            return True
        return one.lower() == other.lower() and self.rows("SELECT @@lower_case_table_names")[1][0][0] != 0

    def loaded(self) -> list[str]:
        """Databases with our manifest."""
        _, rows = self.rows(
            f"SELECT table_schema, table_name FROM information_schema.tables WHERE table_name = {DIALECT.literal(MANIFEST)}"
        )
        return sorted(schema for schema, name in rows if name == MANIFEST and not schema.startswith("_synth_"))

    # -- a load

    def lock(self, schema: str) -> bool:
        """A lock by name, which the server lets go when this connection ends, however it ends."""
        name = f"synth/{schema}"
        if len(name) > LONGEST_LOCK:
            name = f"synth/{blake2b(schema.encode(), digest_size=16).hexdigest()}"
        got = bool(self.rows(f"SELECT GET_LOCK({DIALECT.literal(name)}, 0)")[1][0][0])
        self.locked = self.locked or got
        return got

    def begin(self, schema: str, gone: Sequence[str]) -> None:
        """A staging database, on a server that can do what a load asks of it."""
        self._able()
        self._movable(schema, gone)
        for place in (self.stage(schema), self._left(schema)):
            self.run(f"DROP DATABASE IF EXISTS {DIALECT.quoted(place)}")
        self.run(f"CREATE DATABASE {DIALECT.quoted(self.stage(schema))} {_COLLATED}")

    def _able(self) -> None:
        (version, local), *_ = self.rows("SELECT VERSION(), @@local_infile")[1]
        numbers = re.match(r"(\d+)\.(\d+)\.(\d+)", version)
        oldest = OLDEST_MARIADB if "mariadb" in version.lower() else OLDEST_MYSQL
        if numbers and tuple(map(int, numbers.groups())) < oldest:
            raise DatabaseError(
                f"{self.address}: version {version} is too old for a load that is all or nothing\n"
                "  hint: MySQL 8.0.17 or MariaDB 10.6 and later can be loaded; `synth script` writes files for others"
            )
        if not local:
            raise DatabaseError(f"{self.address}: LOAD DATA LOCAL is switched off there\n  hint: {LOCAL}")

    def _movable(self, schema: str, gone: Sequence[str]) -> None:
        """Refuse tables that cannot move, or that something else hangs on. Raises DatabaseError."""
        if not gone:
            return
        here, names = DIALECT.literal(schema), ", ".join(map(DIALECT.literal, gone))
        for query in (
            "SELECT table_schema, table_name, 'it is a view' FROM information_schema.tables "
            f"WHERE table_schema = {here} AND table_type = 'VIEW' AND table_name IN ({names})",
            "SELECT event_object_schema, event_object_table, CONCAT('it has the trigger ', trigger_name) "
            f"FROM information_schema.triggers WHERE event_object_schema = {here} AND event_object_table IN ({names})",
            "SELECT unique_constraint_schema, referenced_table_name, "
            "CONCAT('the foreign key ', constraint_name, ' of ', constraint_schema, '.', table_name, ' points to it') "
            f"FROM information_schema.referential_constraints WHERE unique_constraint_schema = {here} "
            f"AND referenced_table_name IN ({names}) AND NOT (constraint_schema = {here} AND table_name IN ({names}))",
        ):
            for place, table, what in self.rows(query)[1]:
                if self._same(place, schema):
                    raise DatabaseError(
                        f"{self.address}: '{table}' of '{schema}' cannot be replaced: {what}; nothing was changed\n"
                        f"  hint: {HELD}"
                    )

    def _left(self, schema: str) -> str:
        """Where replaced tables go, to be dropped: not the staging place, as names of constraints would meet there."""
        return f"_synth_{blake2b(f'{schema}/left'.encode(), digest_size=16).hexdigest()}"

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """LOAD DATA LOCAL, which leaves out or changes what it does not like, and warns: to us that is an error."""
        data = tab_separated(frame)
        columns = ", ".join(map(DIALECT.quoted, frame.columns))
        with self.driver_errors(f"sending rows of {table}"):
            taken, warnings = self.connection.send(
                f"LOAD DATA LOCAL INFILE 'rows' INTO TABLE {DIALECT.place(self.stage(schema), table)} CHARACTER SET utf8mb4 "
                rf"FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' ({columns})",
                data,
            )
            if warnings or taken != frame.height:
                said = [f"{text} ({code})" for _, code, text in self.rows("SHOW WARNINGS LIMIT 3")[1]]
                raise DatabaseError(
                    f"{self.address}: sending rows of {table}: the server took {taken} of {frame.height} rows: "
                    f"{'; '.join(said)}\n  hint: {DATA}"
                )
        return len(data)

    def steps(self, ddl: Ddl) -> Iterator[list[Step]]:
        """What CREATE TABLE does not have: unique keys and indexes, then foreign keys, then a proof of these.

        Checked foreign keys copy the table row by row (7 s for four of a million rows); made unchecked they take no time,
        and looking for rows without a parent takes 0.3 s.
        """
        unique = by_table(constraint for constraint in ddl.constraints if constraint.parent is None)
        foreign = by_table(constraint for constraint in ddl.constraints if constraint.parent is not None)
        yield [Step("constraints", name, (_added(some),), frozenset([name])) for name, some in unique.items()]
        indexes = by_table(ddl.indexes)
        yield [Step("indexes", name, tuple(map(str, some)), frozenset([name])) for name, some in indexes.items()]
        yield [
            Step(
                "constraints", name, ("SET foreign_key_checks = 0", _added(some), "SET foreign_key_checks = 1"),
                frozenset([name, *(str(constraint.parent) for constraint in some)]),
            )
            for name, some in foreign.items()
        ]  # fmt: skip
        yield [Step("constraints", name, tuple(map(_orphans, some))) for name, some in foreign.items()]

    def analyze(self, schema: str, table: str) -> None:
        """ANALYZE TABLE, which reports errors as rows."""
        for *_, kind, text in self.rows(f"ANALYZE TABLE {DIALECT.place(self.stage(schema), table)}")[1]:
            if kind.lower() == "error":
                raise DatabaseError(f"{self.address}: analyzing {table}: {text}")

    def publish(self, schema: str, tables: Iterable[str], gone: Sequence[str]) -> None:
        """One RENAME TABLE, all or nothing: old tables out, staged ones in; keys and references go along."""
        stage, left = self.stage(schema), self._left(schema)
        self._movable(schema, gone)
        doing = f"putting the tables into database '{schema}'"
        here = f"SELECT 1 FROM information_schema.schemata WHERE schema_name = {DIALECT.literal(schema)}"
        fresh = not self.rows(here)[1]
        for place in (schema, left):
            self._ask(f"CREATE DATABASE IF NOT EXISTS {DIALECT.quoted(place)} {_COLLATED}", doing)
        moves = [(schema, left, table) for table in gone] + [(stage, schema, table) for table in tables]
        spelt = ", ".join(f"{DIALECT.place(old, table)} TO {DIALECT.place(new, table)}" for old, new, table in moves)
        try:
            self._ask(f"RENAME TABLE {spelt}", doing)
        except DatabaseError:
            if fresh and not self.catalogue(schema):
                self._ask(f"DROP DATABASE {DIALECT.quoted(schema)}", doing)
            raise
        for place in (left, stage):
            self._ask(f"DROP DATABASE {DIALECT.quoted(place)}", f"'{schema}' has the new tables; dropping the old ones")

    def abandon(self, schema: str) -> None:
        """Drop the staging database, over a new connection, as this one may have been cut off."""
        with suppress(DatabaseError), self.another() as fresh:
            for place in (self.stage(schema), self._left(schema)):
                fresh.run(f"DROP DATABASE IF EXISTS {DIALECT.quoted(place)}")


def _added(constraints: Sequence[Constraint]) -> str:
    return f"ALTER TABLE {constraints[0].place} ADD {ADDED.join(constraint.rule for constraint in constraints)}"


def _orphans(foreign: Constraint) -> str:
    """A query for a row whose parent is not there."""
    assert foreign.joins
    columns, parent, keys = foreign.joins
    what = DIALECT.literal(f"a row of {foreign.table} breaks {foreign.rule}: its {', '.join(columns)} is ")
    joined = " AND ".join(f"p.{key} = c.{column}" for column, key in zip(columns, keys, strict=True))
    there = " AND ".join(f"c.{column} IS NOT NULL" for column in columns)
    return (
        f"SELECT CONCAT({what}, CONCAT_WS(', ', c.{', c.'.join(columns)})) FROM {foreign.place} c "
        f"LEFT JOIN {parent} p ON {joined} WHERE {there} AND p.{keys[0]} IS NULL LIMIT 1"
    )
