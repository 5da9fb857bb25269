"""Groups that are too many for the memory there is are asked for in parts, and give what the whole gives."""

from __future__ import annotations

import duckdb
import pytest

from synth.sql.parse import grouped_by
from synth.verifying.in_parts import counted, first_rows

PAIRS = "SELECT k, t, COUNT(*) AS times FROM pairs GROUP BY k, t HAVING COUNT(*) <> 2"


class Poor:
    """A connection without memory for a whole query, but for parts of it, if they are small enough."""

    def __init__(self, connection, parts):
        self.connection, self.parts, self.asked = connection, parts, []
        self.description = None

    def execute(self, sql):
        self.asked.append(sql)
        share = 2**64 / (int(sql.split(" AND ")[-1].split()[0].rstrip(")")) - _first(sql) + 1) if "HASH" in sql else 1
        if share < self.parts:
            raise duckdb.OutOfMemoryException("Out of Memory Error")
        found = self.connection.execute(sql)
        self.description = found.description
        return found


def _first(sql: str) -> int:
    return int(sql.split(" BETWEEN ")[-1].split()[0])


@pytest.fixture
def pairs():
    with duckdb.connect() as connection:
        connection.execute(
            "CREATE TEMP TABLE pairs AS SELECT i // 2 AS k, NULLIF('t' || CAST(i // 2 % 3 AS VARCHAR), 't1') AS t "
            "FROM range(200) AS r(i) WHERE i NOT IN (30, 60, 61, 90, 145)"
        )
        yield connection


@pytest.mark.parametrize(("needed", "asked"), [(1, 1), (8, 9), (64, 66)])
def test_parts_give_what_the_whole_gives(pairs, needed, asked):
    poor = Poor(pairs, needed)
    assert counted(poor, PAIRS) == 3 and len(poor.asked) == asked
    rows = [
        {"k": 15, "t": "t0", "times": 1}, {"k": 45, "t": "t0", "times": 1}, {"k": 72, "t": "t0", "times": 1},
    ]  # fmt: skip
    assert [*first_rows(poor, PAIRS, 5)] == rows and [*first_rows(poor, PAIRS, 2)] == rows[:2]


def test_rows_of_parts_are_ordered_as_those_of_the_whole(pairs):
    sql = "SELECT t, k FROM pairs GROUP BY t, k"
    assert first_rows(Poor(pairs, 8), sql, 40) == first_rows(pairs, sql, 40), "NULL is the last"


@pytest.mark.parametrize("sql", ["SELECT k FROM pairs", PAIRS])
def test_what_cannot_be_made_smaller_is_said(pairs, sql):
    with pytest.raises(duckdb.OutOfMemoryException):
        counted(Poor(pairs, 65), sql)


def test_a_part_takes_less_memory():
    sql = "SELECT i % 1500000 AS k, COUNT(*) AS n FROM range(3000000) AS r(i) GROUP BY i % 1500000 HAVING COUNT(*) <> 2"
    with duckdb.connect(config={"memory_limit": "24MB", "threads": 1, "temp_directory": ""}) as connection:
        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute(f"SELECT COUNT(*) FROM ({sql})").fetchall()
        assert counted(connection, sql) == 0


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT a, b AS c, SUM(d) AS e FROM t GROUP BY a, b", ("a", "c")),
        ("SELECT x.a, x.b + 1 AS n FROM t x GROUP BY x.b + 1, x.a HAVING SUM(c) > 1", ("a", "n")),
        ("SELECT a FROM t", ()),
        ("SELECT a FROM t GROUP BY a UNION ALL SELECT 1", ()),
        ("SELECT SUM(a) AS s FROM t GROUP BY b", ()),
        ("no SQL", ()),
    ],
)
def test_columns_by_which_a_query_groups(sql, names):
    assert grouped_by(sql) == names
