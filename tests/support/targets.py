"""Databases that can be loaded, each as a place that a test fills, and looks into by another way than the program's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import duckdb
import polars as pl
import pytest

from synth.columns import to_drawn
from synth.databases import DATABASES, Address, connect
from synth.errors import DatabaseError
from synth.fingerprint import fingerprint
from synth.job.load import load_folder
from synth.loading.load import Loading
from synth.plan.make import make
from synth.spec.load import parse
from synth.store.entries import TableEntry
from synth.store.manifest import Manifest, begin
from synth.store.manifest_table import manifest_of
from tests.support import servers
from tests.support.answers import Refused
from tests.support.servers import live_address
from tests.support.speed import LONG

MSSQL = "SYNTH_TEST_MSSQL_URL"

# suite -> database
SUITES = {
    "embedded": "postgres", "postgres": "postgres", "copy": "postgres", "mysql": "mysql", "sqlite": "sqlite", "duckdb": "duckdb", "tsql": "tsql",
}  # fmt: skip
VIA = {"copy": "copy"}  # suite -> the way in which rows go in; left out: the usual one
LIVE = [
    suite
    for suite, kind in SUITES.items()
    if kind in DATABASES and (suite != "tsql" or MSSQL in os.environ) and (suite != "embedded" or LONG)
]

EACH = LIVE if LONG else [suite for suite in LIVE if suite not in VIA]  # each database, in its usual way
every_way = pytest.mark.parametrize("target", LIVE, indirect=True)  # of tests about how rows go in


def few(suites: list[str]) -> list[str]:
    """Of what takes long in each database: a server and a file; all of them where SYNTH_TEST_LONG is set."""
    return suites if LONG else [suite for suite in suites if suite in ("postgres", "sqlite")]


def each_format_somewhere(first: str, *others: str) -> list[tuple[str, str]]:
    """(suite, format): the first into every database; every other one as this process reads it, and DuckDB itself."""
    some = LIVE if LONG else [suite for suite in LIVE if suite in ("sqlite", "duckdb")]
    return [*((suite, first) for suite in LIVE), *((suite, format) for format in others for suite in some)]


class Target:
    """A database without datasets of ours; what a test makes in it goes with the test."""

    def __init__(self, suite: str, url: str):
        self.suite, self.url = suite, url
        self.address = Address.parse(url)
        self.kind, self.via = SUITES[suite], VIA.get(suite)
        self.dialect = DATABASES[self.kind].dialect
        if not self.address.is_file:
            with self.connect() as database:
                self.dialect = database.dialect  # as this server takes it
        self.before = set() if self.address.is_file else self._schemas()

    def connect(self):
        return connect(self.address)

    def place(self, table: str, schema: str = "ecommerce") -> str:
        return self.dialect.place(schema, table)

    # -- as a user would

    def sql(self, statement: str) -> list[tuple]:
        """Run a statement on a connection of its own. Raises Refused."""
        if self.address.is_file:
            client = servers.SERVERS[self.kind](self.address.name)
            try:
                return client.run(statement)
            finally:
                client.stop()
        try:
            with self.connect() as database:
                if statement.startswith("SELECT"):
                    return database.rows(statement)[1]
                database.run(statement)
                return []
        except DatabaseError as error:
            raise Refused(str(error)) from error

    def insert_keyed(self, place: str, columns: str, rest: str) -> list[tuple]:
        """Run an INSERT whose rows bring keys that the database would number."""
        statement = f"INSERT INTO {place} ({columns}) {rest}"
        if self.kind == "tsql":
            statement = f"SET IDENTITY_INSERT {place} ON; {statement}; SET IDENTITY_INSERT {place} OFF"
        return self.sql(statement)

    def refuses(self, statement: str) -> str:
        with pytest.raises(Refused) as caught:
            self.sql(statement)
        return str(caught.value)

    # -- as the program does

    def load(self, folder, **options):
        return load_folder(folder, self.address, **{"via": self.via, **options})

    def dataset_schemas(self) -> list[str]:
        """Schemas with datasets, but those that other tests have left."""
        with self.connect() as database:
            return [name for name in database.dataset_schemas() if name not in self.before]

    def tables(self, schema: str = "ecommerce") -> dict:
        with self.connect() as database:
            return database.catalogue(schema)

    def state(self, schema: str = "ecommerce") -> dict[str, str]:
        """Fingerprints as they are; that the manifest there names them, and that nothing is staged."""
        if self.address.is_file and not Path(self.address.name).exists():
            return {}
        with self.connect() as database:
            there = database.catalogue(schema)
            stage = database.staging_schema(schema)
            assert stage == schema or not database.catalogue(stage)
            if "synth_manifest" not in there:
                return {}
            entries = manifest_of(database, schema).tables
            found = {name: str(database.content(schema, name, entry.types)) for name, entry in entries.items()}
            assert found == {name: entry.fingerprint for name, entry in entries.items()}
            return found

    def fill(self, dataset, frames: dict[str, pl.DataFrame], schema: str | None = None, **options):
        """Load frames of written columns as the tables of a dataset that only declares them."""
        plan = make(dataset)
        entries = {}
        for name, frame in frames.items():
            types = {column: plan.tables[name].types[column] for column in plan.tables[name].written}
            print_ = fingerprint(to_drawn(frame, types), types)
            columns = {column: str(dtype) for column, dtype in types.items()}
            entries[name] = TableEntry(columns=columns, rows=frame.height, fingerprint=str(print_), files=())
        manifest = begin(plan, "parquet").model_copy(update={"tables": entries})
        with Loading(self.address, dataset, frames, schema=schema, **{"via": self.via, **options}) as loading:
            for name, frame in frames.items():
                loading.send(name, frame)
            loading.finish(manifest, Path("/nowhere"))

    def read(self, table: str, types, schema: str) -> pl.DataFrame:
        """All rows of a table, as the program reads them back."""
        with self.connect() as database:
            found = list(database.frames(database.query(schema, table, types), types))
        return pl.concat(found) if found else pl.DataFrame(schema={n: t.written for n, t in types.items()})

    # -- before and after

    def _schemas(self) -> set[str]:
        with self.connect() as database:
            schemas = "schema_name FROM information_schema.schemata"
            if self.kind == "tsql":
                schemas = "CAST(name AS NVARCHAR(128)) FROM sys.schemas"
            return {name for (name,) in database.rows(f"SELECT {schemas}")[1]}

    def clear(self) -> None:
        """Drop the schemas that a test has made, or the file."""
        if self.address.is_file:
            Path(self.address.name).unlink(missing_ok=True)
            return
        for schema in self._schemas() - self.before:
            with self.connect() as database:
                quoted = database.dialect.quote_identifier(schema)
                if self.kind == "tsql":
                    left = list(database.catalogue(schema))
                    for _ in range(len(left)):  # children first, whichever they are
                        for table in list(left):
                            try:
                                database.run(f"DROP TABLE {self.dialect.place(schema, table)}")
                                left.remove(table)
                            except DatabaseError:
                                continue
                database.run(f"DROP SCHEMA {quoted}" + (" CASCADE" if self.kind == "postgres" else ""))


def url_of(suite: str, request, folder) -> str:
    """Where a suite's database is."""
    if suite == "tsql":
        return os.environ[MSSQL]
    if suite == "embedded":
        return request.getfixturevalue("embedded_server")
    return live_address(SUITES[suite], request.getfixturevalue("database"), folder).url()


