"""Questions to the files of one table, or to a frame, which DuckDB answers without reading more than it has to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from synth.columns import as_sql_sees, cast_to_written, to_arrow
from synth.dtypes import Types
from synth.formats import Format
from synth.sandbox import TIME_LIMIT_S, sandbox, time_limit

__all__ = ["broken_rows", "columns_with_empty_text", "count_and_largest", "first_rows"]


def count_and_largest(form: Format, paths: Sequence[Path], types: Types, column: str) -> tuple[int, int]:
    """How many rows the files hold, and the largest value of a whole-numbered column, 0 if there is none.

    Raises one of `unreadable_errors()`.
    """
    with sandbox(files=paths) as connection:
        form.attach(connection, "files", paths, types)
        asked = f"SELECT COUNT(*), MAX(CAST({_quoted(column)} AS BIGINT)) FROM files"
        rows, largest = connection.execute(asked).fetchall()[0]
    return int(rows), int(largest or 0)


def first_rows(form: Format, path: Path, types: Types, rows: int) -> pl.DataFrame:
    """The first rows of a file, in its order, in the types in which columns are written where it says no others itself.

    Raises one of `unreadable_errors()`.
    """
    with sandbox(files=[path]) as connection:
        form.attach(connection, "files", [path], types)
        found = pl.DataFrame(connection.sql(f"SELECT * FROM files LIMIT {rows}").to_arrow_table())
    return cast_to_written(found, {} if form.holds_types else types)


def broken_rows(frame: pl.DataFrame, condition: str) -> pl.Series:
    """Which rows break a SQL condition; where it is NULL they do not. (n,) Raises duckdb.Error, TimeoutError."""
    with sandbox() as connection:
        connection.register("these", to_arrow(as_sql_sees(frame)))
        with time_limit(connection, TIME_LIMIT_S):
            answer = pl.DataFrame(connection.sql(f"SELECT NOT ({condition}) AS broken FROM these").to_arrow_table())
    return answer["broken"].fill_null(value=False)


def columns_with_empty_text(form: Format, paths: Sequence[Path], types: Types, columns: Sequence[str]) -> list[str]:
    """Those of the columns that hold an empty text somewhere. Raises one of `unreadable_errors()`."""
    if not paths or not columns:
        return []
    asked = ", ".join(f"BOOL_OR({_quoted(name)} = '')" for name in columns)
    with sandbox(files=paths) as connection:
        form.attach(connection, "files", paths, types)
        row = connection.execute(f"SELECT {asked} FROM files").fetchone()
    return [name for name, is_there in zip(columns, row or (), strict=True) if is_there]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
