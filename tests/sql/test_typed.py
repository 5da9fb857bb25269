"""Types of trees: the same rules for drawing and for checks, but where the policy says otherwise; and sqlglot as a witness."""

from __future__ import annotations

import pytest
from sqlglot import exp
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

from synth.dtypes import DType, decimal
from synth.sql.allowed import allowed_expression
from synth.sql.kinds import kind_of
from synth.sql.nodes import dtype_of
from synth.sql.parse import SqlError, expression, query
from synth.sql.queries import columns_given, typed_condition, typed_query
from synth.sql.typed import typed_expression

TYPES = {
    "a": decimal(12, 2), "b": decimal(9, 4), "n": DType("bigint"), "d": DType("double"), "t": DType("varchar"),
    "u": DType("uuid"), "f": DType("boolean"), "day": DType("date"), "at_": DType("timestamp"),
}  # fmt: skip
BOTH = {
    "a + n": "decimal(18,2)", "a * b": "decimal(18,6)", "n * n": "bigint", "ROUND(a * b, 2)": "decimal(18,2)", "ROUND(a, -1)": "bigint",
    "a % 2": "decimal(18,2)", "-b": "decimal(9,4)", "FLOOR(a)": "bigint", "COALESCE(a, b)": "decimal(18,4)", "NULLIF(n, 0)": "bigint",
    "CASE WHEN f THEN n ELSE 0.5 END": "decimal(18,1)", "IF(f, day, at_)": "timestamp", "LEAST(n, 1)": "bigint", "d * n": "double",
    "CAST(n AS INTEGER)": "integer", "CAST(a AS DECIMAL(18,4))": "decimal(18,4)", "LENGTH(t)": "bigint", "UPPER(t)": "text",
    "t || n": "text", "YEAR(day)": "bigint", "DATE_DIFF('day', day, at_)": "bigint", "day - day": "bigint", "day + n": "date", "at_ + INTERVAL 1 MONTH": "timestamp", "day - INTERVAL (n) DAY": "timestamp", "LAST_DAY(at_)": "date", "CASE t WHEN 'a' THEN 1 END": "bigint",
}  # fmt: skip
APART = {  # expression: drawn, checked
    "ROUND(a / b, 2)": ("decimal(18,2)", "double"),
    "d / n": ("double", "double"),
    "a / b": ("a quotient has no last digit", "double"),
    "a * d": ("a double meets a decimal", "double"),
    "COALESCE(d, 1)": ("values of different kinds meet", "double"),
    "1e3": ("bigint", "double"),
    "day + x": ("unknown column 'x'", "unknown column x"),
    "at_ - at_": ('\'"at_"', "not every database knows SUB as in"),
    "SQRT(n)": ("double", "not every database knows SQRT as in SQRT"),
    "t || d": ("text", "double as a text reads differently in every database: d"),
    "COALESCE(day, '2024-01-01')": ("values of different kinds meet", "date"),
    "COALESCE('x', u)": ("text", "uuid"),
}


def drawn(sql):
    try:
        return str(dtype_of(typed_expression(expression(sql), TYPES)))
    except SqlError as error:
        return str(error)


def checked(sql):
    try:
        tree = typed_query(query(f"SELECT {sql} AS x FROM r").copy(), {"r": TYPES})
    except SqlError as error:
        return str(error)
    return str(columns_given(tree)[0][1])


@pytest.mark.parametrize("sql", BOTH)
def test_one_rule_for_both(sql):
    assert (drawn(sql), checked(sql)) == (BOTH[sql], BOTH[sql])


@pytest.mark.parametrize("sql", APART)
def test_where_the_policies_differ(sql):
    for found, wanted in zip((drawn(sql), checked(sql)), APART[sql], strict=True):
        assert found.startswith(wanted)


def test_every_node_of_a_value_is_typed():
    tree = typed_expression(expression("CASE WHEN a > 1 THEN ROUND(a * b, 2) ELSE n END"), TYPES)
    types = {node.sql(): str(dtype_of(node)) for node in tree.find_all(exp.Mul, exp.GT, exp.Literal, exp.Round)}
    assert types["a * b"] == "decimal(18,6)" and types["a > 1"] == "boolean" and types["1"] == "bigint"


UNSEEN = {"day - day"}  # sqlglot takes it for a date; in DuckDB it is a number of days


@pytest.mark.parametrize(
    "sql",
    [*sorted(BOTH.keys() - UNSEEN), *(sql for sql, (_, then) in APART.items() if then in ("double", "date", "uuid"))],
)
def test_sqlglot_sees_the_same_kind(sql):
    """An independent witness: what `annotate_types` knows of a value is of our kind; it knows nothing of digits."""
    tree = typed_query(query(f"SELECT {sql} AS x FROM r").copy(), {"r": TYPES})
    ours = kind_of(columns_given(tree)[0][1])
    schema = MappingSchema({"r": {name: dtype.duckdb for name, dtype in TYPES.items()}}, dialect="duckdb")
    theirs = annotate_types(tree, schema=schema, dialect="duckdb").expressions[0].type
    kinds = {"text": exp.DataType.TEXT_TYPES, "time": exp.DataType.TEMPORAL_TYPES, "number": exp.DataType.NUMERIC_TYPES}
    unknown = theirs is None or theirs.this.name in ("UNKNOWN", "NULL")
    assert unknown or theirs.this in kinds[ours], (sql, ours, theirs)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("NOW()", "no clock is read"), ("CURRENT_DATE", "no clock is read"), ("n IN ()", "nothing stands in the brackets of IN"),
        ("n BETWEEN SYMMETRIC 2 AND 1", "not every database knows BETWEEN"), ("d + t", "arithmetic on text"), ("day + d", "bad SQL: "),
        ("UPPER(n)", "UPPER of bigint; a text is expected"), ("YEAR(t)", "YEAR of text; dates and timestamps are expected"), ("t || a", r"decimal\(12,2\) as a text reads differently"),
        ("ROUND(a, 1.5)", "the digits of ROUND are a whole number: ROUND"),
    ],
)  # fmt: skip
def test_what_was_drawn_wrongly_is_refused(sql, message):
    with pytest.raises(SqlError, match=message):
        typed_expression(allowed_expression(sql), TYPES)


def test_conditions_spell_names_as_declared():
    tree = typed_condition(expression("A > 1 AND F"), TYPES)
    assert tree.sql() == "a > 1 AND f"
    with pytest.raises(SqlError, match="unknown column x"):
        typed_condition(expression("x > 1"), TYPES)
