"""Rewrites of numbers, for databases in which a sum overflows, a ROUND is missing, or decimals are kept as floats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, DOUBLE, DType
from synth.sql.names import leaves
from synth.sql.nodes import dtype_of, number, parenthesized, typed

__all__ = ["exact_decimals", "overflow_at_zero", "range_at_zero", "rounded_doubles", "whole_divisions", "wide_sums"]

EXACT_AS_FLOAT = 15  # digits of a decimal that a double keeps


def wide_sums(tree: Any) -> Any:
    """Where a sum of integers is an integer: their sum as a bigint."""
    for node in list(tree.find_all(exp.Sum)):
        if dtype_of(node) == BIGINT:
            inner = node.this.expressions[0] if isinstance(node.this, exp.Distinct) else node.this
            inner.replace(exp.cast(inner.copy(), "bigint"))
    return tree


def whole_divisions(tree: Any) -> Any:
    """Where integers divide into integers by themselves."""
    for node in list(tree.find_all(exp.IntDiv)):
        node.replace(typed(exp.Div(this=node.this, expression=node.expression, typed=True, safe=False), BIGINT))
    return tree


def overflow_at_zero(tree: Any) -> Any:
    """Where a remainder by 0 is NULL: an integer that there is not, which stops a query as the 0 does in DuckDB."""

    def impossible(zero: Any) -> Any:
        least = exp.Sub(this=zero, expression=number(2**63 - 1))
        return exp.Abs(this=exp.Sub(this=least, expression=number(1)))

    return _at_zero(tree, impossible)


def range_at_zero(tree: Any) -> Any:
    """The same by a double that there is not, where integers become decimals before they overflow."""

    def impossible(zero: Any) -> Any:
        power = exp.Exp(this=exp.Add(this=number(1000), expression=exp.Abs(this=zero)))
        return exp.cast(power, "bigint")

    return _at_zero(tree, impossible)


def _at_zero(tree: Any, impossible: Callable[[Any], Any]) -> Any:
    for node in list(tree.find_all(exp.Mod, exp.IntDiv)):
        if not node.meta.get("never_zero"):
            divisor = parenthesized(node.expression)
            zero = exp.EQ(this=divisor.copy(), expression=number(0))
            arm = exp.If(this=zero, true=impossible(divisor.copy()))
            node.set("expression", typed(exp.Case(ifs=[arm], default=divisor), dtype_of(divisor)))
    return tree


def rounded_doubles(exact: str) -> Callable[[Any], Any]:
    """Where only decimals are rounded half away from zero: doubles become some, of this type, and doubles again."""

    def rewrite(tree: Any) -> Any:
        for node in list(tree.find_all(exp.Round)):
            if dtype_of(node) == DOUBLE:
                node.set("this", exp.cast(node.this, exact))
                node.replace(typed(exp.cast(node.copy(), "double"), DOUBLE))
        return tree

    return rewrite


# -- decimals as whole numbers


def exact_decimals(tree: Any) -> Any:
    """Where decimals are kept as floats: what is worked out of them is worked out in minor units, which are integers.

    Columns and numbers that are only compared stay as they are. What a query gives is in minor units, too.
    """
    return exp.Paren(this=_value(tree.this)) if isinstance(tree, exp.Paren) else _query(tree)


def _query(tree: Any) -> Any:
    for cte in tree.args["with_"].expressions if tree.args.get("with_") else []:
        cte.set("this", _query(cte.this))
    for select in leaves(tree):
        for key, held in list(select.args.items()):
            if key == "expressions":
                for projection in held:
                    dtype, value = dtype_of(projection), projection.this
                    exact = dtype is not None and dtype.is_exact
                    projection.set("this", _units(value, dtype.digits) if exact and dtype else _value(value))
            elif key != "with_":
                select.set(key, _below(held))
    return tree


def _below(held: Any) -> Any:
    """What an argument of a node holds, rewritten."""
    if isinstance(held, list):
        return [_below(each) for each in held]
    if isinstance(held, (exp.Select, exp.SetOperation)):
        return _query(held)
    return _value(held) if isinstance(held, exp.Expression) else held


def _value(node: Any) -> Any:
    """A node with its exact values in minor units of their own digits."""
    dtype = dtype_of(node)
    if dtype is not None and dtype.is_exact:
        return _units(node, dtype.digits)
    if isinstance(node, _COMPARING):
        return _compared(node)
    if isinstance(node, exp.Cast) and dtype == DOUBLE and (inner := dtype_of(node.this)) is not None and inner.digits:
        node.set("this", node.this if _is_plain(node.this) else _major(_units(node.this, inner.digits), inner.digits))
        return node
    if isinstance(node, (exp.Is, exp.Group, exp.Ordered, exp.Distinct, exp.Count)):
        return _kept(node)
    for key, held in list(node.args.items()):
        if not isinstance(held, (exp.Identifier, exp.DataType)):
            node.set(key, _below(held))
    return node


def _kept(node: Any) -> Any:
    """A node to which a column may stay as it is: only whether values are equal, there, or in which order counts."""
    for key, held in list(node.args.items()):
        if isinstance(held, list):
            node.set(key, [each if _is_plain(each) else _below(each) for each in held])
        elif not isinstance(held, exp.Expression) or not _is_plain(held):
            node.set(key, _below(held))
    return node


_COMPARING = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In)


def _compared(node: Any) -> Any:
    """A comparison: columns and numbers as they are, anything else in minor units of as many digits on all sides."""
    inner = node.args.get("query")
    sides = [held if isinstance(held, list) else [held] for key, held in node.args.items() if key != "query"]
    values = [each for side in sides for each in side if isinstance(each, exp.Expression)]
    dtypes = [d for each in (*values, *([inner] if inner else [])) if (d := dtype_of(each)) is not None]
    exact = bool(dtypes) and all(dtype.is_exact for dtype in dtypes)
    digits = max((dtype.digits for dtype in dtypes), default=0)
    plain = exact and inner is None and all(map(_is_plain, values))
    for key, held in list(node.args.items()):
        if key == "query":
            node.set(key, _below(held))
        elif not plain and isinstance(held, list):
            node.set(key, [_units(each, digits) if exact else _below(each) for each in held])
        elif not plain and isinstance(held, exp.Expression):
            node.set(key, _units(held, digits) if exact else _below(held))
    return node


def _is_plain(node: Any) -> bool:
    """Whether a value compares rightly as it is stored."""
    inner = node.unnest()
    if isinstance(inner, exp.Neg):
        inner = inner.this
    if isinstance(inner, exp.Column):
        dtype = dtype_of(inner)
        stored = inner.meta.get("stored", True)
        return dtype is not None and (not dtype.digits or (stored and (dtype.precision or 0) <= EXACT_AS_FLOAT))
    return isinstance(inner, exp.Null) or (isinstance(inner, exp.Literal) and not inner.is_string)


def _major(units: Any, digits: int) -> Any:
    if not digits:
        return units
    ten = exp.Literal.number(f"{10**digits}.0")
    return typed(exp.Div(this=parenthesized(units), expression=ten, typed=True, safe=False), DOUBLE)


def _units(node: Any, digits: int) -> Any:
    """An exact value in minor units of as many digits."""
    dtype = dtype_of(node)
    if dtype is None:
        return node
    if isinstance(node, exp.Literal):
        whole, _, part = node.name.partition(".")
        return number(int(whole or 0) * 10**digits + int(part.ljust(digits, "0") or 0))
    own = _UNITS.get(type(node), _other)(node, dtype)
    if digits == dtype.digits:
        return own
    return exp.Paren(this=exp.Mul(this=parenthesized(own), expression=number(10 ** (digits - dtype.digits))))


def _column(node: Any, dtype: DType) -> Any:
    if not dtype.digits or not node.meta.get("stored", True):
        return node
    if (dtype.precision or 0) > EXACT_AS_FLOAT:  # a text, always with all its digits
        nothing, point = exp.Literal.string(""), exp.Literal.string(".")
        return typed(exp.cast(exp.Replace(this=node, expression=point, replacement=nothing), "bigint"), BIGINT)
    times = exp.Mul(this=node, expression=number(10**dtype.digits))
    return typed(exp.cast(exp.Round(this=times), "bigint"), BIGINT)


def _same(node: Any, dtype: DType) -> Any:
    """What keeps the digits of its operands."""
    for key in ("this", "expression"):
        if isinstance(node.args.get(key), exp.Expression):
            node.set(key, _units(node.args[key], dtype.digits))
    if node.args.get("expressions"):
        node.set("expressions", [_units(each, dtype.digits) for each in node.expressions])
    return node


def _product(node: Any, dtype: DType) -> Any:
    for key in ("this", "expression"):
        inner = dtype_of(node.args[key])
        node.set(key, parenthesized(_units(node.args[key], inner.digits)) if inner is not None else node.args[key])
    return node


def _rounded(node: Any, dtype: DType) -> Any:
    inner = dtype_of(node.this)
    if inner is None or not inner.is_exact:
        return _other(node, dtype)
    digits = int(node.args["decimals"].sql())
    unit, units = 10 ** (inner.digits - digits), parenthesized(_units(node.this, inner.digits))
    positive = exp.Paren(this=exp.GT(this=units.copy(), expression=number(0)))  # 1 or 0 here
    up = exp.Sub(
        this=exp.Add(this=units, expression=exp.Mul(this=positive, expression=number(unit))),
        expression=number(unit // 2),
    )
    made = exp.Paren(this=_divided(up, unit))
    return made if digits >= 0 else exp.Paren(this=exp.Mul(this=made, expression=number(10**-digits)))


def _floor(node: Any, dtype: DType) -> Any:
    inner = dtype_of(node.this)
    assert inner is not None
    unit, units = 10**inner.digits, parenthesized(_units(node.this, inner.digits))
    sign = exp.LT if isinstance(node, exp.Floor) else exp.GT
    rest = exp.Paren(this=exp.Mod(this=units.copy(), expression=number(unit)))
    rest.this.meta["never_zero"] = True
    past = exp.Paren(this=sign(this=rest, expression=number(0)))
    change = exp.Sub if isinstance(node, exp.Floor) else exp.Add
    return exp.Paren(this=change(this=_divided(units, unit), expression=past))


def _divided(node: Any, unit: int) -> Any:
    return exp.Div(this=parenthesized(node), expression=number(unit), typed=True, safe=False)


def _case(node: Any, dtype: DType) -> Any:
    for arm in node.args["ifs"]:
        arm.set("this", _value(arm.this))
        arm.set("true", _units(arm.args["true"], dtype.digits))
    if node.args.get("default") is not None:
        node.set("default", _units(node.args["default"], dtype.digits))
    return node


def _cast(node: Any, dtype: DType) -> Any:
    inner = dtype_of(node.this)
    if inner is not None and inner.is_exact:
        return _units(node.this, dtype.digits)
    if inner is None:
        return node
    times = exp.Mul(this=parenthesized(_value(node.this)), expression=number(10**dtype.digits))
    return typed(exp.cast(exp.Round(this=times), "bigint"), BIGINT)


def _total(node: Any, dtype: DType) -> Any:
    if isinstance(node.this, exp.Distinct):
        node.this.set("expressions", [_units(each, dtype.digits) for each in node.this.expressions])
        return node
    return _same(node, dtype)


def _window(node: Any, dtype: DType) -> Any:
    for key, held in list(node.args.items()):
        node.set(key, _units(held, dtype.digits) if key == "this" else _below(held))
    return node


def _other(node: Any, dtype: DType) -> Any:
    """A whole number made of other things."""
    if isinstance(node, exp.Count):
        return _kept(node)
    for key, held in list(node.args.items()):
        if not isinstance(held, (exp.Identifier, exp.DataType)):
            node.set(key, _below(held))
    return node


_UNITS: dict[Any, Callable[[Any, DType], Any]] = {
    exp.Column: _column,
    **dict.fromkeys(
        (exp.Paren, exp.Neg, exp.Abs, exp.Add, exp.Sub, exp.Mod, exp.IntDiv, exp.Coalesce, exp.Nullif), _same
    ),
    exp.Mul: _product,
    exp.Round: _rounded,
    exp.Floor: _floor,
    exp.Ceil: _floor,
    exp.Case: _case,
    exp.Cast: _cast,
    **dict.fromkeys((exp.Sum, exp.Min, exp.Max), _total),
    exp.Window: _window,
    **dict.fromkeys((exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue), _same),
}
