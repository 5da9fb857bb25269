"""Sums and numbers of the rows that belong to a row: its children, or rows of its own table that refer to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from synth.columns import WIDE_SUM, largest
from synth.dtypes import BIGINT, DType, decimal
from synth.generators.base import Generator
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import ChildColumn, Complaint, Dependency, DottedPath, OwnBelow, Span

__all__ = ["Count", "Sum"]

Rows = npt.NDArray[np.int64]

VIA = "in the row's own table: the column by which rows refer to it, where several do"


class Sum(Generator):
    """The sum of a child's column over the row's children: `order_items.tax`.

    Or of a column of the own table over the rows that refer to this one.
    """

    shorthand = "column"
    renamed: ClassVar[dict[str, str]] = {"of": "column"}

    example = """tables:
  orders:
    rows: 50
    columns:
      order_id: {key: sequence}
      total: {sum: lines.amount}
  lines:
    per: orders
    fanout: {mean: 2, min: 1, max: 5, poisson: true}
    columns:
      order_id: {reference: orders}
      amount: {uniform: {min: 1, max: 9}, type: "decimal(12,2)"}"""
    nanoseconds = 55

    column: str = Field(description="the child's column, `order_items.tax`; or one of the own table, with its name")
    via: str | None = Field(None, description=VIA)

    @property
    def _summed(self) -> ChildColumn:
        table, column = DottedPath.parse(self.column)
        return ChildColumn(table, column)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column, and what refers to the row."""
        return _rows_of(view, self._summed, self.via)

    def reads_children(self) -> ChildColumn:
        """Name the column that is added up."""
        return self._summed

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of the column; a decimal of 12 digits at least."""
        one = view.type_of(self._summed.table, self._summed.column)
        return decimal(max(12, one.precision or 0), one.digits) if one.name == "decimal" else one

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield that nothing of the table belongs to a row, where it is so."""
        yield from _not_of_the_row(view, self._summed, self.via)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield that the column is no exact number, or has other digits than the sum."""
        one = view.type_of(self._summed.table, self._summed.column)
        if not one.is_exact:
            yield Complaint(f"{self.column} is no exact number, and sums are", "declare a decimal")
        elif one.digits != dtype.digits:
            hint = "numbers of as many digits behind the point are added"
            yield Complaint(f"{self.column} is {one}, and the sum {dtype}", hint, ("type",), of_column=True)

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of the sum over as many rows as may belong to one."""
        one, most = view.of(self._summed.table, self._summed.column), _most(view, self._summed.table)
        return None if one is None or most is None else Span(min(0, most * one.low), max(0, most * one.high))

    def draw(self, context: TableContext) -> pl.Series:
        """Sum the children, which lie in their parents' order. (rows,)"""
        if self._summed.table == context.table:
            return context.worked_out()
        children = context.child_values(self._summed.table, self._summed.column)
        return _sums_of(children.values, children.counts)

    def draw_whole(self, columns: pl.DataFrame) -> pl.Series:
        """Sum the rows that refer to each. (rows of the table,)"""
        above = columns.to_series(0).to_numpy()
        in_their_order = np.argsort(above, kind="stable")[np.count_nonzero(above < 0) :]
        return _sums_of(columns.to_series(1).gather(in_their_order), _counts(above))


