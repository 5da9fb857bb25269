"""References: which row of a parent table each row points at.

A reference picks a parent's row number; its key is a function of that. Parents come in time order, so those that exist
at a moment are a prefix of the rows, and a weighted choice among them is a search in cumulated weights up to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import NULL
from synth.dtypes import DType
from synth.errors import DataError, MeaningError, TooFewError
from synth.generators.base import Generator, Model, Share
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import (
    Choosing,
    Complaint,
    Dependency,
    FullColumn,
    HeldKey,
    NamedTable,
    RowCount,
    RowValue,
    Span,
)  # fmt: skip
from synth.generators.parent_choice import ParentChoice, choose_parents
from synth.generators.ranks import ranks_of_any, ranks_of_declared, zipf_mandelbrot
from synth.generators.sampling import BELOW_ONE, check_weights
from synth.streams import Sub

__all__ = ["Popularity", "Reference", "ZipfMandelbrot"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class ZipfMandelbrot(Model):
    """Weight ∝ (rank + q·N)^−s, the rank a fixed shuffle of the N parents."""

    # beyond 20, all but the first ranks weigh nothing as floats
    s: Annotated[float, Field(ge=0, le=20)] = Field(description="the larger, the more unequal; 0 is even")
    q: Annotated[float, Field(ge=0)] = Field(0.0, description="a share of the parents: flattens the head")


class Popularity(Model):
    """How unequal parents are, where no column of theirs says so."""

    zipf_mandelbrot: ZipfMandelbrot = Field(description="weight ∝ (rank + q·N)^−s")


class Reference(Generator):
    """A parent's key: of any row, of those alive at a moment, weighted, distinct within a group, or one-to-one."""

    shorthand = "to"
    renamed: ClassVar[dict[str, str]] = {"take": "key_column"}

    example = """tables:
  products: {rows: 50, columns: {product_id: {key: sequence}, activity: {gamma: {shape: 0.6}}}}
  sales:
    rows: 500
    columns:
      product_id: {reference: {to: products, popularity: {zipf_mandelbrot: {s: 1.5, q: 0.03}}}}
      second_id: {reference: {to: products, weights: activity}}
      third_id: {reference: products}"""

    to: str = Field(description="the table whose rows are chosen")
    alive_at: str | None = Field(
        None, description="path of a moment: only parents that came before and have not ended; the row's own arrival"
    )
    weights: str | None = Field(None, description="a parent's column of weights")
    popularity: Popularity | None = Field(None, description="how unequal parents are, where no column says so")
    where: str | None = Field(None, description="a parent's column of booleans: only parents where it is true")
    distinct_per: str | None = Field(None, description="an ancestor: no parent twice in one of its rows")
    unique: bool = Field(False, description="each parent at most once (one to one)")
    key_column: str | None = Field(
        None, description="of a key of several columns: the one that this column holds; look the others up"
    )
    roots: Share = Field(0.0, description="in a table that references itself: share of rows without a parent")

    @model_validator(mode="after")
    def _check(self) -> Reference:
        if self.weights and self.popularity:
            raise ValueError("`weights` and `popularity` exclude each other")
        if self.unique and (self.alive_at or self.weights or self.popularity or self.where or self.distinct_per):
            raise ValueError("`unique` matches parents one to one and goes with no other choice")
        return self

    @property
    def target(self) -> str:
        """The table whose rows are parents."""
        return self.to

    @property
    def held_key(self) -> HeldKey:
        """The parent's key, or the column of it that is taken."""
        return HeldKey(self.to, self.key_column)

    @property
    def one_to_one(self) -> bool:
        """Whether each parent is chosen once at most."""
        return self.unique

    @property
    def distinct_within(self) -> str | None:
        """The ancestor in one of whose rows no parent is chosen twice."""
        return self.distinct_per

    def named_tables(self) -> tuple[NamedTable, ...]:
        """List the parent table."""
        return (NamedTable("to", self.to),)

    @property
    def weighed_by(self) -> tuple[str, ...]:
        """The parent's columns that its weight is made from."""
        return tuple(name for name in (self.weights, self.where) if name)

    @property
    def is_chosen_by_weight(self) -> bool:
        """Whether parents are chosen by weight alone."""
        return self._weighted and not (self.alive_at or self.distinct_per or self.unique)

    @property
    def _weighted(self) -> bool:
        return bool(self.weighed_by or self.popularity)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the moment, and the parent's columns that the choice depends on."""
        if self.to == view.table:
            return tuple(RowValue(name) for name in self.weighed_by)
        if self.to == view.parent():
            return ()
        columns = [*self.weighed_by, *([self.key_column] if self.key_column else [])]
        columns += [name for name in (view.arrival_of(self.to), view.ends_of(self.to)) if name]
        found = tuple(FullColumn(self.to, name) for name in columns)
        return (*found, RowValue(self.alive_at)) if self.alive_at else found

    def plan_dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the parent's key, or where that follows from the row number its rows alone."""
        if self.to == view.table or (self.to == view.parent() and not view.is_link()):
            return ()
        key = self.key_column or view.key_of(self.to)[0]
        if self.to == view.parent():
            return (RowValue(f"{self.to}.{key}"),)
        if self.key_column or not view.keys_follow_from_rows(self.to):
            return (FullColumn(self.to, key),)
        return (RowCount(self.to),)

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of the key."""
        key = (self.key_column,) if self.key_column else view.key_of(self.to)
        if len(key) != 1:
            raise MeaningError(f"{self.to} has no key of one column to refer to")
        return view.type_of(self.to, key[0])

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what stands against the choice: a table of no such rows, a key of several columns, no moment."""
        related = self.to in (view.table, *view.ancestors())
        no_target = None if related else view.why_no_target(self.to)
        if related and self.to not in (view.table, view.parent()):
            yield Complaint(f"{self.to} is an ancestor", f"write {{lookup: {self.to}.…}}", of_column=True)
        elif no_target:
            yield replace(no_target, at=("to",))
        elif self.alive_at and not related and (no_moment := view.why_no_moment(self.to)):
            yield replace(no_moment, at=("alive_at",))
        key = view.key_of(self.to)
        if self.key_column and (self.key_column not in key or related):
            yield Complaint(
                f"'{self.key_column}' is no column of the key of another family's table",
                f"the key of {self.to} is {', '.join(key) or 'not declared'}", ("key_column",),
            )  # fmt: skip
        elif len(key) != 1 and not self.key_column:
            yield Complaint(
                f"{self.to} has no key of one column",
                "give it a column with `key`, or a `primary_key` of one column; of several columns take one by `key_column`",
                ("to",),
            )  # fmt: skip
        if self.to == view.parent() and view.is_link():
            yield from self._not_for(self._CHOOSING, f"the reference to the row of {self.to} that a row is born with")
        elif self.to == view.parent():
            yield from self._complaints_of_another(view)
        if self.alive_at and not (view.arrival_of(self.to) or view.ends_of(self.to)):
            yield Complaint(f"{self.to} has no arrival column", at=("alive_at",))
        if self.unique and not related and view.ends_of(self.to):
            what = f"rows of {self.to} end at '{view.ends_of(self.to)}', and a one-to-one reference does not ask when"
            yield Complaint(what, f"leave `unique` out, or `alive_until` of {self.to}", ("unique",))
        if self.distinct_per and self.distinct_per not in view.ancestors():
            yield Complaint(f"'{self.distinct_per}' is no ancestor of {view.table}", at=("distinct_per",))
        if self.roots and self.to != view.table:
            yield Complaint("`roots` is for a table that references itself", "use null_share", ("roots",))
        if self.to == view.table:
            yield from self._complaints_of_own(view)

    _CHOOSING = ("alive_at", "weights", "popularity", "where", "distinct_per", "unique")

    def _not_for(self, words: tuple[str, ...], why: str) -> Iterator[Complaint]:
        """Yield those of the words that say something."""
        for word in words:
            if getattr(self, word):
                yield Complaint(f"`{word}` is not for {why}", at=(word,))

    def _complaints_of_another(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what a second reference to the parent's table cannot do: its rows are drawn beside these."""
        words = (*self._CHOOSING, "key_column")
        yield from self._not_for(words, f"a second reference to {self.to}, whose rows are drawn beside these")
        no_target = view.why_no_target_beside(self.to)
        if no_target:
            yield no_target
        if view.ends_of(self.to):
            what = f"rows of {self.to} end at '{view.ends_of(self.to)}', and a second reference does not ask when"
            yield Complaint(what, f"leave `alive_until` of {self.to} out", ("to",))

    def _complaints_of_own(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what a reference to the own table cannot do: it chooses an earlier row, by number."""
        if not view.may_be_null(view.column):
            yield Complaint("the first row has no earlier row to refer to", "write `nullable: true` beside it", ("to",))
        words = ("alive_at", "distinct_per", "unique")
        yield from self._not_for(words, "a reference to the own table, which chooses any earlier row")
        ends = view.ends_of(self.to)
        if ends:
            what = f"rows of {self.to} end at '{ends}', and a reference to the own table does not ask when"
            yield Complaint(what, f"leave `alive_until` of {self.to} out", ("to",))
        if len(view.key_of(self.to)) == 1 and not view.keys_follow_from_rows(self.to):
            what = f"the key of {self.to} does not follow from the row's number, so that of an earlier row is not known"
            yield Complaint(what, "give it a column with `key`; in `values` write the references out", ("to",))
        if view.numbers_have_gaps(self.to):
            what = f"the fan-outs above {self.to} are not all exact, so nobody knows which earlier rows there are"
            yield Complaint(what, "say `exact: true` in them", ("to",))

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield columns of other types than the choice needs: numbers as weights, a boolean condition, a moment."""
        weights = view.type_of(self.to, self.weights) if self.weights else None
        if weights and not (weights.is_exact or weights.name == "double"):
            yield Complaint(f"{self.to}.{self.weights} is {weights}, and weights are numbers", at=("weights",))
        least = view.lowest_of(self.to, self.weights) if self.weights else None
        if self.weights and least is not None and least < 0:
            what = f"{self.to}.{self.weights} may be below 0, and weights are not"
            yield Complaint(what, "give it a `min` of 0", ("weights",))
        where = view.type_of(self.to, self.where) if self.where else None
        if where and where.name != "boolean":
            what = f"{self.to}.{self.where} is {where}, and a condition is a boolean"
            yield Complaint(what, "for instance {expr: size > 0}, in a column of its own", ("where",))
        if self.alive_at and not view.type_at(self.alive_at).is_time:
            yield Complaint(f"'{self.alive_at}' is no moment", at=("alive_at",))
        elif self.alive_at and view.gives_null(self.alive_at):
            yield Complaint(f"'{self.alive_at}' may be NULL, and no parent is there then", at=("alive_at",))

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether a row may have no parent: the first of a table that refers to itself has none."""
        return self.roots > 0 or self.to == view.table

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of the keys."""
        key = self.key_column or next(iter(view.key_of(self.to)), None)
        return view.of(self.to, key) if key else None

    def longest(self, view: SpanView) -> int | None:
        """Count the most characters of the keys."""
        key = self.key_column or next(iter(view.key_of(self.to)), None)
        return view.longest_of(self.to, key) if key else None

    def choosing(self) -> Choosing:
        """Say that parents are chosen among those that are there at `alive_at`."""
        return Choosing(self.to, self.alive_at, must_find=True, distinct_per=self.distinct_per)

    def at_moment(self, moment: str) -> Reference:
        """Give the same choice among parents that are there at a moment, where it does not say when."""
        return self if self.alive_at or self.unique else self.model_copy(update={"alive_at": moment})

    def nullable(self) -> bool:
        """Tell whether there are roots, which have no parent."""
        return self.roots > 0

    def prepare(self, context: TableContext) -> Mapping[str, npt.NDArray[Any]]:
        """Make the parents' cumulated weights, (parents,), where they are not all equal."""
        if not self._weighted:
            return {}
        count = context.row_count(self.to)
        weights = np.ones(count)
        if self.weights:
            column = context.full_column(self.to, self.weights)
            weights = np.nan_to_num(column.astype(np.float64), nan=0.0, posinf=np.inf)
            weights[column == NULL] = 0.0  # NULL of numbers that are exact
            if (weights < 0).any() or not np.isfinite(weights).all():
                raise DataError(f"{self.to}.{self.weights} has weights below 0, or without end")
            with np.errstate(over="ignore"):
                total = float(weights.sum())
            if total:
                check_weights([total], f"weights of {self.to}.{self.weights}")
        elif self.popularity:
            law, declared = self.popularity.zipf_mandelbrot, context.declared_rows(self.to)
            if declared is None:
                weights = zipf_mandelbrot(ranks_of_any(count, context.column_stream), 1, law.s, law.q)
            else:  # parents beyond the declared period share the ranks out anew
                ranks = ranks_of_declared(count, max(1, declared), context.column_stream)
                weights = zipf_mandelbrot(ranks, max(1, declared), law.s, law.q)
        if self.where:
            weights = weights * (context.full_column(self.to, self.where) == 1)
        with np.errstate(over="ignore"):
            cumulated = np.cumsum(weights)
        if len(cumulated) and not np.isfinite(cumulated[-1]):
            raise DataError(f"the weights of {self.to} are too large to be added")
        return {"cumulated": cumulated}

    def draw(self, context: TableContext) -> pl.Series:
        """Give the keys of the chosen parents, (rows,)."""
        if self.to == context.parent() and not context.is_link():
            others = context.row_count(self.to) - 1
            if context.rows and others < 1:
                raise TooFewError(f"there is no other row of {self.to} to refer to")
            return self.draw_at(context, (context.stream().random(context.rows) * others).astype(np.int64))
        if self.to == context.parent():
            parents = context.ancestor_positions(self.to)
            rows = parents.rows[parents.positions]
        elif self.to == context.table:
            rows = self._earlier(context)
        elif self.unique:
            rows = self._matched(context)
        else:
            choice = ParentChoice(context, self.to, self.alive_at, weighted=self._weighted)
            rows = choose_parents(context, choice, self.distinct_per)
        return self._keys(context, rows)

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the parents, where they are always the same and all are equal."""
        return None if self.alive_at or self._weighted or self.distinct_per or self.unique else row_count(self.to)

    def draw_at(self, context: TableContext, places: Rows) -> pl.Series:
        """Give the keys of the parents at these places, the row's own left out. (rows,) -> (rows,)"""
        if self.to == context.parent() and not self._weighted:
            parents = context.ancestor_positions(self.to)
            places = places + (places >= parents.rows[parents.positions])
        return self._keys(context, places)

    def _keys(self, context: TableContext, rows: Rows) -> pl.Series:
        """Give the keys of the parents with these row numbers. (rows,) -> (rows,)"""
        context.set_parent_rows(rows)
        return context.gather(self.to, self.key_column, rows) if self.key_column else context.keys(self.to, rows)

    def _earlier(self, context: TableContext) -> Rows:
        """Choose an earlier row for each row, or none: a hierarchy without cycles. (rows,)"""
        own = np.arange(context.first_row, context.first_row + context.rows)
        uniform, roots = context.stream().random(context.rows), context.stream(Sub.ROOTS).random(context.rows)
        if self._weighted:
            cumulated = context.prepared("cumulated")
            there = np.where(own > 0, cumulated[own - 1], 0.0)
            rows = context.search("cumulated")(uniform * (there * BELOW_ONE))
        else:
            there, rows = own, (uniform * own).astype(np.int64)
        return np.where((roots < self.roots) | (there == 0), -1, rows)

    def _matched(self, context: TableContext) -> Rows:
        """Match one to one: row k takes a parent of those that have the numbers of k's block. (rows,)"""
        width = context.block_rows if context.parent() is None else context.whole_rows
        parents = min(context.row_count(self.to) - context.first_row, width)
        if parents < context.rows:
            raise TooFewError(f"{context.rows} rows need as many {self.to} of their own, {max(0, parents)} exist")
        return context.first_row + context.stream().permutation(parents)[: context.rows]
