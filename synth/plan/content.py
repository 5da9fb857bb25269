"""Rows that were there before a run, in the order in which the run numbers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import polars as pl

__all__ = ["HOME", "Content", "Found", "already", "having"]

HOME = "#home"  # of a table with `per`: the row number of each row's parent


def already(table: str) -> str:
    """The name of what is known of rows that a table, or part of one, which is made has had before: their keys."""
    return f"{table.partition('.')[0]}#already"


def having(child: str) -> str:
    """The name of a parent's column that says which rows have had children before."""
    return f"#having {child}"


@dataclass(frozen=True)
class Found:
    """What was read of an existing table."""

    source: str  # where, without a password
    table: str  # what it is called there
    rows: int
    skipped: int
    fingerprint: str


@dataclass(frozen=True)
class Content:
    """Frames in drawn dtypes by table; they do not travel to workers, which see them as residents."""

    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    found: Mapping[str, Found] = field(default_factory=dict)
    first_keys: Mapping[str, str] = field(default_factory=dict)  # `table.column`: the first new key
    unfit: tuple[str, ...] = ()  # what was left out, in words
    at: tuple[str, str] | None = None  # where a database is that it was read from, and the schema

    def __reduce__(self) -> tuple[type[Content], tuple[()]]:
        return Content, ()

    def settle(self, add: Callable[[str, int, pl.DataFrame], None]) -> None:
        """Hand all of it over: a name, how many rows, their columns."""
        for name, frame in self.frames.items():
            add(name, frame.height, frame)
