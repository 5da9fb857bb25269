"""Numbers without gaps in the order of a moment: of invoices, of receipts, by year and company."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from synth.columns import NULL, mask, moments
from synth.dtypes import BIGINT, DType
from synth.generators.base import Generator
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import AllRows, Complaint, Dependency, Span
from synth.generators.matching import groups_of

__all__ = ["Numbered"]


class Numbered(Generator):
    """1, 2, 3 … in the order of a moment, over the whole table or in each series; NULL where there is no moment.

    All rows are ranked before the first block is drawn, 8 bytes a row; rows of the same moment by their row numbers.
    """

    shorthand = "by"
    default_type = BIGINT

    example = """tables:
  orders:
    rows: 100
    events: {shipped_at: [invoice_number]}
    columns:
      ordered_at: {arrival: {}}
      shipped_at: {delay: {after: ordered_at, median: 2, sigma: 1, max: 30}}
      invoice_number: {numbered: {by: shipped_at, start: 1000}, nullable: true}"""

    by: str = Field(description="a column of moments, in whose order rows are numbered")
    within: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="columns: rows that are equal in them are a series of their own"
    )
    start: Annotated[int, Field(gt=-(2**62), lt=2**62)] = Field(1, description="the first number of each series")

    @property
    def never_repeats(self) -> bool:  # type: ignore[override]
        """Whether there is one series."""
        return not self.within

    @property
    def ranked_by(self) -> tuple[str, ...]:
        """The moment, and the columns of series."""
        return (self.by, *self.within)

    def behind_highest(self, highest: int) -> Numbered | None:
        """Give numbers that go on, where there is one series; of several the highest of one says nothing."""
        return None if self.within else self.model_copy(update={"start": max(self.start, highest + 1)})

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the moment and the columns of series."""
        return tuple(AllRows(name) for name in self.ranked_by)

    def accepts(self, dtype: DType) -> str | None:
        """Take integers, in which rows are numbered."""
        return None if dtype.is_exact and not dtype.digits else "numbers in order need an integer type"

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the moment may be NULL."""
        return view.gives_null(self.by)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column that is no moment, and a number that would show before its moment."""
        found = view.type_at(self.by)
        if not found.is_time:
            yield Complaint(f"'{self.by}' is {found}, and no moment", at=("by",))
        elif not view.shows_with(self.by):
            what = f"the number would show before '{self.by}' has come, and change then"
            yield Complaint(what, f"list '{view.column}' in `events` of '{self.by}'", ("by",))

    def span(self, view: SpanView, dtype: DType) -> Span:
        """Give the first number, and that of the last row."""
        return Span(self.start, self.start + max(view.rows(), 1) - 1)

    def draw_whole(self, columns: pl.DataFrame) -> pl.Series:
        """Rank all rows of the table. (rows of the table,)"""
        times = moments(columns[self.by])
        group = groups_of(columns, self.within)
        order = np.lexsort((times, group))  # equal ones stay in the order of their rows
        order = order[times[order] != NULL]
        here = group[order]
        firsts = np.searchsorted(here, here)
        numbers = np.full(columns.height, NULL)
        numbers[order] = np.arange(len(order)) - firsts + self.start
        return mask(pl.Series(numbers), times == NULL)

    def draw(self, context: TableContext) -> pl.Series:
        """Give the numbers of the block's rows. (rows,)"""
        return context.worked_out()
