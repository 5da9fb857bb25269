"""Types and digits of SQL expressions, worked out once for drawing and for checks in every database.

`Typing.visit` notes on every node of a tree the type of its value (`dtype_of`), operands first. Names are found by whoever
asks: `column` says what a name means. A rule stands here once; where drawing and checks differ, it asks the `Policy`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, DType, decimal, exact
from synth.sql.casts import cast_type
from synth.sql.functions import FUNCTIONS, Function
from synth.sql.functions.function import refuse_argument
from synth.sql.kinds import DIGITS, DRAWING, Policy, common_type, exact_type, kind_of, moment, require_text
from synth.sql.many_rows import aggregate_type, count_type, window_type
from synth.sql.nodes import (
    Node,
    dtype_of,
    is_text,
    not_portable,
    require_only,
    sql_excerpt,
    typed,
)
from synth.sql.parse import SqlError, path
from synth.sql.plain import plain
from synth.sql.polars_sql import polars_type

__all__ = ["Typing", "typed_expression"]


def typed_expression(tree: Node, types: Mapping[str, DType], policy: Policy = DRAWING) -> Node:
    """A copy of an expression over columns of these types, typed for drawing. Raises SqlError."""

    def column(node: Node) -> DType:
        name = path(node)
        if name not in types:
            raise SqlError(f"unknown column '{name}'")
        return types[name].in_sql

    tree = exp.Paren(this=tree.copy())  # a root that stays while the tree below changes
    Typing(policy, column).visit(tree)
    return tree.this


class Typing:
    """Types trees under one policy."""

    def __init__(self, policy: Policy, column: Callable[[Node], DType | None]):
        """`column` gives the type of what a name means, and may spell the name as it is declared."""
        self.policy, self.column = policy, column

    def visit(self, node: Node) -> DType | None:
        """Type a node and all below it; the type of its value. Raises SqlError."""
        node = plain(node)
        rule = RULES.get(type(node), _unknown)
        function = FUNCTIONS.get(type(node))
        dtype = rule(self, node) if function is None else self.function(node, function)
        typed(node, dtype)
        return dtype

    def operands(self, node: Node, *keys: str) -> list[Node]:
        """The operands of a node, typed; a list's one by one."""
        for key in keys:
            held = node.args.get(key)
            for each in list(held) if isinstance(held, list) else [] if held is None else [held]:
                self.visit(each)
        held = [node.args.get(key) for key in keys]
        return [each for one in held if one is not None for each in (one if isinstance(one, list) else [one])]

    def condition(self, node: Node) -> DType:
        """Type what holds or does not. Raises SqlError for anything else."""
        dtype = self.visit(node)
        if dtype not in (BOOLEAN, None):
            raise SqlError(self.policy.no_condition.format(sql=sql_excerpt(node), dtype=dtype))
        return BOOLEAN

    def numbers(self, *nodes: Node) -> bool:
        """Whether doubles are among numbers. Raises SqlError for what is no number, or for doubles that may not be there."""
        names = {dtype.name if (dtype := dtype_of(node)) is not None else "null" for node in nodes}
        floats = "double" in names
        if floats and not self.policy.doubles_meet and "decimal" in names:
            raise SqlError("a double meets a decimal: no float touches exact numbers; give the column a decimal type")
        for node in nodes:
            dtype = dtype_of(node)
            null = dtype is None and (floats or self.policy.doubles_meet)
            if not null and (dtype is None or kind_of(dtype) != "number"):
                raise SqlError(self.policy.no_number.format(dtype=dtype or "NULL", sql=sql_excerpt(node)))
        return floats

    def exact_numbers(self, *nodes: Node) -> None:
        """Refuse what is no exact number where doubles stay apart. Raises SqlError."""
        if self.numbers(*nodes) and not self.policy.doubles_meet:
            raise SqlError(self.policy.no_number.format(dtype=DOUBLE, sql=sql_excerpt(nodes[0])))

    def function(self, node: Node, function: Function) -> DType | None:
        """The type that a function of the table gives, its arguments looked at."""
        if self.policy.reads_polars and not function.is_drawn(node):
            return _unknown(self, node)
        require_only(node, *function.takes, *function.besides)
        for key, kind in function.takes.items():
            for value in self.operands(node, key):
                dtype = dtype_of(value)
                if kind == "joined":
                    require_text(value, self.policy)
                elif kind == "moment" and is_text(value) and self.policy.texts_adapt:
                    moment(value.unnest().name)
                elif dtype is not None:
                    refuse_argument(node, dtype, kind)
        function.require(node, self.policy)
        return function.gives


