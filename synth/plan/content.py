"""Rows that were there before a run, in the order in which the run numbers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.spec.kinds import kind_of
from synth.spec.models import Dataset
from synth.spec.parts import table_of

__all__ = ["EARLIER_KEYS", "Content", "Found", "earlier_keys", "earlier_row_count", "seed_of"]

EARLIER_KEYS = "#already"  # behind a table's name: the keys of rows that it has had before


def earlier_keys(table: str) -> str:
    """The name of what is known of rows that a table, or part of one, which is made has had before: their keys."""
    return f"{table_of(table)}{EARLIER_KEYS}"


def earlier_row_count(dataset: Dataset, table: str) -> int:
    """How many rows a table has had before, if more of the same are to be drawn now; 0 for all others.

    Where keys count rows it is their number, as some may have gone.
    """
    return kind_of(dataset.all_tables[table]).earlier_row_count(dataset, table)


def seed_of(dataset: Dataset, table: str, seed: int) -> int:
    """The seed of a table's random numbers: another where rows go on, so that they are not the first ones once more."""
    rows, earlier = earlier_row_count(dataset, table), dataset.all_tables[table].earlier
    if not rows or earlier is None:
        return seed
    # what is hashed is content, spelt as the first release spelt it: never to be changed
    hashed = f"{seed}/{table}/{rows}/rows={earlier.rows} fingerprint={earlier.fingerprint!r}"
    return int.from_bytes(blake2b(hashed.encode(), digest_size=8).digest()) >> 1


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
    parent_rows: Mapping[str, npt.NDArray[np.int64]] = field(default_factory=dict)  # of tables with `per`
    has_children: Mapping[tuple[str, str], npt.NDArray[np.bool_]] = field(default_factory=dict)  # (parent, child)
    found: Mapping[str, Found] = field(default_factory=dict)
    first_keys: Mapping[str, str] = field(default_factory=dict)  # `table.column`: the first new key
    unfit: tuple[str, ...] = ()  # what was left out, in words
    at: tuple[str, str] | None = None  # where a database is that it was read from, and the schema

    def __reduce__(self) -> tuple[type[Content], tuple[()]]:
        return Content, ()
