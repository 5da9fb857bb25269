"""Functions that are said otherwise to be said in every database; their arguments are explicit already.

A function that sqlglot spells rightly for each database needs no entry: `synth.sql.functions` is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, DATE, TEXT
from synth.sql.nodes import Node, dtype_of, is_text, number, parenthesized, typed
from synth.translate.portable.casts import as_moment, cast, with_common_type

__all__ = ["FORMS", "days"]

_LONGEST = 2**31 - 1


def _joined(node: Node) -> Node:
    left, right = parenthesized(node.this), parenthesized(node.expression)
    return typed(exp.Paren(this=typed(exp.DPipe(this=left, expression=right, safe=True), TEXT)), TEXT)


def _concat(node: Node) -> Node:
    """CONCAT passes over NULL; || does not."""
    empty = typed(exp.Literal.string(""), TEXT)
    values = node.expressions
    some = [v if is_text(v) else typed(exp.Coalesce(this=v, expressions=[empty.copy()]), TEXT) for v in values]
    joined = reduce(lambda a, b: typed(exp.DPipe(this=a, expression=b, safe=True), TEXT), some)
    return typed(exp.Paren(this=joined), TEXT)


def _piece(node: Node) -> Node:
    """A piece of a text, with its length."""
    start, length = node.args.get("start") or number(1), node.args.get("length")
    if isinstance(node, exp.Left):
        length = node.expression
    length = length or exp.Literal.number(_LONGEST - int(start.name))
    return typed(exp.Substring(this=node.this, start=start, length=length), TEXT)


def days(later: Node, earlier: Node) -> Node:
    """Spell the days between two dates."""
    return typed(exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="DAY")), BIGINT)


def _difference(node: Node) -> Node:
    moments = [as_moment(each.unnest()) if is_text(each) else each for each in (node.this, node.expression)]
    both, dtype = with_common_type(moments)
    later, earlier = (each if dtype == DATE else cast(each, DATE) for each in both)
    return days(later, earlier)


def _part(node: Node) -> Node:
    """A year, a month or a day."""
    unit = node.this.name.upper() if isinstance(node, exp.Extract) else type(node).__name__.upper()
    value = node.expression if isinstance(node, exp.Extract) else node.this
    return typed(exp.Extract(this=exp.Var(this=unit), expression=value), dtype_of(node))


FORMS: dict[type[Any], Callable[[Node], Node]] = {
    exp.DPipe: _joined,
    exp.Concat: _concat,
    **dict.fromkeys((exp.Substring, exp.Left), _piece),
    exp.DateDiff: _difference,
    **dict.fromkeys((exp.Extract, exp.Year, exp.Month, exp.Day), _part),
}
