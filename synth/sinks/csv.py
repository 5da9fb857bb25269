"""CSV with a header line: NULL is nothing between two commas, an empty text is "" (as PostgreSQL's COPY reads them)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

__all__ = ["write"]


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write one file: UTF-8, `2024-01-31 23:59:59.000000`, decimals in full, true and false."""
    frame.write_csv(path, datetime_format="%Y-%m-%d %H:%M:%S%.6f", quote_style="necessary")
