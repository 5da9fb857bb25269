"""Names in queries mean what they mean in DuckDB, which runs the query as written and as it is with every name found."""

from __future__ import annotations

import duckdb
import pytest

from synth.dtypes import DType, decimal
from synth.sql.parse import SqlError, query, runnable
from synth.sql.queries import columns_given, typed_query

TABLES = {
    "things": {"id": DType("bigint"), "n": DType("bigint"), "m": DType("bigint"), "Flag": DType("boolean"), "price": decimal(12, 2)},
    "parts": {"id": DType("bigint"), "thing_id": DType("bigint"), "amount": decimal(12, 2)},
}  # fmt: skip
ROWS = {
    "things": [(1, 4, 3, True, 1), (2, -7, 2, False, 2), (3, 7, -2, True, 3), (4, None, None, None, None), (5, 9, 2, True, 1)],
    "parts": [(1, 1, 1), (2, 1, 2), (3, 2, 2), (4, None, 5), (5, 5, 1)],
}  # fmt: skip
QUERIES = [
    "SELECT n + 1 AS n FROM things WHERE n > 4",
    "SELECT n + 1 AS k FROM things WHERE k > 2",
    "SELECT id AS a, a + 1 AS b, b * 2 AS c FROM things WHERE c > 4",
    "SELECT id AS n, n AS id FROM things WHERE id > 3",
    "SELECT id % 2 AS id, COUNT(*) AS c FROM things GROUP BY id",
    "SELECT id % 2 AS g, SUM(n) AS n FROM things GROUP BY g HAVING n > 5",
    "SELECT flag, SUM(n) AS m FROM things GROUP BY flag HAVING m > 5",
    "SELECT flag, MAX(m) AS m, n FROM things GROUP BY flag, n HAVING n > 3 AND m > 1",
    "SELECT flag, SUM(n) AS n FROM things GROUP BY flag HAVING SUM(n) > 5",
    "SELECT COUNT(*) AS n, FLAG FROM Things GROUP BY Flag HAVING n > 1",
    "SELECT p.id FROM parts p WHERE EXISTS (SELECT 1 FROM things WHERE n > amount AND id = thing_id)",
    "SELECT t.id FROM things t WHERE t.n = (SELECT MAX(n) FROM things WHERE id <> t.id)",
    "SELECT x.id_1 FROM (SELECT t.id, p.id FROM things t JOIN parts p ON p.thing_id = t.id) x",
    "SELECT d.b FROM (SELECT id, n FROM things UNION ALL SELECT thing_id, id FROM parts) AS d(a, b) WHERE d.a > 1",
    "WITH a(x, y) AS (SELECT id, n FROM things) SELECT one.x FROM a one JOIN a two ON one.x = two.y",
    "WITH a AS (SELECT id FROM things), b AS (SELECT a.id FROM a JOIN things t ON t.id = a.id) SELECT id FROM b WHERE id > 2",
    "SELECT id FROM things WHERE id IN (SELECT id FROM parts UNION SELECT thing_id FROM parts)",
    "SELECT CASE id WHEN 1 THEN n ELSE m END AS v, v + 1 AS w FROM things",
    "SELECT id FROM (SELECT id FROM things) WHERE id > 3",
]


@pytest.mark.parametrize("sql", QUERIES)
def test_names_mean_what_they_mean_in_duckdb(sql):
    with duckdb.connect() as connection:
        for name, types in TABLES.items():
            columns = ", ".join(f'"{column}" {dtype.duckdb}' for column, dtype in types.items())
            connection.execute(f"CREATE TABLE {name} ({columns})")
            connection.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(types))})", ROWS[name])
        tree = typed_query(query(sql).copy(), TABLES)
        named = connection.execute(tree.sql(dialect="duckdb")).fetchall()
        assert sorted(map(str, named)) == sorted(map(str, connection.execute(sql).fetchall()))


def test_columns_are_given_as_they_are_declared_or_written():
    tree = typed_query(query("SELECT FLAG, n AS Total, n + 1, id, id FROM things").copy(), TABLES)
    assert [name for name, _ in columns_given(tree)] == ["Flag", "Total", "column_3", "id", "id_1"]


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELECT none FROM things", "unknown column none"), ("SELECT p.id FROM things", "unknown column p.id"),
        ("SELECT t.none FROM things t", "unknown column t.none"), ("SELECT id FROM things, parts", "id is a column of things and of parts"),
        ("SELECT id FROM nothing", "unknown table nothing"), ("SELECT a.id FROM things a, parts A", "two tables are called A"),
        ("WITH things AS (SELECT 1 AS id) SELECT id FROM things", "WITH things: there is a table of this name; write another"),
        ("WITH a(x) AS (SELECT id, n FROM things) SELECT x FROM a", "a has 2 columns, not 1"),
        ("SELECT id FROM things WHERE id = (SELECT id, n FROM things)", r"one column is expected: \(SELECT id, n FROM things\)"),
        ("SELECT d.id FROM things t JOIN (SELECT t.id FROM parts) d ON TRUE", "unknown column t.id"),
        ("SELECT COUNT(DISTINCT id, n) AS c FROM things", "DISTINCT of several columns is not known everywhere"),
        ("SELECT id FROM (things)", "not every database knows TABLE as in things"),
        ("SELECT price FROM things WHERE n > '5'", "values of different kinds meet: bigint, text"),
        ("SELECT price FROM things WHERE things.price || '' = ''", r"decimal\(12,2\) as a text reads differently in every database: things.price$"),
    ],
)  # fmt: skip
def test_refusals(sql, message):
    with pytest.raises(SqlError, match=message):
        typed_query(query(sql).copy(), TABLES)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("at < b -- at;", '"at" < b'),
        ("SELECT t.at, b AS at FROM t WHERE AT > 'at';", 'SELECT t."at", b AS "at" FROM t WHERE "AT" > \'at\''),
        ("at AT TIME ZONE 'UTC' > b", "\"at\" AT TIME ZONE 'UTC' > b"),
    ],
)
def test_a_column_may_be_called_at(text, wanted):
    """DuckDB takes it for a word of its own before a comparison."""
    assert runnable(text) == wanted
    if not text.startswith("SELECT"):
        return
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t AS SELECT 'x' AS at, 'y' AS b")
        assert connection.execute(wanted).fetchall() == [("x", "y")]