def changed(folder: Path, copy: Path, table: str, statement: str) -> Path:
    """A copy of a folder with one table changed by SQL, in files that the manifest says are whole."""
    shutil.copytree(folder, copy)
    manifest = Manifest.read(copy)
    files = [copy / file.path for file in manifest.tables[table].files]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE {table} AS FROM read_parquet({[str(file) for file in files]})")
        connection.execute(statement)
        for file in files:
            file.unlink()
        connection.execute(f"COPY {table} TO '{files[0]}'")
    data = files[0].read_bytes()
    entry = manifest.tables[table]
    file = entry.files[0].model_copy(update={"bytes": len(data), "sha256": sha256(data).hexdigest()})
    tables = {**manifest.tables, table: entry.model_copy(update={"files": (file,)})}
    manifest.model_copy(update={"tables": tables}).write(copy)
    return copy


def prints(folder: Path) -> dict[str, str]:
    return {name: entry.fingerprint for name, entry in Manifest.read(folder).tables.items()}


def spec(tables: dict, name: str = "hand_made"):
    """A dataset of tables that are only declared."""
    made = json.dumps({n: {"values": [], **t} for n, t in tables.items()}, ensure_ascii=False)
    return parse(f"dataset: {name}\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables: {made}")


@contextmanager
def small_disk(size: str):
    """A file system of its own; skips where none may be mounted."""
    folder = tempfile.mkdtemp(prefix="synth-disk-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True)
    try:
        if mounted.returncode:
            pytest.skip("needs the right to mount a small file system: run as root")
        yield Path(folder)
    finally:
        if not mounted.returncode:
            subprocess.run(["umount", folder], check=True)
        Path(folder).rmdir()
