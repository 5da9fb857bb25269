"""Rows that were there before a run, in the order in which the run numbers them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import polars as pl

from synth.generators.keys import Key
from synth.spec.models import Dataset

__all__ = ["ALREADY", "HOME", "Content", "Found", "already", "earlier_row_count", "has_children_column", "seed_of"]

ALREADY = "#already"  # behind a table's name: the keys of rows that it has had before
HOME = "#home"  # of a table with `per`: the row number of each row's parent


def already(table: str) -> str:
    """The name of what is known of rows that a table, or part of one, which is made has had before: their keys."""
    return f"{table.partition('.')[0]}{ALREADY}"


def has_children_column(child: str) -> str:
    """The name of a parent's column that says which rows have had children before."""
    return f"#having {child}"


def earlier_row_count(dataset: Dataset, table: str) -> int:
    """How many rows a table has had before, if more of the same are to be drawn now; 0 for all others.

    Where keys count rows it is their number, as some may have gone.
    """
    spec = dataset.every[table]
    if spec.already is None or spec.kind not in ("roster", "arrival", "child"):
        return 0
    if spec.per:
        return 0 if dataset.every[spec.per].existing else spec.already.rows
    if spec.keyed is None:
        return 0
    key = spec.columns[spec.keyed].draws
    assert isinstance(key, Key)
    return spec.already.rows if key.kind == "uuid" else max(spec.already.rows, key.start - 1)


def seed_of(dataset: Dataset, table: str, seed: int) -> int:
    """The seed of a table's random numbers: another where rows go on, so that they are not the first ones once more."""
    rows = earlier_row_count(dataset, table)
    if not rows:
        return seed
    said = f"{seed}/{table}/{rows}/{dataset.every[table].already}"
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest()) >> 1


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
