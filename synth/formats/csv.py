"""CSV with a header line: NULL is nothing between two commas, an empty text is "" (as PostgreSQL's COPY reads them)."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path

import polars as pl

from synth.columns import to_written
from synth.dtypes import Types

__all__ = ["write"]


def write(frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str], path: Path) -> None:
    """Write one file: UTF-8, `2024-01-31 23:59:59.000000`, decimals in full, true and false."""
    with path.open("wb") as file:
        for number, frame in enumerate(frames):
            to_written(frame, types).write_csv(
                file, include_header=number == 0, datetime_format="%Y-%m-%d %H:%M:%S%.6f", quote_style="necessary"
            )
