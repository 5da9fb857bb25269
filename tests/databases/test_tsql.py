"""SQL Server without one: a driver that keeps what it is told, and a small server behind it that knows tables and foreign keys.

Where SYNTH_TEST_MSSQL_URL names a server, loads run there too.
"""

from __future__ import annotations

import copy
import inspect
import os
import re
import sys
import threading
import types

import polars as pl
import pyarrow as pa
import pytest
import sqlglot

from synth.columns import to_written
from synth.databases import Address, connect
from synth.databases.tsql.catalogue import column_type
from synth.databases.tsql.database import SQLServer
from synth.databases.tsql.dialect import DIALECT
from synth.databases.tsql.errors import explain
from synth.databases.tsql.options import arguments
from synth.dtypes import DType, decimal
from synth.errors import DatabaseError, DataError, OptionError
from synth.fingerprint import Fingerprint, fingerprint
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifest_of
from tests.support.tsql import lint_tsql
from tests.test_fingerprint import EDGES, KINDS

URL = "mssql://sa:hush@host:1433/demo"
NAME = r"\[((?:[^\]]|\]\])*)\]"
PLACE = rf"{NAME}\.{NAME}"
ONE = PLACE.replace("((?:", "(?:(?:")  # without groups
TEXT = r"N'((?:[^']|'')*)'"


def name(spelt: str) -> str:
    return spelt.replace("]]", "]")


def text(spelt: str) -> str:
    return spelt.replace("''", "'")


def places(spelt: str) -> list[tuple[str, str]]:
    return [(name(schema), name(table)) for schema, table in re.findall(PLACE, spelt)]


class Error(Exception):
    def __init__(self, ddbc_error):
        self.ddbc_error = ddbc_error
        super().__init__(f"Driver Error: General error; DDBC Error: {ddbc_error}")


class Server:
    """Schemas with tables, foreign keys between them, and all that was said."""

    def __init__(self):
        self.schemas: dict[str, dict[str, list]] = {"dbo": {}}
        self.keys: dict[tuple, tuple] = {}  # (schema, table, name) -> parent's (schema, table)
        self.manifests: dict[str, tuple] = {}
        self.said: list[str] = []
        self.sent: list[dict] = []
        self.locks: dict[str, object] = {}
        self.open = 0
        self.words: list[dict] = []
        self.prints: dict[str, Fingerprint] = {}
        self.fails: dict[str, str] = {}  # words of a statement -> what the server says to it
        self.guard = threading.RLock()

    def module(self):
        made = types.ModuleType("mssql_python")
        made.Error, made.Warning = Error, type("Warning", (Exception,), {})
        made.connect = lambda text, *, autocommit, timeout, **words: Connection(self, words)
        return made

    def state(self):
        return copy.deepcopy((self.schemas, self.keys, self.manifests))

    def tell(self, connection, sql: str):
        with self.guard:
            self.said.append(sql)
            for words, error in self.fails.items():
                if words in sql:
                    raise Error(error)
            for shape, answer in ANSWERS:
                found = re.fullmatch(shape, sql, re.DOTALL)
                if found:
                    return answer(self, connection, *found.groups())
            raise AssertionError(f"what is this? {sql[:300]}")

    # -- answers

    def create_schema(self, connection, schema, made):
        assert text(made) == f"CREATE SCHEMA {DIALECT.quote_identifier(text(schema))}"
        self.schemas.setdefault(text(schema), {})

    def drop_schema(self, connection, schema):
        if self.schemas.get(name(schema)):
            raise Error(f"Cannot drop schema '{schema}' because it is being referenced by object 'x'.")
        self.schemas.pop(name(schema), None)

    def create_table(self, connection, place, columns):
        ((schema, table),) = places(place)
        if table in self.schemas[schema]:
            raise Error(f"There is already an object named '{table}' in the database.")
        self.schemas[schema][table] = []

    def alter(self, connection, place, rules):
        ((schema, table),) = places(place)
        assert table in self.schemas[schema]
        for key, parent in re.findall(rf"CONSTRAINT {NAME} FOREIGN KEY \([^)]*\) REFERENCES ({ONE})", rules):
            (parent,) = places(parent)
            assert parent[1] in self.schemas[parent[0]]
            self.keys[schema, table, name(key)] = parent

    def drop_constraint(self, connection, place, key):
        del self.keys[(*places(place)[0], name(key))]

    def drop_tables(self, connection, spelt):
        for schema, table in places(spelt):
            for (child_schema, child, _), parent in self.keys.items():
                if parent == (schema, table) and (child_schema, child) != parent:
                    raise Error(
                        f"[Microsoft][SQL Server]Could not drop object '{table}' because it is referenced by a FOREIGN KEY constraint."
                    )
            del self.schemas[schema][table]
            self.keys = {key: parent for key, parent in self.keys.items() if key[:2] != (schema, table)}
            if table == "synth_manifest":
                self.manifests.pop(schema, None)

    def transfer(self, connection, schema, place):
        schema, ((old, table),) = name(schema), places(place)
        if table in self.schemas[schema]:
            raise Error(f"Cannot transfer an object: there is already an object named '{table}'")
        self.schemas[schema][table] = self.schemas[old].pop(table)

        def moved(place):
            return (schema, table) if place == (old, table) else place

        self.keys = {(*moved(key[:2]), key[2]): moved(parent) for key, parent in self.keys.items()}
        if table == "synth_manifest":
            self.manifests[schema] = self.manifests.pop(old)

    def insert(self, connection, place, values):
        self.manifests[places(place)[0][0]] = tuple(map(text, re.findall(TEXT, values, re.DOTALL)))

    def lock(self, connection, resource):
        return [(0 if self.locks.setdefault(resource, connection) is connection else -1,)]

    def unlock(self, connection, resource):
        assert self.locks.pop(resource) is connection

    def tables_of(self, connection, schema):
        return [(table,) for table in sorted(self.schemas.get(text(schema), {}))]

    def keys_of(self, connection, schema, children, parents):
        children, parents = (set(map(text, re.findall(TEXT, names))) for names in (children, parents))
        return sorted(
            (table, key) for (at, table, key), (place, parent) in self.keys.items()
            if at == place == text(schema) and table in children and parent in parents
        )  # fmt: skip

    def columns_of(self, connection, schema):
        return [(table, "x", "nvarchar", 5, None, None) for table in sorted(self.schemas.get(text(schema), {}))]

    def holding(self, connection):
        return [(schema,) for schema, tables in self.schemas.items() if "synth_manifest" in tables]

    def kept(self, connection, schema):
        return [self.manifests[name(schema)][1:]]

    def sums(self, connection, place):
        ((schema, table),) = places(place)
        found = self.prints[table]
        return [(sum(part.num_rows for part in self.schemas[schema][table]), found.linear, found.square)]

    def nothing(self, connection, *_):
        return None


