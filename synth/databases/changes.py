"""What an advance changes in one table of a database: rows that come, that look different, and that go."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

__all__ = ["TableChanges"]


@dataclass(frozen=True)
class TableChanges:
    """What comes, changes and goes in a table, in the types in which columns are written; rows are known by `key`.

    Without a key rows are known by all their columns: nothing changes, and of equal rows as many go as are given.
    """

    table: str
    key: tuple[str, ...]
    inserts: pl.DataFrame
    updates: pl.DataFrame
    deletes: pl.DataFrame  # the key's columns, or all where there is no key
