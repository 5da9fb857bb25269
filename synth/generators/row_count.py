"""How many rows a table has: what a range or a formula needs that grows with SCALE."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from pydantic import Field

from synth.dtypes import BIGINT, DType
from synth.generators.base import Generator
from synth.generators.context import SpecView, TableContext
from synth.generators.declarations import Complaint, Dependency, NamedTable, RowCount

__all__ = ["RowCountOf"]


class RowCountOf(Generator):
    """How many rows a table has, the same number in each row: what grows with SCALE is worked out from it."""

    shorthand = "table"
    default_type = BIGINT

    example = """tables:
  shelves: {rows: 20, columns: {shelf_id: {key: sequence}}}
  boxes:
    rows: 500
    columns:
      box_id: {key: sequence}
      _shelves: {row_count: shelves}
      shelf_id: {expr: box_id % _shelves + 1, references: shelves}"""
    nanoseconds = 1

    table: str = Field(description="the table, of another family, whose rows do not come in time")

    def named_tables(self) -> tuple[NamedTable, ...]:
        """List the table whose rows are counted."""
        return (NamedTable("table", self.table),)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the rows of the table."""
        return (RowCount(self.table),)

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield a table whose rows are not the same at every `until`, or are drawn with the row."""
        if view.same_family(self.table):
            yield Complaint(f"rows of {self.table} are drawn together with this one", "name a table of another family")
        elif view.arrival_of(self.table) or view.ancestors_of(self.table) or not view.rows_are_counted(self.table):
            yield Complaint(
                f"how many rows {self.table} has is not known beforehand", "name a table with `rows`, without `arrival`"
            )

    def accepts(self, dtype: DType) -> str | None:
        """Take types of whole numbers."""
        return None if dtype.is_exact and not dtype.digits else "a number of rows needs an integer type"

    def draw(self, context: TableContext) -> pl.Series:
        """Give the number to each row. (rows,)"""
        return pl.Series([context.row_count(self.table)], dtype=pl.Int64).new_from_index(0, context.rows)
