"""Rewrites of times, for databases in which they are texts, have fewer digits, or have parts by other names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp

from synth.dtypes import BIGINT, DATE, TIME, TIMESTAMP
from synth.sql.nodes import copies, dtype_of, is_text, number, parenthesized, typed

__all__ = ["microseconds", "named_parts", "text_times", "whole_parts"]

_PIECES = {
    "YEAR": (1, 4),
    "MONTH": (6, 2),
    "DAY": (9, 2),
    "HOUR": (12, 2),
    "MINUTE": (15, 2),
    "SECOND": (18, 2),
}  # of a text
_TO_SECONDS, _REST = (1, 19), (20, 7)


def microseconds(tree: Any) -> Any:
    """Where a timestamp has whole seconds unless it is told otherwise."""
    for node in list(tree.find_all(exp.Cast)):
        if node.to.this.name.startswith("TIMESTAMP"):
            digits = exp.DataTypeParam(this=exp.Literal.number(6))
            node.set("to", exp.DataType(this=exp.DataType.Type.DATETIME, expressions=[digits]))
        elif node.to.this == exp.DataType.Type.TIME:
            digits = exp.DataTypeParam(this=exp.Literal.number(6))
            node.set("to", exp.DataType(this=exp.DataType.Type.TIME, expressions=[digits]))
    return tree


# -- parts


def whole_parts(tree: Any) -> Any:
    """Where parts of times are decimals, and seconds have a fraction."""
    for node in list(tree.find_all(exp.Extract)):
        whole = exp.Floor(this=node.copy()) if node.this.name == "SECOND" else node.copy()
        node.replace(typed(exp.cast(whole, "bigint"), BIGINT))
    return tree


def named_parts(dialect: str, spelt: Mapping[str, str]) -> Callable[[Any], Any]:
    """Where parts have names of their own: how each is spelt of a time `x`."""
    parts = {part: sqlglot.parse_one(sql, read=dialect) for part, sql in spelt.items()}

    def rewrite(tree: Any) -> Any:
        for node in reversed(list(tree.find_all(exp.Extract))):
            if node.this.name in parts:
                made: Any = exp.Paren(this=parts[node.this.name].copy())
                for place in list(made.find_all(exp.Column)):
                    place.replace(node.expression.copy())
                node.replace(typed(made, BIGINT))
        return tree

    return rewrite


# -- times that are texts


def text_times(tree: Any) -> Any:
    """Where times are texts: a date is the beginning of a timestamp, and its parts are pieces of it."""
    for node in list(tree.find_all(exp.Cast)):
        if dtype_of(node) == TIMESTAMP:
            midnight = exp.DPipe(this=parenthesized(node.this), expression=exp.Literal.string(" 00:00:00.000000"))
            node.replace(_full(node.this) if is_text(node.this) else typed(exp.Paren(this=midnight), TIMESTAMP))
        elif dtype_of(node) == TIME:
            clock = _full_clock(node.this) if is_text(node.this) else typed(_piece(node.this, 12, 15), TIME)
            node.replace(clock)
        elif dtype_of(node) == DATE:
            node.replace(node.this if is_text(node.this) else typed(_piece(node.this, 1, 10), DATE))
    for node in reversed(list(tree.find_all(*_OF_TEXTS))):  # the innermost first: those around it copy them
        node.replace(_OF_TEXTS[type(node)](node))
    return tree


def _full_clock(literal: Any) -> Any:
    spelt = dt.time.fromisoformat(literal.name).isoformat("microseconds")
    return typed(exp.Literal.string(spelt), TIME)


def _full(literal: Any) -> Any:
    """A written timestamp with all its digits."""
    spelt = dt.datetime.fromisoformat(literal.name).isoformat(" ", "microseconds")
    return typed(exp.Literal.string(spelt), TIMESTAMP)


def _piece(node: Any, start: int, length: int) -> Any:
    return exp.Substring(this=node, start=exp.Literal.number(start), length=exp.Literal.number(length))


def _part_of_text(node: Any) -> Any:
    part, time = node.this.name, node.expression
    if part in _PIECES:
        return typed(exp.cast(_piece(time, *_PIECES[part]), "bigint"), BIGINT)
    day = _piece(time, 1, 10)
    if part == "ISODOW":  # which begins with Sunday as 0 here
        sunday = typed(exp.cast(_strftime("%w", day), "bigint"), BIGINT)
        return exp.Paren(this=exp.Add(this=_rest(exp.Add(this=sunday, expression=number(6)), 7), expression=number(1)))
    if part == "DOY":
        return typed(exp.cast(_strftime("%j", day), "bigint"), BIGINT)
    thursday = _strftime("%j", day, "-3 days", "weekday 4")  # the week's number is that of its Thursday
    before = exp.Sub(this=typed(exp.cast(thursday, "bigint"), BIGINT), expression=number(1))
    weeks = exp.Div(this=exp.Paren(this=before), expression=number(7), typed=True, safe=False)
    return typed(exp.Paren(this=typed(exp.Add(this=typed(weeks, BIGINT), expression=number(1)), BIGINT)), BIGINT)


def _rest(value: Any, divisor: int) -> Any:
    made = exp.Mod(this=parenthesized(typed(value, BIGINT)), expression=number(divisor))
    made.meta["never_zero"] = True
    return typed(exp.Paren(this=typed(made, BIGINT)), BIGINT)


def _strftime(form: str, time: Any, *steps: Any) -> Any:
    words = [exp.Literal.string(each) if isinstance(each, str) else each for each in steps]
    return exp.Anonymous(this="STRFTIME", expressions=[exp.Literal.string(form), time, *words])


def _joined(*texts: Any) -> Any:
    first, *others = texts
    for other in others:
        first = exp.DPipe(this=first, expression=other)
    return exp.Paren(this=first)


def _text_later(node: Any) -> Any:
    unit = node.text("unit").lower()
    times, amounts = copies(parenthesized(node.this)), copies(parenthesized(node.expression))

    def step(amount: Any) -> Any:
        return _joined(amount, exp.Literal.string(f" {unit}s"))

    if unit != "month":
        moved = _strftime("%Y-%m-%d %H:%M:%S", _piece(next(times), *_TO_SECONDS), step(next(amounts)))
        return typed(_joined(moved, _piece(next(times), *_REST)), TIMESTAMP)
    begin, date = "start of month", (1, 10)
    month = _strftime("%Y-%m-", _piece(next(times), *date), begin, step(next(amounts)))
    last = _strftime("%d", _piece(next(times), *date), begin, step(next(amounts)), "+1 month", "-1 day")
    day = exp.Anonymous(this="MIN", expressions=[_piece(next(times), 9, 2), last])  # two digits each
    return typed(_joined(month, day, _piece(next(times), 11, 16)), TIMESTAMP)


def _text_month_end(node: Any) -> Any:
    day = _piece(node.this, 1, 10)
    return typed(_strftime("%Y-%m-%d", day, "start of month", "+1 month", "-1 day"), DATE)


_OF_TEXTS: dict[Any, Callable[[Any], Any]] = {
    exp.Extract: _part_of_text,
    exp.DateAdd: _text_later,
    exp.LastDay: _text_month_end,
}
