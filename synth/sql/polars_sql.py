"""What is left to Polars' own SQL when it is drawn: functions that are no arithmetic on exact numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, TEXT, TIMESTAMP, DType
from synth.sql.nodes import Node, dtype_of, is_number, sql_excerpt, typed
from synth.sql.parse import SqlError, path

__all__ = ["polars_expression", "polars_type"]

LARGEST = 2**53  # of a whole number that Polars gives: nothing more is known of it


def polars_type(node: Node, column: Callable[[Node], DType | None]) -> DType:
    """The type that Polars' SQL gives a node; its columns are typed on the way. Raises SqlError."""
    node.meta["by_polars"] = True
    _require_alike(node)
    for each in node.find_all(exp.Column):
        dtype = column(each)
        assert dtype is not None
        if dtype.name == "json":
            raise SqlError(
                f"{node.key.upper()} of JSON is not known: make it of the columns that the document is made of"
            )
        if dtype.is_opaque:
            raise SqlError(
                f"{node.key.upper()} of {dtype} is not known: such a value is copied, or asked whether it is NULL"
            )
        if dtype.name == "time":
            raise SqlError(
                f"{node.key.upper()} of a time of day is not known; known are CASE COALESCE NULLIF LEAST GREATEST and "
                "comparisons"
            )
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


def _require_alike(node: Node) -> None:
    """Refuse what Polars reads otherwise than DuckDB, which reads the rest of a spec. Raises SqlError."""
    for each in node.find_all(exp.TryCast, exp.Right, exp.Extract, exp.TimeToStr):
        if isinstance(each, exp.TryCast):
            raise SqlError("TRY_CAST stands in SELECTs alone", "write CASE WHEN … THEN CAST(…) END, or derive a table")
        if isinstance(each, exp.Right) and not (is_number(each.expression) and int(each.expression.unnest().name) > 0):
            raise SqlError(f"a piece of a text is so many letters long, from 1 on: {sql_excerpt(each)}")
        if isinstance(each, exp.Extract) and each.name.upper() in ("MILLISECOND", "MILLISECONDS"):
            raise SqlError("EXTRACT(MILLISECOND …) is read in several ways; write EXTRACT(MICROSECOND …)")
        if isinstance(each, exp.TimeToStr) and "%f" in each.text("format"):
            raise SqlError("%f has six digits or nine, as an engine likes; write EXTRACT(MICROSECOND …)")


def _as_polars_reads(node: Node) -> Node:
    """A node whose arguments Polars' SQL has in another order, or in another type."""
    if isinstance(node, exp.Column):
        return exp.column(path(node), quoted=True)
    if isinstance(node, exp.Log):  # LOG(base, number); of ten where there is no base
        base, number = (node.this, node.expression) if node.expression else (exp.Literal.number(10), node.this)
        return exp.Log(this=number.copy(), expression=base.copy())
    return node


def _read(node: Node) -> tuple[pl.Expr, DType]:
    schema: Mapping[str, Any] = {
        path(column): dtype.drawn for column in node.find_all(exp.Column) if (dtype := dtype_of(column)) is not None
    }
    flat = node.transform(_as_polars_reads)
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
