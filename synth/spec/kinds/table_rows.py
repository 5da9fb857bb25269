"""One table's rows in a block, or in several, as they are made: their arrays, and the columns that have been drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["BlockRows", "Rows", "TableRows"]

Rows = npt.NDArray[np.int64]


class BlockRows(NamedTuple):
    """Which rows of a table are those of one block."""

    first_row: int
    in_whole_block: int  # rows of the whole block, before the cut at `until`; row numbers where nobody can count them
    rows: int


@dataclass
class TableRows:
    """One table's rows, block by block."""

    blocks: Sequence[BlockRows]
    child_counts: Rows | None = None  # children of each parent row, (parents,)
    parent_positions: Rows | None = None  # the place of each row's parent in the block, (rows,)
    arrivals: Rows | None = None  # microseconds since 1970, (rows,)
    whole_is_counted: bool = (
        True  # whether the rows behind the cut are known: what counts them is the same for all parents
    )
    columns: dict[str, pl.Series] = field(default_factory=dict)  # as planned
    parent_rows: dict[str, Rows] = field(default_factory=dict)  # of columns that point: row numbers there
    attached: dict[str, Rows] = field(default_factory=dict)  # second arrays of columns
    values: dict[str, pl.Series] = field(default_factory=dict)  # by paths that have been gathered
    at_until: dict[str, pl.Series] = field(default_factory=dict)  # by paths, as they show at `until`

    @cached_property
    def rows(self) -> int:
        """The rows of all blocks."""
        return sum(block.rows for block in self.blocks)

    @property
    def first_row(self) -> int:
        """The number of the first row."""
        return self.blocks[0].first_row

    @property
    def in_whole_block(self) -> int:
        """The rows of the whole blocks."""
        return sum(block.in_whole_block for block in self.blocks)

    @cached_property
    def numbers(self) -> Rows:
        """The number of each row, among which there may be gaps between blocks. (rows,)"""
        runs = [np.arange(block.first_row, block.first_row + block.rows) for block in self.blocks]
        return runs[0] if len(runs) == 1 else np.concatenate(runs)

    @cached_property
    def ends(self) -> Rows:
        """Where the rows of each block end. (blocks,)"""
        return np.cumsum([block.rows for block in self.blocks])
