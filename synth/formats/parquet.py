"""Parquet: decimals as INT64, timestamps in microseconds without zone, statistics.

Columns of few values are dictionary-encoded, other numbers as packed differences: half the bytes of plain pages at the
same speed. Large tables of plain types are written by `pages`, for half of pyarrow's CPU where numbers are most of them;
pyarrow writes the others: small ones, and those with arrays, bytes or decimals of more than 18 digits. There the encoding is
read off a sample of a file's first block. Packed differences hardly shrink further; the rest is Snappy, unless another
compression is asked for. Decimals go from their int64 straight into the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from synth.columns import cast_to_written, checked, column_to_written, exact_times, types_of
from synth.dtypes import DType, Types
from synth.errors import many
from synth.formats.format import DESCRIPTION, MOST_COLUMNS, file_list, file_option
from synth.formats.pages import can_write, write_pages

__all__ = ["columns", "other_names", "read", "relation", "write"]

GROUP_ROWS = 100_000  # a row group holds so many rows at least: a block of lines, or several of a smaller table
MOST_GROUP_ROWS = 2**20  # of a frame
OWN_ROWS = 20_000  # rows from which on our own pages take less time than pyarrow's: docs/formats.md
SAMPLE_ROWS = 4096
MOST_FOOTER = 64 * 2**20  # bytes behind the rows that say what these are: of thousands of columns and row groups
MOST_ROWS = 10**10  # of a file
ZSTD_LEVEL = 1  # 3 takes a hundredth less space, and 4 to 8 % more time: docs/formats.md
FEW = 0.06  # distinct values in the sample, as a share: below, a dictionary pays


def write(
    frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path, *, description: str | None = None,
    compression: str = "snappy",
) -> None:  # fmt: skip
    """Write drawn frames as one file; a description stands in the footer, as the value of the key `synth`."""
    groups = _groups(frames)
    level = ZSTD_LEVEL if compression == "zstd" else None
    if sum(frame.height for frame in frames) >= OWN_ROWS and all(
        can_write(column, types[column.name]) for frame in frames for column in frame.get_columns()
    ):
        told = [] if description is None else [(DESCRIPTION, description)]
        write_pages(groups, types, required, path, told=told, compression=compression, level=level)
        return
    few, packed = _encodings([column for column in frames[0].get_columns() if types[column.name].element is None])
    first = _table(groups[0], types, required)
    paths = (name if types[name].element is None else f"{name}.list.element" for name in frames[0].columns)
    codecs = {path: "NONE" if path in packed and compression != "zstd" else compression.upper() for path in paths}
    with pq.ParquetWriter(
        path,
        first.schema,
        compression=codecs,
        compression_level=level,
        use_dictionary=few or False,
        column_encoding=packed or None,
        store_decimal_as_integer=True,
        store_schema=False,
    ) as writer:
        writer.write_table(first)
        for group in groups[1:]:
            writer.write_table(_table(group, types, required))
        if description is not None:
            writer.add_key_value_metadata({DESCRIPTION: description})


def read(path: Path, types: Types, names: Sequence[str] | None = None) -> pl.DataFrame:
    """One file's rows, in the types that the file says. Raises PolarsError, ArrowException, OSError."""
    _refuse_absurd(path)
    return pl.read_parquet(path, columns=None if names is None else list(names), glob=False)


def columns(path: Path) -> dict[str, DType]:
    """The columns of the file's schema. Raises PolarsError, ArrowException, OSError."""
    _refuse_absurd(path)
    return types_of(cast_to_written(pl.DataFrame(schema=pl.read_parquet_schema(path)), {}))


def other_names(path: Path, names: Sequence[str]) -> list[str] | None:
    """Those of the file's schema, where they are not these. Raises PolarsError, ArrowException, OSError."""
    _refuse_absurd(path)
    found = list(pl.read_parquet_schema(path))
    return None if found == names else found


def relation(paths: Sequence[Path], types: Types, file: str | None = None) -> str:
    """A table function of DuckDB."""
    return f"read_parquet({file_list(paths)}, hive_partitioning = false{file_option(file)})"


def _refuse_absurd(path: Path) -> None:
    """Raise OSError for a file that says that it holds more than any of ours: others believe it, and reserve memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8))
        length = int.from_bytes(file.read(4), "little")
    if length > MOST_FOOTER:
        raise OSError(f"its footer has {length:,} bytes, {MOST_FOOTER:,} are the most")
    found = pq.read_metadata(path)
    if found.num_rows > MOST_ROWS or found.num_columns > MOST_COLUMNS:
        raise OSError(f"it says that it has {many(found.num_rows, 'row')} of {many(found.num_columns, 'column')}")


def _groups(frames: Sequence[pl.DataFrame]) -> list[list[pl.DataFrame]]:
    """Frames gathered into row groups."""
    groups: list[list[pl.DataFrame]] = [[]]
    for frame in (part for whole in frames for part in _parts(whole)):
        if sum(f.height for f in groups[-1]) >= GROUP_ROWS:
            groups.append([])
        groups[-1].append(frame)
    return groups


def _parts(frame: pl.DataFrame) -> list[pl.DataFrame]:
    return [frame] if frame.height <= MOST_GROUP_ROWS else list(frame.iter_slices(MOST_GROUP_ROWS))


def _encodings(columns: Sequence[pl.Series]) -> tuple[list[str], dict[str, str]]:
    """Columns with a dictionary, and columns of packed differences."""
    few, packed = [], {}
    for column in columns:
        if column.dtype in (pl.Boolean, pl.Float64) or isinstance(column.dtype, pl.Decimal):
            continue  # a decimal is one that has more digits than an int64
        places = np.arange(
            0, len(column), max(1, len(column) // SAMPLE_ROWS)
        )  # all over: a UNION's parts lie one by one
        if column[places].n_unique() <= max(16, FEW * len(places)):
            few.append(column.name)
        elif column.dtype != pl.String:
            packed[column.name] = "DELTA_BINARY_PACKED"
    return few, packed


def _table(frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]) -> Any:
    """Drawn frames as one Arrow table in the types in which they leave."""
    tables = []
    for frame in frames:
        arrays = [_array(column, types) for column in frame.get_columns()]
        fields = [
            pa.field(name, array.type, nullable=name not in required)
            for name, array in zip(frame.columns, arrays, strict=True)
        ]
        tables.append(pa.Table.from_arrays(arrays, schema=pa.schema(fields)))
    return pa.concat_tables(tables) if len(tables) > 1 else tables[0]


def _array(column: pl.Series, types: Types) -> Any:
    dtype = types[column.name]
    if dtype.name in ("bytes", "array", "wide"):
        return exact_times(column_to_written(column, dtype).rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()))
    column = checked(column, dtype).rechunk()
    if dtype.name in ("smallint", "integer", "real", "timestamptz"):
        column = column.cast(dtype.written)
    array = column.to_arrow(compat_level=pl.CompatLevel.newest())
    if dtype.name == "decimal" and column.dtype == pl.Int64:
        kind = pa.decimal64(dtype.precision, dtype.scale)
        return pa.Array.from_buffers(kind, len(array), array.buffers(), array.null_count, array.offset)
    if dtype.name == "time" and column.dtype == pl.Int64:
        return pa.Array.from_buffers(pa.time64("us"), len(array), array.buffers(), array.null_count, array.offset)
    return array
