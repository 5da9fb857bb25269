"""Every function of the language, drawn: as DuckDB computes it. A function without an example fails."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl
import pytest
from sqlglot import exp

from synth.dtypes import DType
from synth.sql.compile import compile_expression
from synth.sql.functions import FUNCTIONS

TYPES = {
    "t": DType("varchar"), "w": DType("varchar", length=9), "n": DType("bigint"), "day": DType("date"),
    "seen": DType("timestamp"),
}  # fmt: skip
ROWS = [
    ("a_b ", "b", 7, dt.date(2024, 2, 29), dt.datetime(2024, 3, 1, 0, 0, 0, 1)),
    ("Ä漢 b", "漢", -12, dt.date(1999, 12, 31), dt.datetime(2000, 1, 1)),
    ("", "x", 0, dt.date(2025, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59)),
]
EXAMPLES = {
    exp.Length: ["LENGTH(t)", "LENGTH(t || w) * 2"],
    exp.Upper: ["UPPER(t)", "UPPER(CASE WHEN n > 0 THEN t ELSE w END)"],
    exp.Lower: ["LOWER(t || UPPER(w))"],
    exp.Trim: ["TRIM(t)"],
    exp.Replace: ["REPLACE(t, 'b', '.')"],
    exp.StrPosition: ["STRPOS(t, 'b')", "POSITION('b' IN t)", "STRPOS(t, w)", "STRPOS(t, '')", "STRPOS(t, NULL)"],
    exp.Substring: ["SUBSTR(t, 2, 2)", "SUBSTR(t, 2)"],
    exp.Left: ["LEFT(t, 1)"],
    exp.Like: ["t LIKE '%b%'", "t NOT LIKE '_b%'"],
    exp.DPipe: ["t || '-' || w", "t || n", "n || day"],
    exp.Concat: ["CONCAT(t, '-', w)", "CONCAT(t, n)", "CONCAT(t, NULL, w)"],
    exp.Year: ["YEAR(day)"],
    exp.Month: ["MONTH(seen)"],
    exp.Day: ["DAY(day)", "DAY(CAST(seen AS DATE))"],
    exp.Extract: ["EXTRACT(YEAR FROM seen) * 100 + EXTRACT(MONTH FROM seen)", "EXTRACT(QUARTER FROM day)"],
    exp.DateDiff: ["DATE_DIFF('day', day, seen)", "seen > day AND DATE_DIFF('day', seen, day) < 0"],
}
ALL = [sql for each in EXAMPLES.values() for sql in each]


def test_every_function_has_an_example():
    assert set(EXAMPLES) == set(FUNCTIONS), "write an example here for each entry of FUNCTIONS"


def values(sql, rows):
    compiled = compile_expression(sql, TYPES)
    frame = pl.DataFrame(rows, schema={name: dtype.drawn for name, dtype in TYPES.items()}, orient="row")
    return compiled.evaluate(frame).to_list()


def expected(sql, rows):
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE r ({', '.join(f'{name} {dtype.duckdb}' for name, dtype in TYPES.items())})")
        connection.executemany("INSERT INTO r VALUES (?, ?, ?, ?, ?)", rows)
        return [value for (value,) in connection.execute(f"SELECT {sql} FROM r ORDER BY rowid").fetchall()]


@pytest.mark.parametrize("sql", ALL)
def test_drawn_as_duckdb_computes(sql):
    assert values(sql, ROWS) == expected(sql, ROWS)


@pytest.mark.parametrize("sql", ALL)
def test_nulls(sql):
    rows = [(None,) * len(TYPES), *ROWS]
    assert values(sql, rows) == expected(sql, rows)