ANSWERS = [
    (r"SET (?:NOCOUNT|XACT_ABORT) ON|SET LOCK_TIMEOUT \d+", Server.nothing),
    (rf"IF SCHEMA_ID\({TEXT}\) IS NULL EXEC\({TEXT}\)", Server.create_schema),
    (rf"IF DB_ID\({TEXT}\) IS NULL EXEC\({TEXT}\)", Server.nothing),
    (rf"DROP SCHEMA (?:IF EXISTS )?{NAME}", Server.drop_schema),
    (rf"CREATE TABLE ({ONE}) \((.*)\)", Server.create_table),
    (rf"ALTER TABLE ({ONE}) WITH CHECK ADD (CONSTRAINT .*)", Server.alter),
    (rf"ALTER TABLE ({ONE}) DROP CONSTRAINT {NAME}", Server.drop_constraint),
    (r"DROP TABLE (.*)", Server.drop_tables),
    (rf"ALTER SCHEMA {NAME} TRANSFER ({ONE})", Server.transfer),
    (rf"INSERT INTO ({ONE}) VALUES \((.*)\)", Server.insert),
    (rf"CREATE (?:UNIQUE )?INDEX {NAME} ON ({ONE}) .*", Server.nothing),
    (r"EXEC sp_addextendedproperty .*", Server.nothing),
    (rf"UPDATE STATISTICS ({ONE})", Server.nothing),
    (rf"DECLARE @got INT; EXEC @got = sp_getapplock @Resource = {TEXT}, .*; SELECT @got AS got", Server.lock),
    (rf"EXEC sp_releaseapplock @Resource = {TEXT}, @LockOwner = N'Session'", Server.unlock),
    (rf"SELECT t.name FROM sys.tables .* WHERE s.name = {TEXT} .*", Server.tables_of),
    (rf"SELECT t.name, f.name FROM sys.foreign_keys .*s.name = {TEXT} AND t.name IN \((.*?)\) AND p.name IN \((.*?)\) ORDER .*", Server.keys_of),
    (rf"SELECT t.TABLE_NAME, .* WHERE t.TABLE_SCHEMA = {TEXT} .*", Server.columns_of),
    (r"SELECT TABLE_SCHEMA FROM INFORMATION_SCHEMA.TABLES .*", Server.holding),
    (rf"SELECT \[spec\], \[manifest\] FROM {NAME}\.\[synth_manifest\]", Server.kept),
    (r"SELECT \[x\] FROM \[t\]|SELECT 1", Server.nothing),
    (rf"SELECT COUNT_BIG\(\*\), .* FROM ({ONE})\) x", Server.sums),
]  # fmt: skip


