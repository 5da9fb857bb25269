"""One form for what can be written in several ways, before it is typed: choices, parts of times, intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from synth.sql.nodes import Node, parenthesized, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["PARTS", "plain"]

_UNITS = {
    "DAYOFMONTH": "DAY", "DAYOFWEEK": "DOW", "WEEKDAY": "DOW", "DAYOFYEAR": "DOY", "WEEKOFYEAR": "WEEK", "MON": "MONTH",
    "MIN": "MINUTE", "SEC": "SECOND", "HR": "HOUR", "YR": "YEAR",
}  # fmt: skip
_PARTS: dict[type[Any], str] = {
    exp.Year: "YEAR", exp.Quarter: "QUARTER", exp.Month: "MONTH", exp.Week: "WEEK", exp.WeekOfYear: "WEEK",
    exp.Day: "DAY", exp.DayOfMonth: "DAY", exp.DayOfWeek: "DOW", exp.DayOfWeekIso: "ISODOW", exp.DayOfYear: "DOY",
    exp.Hour: "HOUR", exp.Minute: "MINUTE", exp.Second: "SECOND",
}  # fmt: skip
PARTS = frozenset(_PARTS)


def plain(node: Node) -> Node:
    """A node in the form that is typed; where it is another one, it stands in the node's place. Raises SqlError."""
    rule = _RULES.get(type(node))
    made = rule(node) if rule else None
    if made is None:
        return node
    if node.parent is not None:
        node.replace(made)
    return made


def _unit(held: Node | None) -> exp.Var:
    name = held.name.upper() if held is not None else ""
    singular = name.removesuffix("S")
    return exp.Var(this=_UNITS.get(singular, singular) if name != "DOW" else name)


# -- choices


def _if(node: Node) -> Node | None:
    """IF as a CASE; arms of a CASE stay what they are."""
    if node.arg_key == "ifs":
        return None
    arm = exp.If(this=node.this, true=node.args["true"])
    return exp.Case(ifs=[arm], default=node.args.get("false"))


def _case(node: Node) -> Node | None:
    """CASE x WHEN … as a CASE with a condition in each arm, in place."""
    if node.this is not None:
        chosen = parenthesized(node.this)
        for arm in node.args["ifs"]:
            arm.set("this", exp.EQ(this=chosen.copy(), expression=parenthesized(arm.this)))
        node.set("this", None)
    return None


# -- times


def _part(node: Node) -> Node:
    return exp.Extract(this=exp.Var(this=_PARTS[type(node)]), expression=node.this)


def _extract(node: Node) -> None:
    node.set("this", _unit(node.this))


def _beginning(node: Node) -> Node | None:
    if isinstance(node, exp.TimestampTrunc):
        node.set("unit", _unit(node.args.get("unit")))
        return None
    return exp.TimestampTrunc(this=node.this, unit=_unit(node.args.get("unit")))


def _difference(node: Node) -> None:
    node.set("unit", _unit(node.args.get("unit")))


def _by_name(node: Node) -> Node | None:
    """What the parser knows by its name only."""
    name, values = node.name.lower(), node.expressions
    if name in ("date_sub", "datesub") and len(values) == 3:
        return exp.TimestampDiff(this=values[2], expression=values[1], unit=_unit(values[0]))
    if name in ("date_part", "datepart") and len(values) == 2:
        return exp.Extract(this=_unit(values[0]), expression=values[1])
    if name == "isoyear" and len(values) == 1:
        return exp.Extract(this=exp.Var(this="ISOYEAR"), expression=values[0])
    return None


def _sum(node: Node) -> Node | None:
    """An interval that is added to a time, or taken from it."""
    left, right = node.this, node.expression
    step = _interval(right)
    if step is None and isinstance(node, exp.Add):
        left, step = right, _interval(left)
    if step is None:
        return None
    number, unit = step
    if isinstance(node, exp.Sub):
        number = exp.Neg(this=parenthesized(number))
    return exp.DateAdd(this=parenthesized(left), expression=number, unit=unit)


def _added(node: Node) -> Node | None:
    step = _interval(node.expression)
    if step is None:
        return None
    return exp.DateAdd(this=node.this, expression=step[0], unit=step[1])


def _interval(node: Node) -> tuple[Node, exp.Var] | None:
    """The number and the unit of an interval; None of anything else."""
    node = node.unnest()
    if isinstance(node, exp.Mul):
        for step, times in ((node.this, node.expression), (node.expression, node.this)):
            found = _interval(step)
            if found is not None:
                return exp.Mul(this=parenthesized(found[0]), expression=parenthesized(times)), found[1]
    if not isinstance(node, exp.Interval):
        return None
    number = node.this
    if isinstance(number, exp.Literal):
        digits = number.name.strip().removeprefix("-")
        if not digits.isdigit():
            raise SqlError(f"an interval is a whole number of one unit, as INTERVAL 3 DAY: {sql_excerpt(node)}")
        number = exp.Literal.number(int(digits))
        number = exp.Neg(this=number) if node.this.name.strip().startswith("-") else number
    elif number is None:
        raise SqlError(f"an interval is a whole number of one unit, as INTERVAL 3 DAY: {sql_excerpt(node)}")
    return number, _unit(node.args.get("unit"))


_RULES: dict[type[Any], Callable[[Any], Node | None]] = {
    exp.If: _if,
    exp.Case: _case,
    **dict.fromkeys(_PARTS, _part),
    exp.Extract: _extract,
    **dict.fromkeys((exp.DateTrunc, exp.TimestampTrunc), _beginning),
    **dict.fromkeys((exp.DateDiff, exp.TimestampDiff), _difference),
    exp.Anonymous: _by_name,
    **dict.fromkeys((exp.Add, exp.Sub), _sum),
    exp.DateAdd: _added,
}
