"""Columns made from other columns: lookups, SQL expressions, sums of children, places among siblings."""

from __future__ import annotations

import numpy as np
import polars as pl

from synth.dtypes import BIGINT, DType
from synth.generators.base import DrawContext, Generator, Need, Schema, below, row_value

__all__ = ["Count", "Expr", "Given", "Lookup", "Ordinal", "State", "Sum"]


class _Made(Generator):
    """Draws nothing: its values follow from others."""


class Lookup(_Made):
    """A column of the row that a reference points at, or of an ancestor: `product_id.price`, `orders.ordered_at`."""

    shorthand = "path"

    path: str

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The value itself."""
        return (row_value(self.path),)

    def draw(self, context: DrawContext) -> pl.Series:
        """As it is there."""
        return context.see(self.path)


class Expr(_Made):
    """A SQL expression over columns of the row, exact on decimals."""

    shorthand = "sql"

    sql: str

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The columns it names."""
        from synth.sql.parse import named  # only the plan needs the parser, the workers do not

        return tuple(row_value(path) for path in named(self.sql))

    def draw(self, context: DrawContext) -> pl.Series:
        """As compiled by the plan."""
        return context.evaluate()


class State(Expr):
    """A SQL expression over what shows at `until`: evaluated after planned moments that have not come are hidden.

    `until` itself may be named, a timestamp.
    """

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The columns it names."""
        return tuple(need for need in super().needs(schema) if need.name != "until")


class Sum(_Made):
    """The sum of a child's column over the row's children: `order_items.tax`."""

    shorthand = "of"

    of: str

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The child's column."""
        table, _, column = self.of.partition(".")
        return (below(table, column),)

    def draw(self, context: DrawContext) -> pl.Series:
        """Children lie in their parents' order: differences of one running sum."""
        table, _, column = self.of.partition(".")
        values, counts = context.children(table, column)
        running = np.zeros(len(values) + 1, dtype=np.int64)
        np.cumsum(values.fill_null(0).to_numpy() if values.null_count() else values.to_numpy(), out=running[1:])
        ends = np.cumsum(counts)
        return pl.Series(running[ends] - running[ends - counts])


class Count(_Made):
    """How many children of a table the row has."""

    shorthand = "of"
    default_type = BIGINT

    of: str

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The child's rows."""
        return (below(self.of, ""),)

    def draw(self, context: DrawContext) -> pl.Series:
        """The fan-out that was drawn."""
        return pl.Series(context.children(self.of, "")[1])


class Ordinal(_Made):
    """1-based place of the row among the rows of the same ancestor."""

    shorthand = "per"
    default_type = DType("integer")

    per: str

    def draw(self, context: DrawContext) -> pl.Series:
        """1, 2, 3 … within each ancestor."""
        home, above = context.siblings(self.per)
        sizes = np.bincount(home, minlength=len(above))
        return pl.Series(np.arange(1, len(home) + 1) - np.repeat(np.cumsum(sizes) - sizes, sizes))


class Given(_Made):
    """A column that the table's `values`, `select` or `rollup` gives; never drawn."""
