"""Compiled plain SELECTs against Polars' own SQL over real decimals."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.columns import to_written
from synth.dtypes import DType
from synth.spec.kinds.selected import select_result_to_drawn
from synth.sql.select import compile_select

TYPES = {
    "id": DType("bigint"),
    "units": DType("integer"),
    "price": DType.parse("decimal(12,2)"),
    "rate": DType.parse("decimal(5,4)"),
    "side": DType("varchar"),
    "day": DType("date"),
    "ships": DType("boolean"),
}
SELECTS = [
    "SELECT id AS a, units * price AS b, side AS c FROM t",
    "SELECT id * 2 + 1 AS a, ROUND(price * rate, 2) AS b, 'x' AS c FROM t WHERE ships",
    "SELECT id AS a, CASE WHEN side = 'debit' THEN price ELSE 0.00 END AS b, side || '!' AS c FROM t WHERE price > 0.50",
    "SELECT x.id AS a, 0 - x.price AS b, CAST(NULL AS VARCHAR) AS c FROM t AS x WHERE x.units >= 2 OR x.side IS NULL",
    "SELECT id AS a, COALESCE(price, 1.00) AS b, side AS c FROM t WHERE NOT ships AND side IN ('debit', 'credit')",
    "SELECT (EXTRACT(YEAR FROM day) - 2024) * 12 + EXTRACT(MONTH FROM day) AS a, price AS b, 'V' || CAST(id AS VARCHAR) AS c FROM t",
    "SELECT id AS a, price AS b, side AS c FROM t WHERE ships UNION ALL SELECT 0 - id AS a, 1.50 AS b, 'y' AS c FROM t",
]
WANTED = {"a": DType("bigint"), "b": DType.parse("decimal(14,2)"), "c": DType("varchar")}

cells = st.tuples(
    st.integers(0, 10**6),
    st.integers(1, 99),
    st.none() | st.integers(-(10**7), 10**7),
    st.integers(0, 9999),
    st.none() | st.sampled_from(["debit", "credit", ""]),
    st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31)),
    st.booleans(),
)


@pytest.mark.parametrize("select", SELECTS)
@settings(deadline=None)
@given(st.lists(cells, max_size=30))
def test_as_polars_sql_over_decimals(select, rows):
    drawn = pl.DataFrame(rows, schema={name: dtype.drawn for name, dtype in TYPES.items()}, orient="row")
    branches = compile_select(select, {"t": TYPES}, WANTED)
    assert branches is not None
    found = pl.concat(branch.rows(drawn.select(branch.reads))[0] for branch in branches)
    slow = pl.SQLContext(frames={"t": to_written(drawn, TYPES).lazy()}).execute(select).collect()
    expected = pl.DataFrame([select_result_to_drawn(slow[name], dtype).alias(name) for name, dtype in WANTED.items()])
    expected = expected.cast(found.schema)
    if "UNION" in select:  # of no order in Polars
        found, expected = found.sort(found.columns), expected.sort(found.columns)
    assert found.equals(expected)


@pytest.mark.parametrize(
    "select",
    [
        "SELECT DISTINCT id AS a, price AS b, side AS c FROM t",
        "SELECT id AS a, SUM(price) AS b, side AS c FROM t GROUP BY id, side",
        "SELECT id AS a, price AS b, side AS c FROM t ORDER BY id",
        "SELECT id AS a, price AS b, side AS c FROM t LIMIT 3",
        "SELECT t.id AS a, t.price AS b, u.side AS c FROM t JOIN t u ON u.id = t.id",
        "SELECT t.id AS a, t.price AS b, u.side AS c FROM t, t u",
        "SELECT id AS a, price AS b, side AS c FROM t UNION SELECT id AS a, price AS b, side AS c FROM t",
        "SELECT id AS a, MAX(price) OVER (PARTITION BY side) AS b, side AS c FROM t",
        "SELECT a, b, c FROM (SELECT id AS a, price AS b, side AS c FROM t) x",
        "SELECT 1 AS a, 2.00 AS b, 'x' AS c FROM t",
        "SELECT id AS a, price AS b, CONCAT_WS('.', side, side) AS c FROM t",
        "SELECT * FROM t",
    ],
)
def test_what_is_not_plain_is_left_to_duckdb(select):
    assert compile_select(select, {"t": TYPES}, WANTED) is None
