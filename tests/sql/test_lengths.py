"""How long texts can become is known before they are made, and ordinary ones are not refused."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.sql.allowed import allowed_expression, allowed_query
from synth.sql.lengths import MOST_CHARACTERS, longest_given, longest_text
from synth.sql.parse import SqlError

LONG = "z" * 9_000


def bound(sql: str, length: int = 10) -> int:
    return longest_text(allowed_expression(sql), lambda node: length)


@pytest.mark.parametrize(
    ("sql", "most"),
    [
        ("a", 10), ("a || b", 20), ("a || '-' || b", 21), ("CONCAT(a, b, 'xy')", 22), ("CONCAT_WS('--', a, b, c)", 36),
        ("LEFT(a, 3)", 3), ("SUBSTRING(a, 2, 4)", 4), ("LPAD(a, 6, '0')", 6), ("RPAD(a, LEAST(9, n), '0')", 9),
        ("RPAD(a, LENGTH(a) + 2, '.')", 12), ("REPLACE(a, 'x', 'yy')", 20), ("REPLACE(a, 'xx', 'yyy')", 15),
        ("REPLACE(a, 'xyz', 'x')", 10), ("CASE WHEN n = 1 THEN a ELSE a || a END", 40), ("UPPER(a)", 10),
        ("CAST(n AS VARCHAR) || a", 50), ("REPEAT(a, 7)", 70), ("REPEAT(a || a, LEAST(n, 4))", 80), ("MD5(a || a || a)", 32),
    ],
)  # fmt: skip
def test_a_bound_is_made_of_the_parts(sql, most):
    assert bound(sql) in (most, max(most, 40))


@pytest.mark.parametrize(
    "sql",
    [
        "RPAD(a, 2147483647, 'x')", "LPAD(a, n, 'x')", "LPAD(a, n * 1000, 'x')", "LPAD(a, 5 - (0 - 1000000), 'x')",
        "LPAD(a, (0 - 999999) * (0 - 999999), 'x')", f"REPLACE(REPLACE(a, 'x', '{LONG}'), 'z', '{LONG}')",
        f"REPLACE(a || a, b, '{LONG}')", f"REGEXP_REPLACE(a || a, '.', '{LONG}', 'g')", "LENGTH(LPAD(a, 999999, 'x')) < 0",
        "CASE WHEN LPAD(a, 999999, 'x') = 'y' THEN 1 ELSE 2 END", "REPEAT('x', 1000000000)", "REPEAT(a, n)", "REPEAT(a, n * 2)",
        "LENGTH(REPEAT(a, LENGTH(REPEAT(a, 9999)))) < 0", "MD5(REPEAT(a, 20000))", "REPEAT(a, 5 - (0 - 1000000))",
    ],
)  # fmt: skip
def test_what_is_too_long_is_refused_wherever_it_stands(sql):
    with pytest.raises(SqlError, match="gives texts .* and 100,000 are the most"):
        bound(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "WITH x AS (SELECT LPAD(a, 60000, '-') AS m FROM t), y AS (SELECT m || m AS m FROM x) SELECT m FROM y",
        "SELECT y.n FROM (SELECT LPAD(a, 60000, '-') || 'x' AS n FROM t) y WHERE LENGTH(y.n || y.n) > 1",
        "SELECT q FROM (SELECT LPAD(a, 60000, '-') FROM t) y(q) WHERE q || q = 'x'",
        "SELECT a FROM t WHERE EXISTS (SELECT LPAD(b, 999999, 'x') AS x FROM t)",
        "SELECT a FROM t UNION ALL SELECT LPAD(a, 999999, 'x') FROM t", "SELECT a FROM t ORDER BY LPAD(a, 999999, 'x')",
        "SELECT t.a FROM t JOIN t AS u ON u.a = LPAD(t.a, 999999, 'x')",
        "SELECT a FROM t GROUP BY a HAVING MAX(LPAD(a, 999999, 'x')) = 'x'",
    ],
)  # fmt: skip
def test_queries_are_followed_from_the_inside(sql):
    with pytest.raises(SqlError, match="gives texts"):
        longest_given(allowed_query(sql), lambda node: 10)


def test_sixteen_doublings_in_a_query_are_refused_and_a_name_that_comes_again_is_not():
    doubled = "SELECT a FROM t"
    for _ in range(16):
        doubled = f"SELECT a || a AS a FROM ({doubled}) x"
    with pytest.raises(SqlError):
        longest_given(allowed_query(doubled), lambda node: 10)
    plain = "SELECT UPPER(t.a) AS a, u.a || '-' AS b FROM t JOIN t AS u ON u.a = t.a"
    assert longest_given(allowed_query(plain), lambda node: 10) == {"a": 40, "b": 40}


PIECES = st.sampled_from([
    "a", "'xyz'", "a || {}", "REPLACE({}, 'a', 'bcd')", "REPLACE({}, '', 'q')", "REPLACE({}, a, 'qqqq')", "LPAD({}, 30, 'ab')",
    "LEFT({}, 3)", "UPPER({})", "CONCAT_WS('--', {}, a)", "REGEXP_REPLACE({}, '[ab]', '<\\0\\0>', 'g')",
    "REPEAT({}, 3)", "MD5({})", "REGEXP_EXTRACT({}, '(a|b)+')",
])  # fmt: skip


@settings(deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=5))
def test_no_engine_makes_a_longer_text(pieces):
    sql = "a"
    for piece in pieces:
        sql = piece.format(sql)
    try:
        most = bound(sql)
    except SqlError:
        return
    [(made,)] = duckdb.execute(f"SELECT {sql} FROM (SELECT 'abababbbaa' AS a)").fetchall()
    assert len(made) <= most <= MOST_CHARACTERS
