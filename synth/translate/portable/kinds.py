"""Types of the values in a tree, and how values of several types meet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from sqlglot import exp

from synth.dtypes import BIGINT, DATE, DOUBLE, TEXT, TIMESTAMP, DType, decimal
from synth.sql.parse import SqlError

__all__ = [
    "Handlers", "Node", "Visit", "as_double", "as_text", "cast", "dtype_of", "holding", "is_number", "is_text", "kind_of",
    "moment", "number", "only", "refused", "shown", "together", "typed", "wrapped",
]  # fmt: skip

Node = Any  # a node of sqlglot's trees
DIGITS = 18  # of a decimal that is only worked with

_SHOWN = 80
_CLOSED = (exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Func, exp.Paren, exp.Subquery)
_KINDS = {"double": "number", "varchar": "text", "uuid": "text", "date": "time", "timestamp": "time"}
_WRITTEN = {
    "smallint": "SMALLINT", "integer": "INT", "bigint": "BIGINT", "double": "DOUBLE", "boolean": "BOOLEAN",
    "date": "DATE", "timestamp": "TIMESTAMP",
}  # fmt: skip
_LONG_TEXT = "VARCHAR(4000)"  # T-SQL's VARCHAR without a length has 30 characters


class Visit(Protocol):
    """What makes the operands of a node explicit."""

    def visit(self, node: Node) -> Node: ...
    def condition(self, node: Node) -> Node: ...
    def operands(self, node: Node, *keys: str) -> list[Node]: ...


Handlers = Mapping[type[exp.Expr], Callable[[Any, Node], Node]]


def dtype_of(node: Node) -> DType | None:
    """The type of a value; None where it is NULL or no value."""
    found: DType | None = node.meta.get("dtype")
    return found


def typed(node: Node, dtype: DType | None) -> Node:
    """The node, as a value of this type."""
    node.meta["dtype"] = dtype
    return node


def number(value: float | str) -> Node:
    """A whole number written out."""
    return typed(exp.Literal.number(value), BIGINT)


def cast(node: Node, dtype: DType) -> Node:
    """A value as another type."""
    written = _WRITTEN.get(dtype.name, _LONG_TEXT)
    if dtype.name == "decimal":
        written = f"DECIMAL({max(dtype.precision or 0, DIGITS)}, {dtype.digits})"
    return typed(exp.Cast(this=node, to=exp.DataType.build(written)), dtype)


def wrapped(node: Node) -> Node:
    """The node in brackets, unless nothing can tear it apart."""
    closed = isinstance(node, _CLOSED) and not isinstance(node, exp.Binary)  # AND is a function to sqlglot
    return node if closed else typed(exp.Paren(this=node), dtype_of(node))


def is_text(node: Node) -> bool:
    """Whether a node is a text written out, which takes the type of what it meets."""
    found = node.unnest()
    return isinstance(found, exp.Literal) and bool(found.is_string)


def is_number(node: Node) -> bool:
    """Whether a node is a number written out."""
    found = node.unnest()
    return isinstance(found, exp.Literal) and not found.is_string


def shown(node: Node) -> str:
    """A piece of the spec's SQL, for a message."""
    text = str(node.sql(dialect="duckdb"))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def refused(node: Node) -> SqlError:
    """What is said of a construct that does not travel."""
    name = node.name if isinstance(node, exp.Anonymous) else type(node).__name__
    return SqlError(f"not every database knows {name.upper()} as in {shown(node)}")


def only(node: Node, *keys: str) -> None:
    """Refuse a node with more in it than these."""
    if any(value for key, value in node.args.items() if key not in keys):
        raise refused(node)


def kind_of(dtype: DType) -> str:
    """Number, text, time or boolean: values of one kind can meet."""
    return "number" if dtype.is_exact else _KINDS.get(dtype.name, dtype.name)


def holding(dtypes: Iterable[DType]) -> DType:
    """The type that holds all of these exact types."""
    found = list(dtypes)
    digits = max(dtype.digits for dtype in found)
    return decimal(DIGITS, digits) if digits or any(d.name == "decimal" for d in found) else BIGINT


def together(nodes: Sequence[Node]) -> tuple[list[Node], DType | None]:
    """Values that meet (in a comparison, a CASE, a UNION) as one type. Raises SqlError where they are of several kinds."""
    found = list(nodes)
    times = [d for n in found if (d := dtype_of(n)) is not None and d.is_time]
    if times:
        found = [moment(n.unnest()) if is_text(n) else n for n in found]
    dtypes = [d for d in map(dtype_of, found) if d is not None]
    kinds = {kind_of(dtype) for dtype in dtypes}
    if len(kinds) > 1:
        raise SqlError(f"values of different kinds meet: {', '.join(sorted({str(d) for d in dtypes}))}")
    if not dtypes:
        return found, None
    if all(dtype.is_exact for dtype in dtypes):
        return found, holding(dtypes)
    if kinds == {"time"}:
        dtype = TIMESTAMP if TIMESTAMP in dtypes else DATE
        return [cast(n, dtype) if dtype_of(n) == DATE != dtype else n for n in found], dtype
    if kinds == {"number"}:
        return [as_double(n) for n in found], DOUBLE
    if kinds == {"text"}:
        names = {d.name for n in found if not is_text(n) and (d := dtype_of(n)) is not None}
        if len(names) > 1:
            return [as_text(n) for n in found], TEXT
        return found, DType("uuid") if names == {"uuid"} else TEXT
    return found, dtypes[0]


def as_double(node: Node) -> Node:
    """A number among doubles; written ones fit by themselves."""
    dtype = dtype_of(node)
    if dtype is None or not dtype.is_exact:
        return node
    return typed(node.unnest(), DOUBLE) if is_number(node) else cast(node, DOUBLE)


def as_text(node: Node) -> Node:
    """A value as a text. Raises SqlError for what databases spell differently."""
    dtype = dtype_of(node)
    if dtype is None or dtype.name == "varchar":
        return node
    if dtype.name == "uuid" or (dtype.is_exact and dtype.name != "decimal"):
        return cast(node, TEXT)
    raise SqlError(f"{dtype} as a text reads differently in every database: {shown(node)}")


def moment(literal: Node, dtype: DType | None = None) -> Node:
    """A written time; a timestamp where it has hours, unless it is told to be a date."""
    text = literal.name.strip()
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        raise SqlError(f"'{text}' is no time that every database reads: write YYYY-MM-DD HH:MM:SS") from None
    if found.tzinfo is not None:
        raise SqlError(f"'{text}' has a time zone, which not every database knows")
    dtype = dtype or (TIMESTAMP if len(text) > len("2024-01-01") else DATE)
    spelt = found.date().isoformat() if dtype == DATE else found.isoformat(" ")
    return cast(typed(exp.Literal.string(spelt), TEXT), dtype)
