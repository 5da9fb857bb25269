"""How users name a file of DuckDB."""

from __future__ import annotations

from synth.databases.urls import Urls

__all__ = ["URLS"]

URLS = Urls(
    schemes=("duckdb",),
    suffixes=(".duckdb",),
    example="duckdb:///shop.duckdb",
    is_file=True,
)
