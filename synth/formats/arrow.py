"""Arrow IPC files, which are Feather too: columns as programs hold them in memory, each compressed, by LZ4 as a rule.

Decimals have 128 bits and texts 32-bit offsets, which every reader knows. DuckDB has no table function for such files,
but scans a dataset of pyarrow's, batch by batch. Neither looks whether a text ends where its column does: a damaged file
would end the program, so every batch is looked at before.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.ipc

from synth.columns import cast_to_written, to_written, types_of
from synth.dtypes import DType, Types
from synth.formats.format import DESCRIPTION

__all__ = ["columns", "other_names", "read", "relation", "write"]

BATCH_ROWS = 65_536  # of a record batch, which readers take whole


def write(
    frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path, *, description: str | None = None,
    compression: str = "lz4",
) -> None:  # fmt: skip
    """Write one file; `required` columns are not nullable. A description is the schema's metadata of the key `synth`."""
    names = frames[0].columns
    schema = pa.schema(pa.field(name, _arrow_type(types[name]), nullable=name not in required) for name in names)
    if description is not None:
        schema = schema.with_metadata({DESCRIPTION: description})
    options = pa.ipc.IpcWriteOptions(compression=None if compression == "none" else compression)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema, options=options) as writer:
        for frame in frames:
            table = to_written(frame, types).rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
            writer.write_table(table.cast(schema), max_chunksize=BATCH_ROWS)


def _arrow_type(dtype: DType) -> Any:
    if dtype.is_decimal:
        return pa.decimal128(dtype.precision, dtype.scale)
    if dtype.element is not None:
        return pa.list_(_arrow_type(dtype.element))
    known = {
        "boolean": pa.bool_(), "smallint": pa.int16(), "integer": pa.int32(), "bigint": pa.int64(), "double": pa.float64(),
        "real": pa.float32(), "timestamptz": pa.timestamp("us", "UTC"), "bytes": pa.binary(),
        "date": pa.date32(), "time": pa.time64("us"), "timestamp": pa.timestamp("us"),
    }  # fmt: skip
    return known.get(dtype.name, pa.string())


def read(path: Path, types: Types, names: Sequence[str] | None = None) -> pl.DataFrame:
    """One file's rows, in the types that the file says. Raises pyarrow.ArrowException, PolarsError, OSError."""
    with pa.OSFile(str(path)) as file:
        table = pa.ipc.open_file(file).read_all()
    if names is not None:
        table = table.select(list(names))
    table.validate(full=True)
    return pl.DataFrame(table)


def columns(path: Path) -> dict[str, DType]:
    """The columns of the file's schema. Raises pyarrow.ArrowException, OSError."""
    with pa.OSFile(str(path)) as file:
        schema = pa.ipc.open_file(file).schema
    return types_of(cast_to_written(pl.DataFrame(schema.empty_table()), {}))


def other_names(path: Path, names: Sequence[str]) -> list[str] | None:
    """Those of the file's schema, where they are not these. Raises pyarrow.ArrowException, OSError."""
    found = list(columns(path))
    return None if found == names else found


def relation(paths: Sequence[Path], types: Types, file: str | None = None) -> Any:
    """A dataset that DuckDB scans when it is registered. Raises pyarrow.ArrowException, OSError for damaged files."""
    import pyarrow.dataset as ds

    for path in paths:
        with pa.OSFile(str(path)) as opened:
            reader = pa.ipc.open_file(opened)
            for number in range(reader.num_record_batches):
                reader.get_batch(number).validate(full=True)
    found = ds.dataset([str(path) for path in paths], format="ipc")
    if file is None:
        return found
    fragments = [
        found.format.make_fragment(str(path), found.filesystem, ds.field(file) == str(path)) for path in paths
    ]  # fmt: skip
    schema = found.schema.append(pa.field(file, pa.string()))
    return ds.FileSystemDataset(fragments, schema, found.format, found.filesystem)
