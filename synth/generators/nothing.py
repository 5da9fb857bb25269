"""A column that a schema has and nobody fills."""

from __future__ import annotations

import polars as pl

from synth.dtypes import TEXT
from synth.generators.base import Generator
from synth.generators.context import DrawContext, SpanView

__all__ = ["Nothing"]


class Nothing(Generator):
    """NULL in every row, of any type: a column that the schema has, and nobody fills."""

    default_type = TEXT
    never_repeats = True  # to a unique key NULL is never the same as NULL
    example = "fax: {nothing: {}, type: varchar(40)}"

    def nullable(self) -> bool:
        """Tell that NULL comes out: it needs no `nullable`."""
        return True

    def values_known(self) -> frozenset[object]:
        """Tell that no value but NULL can come out."""
        return frozenset()

    def longest(self, view: SpanView) -> int:
        """Tell that there are no characters at all."""
        return 0

    def draw(self, context: DrawContext) -> pl.Series:
        """Give NULL in every row. (rows,)"""
        return pl.Series([None], dtype=context.dtype.drawn).new_from_index(0, context.rows)
