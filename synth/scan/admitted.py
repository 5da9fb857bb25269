"""What a query's condition admits of a column: between which ends its values lie in all rows that it keeps.

A condition is Polars' own, whose parts it tells as JSON. What is not understood of it admits everything, so that at worst
more is drawn than is needed.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl

from synth.generators.arrival import microseconds

__all__ = ["Ends", "admitted", "number_of"]

Admitted = dict[str, "Ends"]  # by column; of all others anything

_MIRRORED = {"Lt": "Gt", "LtEq": "GtEq", "Gt": "Lt", "GtEq": "LtEq", "Eq": "Eq", "EqValidity": "EqValidity"}


class Ends(NamedTuple):
    """The least and the largest value, both included: numbers, or moments in microseconds since 1970."""

    low: float | Decimal = -math.inf
    high: float | Decimal = math.inf

    def meets(self, other: Ends) -> bool:
        """Tell whether a value can lie within both."""
        return self.low <= other.high and other.low <= self.high


def admitted(condition: pl.Expr) -> Admitted:
    """Find the ends of columns in rows that a condition keeps; of one that keeps none they may be the wrong way round."""
    try:
        found = json.loads(condition.meta.serialize(format="json"))
    except (ValueError, pl.exceptions.PolarsError):  # a function of Python's, say
        return {}
    return _of(found)


def _of(node: Any) -> Admitted:
    """What a part of a condition admits."""
    if not isinstance(node, Mapping):
        return {}
    if binary := node.get("BinaryExpr"):
        left, op, right = binary["left"], binary["op"], binary["right"]
        if op in ("And", "LogicalAnd"):
            return _both(_of(left), _of(right))
        if op in ("Or", "LogicalOr"):
            return _either(_of(left), _of(right))
        return _compared(left, op, right) or _compared(right, _MIRRORED.get(op, ""), left)
    if function := node.get("Function"):
        what = function["function"].get("Boolean") if isinstance(function["function"], Mapping) else None
        if isinstance(what, Mapping) and "IsBetween" in what:
            value, low, high = function["input"]
            return _both(_compared(value, "GtEq", low), _compared(value, "LtEq", high))
        if isinstance(what, Mapping) and "IsIn" in what and not what["IsIn"]["nulls_equal"]:  # else NULL may be kept
            value, listed = function["input"]
            return _compared(value, "IsIn", listed)
    if ternary := node.get("Ternary"):  # NULL where something is NULL, else a condition
        empty = isinstance(ternary["truthy"], Mapping) and "Null" in json.dumps(ternary["truthy"].get("Literal", ""))
        return _of(ternary["falsy"]) if empty else {}
    return {}


def _both(one: Admitted, other: Admitted) -> Admitted:
    found = dict(one)
    for column, ends in other.items():
        have = found.get(column, Ends())
        found[column] = Ends(max(have.low, ends.low), min(have.high, ends.high))
    return found


def _either(one: Admitted, other: Admitted) -> Admitted:
    return {
        column: Ends(min(one[column].low, other[column].low), max(one[column].high, other[column].high))
        for column in one.keys() & other.keys()
    }


def _compared(column: Any, op: str, literal: Any) -> Admitted:
    """What a comparison admits; nothing is known where it is not one of a column with a value."""
    name = column.get("Column") if isinstance(column, Mapping) else None
    ends = _ends(literal)
    if not isinstance(name, str) or ends is None:
        return {}
    if op in ("Eq", "EqValidity", "IsIn"):
        return {name: ends}
    if op in ("Gt", "GtEq"):
        return {name: Ends(low=ends.low)}
    return {name: Ends(high=ends.high)} if op in ("Lt", "LtEq") else {}


def _ends(node: Any) -> Ends | None:
    """The ends of a literal, or of a list of them; None of what is none, of what is not understood, and of NULL."""
    if not (isinstance(node, Mapping) and "Literal" in node):
        return None
    try:
        found = pl.select(pl.Expr.deserialize(io.StringIO(json.dumps(node)), format="json")).to_series()
        values = found.explode() if isinstance(found.dtype, pl.List) else found
        low, high = number_of(values.min()), number_of(values.max())
    except (ValueError, pl.exceptions.PolarsError):
        return None
    return None if low is None or high is None else Ends(low, high)


def number_of(value: Any) -> float | Decimal | None:
    """A value as ends have it; None of what has no such order."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        value = value.astimezone(dt.UTC).replace(tzinfo=None)
    if isinstance(value, dt.date):
        return microseconds(value)
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return value
    return value if isinstance(value, float) and not math.isnan(value) else None
