"""What can be written in the SQL of a spec, for people: the forms that are no functions, and those of `FUNCTIONS`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from synth.sql.functions.numbers import NUMBERS
from synth.sql.functions.patterns import PATTERNS
from synth.sql.functions.texts import TEXTS
from synth.sql.functions.times import TIMES
from synth.sql.pure import PURE, PURE_NAMES

__all__ = ["BASICS", "OVER_ROWS", "Form", "drawn_only_names", "forms"]


@dataclass(frozen=True)
class Form:
    """A way to write something: how, what it gives, and examples of values written out, each of which stands alone."""

    form: str
    says: str
    examples: tuple[str, ...]
    takes: str = ""
    gives: str = ""
    in_rules: bool = True  # else it is drawn, and stands in no rule or check


_SAME = "what meets there"
BASICS: tuple[Form, ...] = (
    Form(
        "a + b, a - b, a * b",
        "exact: a sum has the digits of the finer number, a product those of both",
        ("1.5 + 2", "2.5 * 0.25"),
        "numbers",
        "a number",
    ),
    Form(
        "ROUND(a / b, n)",
        "a quotient with n digits after the point, half away from zero; NULL where b is 0",
        ("ROUND(7 / 3, 2)",),
        "numbers",
        "a decimal",
    ),
    Form("a % b, MOD(a, b)", "the rest, with the sign of a", ("-7 % 3", "MOD(7.5, 2)"), "exact numbers", "a number"),
    Form(
        "ROUND(a, n)", "rounded half away from zero", ("ROUND(2.345, 2)", "ROUND(-2.5)"), "an exact number", "a number"
    ),
    Form(
        "FLOOR(a), CEIL(a)", "the next whole number below or above", ("FLOOR(-2.5)", "CEIL(2.1)"), "a number", "bigint"
    ),
    Form("ABS(a)", "without its sign", ("ABS(-2.5)",), "a number", "a number"),
    Form(
        "CASE WHEN condition THEN a … ELSE b END, CASE x WHEN a THEN …, IF(condition, a, b)",
        "the first whose condition holds",
        ("CASE WHEN 2 > 1 THEN 'x' ELSE 'y' END", "IF(1 = 2, 1, 0.5)"),
        "conditions and values of one kind",
        _SAME,
    ),
    Form("COALESCE(a, b, …)", "the first that is not NULL", ("COALESCE(NULL, 5)",), "values of one kind", _SAME),
    Form("NULLIF(a, b)", "NULL where both are equal", ("NULLIF(5, 6)",), "values of one kind", _SAME),
    Form(
        "LEAST(a, b, …), GREATEST(a, b, …)",
        "the smallest and the largest, NULLs left out",
        ("LEAST(3, 1.5)", "GREATEST(NULL, 2)"),
        "values of one kind",
        _SAME,
    ),
    Form(
        "a = b, a <> b, a < b, a BETWEEN b AND c, a IN (b, c), a IS NULL, AND, OR, NOT",
        "whether it holds; NULL where that cannot be told",
        ("2 BETWEEN 1 AND 3", "'a' IN ('b', 'c')", "1 IS NULL OR 2 > 1"),
        "values of one kind",
        "boolean",
    ),
    Form(
        "CAST(a AS type)",
        "as another type, where nothing is lost: digits go by ROUND alone",
        ("CAST(DATE '2024-02-29' AS TIMESTAMP)", "CAST(5 AS VARCHAR)"),
        "a value",
        "the type",
    ),
    Form(
        "date + n, date - n",
        "so many days later or earlier, still a date",
        ("DATE '2024-02-28' + 2",),
        "a date, a whole number",
        "date",
    ),
    Form("date - date", "the days between", ("DATE '2024-03-01' - DATE '2024-02-28'",), "dates", "bigint"),
)
OVER_ROWS = (
    "count", "sum", "avg", "min", "max", "row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value",
)  # fmt: skip
"""Aggregates and window functions that every database has: they stand in queries."""
_OTHERWISE_KNOWN = ("date_part", "datepart", "date_sub", "datesub", "date_trunc", "isoyear")  # in another form
_ARGUMENTS = {
    "text": "a text",
    "joined": "texts, or what becomes one",
    "time": "a date or timestamp",
    "moment": "dates or timestamps",
    "whole": "a whole number",
    "number": "a number",
    "exact": "a whole or decimal number",
    "double": "a number",
}


def forms() -> Iterator[tuple[str, tuple[Form, ...]]]:
    """The forms by kind, each with a heading."""
    yield "Numbers, choices, conditions", BASICS
    for heading, functions in (
        ("Times", TIMES),
        ("Texts", TEXTS),
        ("Patterns and fingerprints of texts", PATTERNS),
        ("Further numbers", NUMBERS),
    ):
        yield (
            heading,
            tuple(
                Form(
                    each.form,
                    each.says,
                    each.examples,
                    ", ".join(dict.fromkeys(_ARGUMENTS[kind] for kind in each.takes.values())),
                    str(each.gives),
                    each.in_rules,
                )
                for each in functions.values()
            ),
        )


def drawn_only_names() -> tuple[str, ...]:
    """Functions that are let through to whoever runs the SQL, and stand in no rule or check."""
    named = {node.sql_names()[0].lower() for node in PURE if hasattr(node, "sql_names")}
    return tuple(sorted((named | PURE_NAMES) - {*_OTHERWISE_KNOWN, *OVER_ROWS}))
