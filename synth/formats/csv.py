"""CSV with a header line: NULL is nothing between two commas, an empty text is "" (as PostgreSQL's COPY reads them).

DuckDB reads it: it tells an empty text from NULL, and a decimal never becomes a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import polars as pl

from synth.arrays import as_texts
from synth.columns import to_written
from synth.dtypes import TEXT, DType, Types
from synth.formats.format import MOMENT, column_types, file_list, file_option, read_by_duckdb, read_texts, spelt_in_full

__all__ = ["columns", "other_names", "read", "relation", "write"]


def write(frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path) -> None:
    r"""Write one file: UTF-8, `2024-01-31 23:59:59.000000`, decimals in full, true and false, `\x00ff`, arrays as JSON."""
    with path.open("wb") as file:
        for number, frame in enumerate(frames):
            pl.DataFrame(map(as_texts, spelt_in_full(to_written(frame, types)).get_columns())).write_csv(
                file,
                include_header=number == 0,
                datetime_format=MOMENT,
                time_format="%H:%M:%S%.6f",
                quote_style="necessary",
            )


def read(path: Path, types: Types, names: Sequence[str] | None = None) -> pl.DataFrame:
    """One file's rows, without types as text. Raises duckdb.Error, PolarsError."""
    return read_by_duckdb(path, relation([path], types or columns(path)), names)


def columns(path: Path) -> dict[str, DType]:
    """The names of the header line, all of them texts. Raises PolarsError, OSError."""
    header = pl.read_csv(path, n_rows=0, infer_schema=False, glob=False)
    return dict.fromkeys(header.columns, TEXT)


def other_names(path: Path, names: Sequence[str]) -> list[str] | None:
    """Those of the header line, where they are not these. Raises PolarsError, OSError."""
    found = list(columns(path))
    return None if found == names else found


def relation(paths: Sequence[Path], types: Types, file: str | None = None) -> str:
    """A table function of DuckDB; `types` are all columns of the files, in their order."""
    found = (
        f"read_csv({file_list(paths)}, header = true, columns = {column_types(_fields(types))}, auto_detect = false, "
        "delim = ',', "
        "quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, hive_partitioning = false"
        f"{file_option(file)})"
    )
    return read_texts(found, types)


def _fields(types: Types) -> dict[str, DType]:
    """What fields are read as: bytes and arrays are texts, which become what they are behind them."""
    return {name: TEXT if dtype.name in ("bytes", "array") else dtype for name, dtype in types.items()}
