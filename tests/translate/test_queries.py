"""Queries in every database's SQL: each gives the rows that DuckDB gives, or is refused in words."""

from __future__ import annotations

import json
from dataclasses import replace

import duckdb
import pytest

from synth.databases import DIALECTS, connect
from synth.ddl import ddl
from synth.errors import DatabaseError
from synth.spec.load import parse
from synth.spec.scope import Scope
from synth.sql.functions.times import DAY_PARTS, TIME_PARTS, UNITS
from synth.sql.parse import SqlError
from synth.sql.reference import forms
from synth.translate.queries import offence_queries
from synth.verifying.database import _row
from tests.support.servers import change, live, live_address
from tests.support.tsql import lint_tsql

ALL = 1000  # rows asked for

KINDS = {
    "things": {
        "id": "integer", "flag": "boolean", "other": "boolean", "n": "integer", "m": "smallint", "big": "bigint",
        "price": "decimal(12,2)", "rate": "decimal(5,4)", "wide": "decimal(18,3)", "x": "double", "word": "varchar(20)",
        "code": "uuid", "day": "date", "seen": "timestamp",
    },
    "parts": {"id": "integer", "thing_id": "integer", "amount": "decimal(12,2)", "Kind": "varchar(9)", "made": "date"},
}  # fmt: skip
A, B = "00000000-0000-4000-8000-00000000000a", "ffffffff-0000-4000-8000-00000000000b"
ROWS = {
    "things": [
        (1, True, False, 4, 3, 2**40, "0.30", "0.1900", "123456789012345.678", 1.5, "a_b ", A, "2024-02-29", "2024-02-29 23:59:59.999999"),
        (2, False, True, -7, 2, -1, "1.15", "0.5000", "0.001", -2.5, "A_B", B, "2024-03-01", "2024-03-01 00:00:00"),
        (3, True, True, 7, -2, 0, "-1.15", "0.0700", "-0.001", 0.1, "it's \\ ü", A, "2025-12-31", "2025-12-31 12:00:00.5"),
        (4, None, None, None, None, None, None, None, None, None, None, None, None, None),
        (5, False, False, 0, 0, 5, "0.00", "0.0000", "999999999999999.999", 0.0, "", B, "2024-01-01", "2024-01-02 00:00:00.000001"),
        (6, True, None, 9, None, 6, "1000000.05", "1.0000", "-999999999999999.999", 2.675, "漢字", None, "1999-12-31", None),
        (7, None, True, 9, 3, 7, "2.25", "0.3333", None, None, "a_b", A, None, "2024-02-29 00:00:00"),
    ],
    "parts": [
        (1, 1, "0.10", "x", "2024-02-29"), (2, 1, "0.20", "y", "2024-02-28"), (3, 2, "1.15", "x", None), (4, 3, "0.01", "X", "2025-12-31"),
        (5, None, "5.00", "x", "2024-01-01"), (6, 7, None, None, None), (7, 7, "2.25", "x", "2024-03-01"), (8, 99, "1.00", "z", "2024-03-01"),
    ],
}  # fmt: skip

