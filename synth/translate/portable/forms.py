"""Expressions made explicit: the operands first, then what is said otherwise where DuckDB does something unasked.

A typed tree is changed in place. A node that is in no table here is explicit when its operands are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TIME
from synth.sql.functions import FUNCTIONS
from synth.sql.nodes import Node, dtype_of, is_number, is_text, number, parenthesized, typed
from synth.translate.portable.casts import as_clock, as_moment, as_text, cast, with_common_type
from synth.translate.portable.functions import FORMS as FUNCTION_FORMS
from synth.translate.portable.times import days, days_later

__all__ = ["explicit"]

_LARGEST = "1.7976931348623157e308"


def explicit(node: Node) -> Node:
    """The same value, nothing of it left unsaid. Queries within are left to `statements`."""
    if isinstance(node, (exp.Query, exp.DataType, exp.Identifier)):
        return node
    form = FORMS.get(type(node))
    if form is not None:
        return form(node)
    for key, held in list(node.args.items()):
        if isinstance(held, exp.Expr):
            node.set(key, explicit(held))
        elif isinstance(held, list):
            node.set(key, [explicit(each) if isinstance(each, exp.Expr) else each for each in held])
    function = FUNCTIONS.get(type(node))
    for key, kind in function.takes.items() if function else ():
        if kind in ("text", "joined"):
            held = node.args[key]
            node.set(key, [as_text(each) for each in held] if isinstance(held, list) else as_text(held))
    own = FUNCTION_FORMS.get(type(node))
    return own(node) if own else node


# -- leaves


def _literal(node: Node) -> Node:
    return cast(node, DOUBLE) if dtype_of(node) == DOUBLE else node


def _paren(node: Node) -> Node:
    inner = explicit(node.this)
    return inner if isinstance(inner, exp.Paren) else typed(exp.Paren(this=inner), dtype_of(inner))


# -- numbers


def _arithmetic(node: Node) -> Node:
    left, right = explicit(node.this), explicit(node.expression)
    if isinstance(node, exp.Sub) and dtype_of(left) == DATE == dtype_of(right):
        return days(left, right)
    if dtype_of(node) == DATE:
        return days_later(
            left, right if isinstance(node, exp.Add) else typed(exp.Neg(this=parenthesized(right)), BIGINT)
        )
    (left, right), _ = with_common_type([left, right])
    return typed(type(node)(this=left, expression=right), dtype_of(node))


def _division(node: Node) -> Node:
    """DuckDB divides as doubles; what is divided by 0 is endless there, and here the largest number."""
    safe = _never_zero(node.expression)
    left, right = cast(explicit(node.this), DOUBLE), cast(explicit(node.expression), DOUBLE)
    if safe:
        return typed(exp.Div(this=left, expression=right, typed=True, safe=False), DOUBLE)
    some = typed(exp.Nullif(this=right.copy(), expression=number(0)), DOUBLE)
    quotient = typed(exp.Div(this=left, expression=some, typed=True, safe=False), DOUBLE)
    most = cast(exp.Literal.number(_LARGEST), DOUBLE)
    arms = [
        exp.If(this=exp.NEQ(this=right, expression=number(0)), true=quotient),
        exp.If(this=_zeroth(right, exp.LT, left), true=typed(exp.Neg(this=most), DOUBLE)),
        exp.If(this=_zeroth(right, exp.GTE, left), true=most.copy()),
    ]
    return typed(exp.Case(ifs=arms), DOUBLE)


def _zeroth(divisor: Node, compare: type[exp.Binary], dividend: Node) -> Node:
    zero = typed(exp.EQ(this=divisor.copy(), expression=number(0)), BOOLEAN)
    side = typed(compare(this=dividend.copy(), expression=number(0)), BOOLEAN)
    return typed(exp.And(this=zero, expression=side), BOOLEAN)


def _never_zero(divisor: Node) -> bool:
    """Whether a divisor is a number other than 0, or has its 0 made NULL."""
    inner = divisor.unnest()
    if isinstance(inner, exp.Neg):
        return _never_zero(inner.this)
    if isinstance(inner, exp.Nullif):
        return is_number(inner.expression) and not float(inner.expression.unnest().name)
    return is_number(inner) and bool(float(inner.name))


def _remainder(node: Node) -> Node:
    safe = _never_zero(node.expression)
    made = type(node)(this=explicit(node.this), expression=explicit(node.expression))
    made.meta["never_zero"] = safe
    return typed(made, dtype_of(node))


def _round(node: Node) -> Node:
    value, places = explicit(node.this), node.args.get("decimals")
    digits, dtype = int(places.sql()) if places is not None else 0, dtype_of(value)
    if dtype is not None and dtype.is_exact and digits >= dtype.digits:
        return parenthesized(value)
    return typed(exp.Round(this=value, decimals=exp.Literal.number(digits)), dtype_of(node))


def _floor(node: Node) -> Node:
    value = explicit(node.this)
    dtype = dtype_of(value)
    if dtype is not None and dtype.is_exact and not dtype.digits:
        return parenthesized(value)
    return typed(type(node)(this=value), dtype_of(node))


# -- many rows


def _count(node: Node) -> Node:
    inner = node.this
    if isinstance(inner, exp.Distinct):
        inner.set("expressions", [explicit(each) for each in inner.expressions])
    elif not isinstance(inner, exp.Star):
        inner = explicit(inner)
    return typed(exp.Count(this=inner, big_int=True), dtype_of(node))


def _aggregate(node: Node) -> Node:
    is_distinct = isinstance(node.this, exp.Distinct)
    value = explicit(node.this.expressions[0] if is_distinct else node.this)
    dtype = dtype_of(value)
    if isinstance(node, exp.Avg):
        value = cast(value, DOUBLE)
    elif dtype is not None and dtype.name == "uuid":
        value = as_text(value)
    return typed(type(node)(this=exp.Distinct(expressions=[value]) if is_distinct else value), dtype_of(node))


# -- conditions


def _pair(node: Node) -> Node:
    """What compares two values."""
    (left, right), _ = with_common_type([explicit(node.this), explicit(node.expression)])
    return typed(type(node)(this=left, expression=right), dtype_of(node))


def _between(node: Node) -> Node:
    (value, low, high), _ = with_common_type([explicit(node.args[key]) for key in ("this", "low", "high")])
    return typed(exp.Between(this=value, low=low, high=high), BOOLEAN)


def _in(node: Node) -> Node:
    inner = node.args.get("query")
    if inner is not None:
        (value, _), _ = with_common_type([explicit(node.this), inner])
        return typed(exp.In(this=value, query=inner), BOOLEAN)
    (value, *others), _ = with_common_type([explicit(each) for each in (node.this, *node.expressions)])
    return typed(exp.In(this=value, expressions=others), BOOLEAN)


def _same_or_null(node: Node) -> Node:
    both_sides = [parenthesized(explicit(each)) for each in (node.this, node.expression)]
    (left, right), _ = with_common_type(both_sides)
    nulls = [exp.Is(this=each.copy(), expression=exp.Null()) for each in (left, right)]
    both = exp.Paren(this=exp.And(this=nulls[0], expression=nulls[1]))
    test = typed(exp.Or(this=exp.EQ(this=left, expression=right), expression=both), BOOLEAN)
    yes, no = (0, 1) if isinstance(node, exp.NullSafeNEQ) else (1, 0)
    case = exp.Case(ifs=[exp.If(this=test, true=number(yes))], default=number(no))
    made = typed(case, dtype_of(number(yes)))
    return typed(exp.Paren(this=typed(exp.EQ(this=made, expression=number(1)), BOOLEAN)), BOOLEAN)


# -- choices


def _case(node: Node) -> Node:
    tests = [explicit(arm.this) for arm in node.args["ifs"]]
    default = node.args.get("default")
    values = [arm.args["true"] for arm in node.args["ifs"]] + ([] if default is None else [default])
    results, _ = with_common_type([explicit(each) for each in values])
    arms = [exp.If(this=test, true=result) for test, result in zip(tests, results, strict=False)]
    return typed(exp.Case(ifs=arms, default=None if default is None else results[-1]), dtype_of(node))


def _coalesce(node: Node) -> Node:
    (first, *others), _ = with_common_type([explicit(each) for each in (node.this, *node.expressions)])
    return typed(exp.Coalesce(this=first, expressions=others), dtype_of(node))


def _extreme(node: Node) -> Node:
    """LEAST and GREATEST pass over NULL, which some databases do not: a CASE does everywhere."""
    values, dtype = with_common_type([parenthesized(explicit(each)) for each in (node.this, *node.expressions)])
    compare = exp.LTE if isinstance(node, exp.Least) else exp.GTE

    def better(left: Node, right: Node) -> Node:
        none = typed(exp.Is(this=right.copy(), expression=exp.Null()), BOOLEAN)
        first = typed(compare(this=left.copy(), expression=right.copy()), BOOLEAN)
        arm = exp.If(this=typed(exp.Or(this=first, expression=none), BOOLEAN), true=left)
        return typed(exp.Case(ifs=[arm], default=right), dtype)

    return reduce(better, values)


# -- types


def _cast(node: Node) -> Node:
    value, wanted = explicit(node.this), dtype_of(node)
    have = dtype_of(value)
    assert wanted is not None
    if have is None:
        return cast(value, wanted)
    if wanted == TIME and is_text(value):
        return as_clock(value.unnest())
    if wanted.is_time and is_text(value):
        return as_moment(value.unnest(), wanted)
    if have.is_exact and wanted.is_exact:
        if have.digits > wanted.digits:  # rounded, which not every database's cast does
            value = typed(exp.Round(this=value, decimals=exp.Literal.number(wanted.digits)), wanted)
        return cast(value, wanted)
    if have == BOOLEAN and wanted.is_exact:
        no = typed(exp.Not(this=parenthesized(value.copy())), BOOLEAN)
        arms = [exp.If(this=value, true=number(1)), exp.If(this=no, true=number(0))]
        return typed(exp.Case(ifs=arms), wanted)
    if have.name == wanted.name:
        return parenthesized(value)
    return as_text(value) if wanted.name == "varchar" else cast(value, wanted)


FORMS: dict[type[Any], Callable[[Node], Node]] = {
    exp.Literal: _literal,
    exp.Paren: _paren,
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul), _arithmetic),
    exp.Div: _division,
    **dict.fromkeys((exp.Mod, exp.IntDiv), _remainder),
    exp.Round: _round,
    **dict.fromkeys((exp.Floor, exp.Ceil), _floor),
    exp.Count: _count,
    **dict.fromkeys((exp.Sum, exp.Avg, exp.Min, exp.Max), _aggregate),
    **dict.fromkeys((exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Nullif), _pair),
    exp.Between: _between,
    exp.In: _in,
    **dict.fromkeys((exp.NullSafeEQ, exp.NullSafeNEQ), _same_or_null),
    exp.Case: _case,
    exp.Coalesce: _coalesce,
    **dict.fromkeys((exp.Least, exp.Greatest), _extreme),
    exp.Cast: _cast,
}
