"""What a condition admits is never less than what it keeps; conditions of people and of DuckDB are understood."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.io.plugins import register_io_source

from synth.scan.admitted import Ends, admitted, number_of

K, D, T = pl.col("k"), pl.col("d"), pl.col("t")
DAY, MOMENT = dt.date(2024, 3, 1), dt.datetime(2024, 3, 1, 12)
DAY_US, MOMENT_US = number_of(DAY), number_of(MOMENT)


@pytest.mark.parametrize(
    ("condition", "ends"),
    [
        (K == 5, {"k": Ends(5, 5)}),
        (K > 5, {"k": Ends(low=5)}),
        (pl.lit(5) > K, {"k": Ends(high=5)}),
        (K.is_between(3, 5), {"k": Ends(3, 5)}),
        (K.is_in([4, 9, 2]), {"k": Ends(2, 9)}),
        ((K >= 3) & (K <= 5) & (D < DAY), {"k": Ends(3, 5), "d": Ends(high=DAY_US)}),
        ((K == 3) | (K == 5), {"k": Ends(3, 5)}),
        ((K == 3) | (D == DAY), {}),
        ((K == 3) & ((K == 5) | (D == DAY)), {"k": Ends(3, 3)}),
        (T >= MOMENT, {"t": Ends(low=MOMENT_US)}),
        (T < DAY, {"t": Ends(high=DAY_US)}),
        (K < 2.5, {"k": Ends(high=2.5)}),
        (K > pl.lit(Decimal("2.50")), {"k": Ends(low=Decimal("2.50"))}),
        (K == pl.lit(7, dtype=pl.Int32), {"k": Ends(7, 7)}),
        ((K > 5) & (K < 3), {"k": Ends(5, 3)}),
        (K != 5, {}),
        (~(K > 5), {}),
        (K == D, {}),
        (K.is_null(), {}),
        (K + 1 > 5, {}),
        (K.cast(pl.Float64) > 3, {}),
        (pl.col("s") == "x", {}),
        (K > pl.lit(None), {}),
        (K.is_in([None, 3]), {"k": Ends(3, 3)}),
        (K.is_in([None, 3], nulls_equal=True), {}),
        (K.eq_missing(3), {"k": Ends(3, 3)}),
        (K.eq_missing(None), {}),
        (K > math.nan, {}),
        (K.map_batches(lambda some: some > 5, return_dtype=pl.Boolean), {}),
        (pl.lit(value=True), {}),
    ],
)
def test_understood(condition, ends):
    assert admitted(condition) == ends


def test_words_of_duckdb():
    """It hands its conditions to a LazyFrame in Polars' words."""
    seen = []

    def source(columns, condition, rows, size):
        seen.append({} if condition is None else admitted(condition))
        frame = pl.DataFrame({"k": [4], "t": [MOMENT], "d": [DAY]})
        frame = frame if condition is None else frame.filter(condition)
        yield frame if columns is None else frame.select(columns)

    lazy = register_io_source(source, schema={"k": pl.Int64, "t": pl.Datetime("us"), "d": pl.Date})
    for sql, ends in (
        ("k BETWEEN 3 AND 5", {"k": Ends(3, 5)}),
        ("k > 3 AND t >= TIMESTAMP '2024-03-01 12:00'", {"k": Ends(low=3), "t": Ends(low=MOMENT_US)}),
        ("d = DATE '2024-03-01'", {"d": Ends(DAY_US, DAY_US)}),
        ("k = 4 OR k = 9", {"k": Ends(4, 9)}),
    ):
        assert duckdb.sql(f"SELECT k, t, d FROM lazy WHERE {sql}").fetchall() == [(4, MOMENT, DAY)]  # noqa: S608
        assert seen[-1] == ends, (sql, lazy)


numbers = st.integers(-5, 15)
days = st.dates(dt.date(2024, 2, 20), dt.date(2024, 3, 10))
leaves = st.one_of(
    st.builds(lambda op, n: getattr(K, op)(n), st.sampled_from(["eq", "ne", "lt", "le", "gt", "ge"]), numbers),
    st.builds(lambda op, n: getattr(D, op)(n), st.sampled_from(["eq", "lt", "le", "gt", "ge"]), days),
    st.builds(lambda low, high, how: K.is_between(low, high, closed=how), numbers, numbers, st.sampled_from(["both", "left", "none"])),
    st.builds(lambda some: K.is_in(some), st.lists(numbers, min_size=1, max_size=4)),
    st.builds(lambda n: pl.lit(n) >= K, numbers),
    st.just(K.is_not_null()),
)  # fmt: skip
conditions = st.recursive(
    leaves, lambda inner: st.one_of(st.builds(lambda a, b: a & b, inner, inner), st.builds(lambda a, b: a | b, inner, inner), inner.map(lambda a: ~a)),
    max_leaves=6,
)  # fmt: skip
ROWS = pl.DataFrame(
    {"k": [None, *range(-6, 17)] * 12, "d": [dt.date(2024, 2, 18) + dt.timedelta(days=n * 7 % 24) for n in range(288)]}
)


@settings(deadline=None, max_examples=150, derandomize=True)
@given(conditions)
def test_all_that_is_kept_is_admitted(condition):
    kept = ROWS.filter(condition)
    for column, ends in admitted(condition).items():
        for value in kept[column].drop_nulls().unique().to_list():
            assert ends.low <= number_of(value) <= ends.high