QUERIES = [
    # names
    "SELECT id FROM things WHERE n > 3",
    "SELECT t.id, t.word FROM things t JOIN parts p ON p.thing_id = t.id",
    "SELECT things.id, parts.id FROM things JOIN parts ON things.id = parts.thing_id",
    "SELECT T.ID, p.kind FROM Things t, parts p WHERE t.id = p.THING_ID AND kind = 'x'",
    "SELECT n AS quantity FROM things WHERE quantity > 3",
    "SELECT n + 1 AS more, COUNT(*) AS times FROM things GROUP BY more HAVING times > 1",
    "SELECT n + 1, m FROM things WHERE id < 3",
    "WITH big AS (SELECT id, price FROM things WHERE price > 1), two AS (SELECT id FROM big) SELECT b.id FROM big b JOIN two ON two.id = b.id",
    "WITH c(a, b) AS (SELECT id, price * 2 FROM things) SELECT a FROM c WHERE b = 2.30",
    "SELECT d.a FROM (SELECT id, price - 0.15 FROM things) AS d(a, b) WHERE d.b = 1",
    "SELECT id FROM things t WHERE EXISTS (SELECT 1 FROM parts p WHERE p.thing_id = t.id AND p.amount = t.price)",
    "SELECT id FROM things WHERE id IN (SELECT thing_id FROM parts WHERE amount > 0.15)",
    "SELECT id FROM things WHERE id NOT IN (SELECT thing_id FROM parts WHERE thing_id IS NOT NULL)",
    "SELECT id FROM things WHERE price IN (SELECT amount FROM parts)",
    "SELECT id FROM things WHERE price = (SELECT MAX(amount) FROM parts WHERE amount < 2)",
    "SELECT t.id, p.id FROM things t LEFT JOIN parts p ON p.thing_id = t.id AND p.amount >= t.price",
    "SELECT t.id, p.id FROM things t RIGHT JOIN parts p ON p.thing_id = t.id",
    "SELECT t.id, p.id FROM things t CROSS JOIN parts p WHERE t.id = 1",
    "SELECT DISTINCT word FROM things WHERE word LIKE 'a%'",
    "SELECT id FROM things ORDER BY id DESC",
    "SELECT id -- ! SELECT\n FROM things /*! WHERE id = 1 */",
    # many rows
    "SELECT flag, COUNT(*) AS n, COUNT(price) AS prices, COUNT(DISTINCT n) AS apart FROM things GROUP BY flag",
    "SELECT SUM(n) AS a, SUM(price) AS b, SUM(price * n) AS c, SUM(big) AS d, SUM(n * m) AS e FROM things",
    "SELECT MIN(price) AS a, MAX(price) AS b, MIN(word) AS c, MAX(seen) AS d, MIN(day) AS e, MAX(code) AS f, MAX(wide) AS g FROM things",
    "SELECT SUM(wide) AS a, SUM(rate * price) AS b, SUM(DISTINCT n) AS c FROM things WHERE id < 6",
    "SELECT ROUND(AVG(n), 6) AS a, ROUND(AVG(price), 6) AS b, ROUND(SUM(x), 6) AS c FROM things",
    "SELECT thing_id FROM parts GROUP BY thing_id HAVING SUM(amount) > 0.25 AND COUNT(*) < 3",
    "SELECT p.thing_id, t.price FROM parts p JOIN things t ON t.id = p.thing_id GROUP BY p.thing_id, t.price HAVING t.price <> SUM(p.amount)",
    "SELECT SUM(CASE WHEN flag THEN price ELSE 0 END) AS yes, SUM(CASE WHEN NOT flag THEN 1 ELSE 0 END) AS no FROM things",
    "SELECT flag, SUM(n) AS m FROM things GROUP BY flag HAVING m > 5",
    "SELECT COUNT(*) AS n, flag FROM things GROUP BY flag HAVING n > 1",
    "SELECT COALESCE(SUM(amount), 0) AS none FROM parts WHERE id > 100",
    "SELECT COUNT(*) AS n FROM (SELECT thing_id, SUM(amount) AS s FROM parts GROUP BY thing_id) d WHERE d.s >= 1",
    # UNION and the like
    "SELECT x.id FROM (SELECT id, price FROM things UNION ALL SELECT thing_id, 0 - amount FROM parts) x GROUP BY x.id HAVING SUM(x.price) <> 0",
    "SELECT id, price FROM things UNION SELECT id, amount FROM parts",
    "SELECT 'thing' AS what, id, NULL AS made FROM things UNION ALL SELECT 'part', id, made FROM parts",
    "SELECT id, price AS v FROM things WHERE id = 1 UNION ALL SELECT id, rate FROM things WHERE id = 1 UNION ALL SELECT id, n FROM things WHERE id = 1",
    "SELECT day FROM things EXCEPT SELECT made FROM parts",
    "SELECT id FROM things INTERSECT SELECT thing_id FROM parts",
    "(SELECT id FROM things WHERE id < 3) UNION ALL (SELECT id FROM parts WHERE id > 6)",
    "SELECT day AS moment FROM things WHERE id < 4 UNION ALL SELECT seen FROM things WHERE id < 4",
    # windows
    "SELECT id, SUM(price) OVER (ORDER BY seen, id) AS run FROM things",
    "SELECT id, SUM(n) OVER (PARTITION BY flag ORDER BY m DESC, id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run FROM things",
    "SELECT id, SUM(id) OVER (ORDER BY n DESC NULLS FIRST, m, id ROWS UNBOUNDED PRECEDING) AS run FROM things",
    "SELECT id, SUM(price) OVER (ORDER BY m DESC) AS a, SUM(id) OVER (PARTITION BY flag ORDER BY n) AS b FROM things",
    "SELECT id, ROW_NUMBER() OVER (ORDER BY price NULLS FIRST, id) AS place, RANK() OVER (ORDER BY n DESC) AS rank FROM things",
    "SELECT d.id FROM (SELECT id, LAG(price) OVER (ORDER BY id) AS before, price FROM things) d WHERE d.before > d.price",
    "SELECT id, MAX(price) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS near, COUNT(*) OVER (PARTITION BY n) AS same FROM things",
    # numbers
    "SELECT id, ROUND(price * rate, 2) AS tax FROM things",
    "SELECT id, ROUND(price * 0.5, 2) AS half, ROUND(price, 1) AS one, ROUND(price) AS none, ROUND(price * 100, -1) AS tens FROM things",
    "SELECT id, ROUND(x, 2) AS r, ROUND(x) AS w FROM things WHERE id <> 6",
    "SELECT id, n / 2 AS half, price / 4 AS quarter, n / m AS part FROM things WHERE m <> 0",
    "SELECT id FROM things WHERE n / m > 100",
    "SELECT id FROM things WHERE price / NULLIF(m, 0) > 0.5",
    "SELECT id, n % 4 AS a, big % 3 AS b, price % 0.25 AS c, n // 2 AS d, -7 // 2 AS e FROM things",
    "SELECT id, price % NULLIF(m, 0) AS a, n % NULLIF(price, 0) AS b, n - price % NULLIF(rate, 0) AS c FROM things",
    "SELECT id, 10 - (price - n) AS a, -(price * -2) AS b, -ROUND(-price, 1) AS c, n - (m - rate) - 1 AS d FROM things",
    "SELECT id, FLOOR(price) AS a, CEIL(price) AS b, FLOOR(x) AS c, CEIL(n) AS d FROM things",
    "SELECT id, ABS(price) AS a, -price AS b, ABS(n - 8) AS c, -(n + m) AS d FROM things",
    "SELECT id, price + n AS a, price * price AS b, rate - price AS c, (price + rate) * 2 AS d FROM things",
    "SELECT id, LEAST(price, rate) AS a, GREATEST(n, m, 1) AS b, LEAST(day, seen) AS c, GREATEST(price, NULL) AS d FROM things",
    "SELECT id, COALESCE(price, 0) AS a, COALESCE(n, m, 0) AS b, NULLIF(price, 0) AS c, NULLIF(word, '') AS d FROM things",
    "SELECT id, CAST(price AS INTEGER) AS a, CAST(price AS DECIMAL(12,1)) AS b, CAST(n AS DECIMAL(9,3)) AS c, CAST(flag AS INTEGER) AS d FROM things",
    "SELECT id, CAST(flag AND other AS INTEGER) AS a, CASE flag OR other WHEN n > 3 THEN 1 ELSE 2 END AS b FROM things",
    "SELECT id FROM things WHERE (flag AND other) IS DISTINCT FROM (n > 3 OR m > 2)",
    "SELECT id FROM things WHERE price > 0.299 AND price < 1.1501",
    "SELECT id FROM things WHERE price NOT IN (0.30, 1.15, 0)",
    "SELECT id FROM things WHERE price * 2 BETWEEN 0.6 AND 2.3",
    "SELECT id FROM things WHERE wide = 123456789012345.678 OR wide = -0.001 OR wide > 999999999999999.998",
    "SELECT a.id, b.id FROM things a JOIN things b ON a.wide + b.wide = 0",
    "SELECT id FROM things WHERE x > price OR x = 0.1",
    "SELECT id FROM things WHERE price = n * 0.1 - 0.1 OR 1.0 = rate",
    "SELECT id FROM things WHERE CASE WHEN n > 3 THEN price ELSE rate END > 0.25",
    "SELECT id, CASE m WHEN 3 THEN price WHEN 2 THEN 1 ELSE NULL END AS c, IF(flag, 1, 0.5) AS d FROM things",
    "SELECT id, price FROM things WHERE price IS DISTINCT FROM 1.15 AND n IS NOT DISTINCT FROM n AND m IS DISTINCT FROM NULL",
    # conditions
    "SELECT id FROM things WHERE flag AND NOT other",
    "SELECT id FROM things WHERE flag = (n > 3) OR (flag <> other)",
    "SELECT id, flag AND other AS a, n > 3 AS b, flag IS NULL AS c, NOT flag AS d FROM things",
    "SELECT d.id FROM (SELECT id, n > m AS more, flag FROM things) d WHERE d.more AND d.flag",
    "SELECT id FROM things WHERE CASE WHEN flag THEN n > 3 ELSE other END",
    "SELECT id FROM things WHERE COALESCE(flag, TRUE) AND TRUE",
    "SELECT flag, COUNT(*) AS n FROM things WHERE flag IN (TRUE, FALSE) GROUP BY flag",
    # texts
    "SELECT id, LENGTH(word) AS a, UPPER(word) AS b, word || '!' AS c, CONCAT(word, n, NULL, '-') AS d FROM things WHERE id <> 3",
    "SELECT id, SUBSTR(word, 2, 2) AS a, SUBSTR(word, 2) AS b, LEFT(word, 1) AS c, REPLACE(word, '_', '__') AS d, TRIM(word) AS e FROM things",
    "SELECT id FROM things WHERE word = 'a_b' OR word = 'a_b  ' OR word < 'B'",
    "SELECT id FROM things WHERE word LIKE 'a!_b%' ESCAPE '!' OR word LIKE '%\\%' OR word LIKE '_字'",
    "SELECT id FROM things WHERE word NOT LIKE '%b%' AND word NOT IN ('', 'x')",
    "SELECT id, POSITION('b' IN word) AS a, CAST(n AS VARCHAR) || word AS b FROM things",
    "SELECT word, COUNT(*) AS n FROM things GROUP BY word",
    f"SELECT id FROM things WHERE code = '{A}' OR code IS NULL",
    f"SELECT a.id, b.id FROM things a JOIN things b ON a.code = b.code AND a.id < b.id WHERE a.code <> '{B}'",
    "SELECT id, code || word AS joined FROM things WHERE code > word",
    "SELECT k.kind FROM (SELECT CASE WHEN Kind = 'x' THEN 'a' ELSE 'A' END AS kind FROM parts) k GROUP BY k.kind",
    "SELECT l.w FROM (SELECT 'a' AS w UNION SELECT 'A' UNION SELECT 'a ') l WHERE l.w <> 'A'",
    # times
    "SELECT id FROM things WHERE day >= '2024-02-29' AND seen < '2024-03-01 00:00:00'",
    "SELECT id FROM things WHERE seen >= day AND seen > '2024-02-29'",
    "SELECT id FROM things WHERE CAST(seen AS DATE) = day",
    "SELECT id FROM things WHERE CAST(day AS TIMESTAMP) = seen OR seen = TIMESTAMP '2024-01-02 00:00:00.000001'",
    "SELECT t.id, p.id FROM things t JOIN parts p ON p.made <= t.seen AND t.day BETWEEN p.made AND DATE '2024-03-01'",
    "SELECT id, EXTRACT(YEAR FROM seen) AS a, MONTH(day) AS b, DAY(seen) AS c FROM things",
    "SELECT id, DATE_DIFF('day', day, seen) AS a, day - DATE '2024-01-01' AS b FROM things",
    "SELECT id, COALESCE(seen, day) AS moment, CASE WHEN flag THEN day ELSE seen END AS other_moment FROM things",
    "SELECT id FROM things WHERE day IN ('2024-02-29', '2025-12-31') OR seen IN (TIMESTAMP '2024-03-01')",
    *(
        f"SELECT id, EXTRACT({part} FROM day) AS a, EXTRACT({part} FROM seen) AS b FROM things"
        for part in (*DAY_PARTS, *TIME_PARTS)
    ),
    *(
        f"SELECT id, DATE_SUB('{u}', seen, day) AS a, DATE_SUB('{u}', DATE '2023-08-31', seen) AS b FROM things"
        for u in UNITS
    ),
    *(
        f"SELECT id, DATE_DIFF('{u}', day, seen) AS a, DATE_DIFF('{u}', seen, '2023-08-31') AS b FROM things"
        for u in UNITS
        if u != "WEEK"
    ),
    *(
        f"SELECT id, day + INTERVAL 1 {u} AS a, seen - INTERVAL (n) {u} AS b, seen + INTERVAL (big % 7 - 3) {u} AS c FROM things"
        for u in UNITS
    ),
    *(f"SELECT id, DATE_TRUNC('{u}', seen) AS a, DATE_TRUNC('{u}', day) AS b FROM things" for u in UNITS),
    "SELECT id, day + 1 AS a, day - n AS b, day + (n - 3) * 7 AS c, seen < day + 1 AS d FROM things",
    "SELECT id, LAST_DAY(day) AS a, LAST_DAY(seen + INTERVAL 1 MONTH) AS b, CAST(day - INTERVAL 12 MONTH AS DATE) AS c FROM things",
    "SELECT t.id, p.id FROM things t JOIN parts p ON p.made >= DATE_TRUNC('month', t.seen) AND p.made < DATE_TRUNC('month', t.seen) + INTERVAL 1 MONTH",
    "SELECT id FROM things WHERE day < seen - INTERVAL 23 HOUR OR seen < '2024-03-01' AND day + 2 * INTERVAL 1 DAY > seen",
    "SELECT id, ISODOW(seen) AS a, DAYOFYEAR(day) AS b, YEAR(day) // 10 AS c, DATE_PART('quarter', seen) * 2 AS d FROM things",
    "SELECT EXTRACT(YEAR FROM day) AS y, COUNT(*) AS n FROM things GROUP BY EXTRACT(YEAR FROM day)",
    "SELECT id, LPAD(word, 3, '.') AS a, RPAD(word, 3, '_') AS b, LPAD(word, 9, '0') AS c, RIGHT(word, 2) AS d, RIGHT(word, 9) AS e FROM things",
    "SELECT id, SIGN(price) AS a, SIGN(x) AS b, SIGN(n - 4) AS c, SIGN(wide - 0.001) AS d FROM things",
]
EXAMPLES = [f"SELECT id, {sql} AS v FROM things WHERE id < 3" for _, found in forms() for each in found if each.in_rules for sql in each.examples]  # fmt: skip

