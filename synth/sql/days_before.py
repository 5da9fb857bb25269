"""Expressions that are a moment, its day, or some days before it."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from synth.sql.parse import expression, path

__all__ = ["DaysBefore", "days_before"]


class DaysBefore(NamedTuple):
    """The path of a moment, and so many whole days before it."""

    path: str
    days: int


def days_before(sql: str) -> DaysBefore | None:
    """Read `at`, `CAST(at AS DATE)` and `CAST(at AS DATE) - 40`; None for anything else. Raises SqlError."""
    return _read(expression(sql))


def _read(tree: exp.Expression) -> DaysBefore | None:
    if isinstance(tree, exp.Column):
        return DaysBefore(path(tree), 0)
    if isinstance(tree, exp.Paren) or (isinstance(tree, exp.Cast) and tree.to.is_type("date", "timestamp")):
        return _read(tree.this)
    if isinstance(tree, exp.Sub) and isinstance(tree.expression, exp.Literal) and tree.expression.is_int:
        found = _read(tree.this)
        return found and DaysBefore(found.path, found.days + int(tree.expression.this))
    return None
