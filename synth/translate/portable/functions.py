"""Functions that are said otherwise to be said in every database; their arguments are explicit already.

A function that sqlglot spells rightly for each database needs no entry: `synth.sql.functions` is enough.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, TEXT
from synth.sql.nodes import Node, copies, is_text, number, parenthesized, typed
from synth.translate.portable.times import FORMS as TIME_FORMS

__all__ = ["FORMS"]

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


def _last(node: Node) -> Node:
    """The end of a text, as a piece of it that begins where it has to."""
    text, length = copies(parenthesized(node.this)), int(node.expression.unnest().name)
    letters = typed(exp.Length(this=next(text)), BIGINT)
    longer = exp.If(this=typed(exp.GT(this=letters, expression=number(length)), BOOLEAN), true=letters.copy())
    known = typed(exp.Case(ifs=[longer], default=number(length)), BIGINT)
    first = typed(exp.Sub(this=known, expression=number(length - 1)), BIGINT)
    return typed(exp.Substring(this=next(text), start=first, length=number(length)), TEXT)


def _padded(node: Node) -> Node:
    """A piece of a text with as much as it may lack: before it, so far in as it is long."""
    length, fill = int(node.expression.unnest().name), node.args["fill_pattern"].unnest().name
    text, filling = parenthesized(node.this), typed(exp.Literal.string(fill * length), TEXT)
    if not node.args.get("is_left"):
        whole = typed(exp.DPipe(this=text, expression=filling, safe=True), TEXT)
        return typed(exp.Substring(this=exp.Paren(this=whole), start=number(1), length=number(length)), TEXT)
    several = copies(text)
    letters = typed(exp.Length(this=next(several)), BIGINT)
    shorter = exp.If(this=typed(exp.LT(this=letters, expression=number(length)), BOOLEAN), true=letters.copy())
    known = typed(exp.Case(ifs=[shorter], default=number(length)), BIGINT)
    first = typed(exp.Add(this=known, expression=number(1)), BIGINT)
    whole = typed(exp.DPipe(this=filling, expression=next(several), safe=True), TEXT)
    return typed(exp.Substring(this=exp.Paren(this=whole), start=first, length=number(length)), TEXT)


def _sign(node: Node) -> Node:
    """One of three numbers: not every database has the function, and some give it other types."""
    values = copies(parenthesized(node.this))
    arms = [
        exp.If(this=typed(compare(this=next(values), expression=number(0)), BOOLEAN), true=number(sign))
        for compare, sign in ((exp.GT, 1), (exp.EQ, 0), (exp.LT, -1))
    ]
    arms[-1].set("true", typed(exp.Neg(this=number(1)), BIGINT))
    return typed(exp.Case(ifs=arms), BIGINT)


FORMS: dict[type[Any], Callable[[Node], Node]] = {
    **TIME_FORMS,
    exp.DPipe: _joined,
    exp.Concat: _concat,
    **dict.fromkeys((exp.Substring, exp.Left), _piece),
    exp.Right: _last,
    exp.Pad: _padded,
    exp.Sign: _sign,
}
