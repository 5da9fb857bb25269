"""Turns a typed SQL expression into a Polars expression that is exact on money.

Exact numbers are int64 in minor units with their digits known beforehand, so `quantity * unit_price` is one integer
product and ROUND is an integer division, half away from zero: ten times faster than a decimal, and as exact. Here is how
values are computed, and how large they can become; types and digits are worked out before, by `typed`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BOOLEAN, DATE, DOUBLE, TEXT, TIME, TIMESTAMP, UUID, DType, clock_us, decimal, exact
from synth.sql.allowed import allowed_expression
from synth.sql.casts import require_digits
from synth.sql.compiled import LIMIT, Bound, Compiled
from synth.sql.functions import FUNCTIONS
from synth.sql.kinds import DOUBLES, DRAWING, common_type, kind_of
from synth.sql.nodes import Node, dtype_of, is_text
from synth.sql.parse import SqlError, path
from synth.sql.polars_sql import LARGEST, polars_expression
from synth.sql.texts import as_text, as_timestamp
from synth.sql.typed import typed_expression

__all__ = ["as_type", "compile_expression", "compile_tree"]

ZERO: Bound = ("lit", 0)


def compile_expression(text: str, types: Mapping[str, DType], wanted: DType | None = None) -> Compiled:
    """Compile one SQL expression over columns of these types, for a column of a type where one is known. Raises SqlError.

    In a column that is a double, exact numbers may meet doubles.
    """
    return _compiled(
        typed_expression(allowed_expression(text), types, DOUBLES if wanted and wanted.is_float else DRAWING)
    )


def compile_tree(tree: exp.Expression, types: Mapping[str, DType], *, by_polars: bool = True) -> Compiled:
    """Compile the tree of an expression over columns of these types, or by Polars' SQL. Raises SqlError."""
    tree = typed_expression(tree, types)
    if not by_polars and any(node.meta.get("by_polars") for node in tree.walk()):
        raise SqlError("Polars' SQL is not DuckDB's")
    return _compiled(tree)


def as_type(value: Compiled, wanted: DType) -> Compiled:
    """The same value as the column's type. Raises SqlError where digits would be lost or kinds differ."""
    have = value.dtype
    if have is None:
        return Compiled(value.expr.cast(wanted.drawn), wanted)
    if have.is_exact and wanted.is_exact:
        require_digits(have, wanted)
        scaled = _to_digits(value, wanted.digits)
        return Compiled(scaled.expr, wanted, scaled.bound)
    if wanted.name in ("real", "char", "timestamptz"):
        known = as_type(value, wanted.in_sql)
        if wanted.name == "timestamptz":
            return Compiled(known.expr, wanted)
        if wanted.name == "char":
            return Compiled(known.expr.str.strip_chars_end(" "), wanted)
        return Compiled(known.expr.cast(pl.Float32).cast(pl.Float64), wanted, known.bound)
    if wanted.name == "enum" and have.name == "varchar":  # what is none of its values is told when it is drawn
        return Compiled(value.expr.cast(pl.Enum(wanted.labels)).cast(pl.String), wanted)
    if have.name == wanted.name and have.element == wanted.element:
        return Compiled(value.expr, wanted, value.bound if wanted == DOUBLE else ZERO)
    if have == TEXT and wanted == UUID:
        raise SqlError("a text need not be a uuid", "declare `type: text`, or copy a column that is one")
    if {have.name, wanted.name} in ({"varchar", "uuid"}, {"date", "timestamp"}):
        return Compiled(value.expr.cast(wanted.drawn), wanted)
    if have.is_exact and wanted == DOUBLE:
        return _to_double(value)
    raise SqlError(f"the expression gives {have}, the column is {wanted}")


def _compiled(node: Node) -> Compiled:
    """The expression of a typed node."""
    spell = _SPELT.get(type(node), _function)
    return spell(node)


def _to_digits(value: Compiled, digits: int) -> Compiled:
    """The same number with more digits after the point."""
    assert value.dtype is not None
    missing = digits - value.dtype.digits
    if missing == 0:
        return value
    factor = 10**missing
    return Compiled(value.expr * factor, decimal(18, digits), ("mul", value.bound, ("lit", factor)))


