"""The contract of pulling: what is in a database comes into files as it is, whoever made it, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from dataclasses import replace
from decimal import Decimal

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest

import synth
from synth.cli import main
from synth.columns import decimals_to_minor_units
from synth.databases import DATABASES
from synth.errors import DatabaseError, OptionError, OutputError
from synth.fingerprint import fingerprint
from synth.formats import FORMATS
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.store import streamed
from synth.store.manifest import Manifest
from synth.verify.files import verify_folder
from tests.support.hostile import hostile
from tests.support.servers import SERVERS, live_address

LIVE = [name for name in DATABASES if name != "tsql"]  # SQL Server: wherever SYNTH_TEST_MSSQL_URL is set, by hand


def a_place(name, database, folder, schemas):
    """A database's address, without these schemas; they are dropped in the end."""
    address = live_address(name, database, folder)
    for schema in schemas if not address.is_file else ():
        database(name).drop(schema, ())
    yield address
    for schema in schemas if not address.is_file else ():
        database(name).drop(schema, ())


def elsewhere(address):
    """Another file; on a server the same place."""
    return replace(address, name=f"{address.name}-2") if address.is_file else address


@pytest.fixture(params=LIVE)
def place(request, database, tmp_path):
    """Every database that can be spoken to."""
    (tmp_path / "place").mkdir()
    yield from a_place(
        request.param, database, tmp_path / "place", ("inventory", "erp", "ecommerce", "hostile", "second")
    )


