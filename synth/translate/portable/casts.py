"""Casts written out: values that meet get one type."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from synth.dtypes import DATE, DOUBLE, TEXT, TIME, DType
from synth.sql.kinds import CHECKING, DIGITS, clock, common_type, moment, require_text
from synth.sql.nodes import Node, dtype_of, is_number, is_text, typed

__all__ = ["as_clock", "as_double", "as_moment", "as_text", "cast", "with_common_type"]

_SPELT = {
    "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN",
    "date": "DATE", "timestamp": "TIMESTAMP", "time": "TIME",
}  # fmt: skip
_LONG_TEXT = "VARCHAR(4000)"  # T-SQL's VARCHAR without a length has 30 characters


def cast(node: Node, dtype: DType) -> Node:
    """A value as another type."""
    spelt = _SPELT.get(dtype.name, _LONG_TEXT)
    if dtype.name == "decimal":
        spelt = f"DECIMAL({max(dtype.precision or 0, DIGITS)}, {dtype.digits})"
    return typed(exp.Cast(this=node, to=exp.DataType.build(spelt)), dtype)


def as_double(node: Node) -> Node:
    """A number among doubles; written ones fit by themselves."""
    dtype = dtype_of(node)
    if dtype is None or not dtype.is_exact:
        return node
    return typed(node.unnest(), DOUBLE) if is_number(node) else cast(node, DOUBLE)


def as_text(node: Node) -> Node:
    """A value as a text. Raises SqlError for what databases spell differently."""
    require_text(node, CHECKING)
    dtype = dtype_of(node)
    return node if dtype is None or dtype.name == "varchar" else cast(node, TEXT)


def as_moment(literal: Node, dtype: DType | None = None) -> Node:
    """A written time; a timestamp where it has hours, unless it is told to be a date."""
    time, own = moment(literal.name)
    dtype = dtype or own
    spelt = time.date().isoformat() if dtype == DATE else time.isoformat(" ")
    return cast(typed(exp.Literal.string(spelt), TEXT), dtype)


def as_clock(literal: Node) -> Node:
    """A written time of day."""
    return cast(typed(exp.Literal.string(clock(literal).isoformat()), TEXT), TIME)


def with_common_type(nodes: Sequence[Node]) -> tuple[list[Node], DType | None]:
    """Values that meet (in a comparison, a CASE, a UNION) as one type, and that type."""
    common = common_type(nodes, CHECKING)
    if common is None or common.is_exact:
        return list(nodes), common
    if common.is_time:
        times = [as_moment(node.unnest()) if is_text(node) else node for node in nodes]
        return [cast(each, common) if dtype_of(each) == DATE != common else each for each in times], common
    if common == TIME:
        return [as_clock(node.unnest()) if is_text(node) else node for node in nodes], common
    if common == DOUBLE:
        return [as_double(node) for node in nodes], common
    if common.name == "varchar" and any((d := dtype_of(n)) is not None and d.name == "uuid" for n in nodes):
        return [as_text(node) for node in nodes], common
    return list(nodes), common
