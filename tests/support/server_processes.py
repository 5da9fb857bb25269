"""Database servers as processes of their own in a temporary folder, each spoken to through its own client."""

from __future__ import annotations

import csv
import io
import os
import shutil
import subprocess
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.support import watchdog
from tests.support.answers import Refused, Seen

WAIT_S = 30


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
        """Start it on what it left, when it has ended."""
        if self.process is not None:
            self.process.wait(WAIT_S)
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

    port = 5432
    narrow_comments = False
    account = "postgres"
    types = {
        "boolean": "boolean", "smallint": "smallint", "integer": "integer", "bigint": "bigint", "decimal": "numeric({0},{1})",
        "double": "double precision", "uuid": "uuid", "date": "date", "timestamp": "timestamp without time zone",
        "real": "real", "char": "character({0})", "timestamptz": "timestamp with time zone",
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
        options = ("listen_addresses=", f"unix_socket_directories={self.folder}", "fsync=off", "max_connections=24")
        options += tuple(self.settings(data))
        words = [word for option in options for word in ("-c", option)]
        self.serve(Path(found).with_name("postgres"), "-D", data, *words)

    def settings(self, data: Path) -> list[str]:
        """What else the server is told, once its folder is made."""
        return []

    def run(self, sql: str) -> list[tuple]:
        words = [
            "psql",
            "-X",
            "-q",
            "-h",
            self.folder,
            "-p",
            str(self.port),
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
        ]
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
        "real": "float", "char": "char({0})", "timestamptz": "datetime(6)",
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
