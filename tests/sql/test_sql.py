"""Compiled expressions against Python's Decimal, a row at a time; and what they refuse."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.columns import column_to_written
from synth.dtypes import DType, decimal
from synth.sql.compile import as_type, compile_expression
from synth.sql.parse import SqlError, expression, lint, query

SETTINGS = settings(deadline=None, max_examples=120, derandomize=True)

EXACT = Context(prec=60)
TYPES = {"a": decimal(12, 2), "b": decimal(9, 4), "n": DType("bigint"), "i": DType("integer"), "c": decimal(6, 0)}
OTHERS = {
    "d": DType("double"), "t": DType("varchar"), "on_": DType("date"), "at": DType("timestamp"), "f": DType("boolean"),
    "orders.total": decimal(12, 2),
}  # fmt: skip


def evaluate(sql: str, rows: list[dict], wanted: str | None = None) -> list:
    """The expression over rows of minor units, as values in major units. Raises as the compiler does."""
    compiled = compile_expression(sql, {**TYPES, **OTHERS})
    if wanted:
        compiled = as_type(compiled, DType.parse(wanted))
    schema = {name: dtype.drawn for name, dtype in {**TYPES, **OTHERS}.items()}
    frame = pl.DataFrame([{**dict.fromkeys(schema), **row} for row in rows], schema=schema)
    found = compiled.evaluate(frame)
    if len(found) != len(rows):
        found = found.new_from_index(0, len(rows))  # as the engine does with a constant
    dtype = compiled.dtype
    if dtype is None or not dtype.is_exact:
        return found.to_list()
    return [None if units is None else Decimal(units).scaleb(-dtype.digits, EXACT) for units in found.to_list()]


def major(row: dict) -> dict:
    return {n: None if v is None else Decimal(v).scaleb(-TYPES[n].digits, EXACT) for n, v in row.items()}


def rounded(value: Decimal, digits: int) -> Decimal:
    """Half away from zero, as ROUND_HALF_UP of Python's decimal is."""
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)


def units(limit: int, null: bool = True):
    """Whole minor units, dense around zero and around halves."""
    some = st.one_of(
        st.integers(-limit, limit),
        st.integers(-30, 30),
        st.sampled_from([0, 5, -5, 50, -50, 49, 150, -250, limit, -limit]),
    )
    return some | st.none() if null else some


def rows(null: bool = True):
    one = st.fixed_dictionaries({
        "a": units(10**9, null), "b": units(10**6, null), "n": units(10**3, null), "i": units(10**3, null),
        "c": units(10**4, null),
    })  # fmt: skip
    return st.lists(one, min_size=1, max_size=25)


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


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("UPPER(t) || '-' || t", "AB-ab"), ("t = 'ab'", True), ("t IN ('x', 'ab')", True), ("LENGTH(t)", 2),
        ("EXTRACT(MONTH FROM on_)", 2), ("STRFTIME(on_, '%m.%d')", "02.29"), ("CAST(at AS DATE) = on_", True),
        ("at > on_", True), ("CASE WHEN t <> 'ab' THEN 'no' ELSE t END", "ab"), ("COALESCE(NULL, t)", "ab"),
        ("CAST('2024-02-29' AS DATE) = on_", True), ("'it''s'", "it's"), ("TRUE", True), ("d * d < d + d", True),
        ("NULL", None), ("CAST('2024-02-29 01:02:03' AS TIMESTAMP)", dt.datetime(2024, 2, 29, 1, 2, 3)),
    ],
)  # fmt: skip
def test_text_and_moments(sql, expected):
    row = {"t": "ab", "on_": dt.date(2024, 2, 29), "at": dt.datetime(2024, 2, 29, 12), "f": True, "d": 1.5}
    assert evaluate(sql, [row, row]) == [expected, expected]


days = st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)) | st.sampled_from(
    [dt.date(2024, 2, 28), dt.date(2024, 3, 1)]
)
hours = st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2200, 12, 31)) | st.sampled_from(
    [dt.datetime(2024, 2, 29, 23, 59, 59, 999_999), dt.datetime(2024, 3, 1), dt.datetime(1969, 12, 31, 23)]
)
dated = st.fixed_dictionaries(
    {"on_": st.none() | days, "at": st.none() | hours, "n": units(30_000), "i": units(30_000)}
)


def date_of(moment):
    return moment.date() if isinstance(moment, dt.datetime) else moment


DATED = {  # days are counted by midnights, as in DuckDB
    "DATE_DIFF('day', on_, at)": lambda r: (date_of(r["at"]) - r["on_"]).days,
    "DATE_DIFF('day', at, on_)": lambda r: (r["on_"] - date_of(r["at"])).days,
    "DATE_DIFF('DAY', at, DATE '2024-02-29') * 2": lambda r: (dt.date(2024, 2, 29) - date_of(r["at"])).days * 2,
    "on_ + n": lambda r: r["on_"] + dt.timedelta(days=int(r["n"])),
    "on_ - i": lambda r: r["on_"] - dt.timedelta(days=int(r["i"])),
    "CAST(at AS DATE) + 30 - i": lambda r: date_of(r["at"]) + dt.timedelta(days=30 - int(r["i"])),
    "DATE_DIFF('day', on_, on_ + n)": lambda r: int(r["n"]),
}


