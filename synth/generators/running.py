"""Running sums, over siblings or in the order of a moment: balances, meter readings, stock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from synth.columns import NULL, mask, moments
from synth.dtypes import DType, decimal
from synth.generators.base import Generator
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import AllRows, Complaint, Dependency, RowValue, Span
from synth.generators.matching import groups_of

__all__ = ["Running"]


class Running(Generator):
    """The sum of a column over the siblings before and the row itself: a balance, behind what it starts from.

    With `by` it is over all rows of the table in the order of that moment: stock. They are then worked out together, before
    the first block is drawn.
    """

    shorthand = "sum"

    example = """tables:
  accounts: {rows: 20, columns: {account_id: {key: sequence}, opening: {uniform: {min: 0, max: 900}, type: integer}}}
  bookings:
    per: accounts
    fanout: {min: 1, max: 9, uniform: true}
    columns:
      amount: {uniform: {min: -50, max: 80}, type: integer}
      balance: {running: {sum: amount, start: accounts.opening}}"""

    sum: str = Field(description="a path, whose values are added up")
    start: str | None = Field(None, description="path of what is there before the first of them; 0 if left out")

    by: str | None = Field(None, description="a column of moments: over all rows of the table in this order")
    within: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="with `by`, columns: rows that are equal in them have a sum of their own"
    )

    @model_validator(mode="after")
    def _check(self) -> Running:
        if self.within and not self.by:
            raise ValueError("`within` goes with `by`; without it each parent's rows have a sum of their own")
        return self

    @property
    def ranked_by(self) -> tuple[str, ...]:
        """With `by` the moment, what parts the rows, and what is added up."""
        return tuple(dict.fromkeys((self.by, *self.within, *self._paths))) if self.by else ()

    @property
    def _paths(self) -> tuple[str, ...]:
        return (self.sum, *([self.start] if self.start else []))

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List what is added up."""
        return tuple(map(AllRows, self.ranked_by)) or tuple(RowValue(path) for path in self._paths)

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of what is added up; a decimal of 12 digits at least."""
        one = view.type_at(self.sum)
        return decimal(max(12, one.precision or 0), one.digits) if one.name == "decimal" else one

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield that the table is no child, whose rows have no siblings."""
        if view.parent() is None and not self.by:
            hint = (
                "only rows of a table with `per` have; say with `by` in the order of which moment all rows are added up"
            )
            yield Complaint(f"rows of {view.table} have no siblings", hint)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield what is no exact number, has other digits than the column, or may be NULL."""
        for word, path in zip(("sum", "start"), self._paths, strict=False):
            found = view.type_at(path)
            if not found.is_exact or found.digits != dtype.digits:
                what = f"'{path}' is {found}, and the running sum {dtype}"
                yield Complaint(what, "numbers of as many digits behind the point are added", (word,))
            elif view.gives_null(path):
                yield Complaint(f"'{path}' may be NULL, and so would all sums behind it be", at=(word,))

        if self.by and not view.type_at(self.by).is_time:
            yield Complaint(f"'{self.by}' is {view.type_at(self.by)}, and no moment", at=("by",))
        elif self.by and not view.shows_with(self.by):
            what = f"the sum would show before '{self.by}' has come"
            yield Complaint(what, f"list '{view.column}' in `events` of '{self.by}'", ("by",))

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the moment may be NULL."""
        return bool(self.by and view.gives_null(self.by))

    def accepts(self, dtype: DType) -> str | None:
        """Take exact numbers: integers and decimals."""
        return None if dtype.is_exact else f"running sums are exact, and cannot be {dtype}"

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of the sum over as many siblings as there may be, behind what it starts from."""
        one, first = view.at(self.sum), view.at(self.start) if self.start else Span(0, 0)
        if one is None or first is None:
            return None
        most = view.rows() if self.by else view.siblings()
        return Span(first.low + min(one.low, most * one.low), first.high + max(one.high, most * one.high))

    def draw(self, context: TableContext) -> pl.Series:
        """Add up what comes before, and the row itself. (rows,)"""
        if self.by:
            return context.worked_out()
        values, parents = (
            context.value(self.sum).to_numpy(),
            context.ancestor_positions(str(context.parent())).positions,
        )
        whole, firsts = np.cumsum(values), np.searchsorted(parents, parents)
        sums = whole - whole[firsts] + values[firsts]
        return pl.Series(sums if self.start is None else sums + context.value(self.start).to_numpy())

    def draw_whole(self, columns: pl.DataFrame) -> pl.Series:
        """Add up all rows of the table in their order. (rows of the table,)"""
        times, group = moments(columns[str(self.by)]), groups_of(columns, self.within)
        order = np.lexsort((times, group))  # equal ones stay in the order of their rows
        order = order[times[order] != NULL]
        values, here = columns[self.sum].to_numpy()[order], group[order]
        whole, firsts = np.cumsum(values), np.searchsorted(here, here)
        sums = np.full(columns.height, NULL)
        sums[order] = whole - whole[firsts] + values[firsts] if len(order) else 0
        if self.start is not None:
            sums[order] += columns[self.start].to_numpy()[order]
        return mask(pl.Series(sums), times == NULL)
