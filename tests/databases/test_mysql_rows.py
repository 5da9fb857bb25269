"""MySQL and MariaDB: rows arrive as they were sent, or not at all."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from synth.columns import to_written
from synth.databases import Address, connect
from synth.databases.mysql.database import MySQL
from synth.databases.mysql.dialect import DIALECT
from synth.dtypes import BIGINT, DType, decimal
from synth.errors import DatabaseError
from synth.fingerprint import fingerprint
from tests.support.hostile import COMMENTS
from tests.support.mysql import S, back, make, url
from tests.test_fingerprint import EDGES, KINDS, frames


@pytest.fixture(scope="module")
def server(database):
    return database("mysql")


def same(mysql: MySQL, frame: pl.DataFrame, types: dict[str, DType]) -> None:
    """A frame of drawn columns arrives, counts, and comes back."""
    frame, types = frame.with_columns(pl.Series("at", range(frame.height), dtype=pl.Int64)), {**types, "at": BIGINT}
    make(mysql, types)
    written = to_written(frame, types)
    mysql.send(S, "t", written)
    assert mysql.content(mysql.staging_schema(S), "t", types) == fingerprint(frame, types)
    assert back(mysql, types).sort("at").equals(written)  # -0.0 comes back as 0.0


# -- rows arrive as they are


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(made=frames())
def test_rows_arrive_and_come_back(mysql, made):
    same(mysql, *made)


FAR = {
    **EDGES,
    "smallint": [-(2**15) + 1, 2**15 - 1], "integer": [-(2**31) + 1, 2**31 - 1], "boolean": [True, False],
    "double": [*EDGES["double"], 9e12, -9e12, 1e-300, 0.1, 1 / 3, 123456.789012, -0.0000005],
    "date": [dt.date(1, 1, 1), dt.date(999, 12, 31), dt.date(9999, 12, 31), *EDGES["date"]],
    "timestamp": [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999), *EDGES["timestamp"]],
    "varchar": [*COMMENTS, "", "\\N", "N", "\\", "\\\\N", "\t", "\x01\x08\x1a\x7f", "\x1a\n", "a\\", "\\t", "\r", "\u2028", "x" * 100_000, "𝄞" * 999],
}  # fmt: skip


@pytest.mark.parametrize("kind", FAR)
def test_far_values_arrive_and_come_back(mysql, kind):
    types = {"x": KINDS[kind][0], "y": KINDS[kind][0]}
    cells = [*FAR[kind], None]
    frame = pl.DataFrame([pl.Series(n, c, dtype=types[n].drawn) for n, c in (("x", cells), ("y", cells[::-1]))])
    same(mysql, frame, types)


def test_one_column_of_nothing_and_no_rows(mysql):
    types = {"x": DType("varchar")}
    for cells in ([""], ["", None, ""], [None], []):
        frame = pl.DataFrame({"x": pl.Series(cells, dtype=pl.String)})
        make(mysql, types)
        mysql.send(S, "t", frame)
        assert mysql.content(mysql.staging_schema(S), "t", types) == fingerprint(frame, types)
        assert sorted(back(mysql, types)["x"], key=repr) == sorted(cells, key=repr)


def test_many_packets(mysql):
    types = {"n": DType("bigint"), "word": DType("varchar")}
    n = pl.Series("n", range(120_000))
    frame = pl.DataFrame([n, ("wörd\t" + n.cast(pl.String)).alias("word")])
    same(mysql, frame, types)
    sizes = [f.height for f in mysql.frames(mysql.query(mysql.staging_schema(S), "t", types), types)]
    assert sizes == [50_000, 50_000, 20_000]


# -- or not at all

WRONG = {  # what LOAD DATA LOCAL only warns of -> (types, what is in the table, rows, words of the message)
    "too long": ({"x": DType("varchar", length=3)}, "", {"x": ["abc", "abcd"]}, "Data truncated for column 'x' at row 2 (1265)"),
    "out of range": ({"x": DType("smallint")}, "", {"x": [1, 40000]}, "Out of range value"),
    "too many digits": ({"x": decimal(4, 2)}, "", {"x": ["1.234"]}, "Data truncated for column 'x'"),
    "no number": ({"x": DType("integer")}, "", {"x": ["five"]}, "Incorrect integer value: 'five'"),
    "no date": ({"x": DType("date")}, "", {"x": ["2023-02-29"]}, "for column 'x'"),
    "null": ({"x": DType("integer")}, ", CHECK (x IS NOT NULL)", {"x": [1, None]}, "CONSTRAINT"),
    "twice": ({"x": DType("bigint")}, ", PRIMARY KEY (x)", {"x": [1, 2, 1]}, "Duplicate entry '1' for key 'PRIMARY'"),
    "check": ({"x": DType("bigint")}, ", CONSTRAINT ck_t_x CHECK (x > 0)", {"x": [1, 0]}, "ck_t_x"),
    "a tab in a number": ({"x": DType("bigint")}, "", {"x": ["1\t2\n3"]}, "Data truncated for column 'x' at row 1"),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_warnings_are_errors(mysql, what):
    types, rest, cells, words = WRONG[what]
    make(mysql, types, rest)
    with pytest.raises(DatabaseError) as caught:
        mysql.send(S, "t", pl.DataFrame(cells))
    said = str(caught.value)
    assert words in said and "sending rows of t" in said and "hint: the data does not keep" in said
    mysql.run("SELECT 1 FROM DUAL WHERE 1 = 0")  # the connection goes on


def test_local_infile_off(mysql, server):
    server.run("SET GLOBAL local_infile = 0")
    try:
        with connect(Address.parse(url(server))) as other:
            with pytest.raises(DatabaseError, match="switched off") as caught:
                other.begin_staging(S, ())
            assert "SET GLOBAL local_infile = 1" in str(caught.value)
            make(other, {"x": DType("bigint")})
            with pytest.raises(DatabaseError) as caught:
                other.send(S, "t", pl.DataFrame({"x": [1]}))
            assert "(4166)" in str(caught.value) and "SET GLOBAL local_infile = 1" in str(caught.value)
    finally:
        server.run("SET GLOBAL local_infile = 1")


def test_a_server_that_asks_for_files_gets_none(mysql, tmp_path):
    """As a hostile one may do at any time: here it is told to."""
    (tmp_path / "secret").write_text("1\n")
    make(mysql, {"x": DType("bigint")})
    place = DIALECT.place(mysql.staging_schema(S), "t")
    for path in (tmp_path / "secret", "rows"):
        with pytest.raises(DatabaseError, match="asked for a file"):
            mysql.run(f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE {place}")
    assert mysql.rows(f"SELECT COUNT(*) FROM {place}")[1] == [(0,)]
    mysql.send(S, "t", pl.DataFrame({"x": [5]}))
    assert mysql.rows(f"SELECT x FROM {place}")[1] == [(5,)]