class Connection:
    def __init__(self, server: Server, words: dict):
        self.server, self.before, self._autocommit = server, None, True
        server.words.append(words)
        server.open += 1

    @property
    def autocommit(self):
        return self._autocommit

    @autocommit.setter
    def autocommit(self, value):
        self.before = None if value else self.server.state()
        self._autocommit = value

    def commit(self):
        assert not self._autocommit
        self.before = self.server.state()

    def rollback(self):
        self.server.schemas, self.server.keys, self.server.manifests = self.before

    def cursor(self):
        return Cursor(self)

    def close(self):
        assert self not in self.server.locks.values()
        self.server.open -= 1


class Cursor:
    def __init__(self, connection):
        self.connection, self.description, self.rows = connection, None, []

    def execute(self, sql):
        found = self.connection.server.tell(self.connection, sql)
        self.rows = found or []
        self.description = None if found is None else [(str(at),) for at in range(len(found[0]) if found else 1)]

    def nextset(self):
        return None

    def fetchall(self):
        return self.rows

    def bulkcopy_arrow(self, place, source, **options):
        server = self.connection.server
        ((schema, table),) = places(place)
        assert isinstance(source, pa.Table)
        with server.guard:
            server.schemas[schema][table].append(source)
            server.sent.append({"place": place, **options})
        return {"rows_copied": source.num_rows - server.fails.get("lost", 0)}

    def arrow_reader(self, batch_size):
        return Batches(pa.table({"x": pa.array(["a", "b", None])}), batch_size)

    def close(self):
        pass


class Batches:
    def __init__(self, table, size):
        self.schema, self.batches = table.schema, table.to_batches(2)

    def __iter__(self):
        return iter(self.batches)

    def close(self):
        pass


@pytest.fixture
def server(monkeypatch, shop):
    made = Server()
    monkeypatch.setitem(sys.modules, "mssql_python", made.module())
    for name, entry in Manifest.read(shop).tables.items():
        made.prints[name] = Fingerprint(*(int(part, 16) for part in entry.fingerprint.split("-")))
    yield made
    assert made.open == 0
    complaints = lint_tsql(
        ";\n".join(made.said).replace(", CONSTRAINT [", ",\nCONSTRAINT [")
    )  # it reads a CHECK a line
    assert not complaints
    for sql in made.said:
        sqlglot.parse(sql, read="tsql", error_level=sqlglot.ErrorLevel.RAISE)


def loads(shop, **options):
    return load_folder(shop, Address.parse(URL), connections=3, **options)


def test_a_folder_is_loaded_and_replaced(server, shop):
    manifest = Manifest.read(shop)
    for if_exists in ("fail", "replace"):
        report = loads(shop, if_exists=if_exists)
        assert report.rows == sum(entry.rows for entry in manifest.tables.values())
        assert set(server.schemas) == {"dbo", "ecommerce"}
        assert set(server.schemas["ecommerce"]) == {*manifest.tables, "synth_manifest"}
        assert len(server.keys) == 13 and {key[0] for key in server.keys} == {"ecommerce"}
        assert {parent[0] for parent in server.keys.values()} == {"ecommerce"}
        for name, entry in manifest.tables.items():
            assert sum(part.num_rows for part in server.schemas["ecommerce"][name]) == entry.rows
        with connect(Address.parse(URL)) as found:
            assert manifest_of(found, "ecommerce").tables.keys() == manifest.tables.keys()
            assert found.dataset_schemas() == ["ecommerce"]
    with pytest.raises(DatabaseError, match="nothing was changed"):
        loads(shop)