@pytest.mark.parametrize("sql", DATED)
@settings(SETTINGS, max_examples=40)
@given(st.lists(dated, min_size=1, max_size=20))
def test_days_equal_pythons(sql, given_rows):
    used = compile_expression(sql, {**TYPES, **OTHERS}).reads
    expected = [None if any(row[name] is None for name in used) else DATED[sql](row) for row in given_rows]
    assert evaluate(sql, given_rows) == expected


@pytest.mark.parametrize(
    ("sql", "wanted", "message"),
    [
        ("a * b", "decimal(12,2)", r"the expression has 6 digits after the point, decimal\(12,2\) keeps 2: write ROUND\(…, 2\)"),
        ("a", "bigint", r"has 2 digits after the point, bigint keeps 0"),
        ("a * d", None, "a double meets a decimal: no float touches exact numbers"),
        ("d - b", None, "a double meets a decimal"),
        ("d < 3.5", None, r"values of different kinds meet: decimal\(18,1\), double"),
        ("ROUND(d, 2)", None, "ROUND of a double: no float touches exact numbers"),
        ("a / b", None, r"a quotient has no last digit; write ROUND\(a / b, digits\)"),
        ("a + missing", None, "unknown column 'missing'"),
        ("orders.missing", None, "unknown column 'orders.missing'"),
        ("t + 1", None, "arithmetic on text; integers and decimals are expected"),
        ("NULL * a", None, "arithmetic on NULL"),
        ("CASE WHEN a THEN 1 ELSE 2 END", None, r"'a' is decimal\(12,2\), a condition is expected"),
        ("COALESCE(a, t)", None, r"values of different kinds meet: decimal\(12,2\), text"),
        ("t = 1", None, "values of different kinds meet: bigint, text"),
        ("f IS TRUE", None, "IS is for NULL"),
        ("SQRT(a)", None, "SQRT of a decimal is not known; known are"),
        ("no_such_function(n)", None, "bad SQL: "),
        ("a +", None, "bad SQL: "),
        ("a b c", None, "bad SQL: "),
        ("a, b", None, "'a, b' is not one expression"),
        ("SUM(a)", None, "an expression works within one row; sum children into parents with `sum:`"),
        ("(SELECT 1)", None, "an expression works within one row"),
        ("1; DROP TABLE x", None, "one statement is expected"),
        ("b * b * b * b * b", None, "a product with 20 digits after the point; ROUND a factor first"),
        ("12345678901234567890", None, "does not fit bigint"),
        ("CAST(a AS DOUBLE)", None, "a decimal cast to double: not exact in every database"),
        ("CAST(a AS nonsense)", None, "unknown type|bad SQL"),
        ("t", "bigint", "the expression gives text, the column is bigint"),
        ("CAST(a AS BIGINT)", None, r"write ROUND\(…, 0\)"),
        ("DATE_DIFF('month', on_, at)", None, r"DATE_DIFF counts days: DATE_DIFF\('day', earlier, later\)"),
        ("DATE_DIFF('day', t, at)", None, "DATE_DIFF of text; dates and timestamps are expected"),
        ("DATE_DIFF('day', on_, n)", None, "DATE_DIFF of bigint"),
        ("DATE_DIFF('day', on_)", None, "bad SQL: "),
        ("on_ + a", None, "of a decimal is not known"),
        ("on_ + t", None, "bad SQL: "),
        ("at + 1", None, "bad SQL: "),
    ],
)  # fmt: skip
def test_refusals(sql, wanted, message):
    with pytest.raises(SqlError, match=message):
        evaluate(sql, [{}], wanted)


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


def test_digits_of_round_are_a_number():
    with pytest.raises(SqlError):
        evaluate("ROUND(a, n)", [{}])


def test_lint_finds_what_does_not_travel():
    bad = {
        "SELECT a FROM t JOIN u USING (a)": "USING", "SELECT a, COUNT(*) FROM t GROUP BY 1": "GROUP BY a number",
        "SELECT SUM(a) FILTER (WHERE a > 0) FROM t": "FILTER", "SELECT a + INTERVAL 1 DAY FROM t": "interval",
        "SELECT a FROM t WHERE f = TRUE": "boolean", "SELECT * FROM t": r"SELECT \*", "SELECT TRY_CAST(a AS INT) FROM t": "CAST",
    }  # fmt: skip
    for sql, word in bad.items():
        assert any(re.search(word, found) for found in lint(query(sql))), sql
    assert list(lint(query("SELECT a, COUNT(*) FROM t JOIN u ON t.a = u.b GROUP BY a HAVING COUNT(*) > 1"))) == []
    assert list(lint(expression("a BETWEEN 1 AND 2 AND t IN ('x')"))) == []