REFUSED = [
    "SELECT id FROM things LIMIT 3",
    "SELECT * FROM things",
    "SELECT id FROM things FULL JOIN parts ON TRUE",
    "SELECT id FROM nothing",
    "SELECT none FROM things",
    "SELECT p.id FROM things",
    "SELECT id FROM things JOIN parts ON thing_id = n",
    "SELECT id FROM things WHERE word = 5",
    "SELECT id FROM things WHERE flag > 0",
    "SELECT id FROM things WHERE n",
    "SELECT id FROM things WHERE regexp_matches(word, 'a')",
    "SELECT id FROM things WHERE word ILIKE 'a'",
    "SELECT id FROM things WHERE seen > day + INTERVAL 1 CENTURY",
    "SELECT id FROM things WHERE seen > day + INTERVAL '1 day 2 hours'",
    "SELECT id FROM things WHERE seen > day + INTERVAL (price) DAY",
    "SELECT id FROM things WHERE seen > '2024-01-01' + INTERVAL 1 DAY",
    "SELECT id FROM things WHERE MAKE_DATE(n, m, 1) > day",
    "SELECT id FROM things WHERE MAKE_TIMESTAMP(n, m, 1, 0, 0, 0) > day",
    "SELECT id FROM things WHERE FORMAT('{:d}', n) = '4'",
    "SELECT id FROM things WHERE CHR(n) = 'x'",
    "SELECT id FROM things WHERE LPAD(word, n, 'x') = 'x'",
    "SELECT id FROM things WHERE DATE_DIFF('week', day, seen) > 1",
    "SELECT id FROM things WHERE EXTRACT(EPOCH FROM seen) > 0",
    "SELECT id, " + "DATE_SUB('month', day, seen + INTERVAL (" * 5 + "n" + ") DAY)" * 5 + " AS v FROM things",
    "SELECT id FROM things WHERE seen - seen > 1",
    "SELECT id FROM things WHERE CAST(price AS VARCHAR) = '1.15'",
    "SELECT id FROM things WHERE x % 2 = 0",
    "SELECT id, ROW_NUMBER() OVER w AS r FROM things WINDOW w AS (ORDER BY id)",
    "SELECT DISTINCT ON (n) id FROM things",
    "SELECT id FROM things QUALIFY ROW_NUMBER() OVER (ORDER BY id) = 1",
    "SELECT MAX(flag) AS m FROM things",
    "SELECT MEDIAN(n) AS m FROM things",
    "SELECT STRING_AGG(word, ',') AS m FROM things",
    "SELECT ARG_MAX(id, n) AS m FROM things",
    "SELECT id FROM things UNION ALL SELECT word FROM things",
    "SELECT id FROM things UNION ALL (SELECT id FROM parts EXCEPT SELECT id FROM things)",
    "SELECT id, n FROM things UNION ALL SELECT id FROM things",
    "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT n FROM r",
    "WITH things AS (SELECT 1 AS id) SELECT id FROM things",
    "SELECT g.n FROM generate_series(1, 3) g(n)",
    "SELECT id FROM things WHERE (n, m) IN ((1, 2))",
    "SELECT id FROM things WHERE n > ANY (SELECT id FROM parts)",
    "SELECT id FROM things, LATERAL (SELECT n) d",
    "SELECT COUNT(*) FILTER (WHERE flag) AS m FROM things",
    "SELECT id FROM things WHERE seen > CURRENT_DATE",
    "SELECT id FROM things WHERE seen > '2024-01-01T00:00:00+02:00'",
    "SELECT id FROM things GROUP BY 1",
    "SELECT TRIM(word, 'ab') AS t FROM things",
    "SELECT id FROM things TABLESAMPLE 10%",
    "SELECT id FROM other.things",
    "SELECT SUBSTR(word, n) AS s FROM things",
    "SELECT ROUND(price, n) AS s FROM things",
]


