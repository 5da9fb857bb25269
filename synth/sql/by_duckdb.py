"""Functions that Polars lacks, or reads otherwise: DuckDB works them out over whole columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import DType
from synth.sql.nodes import Node

__all__ = ["by_duckdb", "worked_out"]


def by_duckdb(gives: DType, *keys: str) -> Callable[..., pl.Expr]:
    """Say how a function is drawn whose arguments of these names are values: the others stand in its SQL as they are."""

    def drawn(node: Node, *arguments: pl.Expr) -> pl.Expr:
        return pl.map_batches(list(arguments), partial(worked_out, spelt(node, keys)), return_dtype=gives.drawn)

    return drawn


def spelt(node: Node, keys: Sequence[str]) -> str:
    """A function in DuckDB's SQL, over columns `a0`, `a1` … in the place of these arguments."""
    over: Any = node.copy()
    for at, key in enumerate(keys):
        over.set(key, exp.column(f"a{at}"))
    return str(over.sql(dialect="duckdb"))


def worked_out(sql: str, arguments: Sequence[pl.Series]) -> pl.Series:
    """Work an expression out over columns `a0`, `a1` …, (n,) each, or (1,) where all rows have the same. -> (n,)

    Raises SqlError.
    """
    from synth.sql.in_duckdb import Tables  # DuckDB is loaded where it is needed

    rows = max(map(len, arguments)) if all(map(len, arguments)) else 0
    columns = [each if len(each) == rows else each.new_from_index(0, rows) for each in arguments]
    tables = Tables()
    tables.put("given", pl.DataFrame([column.alias(f"a{at}") for at, column in enumerate(columns)]))
    return tables.run(f"SELECT {sql} AS found FROM given").to_series()
