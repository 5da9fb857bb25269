"""SQL of a spec reaches nothing but the spec's tables: everything else is refused by `check`, with its place."""

from __future__ import annotations

import polars as pl
import pytest

from synth.errors import SpecError
from synth.spec.load import parse
from synth.sql.allowed import ALLOWED, allowed_expression, allowed_query, spelt
from synth.sql.functions import FUNCTIONS
from synth.sql.parse import SqlError, query, tables
from synth.sql.typed import RULES

SPEC = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  orders:
    rows: 5
    columns:
      id: {key: sequence}
      note: {choice: {a: 1}}
"""
OUTSIDE = {  # SQL in the place of a table -> what is said of it
    "'secret.csv'": "unknown table 'secret.csv'",
    '"secret.csv"': "unknown table 'secret.csv'",
    "orders.secret": "the spec's tables alone",
    "information_schema.tables": "the spec's tables alone",
    "sqlite_master": "unknown table 'sqlite_master'",
    "read_csv('secret.csv')": "the spec's tables alone",
    "read_text('/etc/passwd')": "the spec's tables alone",
    "glob('/*')": "the spec's tables alone",
    "duckdb_settings()": "the spec's tables alone",
    "pragma_database_list()": "the spec's tables alone",
    "query('SELECT 1')": "the spec's tables alone",
    "query_table('secret.csv')": "the spec's tables alone",
    "sniff_csv('secret.csv')": "the spec's tables alone",
    "range(1000000000)": "the spec's tables alone",
    "(VALUES (1))": "no part of a spec's SQL",
    "(FROM 'secret.csv')": "unknown table 'secret.csv'",
    "(SELECT 1 FROM 'secret.csv')": "unknown table 'secret.csv'",
    "(WITH s AS (SELECT 1 AS id) SELECT id FROM s) x JOIN s": "unknown table 's'",
    "(PIVOT orders ON note)": "bad SQL|no part of a spec's SQL|the spec's tables alone",
}
VALUES = {  # SQL in the place of a value -> what is said of it
    "getenv('HOME')": "unknown function 'getenv'",
    "current_setting('temp_directory')": "unknown function 'current_setting'",
    "nextval('s')": "unknown function 'nextval'",
    "getvariable('x')": "unknown function 'getvariable'",
    "pg_read_file('/etc/passwd')": "unknown function 'pg_read_file'",
    "load_extension('x')": "unknown function 'load_extension'",
    "load_file('/etc/passwd')": "unknown function 'load_file'",
    "sleep(1000)": "unknown function 'sleep'",
    "pg_sleep(1000)": "unknown function 'pg_sleep'",
    "random()": "unknown function 'rand'",
    "uuid()": "unknown function 'uuid'",
    "now()": "no clock is read",
    "CAST(CAST('2024-01-01' AS TIMESTAMPTZ) AS VARCHAR)": "no time zone is read",
    "uper(note)": "unknown function 'uper'(.|\n)*did you mean 'upper'",
    "$1": "no part of a spec's SQL",
    "note COLLATE nocase": "unknown function 'collate'",
    "[note]": "no part of a spec's SQL|unknown function 'array'",
}
STATEMENTS = [
    "COPY orders TO 'x.csv'", "ATTACH 'x.db'", "INSTALL httpfs", "LOAD httpfs", "PRAGMA version", "SET memory_limit = '1TB'",
    "CREATE TABLE x AS SELECT 1", "DROP TABLE orders", "CALL pragma_version()", "EXPORT DATABASE 'x'", "SELECT id INTO x FROM orders",
    "INSERT INTO orders SELECT 1", "WITH RECURSIVE r AS (SELECT id FROM orders UNION ALL SELECT id FROM r) SELECT id FROM r",
    "SELECT id FROM orders TABLESAMPLE 3", "SELECT id FROM orders FOR UPDATE", "SELECT 1",
    "SELECT id FROM orders, UNNEST([1]) u", "SELECT id FROM orders; COPY orders TO 'x'",
]  # fmt: skip


def refused(text, place, message):
    with pytest.raises(SpecError, match=message) as caught:
        parse(SPEC + text)
    assert place in str(caught.value)


@pytest.mark.parametrize("table", OUTSIDE)
def test_a_rule_reads_the_specs_tables_alone(table):
    refused(f"rules:\n  r: |\n    SELECT o.id FROM orders o JOIN {table} ON 1 = 1\n", "rules.r", OUTSIDE[table])


@pytest.mark.parametrize("table", OUTSIDE)
def test_a_derived_select_reads_the_specs_tables_alone(table):
    derived = f"  d:\n    primary_key: [id]\n    columns: {{id: {{type: bigint}}}}\n    select: |\n      SELECT o.id FROM orders o CROSS JOIN {table}\n"
    refused(derived, "tables.d.select", f"{OUTSIDE[table]}|unknown table|bad SQL")


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("form", [
    "rules:\n  r: |\n    SELECT id FROM orders WHERE {} = note\n",
    "    checks:\n      r: |\n        {} = note\n",
    "      word:\n        choice: {{a: 1}}\n        check: |\n          {} = word\n",

    "  d:\n    primary_key: [id]\n    columns: {{id: {{type: bigint}}}}\n    select: |\n      SELECT id FROM orders WHERE {} = note\n",
], ids=["rule", "check", "column", "select"])  # fmt: skip
def test_functions_come_from_the_list(form, value):
    refused(form.format(value), "tables." if "rules" not in form else "rules.r", VALUES[value])


@pytest.mark.parametrize("value", VALUES)
def test_expressions_call_functions_of_the_list(value):
    with pytest.raises(SqlError, match=VALUES[value].partition("(.|")[0]):
        allowed_expression(value)
    with pytest.raises(SpecError):
        parse(SPEC + f"      word:\n        expr: |\n          {value}\n")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_rule_is_one_select(statement):
    refused(f"rules:\n  r: |\n    {statement}\n", "rules.r", "r: ")


@pytest.mark.parametrize(
    ("sql", "read"),
    [
        ("WITH a AS (SELECT id FROM b), c AS (SELECT id FROM a) SELECT id FROM c JOIN d ON 1 = 1", ("d", "b")),
        ("SELECT id FROM a WHERE EXISTS (WITH a AS (SELECT 1 AS id) SELECT id FROM a)", ("a",)),
        ("SELECT id FROM a WHERE EXISTS (WITH b AS (SELECT 1 AS id) SELECT id FROM b) UNION SELECT id FROM b", ("a", "b")),
        ("WITH a AS (SELECT id FROM a) SELECT id FROM a", ("a",)),
        ("WITH a AS (SELECT 1 AS id) SELECT id FROM a UNION ALL SELECT id FROM (SELECT id FROM a) x", ()),
        ("WITH a AS (WITH b AS (SELECT 1 AS id) SELECT id FROM b) SELECT id FROM b", ("b",)),
        ("WITH a AS (SELECT id FROM b), b AS (SELECT 1 AS id) SELECT a.id FROM a JOIN b ON 1 = 1", ("b",)),
        ("WITH a AS (SELECT 1 AS id) SELECT id FROM A", ("A",)),
    ],
)  # fmt: skip
def test_a_name_of_a_with_holds_in_its_query_alone(sql, read):
    assert tables(query(sql)) == read


def test_an_engine_reads_what_was_looked_at(tmp_path):
    """Engines end a comment where sqlglot does not, and know tables of files: they are given the tree, not the text."""
    (tmp_path / "secret.csv").write_text("x\n7\n")
    sql = f"SELECT id /* /* */ + (SELECT x FROM read_csv('{tmp_path}/secret.csv')) /* */ */ AS id FROM orders"
    allowed_query(sql)
    given = pl.SQLContext(frames={"orders": pl.LazyFrame({"id": [1]})}).execute(spelt(sql)).collect()
    assert given["id"].to_list() == [1]


def test_the_list_holds_what_is_typed():
    assert ALLOWED >= {*RULES, *FUNCTIONS}


@pytest.mark.parametrize("sql", [
    "SQRT(n)", "a ILIKE 'x%'", "REGEXP_MATCHES(a, '[A-Z]')", "LPAD(a, 3, '0')", "DATE_TRUNC('month', d)", "n % 2", "n // 2", "d + 30",
    "a IN ('x', 'y')", "CAST(a AS DATE)", "DATE '2024-01-01' < d", "CONCAT_WS('-', a, b)", "CASE a WHEN 'x' THEN 1 ELSE 2 END",
    "a IS DISTINCT FROM b", "a LIKE 'x!%' ESCAPE '!'", "STRFTIME(d, '%Y')", "DATE_PART('year', d)", "SUFFIX(a, 'x')",
])  # fmt: skip
def test_usual_functions_are_allowed(sql):
    allowed_expression(sql)


@pytest.mark.parametrize("sql", [
    "SELECT a, ROW_NUMBER() OVER (PARTITION BY b ORDER BY c DESC) AS n FROM t", "SELECT a FROM t GROUP BY a HAVING MEDIAN(b) > 3",
    "SELECT a, SUM(b) OVER (ORDER BY c ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM t", "SELECT STRING_AGG(a, ',') FROM t",
    "SELECT DISTINCT a FROM t EXCEPT SELECT a FROM u", "SELECT a FROM t WHERE b > ALL (SELECT b FROM u)", "SELECT LAG(a, 2) OVER w FROM t WINDOW w AS (ORDER BY b)",
    "SELECT COUNT(*) FILTER (WHERE a > 1) FROM t", "SELECT a FROM (t JOIN u ON t.a = u.b)", "SELECT a FROM t ORDER BY a NULLS FIRST LIMIT 3",
])  # fmt: skip
def test_usual_queries_are_allowed(sql):
    allowed_query(sql)
