"""SQLite's own: decimals that no float holds, other people's files, and what is wrong with a file or its disk."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import synth
from synth.databases import Address, connect
from synth.databases.sqlite.catalogue import column_type
from synth.databases.sqlite.values import from_sqlite, to_sqlite
from synth.dtypes import DType
from synth.errors import DatabaseError, ExtraError, SpecError
from tests.support.targets import Target, prints, small_disk, spec


@pytest.fixture
def target(tmp_path):
    return Target("sqlite", f"sqlite:///{quote(str(tmp_path))}/it%27s%20%3F%20100%25%20[x].db")


def test_there_are_no_schemas(target, shop):
    report = target.load(shop, schema="elsewhere")
    assert (
        report.schema == "ecommerce"
        and target.dataset_schemas() == ["ecommerce"]
        and target.state("anything") == prints(shop)
    )


# -- decimals

WIDE = {
    "a": "decimal(18,2)",
    "b": "decimal(18,2)",
    "c": "decimal(16,4)",
    "d": "decimal(18,0)",
    "e": "decimal(12,2)",
    "n": "integer",
}
ROW = {
    "a": "9999999999999999.99",
    "b": "-9999999999999999.98",
    "c": "0.0100",
    "d": "999999999999999999",
    "e": "5.00",
    "n": 3,
}
CONDITIONS = {  # condition -> cells that break it, as little as there is
    "a > 0": {"a": "-0.01"},
    "a >= 9999999999999999.99": {"a": "9999999999999999.98"},
    "a = 9999999999999999.99": {"a": "9999999999999999.98"},
    "a <> 9999999999999999.98": {"a": "9999999999999999.98"},
    "b < -9999999999999999.97": {"b": "-9999999999999999.97"},
    "a + b = c": {"b": "-9999999999999999.97"},
    "a + b = 0.01": {"a": "9999999999999999.98"},
    "0 - b < a": {"b": "-9999999999999999.99"},
    "ABS(b) < a": {"b": "-9999999999999999.99"},
    "ABS(b) + 0.01 = a": {"b": "-9999999999999999.97"},
    "a BETWEEN 0.01 AND 9999999999999999.99": {"a": "0.00"},
    "a IN (0.01, 9999999999999999.99)": {"a": "9999999999999999.98"},
    "c * n = 0.03": {"c": "0.0101"},
    "ROUND(c * e, 2) = 0.05": {"c": "0.0110"},
    "CASE WHEN n = 3 THEN a ELSE b END = 9999999999999999.99": {"a": "9999999999999999.98"},
    "COALESCE(a, 0.01) > ABS(b)": {"a": "9999999999999999.98"},
    "a IS NOT NULL OR n = 0": {"a": None},
    "d = 999999999999999999": {"d": "999999999999999998"},
    "d > 999999999999999998": {"d": "999999999999999998"},
    "e / n > 1.66": {"e": "4.00"},
    "c < e": {"e": "0.01"},
    "a > e": {"a": "5.00"},
}  # fmt: skip


def row(**cells) -> pl.DataFrame:
    whole = {**ROW, **cells}
    exact = {k: v if v is None or k == "n" else Decimal(v) for k, v in whole.items()}
    return pl.DataFrame({k: pl.Series([v], dtype=DType.parse(WIDE[k]).written) for k, v in exact.items()})


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_on_wide_decimals_hold_and_bite(condition, target):
    columns = {name: {"type": kind, "nullable": True} for name, kind in WIDE.items()}
    dataset = spec({"t": {"columns": columns, "checks": {"holds": condition}}})
    target.fill(dataset, {"t": row()})
    with pytest.raises(DatabaseError, match="ck_t_holds"):
        target.fill(dataset, {"t": row(**CONDITIONS[condition])}, if_exists="replace")
    assert_frame_equal(target.read("t", {k: DType.parse(v) for k, v in WIDE.items()}, ""), row())


def test_wide_decimals_are_texts_with_all_their_digits(target):
    dataset = spec({"t": {"columns": {name: {"type": kind} for name, kind in WIDE.items()}}})
    target.fill(dataset, {"t": row()})
    types = ", ".join(f"TYPEOF({name})" for name in WIDE)
    assert target.sql(f"SELECT {types} FROM t") == [("text", "text", "text", "integer", "integer", "integer")]
    assert target.sql("SELECT a, b, c, d FROM t") == [tuple(ROW[k] if k != "d" else int(ROW[k]) for k in "abcd")]
    assert target.tables()["t"] == {name: DType.parse(kind) for name, kind in WIDE.items()}


def test_references_and_keys_of_wide_decimals(target):
    dataset = spec({
        "p": {"primary_key": ["k"], "columns": {"k": {"type": "decimal(18,3)"}}},
        "c": {"columns": {"r": {"type": "decimal(18,3)", "references": "p"}}},
    })  # fmt: skip
    key = pl.Series(["999999999999999.999", "0.001", "-5.100"]).cast(pl.Decimal(18, 3))
    target.fill(dataset, {"p": pl.DataFrame({"k": key}), "c": pl.DataFrame({"r": key})})
    lost = pl.DataFrame({"r": pl.Series(["999999999999999.998"]).cast(pl.Decimal(18, 3))})
    with pytest.raises(DatabaseError, match=r"table 'c': r = '999999999999999.998' is not in p.k \(1 such rows\)"):
        target.fill(dataset, {"p": pl.DataFrame({"k": key}), "c": lost}, if_exists="replace")


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 18), st.data())
def test_any_decimal_comes_back(precision, data):
    dtype = DType("decimal", precision, data.draw(st.integers(0, precision)))
    units = data.draw(st.lists(st.integers(1 - 10**precision, 10**precision - 1), min_size=1))
    frame = pl.DataFrame({"x": pl.Series([Decimal(n).scaleb(-dtype.digits) for n in units], dtype=dtype.written)})
    kept = to_sqlite(frame)
    with closing(sqlite3.connect(":memory:")) as connection:
        kind = connect_type(dtype)
        connection.execute(f"CREATE TABLE t (x {kind})")
        connection.executemany("INSERT INTO t VALUES (?)", kept.rows())
        found = connection.execute("SELECT x FROM t").fetchall()
    back = pl.DataFrame({"x": pl.Series([cell for (cell,) in found], dtype=kept["x"].dtype, strict=False)})
    assert_frame_equal(from_sqlite(back, {"x": dtype}), frame)


def connect_type(dtype: DType) -> str:
    from synth.databases import DIALECTS

    return DIALECTS["sqlite"].type(dtype, keyed=False)


# -- other people's files

KINDS = {
    "INTEGER": "bigint", "INT": "bigint", "TINYINT": "bigint", "MEDIUMINT(9)": "bigint", "UNSIGNED BIG INT": "bigint", "BIGINT": "bigint",
    "SMALLINT": "smallint", "NVARCHAR(160)": "text", "CHARACTER(20)": "text", "VARCHAR(255)": "varchar(255)", "CLOB": "text", "TEXT": "text", "": "text",
    "REAL": "double", "DOUBLE PRECISION": "double", "FLOAT": "double", "NUMERIC": "double", "DECIMAL": "double", "NUMERIC(10,2)": "decimal(10,2)",
    "DECIMAL(10, 5)": "decimal(10,5)", "DECIMAL(38,5)": "text", "BOOLEAN": "boolean", "DATE": "date", "DATETIME": "timestamp", "TIMESTAMP": "timestamp",
    "FLOAT4": "double", "CHAR(3)": "char(3)", "CHAR": "text", "CHAR(300)": "text", "TIMESTAMPTZ": "timestamptz",
}  # fmt: skip


@pytest.mark.parametrize("words", KINDS)
def test_declared_types(words):
    assert column_type(words, ours=False) == DType.parse(KINDS[words])


def made(path: Path, *statements: str) -> Address:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return Address.parse(f"sqlite:///{quote(str(path))}")


def test_tables_of_others(tmp_path):
    address = made(
        tmp_path / "x.db",
        "CREATE TABLE Track (Id INTEGER PRIMARY KEY, Name NVARCHAR(200), Price NUMERIC(10,2), At DATETIME, Length REAL)",
        "INSERT INTO Track VALUES (9000000000, '007', 0.99, '2009-01-01T00:00:00', 1), (2, NULL, 12, '2009-01-01 10:30', NULL)",
        "CREATE VIEW broken AS SELECT * FROM nowhere",
    )
    with connect(address) as database:
        types = database.catalogue("any")["Track"]
        assert database.dataset_schemas() == []
        (frame,) = database.frames(f"{database.query('', 'Track', types)} ORDER BY Id", types)
        assert frame.rows()[1][:3] == (9_000_000_000, "007", Decimal("0.99"))
        assert [str(at) for at in frame["At"]] == ["2009-01-01 10:30:00", "2009-01-01 00:00:00"]
        sql = 'SELECT Name AS n, Price * 2 AS p, Length, COUNT(*) AS c, Id || "x" AS t FROM Track GROUP BY Id ORDER BY Id;'
        (frame,) = database.frames(sql.replace('"x"', "'x'"), {})
    assert frame.schema == {"n": pl.String, "p": pl.Float64, "Length": pl.Float64, "c": pl.Int64, "t": pl.String}
    assert frame.rows()[1] == ("007", 1.98, 1.0, 1, "9000000000x")


@pytest.mark.parametrize("at", [1, 70_000])
def test_a_text_among_numbers_is_told(at, tmp_path):
    cells = ", ".join(f"({n})" for n in range(at))
    address = made(
        tmp_path / "x.db",
        "CREATE TABLE t (x INTEGER)",
        f"INSERT INTO t VALUES {cells}",
        "INSERT INTO t VALUES ('many')",
    )
    with connect(address) as database, pytest.raises(DatabaseError, match="reading: "):
        list(database.frames("SELECT x FROM t", {"x": DType("bigint")}))


def test_two_readings_at_once(tmp_path):
    """Queries while rows are read, and a reading that is not finished."""
    address = made(
        tmp_path / "x.db",
        "CREATE TABLE t AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r WHERE x < 200000) SELECT x FROM r",
    )
    with connect(address) as database:
        assert database.rows("SELECT MAX(x) FROM t")[1] == [(200_000,)]
        reading = database.frames("SELECT x FROM t", {"x": DType("bigint")})
        first = next(reading)
        assert database.rows("SELECT synth_digest('a'), synth_digest(NULL) FROM t LIMIT 1")[1] == [
            (0x0CC175B9C0F1B6A, None)
        ]
        rest = sum(frame.height for frame in reading)
        assert first.height + rest == 200_000
        next(database.frames("SELECT x FROM t", {"x": DType("bigint")}))
        assert database.rows("SELECT COUNT(*) FROM t")[1] == [(200_000,)]


# -- what is wrong


@pytest.mark.parametrize(
    "place, words",
    [
        ("nowhere/x.db", r"there is no folder '.*nowhere'\n  hint: make it first"),
        ("folder.db", r"it is a folder\n  hint: name a file in it"),
        ("text.db", r"file is not a database\n  hint: it is no SQLite database"),
    ],
)
def test_what_cannot_be_a_database(place, words, tmp_path, shop):
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "text.db").write_text("order_id\n" * 1000)
    with pytest.raises(DatabaseError, match=words):
        Target("sqlite", f"sqlite:///{tmp_path / place}").load(shop)
    assert (tmp_path / "text.db").read_text() == "order_id\n" * 1000


def test_reading_makes_no_file(tmp_path):
    with connect(Address.parse(f"sqlite:///{tmp_path}/x.db")) as database:
        for ask in (database.dataset_schemas, lambda: list(database.frames("SELECT 1 AS x", {}))):
            with pytest.raises(DatabaseError, match=r"there is no such file\n  hint: `synth load"):
                ask()
    assert not list(tmp_path.iterdir())


def test_a_failed_load_leaves_no_file_that_was_not_there(target, tmp_path):
    dataset = spec({"t": {"columns": {"x": {"type": "integer", "check": "x > 1"}}}})
    with pytest.raises(DatabaseError):
        target.fill(dataset, {"t": pl.DataFrame({"x": [1]}, schema={"x": pl.Int32})})
    assert not list(tmp_path.iterdir())
    Path(target.address.name).touch()
    with pytest.raises(DatabaseError):
        target.fill(dataset, {"t": pl.DataFrame({"x": [1]}, schema={"x": pl.Int32})})
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [0]


def test_a_file_that_vanishes_while_a_load_waits(target, shop, monkeypatch):
    """The load that made it fails, and removes it; the one that waited makes it anew."""
    path, begun = Path(target.address.name), threading.Event()
    with target.connect() as first:
        assert first.lock("x") and first.made
        thread = threading.Thread(target=lambda: (begun.set(), target.load(shop)))
        thread.start()
        assert begun.wait(10)
        time.sleep(0.5)
        first.abandon("x")
        thread.join()
    assert path.exists() and target.state() == prints(shop)


def test_a_file_that_another_made_is_not_removed(target, shop):
    with target.connect() as first:
        first.there = lambda: None
        assert first.lock("x")
        first.run("CREATE TABLE mine (x INTEGER)")
        first.publish("x", (), ())
        first.abandon("x")
    assert Path(target.address.name).exists() and list(target.tables()) == ["mine"]


OTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.stdin:
    print(connection.execute(line).fetchone(), flush=True)
"""


