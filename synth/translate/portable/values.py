"""Expressions made explicit: operands first, then what stands on them. Here are names, conditions and choices."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DOUBLE, TEXT, DType, decimal
from synth.sql.parse import SqlError
from synth.translate.portable import numbers, texts
from synth.translate.portable.kinds import (
    DIGITS,
    Handlers,
    Node,
    as_text,
    cast,
    dtype_of,
    number,
    only,
    refused,
    shown,
    together,
    typed,
    wrapped,
)  # fmt: skip

__all__ = ["Values"]


class Values:
    """Makes the expressions of one SELECT explicit."""

    def __init__(self, column: Callable[[Node], Node], select: Callable[[Node], list[DType | None]]):
        """`column` finds what a name means; `select` makes a SELECT within an expression explicit, and says its types."""
        self.column, self.select = column, select

    def visit(self, node: Node) -> Node:
        """The same value, explicit and typed. Raises SqlError."""
        handler = HANDLERS.get(type(node))
        if handler is None:
            raise refused(node)
        return handler(self, node)

    def condition(self, node: Node) -> Node:
        """The same for what holds or does not."""
        said, found = shown(node), self.visit(node)
        if dtype_of(found) not in (BOOLEAN, None):
            raise SqlError(f"{said} is no condition but {dtype_of(found)}")
        return found

    def operands(self, node: Node, *keys: str) -> list[Node]:
        """The operands of a node, visited; a list's one by one."""
        held = [node.args.get(key) for key in keys]
        flat = [each for one in held if one is not None for each in (one if isinstance(one, list) else [one])]
        return [self.visit(each) for each in flat]


# -- leaves


def _column(to: Values, node: Node) -> Node:
    return to.column(node)


def _literal(to: Values, node: Node) -> Node:
    if node.is_string:
        return typed(node, TEXT)
    if "e" in node.name.lower():
        return cast(node, DOUBLE)
    digits = len(node.name.partition(".")[2])
    return typed(node, decimal(DIGITS, digits) if digits else BIGINT)


def _boolean(to: Values, node: Node) -> Node:
    return typed(node, BOOLEAN)


def _null(to: Values, node: Node) -> Node:
    return node


def _paren(to: Values, node: Node) -> Node:
    inner = to.visit(node.this)
    return inner if isinstance(inner, exp.Paren) else typed(exp.Paren(this=inner), dtype_of(inner))


# -- conditions


def _junction(to: Values, node: Node) -> Node:
    return typed(type(node)(this=to.condition(node.this), expression=to.condition(node.expression)), BOOLEAN)


def _not(to: Values, node: Node) -> Node:
    return typed(exp.Not(this=to.condition(node.this)), BOOLEAN)


def _comparison(to: Values, node: Node) -> Node:
    (left, right), _ = together(to.operands(node, "this", "expression"))
    return typed(type(node)(this=left, expression=right), BOOLEAN)


def _is(to: Values, node: Node) -> Node:
    if not isinstance(node.expression, exp.Null):
        raise refused(node)
    return typed(exp.Is(this=to.visit(node.this), expression=node.expression), BOOLEAN)


def _between(to: Values, node: Node) -> Node:
    only(node, "this", "low", "high")
    (value, low, high), _ = together(to.operands(node, "this", "low", "high"))
    return typed(exp.Between(this=value, low=low, high=high), BOOLEAN)


def _in(to: Values, node: Node) -> Node:
    only(node, "this", "expressions", "query")
    if node.args.get("query") is None:
        (value, *others), _ = together(to.operands(node, "this", "expressions"))
        return typed(exp.In(this=value, expressions=others), BOOLEAN)
    inner = to.visit(node.args["query"])
    (value, again), dtype = together([to.visit(node.this), inner])
    there = dtype_of(inner)
    if again is not inner or (there is not None and dtype is not None and there.digits != dtype.digits):
        raise SqlError(f"both sides of IN must be of one type: {shown(node)}")
    return typed(exp.In(this=value, query=inner), BOOLEAN)


def _distinct_from(to: Values, node: Node) -> Node:
    (left, right), _ = together([wrapped(each) for each in to.operands(node, "this", "expression")])
    nulls = [exp.Is(this=each.copy(), expression=exp.Null()) for each in (left, right)]
    both = exp.Paren(this=exp.And(this=nulls[0], expression=nulls[1]))
    test = typed(exp.Or(this=exp.EQ(this=left, expression=right), expression=both), BOOLEAN)
    yes, no = (0, 1) if isinstance(node, exp.NullSafeNEQ) else (1, 0)
    made = typed(exp.Case(ifs=[exp.If(this=test, true=number(yes))], default=number(no)), BIGINT)
    return typed(exp.Paren(this=typed(exp.EQ(this=made, expression=number(1)), BOOLEAN)), BOOLEAN)


