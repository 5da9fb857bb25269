"""SELECTs of derived tables, worked out block by block, against DuckDB over whole tables; NULLs are among all that is read."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest

from synth.api import frame
from synth.errors import DataError, SpecError
from synth.plan.make import make
from synth.spec.load import parse
from synth.verifying.rehearse import rehearse

BASE = """
dataset: t
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  a:
    rows: 10_500
    columns:
      id: {key: sequence}
      t: {arrival: {}}
      n: {uniform: {min: -9, max: 9}, null_share: 0.1}
      m: {uniform: {min: -50.5, max: 50.5}, type: "decimal(9,2)", null_share: 0.1}
      p: {uniform: {min: 0.1, max: 9.9}, type: "decimal(6,3)"}
      x: {normal: {mean: 0, sd: 10}}
      s: {choice: {abc: 1, "ABC": 1, "": 1, "ä ö": 1, "a_b%c": 1, zz: 1, " pad ": 1}, null_share: 0.1}
      f: {choice: {true: 1, false: 1}, null_share: 0.2}
      e: {uniform: {min: 2024-01-01, max: 2026-12-31}, null_share: 0.1}
      cc: {reference: c, null_share: 0.1}
  b:
    per: a
    fanout: {max: 5, mean: 2, poisson: true}
    columns:
      bid: {key: sequence}
      aid: {reference: a}
      q: {uniform: {min: -3, max: 3}, null_share: 0.2}
      v: {uniform: {min: -5.0, max: 5.0}, type: "decimal(8,2)"}
      k: {choice: {x: 1, y: 1}, null_share: 0.2}
      o: {ordinal: a}
  c:
    values: [[1, one, 1.5], [2, two, null], [3, three, -2.25]]
    primary_key: [id]
    columns: {id: {type: bigint}, w: {type: text}, r: {type: "decimal(5,2)", nullable: true}}
  d:
    primary_key: [id]
    select: |
      SELECT
    columns: {}
