"""Newline-delimited JSON: one object a row; decimals as numbers in full, moments as text."""

from __future__ import annotations

from pathlib import Path

import polars as pl

__all__ = ["write"]


def write(frame: pl.DataFrame, path: Path) -> None:
    """Write one file."""
    moments = [pl.col(pl.Datetime).dt.strftime("%Y-%m-%d %H:%M:%S%.6f")]
    frame.with_columns(moments).write_ndjson(path)
