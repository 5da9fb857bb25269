"""DuckDB's own: tables that refer to themselves, rows in any order, names that are ambiguous, and what is wrong with a file."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import duckdb
import polars as pl
import pytest

import synth
from synth.databases import Address, connect
from synth.databases.duckdb.staging import children_first
from synth.dtypes import DType
from synth.errors import DatabaseError, OptionError
from synth.loading.load import Loading
from tests.support.targets import Target, changed, prints, small_disk, spec


@pytest.fixture
def target(tmp_path):
    return Target("duckdb", f"duckdb:///{tmp_path}/ecommerce.duckdb")


# -- rows before their parents


def tree(rows: int, seed: int, parents) -> pl.DataFrame:
    """A key, and references that lead to lower numbers, in no order of rows."""
    frame = pl.DataFrame({"id": range(rows)}, schema={"id": pl.Int64})
    return frame.with_columns(**parents).sample(fraction=1, shuffle=True, seed=seed)


ONE = spec(
    {
        "t": {
            "primary_key": ["id"],
            "columns": {"id": {"type": "bigint"}, "up": {"type": "bigint", "references": "t", "nullable": True}},
        }
    }
)
UP = pl.when(pl.col("id") > 0).then((pl.col("id") - 1) // 2)


@pytest.mark.parametrize("rows", [0, 1, 2, 7, 5000, 300_000])
def test_parents_come_first(target, rows):
    frame = tree(rows, rows, {"up": UP})
    target.fill(ONE, {"t": frame})
    assert (
        target.read("t", {"id": DType("bigint"), "up": DType("bigint")}, "hand_made")
        .sort("id")
        .equals(frame.sort("id"))
    )
    assert target.refuses('INSERT INTO "hand_made"."t" VALUES (-1, -2)')


def test_parents_come_first_from_files(target, shop, tmp_path):
    """The file's rows turned round: children before parents."""
    folder = changed(
        shop,
        tmp_path / "turned",
        "categories",
        "CREATE OR REPLACE TABLE categories AS FROM categories ORDER BY category_id DESC",
    )
    target.load(folder)
    assert target.state() == prints(shop)


