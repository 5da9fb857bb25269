"""Rows that must differ are proved to by a bit for each value; whatever cannot be, or does not hold, is left to groups."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from synth.verifying.apart import FEW_BITS, MOST_BITS, MOST_PASSES, SPARSE, keep_apart
from synth.verifying.checks import Check, quoted


@pytest.fixture(autouse=True)
def _of_few_rows_too(monkeypatch):
    monkeypatch.setattr("synth.verifying.apart.FEW_ROWS", 0)


DAYS = st.dates(dt.date(1969, 12, 20), dt.date(1970, 1, 20))
CELLS = {
    pl.Int16: st.integers(-5, 5), pl.Int64: st.integers(-3, 40) | st.sampled_from([-(2**63), 2**63 - 1]), pl.Date: DAYS,
    pl.String: st.sampled_from("abc"),
}  # fmt: skip


def asked(frame: pl.DataFrame) -> tuple[duckdb.DuckDBPyConnection, Check]:
    """A table of DuckDB and the check that all its columns together keep rows apart."""
    connection, columns = duckdb.connect(), ", ".join(map(quoted, frame.columns))
    connection.register("frame", frame.to_arrow())
    connection.execute("CREATE TEMP TABLE t AS SELECT * FROM frame")
    present = " AND ".join(f"{quoted(name)} IS NOT NULL" for name in frame.columns)
    sql = f"SELECT {columns} FROM t WHERE {present} GROUP BY {columns} HAVING COUNT(*) > 1"
    return connection, Check("unique", "t", "x", sql, ("t",), apart=tuple(frame.columns))


@st.composite
def tables(draw):
    kinds = draw(st.lists(st.sampled_from(list(CELLS)), min_size=1, max_size=3))
    rows = draw(st.integers(0, 12))
    cells = {
        f"c {n}": pl.Series(draw(st.lists(st.none() | CELLS[kind], min_size=rows, max_size=rows)), dtype=kind)
        for n, kind in enumerate(kinds)
    }
    return pl.DataFrame(cells)


@settings(
    deadline=None, max_examples=150, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(tables())
def test_what_is_proved_holds_by_groups_too(frame):
    connection, check = asked(frame)
    offences = connection.execute(check.sql).fetchall()
    proved = keep_apart(connection, check)
    assert not (proved and offences)
    ends = [(frame[name].min(), frame[name].max()) for name in frame.columns if frame[name].dtype != pl.String]
    if len(ends) == frame.width and all(isinstance(low, int) and high - low < 50 for low, high in ends):
        assert proved == (not offences), "small whole numbers are always told"


@pytest.mark.parametrize("rows", [1_000, 300_000])
def test_many_rows_and_one_of_them_twice(rows):
    keys = pl.Series("key", range(-7, rows - 7))
    assert keep_apart(*asked(keys.to_frame()))
    assert not keep_apart(*asked(pl.concat([keys, keys[rows // 2 : rows // 2 + 1]]).to_frame()))
    pair = pl.DataFrame({"order": keys // 10, "line": keys % 10})
    assert keep_apart(*asked(pair))
    assert not keep_apart(*asked(pl.concat([pair, pair[5:6]])))


def test_a_wide_range_takes_no_memory():
    assert not keep_apart(*asked(pl.DataFrame({"key": [1, MOST_PASSES * MOST_BITS + 2]})))
    assert not keep_apart(*asked(pl.DataFrame({"key": [0, FEW_BITS + 3 * SPARSE]})))
    assert keep_apart(*asked(pl.DataFrame({"key": [0, FEW_BITS - 1]})))


@pytest.mark.parametrize("kind", [pl.Int64, pl.Int32, pl.Date])
def test_in_several_passes(kind, monkeypatch):
    """Each over some values of the widest column, wherever it stands and whatever it begins with."""
    monkeypatch.setattr("synth.verifying.apart.MOST_BITS", 64)
    for low in (-30, 0, 5):
        wide = pl.Series("b", range(low, low + 50), dtype=pl.Int32).cast(kind)
        frame = pl.DataFrame({"a": pl.Series([1, 2, 3])}).join(wide.to_frame(), how="cross").select("a", "b")
        assert keep_apart(*asked(frame)) and keep_apart(*asked(frame.select("b", "a").reverse()))
        for twice in (0, 49, 75, 149):
            assert not keep_apart(*asked(pl.concat([frame, frame[twice : twice + 1]])))
    monkeypatch.setattr("synth.verifying.apart.MOST_PASSES", 2)
    assert not keep_apart(*asked(frame))


def test_few_rows_are_left_to_groups(monkeypatch):
    monkeypatch.setattr("synth.verifying.apart.FEW_ROWS", 11)
    assert not keep_apart(*asked(pl.DataFrame({"key": range(10)})))
    assert keep_apart(*asked(pl.DataFrame({"key": range(11)})))


def test_no_row_and_no_column():
    connection, check = asked(pl.DataFrame(schema={"key": pl.Int64}))
    assert keep_apart(connection, check)
    assert not keep_apart(connection, Check("rule", "t", "x", "SELECT 1", ("t",)))


def test_an_error_of_the_table_is_not_hidden():
    connection, check = asked(pl.DataFrame({"key": [1]}))
    connection.execute("DROP TABLE t")
    with pytest.raises(duckdb.Error):
        keep_apart(connection, check)
