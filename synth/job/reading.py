"""Reads the files that `generate` writes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import polars as pl

from synth.dtypes import Types

__all__ = ["read_file", "relation"]


def relation(paths: Iterable[str | Path], format: str, types: Types) -> str:
    """A table function of DuckDB that reads files of one table."""
    files = "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
    columns = "{" + ", ".join("'" + n.replace("'", "''") + f"': '{dtype.duckdb}'" for n, dtype in types.items()) + "}"
    if format == "parquet":
        return f"read_parquet({files})"
    if format == "csv":
        return (
            f"read_csv({files}, header = true, columns = {columns}, auto_detect = false, delim = ',', "
            "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false)"
        )
    return f"read_json({files}, format = 'newline_delimited', columns = {columns})"


def read_file(path: Path, format: str, types: Types) -> pl.DataFrame:
    """One file's rows. Raises PolarsError, duckdb.Error.

    Text formats are DuckDB's to read: it tells an empty text from NULL, and a decimal never becomes a float.
    """
    if format == "parquet":
        return pl.read_parquet(path, glob=False)
    with duckdb.connect(":memory:") as connection:
        return pl.DataFrame(connection.execute(f"SELECT * FROM {relation([path], format, types)}").to_arrow_table())
