"""Polymorphic references: a key of one of several tables, of which another column says which."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import polars as pl
from pydantic import Field

from synth.dtypes import DType
from synth.errors import DataError
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, PointsBy, RowValue, Span

__all__ = ["Polymorphic"]


class Polymorphic(Generator):
    """A key of the table that another column names: each reference is a column of the row, with all that references can say.

    Databases have no foreign key for it; `verify` looks each key up in its table.
    """

    example = """tables:
  people: {rows: 20, columns: {person_id: {key: sequence}}}
  firms: {rows: 5, columns: {firm_id: {key: sequence}}}
  accounts:
    rows: 100
    columns:
      owner_type: {choice: {person: 3, firm: 1}}
      _person_id: {reference: people}
      _firm_id: {reference: firms}
      owner_id: {polymorphic: {by: owner_type, references: {person: _person_id, firm: _firm_id}}}"""

    by: str = Field(description="the column whose value says which table the key is of")
    references: Annotated[dict[Any, str], Field(min_length=1)] = Field(
        description="value: the column of this table that refers to a row of that table"
    )

    @property
    def points_by(self) -> PointsBy:
        """The column that says which table is meant, and the references by its values."""
        return PointsBy(self.by, self.references)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column that says which, and the references."""
        return (RowValue(self.by), *map(RowValue, self.references.values()))

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of the first reference."""
        return view.type_at(next(iter(self.references.values())))

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether one of the references may be NULL."""
        return any(map(view.gives_null, self.references.values()))

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what is no reference, and a column that nobody sees."""
        for value, column in self.references.items():
            if view.target_of(column) is None or column in view.ancestors():
                what = f"'{column}' refers to no row"
                yield Complaint(what, "name a column of this table with `reference`", ("references", str(value)))
        if self.by.startswith("_"):
            what = f"'{self.by}' is not written, so nobody can tell which table the key is of"
            yield Complaint(what, "give it a name without the underscore", ("by",))

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield keys of different types, and values for which there is no reference."""
        for value, column in self.references.items():
            found = view.type_at(column)
            if not dtype.holds_drawn(found):
                what = f"'{column}' is {found}, and is not {dtype} as it is"
                yield Complaint(what, "let the keys have one type, for instance uuid", ("references", str(value)))
        if view.may_be_null(self.by) or view.gives_null(self.by):
            yield Complaint(f"'{self.by}' may be NULL, and then no table is meant", at=("by",))
        for lacking in sorted(map(repr, (view.values_at(self.by) or frozenset()) - set(self.references))):
            yield Complaint(f"no reference is declared for {self.by} = {lacking}", at=("references",))

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of all references."""
        spans = [view.at(column) for column in self.references.values()]
        known = [span for span in spans if span is not None]
        if len(known) < len(spans):
            return None
        return Span(min(span.low for span in known), max(span.high for span in known))

    def longest(self, view: SpanView) -> int | None:
        """Count the most characters of a key."""
        lengths = [view.longest_at(column) for column in self.references.values()]
        known = [length for length in lengths if length is not None]
        return max(known) if len(known) == len(lengths) else None

    def draw(self, context: RowContext) -> pl.Series:
        """Take each row's key from the reference that its value names. (rows,)"""
        named = context.value(self.by)
        columns = {value: context.value(column) for value, column in self.references.items()}
        frame = pl.DataFrame(
            [named.alias("by"), *(column.alias(str(at)) for at, column in enumerate(columns.values()))]
        )
        found, known = pl.lit(None, dtype=context.dtype.drawn), pl.lit(value=False)
        for at, value in enumerate(columns):
            here = pl.col("by") == pl.lit(value, dtype=named.dtype)
            found, known = pl.when(here).then(pl.col(str(at))).otherwise(found), known | here
        strange = frame.filter(~known)["by"]
        if len(strange):
            raise DataError(f"no reference is declared for {self.by} = {strange[0]!r}")
        return frame.select(found.alias("found").cast(context.dtype.drawn))["found"]
