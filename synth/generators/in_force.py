"""The row of a small table that is in force: the rate of that country at that time, the best of the open offers."""

from __future__ import annotations

import numpy as np
import polars as pl
from pydantic import Field
from typing_extensions import Annotated

from synth.dtypes import DType
from synth.errors import DataError
from synth.generators.base import Ask, Generator, Need, Schema, of_row, whole
from synth.sql.parse import columns, expression

__all__ = ["InForce"]


class InForce(Generator):
    """Among rows of `of` that match and have begun (and not ended): the latest begun, or the one with the largest value.

    The column holds `take` of that row, and like a reference it can be looked through: `promotion_id.discount_value`.
    Of equals, the first row of the table. Dates are whole days, both included.
    """

    random = False

    of: str
    match: Annotated[dict[str, str], Field(min_length=1)]  # their column: a column seen from this row
    at: str  # a moment seen from this row
    begins: str  # their column
    take: str  # their column
    ends: str | None = None  # their column, included
    largest: str | None = None  # SQL over this row's columns and theirs, written `this_column.theirs`
    optional: bool = False  # whether there may be none: NULL

    def nullable(self) -> bool:
        """Where there may be none."""
        return self.optional

    def theirs(self, column: str) -> tuple[str, ...]:
        """Their columns that are read; `column` is this column's name."""
        ranked = [p.split(".", 1)[1] for p in self._ranked() if p.startswith(f"{column}.")]
        named = [*self.match, self.begins, self.take, *([self.ends] if self.ends else []), *ranked]
        return tuple(dict.fromkeys(named))

    def _ranked(self) -> tuple[str, ...]:
        return columns(expression(self.largest)) if self.largest else ()

    def own(self, column: str) -> tuple[str, ...]:
        """This row's paths that are read."""
        ranked = [path for path in self._ranked() if not path.startswith(f"{column}.")]
        return tuple(dict.fromkeys([*self.match.values(), self.at, *ranked]))

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """What is matched, and their columns as a whole."""
        column = schema.column
        return (*(of_row(path) for path in self.own(column)), *(whole(self.of, c) for c in self.theirs(column)))

    def dtype(self) -> DType | None:
        """As their column; see the spec's types."""
        return None

    def draw(self, ask: Ask) -> pl.Series:
        """Join on what matches, keep what is open, take the best of each row."""
        theirs = ask.frame(self.of, self.theirs(ask.column)).rename(lambda name: f"{ask.column}.{name}")
        theirs = theirs.with_row_index("#row")
        mine = pl.DataFrame(
            [pl.Series("#place", np.arange(ask.rows, dtype=np.uint32))]
            + [ask.see(path).alias(path) for path in self.own(ask.column)]
        )
        keys = [(f"{ask.column}.{name}", path) for name, path in self.match.items()]
        pairs = mine.lazy().join(
            theirs.lazy(), left_on=[path for _, path in keys], right_on=[name for name, _ in keys], how="inner",
            coalesce=False,
        )
        moment = pl.col(self.at).cast(pl.Datetime("us"))
        pairs = pairs.filter(pl.col(f"{ask.column}.{self.begins}").cast(pl.Datetime("us")) <= moment)
        if self.ends:
            end = pl.col(f"{ask.column}.{self.ends}")
            pairs = pairs.filter(
                end.is_null() | (moment < pl.when(pl.lit(ask.is_date(self.of, self.ends)))
                                 .then(end.cast(pl.Datetime("us")) + pl.duration(days=1))
                                 .otherwise(end.cast(pl.Datetime("us")) + pl.duration(microseconds=1)))
            )
        found = pairs.collect()
        rank = ask.ranked(found) if self.largest else found[f"{ask.column}.{self.begins}"]
        best = (
            found.select("#place", "#row").with_columns(rank.alias("#rank"))
            .sort("#place", "#rank", "#row", descending=[False, True, False], nulls_last=True)
            .unique("#place", keep="first", maintain_order=True)
        )
        rows = np.full(ask.rows, -1, dtype=np.int64)
        rows[best["#place"].to_numpy()] = best["#row"].to_numpy()
        if not self.optional and (rows < 0).any():
            lacking = mine.row(int(np.flatnonzero(rows < 0)[0]), named=True)
            wanted = ", ".join(f"{path} = {lacking[path]}" for path in [*self.match.values(), self.at])
            raise DataError(f"{ask.table}.{ask.column}: no row of {self.of} is in force for {wanted}")
        ask.refer(rows)
        return ask.taken(self.of, self.take, rows)
