"""Expressions of a source, spelt for DuckDB: parsed by sqlglot, freed of what dump programs put around them, written anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

__all__ = ["ExpressionError", "columns_in", "in_duckdb"]

_TEXTS = (exp.DataType.Type.TEXT, exp.DataType.Type.VARCHAR, exp.DataType.Type.NVARCHAR, exp.DataType.Type.CHAR,
          exp.DataType.Type.BPCHAR, exp.DataType.Type.NCHAR, exp.DataType.Type.NAME)  # fmt: skip
_PLAIN_NAME = re.compile(r"[A-Za-z_]\w*")
_LONGEST = 20_000  # characters: longer ones are no conditions that somebody wrote
_DEEPEST = 60  # brackets in each other


class ExpressionError(ValueError):
    """An expression that sqlglot does not know, and why."""


def in_duckdb(text: str, dialect: str, names: Mapping[str, str], value: str | None = None) -> str:
    """SQL of DuckDB for an expression. Raises ExpressionError.

    `names` has the columns of the table by their names in small letters; `value` is the column that a domain's VALUE is.
    """
    if len(text) > _LONGEST or text.count("(") > _DEEPEST:
        raise ExpressionError("it is too long, or too deep")
    try:
        tree = sqlglot.parse_one(text, read=dialect)
        tree = _plain(tree, lambda node: _simplified(_named(node, names, value)))
        written = tree.sql(dialect="duckdb", comments=False)
    except RecursionError:
        raise ExpressionError("it is too deep") from None
    except SqlglotError as error:
        errors = getattr(error, "errors", None)
        raise ExpressionError((errors[0].get("description") if errors else None) or "it cannot be parsed") from None
    except Exception as error:  # sqlglot's own mistakes, over texts that nobody foresaw
        raise ExpressionError(f"sqlglot does not read it ({type(error).__name__})") from None
    if isinstance(tree, (exp.Command, exp.Query, exp.DDL)) or not written:
        raise ExpressionError("it is no expression")
    return written


def columns_in(condition: str) -> frozenset[str]:
    """The columns that SQL of DuckDB names, in small letters; none where it cannot be read."""
    try:
        return frozenset(each.name.lower() for each in sqlglot.parse_one(condition, read="duckdb").find_all(exp.Column))
    except SqlglotError:
        return frozenset()


def _plain(tree: exp.Expression, change: Callable[[exp.Expression], exp.Expression]) -> exp.Expression:
    """A tree with each node changed, what is within it first, and without brackets around the whole."""
    for node in reversed(list(tree.walk())):
        new = change(node)
        if new is node:
            continue
        if node is tree:
            tree = new
        else:
            node.replace(new)
    while isinstance(tree, exp.Paren):
        tree = tree.this
    return tree


def _named(node: exp.Expression, names: Mapping[str, str], value: str | None) -> exp.Expression:
    """A column as its table calls it, without a table before it, in quotes only where it needs them."""
    if not isinstance(node, exp.Column):
        return node
    name = node.name
    if value is not None and name.upper() == "VALUE" and not node.table:
        name = value
    name = names.get(name.lower(), name)
    return exp.column(exp.to_identifier(name, quoted=not _PLAIN_NAME.fullmatch(name)))


def _simplified(node: exp.Expression) -> exp.Expression:
    """A node without the casts of literals and brackets that PostgreSQL and SQL Server write around everything."""
    if isinstance(node, (exp.Cast, exp.TryCast)) and node.to.this in _TEXTS:
        inner = _unwrapped(node.this)
        if isinstance(inner, (exp.Literal, exp.Column)) or (isinstance(inner, exp.Cast) and inner.to.this in _TEXTS):
            return inner
    if isinstance(node, exp.Cast) and isinstance(node.to, exp.DataType):
        inner = _unwrapped(node.this)
        if isinstance(inner, exp.Array) and node.to.this == exp.DataType.Type.ARRAY:
            return inner
        if _is_number(inner) and (node.to.this in exp.DataType.NUMERIC_TYPES):
            return inner
    if isinstance(node, exp.Paren) and not isinstance(node.this, exp.Query):
        inner = node.this
        alone = not isinstance(inner, (exp.Binary, exp.Unary)) or isinstance(inner, exp.Paren)
        if alone or (isinstance(inner, exp.Predicate) and isinstance(node.parent, (exp.And, exp.Paren, type(None)))):
            return inner
    if isinstance(node, (exp.EQ, exp.NEQ)):
        listed = _listed(node)
        if listed is not None:
            return listed
    return node


def _is_number(node: exp.Expression) -> bool:
    """Whether it is a number that is written out, or less than nothing."""
    node = _unwrapped(node.this) if isinstance(node, exp.Neg) else node
    return isinstance(node, exp.Literal) and (
        not node.is_string or re.fullmatch(r"-?\d+(\.\d+)?", node.name) is not None
    )


def _unwrapped(node: exp.Expression) -> exp.Expression:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _listed(node: exp.Expression) -> exp.Expression | None:
    """`x = ANY (ARRAY[…])` and `x <> ALL (ARRAY[…])` as IN and NOT IN."""
    other = _unwrapped(node.expression)
    wanted = exp.Any if isinstance(node, exp.EQ) else exp.All
    if not isinstance(other, wanted):
        return None
    array = _unwrapped(other.this)
    while isinstance(array, exp.Cast):
        array = _unwrapped(array.this)
    if not isinstance(array, exp.Array):
        return None
    inside = exp.In(this=node.this, expressions=array.expressions)
    return inside if wanted is exp.Any else exp.Not(this=inside)
