"""Types of what is made of many rows: aggregates and windows, which only queries have."""

from __future__ import annotations

from typing import Protocol

from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DOUBLE, TEXT, DType
from synth.sql.kinds import exact_type
from synth.sql.nodes import Node, dtype_of, is_number, not_portable, require_only, typed
from synth.sql.parse import SqlError

__all__ = ["aggregate_type", "count_type", "window_type"]


class Typist(Protocol):
    """What types the operands (`synth.sql.typed.Typing`)."""

    def visit(self, node: Node) -> DType | None:
        """Type a node; the type of its value."""

    def operands(self, node: Node, *keys: str) -> list[Node]:
        """Type the operands of a node."""

    def numbers(self, *nodes: Node) -> bool:
        """Refuse what is no number."""


_AGGREGATES = (exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Count)


def count_type(typing: Typist, node: Node) -> DType:
    """COUNT is a whole number, of whatever it counts. Raises SqlError."""
    require_only(node, "this", "big_int")
    if not isinstance(node.this, exp.Star):
        _operand(typing, node)
    return BIGINT


def aggregate_type(typing: Typist, node: Node) -> DType | None:
    """SUM, AVG, MIN and MAX: a sum has the digits of its numbers, a mean is a double. Raises SqlError."""
    require_only(node, "this")
    value = _operand(typing, node)
    dtype = dtype_of(value)
    if isinstance(node, (exp.Avg, exp.Sum)):
        typing.numbers(value)
        if isinstance(node, exp.Avg):
            return DOUBLE
        return exact_type(dtype.digits, dtype.name == "decimal") if dtype is not None and dtype.is_exact else dtype
    if dtype is not None and (dtype == BOOLEAN or dtype.is_opaque):
        raise not_portable(node)
    return TEXT if dtype is not None and dtype.name == "uuid" else dtype


def _operand(typing: Typist, node: Node) -> Node:
    """What is counted or summed, typed; of DISTINCT the one expression."""
    if not isinstance(node.this, exp.Distinct):
        return typing.operands(node, "this")[0]
    require_only(node.this, "expressions")
    values = typing.operands(node.this, "expressions")
    if len(values) != 1:
        raise SqlError("DISTINCT of several columns is not known everywhere; count the rows of a SELECT DISTINCT")
    return values[0]


def window_type(typing: Typist, node: Node) -> DType | None:
    """What runs over a window: ranks, neighbours, and aggregates of all its values. Raises SqlError."""
    require_only(node, "this", "partition_by", "order", "spec", "over")
    inner = node.this
    if isinstance(inner, (exp.RowNumber, exp.Rank, exp.DenseRank)):
        require_only(inner)
        typed(inner, BIGINT)
    elif isinstance(inner, (exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)):
        require_only(inner, "this", "offset")
        typed(inner, typing.visit(inner.this))
    elif type(inner) in _AGGREGATES and not isinstance(inner.this, exp.Distinct):
        typing.visit(inner)
    else:
        raise not_portable(node)
    typing.operands(node, "partition_by")
    for ordered in node.args["order"].expressions if node.args.get("order") else []:
        require_only(ordered, "this", "desc", "nulls_first")
        typing.visit(ordered.this)
    if node.args.get("spec") is not None:
        _check_frame(node.args["spec"])
    return dtype_of(inner)


def _check_frame(spec: Node) -> None:
    """Rows may be counted, values may not."""
    require_only(spec, "kind", "start", "start_side", "end", "end_side")
    counted = [end for end in (spec.args.get("start"), spec.args.get("end")) if end and not isinstance(end, str)]
    if spec.args["kind"] not in ("ROWS", "RANGE") or (spec.args["kind"] == "RANGE" and counted):
        raise not_portable(spec)
    if not all(map(is_number, counted)):
        raise not_portable(spec)
