"""Reads the files that `generate` writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from synth.databases.duckdb import relation
from synth.dtypes import Types

__all__ = ["empty_texts", "read_file"]


def read_file(path: Path, format: str, types: Types) -> pl.DataFrame:
    """One file's rows. Raises PolarsError, duckdb.Error.

    Text formats are DuckDB's to read: it tells an empty text from NULL, and a decimal never becomes a float.
    """
    if format == "parquet":
        return pl.read_parquet(path, glob=False)
    with duckdb.connect(":memory:") as connection:
        return pl.DataFrame(connection.sql(f"SELECT * FROM {relation([path], format, types)}").to_arrow_table())


def empty_texts(paths: Sequence[Path], format: str, types: Types, columns: Sequence[str]) -> list[str]:
    """Those of the columns, of one table's files, that hold an empty text. Raises duckdb.Error."""
    if not paths or not columns:
        return []
    asked = ", ".join('BOOL_OR("' + name.replace('"', '""') + "\" = '')" for name in columns)
    with duckdb.connect(":memory:") as connection:
        row = connection.execute(f"SELECT {asked} FROM {relation(paths, format, types)}").fetchone()
    return [name for name, found in zip(columns, row or (), strict=True) if found]
