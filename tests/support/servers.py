"""Databases that DDL is run in: their servers, started in a temporary folder, and what their catalogues say.

Each speaks through its own client. `run` raises `Refused` with the database's words; cells come as text, NULL as None.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from synth.databases import DATABASES, Address, connect
from tests.support import watchdog

WAIT_S = 30


class Refused(Exception):
    """What a database said to a statement that it did not take."""


@dataclass
class Seen:
    """One table in a database's catalogue. Names of constraints are None where the database keeps none."""

    columns: dict[str, tuple] = field(default_factory=dict)  # name -> (type, whether NULL may stand there)
    keys: set = field(default_factory=set)  # (kind, name, columns)
    checks: set = field(default_factory=set)  # names, or conditions where there are none
    foreign: set = field(default_factory=set)  # (name, column, parent, key)
    indexes: set = field(default_factory=set)  # (name, columns)
    comments: dict = field(default_factory=dict)  # of columns, and of None: the table
    collations: set = field(default_factory=set)


def missing(what: str, packages: str):
    """A server that is not installed: a failure where all must be there, else a skip."""
    said = f"needs {what}: apt-get install {packages}"
    if os.environ.get("SYNTH_TEST_SERVERS") == "all":
        pytest.fail(said)
    pytest.skip(said)


class Server:
    """A process of its own in a temporary folder, ended with the tests, also when they are killed."""

    account = ""  # who runs it when we are root, which servers refuse to run as

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix=f"synth-{self.account}-"))
        watchdog.watch(self.folder, remove=True)
        self.process = None
        try:
            if os.geteuid() == 0:
                shutil.chown(self.folder, self.account, self.account)
            self.start()
            self.wait()
        except BaseException:
            self.stop()
            raise

    def command(self, *words) -> list[str]:
        """A command as the account, that gets a signal when we die."""
        who = ["--reuid", self.account, "--regid", self.account, "--clear-groups"] if os.geteuid() == 0 else []
        death = ["--pdeathsig", "INT" if self.account == "postgres" else "TERM"]
        own = ["env", f"TMPDIR={self.folder}"]  # MariaDB clears others' temporary tables away when it starts
        return ["setpriv", *who, *death, "--", *own, *map(str, words)]

    def make(self, *words) -> None:
        done = subprocess.run(self.command(*words), capture_output=True, text=True, cwd=self.folder, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def serve(self, *words) -> None:
        self.words = words
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(self.command(*words), stdout=log, stderr=log, cwd=self.folder)

    def again(self) -> None:
        """Start it on what it left."""
        self.serve(*self.words)
        self.wait()

    def wait(self) -> None:
        end = time.monotonic() + WAIT_S
        while True:
            try:
                return self.run("SELECT 1")
            except Refused as error:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise AssertionError(f"{error}\n{(self.folder / 'log').read_text()}") from error
                time.sleep(0.05)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate() if self.account != "postgres" else self.process.send_signal(2)
            try:
                self.process.wait(WAIT_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, words: list, sql: str) -> str:
        done = subprocess.run([str(w) for w in words], input=sql.encode(), capture_output=True, check=False)
        if done.returncode or b"ERROR" in done.stderr:
            raise Refused(done.stderr.decode())
        return done.stdout.decode()


class PostgreSQL(Server):
    """PostgreSQL on a socket of its own."""

    narrow_comments = False
    account = "postgres"
    types = {
        "boolean": "boolean", "smallint": "smallint", "integer": "integer", "bigint": "bigint", "decimal": "numeric({0},{1})",
        "double": "double precision", "uuid": "uuid", "date": "date", "timestamp": "timestamp without time zone",
        "varchar": "character varying({0})", "text": "text", "keyed": "text",
    }  # fmt: skip
    keeps_comments = keeps_lengths = keeps_names = True
    collations = {"C"}

    def start(self):
        homes = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
        found = str(homes[-1]) if homes else shutil.which("initdb")
        if not found or not shutil.which("psql"):
            missing("PostgreSQL", "postgresql")
        data = self.folder / "data"
        self.make(found, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = ("listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off", "max_connections=10")
        words = [word for option in options for word in ("-c", option)]
        self.serve(Path(found).with_name("postgres"), "-D", data, *words)

    def run(self, sql: str) -> list[tuple]:
        words = ["psql", "-X", "-q", "-h", self.folder, "-U", "postgres", "-d", "postgres", "-v", "ON_ERROR_STOP=1"]
        text = self.client(
            [*words, "--csv", "-t", "-P", "null=\\N", "-f", "-"], f"SET client_min_messages = error;\n{sql}"
        )
        return [tuple(None if c == "\\N" else c for c in row) for row in csv.reader(io.StringIO(text, newline=""))]

    def drop(self, schema: str, tables) -> None:
        quoted = schema.replace('"', '""')
        self.run(f'DROP SCHEMA IF EXISTS "{quoted}" CASCADE')

    def catalogue(self, schema: str) -> dict[str, Seen]:
        found = defaultdict(Seen)
        tables = f"pg_class t JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname = '{schema}'"
        for table, column, kind, required, collation, about, whole in self.run(
            "SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, c.collname, "
            f"col_description(t.oid, a.attnum), obj_description(t.oid, 'pg_class') FROM {tables} "
            "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND t.relkind = 'r' "
            "LEFT JOIN pg_collation c ON c.oid = a.attcollation ORDER BY t.relname, a.attnum"
        ):
            seen = found[table]
            seen.columns[column] = (kind, required == "f")
            seen.collations |= {collation} - {None}
            seen.comments |= {k: v for k, v in ((column, about), (None, whole)) if v is not None}
        names = "(SELECT string_agg(a.attname, ',' ORDER BY k.n) FROM unnest({0}) WITH ORDINALITY k (c, n) JOIN pg_attribute a ON a.attrelid = {1} AND a.attnum = k.c)"
        for table, kind, name, columns, parent, keys in self.run(
            f"SELECT t.relname, c.contype, c.conname, {names.format('c.conkey', 't.oid')}, p.relname, "
            f"{names.format('c.confkey', 'p.oid')} FROM {tables} JOIN pg_constraint c ON c.conrelid = t.oid "
            "LEFT JOIN pg_class p ON p.oid = c.confrelid"
        ):
            if kind in "pu":
                found[table].keys.add(({"p": "pk", "u": "uq"}[kind], name, columns))
            elif kind == "c":
                found[table].checks.add(name)
            elif kind == "f":
                found[table].foreign.add((name, columns, parent, keys))
        for table, name, columns in self.run(
            f"SELECT t.relname, i.relname, {names.format('x.indkey::int[]', 't.oid')} FROM {tables} JOIN pg_index x ON x.indrelid = t.oid "
            "JOIN pg_class i ON i.oid = x.indexrelid WHERE NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u'))"
        ):
            found[table].indexes.add((name, columns))
        return found


class MariaDB(Server):
    """MariaDB on a socket of its own."""

    narrow_comments = True  # its catalogue holds the first plane of Unicode
    account = "mysql"
    types = {
        "boolean": "tinyint(1)", "smallint": "smallint(6)", "integer": "int(11)", "bigint": "bigint(20)",
        "decimal": "decimal({0},{1})", "double": "double", "uuid": "varchar(36)", "date": "date", "timestamp": "datetime(6)",
        "varchar": "varchar({0})", "text": "longtext", "keyed": "varchar(255)",
    }  # fmt: skip
    keeps_comments = keeps_lengths = keeps_names = True
    collations = {"utf8mb4_nopad_bin"}
    escapes = {"n": "\n", "t": "\t", "\\": "\\", "0": "\0"}

    def start(self):
        server = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if not server or not shutil.which("mariadb-install-db") or not shutil.which("mariadb"):
            missing("MariaDB", "mariadb-server")
        self.socket = self.folder / "socket"
        same = ["--no-defaults", f"--datadir={self.folder / 'data'}"]
        self.make(
            "mariadb-install-db", *same, "--auth-root-authentication-method=normal", "--skip-test-db",
            "--innodb-flush-method=nosync",
        )  # fmt: skip
        self.serve(
            server, *same, f"--socket={self.socket}", f"--pid-file={self.folder / 'pid'}", "--skip-networking",
            "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--innodb-doublewrite=0",
            "--innodb-file-per-table=0", "--innodb-buffer-pool-size=64M", "--skip-log-bin",
        )  # fmt: skip

    def run(self, sql: str) -> list[tuple]:
        words = ["mariadb", "--no-defaults", f"--socket={self.socket}", "-u", "root", "--default-character-set=utf8mb4"]
        lines = self.client([*words, "--batch", "--skip-column-names"], sql).removesuffix("\n")
        return [tuple(map(self._cell, line.split("\t"))) for line in lines.split("\n") if lines]

    def _cell(self, text: str) -> str | None:
        if text == "NULL":
            return None
        letters = iter(text)
        return "".join(self.escapes[next(letters)] if letter == "\\" else letter for letter in letters)

    def drop(self, schema: str, tables) -> None:
        quoted = schema.replace("`", "``")
        self.run(f"DROP DATABASE IF EXISTS `{quoted}`")

    def catalogue(self, schema: str) -> dict[str, Seen]:
        found = defaultdict(Seen)
        here = f"FROM information_schema.{{0}} WHERE {{1}} = '{schema}' "
        for table, column, kind, nullable, collation, about in self.run(
            "SELECT table_name, column_name, column_type, is_nullable, collation_name, CONCAT('=', column_comment) "
            + here.format("columns", "table_schema") + "ORDER BY table_name, ordinal_position"
        ):  # fmt: skip
            found[table].columns[column] = (kind, nullable == "YES")
            found[table].collations |= {collation} - {None}
            found[table].comments |= {column: about[1:]} if about != "=" else {}  # a cell NULL reads as none
        for table, about in self.run(
            "SELECT table_name, CONCAT('=', table_comment) " + here.format("tables", "table_schema")
        ):
            found[table].comments |= {None: about[1:]} if about != "=" else {}
        named = set()
        for table, name, columns, parent, keys in self.run(
            "SELECT table_name, constraint_name, GROUP_CONCAT(column_name ORDER BY ordinal_position), "
            "MAX(referenced_table_name), MAX(referenced_column_name) "
            + here.format("key_column_usage", "table_schema") + "GROUP BY table_name, constraint_name"
        ):  # fmt: skip
            named.add((table, name))
            if parent:
                found[table].foreign.add((name, columns, parent, keys))
            else:
                found[table].keys.add(("pk" if name == "PRIMARY" else "uq", name, columns))
        for table, name in self.run(
            "SELECT table_name, constraint_name " + here.format("check_constraints", "constraint_schema")
        ):
            found[table].checks.add(name)
        for table, name, columns in self.run(
            "SELECT table_name, index_name, GROUP_CONCAT(column_name ORDER BY seq_in_index) "
            + here.format("statistics", "table_schema") + "GROUP BY table_name, index_name"
        ):  # fmt: skip
            if (table, name) not in named or name.startswith(("fk_", "ix_")):
                found[table].indexes.add((name, columns))
        return found


class Embedded:
    """A database inside our process."""

    narrow_comments = False

    def __init__(self, *path: str):
        self.open(*path)

    def stop(self) -> None:
        self.connection.close()


class SQLite(Embedded):
    """SQLite in memory, or a file."""

    types = {
        "boolean": "BOOLEAN", "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT", "decimal": "DECIMAL({0}, {1})",
        "double": "REAL", "uuid": "TEXT", "date": "DATE", "timestamp": "TIMESTAMP", "varchar": "VARCHAR({0})", "text": "TEXT",
        "keyed": "TEXT",
    }  # fmt: skip
    keeps_comments = keeps_lengths = False
    keeps_names = True
    collations = {"BINARY"}

    def open(self, path: str = ":memory:"):
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA foreign_keys = ON")

    def run(self, sql: str) -> list[tuple]:
        try:
            if sql.lstrip().upper().startswith(("SELECT", "PRAGMA")):
                return self.connection.execute(sql).fetchall()
            self.connection.executescript(sql)
        except (sqlite3.Error, ValueError) as error:
            raise Refused(str(error)) from error
        return []

    def drop(self, schema: str, tables) -> None:
        self.connection.execute("PRAGMA foreign_keys = OFF")
        for table in tables:
            self.connection.execute(f'DROP TABLE IF EXISTS "{table}"')
        self.connection.execute("PRAGMA foreign_keys = ON")

    def catalogue(self, schema: str) -> dict[str, Seen]:
        found = {}
        for table, text in self.run("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
            seen = found[table] = Seen(collations={"BINARY"})
            named = [
                line.strip().removesuffix(",") for line in text.split("\n") if line.strip().startswith("CONSTRAINT")
            ]
            words = {line.split('"')[1]: line.split('"', 2)[2].strip() for line in named}
            for _, column, kind, required, _, _, hidden in self.run(f'PRAGMA table_xinfo("{table}")'):
                assert not hidden
                seen.columns[column] = (kind, not required)
            groups = set()
            for _, index, unique, origin, _ in self.run(f'PRAGMA index_list("{table}")'):
                columns = [row[2] for row in self.run(f'PRAGMA index_info("{index}")')]
                if origin == "c":
                    assert not unique
                    seen.indexes.add((index, ",".join(columns)))
                else:
                    groups.add((origin, ",".join(columns)))
            pk = [r for r in self.run(f'PRAGMA table_info("{table}")') if r[5]]
            if pk:
                groups.add(("pk", ",".join(r[1] for r in sorted(pk, key=lambda r: r[5]))))
            for name, rest in words.items():
                columns = rest.partition("(")[2].partition(")")[0].replace('"', "").replace(", ", ",")
                if rest.startswith("CHECK"):
                    seen.checks.add(name)
                elif not rest.startswith("FOREIGN"):
                    kind = "pk" if rest.startswith("PRIMARY") else "uq"
                    assert (kind if kind == "pk" else "u", columns) in groups
                    seen.keys.add((kind, name, columns))
            for _, _, parent, column, key, *_ in self.run(f'PRAGMA foreign_key_list("{table}")'):
                name = next(n for n, rest in words.items() if rest.startswith(f'FOREIGN KEY ("{column}")'))
                seen.foreign.add((name, column, parent, key))
        return found


class DuckDB(Embedded):
    """DuckDB in memory, or a file."""

    types = {
        "boolean": "BOOLEAN", "smallint": "SMALLINT", "integer": "INTEGER", "bigint": "BIGINT", "decimal": "DECIMAL({0},{1})",
        "double": "DOUBLE", "uuid": "UUID", "date": "DATE", "timestamp": "TIMESTAMP", "varchar": "VARCHAR", "text": "VARCHAR",
        "keyed": "VARCHAR",
    }  # fmt: skip
    keeps_comments = True
    keeps_lengths = keeps_names = False
    collations = set()

    def open(self, path: str = ":memory:"):
        self.connection = duckdb.connect()
        if path != ":memory:":  # under another name than a schema's
            self.connection.execute(f"ATTACH '{path}' AS file; USE file")

    def run(self, sql: str) -> list[tuple]:
        try:
            return self.connection.execute(sql).fetchall()
        except duckdb.Error as error:
            raise Refused(str(error)) from error

    def drop(self, schema: str, tables) -> None:
        quoted = schema.replace('"', '""')
        for table in tables:  # CASCADE does not go along foreign keys
            self.connection.execute(f'DROP TABLE IF EXISTS "{quoted}"."{table}"')
        self.connection.execute(f'DROP SCHEMA IF EXISTS "{quoted}" CASCADE')

    def catalogue(self, schema: str) -> dict[str, Seen]:
        found = defaultdict(Seen)
        for table, about in self.run(f"SELECT table_name, comment FROM duckdb_tables() WHERE schema_name = '{schema}'"):
            found[table].comments |= {None: about} if about else {}
        for table, column, kind, nullable, about in self.run(
            "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            f"WHERE schema_name = '{schema}' ORDER BY table_name, column_index"
        ):
            found[table].columns[column] = (kind, nullable)
            found[table].comments |= {column: about} if about else {}
        for table, kind, columns, text, parent, keys in self.run(
            "SELECT table_name, constraint_type, constraint_column_names, expression, referenced_table, "
            f"referenced_column_names FROM duckdb_constraints() WHERE schema_name = '{schema}'"
        ):
            joined = ",".join(columns)
            if kind in ("PRIMARY KEY", "UNIQUE"):
                found[table].keys.add(("pk" if kind == "PRIMARY KEY" else "uq", None, joined))
            elif kind == "CHECK":
                found[table].checks.add(text)
            elif kind == "FOREIGN KEY":
                found[table].foreign.add((None, joined, parent, ",".join(keys)))
        for table, name, columns in self.run(
            f"SELECT table_name, index_name, expressions FROM duckdb_indexes() WHERE schema_name = '{schema}'"
        ):
            found[table].indexes.add((name, columns.strip("[]").replace("'", "").replace('"', "").replace(", ", ",")))
        return found


# dialect -> what starts the database
SERVERS = {"postgres": PostgreSQL, "mysql": MariaDB, "sqlite": SQLite, "duckdb": DuckDB}
# dialect -> why its SQL is only parsed here, and not run
WITHOUT_SERVER = {
    "tsql": "SQL Server is no package of the system's; SYNTH_TEST_MSSQL_URL names one",
}


def live() -> list[str]:
    """Databases that are here, or can be started."""
    return [name for name in DATABASES if name != "tsql" or os.environ.get("SYNTH_TEST_MSSQL_URL")]


def live_address(name: str, database, folder: Path) -> Address:
    """Where a database of this kind is: the running server's, or a file in the folder."""
    if name in ("sqlite", "duckdb"):
        return Address.parse(f"{name}:///{folder / f'target.{name}'}")
    if name == "tsql":
        return Address.parse(os.environ["SYNTH_TEST_MSSQL_URL"])
    server = database(name)
    if name == "postgres":
        return Address.parse(f"postgresql://postgres@/postgres?host={server.folder}")
    return Address.parse(f"mysql://root@localhost/?unix_socket={server.socket}")


def change(address: Address, statements) -> None:
    """Run statements, by the library's own connection where ours only reads."""
    if address.database == "sqlite":
        with closing(sqlite3.connect(address.name)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
    elif address.database == "duckdb":
        with duckdb.connect(address.name) as connection:
            for statement in statements:
                connection.execute(statement)
    else:
        with connect(address) as database:
            for statement in statements:
                database.run(statement)
