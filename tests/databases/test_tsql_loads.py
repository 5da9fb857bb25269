"""SQL Server without one: what loads say to it, and what they leave there, whatever it answers."""

from __future__ import annotations

import sys

import polars as pl
import pytest
import sqlglot

import synth
from synth.databases import Address, connect
from synth.databases.tsql.database import SQLServer
from synth.databases.tsql.dialect import DIALECT
from synth.dtypes import DType
from synth.errors import DatabaseError, DataError
from synth.fingerprint import Fingerprint
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifest_of
from tests.support.mssql import URL, Server
from tests.support.tsql import lint_tsql


def stand_in(monkeypatch, shop, *lacks: str) -> Server:
    made = Server(*lacks)
    monkeypatch.setitem(sys.modules, "mssql_python", made.module())
    for name, entry in Manifest.read(shop).tables.items():
        made.prints[name] = Fingerprint(*(int(part, 16) for part in entry.fingerprint.split("-")))
    return made


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    """Two thousand lines are a few statements of INSERT, each of which the stand-in takes apart sign by sign."""
    return generate(synth.make_plan("ecommerce", scale=0.002), tmp_path_factory.mktemp("shop")).folder


@pytest.fixture
def server(monkeypatch, shop):
    made = stand_in(monkeypatch, shop)
    yield made
    assert made.open == 0
    complaints = lint_tsql(
        ";\n".join(made.said).replace(", CONSTRAINT [", ",\nCONSTRAINT [")
    )  # it reads a CHECK a line
    assert not complaints
    for sql in (sql for sql in made.said if not sql.startswith("DBCC")):  # which sqlglot does not know
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
    assert items.startswith("ALTER TABLE [_synth_ecommerce].[order_items] ADD CONSTRAINT [pk_order_items]")
    assert items.count("CONSTRAINT") == 9 and items.count("ADD") == 1
    assert "NOCHECK" not in said  # without it all rows are looked at
    assert said.index("ADD CONSTRAINT") < said.index("CREATE INDEX") < said.index("CONSTRAINT [fk_")
    assert server.words[0] == {"Server": "host,1433", "Database": "demo", "UID": "sa", "PWD": "hush"}


LACKING = ["brackets", "several_adds", "statistics", "transfers", "comments", "utf8", "text_references", "bulk"]


@pytest.mark.parametrize("lacks", [*LACKING, " ".join(LACKING)])
@pytest.mark.some(5)
def test_what_a_server_cannot_do_has_a_way_around(monkeypatch, shop, lacks):
    """It is asked, and tables, rows, keys and comments are the same as elsewhere."""
    made = stand_in(monkeypatch, shop, *lacks.split())
    manifest = Manifest.read(shop)
    for if_exists in ("fail", "replace"):
        report = loads(shop, if_exists=if_exists)
        assert report.via == ("insert" if "bulk" in lacks else "bulk")
        assert set(made.schemas) == {"dbo", "ecommerce"}
        assert set(made.schemas["ecommerce"]) == {*manifest.tables, "synth_manifest"}
        assert len(made.keys) == 13 and {key[0] for key in made.keys} == {"ecommerce"}
        for name, entry in manifest.tables.items():
            assert sum(part.num_rows for part in made.schemas["ecommerce"][name]) == entry.rows
        assert {table for _, table in made.numbered} >= {"orders", "brands"}
    assert made.open == 0
    if "comments" not in lacks:
        assert any("EXEC sp_addextendedproperty" in sql for sql in made.said)


def swapped(rows):
    return rows.select([1, 0, 2]).rename_columns(rows.column_names)


@pytest.mark.parametrize("copies", [swapped, lambda rows: rows.slice(1)])
def test_bulk_copy_that_puts_rows_elsewhere_is_not_used(server, shop, copies):
    server.copies = copies
    assert loads(shop).via == "insert" and not [each for each in server.sent if not each["place"].endswith("[asked]")]


def test_a_panic_of_the_driver_is_an_error_of_ours(server, shop):
    loads(shop)
    before = server.state()
    server.lacks = ("bulk",)
    with pytest.raises(DatabaseError, match=r"broke off within the driver: dest is .*\n  hint: .* --via insert"):
        loads(shop, if_exists="replace", via="bulk")
    assert server.state() == before


def test_a_server_without_utf8(server):
    server.fails["HASHBYTES"] = "no such collation"
    with pytest.raises(DatabaseError, match="gives no text as UTF-8.*\n  hint: use SQL Server 2019 or newer"):
        connect(Address.parse(URL))
    server.open = 0


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
        ("UPDATE STATISTICS [_synth", "[Microsoft][ODBC Driver 18 for SQL Server]Communication link failure", "is gone"),
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
        server.fails["UPDATE STATISTICS [_synth"] = "gone"
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
            found.run(f"ALTER TABLE {DIALECT.place(stage, 'u')} ADD {rule}")
            server.manifests[stage] = ()
            found.publish(schema, ("t]t", "u"), gone)
            assert set(server.schemas) == {"dbo", schema}
