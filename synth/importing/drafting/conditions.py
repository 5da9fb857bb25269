"""What checks say of columns: the least and the largest value, the values that there are, and which of two is larger."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from synth.importing.found import FoundCheck

__all__ = ["Limits", "Said", "read_checks"]

_LIMITS: dict[Any, str] = {exp.GT: "above", exp.GTE: "low", exp.LT: "below", exp.LTE: "high"}
_FLIPPED: dict[Any, Any] = {
    exp.GT: exp.LT,
    exp.GTE: exp.LTE,
    exp.LT: exp.GT,
    exp.LTE: exp.GTE,
    exp.EQ: exp.EQ,
    exp.NEQ: exp.NEQ,
}


@dataclass
class Limits:
    """Of one column. `above` and `below` are not values themselves, `low` and `high` are."""

    low: Any = None
    high: Any = None
    above: Any = None
    below: Any = None
    among: list[Any] | None = None
    shortest: int | None = None  # characters
    longest: int | None = None


@dataclass
class Said:
    """What all checks of a table say: limits by column, pairs of columns that are in order, and pairs that differ."""

    limits: dict[str, Limits] = field(default_factory=dict)
    ordered: list[tuple[str, str]] = field(default_factory=list)
    differing: list[tuple[str, str]] = field(default_factory=list)

    def of(self, column: str) -> Limits:
        """The limits of a column; none, where nothing is said."""
        return self.limits.get(column.lower(), Limits())


def read_checks(checks: tuple[FoundCheck, ...]) -> Said:
    """Read what conditions say, as far as it is said column by column; the rest is left to the proof."""
    said = Said()
    for check in checks:
        try:
            condition = sqlglot.parse_one(check.condition, read="duckdb")
        except SqlglotError:
            continue
        for part in condition.flatten() if isinstance(condition, exp.And) else [condition]:
            _read(part.unnest(), said)
    return said


def _bare(node: Any) -> Any:
    """A node without brackets and without what only changes the letters of a text."""
    while isinstance(node, exp.Paren | exp.Upper | exp.Lower | exp.Trim):
        node = node.this
    return node


def _read(part: Any, said: Said) -> None:
    if isinstance(part, exp.And):
        for each in part.flatten():
            _read(each.unnest(), said)
    elif isinstance(part, exp.Or):
        _read_or(part, said)
    elif isinstance(part, exp.Between) and isinstance(part.this, exp.Column):
        limits = _limits(said, part.this)
        limits.low, limits.high = _value(part.args["low"]), _value(part.args["high"])
    elif isinstance(part, exp.In) and isinstance(_bare(part.this), exp.Column):
        values = [_value(each) for each in part.expressions]
        if values and None not in values:
            _limits(said, _bare(part.this)).among = values
    elif type(part) in _FLIPPED:
        _read_comparison(type(part), _bare(part.left), _bare(part.right), said)


def _read_or(part: Any, said: Said) -> None:
    """`x IS NULL OR …` says the rest; `x = 1 OR x = 2` is a list."""
    branches = [each.unnest() for each in part.flatten()]
    rest = [each for each in branches if not (isinstance(each, exp.Is) and isinstance(each.expression, exp.Null))]
    if len(rest) == 1:
        _read(rest[0], said)
        return
    equal = [each for each in rest if isinstance(each, exp.EQ) and isinstance(_bare(each.left), exp.Column)]
    names = {_bare(each.left).name.lower() for each in equal}
    values = [_value(each.right) for each in equal]
    if len(equal) == len(rest) and len(names) == 1 and None not in values:
        _limits(said, _bare(equal[0].left)).among = values


def _read_comparison(kind: type, left: Any, right: Any, said: Said) -> None:
    if isinstance(left, exp.Column) and isinstance(right, exp.Column):
        if kind in (exp.LT, exp.LTE):
            said.ordered.append((left.name, right.name))
        elif kind in (exp.GT, exp.GTE):
            said.ordered.append((right.name, left.name))
        elif kind is exp.NEQ:
            said.differing.append((left.name, right.name))
        return
    if _value(left) is not None and _value(right) is None:
        kind, left, right = _FLIPPED[kind], right, left
    value = _value(right)
    if value is None:
        return
    if isinstance(left, exp.Length) and isinstance(left.this.unnest(), exp.Column) and isinstance(value, int):
        limits = _limits(said, left.this.unnest())
        if kind in (exp.GT, exp.GTE, exp.EQ):
            limits.shortest = value + (kind is exp.GT)
        if kind in (exp.LT, exp.LTE, exp.EQ):
            limits.longest = value - (kind is exp.LT)
    elif isinstance(left, exp.Column):
        limits = _limits(said, left)
        if kind is exp.EQ:
            limits.among = [value]
        elif kind is not exp.NEQ:
            setattr(limits, _LIMITS[kind], value)


def _limits(said: Said, column: Any) -> Limits:
    return said.limits.setdefault(column.name.lower(), Limits())


def _value(node: Any) -> Any:
    """The value of a literal: a number, a text, a day; None of all else."""
    node = node.unnest()
    if isinstance(node, exp.Cast):
        inner = _value(node.this)
        if isinstance(inner, str) and node.to.this in (exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMP):
            try:
                return dt.date.fromisoformat(inner[:10])
            except ValueError:
                return None
        return inner
    if isinstance(node, exp.Neg):
        inner = _value(node.this)
        return -inner if isinstance(inner, int | float) else None
    if isinstance(node, exp.Boolean):
        return bool(node.this)
    if not isinstance(node, exp.Literal):
        return None
    if node.is_string:
        return node.this
    return float(node.this) if "." in node.this or "e" in node.this.lower() else int(node.this)