def test_two_references_to_itself(target):
    column = {"type": "integer", "references": "t", "nullable": True}
    dataset = spec({"t": {"primary_key": ["id"], "columns": {"id": {"type": "bigint"}, "up": column, "left": column}}})
    frame = tree(999, 3, {"up": UP, "left": pl.when(pl.col("id") % 5 > 0).then(pl.col("id") // 3)}).select(
        pl.all().cast(pl.Int64)
    )
    frame = frame.with_columns(left=pl.when(pl.col("left") < pl.col("id")).then(pl.col("left")))
    target.fill(dataset, {"t": frame.with_columns(pl.col("up", "left").cast(pl.Int32))})
    assert len(target.state("hand_made")) == 1


@pytest.mark.parametrize("up, words", [([None, 9, 1], r"up = 9 is not in t.id \(1 such rows\)"), ([None, 1, 0], r"are their own ancestors"), ([None, 2, 1], "are their own ancestors")])  # fmt: skip
def test_parents_that_never_come(target, up, words):
    """A row that is its own parent, or its own ancestor, is one that DuckDB cannot hold."""
    frame = pl.DataFrame({"id": [0, 1, 2], "up": up}, schema={"id": pl.Int64, "up": pl.Int64})
    with pytest.raises(DatabaseError, match=words):
        target.fill(ONE, {"t": frame})
    assert not Path(target.address.name).exists()


def test_rows_come_in_any_order(target):
    """Children's before their parents', and none at all before many, in parts."""
    dataset = spec({
        "p": {"primary_key": ["k"], "columns": {"k": {"type": "bigint"}}},
        "c": {"primary_key": ["k"], "columns": {"k": {"type": "bigint"}, "p": {"type": "bigint", "references": "p"}}},
    })  # fmt: skip
    keys = pl.DataFrame({"k": range(200_000)}, schema={"k": pl.Int64})
    children = keys.with_columns(p=(pl.col("k") * 7919) % 200_000)
    parts = [
        ("c", children.head(0)),
        ("c", children.head(150_000)),
        ("p", keys.head(0)),
        ("c", children.slice(150_000)),
        ("p", keys),
    ]

    sent = Loading.send
    try:
        Loading.send = lambda self, table, frame: [sent(self, t, f) for t, f in parts if t == table]
        target.fill(dataset, {"c": children, "p": keys})
    finally:
        Loading.send = sent
    assert target.state("hand_made").keys() == {"c", "p"}


def test_tables_are_dropped_children_first():
    names = [f"t{at}" for at in range(9)]
    refers = {(f"t{at}", f"t{at // 2}") for at in range(1, 9)} | {("t0", "t0")}
    for seed in range(20):
        some = random.Random(seed).sample(names, 7)
        order = list(children_first(some, refers))
        assert sorted(order) == sorted(some)
        assert all(order.index(a) < order.index(b) for a, b in refers if a != b and a in some and b in some)
    assert sorted(children_first(["a", "b"], {("a", "b"), ("b", "a")})) == ["a", "b"]


# -- names


@pytest.mark.parametrize("name", ["ecommerce", "memory", "main", "temp", "system", 'it\'s "x"'])
@pytest.mark.some(3)
def test_files_named_as_a_schema(name, shop, tmp_path):
    target = Target("duckdb", f"duckdb:///{tmp_path}/{quote(name)}.duckdb")
    target.load(shop)
    target.load(shop, if_exists="replace")
    assert target.state() == prints(shop)
    with connect(target.address) as database:
        assert database.dataset_schemas() == ["ecommerce"]


def test_a_schema_that_duckdb_has_for_itself(target, shop):
    with pytest.raises(OptionError, match="'temp' is the name of a database's own schema"):
        target.load(shop, schema="temp")
    assert not Path(target.address.name).exists()


# -- what is wrong

HOLD = """
import duckdb, sys
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "reading")
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["reading", "writing"])
def test_a_file_that_another_program_has_open(how, target, shop):
    target.load(shop)
    words = [sys.executable, "-c", HOLD, target.address.name, how]
    other = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout.readline() == "open\n"
        with pytest.raises(DatabaseError, match=rf"(?s)PID {other.pid}.*hint: another load, or another program"):
            target.load(shop, if_exists="replace")
        if how == "reading":
            assert target.state() == prints(shop)
    finally:
        other.communicate("\n")
    target.load(shop, if_exists="replace")


def test_several_read_at_once(target, shop):
    target.load(shop)
    words = [sys.executable, "-c", HOLD, target.address.name, "reading"]
    with connect(target.address) as database:
        assert database.dataset_schemas() == ["ecommerce"]
        other = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert other.stdout.readline() == "open\n"
        other.communicate("\n")
        assert other.returncode == 0


def test_a_connection_of_this_process(target, shop):
    target.load(shop)
    with duckdb.connect(target.address.name), pytest.raises(DatabaseError, match=r"another connection of this process"):
        target.load(shop, if_exists="replace")
    assert target.state() == prints(shop)


@pytest.mark.parametrize(
    "place, words",
    [
        ("nowhere/x.duckdb", r"there is no folder '.*nowhere'\n  hint: make it first"),
        ("folder.duckdb", r"it is a folder\n  hint: name a file in it"),
        ("text.duckdb", r"not a valid DuckDB database file!\n  hint: name another file"),
        ("empty.duckdb", r"not a valid DuckDB database file!\n  hint: name another file"),
        ("sqlite.duckdb", r"not a valid DuckDB database file!\n  hint: name another file"),
    ],
)
def test_what_cannot_be_a_database(place, words, tmp_path, shop):
    (tmp_path / "folder.duckdb").mkdir()
    (tmp_path / "text.duckdb").write_text("order_id\n" * 1000)
    (tmp_path / "empty.duckdb").touch()
    (tmp_path / "sqlite.duckdb").write_bytes(b"SQLite format 3\0" * 300)
    with pytest.raises(DatabaseError, match=words):
        Target("duckdb", f"duckdb:///{tmp_path / place}").load(shop)
    assert (tmp_path / "text.duckdb").read_text() == "order_id\n" * 1000


def test_reading_makes_no_file(tmp_path):
    with connect(Address.parse(f"duckdb:///{tmp_path}/x.duckdb")) as database:
        with pytest.raises(DatabaseError, match=r"there is no such file\n  hint: `synth load"):
            database.dataset_schemas()
    assert not list(tmp_path.iterdir())


def test_a_failed_load_leaves_no_file_that_was_not_there(target, tmp_path):
    dataset = spec({"t": {"columns": {"x": {"type": "integer", "check": "x > 1"}}}})
    with pytest.raises(DatabaseError, match='CHECK constraint failed on table "t"'):
        target.fill(dataset, {"t": pl.DataFrame({"x": [1]}, schema={"x": pl.Int32})})
    assert not list(tmp_path.iterdir())


def test_a_full_disk(shop):
    with small_disk("3m") as folder:
        target = Target("duckdb", f"duckdb:///{folder}/x.duckdb")
        few = spec({"t": {"columns": {"x": {"type": "integer"}}}}, "ecommerce")
        target.fill(few, {"t": pl.DataFrame({"x": range(1000)}, schema={"x": pl.Int32})})
        before = target.state()
        large = synth.generate(synth.make_plan("ecommerce", scale=0.1), folder.parent / f"{folder.name}-data")
        try:
            with pytest.raises(DatabaseError, match=r"(?s)No space left.*free space"):
                target.load(large.folder, if_exists="replace")
        finally:
            os.system(f"rm -r '{folder}-data'")
        assert target.state() == before


def test_a_disk_that_may_only_be_read(shop):
    with small_disk("20m") as folder:
        target = Target("duckdb", f"duckdb:///{folder}/x.duckdb")
        target.load(shop)
        os.system(f"mount -o remount,ro '{folder}'")
        assert target.state() == prints(shop)
        with pytest.raises(DatabaseError, match=r"(?s)ead-only.*may you write"):
            target.load(shop, if_exists="replace")


def test_a_file_that_is_no_parquet(target, shop, tmp_path):
    folder = changed(shop, tmp_path / "broken", "orders", "SELECT 1")
    path = next((folder / "orders").glob("*.parquet"))
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(DatabaseError, match=r"loading orders: .*orders/part-00000.parquet"):
        target.load(folder)
    assert not Path(target.address.name).exists()


def test_queries_while_rows_are_read(target, shop):
    target.load(shop)
    with connect(target.address) as database:
        reading = database.frames(f"SELECT order_id FROM {target.place('orders')}", {"order_id": DType("bigint")})
        first = next(reading)
        assert database.rows(f"SELECT COUNT(*) FROM {target.place('orders')}")[1] == [(2000,)]
        assert first.height + sum(frame.height for frame in reading) == 2000
        with pytest.raises(DatabaseError, match="AS"):
            list(database.frames("SELECT 1 AS a, 2 AS a", {}))


KINDS = {
    "TINYINT": "smallint", "UINTEGER": "bigint", "HUGEINT": "text", "FLOAT": "real", "DECIMAL(18,3)": "decimal(18,3)", "DECIMAL(38,3)": "decimal(38,3)", "INTERVAL": "interval",
    "VARCHAR": "text", "UUID": "uuid", "BLOB": "bytes", "TIME": "time", "ENUM('a', 'it''s')": "enum(a, \"it's\")", "TIMESTAMP_NS": "timestamp", "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "INTEGER[]": "integer[]", "STRUCT(a INTEGER)": "text", "DATE": "date", "BOOLEAN": "boolean",
}  # fmt: skip


def test_tables_of_others(target):
    columns = ", ".join(f'"{kind}" {kind}' for kind in KINDS)
    with duckdb.connect(target.address.name) as connection:
        connection.execute(f"CREATE TABLE t ({columns}); CREATE VIEW v AS SELECT 1 AS x")
    assert target.tables("main") == {"t": {k: DType.parse(v) for k, v in KINDS.items()}, "v": {"x": DType("integer")}}