@pytest.fixture
def postgres(database):
    """PostgreSQL, and what runs SQL in it."""
    server = database("postgres")
    for address in a_place("postgres", database, None, ("inventory", "foreign", "second")):
        yield address, server


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Generated folders by name."""
    out = tmp_path_factory.mktemp("made")
    plans = {
        "inventory": lambda: synth.make_plan("inventory", scale=0.2),
        "erp": lambda: synth.make_plan("erp", scale=0.02),
        "ecommerce": lambda: synth.make_plan("ecommerce", scale=0.02),
        "hostile": lambda: synth.make_plan(hostile()),
    }
    found = {}

    def get(name):
        if name not in found:
            found[name] = synth.generate(plans[name](), out).folder
        return found[name]

    return get


# -- datasets of ours


@pytest.mark.parametrize(("name", "format"), [
    ("inventory", "parquet"), ("erp", "parquet"), ("ecommerce", "csv"), ("hostile", "parquet"), ("hostile", "csv"),
])  # fmt: skip
def test_generated_loaded_and_pulled_is_the_same(place, name, format, made, tmp_path):
    """The folder that comes out is one of ours: it is verified, and loaded again."""
    before = Manifest.read(made(name))
    load_folder(made(name), place)
    said = []
    report = pull(
        place, tmp_path / "out", schema=name, format=format, progress=lambda table, rows: said.append((table, rows))
    )
    after = Manifest.read(report.folder)
    assert report.folder == tmp_path / "out" / name and report.has_manifest and not report.changed
    assert {n: t.fingerprint for n, t in after.tables.items()} == {n: t.fingerprint for n, t in before.tables.items()}
    assert (after.format, after.scale, after.seed, after.spec) == (format, before.scale, before.seed, before.spec)
    assert report.rows_of == {n: t.rows for n, t in before.tables.items()} and sorted(said) == sorted(
        report.rows_of.items()
    )
    assert report.bytes == sum(path.stat().st_size for path in report.folder.glob(f"*/*.{format}"))
    found = verify_folder(report.folder)
    assert found.passed, found.failed
    assert load_folder(report.folder, elsewhere(place), schema="second").rows == report.rows


def test_the_files_are_those_of_generate(place, made, tmp_path):
    load_folder(made("inventory"), place)
    report = pull(place, tmp_path)
    for name, entry in Manifest.read(made("inventory")).tables.items():
        ours, theirs = (pl.read_parquet(folder / name / "*.parquet") for folder in (made("inventory"), report.folder))
        assert ours.schema == theirs.schema
        assert fingerprint_of(ours, entry) == fingerprint_of(theirs, entry) == entry.fingerprint
        kinds = [
            pq.read_schema(folder / name / "part-00000.parquet").types for folder in (made("inventory"), report.folder)
        ]
        assert kinds[0] == kinds[1]


def fingerprint_of(frame, entry):
    drawn = decimals_to_minor_units(frame, entry.types).with_columns(pl.col(pl.Int16, pl.Int32).cast(pl.Int64))
    return str(fingerprint(drawn, entry.types))


def test_generate_does_not_take_it_for_its_own(place, made, tmp_path):
    """What was pulled is no run: the same plan is drawn again, in its place."""
    load_folder(made("inventory"), place)
    pull(place, tmp_path)
    done = synth.generate(synth.make_plan("inventory", scale=0.2), tmp_path)
    assert not done.unchanged
    assert pull(place, tmp_path).has_manifest  # and the other way round
    assert pull(place, tmp_path, format="csv").has_manifest


def test_content_that_was_changed_since(postgres, made, tmp_path):
    """The manifest tells of what is there now; verification says where the promises are broken."""
    address, server = postgres
    load_folder(made("inventory"), address)
    server.run(
        "UPDATE inventory.products SET pack_size = pack_size + 1; DELETE FROM inventory.stock WHERE received = 0"
    )
    report = pull(address, tmp_path)
    assert report.has_manifest and report.changed == ("products", "stock")
    assert report.as_dict()["changed"] == ["products", "stock"]
    after = Manifest.read(report.folder)
    assert after.tables["stock"].rows == report.rows_of["stock"] < Manifest.read(made("inventory")).tables["stock"].rows
    found = verify_folder(report.folder)
    assert {finding.kind for finding in found.failed} <= {"rows", "rule"} and all(f.offences for f in found.failed)
    assert load_folder(report.folder, address, schema="second").rows == report.rows


def test_tables_that_are_asked_for(place, made, tmp_path):
    """A part of a dataset is no dataset: plain files, which the next run knows for its own."""
    load_folder(made("ecommerce"), place)
    for tables in (["orders", "brands", "orders"], ["products"]):
        report = pull(place, tmp_path, tables=tables)
        assert not report.has_manifest and list(report.rows_of) == list(dict.fromkeys(tables))
        found = sorted(
            path.relative_to(report.folder).as_posix() for path in report.folder.rglob("*") if path.is_file()
        )
        assert found == sorted([".synth", *(f"{table}/part-00000.parquet" for table in set(tables))])
    entry = Manifest.read(made("ecommerce")).tables["products"]
    assert fingerprint_of(pl.read_parquet(report.folder / "products" / "*.parquet"), entry) == entry.fingerprint
    assert pull(place, tmp_path).has_manifest
    assert not (tmp_path / "ecommerce" / ".synth").exists()


def test_tables_of_others_stay_where_they_are(postgres, made, tmp_path):
    address, server = postgres
    load_folder(made("inventory"), address)
    server.run("CREATE TABLE inventory.mine (a NUMERIC); INSERT INTO inventory.mine VALUES (1.5), (NULL), (0.25)")
    report = pull(address, tmp_path)
    assert report.has_manifest and "mine" not in report.rows_of
    report = pull(address, tmp_path, tables=["mine"])
    assert pl.read_parquet(report.folder / "mine" / "*.parquet")["a"].to_list() == [
        Decimal("1.50"),
        None,
        Decimal("0.25"),
    ]
    server.run("ALTER TABLE inventory.products ADD COLUMN more TEXT DEFAULT 'x'")
    report = pull(address, tmp_path)  # no longer the dataset's columns
    assert not report.has_manifest and set(pl.read_parquet(report.folder / "products" / "*.parquet")["more"]) == {"x"}
    server.run("DROP TABLE inventory.stock")
    report = pull(address, tmp_path)
    assert not report.has_manifest and "stock" not in report.rows_of


def test_a_schema_is_found_or_asked_for(postgres, made, tmp_path):
    address, _ = postgres
    with pytest.raises(OptionError, match="holds no dataset of ours\n  hint: say which --schema"):
        pull(address, tmp_path)
    load_folder(made("inventory"), address)
    assert pull(address, tmp_path).schema == "inventory"
    load_folder(made("inventory"), address, schema="second")
    with pytest.raises(OptionError, match=r"holds several datasets \(inventory, second\)\n  hint: say which --schema"):
        pull(address, tmp_path)
    assert pull(address, tmp_path, schema="second").folder == tmp_path / "second"


def test_names_that_are_not_there(place, made, tmp_path):
    load_folder(made("inventory"), place)
    with pytest.raises(OptionError, match="has no tables? .*'ordrs'.*\n  hint: did you mean 'orders'"):
        pull(place, tmp_path, tables=["orders", "ordrs"])
    with pytest.raises(OptionError, match="unknown format 'xml'"):
        pull(place, tmp_path, format="xml")
    with pytest.raises(OptionError, match="a query is instead of"):
        pull(place, tmp_path, query="SELECT 1", tables=["orders"])
    assert not (tmp_path / "inventory").exists()


def test_a_schema_that_is_not_there(postgres, made, tmp_path):
    address, _ = postgres
    load_folder(made("inventory"), address)
    with pytest.raises(OptionError, match="has no tables in schema 'inventori'\n  hint: did you mean 'inventory'"):
        pull(address, tmp_path, schema="inventori")


# -- anything else

FOREIGN = {
    "flag": ("BOOLEAN", "TRUE", pl.Boolean, True),
    "small": ("SMALLINT", "-32768", pl.Int16, -32768),
    "whole": ("INTEGER", "2147483647", pl.Int32, 2147483647),
    "large": ("BIGINT", "-9223372036854775808", pl.Int64, -(2**63)),
    "money": ("NUMERIC(12, 2)", "-9999999999.99", pl.Decimal(12, 2), Decimal("-9999999999.99")),
    "wide": ("NUMERIC(38, 10)", "1234567890123456789012345678.0123456789", pl.Decimal(38, 10), Decimal("1234567890123456789012345678.0123456789")),
    "wider": ("NUMERIC(50, 10)", "12345678901234567890123456789012345678.5", pl.String, "12345678901234567890123456789012345678.5000000000"),
    "open": ("NUMERIC", "1.23456", pl.Decimal(18, 6), Decimal("1.234560")),
    "open_wide": ("NUMERIC", "123456789012345678.5", pl.Decimal(38, 3), Decimal("123456789012345678.500")),
    "odd": ("NUMERIC", "'NaN'", pl.String, "NaN"),
    "real": ("REAL", "0.5", pl.Float64, 0.5),
    "ratio": ("DOUBLE PRECISION", "0.1", pl.Float64, 0.1),
    "text": ("TEXT", "E'it''s\\n\"x\" \\\\ 漢'", pl.String, 'it\'s\n"x" \\ 漢'),
    "short": ("VARCHAR(5)", "''", pl.String, ""),
    "fixed": ("CHAR(5)", "'ab'", pl.String, "ab"),
    "guid": ("UUID", "'0190163d-8694-8000-8000-00005aa8ac10'", pl.String, "0190163d-8694-8000-8000-00005aa8ac10"),
    "doc": ("JSONB", "'{\"a\": [1, null]}'", pl.String, '{"a": [1, null]}'),
    "raw": ("JSON", "'{\"b\":1}'", pl.String, '{"b":1}'),
    "list": ("INTEGER[]", "'{1,NULL,3}'", pl.String, "{1,NULL,3}"),
    "bytes": ("BYTEA", "'\\x00ff'", pl.String, "\\x00ff"),
    "day": ("DATE", "'0044-03-15 BC'", pl.Date, None),
    "at": ("TIMESTAMP", "'9999-12-31 23:59:59.999999'", pl.Datetime("us"), dt.datetime(9999, 12, 31, 23, 59, 59, 999_999)),
    "zoned": ("TIMESTAMPTZ", "'2024-07-01 00:30:00.5+02'", pl.Datetime("us"), dt.datetime(2024, 6, 30, 22, 30, 0, 500_000)),
    "clock": ("TIME", "'12:00:01'", pl.String, "12:00:01"),
    "span": ("INTERVAL", "'1 day 2 hours'", pl.String, "1 day 02:00:00"),
    "address": ("INET", "'192.0.2.1'", pl.String, "192.0.2.1/32"),
    "mood": ("foreign.mood", "'good'", pl.String, "good"),
    "Select": ("TEXT", "NULL", pl.String, None),
}  # fmt: skip


@pytest.fixture
def foreign(postgres):
    """A schema that is none of ours, with every type, a hostile name, and nothing in a table."""
    address, server = postgres
    columns = ", ".join(f'"{name}" {kind}' for name, (kind, *_) in FOREIGN.items())
    cells = ", ".join(cell for _, cell, *_ in FOREIGN.values())
    server.run(
        "SET bytea_output = hex; CREATE SCHEMA foreign; CREATE TYPE foreign.mood AS ENUM ('good');"
        f'CREATE TABLE foreign."all" ({columns}); INSERT INTO foreign."all" VALUES ({cells});'
        "INSERT INTO foreign.\"all\" (open, open_wide) VALUES (12345.123456, 0.001), (NULL, NULL);"
        'CREATE TABLE foreign."../a ""b"" c/d" (x INTEGER); CREATE TABLE foreign.empty (x NUMERIC(5, 2), y TEXT);'
        "CREATE TABLE foreign.nothing ()".replace("foreign", '"foreign"')
    )  # fmt: skip
    return address, server


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_tables_of_anyone(foreign, format, tmp_path):
    address, _ = foreign
    report = pull(address, tmp_path, schema="foreign", format=format)
    assert not report.has_manifest
    assert report.rows_of == {'../a "b" c/d': 0, "all": 3, "empty": 0}
    assert sorted(path.name for path in report.folder.iterdir()) == ["%2E.%2Fa %22b%22 c%2Fd", ".synth", "all", "empty"]
    file = report.folder / "all" / f"part-00000.{format}"
    if format == "csv":
        head, row = file.read_text("utf-8").split("\n", 1)
        assert head == ",".join(FOREIGN) and ",-9999999999.99,1234567890123456789012345678.0123456789," in row
        return
    frame = pl.read_parquet(file)
    assert dict(frame.schema) == {
        name: kind if kind != pl.Datetime else kind for name, (_, _, kind, _) in FOREIGN.items()
    }
    for name, (_, _, _, cell) in FOREIGN.items():
        if name != "day":
            assert frame[name][0] == cell, name
    with duckdb.connect() as connection:
        (day,) = connection.execute(f"SELECT CAST(day AS VARCHAR) FROM read_parquet('{file}') LIMIT 1").fetchone()
    assert day == "0044-03-15 (BC)"
    assert dict(pl.read_parquet(report.folder / "empty" / "*.parquet").schema) == {
        "x": pl.Decimal(5, 2),
        "y": pl.String,
    }


@pytest.mark.parametrize("name", [name for name in LIVE if name != "postgres"])
def test_tables_of_anyone_elsewhere(name, database, tmp_path):
    """Common types; in a file the schema's name is only the folder's, but for DuckDB."""
    made = (
        "CREATE TABLE t (id INTEGER, price DECIMAL(10, 2), name VARCHAR(20), day DATE, moment {}, ok BOOLEAN);"
        "INSERT INTO t VALUES (1, 2.50, 'it''s', '2024-02-29', '2024-02-29 23:59:59', TRUE), (2, NULL, NULL, NULL, NULL, NULL);"
    ).format("DATETIME" if name in ("mysql", "sqlite") else "TIMESTAMP")
    address = live_address(name, database, tmp_path)
    schema = {"mysql": "foreign", "sqlite": "any", "duckdb": "main"}[name]
    if name == "mysql":
        made = f"CREATE DATABASE `foreign`; USE `foreign`; {made}"
    server = database(name) if name == "mysql" else SERVERS[name](address.name)
    try:
        server.run(made)
        if address.is_file:
            server.stop()
        report = pull(address, tmp_path / "out", schema=schema)
        frame = pl.read_parquet(report.folder / "t" / "*.parquet")
        row = (1, Decimal("2.50"), "it's", dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 23, 59, 59), True)
        assert report.folder == tmp_path / "out" / schema and frame.rows() == [row, (2, *[None] * 5)]
    finally:
        if name == "mysql":
            server.drop("foreign", ())


@pytest.mark.parametrize(("kind", "cell"), [("TIMESTAMP", "infinity"), ("DATE", "-infinity"), ("TIMESTAMPTZ", "infinity"), ("NUMERIC(5, 1)", "NaN")])  # fmt: skip
def test_what_no_file_holds_is_refused(foreign, kind, cell, tmp_path):
    address, server = foreign
    server.run(f'CREATE TABLE "foreign".odd (x {kind}); INSERT INTO "foreign".odd VALUES (\'{cell}\')')
    with pytest.raises(DatabaseError, match=rf"reading: .*{cell}"):
        pull(address, tmp_path, schema="foreign", tables=["odd"])
    assert not list(tmp_path.iterdir())


def test_many_rows_are_several_files(postgres, tmp_path, monkeypatch):
    address, server = postgres
    server.run(
        'CREATE SCHEMA "foreign"; CREATE TABLE "foreign".t AS SELECT n, n / 7.0 AS x, md5(n::text) AS s FROM generate_series(1, 300000) n'
    )
    monkeypatch.setattr(streamed, "PART_BYTES", 2**20)
    said = []
    report = pull(address, tmp_path, schema="foreign", progress=lambda table, rows: said.append(rows))
    files = sorted((report.folder / "t").iterdir())
    assert len(files) == len(said) > 1 and sum(said) == report.rows == 300_000
    assert [file.name for file in files] == [f"part-{at:05d}.parquet" for at in range(len(files))]
    found = pl.read_parquet(report.folder / "t" / "*.parquet")
    assert found["n"].n_unique() == 300_000 and found.schema["x"] == pl.Decimal(38, 20)


# -- queries


def test_a_query(postgres, made, tmp_path):
    address, _ = postgres
    load_folder(made("inventory"), address)
    query = """
        WITH sold AS (SELECT product_number, quantity FROM inventory.orders WHERE order_type = 'sale')
        SELECT category, COUNT(*) AS orders, SUM(quantity * unit_price) AS worth, AVG(unit_price) AS mean,
               '50%' AS percent, NULL AS nothing
        FROM sold JOIN inventory.products USING (product_number) GROUP BY category ORDER BY worth DESC; -- done
    """
    report = pull(address, tmp_path, query=query.replace("; -- done", " ;\n"))
    assert report.folder == tmp_path / "query" and report.schema is None and not report.has_manifest
    frame = pl.read_parquet(report.folder / "part-00000.parquet")
    assert report.rows_of == {"query": frame.height} and frame.height > 3
    assert frame["worth"].is_sorted(descending=True) and frame.schema["worth"] == pl.Decimal(18, 2)
    assert frame.schema["mean"] in (pl.Decimal(18, 16), pl.Decimal(38, 16)) and set(frame["percent"]) == {"50%"}
    manifest = Manifest.read(made("inventory"))
    orders, products = (
        FORMATS["parquet"].read(made("inventory") / t / "part-00000.parquet", manifest.tables[t].types)
        for t in ("orders", "products")
    )
    wanted = orders.filter(pl.col("order_type") == "sale").join(products, on="product_number").group_by("category").agg(
        pl.len(), (pl.col("quantity") * pl.col("unit_price")).sum().alias("worth")
    )  # fmt: skip
    assert dict(frame.select("category", "worth").iter_rows()) == dict(wanted.select("category", "worth").iter_rows())
    assert (
        pull(address, tmp_path, query="SELECT 1 AS a WHERE FALSE", format="csv").rows == 0
    )  # in the place of the first
    assert (tmp_path / "query" / "part-00000.csv").read_text() == "a\n"


@pytest.mark.parametrize(("query", "said"), [
    ("SELECT * FROM nowhere", 'relation "nowhere" does not exist'),
    ("SELEC 1", "syntax error"),
    ("SELECT 1; DROP TABLE x", "syntax error"),
    ("DELETE FROM inventory.orders", "syntax error"),
    ("SELECT 1 AS a, 2 AS a", "two columns are called 'a'\n  hint: tell them apart with AS"),
    ("SELECT 1 / (2 - n) AS x FROM generate_series(1, 9) n", "division by zero"),
])  # fmt: skip
def test_queries_that_fail(postgres, query, said, tmp_path):
    address, _ = postgres
    with pytest.raises(DatabaseError) as caught:
        pull(address, tmp_path, query=query)
    assert said in str(caught.value) and "hush" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "sql", ["SELECT 1 AS a, 'x' AS b", "SELECT CAST(1.50 AS DECIMAL(12, 2)) AS a, 2.5 AS b, 'y' AS c"]
)
def test_queries_everywhere(place, made, sql, tmp_path):
    if place.database == "sqlite":
        sql = sql.replace("CAST(1.50 AS DECIMAL(12, 2))", "1.50")  # it has no decimals
    load_folder(made("inventory"), place)
    report = pull(place, tmp_path, query=sql)
    (row,) = pl.read_parquet(report.folder / "part-00000.parquet").iter_rows(named=True)
    assert {name: str(cell) for name, cell in row.items()} in (
        {"a": "1", "b": "x"}, {"a": "1.50", "b": "2.5", "c": "y"}, {"a": "1.5", "b": "2.5", "c": "y"}
    )  # fmt: skip


# -- folders


def test_folders_that_hold_something_else(postgres, made, tmp_path):
    address, _ = postgres
    load_folder(made("inventory"), address)
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="files that are not ours"):
        pull(address, tmp_path)
    (tmp_path / "inventory" / "mine.txt").unlink()
    pull(address, tmp_path, tables=["orders"])
    (tmp_path / "inventory" / "orders" / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"not ours \('orders/mine.txt'\)"):
        pull(address, tmp_path)
    assert (tmp_path / "inventory" / "orders" / "part-00000.parquet").exists()
    (tmp_path / "query").write_text("")
    with pytest.raises(OutputError, match="is a file"):
        pull(address, tmp_path, query="SELECT 1 AS a")
    shutil.copytree(made("inventory"), tmp_path / "in" / "inventory")
    assert pull(address, tmp_path / "in", tables=["orders"]).rows_of.keys() == {"orders"}  # in a run's place


def test_a_pull_that_breaks_leaves_what_was_there(foreign, tmp_path):
    address, server = foreign
    pull(address, tmp_path, schema="foreign", tables=["empty"])
    server.run("CREATE TABLE \"foreign\".zz AS SELECT 'infinity'::date AS x")
    before = sorted(path.name for path in (tmp_path / "foreign").iterdir())
    with pytest.raises(DatabaseError):
        pull(address, tmp_path, schema="foreign")
    assert sorted(path.name for path in (tmp_path / "foreign").iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["foreign"]


# -- the command


def test_the_command(postgres, made, tmp_path, capsys):
    address, _ = postgres
    load_folder(made("inventory"), address)
    assert main(["pull", address.url(), "--out", str(tmp_path), "--format", "csv", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["manifest"] and report["folder"] == str(tmp_path / "inventory") and report["tables"]["orders"]["rows"]
    assert main(["verify", str(tmp_path / "inventory")]) == 0
    assert main(["pull", address.url(), "--out", str(tmp_path), "--tables", "nothing"]) == 2
    assert "has no table 'nothing'" in capsys.readouterr().err
