"""Intervals: how they are written, spelt, drawn, and refused; the SQL of the spelling against its words."""

from __future__ import annotations

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import synth
from synth.columns import intervals_to_arrow
from synth.databases import DIALECTS
from synth.databases.duckdb.dialect import DIALECT
from synth.ddl import ddl
from synth.errors import SpecError
from synth.intervals import MOST, UNITS, as_parts, interval, of_units, spelt
from synth.spec.load import parse

SPEC = """
dataset: waits
period: {start: 2024-01-01, until: 2024-02-01}
tables:
  plans:
    values: [[1, 1 month], [2, "1 year 12:30"], [3, -90 minutes]]
    primary_key: [n]
    columns: {n: {type: integer}, term: {type: interval}}
  calls:
    rows: 400
    columns:
      id: {key: sequence}
      n: {uniform: {min: -5, max: 5}, nullable: true, null_share: 0.2}
      half: {uniform: {min: 0, max: 5}, type: "decimal(5,1)"}
      x: COLUMN
"""


def made(column: str) -> pl.DataFrame:
    return synth.frame(synth.make_plan(parse(SPEC.replace("COLUMN", column))), "calls")


@pytest.mark.parametrize(
    ("written", "spelt"),
    {
        "1 month": "1 months", "2 years 1 month": "25 months", "1 week": "7 days", "-1 day": "-1 days", "1.5 hours": "01:30:00.000000",
        "90 minutes": "01:30:00.000000", "3 days 04:05": "3 days 04:05:00.000000", "04:05:06.5": "04:05:06.500000",
        "-00:00:01": "-00:00:01.000000", "-100:00": "-100:00:00.000000", "0 days": "00:00:00.000000", "1 day -1 day": "00:00:00.000000",
        "0.5 years": "6 months", "1 hour 1 second": "01:00:01.000000", "0.25 seconds": "00:00:00.250000", "3 days -01:00": "3 days -01:00:00.000000",
    }.items(),
)  # fmt: skip
def test_written_and_spelt(written, spelt):
    assert interval(written) == spelt and interval(spelt) == spelt


@pytest.mark.parametrize(
    ("written", "said"),
    [("", "no interval"), ("soon", "no interval"), (5, "no interval"), (None, "no interval"), ("5", "no interval"), ("3 fortnights", "no interval"),
     ("04:60", "no interval"), ("04:05:60", "no interval"), ("1.5 months", "parts of a month"), ("0.5 days", "parts of a day"),
     ("0.0000001 seconds", "parts of a microsecond"), ("900000 hours", "longer than every database takes"), ("101000 years", "longer than")],
)  # fmt: skip
def test_not_intervals(written, said):
    with pytest.raises(ValueError, match=said):
        interval(written)


parts = st.tuples(*(st.integers(-most, most) | st.integers(-70, 70) for most in MOST.values()))


@given(st.lists(parts, max_size=9))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_parts_there_and_back(rows):
    """As texts, as Arrow's own, and by the SQL by which databases spell what they hold."""
    given = pl.DataFrame(rows, schema=dict.fromkeys(MOST, pl.Int64), orient="row")
    column = given.select(spelt(*map(pl.col, MOST))).to_series().extend_constant(None, 1).alias("x")
    assert as_parts(column).rows() == [*rows, (None, None, None)]
    assert [interval(text) for text in column.head(-1)] == column.head(-1).to_list()
    native = [
        each and (each.months, each.days, each.nanoseconds // 1_000) for each in intervals_to_arrow(column).to_pylist()
    ]
    assert native == [*rows, None]
    frame = pl.DataFrame({"n": range(len(column)), "x": column})
    assert DIALECT.cells
    by_sql = duckdb.sql(
        f"SELECT n, {DIALECT.cells.interval.format('CAST(x AS INTERVAL)')} AS x FROM frame ORDER BY n"
    ).pl()
    assert by_sql["x"].to_list() == column.to_list() and frame.height == len(rows) + 1


@pytest.mark.parametrize("unit", UNITS)
def test_so_many_of_a_unit(unit):
    numbers = np.array([0, 1, -1, 61, 61, 4000])
    assert of_units(numbers, unit).to_list() == [interval(f"{number} {unit}") for number in numbers.tolist()]
    with pytest.raises(OverflowError, match="longer than"):
        of_units(np.array([10**12]), unit)


def test_of_a_column():
    rows = made("{interval: {column: n, unit: hours}, nullable: true}")
    assert 40 < rows["n"].null_count() == rows["x"].null_count()
    assert all(x == (None if n is None else interval(f"{n} hours")) for n, x in rows.select("n", "x").rows())


def test_chosen_and_looked_up():
    assert set(made("{choice: {1 year: 1, 7 days: 2}, type: interval}")["x"]) == {"12 months", "7 days"}
    assert set(synth.frame(synth.make_plan(parse(SPEC.replace("COLUMN", "{constant: a}"))), "plans")["term"]) == {
        "1 months", "12 months 12:30:00.000000", "-01:30:00.000000",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("column", "said"),
    {
        "{interval: {unit: days}}": "say `each`, or `column`",
        "{interval: {each: {uniform: {min: 1, max: 2}}, column: n, unit: days}}": "say `each`, or `column`",
        "{interval: {each: {uniform: {min: 1, max: 2}}}}": "unit",
        "{interval: {each: {uniform: {min: 1, max: 2}}, unit: fortnights}}": "unit",
        "{interval: {column: half, unit: days}}": "an interval counts whole numbers",
        "{interval: {column: lost, unit: days}}": "lost",
        "{interval: {column: n, unit: days}}": "NULL",
        "{interval: {each: {uniform: {min: 2024-01-01, max: 2024-01-02}}, unit: days}}": "cannot be bigint",
        "{interval: {each: {lognormal: {median: half, sigma: 1}}, unit: days}}": "its parameters are numbers",
        "{interval: {each: {uniform: {min: 1, max: 2}}, unit: days}, type: text}": "an interval cannot be text",
        "{interval: {each: {uniform: {min: 1, max: 2}}, unit: days}, unique: true}": "which no key and no unique group can hold",
        "{choice: {soon: 1}, type: interval}": "'soon' is no interval",
        "{expr: x || 'a', type: text}": "cycle",
    }.items(),
)
def test_refused(column, said):
    with pytest.raises(SpecError, match=said):
        synth.make_plan(parse(SPEC.replace("COLUMN", column)))


@pytest.mark.parametrize(
    "sql", ["x > y", "COALESCE(x, y) = x", "x = '1 day'", "LENGTH(x) > 1", "CAST(x AS TEXT) = 'a'"]
)
def test_checks_may_not_compare_them(sql):
    column = f'{{interval: {{column: n, unit: days}}, nullable: true, check: "{sql}"}}\n      y: {{choice: {{1 day: 1}}, type: interval}}'
    with pytest.raises(SpecError, match="interval"):
        str(ddl(parse(SPEC.replace("COLUMN", column)), DIALECTS["mysql"]))
