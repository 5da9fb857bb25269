"""Columns made from other columns: lookups, SQL expressions, places among siblings."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from pydantic import Field

from synth.dtypes import TIMESTAMP, DType
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpanView, SpecView, TableContext
from synth.generators.declarations import (
    ColumnSql,
    Complaint,
    Dependency,
    DottedPath,
    OwnAbove,
    OwnBefore,
    RowValue,
    Span,
)  # fmt: skip

__all__ = ["Expr", "Given", "Lookup", "Ordinal", "State"]


class Lookup(Generator):
    """A column of the row that a reference points at, or of an ancestor: `product_id.price`, `orders.ordered_at`."""

    shorthand = "path"

    example = """tables:
  products:
    rows: 20
    columns: {product_id: {key: sequence}, price: {uniform: {min: 1, max: 9}, type: "decimal(12,2)"}}
  sales:
    rows: 100
    columns:
      product_id: {reference: products}
      unit_price: {lookup: product_id.price}"""

    path: str = Field(
        description="path of the value: `product_id.price`, `orders.ordered_at`, `order_id.customer_id.country_id.name`"
    )

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the value itself."""
        return (RowValue(self.path),)

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of the value."""
        return view.type_at(self.path)

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the value may be NULL."""
        return view.gives_null(self.path)

    def copies(self) -> str:
        """Give the path: the value is as it is there."""
        return self.path

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a type in which the value is not as it is there."""
        found = view.type_at(self.path)
        if not dtype.holds_drawn(found):
            hint = "leave `type` out, or say `expr`"
            yield Complaint(f"'{self.path}' is {found}, and is not {dtype} as it is", hint, ("type",), of_column=True)

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of the value."""
        return view.at(self.path)

    def longest(self, view: SpanView) -> int | None:
        """Count the most characters of the value."""
        return view.longest_at(self.path)

    def follows(self) -> str:
        """Give the path: a copy of a moment is no earlier than it."""
        return self.path

    def draw(self, context: RowContext) -> pl.Series:
        """Give the value as it is there. (rows,)"""
        return context.value(self.path)


class Expr(Generator):
    """A SQL expression over columns of the row, exact on decimals."""

    shorthand = "sql"

    example = """quantity: {uniform: {min: 1, max: 5}}
price: {uniform: {min: 1, max: 9}, type: "decimal(12,2)"}
net: {expr: "ROUND(quantity * price * 0.9, 2)"}"""

    sql: str = Field(description="SQL over paths of the row; digits vanish only by ROUND")

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the columns that the expression names."""
        return tuple(self._dependency(view, path) for path in self._names())

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield what a column that goes on from the row above cannot be made of: it is worked out for all rows together."""
        found = self.dependencies(view)
        above = {each.via for each in found if isinstance(each, OwnAbove)}
        others = [each.path for each in found if isinstance(each, RowValue) and DottedPath.parse(each.path).rest]
        others += [each.path for each in found if isinstance(each, OwnBefore)]
        if above and (others or len(above) > 1):
            what = (
                f"'{(others or sorted(above))[0]}' goes with no value of the row above, from which this column goes on"
            )
            yield Complaint(what, "put what it reads elsewhere into a column of its own, and name that")

    def _dependency(self, view: SpecView, path: str) -> Dependency:
        if view.is_own_before(path):
            return OwnBefore(path)
        return OwnAbove(path) if view.is_own_above(path) else RowValue(path)

    def _names(self) -> tuple[str, ...]:
        from synth.sql.parse import named  # only the plan needs the parser, the workers do not

        return tuple(named(self.sql))

    def column_sql(self, view: SpecView) -> ColumnSql:
        """Give the expression, as it is written."""
        return ColumnSql(self.sql)

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of the expression."""
        return view.sql_type()

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether the expression may be NULL."""
        return view.null_of_sql(self.sql)

    def differs_among_siblings(self, view: SpecView) -> bool:
        """Tell whether it is the sibling's own before and something above 0, and of the first whatever follows."""
        from synth.sql.days_after import days_after

        before, *first = days_after(self.sql) or (None,)
        if before is None or not view.is_own_before(before.path) or any(view.is_own_before(one.path) for one in first):
            return False
        lowest = [view.lowest_at(path) for path in before.added if not view.gives_null(path)]
        known = [low for low in lowest if low is not None]
        return len(known) == len(before.added) and before.days + sum(known) >= 1

    def draw(self, context: RowContext) -> pl.Series:
        """Work the expression out, as the plan has compiled it. (rows,)"""
        return context.evaluate()


class State(Expr):
    """A SQL expression over what shows at `until`: evaluated after planned moments that have not come are hidden.

    `until` itself may be named, a timestamp. Derived tables have states too.
    """

    is_state = True
    example = """tables:
  invoices:
    rows: 200
    columns:
      sent_at: {arrival: {}}
      paid_at: {delay: {after: sent_at, median: 9, sigma: 1, max: 90}}
      status: {state: "CASE WHEN paid_at IS NOT NULL THEN 'paid' WHEN sent_at < until THEN 'open' ELSE '' END"}"""

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the columns that the expression names."""
        return tuple(RowValue(path) for path in self._names() if path != "until")

    def column_sql(self, view: SpecView) -> ColumnSql:
        """Give the expression, which may name `until`."""
        return ColumnSql(self.sql, {"until": TIMESTAMP})


class Ordinal(Generator):
    """1-based place of the row among the rows of the same ancestor."""

    shorthand = "per"
    default_type = DType("integer")

    example = """tables:
  orders:
    rows: 50
    columns:
      order_id: {key: sequence}
  lines:
    per: orders
    fanout: {mean: 2, min: 1, max: 5, poisson: true}
    columns:
      order_id: {reference: orders}
      line_number: {ordinal: orders}"""

    per: str = Field(description="the ancestor within one of whose rows is counted")

    @property
    def distinct_within(self) -> str:
        """The ancestor within which rows are numbered."""
        return self.per

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield that the table is no ancestor, where it is none."""
        if self.per not in view.ancestors():
            yield Complaint(f"'{self.per}' is no ancestor of {view.table}")

    def accepts(self, dtype: DType) -> str | None:
        """Take integers, in which rows are numbered."""
        return None if dtype.is_exact and not dtype.digits else "an ordinal needs an integer type"

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the first and the last place."""
        most = view.children(view.table, self.per)
        return None if most is None else Span(1, most)

    def draw(self, context: TableContext) -> pl.Series:
        """Number the rows 1, 2, 3 … within each ancestor. (rows,)"""
        place, ancestors = context.ancestor_positions(self.per)
        sizes = np.bincount(place, minlength=len(ancestors))
        return pl.Series(np.arange(1, len(place) + 1) - np.repeat(np.cumsum(sizes) - sizes, sizes))


class Given(Generator):
    """A column that the table's `values`, `select` or `rollup` gives; never drawn."""

    comes_with_rows = True
