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
from synth.sql.parse import SqlError

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
    exp.Upper: ["UPPER(t)", "UPPER(CASE WHEN n > 0 THEN t ELSE w END)", "UPPER(t || 'ß')"],
    exp.Lower: ["LOWER(t || UPPER(w))", "LOWER(t || 'İΑΣ')"],
    exp.Trim: ["TRIM(t)", "TRIM(' \t' || t || '\n\u00a0 ')", "LTRIM(' ' || t)", "RTRIM(t)"],
    exp.Replace: [
        "REPLACE(t, 'b', '.')",
        "REPLACE(t, '', 'x')",
        "REPLACE(t, w, '$1')",
        "REPLACE(t, 'b', NULLIF(w, 'b'))",
    ],
    exp.StrPosition: ["STRPOS(t, 'b')", "POSITION('b' IN t)", "STRPOS(t, w)", "STRPOS(t, '')", "STRPOS(t, NULL)"],
    exp.Substring: ["SUBSTR(t, 2, 2)", "SUBSTR(t, 2)", "SUBSTR(t, 1, 0)"],
    exp.Left: ["LEFT(t, 1)", "LEFT(t, 0)"],
    exp.Like: ["t LIKE '%b%'", "t NOT LIKE '_b%'"],
    exp.DPipe: ["t || '-' || w", "t || n", "n || day", "t || seen"],
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


UNLIKE = [  # what an engine behind the language read otherwise
    "seen > TIMESTAMP '2000-01-01' IS NOT TRUE", "(n > 3) IS TRUE", "(n > 3) IS NOT TRUE", "(n > 3) IS FALSE", "NOT ((n > 3) IS FALSE)",
    "CASE WHEN (n > 3) IS NOT TRUE THEN 1 ELSE 2 END", "CASE WHEN NULL THEN 1 ELSE n END", "LOG(10, n * n + 1)", "LOG(n * n + 1)",
    "LOG(2, n * n + 1)", "POWER(2, n)", "CAST(seen AS VARCHAR)",
    "CAST(EXP(n * 4) AS VARCHAR)", "RIGHT(t, 2)",
]  # fmt: skip


@pytest.mark.parametrize("sql", UNLIKE)
def test_what_engines_read_differently_is_drawn_as_duckdb_computes(sql):
    rows = [(None,) * len(TYPES), *ROWS]
    found, wanted = values(sql, rows), expected(sql, rows)
    alike = [pytest.approx(value, rel=1e-12) if isinstance(value, float) else value for value in wanted]
    assert found == alike


@pytest.mark.parametrize(("sql", "said"), {
    "SUBSTRING(t, -2)": "from 1 on", "RIGHT(t, 0)": "from 1 on", "LEFT(t, n)": "from 1 on", "TRY_CAST(t AS BIGINT)": "TRY_CAST stands in SELECTs",
    "EXTRACT(MILLISECOND FROM seen)": "read in several ways", "STRFTIME(seen, '%f')": "six digits or nine",
    "CAST(day AS BIGINT)": "a moment is no number", "CAST(n AS DATE)": "a moment is no number", "CAST(t AS BOOLEAN)": "write a comparison",
    "INITCAP(t)": "unknown function 'initcap'", "OCTET_LENGTH(t)": "unknown function 'octet_length'",
}.items())  # fmt: skip
def test_what_cannot_be_drawn_alike_is_refused(sql, said):
    with pytest.raises(SqlError, match=said):
        compile_expression(sql, TYPES)