def dataset():
    columns = {
        table: {name: {"type": kind, "nullable": True} for name, kind in kinds.items()}
        for table, kinds in KINDS.items()
    }
    tables = json.dumps({name: {"values": [], "columns": each} for name, each in columns.items()})
    return parse(f"dataset: queries\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables: {tables}")


@pytest.fixture(scope="module")
def types():
    made = dataset()
    scope = Scope(made)
    return {table: {column: scope.type_of(table, column) for column in KINDS[table]} for table in KINDS}


def cell(dialect, value, kind):
    if value is None or isinstance(value, bool):
        numbers = dialect.name in ("mysql", "tsql")
        return "NULL" if value is None else str(int(value)) if numbers else str(value).upper()
    if kind == "timestamp":
        moment, _, part = value.partition(".")
        return dialect.literal(f"{moment}.{part.ljust(6, '0')}")
    number = isinstance(value, (int, float)) or (
        kind.startswith("decimal") and (dialect.name, kind) != ("sqlite", KINDS["things"]["wide"])
    )
    return str(value) if number else dialect.literal(value)


@pytest.fixture(scope="module", params=live())
def there(request, database, tmp_path_factory):
    """A connection to tables with these rows."""
    address = live_address(request.param, database, tmp_path_factory.mktemp("queries"))
    dialect = DIALECTS[request.param]
    made = ddl(dataset(), dialect, "queries")
    statements = [*made.schema, *made.tables.values()]
    for table, rows in ROWS.items():
        for row in rows:
            cells = ", ".join(cell(dialect, c, k) for c, k in zip(row, KINDS[table].values(), strict=True))
            statements.append(f"INSERT INTO {dialect.place('queries', table)} VALUES ({cells})")
    change(address, statements)
    with connect(address) as connection:
        yield connection
    change(address, [f"DROP TABLE {dialect.place('queries', table)}" for table in KINDS])