def _like(to: Values, node: Node) -> Node:
    if not node.expression.is_string:
        raise SqlError("the pattern of LIKE is a text, as databases escape in it differently")
    made = exp.Like(this=as_text(to.visit(node.this)), expression=node.expression, negate=node.args.get("negate"))
    return typed(made, BOOLEAN)


def _escape(to: Values, node: Node) -> Node:
    return typed(exp.Escape(this=to.visit(node.this), expression=node.expression), BOOLEAN)


# -- queries within


def _exists(to: Values, node: Node) -> Node:
    only(node, "this")
    inner = node.this.unnest()
    to.select(inner)
    return typed(exp.Exists(this=inner), BOOLEAN)


def _subquery(to: Values, node: Node) -> Node:
    only(node, "this")
    said, types = shown(node), to.select(node.this)
    if len(types) != 1:
        raise SqlError(f"one column is expected: {said}")
    return typed(node, types[0])


# -- choices


def _case(to: Values, node: Node) -> Node:
    """With a condition in each arm."""
    arms, chosen = node.args["ifs"], node.this
    tests = [exp.EQ(this=wrapped(chosen.copy()), expression=wrapped(a.this)) if chosen else a.this for a in arms]
    return _arms(to, tests, [arm.args["true"] for arm in arms], node.args.get("default"))


def _if(to: Values, node: Node) -> Node:
    return _arms(to, [node.this], [node.args["true"]], node.args.get("false"))


def _arms(to: Values, conditions: list[Node], values: list[Node], default: Node | None) -> Node:
    tests = [to.condition(each) for each in conditions]
    visited = [to.visit(each) for each in (*values, *([] if default is None else [default]))]
    results, dtype = together(visited)
    arms = [exp.If(this=test, true=result) for test, result in zip(tests, results, strict=False)]
    return typed(exp.Case(ifs=arms, default=None if default is None else results[-1]), dtype)


def _coalesce(to: Values, node: Node) -> Node:
    (first, *others), dtype = together(to.operands(node, "this", "expressions"))
    return typed(exp.Coalesce(this=first, expressions=others), dtype)


def _nullif(to: Values, node: Node) -> Node:
    (left, right), dtype = together(to.operands(node, "this", "expression"))
    return typed(exp.Nullif(this=left, expression=right), dtype)


def _extreme(to: Values, node: Node) -> Node:
    """LEAST and GREATEST pass over NULL, which some databases do not: a CASE does everywhere."""
    values, dtype = together([wrapped(each) for each in to.operands(node, "this", "expressions")])
    compare = exp.LTE if isinstance(node, exp.Least) else exp.GTE

    def better(left: Node, right: Node) -> Node:
        none = typed(exp.Is(this=right.copy(), expression=exp.Null()), BOOLEAN)
        first = typed(compare(this=left.copy(), expression=right.copy()), BOOLEAN)
        arm = exp.If(this=typed(exp.Or(this=first, expression=none), BOOLEAN), true=left)
        return typed(exp.Case(ifs=[arm], default=right), dtype)

    return reduce(better, values)


_OWN: dict[tuple[type[Any], ...], Callable[[Values, Node], Node]] = {
    (exp.Column,): _column,
    (exp.Literal,): _literal,
    (exp.Boolean,): _boolean,
    (exp.Null,): _null,
    (exp.Paren,): _paren,
    (exp.And, exp.Or): _junction,
    (exp.Not,): _not,
    (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE): _comparison,
    (exp.Is,): _is,
    (exp.Between,): _between,
    (exp.In,): _in,
    (exp.NullSafeEQ, exp.NullSafeNEQ): _distinct_from,
    (exp.Like,): _like,
    (exp.Escape,): _escape,
    (exp.Exists,): _exists,
    (exp.Subquery,): _subquery,
    (exp.Case,): _case,
    (exp.If,): _if,
    (exp.Coalesce,): _coalesce,
    (exp.Nullif,): _nullif,
    (exp.Least, exp.Greatest): _extreme,
}
HANDLERS: Handlers = {
    kind: handler for kinds, handler in (*_OWN.items(), *numbers.HANDLERS, *texts.HANDLERS) for kind in kinds
}
