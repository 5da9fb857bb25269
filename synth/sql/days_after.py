"""Expressions that are a moment, some days after it, or the first such that is there."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlglot import exp

from synth.sql.parse import expression, path

__all__ = ["DaysAfter", "days_after"]


class DaysAfter(NamedTuple):
    """The path of a moment, and what is added to it: so many days, and the numbers behind some paths."""

    path: str
    days: int = 0
    added: tuple[str, ...] = ()


def days_after(sql: str) -> tuple[DaysAfter, ...]:
    """Read `at`, `at + 30 + extra`, `COALESCE(previous.at + gap, orders.at)`; none for anything else. Raises SqlError."""
    return _read(expression(sql))


def _read(tree: Any) -> tuple[DaysAfter, ...]:
    if isinstance(tree, exp.Column):
        return (DaysAfter(path(tree)),)
    if isinstance(tree, exp.Paren):
        return _read(tree.this)
    if isinstance(tree, exp.Coalesce):
        read = [_read(each) for each in (tree.this, *tree.expressions)]
        return tuple(one for each in read for one in each) if all(read) else ()
    if isinstance(tree, exp.Add):
        return tuple(later for one in _read(tree.this) if (later := _added(one, tree.expression.unnest())))
    return ()


def _added(moment: DaysAfter, number: Any) -> DaysAfter | None:
    if isinstance(number, exp.Literal) and number.is_int:
        return moment._replace(days=moment.days + int(number.this))
    return moment._replace(added=(*moment.added, path(number))) if isinstance(number, exp.Column) else None
