"""Sinks: where a table's rows end in files. Each is one `write(frames, types, path)` and a suffix; one line adds one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from synth.dtypes import Types
from synth.sinks import csv, ndjson, parquet

__all__ = ["SINKS", "Sink"]


@dataclass(frozen=True)
class Sink:
    """A file format."""

    name: str
    suffix: str
    write: Callable[[Sequence[pl.DataFrame], Types, Path], None]


SINKS: dict[str, Sink] = {
    "parquet": Sink("parquet", ".parquet", parquet.write),
    "csv": Sink("csv", ".csv", csv.write),
    "ndjson": Sink("ndjson", ".ndjson", ndjson.write),
}
