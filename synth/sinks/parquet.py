"""Parquet: decimals as INT64, timestamps in microseconds, statistics, Snappy."""

from __future__ import annotations

from pathlib import Path

import polars as pl

__all__ = ["write"]

ROW_GROUP_ROWS = 1 << 20


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write one file."""
    frame.write_parquet(path, compression="snappy", statistics=True, row_group_size=ROW_GROUP_ROWS)