def _unknown(typing: Typing, node: Node) -> DType | None:
    """What no rule is for: as Polars' SQL reads it, or nothing that every database knows."""
    if not typing.policy.reads_polars:
        raise not_portable(node)
    return polars_type(node, typing.column)


# -- leaves


def _column(typing: Typing, node: Node) -> DType | None:
    return typing.column(node)


def _literal(typing: Typing, node: Node) -> DType:
    if node.is_string:
        return TEXT
    if not typing.policy.whole_exponents:
        digits = len(node.name.partition(".")[2])
        return DOUBLE if "e" in node.name.lower() else exact_type(digits)
    value = Decimal(node.name)
    exponent = value.as_tuple().exponent
    dtype = decimal(DIGITS, -exponent) if isinstance(exponent, int) and exponent < 0 else BIGINT
    try:
        exact(value, dtype)
    except ValueError as error:
        raise SqlError(str(error)) from error
    return dtype


def _paren(typing: Typing, node: Node) -> DType | None:
    return typing.visit(node.this)


# -- numbers


def _negative(typing: Typing, node: Node) -> DType | None:
    (value,) = typing.operands(node, "this")
    typing.exact_numbers(value)
    return dtype_of(value)


def _sum(typing: Typing, node: Node) -> DType | None:
    left, right = typing.operands(node, "this", "expression")
    a, b = dtype_of(left), dtype_of(right)
    if isinstance(node, exp.Sub) and a == DATE == b:
        return BIGINT  # days
    if a == DATE and b is not None and b.is_exact and not b.digits:
        return DATE
    if any(dtype is not None and dtype.is_time for dtype in (a, b)):
        return _unknown(typing, node)
    return DOUBLE if typing.numbers(left, right) else common_type([left, right], typing.policy)


def _product(typing: Typing, node: Node) -> DType | None:
    left, right = typing.operands(node, "this", "expression")
    dtypes = [dtype for each in (left, right) if (dtype := dtype_of(each)) is not None]
    if typing.numbers(left, right) or not dtypes:
        return DOUBLE if dtypes else None
    digits, most = sum(dtype.digits for dtype in dtypes), typing.policy.most_digits
    if most is not None and digits > most:
        raise SqlError(f"a product with {digits} digits after the point; ROUND a factor first")
    return exact_type(digits, any(dtype.name == "decimal" for dtype in dtypes))


def _quotient(typing: Typing, node: Node) -> DType | None:
    left, right = typing.operands(node, "this", "expression")
    if not typing.numbers(left, right) and not typing.policy.doubles_meet:
        raise SqlError("a quotient has no last digit; write ROUND(a / b, digits)")
    return DOUBLE


def _remainder(typing: Typing, node: Node) -> DType | None:
    """Remainders, and whole parts of quotients, of exact numbers."""
    if isinstance(node, exp.IntDiv) and typing.policy.reads_polars:
        return _unknown(typing, node)
    left, right = typing.operands(node, "this", "expression")
    typing.exact_numbers(left, right)
    dtypes = [dtype for each in (left, right) if (dtype := dtype_of(each)) is not None]
    if not all(d.is_exact for d in dtypes) or (isinstance(node, exp.IntDiv) and any(d.digits for d in dtypes)):
        raise not_portable(node)
    return common_type([left, right], typing.policy)


def _round(typing: Typing, node: Node) -> DType | None:
    require_only(node, "this", "decimals", "casts_non_integer_decimals")
    places, inner = node.args.get("decimals"), node.this.unnest()
    try:
        digits = int(places.sql(dialect="duckdb")) if places is not None else 0
    except ValueError:
        raise SqlError(f"the digits of ROUND are a whole number: {sql_excerpt(node)}") from None
    if isinstance(inner, exp.Div) and typing.policy.reads_polars:  # exact, as its last digit is known now
        if typing.numbers(*typing.operands(inner, "this", "expression")):
            typed(inner, DOUBLE)
        else:
            return decimal(DIGITS, digits) if digits else BIGINT
    else:
        typing.visit(node.this)
    dtype = dtype_of(node.this.unnest())
    if dtype == DOUBLE and not typing.policy.doubles_meet:
        raise SqlError("ROUND of a double: no float touches exact numbers; use decimal columns")
    if dtype == DOUBLE and digits < 0 and typing.policy.reads_polars:
        raise SqlError(f"the digits of a rounded double are 0 or more: {sql_excerpt(node)}")
    typing.numbers(node.this.unnest())
    return exact_type(digits) if dtype is not None and dtype.is_exact and digits < dtype.digits else dtype


def _whole(typing: Typing, node: Node) -> DType | None:
    require_only(node, "this")
    (value,) = typing.operands(node, "this")
    typing.exact_numbers(value)
    dtype = dtype_of(value)
    return BIGINT if dtype is not None and dtype.is_exact else dtype


