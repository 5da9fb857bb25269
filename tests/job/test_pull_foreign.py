"""The contract of pulling anyone's tables: every type comes into files, and what no file holds is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import polars as pl
import pytest

import synth
from synth.errors import DatabaseError
from synth.job.pull import pull
from synth.store import streamed
from tests.support.pulls import LIVE, a_place
from tests.support.servers import SERVERS, live_address

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
    "real": ("REAL", "0.1", pl.Float32, 0.10000000149011612),
    "ratio": ("DOUBLE PRECISION", "0.1", pl.Float64, 0.1),
    "text": ("TEXT", "E'it''s\\n\"x\" \\\\ 漢'", pl.String, 'it\'s\n"x" \\ 漢'),
    "short": ("VARCHAR(5)", "''", pl.String, ""),
    "fixed": ("CHAR(5)", "'ab'", pl.String, "ab"),
    "guid": ("UUID", "'0190163d-8694-8000-8000-00005aa8ac10'", pl.String, "0190163d-8694-8000-8000-00005aa8ac10"),
    "doc": ("JSONB", "'{\"a\": [1, null]}'", pl.String, '{"a": [1, null]}'),
    "raw": ("JSON", "'{\"b\":1}'", pl.String, '{"b":1}'),
    "list": ("INTEGER[]", "'{1,NULL,3}'", pl.List(pl.Int32), [1, None, 3]),
    "words": ("VARCHAR(9)[]", "ARRAY['it''s, \"x\"', NULL, '']", pl.List(pl.String), ["it's, \"x\"", None, ""]),
    "sums": ("NUMERIC(8,2)[]", "'{1.5}'", pl.List(pl.Decimal(8, 2)), [Decimal("1.50")]),
    "open_sums": ("NUMERIC[]", "'{1.50,NULL}'", pl.String, "{1.50,NULL}"),
    "ratios": ("REAL[]", "'{0.5}'", pl.String, "{0.5}"),
    "bytes": ("BYTEA", "'\\x00ff'", pl.Binary, b"\x00\xff"),
    "day": ("DATE", "'0044-03-15 BC'", pl.Date, None),
    "at": ("TIMESTAMP", "'9999-12-31 23:59:59.999999'", pl.Datetime("us"), dt.datetime(9999, 12, 31, 23, 59, 59, 999_999)),
    "zoned": ("TIMESTAMPTZ", "'2024-07-01 00:30:00.5+02'", pl.Datetime("us", "UTC"), dt.datetime(2024, 6, 30, 22, 30, 0, 500_000, dt.UTC)),
    "clock": ("TIME", "'12:00:01'", pl.Time, dt.time(12, 0, 1)),
    "zoned_clock": ("TIMETZ", "'12:00:01+02'", pl.String, "12:00:01+02"),
    "span": ("INTERVAL", "'1 day 2 hours'", pl.String, "1 days 02:00:00.000000"),
    "address": ("INET", "'192.0.2.1'", pl.String, "192.0.2.1"),
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
            assert frame[name].to_list()[0] == cell, name
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


@pytest.mark.parametrize(("kind", "cell"), [("TIMESTAMP", "infinity"), ("DATE", "-infinity"), ("TIMESTAMPTZ", "infinity"), ("TIME", "24:00"), ("NUMERIC(5, 1)", "NaN")])  # fmt: skip
def test_what_no_file_holds_is_refused(foreign, kind, cell, tmp_path):
    address, server = foreign
    server.run(f'CREATE TABLE "foreign".odd (x {kind}); INSERT INTO "foreign".odd VALUES (\'{cell}\')')
    with pytest.raises(DatabaseError, match=rf"reading: .*{cell}"):
        pull(address, tmp_path, schema="foreign", tables=["odd"])
    assert not list(tmp_path.iterdir())


def test_a_pull_that_breaks_leaves_what_was_there(foreign, tmp_path):
    address, server = foreign
    pull(address, tmp_path, schema="foreign", tables=["empty"])
    server.run("CREATE TABLE \"foreign\".zz AS SELECT 'infinity'::date AS x")
    before = sorted(path.name for path in (tmp_path / "foreign").iterdir())
    with pytest.raises(DatabaseError):
        pull(address, tmp_path, schema="foreign", if_exists="replace")
    assert sorted(path.name for path in (tmp_path / "foreign").iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["foreign"]


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


@pytest.fixture(params=LIVE)
def long(request, database, tmp_path):
    """A place for a schema that is called so."""
    yield from a_place(request.param, database, tmp_path, ["long"])


def test_a_text_that_is_too_long_is_refused_before_it_is_read(long, database, tmp_path, monkeypatch):
    """A stranger's table may hold gigabytes in a cell. Bytes count; in SQLite a column of numbers may hold texts, too."""
    monkeypatch.setattr("synth.databases.contract.LONGEST_TEXT", 10)
    monkeypatch.setattr("synth.databases.contract.MOST_LENGTHS", 2)
    schema = "main" if long.is_file else "long"

    dialect = synth.databases.DIALECTS[long.database]
    text = "VARCHAR(40) CHARACTER SET utf8mb4" if long.database == "mysql" else "TEXT"

    def run(*statements):
        server = SERVERS[long.database](long.name) if long.is_file else database(long.database)
        for statement in statements:
            server.run(statement.format(t=dialect.place(schema, "t"), text=text) + ";")
        if long.is_file:
            server.stop()

    made = {"mysql": ["CREATE DATABASE `long`"], "postgres": ["CREATE SCHEMA long"]}.get(long.database, [])
    run(*made, "CREATE TABLE {t} (a {text}, b {text}, c {text}, n INTEGER)")
    run("INSERT INTO {t} VALUES ('x', 'y', '0123456789', 7)")
    words = {"schema": schema, "tables": ["t"]}
    assert pull(long, tmp_path / "1", **words).rows == 1
    run("INSERT INTO {t} VALUES (NULL, NULL, 'ééé      ', 7)")
    with pytest.raises(
        DatabaseError, match=r"'t\.c' holds a text of 12 bytes, and none of more than 10 is read\n  hint: shorten"
    ):
        pull(long, tmp_path / "2", **words)
    assert not list((tmp_path / "2").iterdir())
    spec = """
dataset: x
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  t: {existing: true, primary_key: [c], columns: {c: {type: varchar(20)}}}
  u: {rows: 2, columns: {c: {reference: t}}}
"""
    with pytest.raises(DatabaseError, match=r"'t\.c' holds a text of"):
        synth.make_plan(synth.parse(spec), source=str(long), source_schema=schema)
    if long.database == "sqlite":
        run("UPDATE t SET c = NULL, n = 'a text that is no number'")
        with pytest.raises(DatabaseError, match=r"'t\.n' holds a text of 24 bytes"):
            pull(long, tmp_path / "2", **words)
