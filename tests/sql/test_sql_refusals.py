"""What compiled expressions refuse, and what the lint finds that does not travel."""

from __future__ import annotations

import re

import pytest

from synth.sql.parse import SqlError, expression, lint, query
from tests.support.decimals import evaluate


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
        ("a IS TRUE", None, r"'a' is decimal\(12,2\), a condition is expected"),
        ("CBRT(a)", None, "CBRT of a decimal is not known; known are"),
        ("SQRT(t)", None, "SQRT of text; a number is expected"),
        ("no_such_function(n)", None, "unknown function 'no_such_function'"),
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
        ("DATE_DIFF('decade', on_, at)", None, "a difference is counted in one of MONTH, QUARTER, YEAR, SECOND"),
        ("DATE_SUB('millisecond', on_, at)", None, "a difference is counted in one of"),
        ("DATE_SUB('day', n, at)", None, "DATE_SUB of bigint; dates and timestamps are expected"),
        ("DATE_TRUNC('century', at)", None, "DATE_TRUNC takes one of YEAR, QUARTER"),
        ("DATE_TRUNC('day', t)", None, "DATE_TRUNC of text; dates and timestamps are expected"),
        ("LAST_DAY(n)", None, "LAST_DAY of bigint"),
        ("MAKE_DATE(n, 1, a)", None, r"MAKE_DATE of decimal\(12,2\); a whole number is expected"),
        ("on_ + INTERVAL 1 FORTNIGHT", None, "bad SQL|an interval is a whole number of one unit"),
        ("on_ + INTERVAL '1.5' DAY", None, "an interval is a whole number of one unit"),
        ("on_ + INTERVAL (a) DAY", None, r"INTERVAL of decimal\(12,2\); a whole number is expected"),
        ("n + INTERVAL 1 DAY", None, r"\+ INTERVAL of bigint; dates and timestamps are expected"),
        ("FORMAT('{:.1f}', a)", None, r"FORMAT shows all digits of decimal\(12,2\) and no others"),
        ("FORMAT('{:.1f}', n)", None, "FORMAT shows all digits of bigint and no others"),
        ("FORMAT('{:e}', n)", None, "FORMAT writes one whole or decimal number"),
        ("FORMAT('{} {}', n, i)", None, "FORMAT writes one whole or decimal number"),
        ("FORMAT('{:.2f}', d)", None, "FORMAT of double; a whole or decimal number is expected"),
        ("FORMAT(t, n)", None, "FORMAT writes one whole or decimal number"),
        ("SIGN(t)", None, "SIGN of text; a number is expected"),
        ("CHR(t)", None, "CHR of text; a whole number is expected"),
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


def test_digits_of_round_are_a_number():
    with pytest.raises(SqlError):
        evaluate("ROUND(a, n)", [{}])


def test_lint_finds_what_does_not_travel():
    bad = {
        "SELECT a FROM t JOIN u USING (a)": "USING", "SELECT a, COUNT(*) FROM t GROUP BY 1": "GROUP BY a number",
        "SELECT SUM(a) FILTER (WHERE a > 0) FROM t": "FILTER", "SELECT a FROM t WHERE INTERVAL 1 DAY > b": "INTERVAL",
        "SELECT a FROM t WHERE f = TRUE": "boolean", "SELECT * FROM t": r"SELECT \*", "SELECT TRY_CAST(a AS INT) FROM t": "CAST",
    }  # fmt: skip
    for sql, word in bad.items():
        assert any(re.search(word, found) for found in lint(query(sql))), sql
    assert list(lint(query("SELECT a, COUNT(*) FROM t JOIN u ON t.a = u.b GROUP BY a HAVING COUNT(*) > 1"))) == []
    assert list(lint(expression("a BETWEEN 1 AND 2 AND t IN ('x')"))) == []
    assert list(lint(expression("a + INTERVAL 1 DAY < b - 3 * INTERVAL 2 MONTH"))) == []
