"""Reads the files that `generate` writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from synth.databases.duckdb.connection import relation
from synth.dtypes import Types

__all__ = ["UNREADABLE", "breaking", "empty_texts", "highest", "read_file"]

UNREADABLE = (
    pl.exceptions.PolarsError,
    duckdb.Error,
    OSError,
)  # what is raised by files that are not what they should be


def read_file(path: Path, format: str, types: Types) -> pl.DataFrame:
    """One file's rows. Raises PolarsError, duckdb.Error.

    Text formats are DuckDB's to read: it tells an empty text from NULL, and a decimal never becomes a float.
    """
    if format == "parquet":
        return pl.read_parquet(path, glob=False)
    with duckdb.connect(":memory:") as connection:
        return pl.DataFrame(connection.sql(f"SELECT * FROM {relation([path], format, types)}").to_arrow_table())


def highest(paths: Sequence[Path], format: str, types: Types, column: str) -> tuple[int, int]:
    """How many rows one table's files hold, and the highest of a whole-numbered column, 0 if there is none."""
    spelt = '"' + column.replace('"', '""') + '"'
    with duckdb.connect(":memory:") as connection:
        asked = f"SELECT COUNT(*), MAX(CAST({spelt} AS BIGINT)) FROM {relation(paths, format, types)}"
        rows, found = connection.execute(asked).fetchall()[0]
    return int(rows), int(found or 0)


def breaking(frame: pl.DataFrame, condition: str) -> pl.Series:
    """Which rows break a SQL condition; where it is NULL they do not. (n,)"""
    with duckdb.connect(":memory:") as connection:
        connection.register("these", frame.to_arrow())
        found = pl.DataFrame(connection.sql(f"SELECT NOT ({condition}) AS broken FROM these").to_arrow_table())
    return found["broken"].fill_null(value=False)


def empty_texts(paths: Sequence[Path], format: str, types: Types, columns: Sequence[str]) -> list[str]:
    """Those of the columns, of one table's files, that hold an empty text. Raises duckdb.Error."""
    if not paths or not columns:
        return []
    asked = ", ".join('BOOL_OR("' + name.replace('"', '""') + "\" = '')" for name in columns)
    with duckdb.connect(":memory:") as connection:
        row = connection.execute(f"SELECT {asked} FROM {relation(paths, format, types)}").fetchone()
    return [name for name, found in zip(columns, row or (), strict=True) if found]
