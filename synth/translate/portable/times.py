"""Times in terms of what every database has: days between dates, parts of times, and units that are added.

The arguments are explicit already. What is begun, passed or gone by is worked out of these, in the same way everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, TIMESTAMP
from synth.sql.functions.times import MONTHS, TIME_PARTS
from synth.sql.nodes import Node, copies, dtype_of, is_text, number, parenthesized, typed
from synth.translate.portable.casts import as_moment, cast, with_common_type

__all__ = ["FORMS", "days", "days_later"]

_OF_DAY = {"HOUR": 24, "MINUTE": 24 * 60, "SECOND": 24 * 3600}


def days(later: Node, earlier: Node) -> Node:
    """Spell the days between two dates."""
    return typed(exp.DateDiff(this=later, expression=earlier, unit=exp.Var(this="DAY")), BIGINT)


def days_later(date: Node, amount: Node) -> Node:
    """Spell the date so many days later."""
    return cast(_added(date, amount, "DAY"), DATE)


# -- whole numbers, as they are put together here


def _number(kind: type[exp.Binary], left: Node, right: Node) -> Node:
    made = kind(this=parenthesized(left), expression=parenthesized(right))
    made.meta["never_zero"] = True  # of divisors, which are all written out
    return typed(exp.Paren(this=typed(made, BIGINT)), BIGINT)


def _plus(left: Node, right: Node) -> Node:
    return _number(exp.Add, left, right)


def _minus(left: Node, right: Node) -> Node:
    return _number(exp.Sub, left, right)


def _times(left: Node, factor: int) -> Node:
    return left if factor == 1 else _number(exp.Mul, left, number(factor))


# -- times, as they are put together here


def _as(dtype: Any, node: Node) -> Node:
    return node if dtype_of(node) == dtype else cast(node, dtype)


def _of(part: str, time: Node) -> Node:
    made = typed(exp.Extract(this=exp.Var(this=part), expression=time), BIGINT)
    return _part(made)


_AS_OTHERS = {"YEAR": (12, "MONTH"), "QUARTER": (3, "MONTH"), "WEEK": (7, "DAY")}


def _added(time: Node, amount: Node, unit: str) -> Node:
    times, unit = _AS_OTHERS.get(unit, (1, unit))
    amount = _times(amount, times)
    made = exp.DateAdd(this=_as(TIMESTAMP, time), expression=parenthesized(amount), unit=exp.Var(this=unit))
    return typed(made, TIMESTAMP)


def _part(node: Node) -> Node:
    """A part that every database has a word for, or one that is made of those."""
    part, time = node.this.name, node.expression
    if part in TIME_PARTS:
        time = _as(TIMESTAMP, time)
    if part == "QUARTER":
        return _number(exp.IntDiv, _plus(_of("MONTH", time), number(2)), number(3))
    if part == "DOW":
        return _number(exp.Mod, _of("ISODOW", time), number(7))
    if part == "ISOYEAR":  # that of the week's Thursday
        several = copies(time)
        return _of("YEAR", _added(next(several), _minus(number(4), _of("ISODOW", next(several))), "DAY"))
    return typed(exp.Extract(this=exp.Var(this=part), expression=time), BIGINT)


def _moved(node: Node) -> Node:
    return _added(node.this, node.expression, node.text("unit"))


def _beginning(node: Node) -> Node:
    unit, several = node.text("unit"), copies(node.this)
    midnight = _as(TIMESTAMP, _as(DATE, next(several)))
    if unit == "DAY":
        return midnight
    if unit in TIME_PARTS:
        return _added(midnight, _since_midnight(several, unit), unit)
    if unit == "WEEK":
        return _added(midnight, _minus(number(1), _of("ISODOW", next(several))), "DAY")
    first = _added(midnight, _minus(number(1), _of("DAY", next(several))), "DAY")
    if unit == "MONTH":
        return first
    month = _minus(number(1), _of("MONTH", next(several)))
    return _added(first, month if unit == "YEAR" else _number(exp.Mod, month, number(3)), "MONTH")


def _of_both(node: Node) -> tuple[Node, Node]:
    """The later and the earlier time of a difference, as one type."""
    moments = [as_moment(each.unnest()) if is_text(each) else each for each in (node.this, node.expression)]
    (later, earlier), _ = with_common_type(moments)
    return later, earlier


def _difference(node: Node) -> Node:
    return _passed(*_of_both(node), node.text("unit"))


def _passed(later: Node, earlier: Node, unit: str) -> Node:
    """How many beginnings of a unit lie between."""
    if unit in MONTHS:
        return _minus(_units_of_months(later, unit), _units_of_months(earlier, unit))
    sides = [copies(each) for each in (later, earlier)]
    dates = [_as(DATE, next(side)) for side in sides]
    if unit == "WEEK":  # from Monday to Monday
        mondays = [
            _as(DATE, _added(date, _minus(number(1), _of("ISODOW", next(side))), "DAY"))
            for date, side in zip(dates, sides, strict=True)
        ]
        return _number(exp.IntDiv, days(*mondays), number(7))
    between = days(*dates)
    if unit == "DAY":
        return between
    rest = _minus(*(_since_midnight(side, unit) for side in sides))
    return _plus(_times(cast(between, BIGINT), _OF_DAY[unit]), rest)


def _units_of_months(time: Node, unit: str) -> Node:
    """Years, quarters or months since the year 0."""
    several = copies(time)
    years = _of("YEAR", next(several))
    if unit == "YEAR":
        return years
    return _plus(_times(years, 12 // MONTHS[unit]), _of(unit, next(several)))


def _since_midnight(several: Any, unit: str) -> Node:
    """How many hours, minutes or seconds of its day have begun before a time; the first is 0."""
    passed = _of("HOUR", next(several))
    for part in TIME_PARTS[1 : TIME_PARTS.index(unit) + 1]:
        passed = _plus(_times(passed, 60), _of(part, next(several)))
    return passed


def _whole(node: Node) -> Node:
    """Units that have gone by in full: what was begun, less one that is not at its end yet."""
    unit = node.text("unit")
    later, earlier = (copies(_as(TIMESTAMP, each)) for each in _of_both(node))
    begun = copies(_passed(next(later), next(earlier), unit))

    def unfinished(start: Any, steps: Node, end: Any) -> Node:
        past = exp.GT(this=_added(next(start), steps, unit), expression=next(end))
        return typed(exp.Case(ifs=[exp.If(this=typed(past, BOOLEAN), true=number(1))], default=number(0)), BIGINT)

    forwards = exp.If(
        this=typed(exp.GTE(this=next(later), expression=next(earlier)), BOOLEAN),
        true=_minus(next(begun), unfinished(earlier, next(begun), later)),
    )
    backwards = _plus(next(begun), unfinished(later, typed(exp.Neg(this=next(begun)), BIGINT), earlier))
    return typed(exp.Case(ifs=[forwards], default=backwards), BIGINT)


FORMS: dict[type[Any], Callable[[Node], Node]] = {
    exp.Extract: _part,
    exp.DateAdd: _moved,
    exp.TimestampTrunc: _beginning,
    exp.DateDiff: _difference,
    exp.TimestampDiff: _whole,
}