def test_what_is_sent(server, shop):
    loads(shop)
    sent = next(each for each in server.sent if each["place"].endswith("[orders]"))
    assert sent["table_lock"] and sent["keep_nulls"] and sent["timeout"] == 0
    assert sent["column_mappings"][:2] == ["order_id", "customer_id"]
    parts = server.schemas["ecommerce"]["order_items"]
    assert {str(field.type) for field in parts[0].schema} <= {"int64", "int32", "int16", "decimal128(12, 2)"}
    said = "\n".join(server.said)
    items = next(sql for sql in server.said if "PRIMARY KEY ([order_item_id])" in sql)
    assert items.startswith("ALTER TABLE [_synth_ecommerce].[order_items] WITH CHECK ADD CONSTRAINT [pk_order_items]")
    assert items.count("CONSTRAINT") == 9 and items.count("ADD") == 1
    assert said.count("WITH CHECK ADD") == said.count("ADD CONSTRAINT") and "NOCHECK" not in said
    assert said.index("WITH CHECK ADD") < said.index("CREATE INDEX") < said.index("FOREIGN KEY")
    assert server.words[0] == {"Server": "host,1433", "Database": "demo", "UID": "sa", "PWD": "hush"}


def test_foreign_keys_from_elsewhere_stop_the_swap(server, shop):
    loads(shop)
    server.schemas["dbo"]["mine"] = []
    server.keys["dbo", "mine", "fk_mine"] = ("ecommerce", "orders")
    before = server.state()
    with pytest.raises(DatabaseError) as caught:
        loads(shop, if_exists="replace")
    assert "is referenced by a FOREIGN KEY" in str(caught.value) and "hint: drop what depends" in str(caught.value)
    assert "[Microsoft]" not in str(caught.value) and server.state() == before


@pytest.mark.parametrize(
    "words, error, hint",
    [
        ("TRANSFER [_synth_ecommerce].[orders]", "The transaction log for database 'demo' is full", "free space"),
        ("PRIMARY KEY ([order_id])", "a duplicate key was found for the object name '_synth_ecommerce.orders'", "the data"),
        ("UPDATE STATISTICS", "[Microsoft][ODBC Driver 18 for SQL Server]Communication link failure", "is gone"),
        ("CREATE TABLE [_synth_ecommerce].[orders]", "CREATE TABLE permission denied in database 'demo'.", "db_owner"),
    ],
)  # fmt: skip
def test_a_failed_load_leaves_things_as_they_were(server, shop, words, error, hint):
    loads(shop)
    before = server.state()
    server.fails[words] = error
    with pytest.raises(DatabaseError) as caught:
        loads(shop, if_exists="replace")
    assert error.rpartition("]")[2] in str(caught.value) and hint in str(caught.value)
    assert server.state() == before and "hush" not in str(caught.value)
    server.fails.clear()
    loads(shop, if_exists="replace")


