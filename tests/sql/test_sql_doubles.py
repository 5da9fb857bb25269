"""Expressions of columns that are doubles: exact numbers meet doubles, as in DuckDB; in other columns they stay apart."""

from __future__ import annotations

import random

import duckdb
import polars as pl
import pytest

from synth.dtypes import DOUBLE, DType
from synth.errors import DataError
from synth.spec.load import parse
from synth.sql.compile import as_type, compile_expression
from synth.sql.parse import SqlError
from synth.verifying.rehearse import rehearse
from tests.support.decimals import OTHERS, TYPES, major

ALL = {**TYPES, **OTHERS}
MIXED = [
    "a * d", "d - b", "a / b", "n / 7", "a + b", "a * b - d", "d * d / n", "-d + ABS(d) * 2", "CASE WHEN a > d THEN a ELSE d END", "COALESCE(d, a, 1)",
    "LEAST(a, d)", "GREATEST(d, n, 0.5)", "NULLIF(d, 0.5)", "CASE WHEN d BETWEEN b AND a THEN 1 ELSE 0.25 END", "ROUND(a / NULLIF(b, 0), 3) * d",
    "ROUND(d * 1.5, 2)", "ROUND(d)", "FLOOR(d) + CEIL(a)", "CAST(a AS DOUBLE) / 3", "SQRT(ABS(a)) + EXP(-ABS(d))", "LN(ABS(b) + 1)", "POWER(b, 2)",
    "d + SIGN(d)", "0.1", "a", "n * 1e-3 * d", "d + 1",
]  # fmt: skip


def made_rows():
    """Rows of every mixture of NULLs, zeros, halves and large numbers, in minor units."""
    generator = random.Random(7)
    exact = [None, 0, 1, -1, 50, -250, 99_999, *(generator.randint(-(10**6), 10**6) for _ in range(20))]
    doubles = [None, 0.0, 0.5, -2.5, 1e6, *(round(generator.uniform(-1e4, 1e4), 3) for _ in range(20))]
    for _ in range(400):
        row = {name: generator.choice(exact) for name in TYPES}
        yield {**row, "n": row["n"] and row["n"] % 1000, "d": generator.choice(doubles)}


ROWS = list(made_rows())


@pytest.fixture(scope="module")
def table():
    """A connection with the rows in major units."""
    names = [*TYPES, "d"]
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE r ({', '.join(f'{name} {ALL[name].duckdb}' for name in names)})")
        cells = [{**major({k: v for k, v in row.items() if k != "d"}), "d": row["d"]} for row in ROWS]
        connection.executemany(
            f"INSERT INTO r VALUES ({', '.join('?' * len(names))})", [[r[n] for n in names] for r in cells]
        )
        yield connection


def evaluated(sql, given_rows):
    compiled = as_type(compile_expression(sql, ALL, DOUBLE), DOUBLE)
    schema = {name: dtype.drawn for name, dtype in ALL.items()}
    frame = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in given_rows], schema=schema)
    found = compiled.evaluate(frame)
    return (found if len(found) == len(given_rows) else found.new_from_index(0, len(given_rows))).to_list()


@pytest.mark.parametrize("sql", MIXED)
def test_doubles_are_drawn_as_duckdb_computes(sql, table):
    wanted = [value for (value,) in table.execute(f"SELECT CAST({sql} AS DOUBLE) FROM r ORDER BY rowid").fetchall()]
    near = [each if each is None else pytest.approx(each, rel=1e-12, abs=1e-12, nan_ok=True) for each in wanted]
    assert evaluated(sql, ROWS) == near


@pytest.mark.parametrize("sql", ["a * d", "d - b", "a / b", "ROUND(d, 2)", "COALESCE(d, 1)", "CAST(a AS DOUBLE)", "-d"])
def test_in_other_columns_they_stay_apart(sql):
    for wanted in (None, DType.parse("decimal(12,2)")):
        with pytest.raises(SqlError):
            compile_expression(sql, ALL, wanted)


@pytest.mark.parametrize("sql", ["d % 2", "ROUND(d, -2)", "d || a", "d = t"])
def test_what_is_refused_in_doubles(sql):
    with pytest.raises(SqlError):
        evaluated(sql, [{}])


def test_exact_numbers_on_the_way_do_not_wrap():
    with pytest.raises(OverflowError):
        evaluated("d + n * n * n", [{"d": 1.5, "n": 2**40}])


SPEC = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  a:
    rows: 50
    columns:
      id: {key: sequence}
      price: {uniform: {min: 1, max: 9}, type: "decimal(9,2)"}
      n: {uniform: {min: 0, max: 3}, type: integer}
      x: {normal: {mean: 5, sd: 1}, type: double}
      y: {expr: EXPR, type: double}
"""


@pytest.mark.parametrize(
    "sql", ["price * x / 3", "price / (n + 1)", "SQRT(price)", "CASE WHEN n = 0 THEN x ELSE price END"]
)
def test_a_spec_with_doubles_is_good(sql):
    rehearse(parse(SPEC.replace("EXPR", sql)))


@pytest.mark.parametrize("sql", ["price / n", "LN(n - 1)", "SQRT(0 - price)"])
def test_what_is_no_number_is_told(sql):
    with pytest.raises(DataError, match="NaN or infinity comes out, and a double holds numbers alone"):
        rehearse(parse(SPEC.replace("EXPR", sql)))
