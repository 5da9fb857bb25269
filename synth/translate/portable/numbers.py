"""Numbers made explicit: division, the digits of ROUND, sums; and what runs over windows."""

from __future__ import annotations

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, DType, decimal
from synth.sql.parse import SqlError
from synth.translate.portable.kinds import (
    DIGITS,
    Node,
    Visit,
    as_text,
    cast,
    dtype_of,
    holding,
    is_number,
    kind_of,
    number,
    only,
    refused,
    shown,
    together,
    typed,
    wrapped,
)  # fmt: skip
from synth.translate.portable.texts import days

__all__ = ["HANDLERS"]

_LARGEST = "1.7976931348623157e308"


def _checked(*nodes: Node) -> None:
    for node in nodes:
        dtype = dtype_of(node)
        if dtype is not None and kind_of(dtype) != "number":
            raise SqlError(f"arithmetic with {dtype} differs in every database: {shown(node)}")


def _with(digits: int) -> DType:
    return decimal(DIGITS, digits) if digits > 0 else BIGINT


def _negative(to: Visit, node: Node) -> Node:
    (value,) = to.operands(node, "this")
    _checked(value)
    return typed(type(node)(this=value), dtype_of(value))


def _arithmetic(to: Visit, node: Node) -> Node:
    left, right = to.operands(node, "this", "expression")
    if isinstance(node, exp.Sub) and dtype_of(left) == DATE == dtype_of(right):
        return days(left, right)
    _checked(left, right)
    digits = [d.digits for d in (dtype_of(left), dtype_of(right)) if d is not None]
    (left, right), dtype = together([left, right])
    if isinstance(node, exp.Mul) and dtype is not None and dtype.is_exact:
        dtype = _with(sum(digits))
    return typed(type(node)(this=left, expression=right), dtype)


def _division(to: Visit, node: Node) -> Node:
    """DuckDB divides as doubles; what is divided by 0 is endless there, and here the largest number."""
    left, right = to.operands(node, "this", "expression")
    _checked(left, right)
    left, right = cast(left, DOUBLE), cast(right, DOUBLE)
    if never_zero(node.expression):
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


def never_zero(divisor: Node) -> bool:
    """Whether a divisor is a number other than 0, or has its 0 made NULL."""
    found = divisor.unnest()
    if isinstance(found, exp.Neg):
        return never_zero(found.this)
    if isinstance(found, exp.Nullif):
        return is_number(found.expression) and not float(found.expression.unnest().name)
    return is_number(found) and bool(float(found.name))


def _whole(to: Visit, node: Node) -> Node:
    """Remainders and whole parts of exact numbers."""
    safe = never_zero(node.expression)
    left, right = to.operands(node, "this", "expression")
    _checked(left, right)
    dtypes = [d for d in (dtype_of(left), dtype_of(right)) if d is not None]
    if not all(d.is_exact for d in dtypes) or (isinstance(node, exp.IntDiv) and any(d.digits for d in dtypes)):
        raise refused(node)
    made = type(node)(this=left, expression=right)
    made.meta["never_zero"] = safe
    return typed(made, holding(dtypes) if dtypes else None)


def _round(to: Visit, node: Node) -> Node:
    only(node, "this", "decimals", "casts_non_integer_decimals")
    value, places = to.visit(node.this), node.args.get("decimals") or number(0)
    _checked(value)
    if not is_number(places.this if isinstance(places, exp.Neg) else places):
        raise SqlError(f"the digits of ROUND are a number: {shown(node)}")
    digits, dtype = int(places.sql()), dtype_of(value)
    if dtype is not None and dtype.is_exact:
        if digits >= dtype.digits:
            return wrapped(value)
        dtype = _with(digits)
    return typed(exp.Round(this=value, decimals=exp.Literal.number(digits)), dtype)


def _floor(to: Visit, node: Node) -> Node:
    only(node, "this")
    value = to.visit(node.this)
    _checked(value)
    dtype = dtype_of(value)
    if dtype is not None and dtype.is_exact and not dtype.digits:
        return wrapped(value)
    return typed(type(node)(this=value), BIGINT if dtype is not None and dtype.is_exact else dtype)


# -- many rows


def _count(to: Visit, node: Node) -> Node:
    only(node, "this", "big_int")
    inner = node.this
    if isinstance(inner, exp.Distinct):
        only(inner, "expressions")
        (value,) = to.operands(inner, "expressions")
        inner = exp.Distinct(expressions=[value])
    elif not isinstance(inner, exp.Star):
        inner = to.visit(inner)
    return typed(exp.Count(this=inner, big_int=True), BIGINT)


def _aggregate(to: Visit, node: Node) -> Node:
    only(node, "this")
    apart = isinstance(node.this, exp.Distinct)
    (value,) = to.operands(node.this, "expressions") if apart else to.operands(node, "this")
    dtype = dtype_of(value)
    if isinstance(node, exp.Avg):
        _checked(value)
        value, dtype = cast(value, DOUBLE), DOUBLE
    elif isinstance(node, exp.Sum):
        _checked(value)
        dtype = _with(dtype.digits) if dtype is not None and dtype.is_exact else dtype
    elif dtype == BOOLEAN:
        raise refused(node)
    elif dtype is not None and dtype.name == "uuid":
        value, dtype = as_text(value), TEXT
    return typed(type(node)(this=exp.Distinct(expressions=[value]) if apart else value), dtype)


def _window(to: Visit, node: Node) -> Node:
    only(node, "this", "partition_by", "order", "spec", "over")
    inner = node.this
    if isinstance(inner, (exp.RowNumber, exp.Rank, exp.DenseRank)):
        only(inner)
        typed(inner, BIGINT)
    elif isinstance(inner, (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)):
        only(inner, "this", "offset")
        inner.set("this", to.visit(inner.this))
        typed(inner, dtype_of(inner.this))
    elif type(inner) in (*_TOTALS, exp.Count) and not isinstance(inner.this, exp.Distinct):
        inner = to.visit(inner)
    else:
        raise refused(node)
    node.set("this", inner)
    node.set("partition_by", to.operands(node, "partition_by"))
    for ordered in node.args["order"].expressions if node.args.get("order") else []:
        only(ordered, "this", "desc", "nulls_first")
        ordered.set("this", to.visit(ordered.this))
    if node.args.get("spec") is not None:
        _frame(node.args["spec"])
    return typed(node, dtype_of(inner))


def _frame(spec: Node) -> None:
    """Rows may be counted, values may not."""
    only(spec, "kind", "start", "start_side", "end", "end_side")
    counted = [end for end in (spec.args.get("start"), spec.args.get("end")) if end and not isinstance(end, str)]
    if spec.args["kind"] not in ("ROWS", "RANGE") or (spec.args["kind"] == "RANGE" and counted):
        raise refused(spec)
    if not all(map(is_number, counted)):
        raise refused(spec)


_TOTALS = (exp.Sum, exp.Avg, exp.Min, exp.Max)
HANDLERS = (
    ((exp.Neg, exp.Abs), _negative),
    ((exp.Add, exp.Sub, exp.Mul), _arithmetic),
    ((exp.Div,), _division),
    ((exp.Mod, exp.IntDiv), _whole),
    ((exp.Round,), _round),
    ((exp.Floor, exp.Ceil), _floor),
    ((exp.Count,), _count),
    (_TOTALS, _aggregate),
    ((exp.Window,), _window),
)