@pytest.fixture(scope="module")
def here(types):
    """The same in DuckDB, which the queries are written for."""
    with duckdb.connect() as connection:
        for table, rows in ROWS.items():
            names = ", ".join(f'"{name}" {dtype.duckdb}' for name, dtype in types[table].items())
            connection.execute(f"CREATE TABLE {table} ({names})")
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(types[table]))})", rows)
        yield connection


def like(rows):
    """Rows to compare: DuckDB's own types of numbers and doubles apart in their last digits do not matter."""
    return [
        {k: round(float(v), 9) if isinstance(v, float) else str(v) if v is not None else None for k, v in row.items()}
        for row in rows
    ]


@pytest.mark.parametrize("sql", [*QUERIES, *EXAMPLES])
def test_every_database_gives_duckdbs_rows(sql, there, here, types):
    asked = offence_queries(sql, there.dialect, "queries", types, ALL)
    found = here.execute(f"SELECT * FROM ({sql}) ORDER BY ALL")
    wanted = [tuple(row) for row in found.fetchall()]
    _, counted = there.rows(asked.count)
    assert int(counted[0][0]) == len(wanted), asked.count
    names, rows = there.rows(asked.examples)
    mine = [_row(names, row, asked) for row in rows]
    theirs = [_row(names, row, replace(asked, minor=False)) for row in wanted]
    assert like(mine) == like(theirs), asked.examples


