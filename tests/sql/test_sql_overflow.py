"""Where int64 or a type is not wide enough, an answer is right or an error, never wrong."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.columns import column_to_written
from synth.dtypes import DType, decimal
from synth.sql.compile import as_type, compile_expression
from synth.sql.parse import SqlError
from tests.support.decimals import EXACT, SETTINGS, evaluate, rounded

WIDE = decimal(18, 2)


wide = st.integers(-(10**18) + 1, 10**18 - 1) | st.integers(-(10**10), 10**10)


@SETTINGS
@given(wide, wide, st.sampled_from("+-*"))
def test_overflow_raises_and_never_wraps(x, y, how):
    """Whatever int64 holds on the way and 18 digits hold at the end is right; all else raises."""
    compiled = as_type(compile_expression(f"ROUND(x {how} y, 2)", {"x": WIDE, "y": WIDE}), WIDE)
    exact = {"+": x + y, "-": x - y, "*": x * y}[how]
    if abs(exact) >= (2**63 if how == "*" else 10**18):
        with pytest.raises(OverflowError):
            column_to_written(compiled.evaluate(pl.DataFrame({"x": [x], "y": [y]})).alias("z"), WIDE)
    else:
        found = column_to_written(compiled.evaluate(pl.DataFrame({"x": [x], "y": [y]})).alias("z"), WIDE)[0]
        assert found == rounded(Decimal(exact).scaleb(-4 if how == "*" else -2, EXACT), 2)


PRODUCTS = [
    "x * y", "x * x * x", "ROUND(x / y, 6)", "x * 1000", "(x + x) * 5", "CASE WHEN x > 0 THEN x ELSE 0 END * y",
    "COALESCE(x, 0.000001)", "GREATEST(x, 0.0000001)", "x + 0.00000001",
]  # fmt: skip


@pytest.mark.parametrize("sql", PRODUCTS)
def test_wide_products_raise(sql):
    """Multiplying, dividing and giving more digits all multiply int64."""
    compiled = compile_expression(sql, {"x": WIDE, "y": WIDE})
    frame = pl.DataFrame({"x": [1, -(10**18) + 1], "y": [10**12, 10**18 - 1]})
    with pytest.raises(OverflowError):
        compiled.evaluate(frame)


@pytest.mark.parametrize(
    ("sql", "x", "y", "right"),
    [
        ("x > z", 18_446_744_073_710, 500_000, True),  # × 10^6 to meet z's 8 digits passes 2^64
        ("CASE WHEN x > z THEN 1 ELSE 0 END", 18_446_744_073_710, 500_000, 1),
        ("x > z AND x > 0", 18_446_744_073_710, 500_000, True),
        ("x BETWEEN z AND 1000000000000", 18_446_744_073_710, 500_000, True),
        ("x IN (z, 1)", 18_446_744_073_710, 448_384, False),
        ("NULLIF(z, x)", 18_446_744_073_710, 448_384, 448_384),
        ("ROUND(x * y, 2)", 153_092_023, 60_247_241_209, 92_233_720_368_547_758),  # 2^63 - 1, and half of 100 more
        ("ROUND(x * CAST('9000000000' AS BIGINT), 2)", 9_000_000_000, 0, 81 * 10**18),
    ],
)  # fmt: skip
def test_the_right_answer_or_an_error(sql, x, y, right):
    """Where int64 is not wide enough on the way, an answer must be right or missing, never wrong."""
    compiled = compile_expression(sql, {"x": WIDE, "y": WIDE, "z": decimal(18, 8)})
    try:
        found = compiled.evaluate(pl.DataFrame({"x": [x], "y": [y], "z": [y]}))[0]
    except OverflowError:
        return
    assert found == right


@pytest.mark.parametrize(
    ("terms", "dtype", "value"),
    [(9, WIDE, 10**18 - 1), (10, WIDE, 10**18 - 1), (19, WIDE, 10**18 - 1), (2, DType("bigint"), 2**63 - 1)],
    ids=str,
)
def test_long_sums_never_wrap(terms, dtype, value):
    """Ten values of 18 digits pass 2^63, nineteen pass 2^64; two of 63 bits pass 2^63."""
    frame = pl.DataFrame({"x": [value]})
    compiled = as_type(compile_expression(" + ".join(["x"] * terms), {"x": dtype}), dtype)
    with pytest.raises(OverflowError):
        column_to_written(compiled.evaluate(frame).alias("z"), dtype)


@pytest.mark.parametrize(
    ("sql", "right"),
    [
        ("CAST('12' AS DECIMAL(12,2))", "12.00"), ("CAST(d AS DECIMAL(12,2))", "1.50"),
        ("CAST(f AS DECIMAL(12,2))", "1.00"), ("CAST(t AS BIGINT)", "7"), ("CAST(f AS INTEGER)", "1"),
        ("ROUND(a, -1)", "1230"), ("ROUND(n, -2)", "1200"),
    ],
)  # fmt: skip
def test_casts_and_rounds_are_right_or_refused(sql, right):
    row = {"d": 1.5, "f": True, "t": "7", "a": 123_456, "n": 1234}
    try:
        found = evaluate(sql, [row])
    except SqlError:
        return
    assert found == [Decimal(right)]
