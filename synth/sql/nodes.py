"""Syntax trees whose nodes carry their types, and what is said of a node that cannot be used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlglot import exp

from synth.dtypes import BIGINT, DType
from synth.sql.parse import SqlError

__all__ = [
    "Node", "copies", "dtype_of", "is_number", "is_text", "not_portable", "number", "parenthesized", "require_only",
    "sql_excerpt", "typed",
]  # fmt: skip

Node = Any  # a node of sqlglot's trees

_LONGEST_EXCERPT = 80
_MOST_COPIED = 400  # nodes of a value that is worked out several times
_CLOSED = (exp.Column, exp.Literal, exp.Boolean, exp.Null, exp.Func, exp.Paren, exp.Subquery)


def dtype_of(node: Node) -> DType | None:
    """The type of a value; None where it is NULL or no value."""
    dtype: DType | None = node.meta.get("dtype")
    return dtype


def typed(node: Node, dtype: DType | None) -> Node:
    """The node, as a value of this type."""
    node.meta["dtype"] = dtype
    return node


def number(value: float | str) -> Node:
    """A whole number written out."""
    return typed(exp.Literal.number(value), BIGINT)


def parenthesized(node: Node) -> Node:
    """The node in brackets, unless nothing can tear it apart."""
    closed = isinstance(node, _CLOSED) and not isinstance(node, exp.Binary)  # AND is a function to sqlglot
    return node if closed else typed(exp.Paren(this=node), dtype_of(node))


def is_text(node: Node) -> bool:
    """Whether a node is a text written out, which takes the type of what it meets."""
    inner = node.unnest()
    return isinstance(inner, exp.Literal) and bool(inner.is_string)


def is_number(node: Node) -> bool:
    """Whether a node is a number written out."""
    inner = node.unnest()
    return isinstance(inner, exp.Literal) and not inner.is_string


def sql_excerpt(node: Node) -> str:
    """A piece of the spec's SQL as it is written, for a message: before names were found, `meta["written"]` says."""

    def as_written(each: Node) -> Node:
        parts = each.meta.get("written")
        return exp.column(*(exp.to_identifier(*part) for part in reversed(parts))) if parts else each

    text = str(node.transform(as_written).sql(dialect="duckdb"))
    return text if len(text) <= _LONGEST_EXCERPT else text[: _LONGEST_EXCERPT - 1] + "…"


def not_portable(node: Node) -> SqlError:
    """What is said of a construct that not every database knows."""
    name = node.name if isinstance(node, exp.Anonymous) else type(node).__name__
    return SqlError(f"not every database knows {name.upper()} as in {sql_excerpt(node)}")


def copies(node: Node) -> Iterator[Node]:
    """Copies of a value, as many as are taken. Raises SqlError where they would be long: copies of copies have no end."""
    if sum(1 for _ in node.walk()) > _MOST_COPIED:
        raise SqlError(
            f"some databases work this out several times, which is too long: {sql_excerpt(node)}",
            "let a column, or the columns of a WITH, hold parts of it",
        )
    while True:
        yield node.copy()


def require_only(node: Node, *keys: str) -> None:
    """Refuse a node with more in it than these arguments. Raises SqlError."""
    if any(value for key, value in node.args.items() if key not in keys):
        raise not_portable(node)
