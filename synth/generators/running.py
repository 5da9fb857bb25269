"""Running sums over siblings: balances, meter readings, stock."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from pydantic import Field

from synth.dtypes import DType, decimal
from synth.generators.base import Generator
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import Complaint, Dependency, RowValue, Span

__all__ = ["Running"]


class Running(Generator):
    """The sum of a column over the siblings before and the row itself: a balance, behind what it starts from."""

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

    @property
    def _paths(self) -> tuple[str, ...]:
        return (self.sum, *([self.start] if self.start else []))

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List what is added up."""
        return tuple(RowValue(path) for path in self._paths)

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of what is added up; a decimal of 12 digits at least."""
        one = view.type_at(self.sum)
        return decimal(max(12, one.precision or 0), one.digits) if one.name == "decimal" else one

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield that the table is no child, whose rows have no siblings."""
        if view.parent() is None:
            yield Complaint(f"rows of {view.table} have no siblings", "only rows of a table with `per` have")

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield what is no exact number, has other digits than the column, or may be NULL."""
        for word, path in zip(("sum", "start"), self._paths, strict=False):
            found = view.type_at(path)
            if not found.is_exact or found.digits != dtype.digits:
                what = f"'{path}' is {found}, and the running sum {dtype}"
                yield Complaint(what, "numbers of as many digits behind the point are added", (word,))
            elif view.gives_null(path):
                yield Complaint(f"'{path}' may be NULL, and so would all sums behind it be", at=(word,))

    def accepts(self, dtype: DType) -> str | None:
        """Take exact numbers."""
        return None if dtype.is_exact else f"running sums are exact, and cannot be {dtype}"

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of the sum over as many siblings as there may be, behind what it starts from."""
        one, first = view.at(self.sum), view.at(self.start) if self.start else Span(0, 0)
        if one is None or first is None:
            return None
        most = view.siblings()
        return Span(first.low + min(one.low, most * one.low), first.high + max(one.high, most * one.high))

    def draw(self, context: TableContext) -> pl.Series:
        """Add up what the siblings before have. (rows,)"""
        values, parents = (
            context.value(self.sum).to_numpy(),
            context.ancestor_positions(str(context.parent())).positions,
        )
        whole, firsts = np.cumsum(values), np.searchsorted(parents, parents)
        sums = whole - whole[firsts] + values[firsts]
        return pl.Series(sums if self.start is None else sums + context.value(self.start).to_numpy())