# -- conditions


def _junction(typing: Typing, node: Node) -> DType:
    typing.condition(node.this)
    return typing.condition(node.expression)


def _not(typing: Typing, node: Node) -> DType:
    return typing.condition(node.this)


def _comparison(typing: Typing, node: Node) -> DType:
    common_type(typing.operands(node, "this", "expression"), typing.policy)
    return BOOLEAN


def _is(typing: Typing, node: Node) -> DType:
    if isinstance(node.expression, exp.Boolean) and typing.policy.reads_polars:
        return typing.condition(node.this)
    if not isinstance(node.expression, exp.Null):
        raise SqlError("IS is for NULL, TRUE and FALSE") if typing.policy.reads_polars else not_portable(node)
    typing.visit(node.this)
    return BOOLEAN


def _between(typing: Typing, node: Node) -> DType:
    require_only(node, "this", "low", "high")
    common_type(typing.operands(node, "this", "low", "high"), typing.policy)
    return BOOLEAN


def _in(typing: Typing, node: Node) -> DType:
    require_only(node, "this", "expressions", "query")
    inner = node.args.get("query")
    common = common_type(typing.operands(node, "this", "expressions", "query"), typing.policy)
    there = dtype_of(inner) if inner is not None else None
    if there is not None and common is not None:
        widened = there.is_exact != common.is_exact or (there.is_time and there != common)
        if widened or there.digits != common.digits or (there.name == "uuid") != (common.name == "uuid"):
            raise SqlError(f"both sides of IN must be of one type: {sql_excerpt(node)}")
    return BOOLEAN


def _same_or_null(typing: Typing, node: Node) -> DType | None:
    return _unknown(typing, node) if typing.policy.reads_polars else _comparison(typing, node)


def _escape(typing: Typing, node: Node) -> DType | None:
    if typing.policy.reads_polars:
        return _unknown(typing, node)
    typing.visit(node.this)
    return BOOLEAN


# -- queries within, whose own expressions are typed by `queries`


def _exists(typing: Typing, node: Node) -> DType:
    require_only(node, "this")
    return BOOLEAN


def _subquery(typing: Typing, node: Node) -> DType | None:
    require_only(node, "this")
    first = node.this.selects
    if len(first) != 1:
        raise SqlError(f"one column is expected: {sql_excerpt(node)}")
    return dtype_of(first[0])


# -- choices


def _case(typing: Typing, node: Node) -> DType | None:
    arms, default = node.args["ifs"], node.args.get("default")
    for arm in arms:
        typing.condition(arm.this)
    for arm in arms:
        typing.operands(arm, "true")
    values = [arm.args["true"] for arm in arms]
    return common_type([*values, *(typing.operands(node, "default") if default is not None else [])], typing.policy)


def _choice(typing: Typing, node: Node) -> DType | None:
    return common_type(typing.operands(node, "this", "expression", "expressions"), typing.policy)


# -- types


def _cast(typing: Typing, node: Node) -> DType | None:
    (value,) = typing.operands(node, "this")
    return cast_type(node, value, typing.policy)


Rule = Callable[[Typing, Any], "DType | None"]
_BY_KIND: dict[tuple[type[Any], ...], Rule] = {
    (exp.Column,): _column,
    (exp.Literal,): _literal,
    (exp.Boolean,): lambda typing, node: BOOLEAN,
    (exp.Null,): lambda typing, node: None,
    (exp.Paren,): _paren,
    (exp.Neg, exp.Abs): _negative,
    (exp.Add, exp.Sub): _sum,
    (exp.Mul,): _product,
    (exp.Div,): _quotient,
    (exp.Mod, exp.IntDiv): _remainder,
    (exp.Round,): _round,
    (exp.Floor, exp.Ceil): _whole,
    (exp.And, exp.Or): _junction,
    (exp.Not,): _not,
    (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE): _comparison,
    (exp.NullSafeEQ, exp.NullSafeNEQ): _same_or_null,
    (exp.Is,): _is,
    (exp.Between,): _between,
    (exp.In,): _in,
    (exp.Escape,): _escape,
    (exp.Exists,): _exists,
    (exp.Subquery,): _subquery,
    (exp.Case,): _case,
    (exp.Coalesce, exp.Nullif, exp.Least, exp.Greatest): _choice,
    (exp.Cast,): _cast,
    (exp.Count,): count_type,
    (exp.Sum, exp.Avg, exp.Min, exp.Max): aggregate_type,
    (exp.Window,): window_type,
}
RULES: dict[type[Any], Rule] = {kind: rule for kinds, rule in _BY_KIND.items() for kind in kinds}
