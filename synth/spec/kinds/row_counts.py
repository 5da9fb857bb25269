"""Row counts that are declared, rows of blocks, and row numbers that rows from before have used up."""

from __future__ import annotations

from typing import cast

from synth.errors import OptionError, counted
from synth.generators.keys import Key
from synth.spec.kinds.base import BlockView, Counting
from synth.spec.models import Dataset

__all__ = ["MAX_ROWS", "declared_rows", "earlier_rows_by_key", "rows_of_blocks"]

MAX_ROWS = 2**53  # row numbers are exact as floats up to here


def declared_rows(counting: Counting, table: str) -> int:
    """Count the rows that are declared at the scale. Raises OptionError where there are too many to be numbered."""
    declared = counting.names.table(table).rows
    assert declared is not None
    rows = declared.at(counting.scale)
    if rows > MAX_ROWS:
        raise OptionError(f"scale {counting.scale:g} is too large: {table} would have {counted(rows)} rows")
    return rows


def rows_of_blocks(block: BlockView, table: str) -> list[tuple[int, int]]:
    """Give the first row of a root table in each block, and how many it has there, the last to the end of its window."""
    window, found = block.spec(table).window, []
    for number in block.numbers:
        first = number * block.block_rows
        rows = min(block.block_rows, block.counted(table).rows - first)
        found.append((first, min(block.block_rows, -(-rows // window) * window) if window else rows))
    return found


def earlier_rows_by_key(dataset: Dataset, table: str) -> int:
    """Count the row numbers that a table's rows from before have used up; 0 where no generator makes its key."""
    spec = dataset.all_tables[table]
    if spec.earlier is None or spec.keyed is None:
        return 0
    return cast(Key, spec.columns[spec.keyed].draws).numbers_used(spec.earlier.rows)
