"""Compiled expressions against Python's Decimal, a row at a time: arithmetic, NULL, choices and truth."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.sql.compile import compile_expression
from tests.support.decimals import SETTINGS, TYPES, evaluate, major, rounded, rows, units

# Each expression, and the same in Python over Decimals; NULL in, NULL out unless said.
STRICT = {
    "a + b": lambda r: r["a"] + r["b"],
    "a - b - n": lambda r: r["a"] - r["b"] - r["n"],
    "-(a - 2.125)": lambda r: -(r["a"] - Decimal("2.125")),
    "n * a": lambda r: r["n"] * r["a"],
    "n * i - 7": lambda r: r["n"] * r["i"] - 7,
    "ROUND(a * b, 2)": lambda r: rounded(r["a"] * r["b"], 2),
    "ROUND(a * b, 0)": lambda r: rounded(r["a"] * r["b"], 0),
    "ROUND(a * b)": lambda r: rounded(r["a"] * r["b"], 0),
    "ROUND(b, 1) + ROUND(b, 3)": lambda r: rounded(r["b"], 1) + rounded(r["b"], 3),
    "ROUND(a, 5)": lambda r: r["a"],
    "ROUND(ROUND(a * b, 3), 2)": lambda r: rounded(rounded(r["a"] * r["b"], 3), 2),
    "ROUND((a - n) * b * 0.5, 2)": lambda r: rounded((r["a"] - r["n"]) * r["b"] * Decimal("0.5"), 2),
    "ABS(a) + ABS(b)": lambda r: abs(r["a"]) + abs(r["b"]),
    "FLOOR(a)": lambda r: r["a"].to_integral_value(ROUND_FLOOR),
    "CEIL(a)": lambda r: r["a"].to_integral_value(ROUND_CEILING),
    "CAST(n AS DECIMAL(12,2)) + 0.01": lambda r: r["n"] + Decimal("0.01"),
    "a < b": lambda r: r["a"] < r["b"],
    "a >= n": lambda r: r["a"] >= r["n"],
    "a = c": lambda r: r["a"] == r["c"],
    "b <> 0.5": lambda r: r["b"] != Decimal("0.5"),
    "a BETWEEN b AND n": lambda r: r["b"] <= r["a"] <= r["n"],
    "NOT (a <= 0.00)": lambda r: r["a"] > 0,
    "c IN (5, 0.00, 50)": lambda r: r["c"] in (5, 0, 50),
    "CASE WHEN a > b THEN n ELSE b END": lambda r: r["n"] if r["a"] > r["b"] else r["b"],
    "CASE WHEN a > 100 THEN a * 2 WHEN a > 0 THEN 0.5 ELSE -1 END": lambda r: (
        r["a"] * 2 if r["a"] > 100 else Decimal("0.5") if r["a"] > 0 else Decimal(-1)
    ),
    "CASE c WHEN 0 THEN 1 WHEN 5 THEN 2.5 ELSE n END": lambda r: {0: Decimal(1), 5: Decimal("2.5")}.get(r["c"], r["n"]),
}


@pytest.mark.parametrize("sql", STRICT)
@settings(SETTINGS, max_examples=25)
@given(rows(null=False))
def test_arithmetic_equals_decimals(sql, given_rows):
    assert evaluate(sql, given_rows) == [STRICT[sql](major(row)) for row in given_rows]


ARITHMETIC = [
    "a + b",
    "n * a",
    "ROUND(a * b, 2)",
    "a < b",
    "FLOOR(a)",
    "ABS(a)",
    "CAST(a AS DECIMAL(18,4))",
    "-a",
    "n * i - 7",
]


@pytest.mark.parametrize("sql", ARITHMETIC)
@settings(SETTINGS, max_examples=25)
@given(rows())
def test_null_in_null_out(sql, given_rows):
    used = compile_expression(sql, TYPES).reads
    for row, value in zip(given_rows, evaluate(sql, given_rows), strict=True):
        assert (value is None) == any(row[name] is None for name in used)


def sql_least(values, pick):
    known = [v for v in values if v is not None]  # as PostgreSQL and DuckDB: NULLs are passed over
    return pick(known) if known else None


LOOSE = {
    "COALESCE(a, b, 0)": lambda r: next((v for v in (r["a"], r["b"]) if v is not None), Decimal(0)),
    "COALESCE(a, NULL, n)": lambda r: r["a"] if r["a"] is not None else r["n"],
    "LEAST(a, b, n)": lambda r: sql_least((r["a"], r["b"], r["n"]), min),
    "GREATEST(a, b, 1)": lambda r: sql_least((r["a"], r["b"], Decimal(1)), max),
    "NULLIF(a, b)": lambda r: None if r["a"] is not None and r["a"] == r["b"] else r["a"],
    "CASE WHEN a > 0 THEN b END": lambda r: r["b"] if r["a"] is not None and r["a"] > 0 else None,
    "CASE WHEN a IS NULL THEN NULL WHEN b IS NOT NULL THEN a ELSE n END": lambda r: (
        None if r["a"] is None else r["a"] if r["b"] is not None else r["n"]
    ),
    "a IS NULL OR b IS NULL": lambda r: r["a"] is None or r["b"] is None,
    "CASE c WHEN 0 THEN 1 ELSE 2 END": lambda r: Decimal(1) if r["c"] == 0 else Decimal(2),
}


@pytest.mark.parametrize("sql", LOOSE)
@settings(SETTINGS, max_examples=25)
@given(rows())
def test_choices_with_nulls(sql, given_rows):
    assert evaluate(sql, given_rows) == [LOOSE[sql](major(row)) for row in given_rows]


@SETTINGS
@given(rows(), st.integers(0, 6))
def test_rounded_quotients(given_rows, digits):
    """Half away from zero; a quotient by zero is NULL, as in DuckDB."""
    found = evaluate(f"ROUND(a / b, {digits})", given_rows)
    for row, value in zip(given_rows, found, strict=True):
        r = major(row)
        if r["a"] is None or not r["b"]:
            assert value is None
        else:
            up = Decimal(10) ** digits  # exact: |a/b| · 10^digits + 1/2, cut down
            slow = (abs(r["a"]) * up * 2 + abs(r["b"])) // (abs(r["b"]) * 2) / up
            assert value == (slow if (r["a"] < 0) == (r["b"] < 0) else -slow)


@SETTINGS
@given(rows())
def test_remainders_have_the_sign_of_the_dividend(given_rows):
    """And by zero they are NULL."""
    for row, value in zip(given_rows, evaluate("n % i", given_rows), strict=True):
        if row["n"] is None or not row["i"]:
            assert value is None
        else:
            assert value == Decimal(row["n"]) % Decimal(row["i"])  # Python's decimal: the sign of the dividend


truths = st.sampled_from([True, False, None])


@SETTINGS
@given(st.lists(st.tuples(truths, units(3)), min_size=1, max_size=9))
def test_truth_has_three_values(pairs):
    given_rows = [{"f": f, "n": n} for f, n in pairs]

    def both(x, y):
        return False if x is False or y is False else None if x is None or y is None else True

    above = [None if n is None else n > 0 for _, n in pairs]
    truth = [f for f, _ in pairs]
    assert evaluate("f AND n > 0", given_rows) == [both(x, y) for x, y in zip(truth, above, strict=True)]
    negated = [(None if x is None else not x, None if y is None else not y) for x, y in zip(truth, above, strict=True)]
    assert evaluate("NOT (f OR n > 0)", given_rows) == [both(x, y) for x, y in negated]


def test_rounding_by_hand():
    """Halves go away from zero, on both sides."""
    given_rows = [{"b": v} for v in (250, -250, 249, -249, 350, -350, 50, -50, 0, 99_950)]
    expected = ["0.03", "-0.03", "0.02", "-0.02", "0.04", "-0.04", "0.01", "-0.01", "0", "10.00"]
    assert evaluate("ROUND(b, 2)", given_rows) == [Decimal(x) for x in expected]


def test_names_with_a_table_before_them():
    assert evaluate("ROUND(orders.total * 0.5, 2)", [{"orders.total": 101}]) == [Decimal("0.51")]