@contextmanager
def other_program(path: str):
    """Statements for a connection of another process: in ours its locks and those of the load would not meet."""
    process = subprocess.Popen(
        [sys.executable, "-c", OTHER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def ask(sql: str) -> str:
        process.stdin.write(f"{sql}\n")
        process.stdin.flush()
        return process.stdout.readline()

    try:
        yield ask
    finally:
        process.communicate()


def test_another_writer(target, shop):
    target.load(shop)
    with other_program(target.address.name) as ask:
        ask("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseError, match=r"another load is writing"):
            target.load(shop, if_exists="replace")
        ask("ROLLBACK")
        target.load(shop, if_exists="replace")
    assert target.state() == prints(shop)


def test_a_reader_sees_the_old_rows_until_the_end(target, shop, tmp_path):
    """Where the journal is written ahead; elsewhere a load waits for readers to end, and they for it."""
    other = synth.generate(synth.make_plan("ecommerce", scale=0.02, seed=7), tmp_path).folder
    made(Path(target.address.name), "PRAGMA journal_mode = WAL")
    target.load(shop)
    with other_program(target.address.name) as ask:
        ask("BEGIN")
        before = ask("SELECT SUM(total) FROM orders")
        target.load(other, if_exists="replace")
        assert ask("SELECT SUM(total) FROM orders") == before
        ask("COMMIT")
        assert ask("SELECT SUM(total) FROM orders") != before
    assert target.state() == prints(other)


def test_a_full_disk(shop):
    with small_disk("2m") as folder:
        target = Target("sqlite", f"sqlite:///{folder}/x.db")
        few = spec({"t": {"columns": {"x": {"type": "integer"}}}}, "ecommerce")
        target.fill(few, {"t": pl.DataFrame({"x": range(1000)}, schema={"x": pl.Int32})})
        before = target.state()
        with pytest.raises(DatabaseError, match=r"disk is full|disk I/O error") as caught:
            target.load(shop, if_exists="replace")
        assert "\n  hint: " in str(caught.value) and target.state() == before


def test_a_disk_that_may_only_be_read(shop):
    with small_disk("20m") as folder:
        target = Target("sqlite", f"sqlite:///{folder}/x.db")
        target.load(shop)
        os.system(f"mount -o remount,ro '{folder}'")
        assert target.state() == prints(shop)
        with pytest.raises(DatabaseError, match=r"(?s)readonly.*may only be read"):
            target.load(shop, if_exists="replace")
        with pytest.raises(DatabaseError, match=r"hint: "):
            Target("sqlite", f"sqlite:///{folder}/new.db").load(shop)


def test_without_the_driver(target, monkeypatch):
    monkeypatch.setitem(sys.modules, "adbc_driver_sqlite", None)
    with pytest.raises(ExtraError, match=r"pip install 'synth-relational\[sqlite\]'"):
        target.connect()


def test_names_that_sqlite_keeps_for_itself():
    """It is told before anything is made, whichever database the data goes to."""
    with pytest.raises(SpecError, match="a name of SQLite's own tables"):
        spec({"sqlite_x": {"columns": {"x": {"type": "date"}}}})