class Count(Generator):
    """How many children of a table the row has, or how many rows of its own table refer to it."""

    shorthand = "table"
    renamed: ClassVar[dict[str, str]] = {"of": "table"}
    default_type = BIGINT

    example = """tables:
  orders:
    rows: 50
    columns:
      order_id: {key: sequence}
      lines: {count: lines}
  categories:
    rows: 40
    columns:
      category_id: {key: sequence}
      parent_id: {reference: {to: categories, roots: 0.1}, nullable: true}
      below: {count: categories}
  lines:
    per: orders
    fanout: {mean: 2, min: 1, max: 5, poisson: true}
    columns:
      order_id: {reference: orders}
      quantity: {uniform: {min: 1, max: 9}}"""

    table: str = Field(description="the child, or the own table")
    via: str | None = Field(None, description=VIA)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the rows, and what refers to the row."""
        return _rows_of(view, ChildColumn(self.table), self.via)

    def reads_children(self) -> ChildColumn:
        """Name the rows that are counted."""
        return ChildColumn(self.table)

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield that nothing of the table belongs to a row, where it is so."""
        yield from _not_of_the_row(view, ChildColumn(self.table), self.via)

    def accepts(self, dtype: DType) -> str | None:
        """Take types of whole numbers."""
        if dtype.is_exact and dtype.digits:
            return f"it counts, and {dtype} has digits behind the point"
        return None if dtype.is_exact else f"it counts, and a number cannot be {dtype}"

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give none, and the most rows that may belong to one."""
        most = _most(view, self.table)
        return None if most is None else Span(0, most)

    def draw(self, context: TableContext) -> pl.Series:
        """Give the fan-out that was drawn. (rows,)"""
        if self.table == context.table:
            return context.worked_out()
        return pl.Series(context.child_values(self.table, "").counts)

    def draw_whole(self, columns: pl.DataFrame) -> pl.Series:
        """Count the rows that refer to each. (rows of the table,)"""
        return pl.Series(_counts(columns.to_series(0).to_numpy()))


def _counts(above: Rows) -> Rows:
    """Count how many rows have each above them; below 0: none. (n,) -> (n,)"""
    return np.bincount(above[above >= 0], minlength=len(above)).astype(np.int64)


def _sums_of(values: pl.Series, counts: Rows) -> pl.Series:
    """Sum runs of so many values, NULL as 0: differences of one running sum. (values,), (runs,) -> (runs,)"""
    numbers = values.fill_null(0).to_numpy() if values.null_count() else values.to_numpy()
    if largest(values) * int(counts.max(initial=0)) >= BIGINT.limit:
        high = _sums(numbers >> 32, counts) + (_sums(numbers & 0xFFFFFFFF, counts) >> 32)
        if np.abs(high).max() >= 2**31:
            raise OverflowError(WIDE_SUM)
    return pl.Series(_sums(numbers, counts))


def _sums(numbers: Rows, counts: Rows) -> Rows:
    """Sum runs of so many numbers. (numbers,), (runs,) -> (runs,)"""
    running = np.zeros(len(numbers) + 1, dtype=np.int64)  # where it wraps, its differences are right all the same
    np.cumsum(numbers, out=running[1:])
    ends = np.cumsum(counts)
    sums: Rows = running[ends] - running[ends - counts]
    return sums


def _most(view: SpanView, table: str) -> int | None:
    """Count the most rows of a table that belong to a row."""
    return view.rows() if table == view.table else view.children(table, view.table)


def _rows_of(view: SpecView, rows: ChildColumn, via: str | None) -> tuple[Dependency, ...]:
    """List what is counted or summed: children, or rows of the own table that refer to the row."""
    if rows.table != view.table:
        return (rows,)
    return tuple(OwnBelow(name, rows.column) for name in view.own_references() if via in (None, name))


def _not_of_the_row(view: SpecView, rows: ChildColumn, via: str | None) -> Iterator[Complaint]:
    """Yield that a table is neither a child of the view's table nor refers to itself, or that its rows show one by one."""
    table, refer = rows.table, view.own_references()
    if table != view.table:
        if via:
            yield Complaint("`via` is for rows of the own table", f"{table} is born with its parents", ("via",))
        if table not in view.children():
            hint = f"its children are {', '.join(view.children()) or 'none'}"
            yield Complaint(f"'{table}' is no child of {view.table}", hint)
        elif at := view.shows_at(table):
            what = f"rows of {table} show only once '{at}' has come, and this counts those to come, too"
            yield Complaint(what, f"sum them by a rollup, which sees what shows, or leave `at` of {table} out")
    elif via and via not in refer:
        yield Complaint(f"'{via}' refers to no row of {table}", f"these do: {', '.join(refer) or 'none'}", ("via",))
    elif not refer:
        yield Complaint(f"no column of {table} refers to its rows", "give it a {reference: …} to its own table")
    elif not via and len(refer) > 1:
        yield Complaint(f"several columns of {table} refer to its rows: {', '.join(refer)}", "say which one by `via`")
    else:
        for column in (via or refer[0], *([rows.column] if rows.column else [])):
            if moment := view.hidden_by(column):
                what = f"'{column}' shows only once '{moment}' has come, and this takes what is to come, too"
                yield Complaint(
                    what, f"leave it out of `events` of '{moment}', or sum by a rollup, which sees what shows"
                )