@pytest.mark.parametrize("sql", [*QUERIES, *EXAMPLES])
def test_queries_in_tsql(sql, types):
    asked = offence_queries(sql, DIALECTS["tsql"], "queries", types, 3)
    assert lint_tsql(asked.count) == [], asked.count
    assert lint_tsql(asked.examples) == [], asked.examples


UNKNOWN_TO_TSQL = [
    "SELECT COUNT(*) AS n FROM (SELECT a FROM t) AS d", "SELECT a FROM t WHERE flag", "SELECT a > b AS c FROM t", "SELECT a FROM t LIMIT 3",
    "SELECT x.a FROM (SELECT a, a FROM t) AS x", "SELECT x.a FROM (SELECT a + 1 FROM t) AS x", "SELECT x.a FROM (SELECT a FROM t)",
    "SELECT x.a FROM (SELECT a FROM t ORDER BY a) AS x", "SELECT SUM(a) OVER (ORDER BY b NULLS LAST) AS s FROM t", "SELECT ROUND(a) AS r FROM t",
    "SELECT a FROM t GROUP BY 1", "SELECT a FROM t JOIN u USING (a)", "SELECT a FROM t WHERE (a > 1) = (b > 1)", "SELECT LEAST(a, b) AS c FROM t",
    "SELECT a FROM t WHERE NOT flag", "SELECT a FROM t WHERE CASE WHEN a > 1 THEN 1 END", "SELECT CASE WHEN flag THEN 1 END AS c FROM t",
    "SELECT a || b AS c FROM t", "SELECT a FROM t WHERE TRUE", "SELECT LENGTH(a) AS c FROM t", "SELECT CASE WHEN a > 1 THEN b > 1 END AS c FROM t",
]  # fmt: skip


@pytest.mark.parametrize("sql", UNKNOWN_TO_TSQL)
def test_the_linter_sees(sql):
    assert lint_tsql(sql)


@pytest.mark.parametrize("sql", REFUSED)
def test_what_does_not_travel_is_refused(sql, types):
    for dialect in DIALECTS.values():
        if dialect.sqlglot != "duckdb":
            with pytest.raises(SqlError) as caught:
                offence_queries(sql, dialect, "queries", types, 3)
            assert "\n" not in str(caught.value)


@pytest.mark.parametrize("sql", ["SELECT id FROM things WHERE n % m = 0", "SELECT id FROM things WHERE price % n = 0", "SELECT id FROM things WHERE n // m = 0"])  # fmt: skip
def test_remainders_by_zero_are_errors_everywhere(sql, there, types):
    with pytest.raises(DatabaseError):
        there.rows(offence_queries(sql, there.dialect, "queries", types, 3).count)
