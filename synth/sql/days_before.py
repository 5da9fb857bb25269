"""Expressions that are a moment, its day, the beginning of its month, or some days before it."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlglot import exp

from synth.sql.parse import SqlError, expression, path
from synth.sql.plain import plain

__all__ = ["DaysBefore", "days_before"]

_DAY = {"SECOND": 86_400, "MINUTE": 1440, "HOUR": 24, "DAY": 1}  # units in a day
_DAYS = {"WEEK": 7, "MONTH": 31, "QUARTER": 92, "YEAR": 366}  # at most in a unit


class DaysBefore(NamedTuple):
    """The path of a moment, and so many whole days before it, at most."""

    path: str
    days: int


def days_before(sql: str) -> DaysBefore | None:
    """Read `at`, `CAST(at AS DATE) - 40`, `at - INTERVAL 2 MONTH` and the like; None for anything else. Raises SqlError."""
    return _read(expression(sql))


def _read(tree: Any) -> DaysBefore | None:
    if isinstance(tree, exp.Column):
        return DaysBefore(path(tree), 0)
    if isinstance(tree, exp.Paren) or (isinstance(tree, exp.Cast) and tree.to.is_type("date", "timestamp")):
        return _read(tree.this)
    if isinstance(tree, exp.Sub) and isinstance(tree.expression, exp.Literal) and tree.expression.is_int:
        return _earlier(tree.this, int(tree.expression.this))
    try:
        made = plain(tree.copy())
    except SqlError:
        return None
    if isinstance(made, exp.TimestampTrunc):  # a unit of less than a day is its own beginning at most
        return _earlier(made.this, _DAYS.get(made.text("unit"), 0)) if made.text("unit") in {*_DAY, *_DAYS} else None
    back = (
        made.expression.this.unnest()
        if isinstance(made, exp.DateAdd) and isinstance(made.expression, exp.Neg)
        else None
    )
    if isinstance(back, exp.Literal) and back.is_int and made.text("unit") in {*_DAY, *_DAYS}:
        unit = made.text("unit")
        return _earlier(made.this, int(back.this) * _DAYS[unit] if unit in _DAYS else -(-int(back.this) // _DAY[unit]))
    return None


def _earlier(moment: Any, days: int) -> DaysBefore | None:
    found = _read(moment)
    return found and DaysBefore(found.path, found.days + days)
