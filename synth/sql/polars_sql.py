"""What is left to Polars' own SQL when it is drawn: functions that are no arithmetic on exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, TIMESTAMP, DType
from synth.sql.nodes import Node, dtype_of, typed
from synth.sql.parse import SqlError, path

__all__ = ["polars_expression", "polars_type"]

LARGEST = 2**53  # of a whole number that Polars gives: nothing more is known of it


def polars_type(node: Node, column: Callable[[Node], DType | None]) -> DType:
    """The type that Polars' SQL gives a node; its columns are typed on the way. Raises SqlError."""
    node.meta["by_polars"] = True
    for each in node.find_all(exp.Column):
        dtype = column(each)
        assert dtype is not None
        if dtype.name == "decimal":
            raise SqlError(
                f"{node.key.upper()} of a decimal is not known; known are + - * ROUND CASE COALESCE "
                "LEAST GREATEST NULLIF ABS FLOOR CEIL MOD CAST and comparisons"
            )
        typed(each, dtype)
    return _read(node)[1]


def polars_expression(node: Node) -> pl.Expr:
    """The expression of a node that has such a type."""
    return _read(node)[0]


def _read(node: Node) -> tuple[pl.Expr, DType]:
    schema: Mapping[str, Any] = {
        path(column): dtype.drawn for column in node.find_all(exp.Column) if (dtype := dtype_of(column)) is not None
    }
    flat = node.transform(lambda n: exp.column(path(n), quoted=True) if isinstance(n, exp.Column) else n)
    return _parsed(flat.sql(dialect="duckdb"), tuple(schema.items()))


@lru_cache(maxsize=512)
def _parsed(flat: str, schema: tuple[tuple[str, Any], ...]) -> tuple[pl.Expr, DType]:
    try:
        expression = pl.sql_expr(flat)
        kind = pl.DataFrame(schema=dict(schema)).select(expression.alias("x")).dtypes[0]
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise SqlError(f"bad SQL: {str(error).splitlines()[0]}") from error
    for dtype in (BIGINT, DOUBLE, BOOLEAN, TEXT, DATE, TIMESTAMP):
        if kind == dtype.drawn or (dtype == BIGINT and kind.is_integer()):
            return expression.cast(dtype.drawn), dtype
    raise SqlError(f"'{flat}' gives {kind}, which no column can hold")