"""

TYPES = {
    "DOUBLE": "double", "FLOAT": "double", "VARCHAR": "text", "BOOLEAN": "boolean", "DATE": "date", "TIMESTAMP": "timestamp",
}  # fmt: skip

WINDOWS = [f"SELECT bid AS id, {window} AS z FROM b" for window in (
    "RANK() OVER (PARTITION BY aid ORDER BY q DESC)",
    "RANK() OVER (PARTITION BY aid ORDER BY k, q DESC)",
    "DENSE_RANK() OVER (PARTITION BY aid ORDER BY q DESC NULLS FIRST)",
    "ROW_NUMBER() OVER (PARTITION BY aid ORDER BY q DESC, bid)",
    "ROW_NUMBER() OVER (PARTITION BY aid ORDER BY q DESC NULLS LAST, bid)",
    "ROW_NUMBER() OVER (PARTITION BY aid ORDER BY k NULLS FIRST, bid DESC)",
    "LAG(v) OVER (PARTITION BY aid ORDER BY q DESC, bid)",
    "LAG(v, 1, 0) OVER (PARTITION BY aid ORDER BY o)",
    "FIRST_VALUE(v) OVER (PARTITION BY aid ORDER BY q DESC, bid)",
    "SUM(v) OVER (PARTITION BY aid ORDER BY q DESC, bid)",
    "SUM(v) OVER (PARTITION BY aid ORDER BY k DESC)",
    "SUM(v) OVER (PARTITION BY aid ORDER BY o ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    "SUM(v) OVER (PARTITION BY aid ORDER BY o ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)",
    "NTILE(2) OVER (PARTITION BY aid ORDER BY bid)",
)]  # fmt: skip

JOINED = [f"SELECT b.bid AS id, {value} AS z FROM b JOIN a ON a.id = b.aid" for value in (
    "a.f IS NOT TRUE", "a.f IS NOT FALSE", "NOT (a.f IS TRUE)", "(a.n > 3) IS NOT TRUE", "a.n IS DISTINCT FROM b.q",
    "CASE WHEN a.f IS NOT TRUE THEN 1 ELSE 2 END", "a.f = (b.q > 0)", "a.n NOT IN (1, NULL)",
    "CAST(a.m AS INTEGER)", "CAST(a.x AS BIGINT)", "CAST(a.m AS DECIMAL(9,1))", "CAST(a.p AS SMALLINT)", "CAST(a.f AS INTEGER)",
    "ROUND(CAST(a.n AS DOUBLE) * 0.125, 2)", "ROUND(a.n / 8, 2)", "ROUND(b.v / a.p, 2)", "ROUND(a.n, -1)", "a.n // 4", "a.n % -4",
    "ROUND(b.v * 0.125, 2)", "b.v * a.p", "LOG(10, ABS(a.x) + 1)", "LOG(ABS(a.x) + 1)", "a.n / NULLIF(b.q, 0)",
    "a.e - CAST(a.t AS DATE)", "DATE_DIFF('day', a.t, a.e)", "DATE_DIFF('month', a.t, a.e)", "a.e + 30", "LAST_DAY(a.e)",
    "a.e + INTERVAL '1 month'", "DATE_TRUNC('week', a.e)", "EXTRACT(DOW FROM a.t)", "STRFTIME(a.t, '%Y-%m')",
    "STRPOS(a.s, 'b')", "SUBSTRING(a.s, -2)", "SUBSTRING(a.s, 0, 2)", "LEFT(a.s, 0)", "LEFT(a.s, -1)", "RIGHT(a.s, 2)",
    "REPLACE(a.s, '', 'x')", "CAST(a.t AS VARCHAR)", "CAST(a.x AS VARCHAR)", "CAST(a.m AS VARCHAR)", "a.s || '-' || a.t",
    "CONCAT(a.s, b.k)", "UPPER(a.s || 'ß')", "TRIM(a.s)", "a.s LIKE 'a!_b%' ESCAPE '!'", "REGEXP_MATCHES(a.s, '^a')",
    "CHR(CAST(65 + b.o AS INTEGER))", "GREATEST(a.n, NULL, b.q)",
    "a.t - INTERVAL (b.o) MONTH", "a.e + INTERVAL (a.n) QUARTER", "a.t + INTERVAL (b.q) MINUTE", "CAST(a.e + INTERVAL (b.o) YEAR AS DATE)",
    "DATE_SUB('month', a.e, a.t)", "DATE_SUB('week', a.t, a.e)", "DATE_DIFF('hour', a.e, a.t)", "DATE_TRUNC('hour', a.t)",
    "LAST_DAY(a.t)", "MAKE_DATE(2000 + b.o, 2, 29 - b.o)", "EXTRACT(WEEK FROM a.t)", "ISOYEAR(a.e)", "EXTRACT(SECOND FROM a.t)", "SIGN(a.m)",
    "LPAD(a.s, 4, '.')", "RPAD(a.s, 4, 'ä')", "FORMAT('{:,.2f}', a.m)", "FORMAT('{:04d}', a.n)",
)]  # fmt: skip

GROUPED = [f"SELECT aid AS id, {value} AS z FROM b GROUP BY aid" for value in (
    "CAST(SUM(v) AS INTEGER)", "CAST(SUM(v) AS DECIMAL(9,1))", "ROUND(SUM(v) / COUNT(*), 2)", "ROUND(AVG(v), 2)", "MEDIAN(v)",
    "BOOL_AND(q > 0)", "COUNT(DISTINCT k)", "SUM(q) FILTER (WHERE k = 'x')", "STRING_AGG(k, ',' ORDER BY o DESC)", "ARG_MAX(v, o)",
    "SUM(v) / NULLIF(SUM(q), 0)", "STDDEV_POP(v)",
)]  # fmt: skip

OTHERS = [
    "SELECT id FROM a WHERE f IS NOT TRUE", "SELECT id FROM a WHERE NOT (f IS TRUE)", "SELECT id FROM a WHERE (n > 3) IS NOT TRUE",
    "SELECT id, LOG(10, ABS(x) + 1) AS z FROM a", "SELECT id, SUBSTRING(s, -2) AS z FROM a", "SELECT id, LEFT(s, 0) AS z FROM a",
    "SELECT id, REPLACE(s, '', 'x') AS z FROM a", "SELECT id, CAST(t AS VARCHAR) AS z FROM a",
    "SELECT id, UPPER('ß') AS z, n FROM a", "SELECT id, CASE WHEN NULL THEN 1 ELSE 2 END AS z, n FROM a",
    "SELECT id, TRIM('a' FROM s) AS z FROM a",
    "SELECT bid AS id, SUM(v) OVER w AS z FROM b WINDOW w AS (PARTITION BY aid ORDER BY o)",
    "SELECT bid AS id, SUM(v) OVER (w ORDER BY o) AS z FROM b WINDOW w AS (PARTITION BY aid)",
    "SELECT id FROM a WHERE id IN (SELECT aid FROM b WHERE b.aid = a.id AND b.q = 1)",
    "SELECT id FROM a WHERE n > ALL (SELECT q FROM b WHERE b.aid = a.id)",
    "SELECT a.id * 10 + c.id AS id, ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY c.r DESC, c.w) AS z FROM a CROSS JOIN c",
    "SELECT bid AS id, ROUND(v / NULLIF(SUM(v) OVER (PARTITION BY aid), 0), 3) AS z FROM b",
    "SELECT id, c.w AS z FROM a JOIN c USING (id)",
    "SELECT id, (SELECT SUM(v) FROM b WHERE b.aid = a.id AND b.q > 0) AS z FROM a",
    "SELECT bid AS id, v FROM b QUALIFY ROW_NUMBER() OVER (PARTITION BY aid ORDER BY q DESC, bid) = 1",
]  # fmt: skip


@pytest.fixture(scope="module")
def whole():
    """A connection with the whole tables that SELECTs read."""
    plan = make(parse(BASE.partition("  d:\n")[0]))
    assert plan.family("a").blocks == 2
    with duckdb.connect(":memory:") as connection:
        for name in ("a", "b", "c"):
            here = frame(plan, name)  # noqa: F841
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM here")
        yield connection


def spec(select, columns):
    declared = ", ".join(f'{name}: {{type: "{kind}", nullable: {str(name != "id").lower()}}}' for name, kind in columns)
    return BASE.replace("SELECT\n", f"{select}\n").replace("columns: {}", f"columns: {{{declared}}}")


def spelt(kind):
    if kind.startswith("DECIMAL"):
        return f"decimal(18,{kind[:-1].partition(',')[2]})"
    return TYPES.get(kind, "bigint")


def comparable(rows):
    doubles = [name for name, kind in rows.schema.items() if kind.is_float()]
    rows = rows.with_columns(pl.col(doubles).round(9) + 0.0)  # no -0.0
    return rows.sort(rows.columns)


@pytest.mark.parametrize("select", [*WINDOWS, *JOINED, *GROUPED, *OTHERS])
def test_a_select_gives_what_duckdb_gives_over_whole_tables(whole, select):
    columns = [(name, spelt(kind)) for name, kind, *_ in whole.execute(f"DESCRIBE {select}").fetchall()]
    drawn = frame(make(parse(spec(select, columns))), "d")
    expected = pl.DataFrame(whole.sql(select)).cast(dict(drawn.schema))
    assert expected.height
    assert comparable(drawn).equals(comparable(expected.select(drawn.columns)), null_equal=True)


@pytest.mark.parametrize(("value", "kind", "said"), [
    ("a.t - a.t", "bigint", r"the SELECT gives interval for 'z', the column is bigint(.|\n)*write CAST\(… AS BIGINT\)"),
    ("a.n + a.f", "bigint", r"bad SQL: \+\(INTEGER, BOOLEAN\) is not known(.|\n)*write CAST"),
    ("a.s", "bigint", "the SELECT gives varchar for 'z', the column is bigint"),
    ("a.f", "bigint", "the SELECT gives boolean for 'z'"),
    ("INITCAP(a.s)", "text", r"unknown function 'initcap'\n"),
    ("OCTET_LENGTH(a.s)", "bigint", "unknown function 'octet_length'"),
    ("SQRT(a.s)", "double", r"bad SQL: sqrt\(VARCHAR\) is not known"),
    ("a.rowid", "bigint", "unknown column 'a.rowid'"),
    ("a.nn", "bigint", "unknown column 'a.nn'(.|\n)*did you mean 'n'"),
    ("a.n AS z, b.q", "bigint", "the SELECT gives 'z' twice"),
])  # fmt: skip
def test_what_a_column_cannot_be_made_of_is_refused_with_its_place(value, kind, said):
    with pytest.raises(SpecError, match=said) as refused:
        parse(spec(f"SELECT b.bid AS id, {value} AS z FROM b JOIN a ON a.id = b.aid", [("id", "bigint"), ("z", kind)]))
    assert refused.value.problems[0].path == ("tables", "d", "select")


@pytest.mark.parametrize(("value", "kind", "said"), [
    ("CAST(a.s AS BIGINT)", "bigint", "'.*' in column s is no bigint(.|\n)*TRY_CAST gives NULL instead"),
    ("CAST(a.s AS DATE)", "date", "'.*' in column s is no date(.|\n)*TRY_CAST"),
    ("CAST(a.s AS DECIMAL(9,2))", "decimal(9,2)", r"'.*' in column s is no decimal\(9,2\)"),
    ("b.q % (b.q - b.q)", "bigint", r"a division by zero: .*(.|\n)*write NULLIF"),
    ("a.n * 4000000000 * 4000000000", "bigint", "a number is too large: overflow in multiplication"),
    ("a.n << 2", "bigint", "bad SQL: cannot left-shift negative number"),
    ("a.n / 4", "bigint", "z: the SELECT gives .*, which is no bigint; write ROUND"),
    ("ROUND(a.n / 8, 3)", "decimal(9,2)", r"which is no decimal\(9,2\); write ROUND\(…, 2\)"),
])  # fmt: skip
def test_what_only_values_show_is_said_in_words_of_a_spec(value, kind, said):
    select = f"SELECT b.bid AS id, {value} AS z FROM b JOIN a ON a.id = b.aid"
    with pytest.raises((DataError, SpecError), match=said) as refused:
        rehearse(parse(spec(select, [("id", "bigint"), ("z", kind)])))
    assert "tables.d.select" in str(refused.value)


@pytest.mark.parametrize("select", [
    "SELECT a.id, c.w AS z FROM a NATURAL JOIN c",
    "SELECT DISTINCT ON (n) id, s AS z FROM a",
    "SELECT c.id, c.w AS z FROM c ANTI JOIN b ON b.q = c.id",
    "SELECT id, s AS z FROM (SELECT * REPLACE (1 AS id) FROM a)",
    "SELECT id, s AS z FROM a UNION ALL BY NAME SELECT k AS z, bid AS id FROM b",
])  # fmt: skip
def test_what_a_block_alone_would_read_otherwise_is_refused(select):
    with pytest.raises(SpecError, match=r"tables\.d\.select: (this is no part of a spec's SQL|.*each block)"):
        parse(spec(select, [("id", "bigint"), ("z", "text")]))


@pytest.mark.parametrize(
    ("kind", "value"),
    [("bigint", "abc"), ("double", "abc"), ("date", "28-02-2024"), ("timestamp", "28-02-2024 10:11:12")],
)
def test_a_text_that_an_expr_cannot_cast_is_said_with_its_place(kind, value):
    made = BASE.partition("  b:\n")[0].replace(
        "{reference: c, null_share: 0.1}", f"{{expr: \"CAST(REPLACE(s, s, '{value}') AS {kind})\"}}"
    )
    made = made.replace("cc: {", f"cc: {{type: {kind}, nullable: true, ")
    with pytest.raises(DataError, match=f"tables.a.columns.cc.expr: '{value}' is no {kind}"):
        frame(make(parse(made)), "a")
