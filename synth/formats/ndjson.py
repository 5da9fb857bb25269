"""Newline-delimited JSON: one object a row; decimals as text in full, so no reader makes floats of them; moments as text."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import polars as pl

from synth.columns import to_written
from synth.dtypes import Types

__all__ = ["write"]


def write(frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path) -> None:
    """Write one file."""
    with path.open("wb") as file:
        for frame in frames:
            moments = pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
            to_written(frame, types).with_columns(moments).write_ndjson(file)
