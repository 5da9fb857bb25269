"""Checks that are told row by row have the offences of their own SQL: references, whatever keys there are, and rules."""

from __future__ import annotations

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.verifying.checks import Check
from synth.verifying.in_duckdb import run_checks
from synth.verifying.row_by_row import by_row, rule_by_row

ENDS = [-(2**63), 2**63 - 1]


def reference(where: str = "") -> Check:
    """A reference of the column `of` of c to the key `is` of p, with the join that proves it."""
    among = f"{where} AND " if where else ""
    sql = f'SELECT c."of" FROM c LEFT JOIN p ON p."is" = c."of" WHERE {among}c."of" IS NOT NULL AND p."is" IS NULL'
    return Check("reference", "c", "of → p", sql, ("c", "p"), refers=("of", "p", "is"), where=where)


def asked(children: pl.Series, keys: pl.Series) -> duckdb.DuckDBPyConnection:
    """The two tables, in a DuckDB of their own that nobody configures any more, as that of `verify`."""
    connection = duckdb.connect()
    for name, frame in (("c", children.alias("of").to_frame()), ("p", keys.alias("is").to_frame())):
        connection.register("frame", frame.to_arrow())
        connection.execute(f"CREATE TEMP TABLE {name} AS SELECT * FROM frame")
    connection.execute("SET lock_configuration = true")
    return connection


KEYS = st.lists(st.integers(-4, 9) | st.none(), max_size=14) | st.lists(st.sampled_from([*ENDS, 0]), max_size=3)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    st.lists(st.integers(-6, 12) | st.none() | st.sampled_from(ENDS), max_size=9), KEYS,
    st.sampled_from(["", '"of" > 3']),
)  # fmt: skip
def test_the_same_offences_as_by_a_join(children, keys, where):
    check = reference(where)
    connection = asked(pl.Series(children, dtype=pl.Int64), pl.Series(keys, dtype=pl.Int64))
    found = by_row(connection, [check], 60)
    wanted = sorted(connection.execute(check.sql).fetchall())
    ((_, finding),) = run_checks(connection, [check])
    assert finding.offences == len(wanted)
    assert [row["of"] for row in finding.examples] == [row[0] for row in wanted[:3]]
    known = [key for key in keys if key is not None]
    if known and max(known) - min(known) < 20:
        told = connection.execute(f'SELECT "of" FROM c WHERE {found[check].condition}').fetchall()
        assert sorted(told) == wanted


@pytest.mark.parametrize(
    ("keys", "way"), [([3, 4, 5], "NOT BETWEEN 3 AND 5"), ([3, 5], "GET_BIT"), ([3, 10**12], None)]
)
def test_by_the_ends_by_bits_or_by_a_join(keys, way):
    found = by_row(asked(pl.Series([3]), pl.Series(keys)), [reference()], 60)
    assert (way in found[reference()].condition) if way else not found


def test_only_whole_numbers_are_told_so():
    texts, numbers = pl.Series(["3"]), pl.Series([3], dtype=pl.Int16)
    for children, keys in ((texts, numbers), (numbers, texts), (texts, texts), (numbers.cast(pl.Float64), numbers)):
        assert not by_row(asked(children, keys), [reference()], 60)
    assert by_row(asked(numbers, pl.Series([3])), [reference()], 60), "of any width"


def test_bits_of_all_keys_together_are_few(monkeypatch):
    monkeypatch.setattr("synth.verifying.row_by_row.MOST_BITS", 10)
    connection = asked(pl.Series([3]), pl.Series([1, 8]))
    connection.execute("CREATE TEMP TABLE q AS SELECT * FROM p")
    other = Check("reference", "c", "of → q", "", ("c", "q"), refers=("of", "q", "is"))
    assert list(by_row(connection, [reference(), other], 60)) == [reference()]


@pytest.mark.parametrize(
    ("sql", "condition"),
    [
        ("SELECT a FROM t WHERE a > 1 OR b IS NULL", "a > 1 OR b IS NULL"),
        ("SELECT a, b\nFROM t\nWHERE t.a IN (1, 2) -- not these\n", "t.a IN (1, 2)"),
        ("SELECT a FROM t WHERE at < b", '"at" < b'),
        *((f"SELECT a FROM t{more}", None) for more in (
            "", " x WHERE x.a > 1", ", u WHERE a > 1", " WHERE a > (SELECT MAX(b) FROM u)", " WHERE a IN (SELECT b FROM u)",
            " WHERE EXISTS (SELECT 1 FROM u)", " WHERE a > 1 GROUP BY a", " WHERE a > 1 LIMIT 1", " WHERE a > 1 ORDER BY a",
            " WHERE a > 1 UNION ALL SELECT 1", " WHERE a > 1 QUALIFY ROW_NUMBER() OVER (ORDER BY a) > 1",
        )),
        ("SELECT DISTINCT a FROM t WHERE a > 1", None),
        ("SELECT a + 1 AS b FROM t WHERE b > 1", None),
        ("SELECT COUNT(*) FROM t WHERE a > 1", None),
    ],
)  # fmt: skip
def test_rules_of_one_table_and_a_condition(sql, condition):
    assert rule_by_row(Check("rule", "t", "x", sql, ("t",))) == condition
    assert rule_by_row(Check("reference", "t", "x", sql, ("t",))) is None


def test_a_rule_is_counted_in_the_pass_and_shown_by_its_own_sql():
    check = Check("rule", "c", "x", 'SELECT "of" FROM c WHERE "of" > 3 OR "of" IS NULL -- few', ("c",))
    connection = asked(pl.Series([3, 4, None, 5, 1]), pl.Series([1]))
    assert by_row(connection, [check], 60)[check].condition.startswith('"of" > 3')
    ((_, finding),) = run_checks(connection, [check])
    assert finding.offences == 3 and [row["of"] for row in finding.examples] == [4, 5, None]
