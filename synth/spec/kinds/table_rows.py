"""One table's rows in a block, as they are made step by step: their arrays, and the columns that have been drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Rows", "TableRows"]

Rows = npt.NDArray[np.int64]


@dataclass
class TableRows:
    """One table's rows in a block."""

    first_row: int
    in_whole_block: int  # rows of the whole block, before the cut at `until`; row numbers where nobody can count them
    rows: int
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
