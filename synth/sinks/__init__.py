"""Sinks: where a table's rows end in files. Adding one is a file and a line here.

Each is one `write(frames, types, required, path)` and a suffix: frames of drawn columns, their types, and which of them
hold no NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
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
    write: Callable[[Sequence[pl.DataFrame], Types, AbstractSet[str], Path], None]


SINKS: dict[str, Sink] = {
    "parquet": Sink("parquet", ".parquet", parquet.write),
    "csv": Sink("csv", ".csv", csv.write),
    "ndjson": Sink("ndjson", ".ndjson", ndjson.write),
}