def test_what_a_killed_load_leaves_is_cleared(server, shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(SQLServer, "abandon", lambda self, schema: None)
        server.fails["UPDATE STATISTICS"] = "gone"
        with pytest.raises(DatabaseError):
            loads(shop)
    assert server.schemas["_synth_ecommerce"] and "ecommerce" not in server.schemas
    server.fails.clear()
    loads(shop)
    assert set(server.schemas) == {"dbo", "ecommerce"}


def test_rows_that_do_not_arrive(server, shop):
    server.fails["lost"] = 1
    with pytest.raises(DatabaseError, match="the server took"):
        loads(shop)
    server.fails.clear()
    server.prints["orders"] = Fingerprint(1, 2, 3)
    with pytest.raises(DataError, match="another content"):
        loads(shop)
    with connect(Address.parse(URL)) as found, pytest.raises(DatabaseError, match=r"takes no '\]'"):
        assert found.send("ecommerce", "t", pl.DataFrame({"a]b": []})) == 0
        found.send("ecommerce", "t", pl.DataFrame({"a]b": [1]}))


def test_locks_are_let_go(server):
    with connect(Address.parse(URL)) as one, connect(Address.parse(URL)) as other:
        assert one.lock("it's") and not other.lock("it's")
    with connect(Address.parse(URL)) as found:
        assert found.lock("it's")


def test_reading(server):
    with connect(Address.parse(URL)) as found:
        frames = list(found.frames("SELECT [x] FROM [t]", {"x": DType("varchar", length=5)}))
        assert [frame.height for frame in frames] == [0, 2, 1] and pl.concat(frames)["x"].to_list() == ["a", "b", None]
        assert next(found.frames("SELECT 1", {})).columns == ["x"]
        assert found.catalogue("dbo") == {} and found.rows("SET NOCOUNT ON") == ([], [])


def test_create_makes_the_database(server):
    SQLServer.create(Address.parse("mssql://sa:hush@host/o'b]"))
    assert server.said[-1] == "IF DB_ID(N'o''b]') IS NULL EXEC(N'CREATE DATABASE [o''b]]]')"
    assert server.words[0]["Database"] == "master"


@pytest.mark.parametrize("schema", ["it's", "a]b", "[x]", "a.b", "x; DROP TABLE t; --"])
def test_hostile_schemas(server, schema):
    with connect(Address.parse(URL)) as found:
        for _ in range(2):
            assert found.lock(schema)
            stage, gone = found.staging_schema(schema), tuple(found.catalogue(schema))
            found.begin_staging(schema, gone)
            found.run(f"CREATE TABLE {DIALECT.place(stage, 't]t')} ([x] INT NULL)")
            found.run(f"CREATE TABLE {DIALECT.place(stage, 'u')} ([x] INT NULL)")
            rule = f"CONSTRAINT [fk] FOREIGN KEY ([x]) REFERENCES {DIALECT.place(stage, 't]t')} ([x])"
            found.run(f"ALTER TABLE {DIALECT.place(stage, 'u')} WITH CHECK ADD {rule}")
            server.manifests[stage] = ()
            found.publish(schema, ("t]t", "u"), gone)
            assert set(server.schemas) == {"dbo", schema}


# -- words


def test_types_of_the_catalogue():
    for kind, size, expected in (
        ("nvarchar", (50, None, None), "varchar(50)"), ("nvarchar", (-1, None, None), "text"), ("varchar", (36, None, None), "varchar(36)"),
        ("bit", (None, None, None), "boolean"), ("tinyint", (None, 3, 0), "smallint"), ("int", (None, 10, 0), "integer"),
        ("decimal", (None, 18, 2), "decimal(18,2)"), ("numeric", (None, 19, 2), "text"), ("money", (None, 19, 4), "text"),
        ("float", (None, 53, None), "double"), ("datetime2", (None, None, None), "timestamp"), ("date", (None, None, None), "date"),
        ("uniqueidentifier", (None, None, None), "uuid"), ("xml", (-1, None, None), "text"),
    ):  # fmt: skip
        assert str(column_type(kind, *size)) == expected


def test_addresses():
    found = arguments(Address.parse("mssql://me:a%3Bb%7D@host/x?encrypt=no&TRUSTSERVERCERTIFICATE=yes"))
    assert found == {
        "Server": "host",
        "Database": "x",
        "UID": "me",
        "PWD": "a;b}",
        "Encrypt": "no",
        "TrustServerCertificate": "yes",
    }
    assert arguments(Address.parse("mssql://host"))["Trusted_Connection"] == "yes"
    assert "Trusted_Connection" not in arguments(Address.parse("mssql://host/?Authentication=ActiveDirectoryDefault"))
    with pytest.raises(
        OptionError, match="no option 'TrustCertificate'\n  hint: did you mean 'TrustServerCertificate'"
    ):
        arguments(Address.parse("mssql://host/?TrustCertificate=yes"))


@pytest.mark.parametrize(
    "said, words",
    [
        ("[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]Login failed for user 'sa'.", "SYNTH_PASSWORD"),
        ("[Microsoft][SQL Server]Cannot open database \"x\" requested by the login. The login failed.", "--create"),
        ("[Microsoft]SSL Provider: [error:0A000086:SSL routines::certificate verify failed:self-signed certificate]", "TrustServerCertificate"),
        ("[Microsoft]TCP Provider: Error code 0x2749", "is the server running"), ("[Microsoft]Login timeout expired", "is the server running"),
        ("Lock request time out period exceeded.", "something else uses"),
        ("Could not allocate space for object 'x' because the 'PRIMARY' filegroup is full.", "free space"),
        ("The ALTER TABLE statement conflicted with the FOREIGN KEY constraint \"fk\".", "the data"),
        ("The ALTER TABLE statement conflicted with the CHECK constraint \"ck\".", "the data"),
        ("Failed to load the driver. Please read the documentation", "libltdl7"),
        ("Cannot drop schema 'x' because it is being referenced by object 'y'.", "drop what depends"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(said, words):
    what, hint = explain(Error(said))
    assert words in hint and "[Microsoft]" not in what and "Driver Error" not in what


def test_the_driver_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "mssql_python", None)
    with pytest.raises(DatabaseError, match=r"pip install 'synth-relational\[mssql\]'"):
        connect(Address.parse(URL))


# -- the real driver, as far as it goes without a server


def test_the_driver_takes_what_we_say():
    driver = pytest.importorskip("mssql_python")
    words = arguments(Address.parse("mssql://me:a%3Bb%7D%3D@host:1433/x%20y?Encrypt=no&ServerSPN=a&packetsize=4096"))
    inspect.signature(driver.connect).bind("", autocommit=True, timeout=30, **words)
    made, kept = driver.Connection._construct_connection_string(object.__new__(driver.Connection), "", **words)
    assert words.items() <= kept.items() and "PWD={a;b}}=}" in made and "Server=host,1433" in made
    cursor = inspect.signature(driver.Cursor.bulkcopy_arrow)
    cursor.bind(None, "[a].[b]", None, timeout=0, column_mappings=["x"], keep_nulls=True, table_lock=True)
    inspect.signature(driver.Cursor.arrow_reader).bind(None, batch_size=5)
    assert {"ddbc_error"} <= set(vars(driver.Error("a", "b")))
    assert isinstance(inspect.getattr_static(driver.Connection, "autocommit"), property)


# -- a server, where there is one


@pytest.fixture
def live():
    url = os.environ.get("SYNTH_TEST_MSSQL_URL")
    if not url:
        pytest.skip("needs SQL Server: SYNTH_TEST_MSSQL_URL names one whose schema 'ecommerce' may be replaced")
    address = Address.parse(url)

    def clear():
        with connect(address) as found:
            for schema in ("ecommerce", found.staging_schema("ecommerce"), found.staging_schema("trial")):
                found._clear(schema)

    clear()
    yield address
    clear()


def test_live_loads(live, shop):
    manifest = Manifest.read(shop)
    for if_exists in ("fail", "replace"):
        load_folder(shop, live, if_exists=if_exists, connections=3)
        with connect(live) as found:
            assert set(found.catalogue("ecommerce")) == {*manifest.tables, "synth_manifest"}
            for name, entry in manifest.tables.items():
                assert str(found.content("ecommerce", name, entry.types)) == entry.fingerprint
                frames = pl.concat(found.frames(found.query("ecommerce", name, entry.types), entry.types))
                assert frames.height == entry.rows
            untrusted = "SELECT name FROM sys.foreign_keys WHERE is_not_trusted = 1 UNION SELECT name FROM sys.check_constraints WHERE is_not_trusted = 1"
            assert not found.rows(untrusted)[1]
            with pytest.raises(DatabaseError, match="hint: the data"):
                found.run("DELETE FROM [ecommerce].[customers]")
            assert not found.catalogue(found.staging_schema("ecommerce"))


@pytest.mark.parametrize("kind", EDGES)
def test_live_values_arrive_and_come_back(live, kind):
    kinds = {"x": KINDS[kind][0], "n": decimal(18, 0)}
    cells = [*EDGES[kind], None]
    frame = pl.DataFrame({"x": pl.Series(cells, dtype=kinds["x"].drawn), "n": range(len(cells))})
    with connect(live) as found:
        found.begin_staging("trial", ())
        columns = ", ".join(
            f"{DIALECT.quote_identifier(n)} {DIALECT.type(t, keyed=False)} NULL" for n, t in kinds.items()
        )
        found.run(f"CREATE TABLE {DIALECT.place(found.staging_schema('trial'), 't')} ({columns})")
        found.send("trial", "t", to_written(frame, kinds))
        assert found.content(found.staging_schema("trial"), "t", kinds) == fingerprint(frame, kinds)
        back = pl.concat(found.frames(found.query(found.staging_schema("trial"), "t", kinds), kinds)).sort("n")
        assert back.equals(to_written(frame, kinds))


def test_live_locks(live):
    with connect(live) as one, connect(live) as other:
        assert one.lock("trial") and not other.lock("trial")
    with connect(live) as found:
        assert found.lock("trial")