def _to_double(value: Compiled) -> Compiled:
    """An exact number as the nearest double; what is one already stays."""
    if value.dtype is None or not value.dtype.is_exact:
        return value
    major, digits = value.expr.cast(pl.Float64), value.dtype.digits
    return Compiled(major / 10**digits if digits else major, DOUBLE, value.bound)


def _widest(*values: Compiled) -> Bound:
    """The bound of several values."""
    return reduce(lambda x, y: ("max", x, y), (value.bound for value in values))


def _alike(nodes: Sequence[Node]) -> list[Compiled]:
    """Values that meet, in the digits of their common type."""
    common = common_type(nodes, DOUBLES)  # typed already: where doubles stay apart, none are among them
    values = [_compiled(node) for node in nodes]
    if common == DOUBLE:
        return [_to_double(value) for value in values]
    if common is None or not common.is_exact:
        return values
    return [value if value.dtype is None else _to_digits(value, common.digits) for value in values]


def _half_away(number: pl.Expr, divisor: pl.Expr | int) -> pl.Expr:
    """number / divisor as a whole number, half away from zero; the divisor is positive."""
    half = divisor // 2 if isinstance(divisor, int) else None
    if half is not None:
        return (number.abs() + half) // divisor * number.sign()
    return (number.abs() * 2 + divisor) // (divisor * 2) * number.sign()


# -- leaves


def _column(node: Node) -> Compiled:
    name = path(node)
    return Compiled(pl.col(name), dtype_of(node), ("col", name))


def _literal(node: Node) -> Compiled:
    dtype = dtype_of(node)
    if node.is_string or dtype is None:
        return Compiled(pl.lit(node.name), dtype)
    units = exact(node.name, dtype)
    return Compiled(pl.lit(units, dtype=pl.Int64), dtype, ("lit", abs(units)))


def _boolean(node: Node) -> Compiled:
    return Compiled(pl.lit(bool(node.this)), BOOLEAN)


def _null(node: Node) -> Compiled:
    return Compiled(pl.lit(None), None)


def _paren(node: Node) -> Compiled:
    return _compiled(node.this)


# -- numbers


def _negative(node: Node) -> Compiled:
    value = _compiled(node.this)
    changed = value.expr.abs() if isinstance(node, exp.Abs) else -value.expr
    return Compiled(changed, value.dtype, value.bound)


def _sum(node: Node) -> Compiled:
    dtype, left, right = dtype_of(node), dtype_of(node.this), dtype_of(node.expression)
    if left == DATE and right is not None and right.is_exact and not right.digits:  # days after a date
        start, days = _compiled(node.this).expr.cast(pl.Int32), _compiled(node.expression).expr
        moved = start + days if isinstance(node, exp.Add) else start - days
        return Compiled(moved.cast(pl.Int32).cast(pl.Date), DATE)
    if left == DATE == right:
        return _function(exp.DateDiff(this=node.this, expression=node.expression, unit=exp.Var(this="DAY")))
    if any(each is not None and each.is_time for each in (left, right)):
        return _by_polars(node)
    a, b = _alike([node.this, node.expression])
    total = a.expr + b.expr if isinstance(node, exp.Add) else a.expr - b.expr
    return Compiled(total, dtype, ("add", a.bound, b.bound) if dtype is not None and dtype.is_exact else _widest(a, b))


def _product(node: Node) -> Compiled:
    a, b, dtype = _compiled(node.this), _compiled(node.expression), dtype_of(node)
    if dtype is not None and dtype.is_exact:
        return Compiled(a.expr * b.expr, dtype, ("mul", a.bound, b.bound))
    a, b = _to_double(a), _to_double(b)
    return Compiled(a.expr * b.expr, dtype, _widest(a, b))


