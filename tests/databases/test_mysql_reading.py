"""MySQL and MariaDB: queries come back typed, readers may stop early, and the catalogue knows what others declare."""

from __future__ import annotations

import datetime as dt
import gc
from decimal import Decimal

import polars as pl
import pytest

from synth.databases.mysql.catalogue import column_type
from synth.databases.mysql.dialect import DIALECT
from synth.dtypes import DType
from synth.errors import DatabaseError
from tests.support.mysql import S, back, make


@pytest.fixture(scope="module")
def server(database):
    return database("mysql")


def test_queries_without_types(mysql):
    sql = (
        "SELECT 1 AS n, CAST(1.50 AS DECIMAL(12, 2)) AS d, SUM(CAST(99999999.99 AS DECIMAL(12, 2))) AS s, 1e0 AS f, "
        "DATE '2024-02-29' AS day, TIMESTAMP '2024-02-29 12:00:00.5' AS moment, 'ü' AS word, NULL AS nothing"
    )
    (found,) = mysql.frames(sql, {})
    row = found.row(0, named=True)
    assert row == {
        "n": 1, "d": Decimal("1.50"), "s": Decimal("99999999.99"), "f": 1.0, "day": dt.date(2024, 2, 29),
        "moment": dt.datetime(2024, 2, 29, 12, 0, 0, 500_000), "word": "ü", "nothing": None,
    }  # fmt: skip
    (empty,) = mysql.frames(f"SELECT * FROM ({sql}) t WHERE n = 2", {})
    assert empty.schema == found.schema and not empty.height
    make(mysql, {"x": DType("boolean")})
    mysql.send(S, "t", pl.DataFrame({"x": [True, None, False]}))
    (found,) = mysql.frames(f"SELECT x FROM {DIALECT.place(mysql.staging_schema(S), 't')}", {})
    assert found["x"].to_list() == [True, None, False]


def test_a_reader_may_stop_early(mysql, server):
    make(mysql, {"x": DType("bigint")})
    mysql.send(S, "t", pl.DataFrame({"x": range(200_000)}))
    before = len(server.run("SHOW PROCESSLIST"))
    chunks = mysql.frames(mysql.query(mysql.staging_schema(S), "t", {"x": DType("bigint")}), {"x": DType("bigint")})
    assert next(chunks).height == 50_000
    chunks.close()
    gc.collect()
    while len(server.run("SHOW PROCESSLIST")) > before:
        pass
    assert mysql.rows("SELECT 1")[1] == [(1,)]


@pytest.mark.parametrize(
    "sql, words",
    [
        ("SELECT CAST('0000-00-00' AS DATE) AS x UNION ALL SELECT '2024-01-01'", None),
        ("SELECT 1 AS x, 2 AS x", "two columns have one name"),
        ("SELECT nothing FROM nowhere.at_all", "doesn't exist"),
        ("SELECT (SELECT 1 UNION ALL SELECT 2) AS x", "more than 1 row"),
    ],
)
def test_what_cannot_be_read_says_so(mysql, sql, words):
    if words is None:  # how the zero date comes depends on the session; a table may hold one in any case
        make(mysql, {"x": DType("date")})
        mysql.run("SET sql_mode = ''")
        mysql.run(f"INSERT INTO {DIALECT.place(mysql.staging_schema(S), 't')} VALUES ('0000-00-00')")
        sql, words = f"SELECT x FROM {DIALECT.place(mysql.staging_schema(S), 't')}", "column 'x' cannot be read as date"
    with pytest.raises(DatabaseError, match=words):
        list(mysql.frames(sql, {}))


def test_bytes_are_no_text(mysql):
    (frame,) = mysql.frames("SELECT x'ff00' AS x, 'a' AS y, CAST(NULL AS BINARY(3)) AS z", {})
    assert frame.rows() == [(b"\xff\x00", "a", None)]


def test_the_catalogue_knows_what_others_declare(mysql):
    place = DIALECT.place(mysql.staging_schema(S), "t")
    spelt = {
        "a": ("TINYINT(1)", "boolean"), "b": ("TINYINT", "smallint"), "c": ("SMALLINT UNSIGNED", "integer"),
        "d": ("MEDIUMINT UNSIGNED", "integer"), "e": ("INT UNSIGNED", "bigint"), "f": ("BIGINT UNSIGNED", "text"),
        "g": ("DECIMAL(18, 3)", "decimal(18,3)"), "h": ("DECIMAL(19, 3)", "decimal(19,3)"), "i": ("FLOAT", "real"),
        "j": ("VARCHAR(36)", "varchar(36)"), "k": ("CHAR(3)", "char(3)"), "l": ("TINYTEXT", "text"), "m": ("LONGTEXT", "text"),
        "n": ("DATE", "date"), "o": ("DATETIME", "timestamp"), "p": ("TIMESTAMP(6) NULL", "timestamp"), "q": ("TIME", "text"),
        "r": ("ENUM('a', 'b')", "enum(a, b)"), "s": ("JSON", "text"), "u": ("YEAR", "smallint"), "v": ("DOUBLE", "double"),
        "w": ("DECIMAL(38, 38)", "decimal(38,38)"), "x": ("DECIMAL(39, 3)", "text"),
    }  # fmt: skip
    mysql.run(f"CREATE TABLE {place} ({', '.join(f'{name} {kind}' for name, (kind, _) in spelt.items())})")
    mysql.run(f"CREATE VIEW {DIALECT.place(mysql.staging_schema(S), 'v')} AS SELECT a FROM {place}")
    found = mysql.catalogue(mysql.staging_schema(S))
    assert {name: str(kind) for name, kind in found["t"].items()} == {name: kind for name, (_, kind) in spelt.items()}
    assert found["v"] == {"a": DType("boolean")}
    mysql.run(
        f"INSERT INTO {place} VALUES (1, -5, 65535, 16777215, 4294967295, 18446744073709551615, 1.5, 9999999999999999.5, 0.5, "
        "'x', 'abc', 't', 'l', '2024-02-29', '2024-02-29 01:02:03', '2024-02-29 01:02:03.5', '25:00:00', 'b', '{}', 1999, 0.1, "
        "0.1, 1234567890123456789012345678901234.5)"
    )
    row = back(mysql, found["t"]).row(0)
    assert row[:6] == (True, -5, 65535, 16777215, 4294967295, "18446744073709551615") and row[7] == Decimal(
        "9999999999999999.500"
    )
    assert column_type("tinyint", "tinyint", None, 3, 0) == DType("smallint")  # MySQL 8 leaves widths out
    assert column_type("int", "int unsigned", None, 10, 0) == DType("bigint")
