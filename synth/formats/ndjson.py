r"""Newline-delimited JSON: one object a row; decimals as text in full, so no reader makes floats of them; moments as text.

Bytes are `\x00ff`, arrays are JSON's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import polars as pl

from synth.arrays import plain_json
from synth.columns import to_written
from synth.dtypes import TEXT, DType, Types
from synth.formats.format import column_types, file_list, file_option, read_by_duckdb, read_texts, spelt_in_full

__all__ = ["columns", "other_names", "read", "relation", "write"]

LINES = "format = 'newline_delimited', hive_partitioning = false"


def write(frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path) -> None:
    """Write drawn frames as one file."""
    with path.open("wb") as file:
        for frame in frames:
            plain_json(spelt_in_full(to_written(frame, types))).write_ndjson(file)


def read(path: Path, types: Types, names: Sequence[str] | None = None) -> pl.DataFrame:
    """One file's rows, without types as text. Raises duckdb.Error."""
    return read_by_duckdb(path, relation([path], types or columns(path)), names)


def columns(path: Path) -> dict[str, DType]:
    """The names of all its objects' keys, all of them texts. Raises duckdb.Error."""
    rows = f"read_json({file_list([path])}, {LINES}, sample_size = -1)"
    return dict.fromkeys(read_by_duckdb(path, f"{rows} LIMIT 0", None).columns, TEXT)


def other_names(path: Path, names: Sequence[str]) -> list[str] | None:
    """The keys of the first object that has others than these, or in another order. Raises duckdb.Error."""
    wanted = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    rows = f"(SELECT json_keys(json) AS keys FROM read_ndjson_objects({file_list([path])}))"
    found = read_by_duckdb(path, f"{rows} WHERE keys <> [{wanted}] LIMIT 1", None)
    return list(found["keys"][0]) if found.height else None


def relation(paths: Sequence[Path], types: Types, file: str | None = None) -> str:
    """A table function of DuckDB; a column that an object lacks is NULL."""
    raw = {name: dtype for name, dtype in types.items() if dtype.name == "bytes"}
    fields = column_types({**types, **dict.fromkeys(raw, TEXT)})
    return read_texts(f"read_json({file_list(paths)}, columns = {fields}, {LINES}{file_option(file)})", raw)
