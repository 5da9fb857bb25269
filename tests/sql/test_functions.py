"""Every function of the language, drawn: as DuckDB computes it. A function without an example fails."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import duckdb
import polars as pl
import pytest
from sqlglot import exp

from synth.dtypes import DType
from synth.sql.compile import compile_expression
from synth.sql.functions import FUNCTIONS
from synth.sql.functions.times import DAY_PARTS, TIME_PARTS, UNITS
from synth.sql.parse import SqlError
from synth.sql.reference import forms

TYPES = {
    "t": DType("varchar"), "w": DType("varchar", length=9), "n": DType("bigint"), "day": DType("date"),
    "seen": DType("timestamp"),
}  # fmt: skip
ROWS = [
    ("abcdef", "e", 1, dt.date(2023, 8, 31), dt.datetime(2024, 1, 31, 13, 59, 59, 999_999)),
    ("+", "e", -13, dt.date(1960, 2, 29), dt.datetime(1969, 12, 31, 0, 0, 0, 1)),
    ("a_b ", "b", 7, dt.date(2024, 2, 29), dt.datetime(2024, 3, 1, 0, 0, 0, 1)),
    ("Ä漢 b", "漢", -12, dt.date(1999, 12, 31), dt.datetime(2000, 1, 1)),
    ("", "x", 0, dt.date(2025, 1, 1), dt.datetime(1969, 12, 31, 23, 59, 59)),
]


def between(name):
    """A difference in each unit, both ways."""
    pairs = ("day, seen", "seen, day", "day, DATE '2024-01-31'", "TIMESTAMP '2000-02-29 00:00:00.000001', seen")
    units = [unit for unit in UNITS if (name, unit) != ("DATE_DIFF", "WEEK")]  # which engines count in several ways
    return [f"{name}('{unit}', {pair})" for unit in units for pair in pairs]


EXAMPLES = {
    exp.Length: ["LENGTH(t)", "LENGTH(t || w) * 2"],
    exp.Upper: ["UPPER(t)", "UPPER(CASE WHEN n > 0 THEN t ELSE w END)", "UPPER(t || 'ß')"],
    exp.Lower: ["LOWER(t || UPPER(w))", "LOWER(t || 'İΑΣ')"],
    exp.Trim: ["TRIM(t)", "TRIM(' \t' || t || '\n\u00a0 ')", "LTRIM(' ' || t)", "RTRIM(t)"],
    exp.Replace: [
        "REPLACE(t, 'b', '.')",
        "REPLACE(t, '', 'x')",
        "REPLACE(t, w, '$1')",
        "REPLACE(t, 'b', NULLIF(w, 'b'))",
    ],
    exp.StrPosition: ["STRPOS(t, 'b')", "POSITION('b' IN t)", "STRPOS(t, w)", "STRPOS(t, '')", "STRPOS(t, NULL)"],
    exp.Substring: ["SUBSTR(t, 2, 2)", "SUBSTR(t, 2)", "SUBSTR(t, 1, 0)"],
    exp.Left: ["LEFT(t, 1)", "LEFT(t, 0)"],
    exp.Right: ["RIGHT(t, 1)", "RIGHT(t, 9)"],
    exp.Pad: ["LPAD(t, 3, '.')", "RPAD(t, 3, '漢')", "LPAD(t, 6, 'x')", "RPAD(t, 0, 'x')", "LPAD(CAST(n AS VARCHAR), 2, '0')"],
    exp.Chr: ["CHR(CAST(65 + ABS(n) AS INTEGER))"],
    exp.MD5: ["MD5(t)", "MD5(t || n)", "MD5(NULLIF(t, ''))"],
    exp.Repeat: ["REPEAT(t, 3)", "REPEAT(w, n)", "REPEAT('xy', n - 5) || t", "REPEAT(t, NULLIF(n, 0))", "t || REPEAT('ab', 2)"],
    exp.RegexpLike: ["REGEXP_MATCHES(t, '^[a-z]+$')", "REGEXP_MATCHES(t, 'B', 'i')", "REGEXP_MATCHES(t || w, '\\w+')", "NOT REGEXP_MATCHES(t, '\\bb\\b') AND n > 0", "REGEXP_MATCHES(t, 'ä', 'i')", "REGEXP_MATCHES(t, '')"],
    exp.RegexpReplace: ["REGEXP_REPLACE(t, '[b-d]', '$1', 'g')", "REGEXP_REPLACE(t, '(.)(.)', '\\2\\1\\0\\\\')", "REGEXP_REPLACE(t, 'x*', '-', 'g')", "REGEXP_REPLACE(t || w, '[^\\x00-\\x7F]', '?', 'g')"],
    exp.RegexpExtract: ["REGEXP_EXTRACT(t, '[b-d]+')", "REGEXP_EXTRACT(t, '(a)(z)?(b)?', 2) || REGEXP_EXTRACT(t, 'q')", "REGEXP_EXTRACT(NULLIF(t, '+'), '.', 0)", "LENGTH(REGEXP_EXTRACT(t, '\\p{L}+'))"],
    exp.Sign: ["SIGN(n)", "SIGN(n * 0.5)", "SIGN(n - 0.5) * 3"],
    exp.Sqrt: ["SQRT(n * n)", "SQRT(ABS(n) * 0.25)"],
    exp.Ln: ["LN(n * n + 1)"],
    exp.Exp: ["EXP(n)", "EXP(n * 0.1 - 0.5)"],
    exp.Pow: ["POWER(2, n)", "POWER(n * 0.5, 2)", "n ** 2"],
    exp.Format: ["FORMAT('{:05d}', n)", "FORMAT('{:,}', n * 123456)", "FORMAT('EUR {:,.2f}!', n * 1234567.89)", "FORMAT('{:.3f}', n * 0.125)", "FORMAT('{:010.2f}', n * 12.25)"],
    exp.Like: ["t LIKE '%b%'", "t NOT LIKE '_b%'"],
    exp.DPipe: ["t || '-' || w", "t || n", "n || day", "t || seen"],
    exp.Concat: ["CONCAT(t, '-', w)", "CONCAT(t, n)", "CONCAT(t, NULL, w)"],
    exp.Extract: [
        "EXTRACT(YEAR FROM seen) * 100 + EXTRACT(MONTH FROM seen)", "YEAR(day)", "MONTH(seen)", "DAY(day)", "DAY(CAST(seen AS DATE))", "DATE_PART('years', day)",
        "WEEKOFYEAR(day)", "ISODOW(seen)", "DAYOFWEEK(day)", "DAYOFYEAR(seen)", "ISOYEAR(day)",
        *(f"EXTRACT({part} FROM {time})" for part in (*DAY_PARTS, *TIME_PARTS) for time in ("day", "seen")),
    ],
    exp.DateDiff: ["DATE_DIFF('day', day, seen)", "seen > day AND DATE_DIFF('day', seen, day) < 0", *between("DATE_DIFF")],
    exp.TimestampDiff: between("DATE_SUB"),
    exp.DateAdd: [
        f"{time} {sign} INTERVAL {number} {unit}"
        for unit in UNITS for time, sign, number in (("day", "+", "1"), ("seen", "-", "(n)"), ("seen", "+", "(-5)"), ("day", "-", "(n * 7)"))
    ] + ["seen + INTERVAL '3 hours'", "INTERVAL 1 MONTH + day", "day + n * INTERVAL 2 WEEK", "DATE_ADD(seen, INTERVAL 1 DAY)", "seen + INTERVAL 1 MONTH + INTERVAL 1 MONTH"],
    exp.TimestampTrunc: [f"DATE_TRUNC('{unit}', {time})" for unit in UNITS for time in ("day", "seen")],
    exp.LastDay: ["LAST_DAY(day)", "LAST_DAY(seen)", "LAST_DAY(day + INTERVAL (n) MONTH)"],
    exp.DateFromParts: ["MAKE_DATE(2000 + n, 2, 28)", "MAKE_DATE(YEAR(day), MONTH(day), 1)"],
    exp.TimestampFromParts: ["MAKE_TIMESTAMP(2000 + n, MONTH(day), 2, HOUR(seen), 4, 5)"],
}  # fmt: skip
ALL = [sql for each in EXAMPLES.values() for sql in each]


def test_every_function_has_an_example():
    assert set(EXAMPLES) == set(FUNCTIONS), "write an example here for each entry of FUNCTIONS"


def values(sql, rows):
    compiled = compile_expression(sql, TYPES)
    frame = pl.DataFrame(rows, schema={name: dtype.drawn for name, dtype in TYPES.items()}, orient="row")
    return compiled.evaluate(frame).to_list()


def expected(sql, rows):
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE r ({', '.join(f'{name} {dtype.duckdb}' for name, dtype in TYPES.items())})")
        connection.executemany("INSERT INTO r VALUES (?, ?, ?, ?, ?)", rows)
        return [value for (value,) in connection.execute(f"SELECT {sql} FROM r ORDER BY rowid").fetchall()]


def near(wanted):
    """Doubles but for their last digits, which libraries of mathematics see differently."""
    return [pytest.approx(value, rel=1e-12) if isinstance(value, float) else value for value in wanted]


@pytest.mark.parametrize("sql", ALL)
def test_drawn_as_duckdb_computes(sql):
    assert values(sql, ROWS) == near(expected(sql, ROWS))


WRITTEN = [sql for _, found in forms() for each in found for sql in each.examples]


@pytest.mark.parametrize("sql", WRITTEN)
def test_documented_examples(sql):
    compiled = compile_expression(sql, {})
    (drawn,) = compiled.evaluate(pl.DataFrame({"x": [1]})).to_list()
    digits = compiled.dtype.digits if compiled.dtype.is_exact else 0
    (wanted,) = expected(sql, ROWS[:1])
    assert (float(Decimal(drawn).scaleb(-digits)) if digits else drawn) == (float(wanted) if digits else wanted)


def test_every_function_is_described():
    assert not [node for node, each in FUNCTIONS.items() if not (each.form and each.says and each.examples)]


@pytest.mark.parametrize("sql", ALL)
def test_nulls(sql):
    rows = [(None,) * len(TYPES), *ROWS]
    assert values(sql, rows) == near(expected(sql, rows))


UNLIKE = [  # what an engine behind the language read otherwise
    "seen > TIMESTAMP '2000-01-01' IS NOT TRUE", "(n > 3) IS TRUE", "(n > 3) IS NOT TRUE", "(n > 3) IS FALSE", "NOT ((n > 3) IS FALSE)",
    "CASE WHEN (n > 3) IS NOT TRUE THEN 1 ELSE 2 END", "CASE WHEN NULL THEN 1 ELSE n END", "LOG(10, n * n + 1)", "LOG(n * n + 1)",
    "LOG(2, n * n + 1)", "POWER(2, n)", "CAST(seen AS VARCHAR)",
    "CAST(EXP(n * 4) AS VARCHAR)", "RIGHT(t, 2)",
]  # fmt: skip


@pytest.mark.parametrize("sql", UNLIKE)
def test_what_engines_read_differently_is_drawn_as_duckdb_computes(sql):
    rows = [(None,) * len(TYPES), *ROWS]
    assert values(sql, rows) == near(expected(sql, rows))


@pytest.mark.parametrize(("sql", "said"), {
    "SUBSTRING(t, -2)": "from 1 on", "RIGHT(t, 0)": "from 1 on", "LEFT(t, n)": "from 1 on", "TRY_CAST(t AS BIGINT)": "TRY_CAST stands in SELECTs",
    "DATE_DIFF('week', day, seen)": "weeks are counted in several ways", "EXTRACT(MILLISECOND FROM seen)": "read in several ways", "STRFTIME(seen, '%f')": "six digits or nine",
    "CAST(day AS BIGINT)": "a moment is no number", "CAST(n AS DATE)": "a moment is no number", "CAST(t AS BOOLEAN)": "write a comparison",
    "RIGHT(t, n)": "from 1 on", "MAKE_TIMESTAMP(n, 1, 1, 1, 1, 0.5)": "a whole number is expected",
    "INITCAP(t)": "unknown function 'initcap'", "OCTET_LENGTH(t)": "unknown function 'octet_length'",
}.items())  # fmt: skip
def test_what_cannot_be_drawn_alike_is_refused(sql, said):
    with pytest.raises(SqlError, match=said):
        compile_expression(sql, TYPES)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("REGEXP_MATCHES(t, w)", "the pattern, and what stands behind it, are texts that are written out"),
        ("REGEXP_REPLACE(t, 'a', w)", "the pattern, and what stands behind it, are texts that are written out"),
        ("REGEXP_MATCHES(t, '(a')", "missing \\)"),
        ("REGEXP_MATCHES(t, 'a', 'q')", "bad SQL"),
        ("REGEXP_EXTRACT(t, 'a', n)", "a group is a number from 0 to 9 that is written out"),
        ("REGEXP_EXTRACT(t, '(a)', 10)", "a group is a number from 0 to 9 that is written out"),
        ("MD5(n)", "MD5 of bigint; a text is expected"),
        ("REPEAT(t, w)", "a whole number is expected"),
        ("REPEAT(t, n * 0.5)", "a whole number is expected"),
    ],
)
def test_patterns_that_cannot_be_read_are_refused(sql, message):
    with pytest.raises(SqlError, match=message):
        compile_expression(sql, TYPES)
