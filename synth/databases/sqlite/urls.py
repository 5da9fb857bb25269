"""How users name a file of SQLite."""

from __future__ import annotations

from synth.databases.urls import Urls

__all__ = ["URLS"]

URLS = Urls(
    schemes=("sqlite",),
    suffixes=(".sqlite", ".sqlite3", ".db"),
    example="sqlite:///shop.db",
    is_file=True,
)