def _remainder(node: Node) -> Compiled:
    a, b = _alike([node.this, node.expression])
    remainder = a.expr - (a.expr.abs() // b.expr.abs()) * b.expr.abs() * a.expr.sign()
    return Compiled(remainder, dtype_of(node), a.bound)


def _quotient(node: Node) -> Compiled:
    """Of doubles: that of exact numbers stands in a ROUND."""
    a, b = _to_double(_compiled(node.this)), _to_double(_compiled(node.expression))
    return Compiled(a.expr / b.expr, dtype_of(node), _widest(a, b))


def _round(node: Node) -> Compiled:
    places, inner = node.args.get("decimals"), node.this.unnest()
    digits = int(places.sql(dialect="duckdb")) if places is not None else 0
    if isinstance(inner, exp.Div) and dtype_of(node) != DOUBLE:
        return _rounded_quotient(inner, digits, dtype_of(node))
    value = _compiled(inner)
    assert value.dtype
    if value.dtype == DOUBLE:
        return Compiled(value.expr.round(digits, mode="half_away_from_zero"), DOUBLE, value.bound)
    dropped = value.dtype.digits - digits
    if dropped <= 0:
        return value
    # the bound stays an upper bound: dividing makes it smaller, and it may be multiplied again
    bound: Bound = ("add", value.bound, ("lit", 10**dropped))
    rounded = _half_away(value.expr, 10**dropped)
    return Compiled(rounded * 10**-digits if digits < 0 else rounded, dtype_of(node), bound)


def _rounded_quotient(node: Node, digits: int, dtype: DType | None) -> Compiled:
    """A quotient of exact numbers, in as many digits; NULL where the divisor is 0."""
    a, b = _compiled(node.this), _compiled(node.expression)
    assert a.dtype and b.dtype
    shift = digits - a.dtype.digits + b.dtype.digits
    up, down = 10 ** max(0, shift), 10 ** max(0, -shift)
    divisor = pl.when(b.expr != 0).then(b.expr.abs() * down)
    number = a.expr * up * b.expr.sign()
    bound = ("add", ("mul", a.bound, ("lit", 2 * up)), ("mul", b.bound, ("lit", 2 * down)))
    return Compiled(_half_away(number, divisor), dtype, bound)


def _whole(node: Node) -> Compiled:
    value = _compiled(node.this)
    assert value.dtype
    unit = 10**value.dtype.digits
    whole = value.expr // unit if isinstance(node, exp.Floor) else -((-value.expr) // unit)
    return Compiled(whole, dtype_of(node), value.bound)


# -- choices


def _case(node: Node) -> Compiled:
    default = node.args.get("default")
    tests = [_compiled(arm.this) for arm in node.args["ifs"]]
    branches = [arm.args["true"] for arm in node.args["ifs"]]
    *values, last = _alike([*branches, default if default is not None else exp.Null()])
    result = last.expr
    for test, value in zip(reversed(tests), reversed(values), strict=True):
        result = pl.when(test.expr if test.dtype else pl.lit(False)).then(value.expr).otherwise(result)
    return Compiled(result, dtype_of(node), _widest(*values, last, *tests))


def _choice(how: Callable[[list[pl.Expr]], pl.Expr]) -> Callable[[Node], Compiled]:
    def spell(node: Node) -> Compiled:
        values = _alike([node.this, *node.expressions])
        return Compiled(how([value.expr for value in values]), dtype_of(node), _widest(*values))

    return spell


def _nullif(node: Node) -> Compiled:
    a, b = _alike([node.this, node.expression])
    same = (a.expr == b.expr).fill_null(False)
    return Compiled(pl.when(same).then(None).otherwise(a.expr), dtype_of(node), _widest(a, b))


# -- truth


def _junction(node: Node) -> Compiled:
    a, b = _compiled(node.this), _compiled(node.expression)
    return Compiled(a.expr & b.expr if isinstance(node, exp.And) else a.expr | b.expr, BOOLEAN, _widest(a, b))


def _not(node: Node) -> Compiled:
    value = _compiled(node.this)
    return Compiled(~value.expr, BOOLEAN, value.bound)


def _is(node: Node) -> Compiled:
    value = _compiled(node.this)
    if isinstance(node.expression, exp.Null):
        return Compiled(value.expr.is_null(), BOOLEAN)
    holds = value.expr.cast(pl.Boolean)
    return Compiled((holds if node.expression.this else ~holds).fill_null(False), BOOLEAN, value.bound)


_COMPARISONS: dict[type[Any], str] = {
    exp.EQ: "__eq__", exp.NEQ: "__ne__", exp.GT: "__gt__", exp.GTE: "__ge__", exp.LT: "__lt__", exp.LTE: "__le__",
}  # fmt: skip


def _comparison(node: Node) -> Compiled:
    return _compared(type(node), node.this, node.expression)


def _compared(how: type[Any], left: Node, right: Node) -> Compiled:
    a, b = _alike([left, right])
    return Compiled(getattr(a.expr, _COMPARISONS[how])(b.expr), BOOLEAN, _widest(a, b))


def _in(node: Node) -> Compiled:
    """Each value in the digits of its own pair: fewer, and smaller numbers."""
    tests = [_compared(exp.EQ, node.this, item) for item in node.expressions]
    return Compiled(reduce(lambda x, y: x | y, (test.expr for test in tests)), BOOLEAN, _widest(*tests))


def _between(node: Node) -> Compiled:
    low = _compared(exp.GTE, node.this, node.args["low"])
    high = _compared(exp.LTE, node.this, node.args["high"])
    return Compiled(low.expr & high.expr, BOOLEAN, _widest(low, high))


# -- types and functions


def _cast(node: Node) -> Compiled:
    value, wanted = _compiled(node.this), dtype_of(node)
    assert wanted is not None
    if wanted == TIME != value.dtype and value.dtype is not None:
        clock = pl.lit(clock_us(node.this.unnest().name)) if is_text(node.this) else _microsecond_of_day(value.expr)
        return Compiled(clock, TIME)
    if value.dtype is None or (value.dtype.is_exact and (wanted.is_exact or wanted == DOUBLE)):
        return as_type(value, wanted)
    if kind_of(wanted) == "text" and kind_of(value.dtype) != "text":
        return Compiled(as_text(value.expr, value.dtype), wanted, value.bound)
    if value.dtype == TEXT and wanted == DATE:
        return Compiled(value.expr.str.to_date("%Y-%m-%d"), wanted)
    if value.dtype == TEXT and wanted == TIMESTAMP:
        return Compiled(as_timestamp(value.expr), wanted)
    bound = 1 if value.dtype == BOOLEAN else LIMIT - 1 if wanted.is_exact else 0
    return Compiled(value.expr.cast(wanted.drawn), wanted, ("lit", bound))


def _microsecond_of_day(moment: pl.Expr) -> pl.Expr:
    return moment.dt.time().cast(pl.Int64) // 1_000


def _function(node: Node) -> Compiled:
    """A function of the table, or what Polars' SQL reads."""
    function = FUNCTIONS.get(type(node))
    if function is None or function.polars is None or not function.known(node):
        return _by_polars(node)
    values = [_argument(each, kind) for key, kind in function.takes.items() for each in _several(node.args[key])]
    bound = _widest(*values)
    if function.largest:
        bound = ("max", bound, ("lit", function.largest))
    return Compiled(function.polars(node, *(value.expr for value in values)), function.gives, bound)


def _several(held: Node | list[Node]) -> list[Node]:
    return held if isinstance(held, list) else [held]


def _argument(node: Node, kind: str) -> Compiled:
    """An argument of a function as the kind that it takes."""
    value = _compiled(node)
    if kind == "double":
        return _to_double(value)
    if kind in ("text", "joined") and (value.dtype is None or kind_of(value.dtype) != "text"):
        return Compiled(as_text(value.expr, value.dtype), TEXT, value.bound)
    return value


def _by_polars(node: Node) -> Compiled:
    return Compiled(polars_expression(node), dtype_of(node), ("lit", LARGEST))


_SPELT: dict[type[Any], Callable[[Node], Compiled]] = {
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.Paren: _paren,
    **dict.fromkeys((exp.Neg, exp.Abs), _negative),
    **dict.fromkeys((exp.Add, exp.Sub), _sum),
    exp.Mul: _product,
    exp.Mod: _remainder,
    exp.Div: _quotient,
    exp.Round: _round,
    **dict.fromkeys((exp.Floor, exp.Ceil), _whole),
    exp.Case: _case,
    exp.Coalesce: _choice(pl.coalesce),
    exp.Least: _choice(pl.min_horizontal),
    exp.Greatest: _choice(pl.max_horizontal),
    exp.Nullif: _nullif,
    **dict.fromkeys((exp.And, exp.Or), _junction),
    exp.Not: _not,
    exp.Is: _is,
    **dict.fromkeys(_COMPARISONS, _comparison),
    exp.In: _in,
    exp.Between: _between,
    exp.Cast: _cast,
}
