"""References: which row of a parent table each row points at.

A reference picks a parent's row number; its key is a function of that. Parents come in time order, so those that exist
at a moment are a prefix of the rows, and a weighted choice among them is a search in cumulated weights up to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL
from synth.dtypes import DType
from synth.errors import DataError, MeaningError, TooFewError, many
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import (
    ChildCounts,
    Choosing,
    Dependency,
    FullColumn,
    HeldKey,
    NamedTable,
    RowCount,
    RowValue,
    Span,
)  # fmt: skip
from synth.generators.matching import Grouping, starts_of
from synth.generators.parent_choice import ParentChoice, choose_parents
from synth.generators.pieces import InPieces, cumulated, pieces_of
from synth.generators.ranks import ranks_of_any, ranks_of_declared, zipf_mandelbrot
from synth.generators.reference_words import Popularity, ReferenceWords, ZipfMandelbrot
from synth.generators.sampling import check_weights
from synth.streams import JoinedStreams, Sub

__all__ = ["Popularity", "Reference", "ZipfMandelbrot"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Reference(ReferenceWords):
    """A parent's key: of any row, of those alive at a moment, weighted, distinct within a group, or one-to-one."""

    example = """tables:
  products: {rows: 50, columns: {product_id: {key: sequence}, activity: {gamma: {shape: 0.6}}}}
  sales:
    rows: 500
    columns:
      product_id: {reference: {to: products, popularity: {zipf_mandelbrot: {s: 1.5, q: 0.03}}}}
      second_id: {reference: {to: products, weights: activity, other_than: product_id}}
      third_id: {reference: products}"""
    nanoseconds = 75

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
    def can_be_even(self) -> bool:
        """Whether its shares can be dealt out: how often each parent is chosen."""
        return not (self.unique or self.roots)

    @property
    def needs_block_alone(self) -> bool:
        """Whether parents are matched one to one, which is a shuffle of those of a block."""
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
        return self._weighted and not (self.alive_at or self.distinct_per or self.unique or self._is_particular)

    @property
    def _is_particular(self) -> bool:
        """Whether which parents can be chosen depends on the row."""
        return bool(self.within or self.match or self.other_than or self.optional)

    @property
    def _weighted(self) -> bool:
        return bool(self.weighed_by or self.popularity)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the moment, and the parent's columns that the choice depends on."""
        if self.to in (view.table, view.parent()) and not self.says_which:
            return ()
        columns = [*self.weighed_by, *([self.key_column] if self.key_column else [])]
        columns += [name for name in (view.arrival_of(self.to), view.ends_of(self.to), view.shows_at(self.to)) if name]
        known = [name for name in (self.within, self.other_than) if name not in view.ancestors()]
        paths = [self.alive_at, *known, *self.match.values()]
        found = (FullColumn(self.to, name) for name in (*columns, *self.match))
        return (*found, *(RowValue(path) for path in paths if path))

    def plan_dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the parent's key, or where that follows from the row number its rows alone."""
        key = self.key_column or view.key_of(self.to)[0]
        if self.to == view.parent() and view.is_link():
            return (RowValue(f"{self.to}.{key}"),)
        if self.to in (view.table, view.parent()) and not self.says_which:
            return ()
        above = view.ancestors_of(self.to)
        if above:  # how many of them each row above has tells which rows there are, and which are there at a moment
            arrival = view.arrival_of(above[-1])
            came = (FullColumn(above[-1], arrival),) if arrival else ()
            counted = dict.fromkeys((self.to, *above[:-1], *self._known_children(view)))
            return (FullColumn(self.to, key), *came, *map(ChildCounts, counted))
        if self.key_column or not view.keys_follow_from_rows(self.to):
            return (FullColumn(self.to, key),)
        return (RowCount(self.to),)

    def _known_children(self, view: SpecView) -> Iterator[str]:
        """Name the child tables of whose rows one is known: they are counted from the first on."""
        for name in (self.within, self.other_than):
            target = view.target_of(name) if name else None
            if target in view.ancestors() and view.ancestors_of(str(target)):
                yield from (str(target), *view.ancestors_of(str(target))[:-1])

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of the key."""
        key = (self.key_column,) if self.key_column else view.key_of(self.to)
        if len(key) != 1:
            raise MeaningError(f"{self.to} has no key of one column to refer to")
        return view.type_of(self.to, key[0])

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether a row may have no parent: the first of a table that refers to itself has none."""
        return self.roots > 0 or self.optional or self.to == view.table

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
        return Choosing(
            self.to, self.alive_at, must_find=not self.optional, distinct_per=self.distinct_per, within=self.within,
            says_which=self.says_which, others=int(bool(self.other_than)),
        )  # fmt: skip

    def at_moment(self, moment: str) -> Reference:
        """Give the same choice among parents that are there at a moment, where it does not say when."""
        return self if self.alive_at or self.unique else self.model_copy(update={"alive_at": moment})

    def nullable(self) -> bool:
        """Tell whether there are roots, which have no parent, or none may be found."""
        return self.roots > 0 or self.optional

    def prepare(self, context: TableContext) -> Mapping[str, npt.NDArray[Any] | InPieces]:
        """Make the parents' cumulated weights, (parents,), where they are not all equal."""
        arrays: dict[str, npt.NDArray[Any] | InPieces] = {}
        groups = self._grouping(context).prepare(context)
        arrays.update(groups)
        above = context.ancestors_of(self.to) if self._is_by_order(context) and self.to != context.table else ()
        if above and context.arrival_of(above[-1]) and not context.shows_at(self.to):
            arrays["arrived"] = starts_of(context, self.to, above[-1])
        if self._weighted:
            order = groups.get("order")
            length = context.row_count(self.to) if order is None else len(order)
            arrays["cumulated"] = cumulated(self._weights(context, order, length), length)
        return arrays

    def _weights(self, context: TableContext, order: Rows | None, length: int) -> Iterator[Floats]:
        """Give the parents' weights in their order, in pieces: (rows of each,). Raises DataError and ValueError."""
        of_ranks, total = self._weights_of_ranks(context), 0.0
        for piece in pieces_of(length):
            rows = piece if order is None else order[piece]
            weights = np.ones(piece.stop - piece.start) if of_ranks is None else of_ranks[rows]
            if self.weights:
                column = context.numbers_at(self.to, self.weights, rows)
                weights = np.nan_to_num(column.astype(np.float64), nan=0.0, posinf=np.inf)
                weights[column == NULL] = 0.0  # NULL of numbers that are exact
                if (weights < 0).any() or not np.isfinite(weights).all():
                    raise DataError(f"{self.to}.{self.weights} has weights below 0, or without end")
                with np.errstate(over="ignore"):
                    total += float(weights.sum())
            if self.where:
                weights = weights * (context.numbers_at(self.to, self.where, rows) == 1)
            yield weights
        if total:
            check_weights([total], f"weights of {self.to}.{self.weights}")

    def _weights_of_ranks(self, context: TableContext) -> Floats | None:
        """Give the weights of the parents' ranks; None where it goes by something else. (parents,)"""
        if self.weights or not self.popularity:
            return None
        count, declared = context.row_count(self.to), context.declared_rows(self.to)
        law = self.popularity.zipf_mandelbrot
        if declared is None:
            return zipf_mandelbrot(ranks_of_any(count, context.column_stream), 1, law.s, law.q)
        # parents beyond the declared period share the ranks out anew
        ranks = ranks_of_declared(count, max(1, declared), context.column_stream)
        return zipf_mandelbrot(ranks, max(1, declared), law.s, law.q)

    def _grouping(self, context: TableContext) -> Grouping:
        """Say which parents belong together."""
        ancestor = context.target_of(self.within) if self.within else None
        kin = self.to == context.table or (self.to == context.parent() and (context.is_link() or not self.says_which))
        comes_at = None if kin else context.shows_at(self.to)
        return Grouping(self.to, self.within, ancestor, self.match, comes_at)

    def draw(self, context: TableContext) -> pl.Series:
        """Give the keys of the chosen parents, (rows,)."""
        if self.to == context.parent() and not (context.is_link() or self.says_which):
            others = context.always_there(self.to) - 1
            if context.rows and others < 1:
                raise TooFewError(f"there is no other row of {self.to} to refer to")
            return self.draw_at(context, (context.stream().random(context.rows) * others).astype(np.int64))
        if self.to == context.parent() and context.is_link():
            parents = context.ancestor_positions(self.to)
            rows = parents.rows[parents.positions]
        elif self.unique:
            rows = self._matched(context)
        else:
            rows = self._chosen(context)
        return self._keys(context, rows)

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the parents, where they are always the same and all are equal."""
        chosen = self.alive_at or self._weighted or self.distinct_per or self.unique or self._is_particular
        return None if chosen else row_count(self.to)

    def draw_at(self, context: TableContext, places: Rows) -> pl.Series:
        """Give the keys of the parents at these places, the row's own left out. (rows,) -> (rows,)"""
        if self.to == context.parent() and not self._weighted:
            parents = context.ancestor_positions(self.to)
            places = places + (places >= parents.rows[parents.positions])
        return self._keys(context, places)

    def _keys(self, context: TableContext, rows: Rows) -> pl.Series:
        """Give the keys of the parents with these row numbers. (rows,) -> (rows,)"""
        context.set_parent_rows(rows)
        key = self.key_column or (context.key_of(self.to)[0] if self._is_by_order(context) else None)
        return context.gather(self.to, key, rows) if key else context.keys(self.to, rows)

    def _is_by_order(self, context: TableContext) -> bool:
        """Whether rows are known by their place among all: children that are chosen, as their numbers have gaps."""
        born = self.to == context.parent() and context.is_link()
        plain = self.to == context.table and not self.says_which
        return bool(context.ancestors_of(self.to) or context.shows_at(self.to)) and not (born or plain)

    def _chosen(self, context: TableContext) -> Rows:
        """Choose among those that can be chosen; in the own table among earlier rows, so without cycles. (rows,)"""
        own = self.to == context.table
        first = context.first_in_order(self.to) if own and self.says_which else None
        choice = ParentChoice(
            context, self.to, self.alive_at, weighted=self._weighted, grouping=self._grouping(context),
            another=self.other_than, optional=self.optional or own,
            earlier=None if not own else context.row_numbers if first is None else first + np.arange(context.rows),
        )  # fmt: skip
        rows = choose_parents(context, choice, self.distinct_per)
        return np.where(context.stream(Sub.ROOTS).random(context.rows) < self.roots, -1, rows) if own else rows

    def _matched(self, context: TableContext) -> Rows:
        """Match one to one: row k takes a parent of those that have the numbers of k's block. (rows,)"""
        width = context.block_rows if context.parent() is None else context.whole_rows
        parents = min(context.row_count(self.to) - context.first_row, width)
        if parents < context.rows:
            raise TooFewError(
                f"{many(context.rows, 'row', 'needs', 'need')} as many {self.to} of their own, {max(0, parents)} exist"
            )
        stream = context.stream()
        assert not isinstance(stream, JoinedStreams)  # as `needs_block_alone` says
        return context.first_row + stream.permutation(parents)[: context.rows]
