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

from synth.columns import NULL, moments
from synth.dtypes import DType
from synth.errors import DataError, MeaningError, TooFewError
from synth.generators.base import Generator, Model, Share
from synth.generators.context import SpecView, TableContext
from synth.generators.declarations import (
    Choosing,
    Complaint,
    Dependency,
    FullColumn,
    HeldKey,
    NamedTable,
    RowCount,
    RowValue,
)  # fmt: skip
from synth.generators.sampling import TakenPairs, prefix_values, redraw_until_accepted, sizes_before, zipf_mandelbrot
from synth.streams import Sub

__all__ = ["Popularity", "Reference", "ZipfMandelbrot"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDS = 12  # of redraws, before the few rows left are drawn exactly
EXACT_CELLS = 2**22  # (row, parent) cells weighed at once by the exact draw


class ZipfMandelbrot(Model):
    """Weight ∝ (rank + q·N)^−s, the rank a fixed shuffle of the N parents."""

    s: Annotated[float, Field(ge=0)]
    q: Annotated[float, Field(ge=0)] = 0.0


class Popularity(Model):
    """How unequal parents are, where no column of theirs says so."""

    zipf_mandelbrot: ZipfMandelbrot


class Reference(Generator):
    """A parent's key: of any row, of those alive at a moment, weighted, distinct within a group, or one-to-one."""

    shorthand = "to"
    renamed: ClassVar[dict[str, str]] = {"take": "key_column"}

    to: str
    alive_at: str | None = None  # a moment seen from this row; only parents that came before and have not ended
    weights: str | None = None  # a parent's column of weights
    popularity: Popularity | None = None
    where: str | None = None  # a parent's column of booleans: only parents where it is true
    distinct_per: str | None = None  # an ancestor table: no parent twice in one of its rows
    unique: bool = False  # each parent at most once: matched within blocks of parents
    key_column: str | None = None  # of a key of several columns: the one that this column holds; look the others up
    roots: Share = 0.0  # in a table that references itself: the share of rows with no parent

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

    def chooses(self, view: SpecView) -> bool:
        """Tell whether the parent is chosen: neither of the own table nor the row that this row is born with."""
        return self.to not in (view.table, view.parent())

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the moment, and the parent's columns that the choice depends on."""
        if not self.chooses(view):
            return ()
        columns = [name for name in (self.weights, self.where, self.key_column) if name]
        if not self.alive_at:
            return tuple(FullColumn(self.to, name) for name in columns)
        columns += [name for name in (view.arrival_of(self.to), view.ends_of(self.to)) if name]
        return (*(FullColumn(self.to, name) for name in columns), RowValue(self.alive_at))

    def plan_dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the parent's key, or where that follows from the row number its rows alone."""
        if self.to == view.table:
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
        if self.alive_at and not (view.arrival_of(self.to) or view.ends_of(self.to)):
            yield Complaint(f"{self.to} has no arrival column", at=("alive_at",))
        if self.distinct_per and self.distinct_per not in view.ancestors():
            yield Complaint(f"'{self.distinct_per}' is no ancestor of {view.table}", at=("distinct_per",))
        if self.roots and self.to != view.table:
            yield Complaint("`roots` is for a table that references itself", "use null_share", ("roots",))
        if self.to == view.table and not view.may_be_null(view.column):
            yield Complaint("the first row has no earlier row to refer to", "write `nullable: true` beside it", ("to",))
        if self.unique and not related and view.arrival_of(self.to):
            yield Complaint("`unique` needs a parent table without arrival times", at=("unique",))

    def choosing(self) -> Choosing:
        """Say that parents are chosen among those that are there at `alive_at`."""
        return Choosing(self.to, self.alive_at, must_find=True, distinct_per=self.distinct_per)

    def nullable(self) -> bool:
        """Tell whether there are roots, which have no parent."""
        return self.roots > 0

    def prepare(self, context: TableContext) -> Mapping[str, npt.NDArray[Any]]:
        """Make the parents' cumulated weights, (parents,), where they are not all equal."""
        if not (self.weights or self.popularity or self.where):
            return {}
        count = context.row_count(self.to)
        weights = np.ones(count)
        if self.weights:
            weights = np.nan_to_num(
                context.full_column(self.to, self.weights).astype(np.float64), nan=0.0, posinf=np.inf
            )
            if (weights < 0).any() or not np.isfinite(weights).all():
                raise DataError(f"{self.to}.{self.weights} has weights below 0, or without end")
        elif self.popularity:
            law, declared = self.popularity.zipf_mandelbrot, max(1, context.declared_rows(self.to))
            chunks = -(-count // declared)  # parents beyond the declared period share the ranks out anew
            ranks = [context.column_stream(Sub.RANKS.format(c)).permutation(declared) + 1 for c in range(chunks)]
            all_ranks = np.concatenate(ranks)[:count] if ranks else np.empty(0, dtype=np.int64)
            weights = zipf_mandelbrot(all_ranks, declared, law.s, law.q)
        if self.where:
            weights = weights * (context.full_column(self.to, self.where) == 1)
        return {"cumulated": np.cumsum(weights)}

    def draw(self, context: TableContext) -> pl.Series:
        """Give the keys of the chosen parents, (rows,)."""
        if self.to == context.parent():
            parents = context.ancestor_positions(self.to)
            rows = parents.rows[parents.positions]
        elif self.to == context.table:
            rows = self._earlier(context)
        elif self.unique:
            rows = self._matched(context)
        else:
            rows = self._chosen(context)
        return self.draw_at(context, rows)

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the parents, where they are always the same and all are equal."""
        chosen_by = self.alive_at or self.weights or self.popularity or self.where or self.distinct_per or self.unique
        return None if chosen_by else row_count(self.to)

    def draw_at(self, context: TableContext, places: Rows) -> pl.Series:
        """Give the keys of the parents with these row numbers. (rows,) -> (rows,)"""
        context.set_parent_rows(places)
        return context.gather(self.to, self.key_column, places) if self.key_column else context.keys(self.to, places)

    def _earlier(self, context: TableContext) -> Rows:
        """Choose an earlier row for each row, or none: a hierarchy without cycles. (rows,)"""
        own = np.arange(context.first_row, context.first_row + context.rows)
        rows = (context.stream().random(context.rows) * own).astype(np.int64)
        roots = context.stream(Sub.ROOTS).random(context.rows) < self.roots
        return np.where(roots | (own == 0), -1, rows)

    def _matched(self, context: TableContext) -> Rows:
        """Match one to one: row k takes a parent of the block of parents with k's number. (rows,)"""
        if not context.has_constant_rows(self.to):
            raise DataError("`unique` needs a parent table without arrival times")
        parents = min(context.row_count(self.to) - context.first_row, context.block_rows)
        if parents < context.rows:
            raise TooFewError(
                f"{context.rows} rows need as many {self.to} of their own, {max(0, parents)} exist"
            )
        return context.first_row + context.stream().permutation(parents)[: context.rows]

    def _chosen(self, context: TableContext) -> Rows:
        """Choose a parent for each row by weight, among those that are there. (rows,)"""
        choice = _ParentChoice(self, context)
        rows = choice.pick(context.stream().random(context.rows), None)
        if not self.distinct_per and choice.ends is None:
            return rows
        group, group_row = context.ancestor_positions(self.distinct_per) if self.distinct_per else (None, None)
        good = choice.alive(None, rows)
        taken = None
        if group is not None and group_row is not None:
            taken = TakenPairs(group, len(group_row), choice.count)
            good = taken.first(rows, good)

        def accept(places: Rows, choices: Rows) -> npt.NDArray[np.bool_]:
            good = choice.alive(places, choices)
            if taken is not None:
                free = np.flatnonzero(good)
                good[free] = taken.take(places[free], choices[free])
            return good

        def redraw(number: int, places: Rows) -> Rows:
            return choice.pick(context.uniform_at(Sub.REDRAW.format(number), context.first_row + places), places)

        left = redraw_until_accepted(rows, np.flatnonzero(~good), accept, redraw, ROUNDS)
        if len(left):
            self._exactly(context, choice, rows, left, group, group_row)
        return rows

    def _exactly(
        self,
        context: TableContext,
        choice: _ParentChoice,
        rows: Rows,
        left: Rows,
        group: Rows | None,
        group_row: Rows | None,
    ) -> None:
        """Draw the last few rows exactly: each group's parents race, exponential times over weights, first ones win.

        That is a successive draw without replacement (Efraimidis and Spirakis 2006, doi 10.1016/j.ipl.2005.11.003).
        """
        groups = group[left] if group is not None else left
        seeds = group_row if group_row is not None else context.first_row + np.arange(context.rows)
        open_rows = np.zeros(context.rows, dtype=np.bool_)
        open_rows[left] = True
        racing = np.unique(groups)
        step = max(1, EXACT_CELLS // choice.count)
        for start in range(0, len(racing), step):
            some = racing[start : start + step]
            mine = left[np.isin(groups, some)]
            home = np.searchsorted(some, group[mine] if group is not None else mine)
            lane = np.arange(choice.count)
            cells = (seeds[some][:, None] << np.int64(24)) ^ lane[None, :]
            with np.errstate(divide="ignore"):
                finish = -np.log1p(-context.uniform_at(Sub.RACE, cells)) / choice.weights[None, :]
            if group is not None:
                settled = np.flatnonzero(np.isin(group, some) & ~open_rows)
                finish[np.searchsorted(some, group[settled]), rows[settled]] = np.inf
            starts = np.flatnonzero(np.diff(home, prepend=-1))
            place = np.arange(len(home)) - np.repeat(starts, np.diff(np.append(starts, len(home))))
            for turn in range(int(place.max()) + 1):  # each group's next open row takes the best parent of its moment
                now = place == turn
                lanes = np.where(choice.present(mine[now], lane), finish[home[now]], np.inf)
                best = np.argmin(lanes, axis=1)
                if np.isinf(lanes[np.arange(len(best)), best]).any():
                    raise TooFewError(
                        f"a row of {self.distinct_per or context.table} needs more distinct {self.to} than are there at "
                        f"its time; lower the fan-out's max or raise at_least of {self.to}"
                    )
                rows[mine[now]] = best
                finish[home[now], best] = np.inf


class _ParentChoice:
    """One block's choice of parents: how many are there for each row, their weights, when they end."""

    def __init__(self, reference: Reference, context: TableContext):
        self.count = context.row_count(reference.to)
        weighted = bool(reference.weights or reference.popularity or reference.where)
        self.cumulated: Floats | None = context.prepared("cumulated") if weighted else None
        self.moments: Rows | None = None
        self.ends: Rows | None = None
        sizes: Any = self.count
        if reference.alive_at:
            seen = context.value(reference.alive_at)
            if seen.null_count():
                raise DataError(f"`alive_at: {reference.alive_at}` is NULL in some rows")
            self.moments = moments(seen)
            arrival, end = context.arrival_of(reference.to), context.ends_of(reference.to)
            if arrival:
                self.came = context.full_column(reference.to, arrival)
                sizes = sizes_before(self.came, self.moments)
            else:
                self.came = np.full(self.count, NULL)
            if end:
                ends = context.full_column(reference.to, end)
                self.ends = np.where(ends == NULL, np.iinfo(np.int64).max, ends)  # NULL: never
        self.sizes = sizes
        least = int(np.min(sizes)) if context.rows else 1
        if least == 0 or (context.rows and self.cumulated is not None and not self.cumulated[least - 1] > 0):
            raise TooFewError(
                f"no row of {reference.to} can be chosen for some rows"
                + (f" (none is there at {reference.alive_at})" if reference.alive_at else "")
            )
        self.search = context.search("cumulated") if self.cumulated is not None and self.count else None

    @property
    def weights(self) -> Floats:
        """The parents' weights, (parents,)."""
        return np.ones(self.count) if self.cumulated is None else np.diff(self.cumulated, prepend=0.0)

    def pick(self, uniform: Floats, places: Rows | None) -> Rows:
        """Candidates for the rows at these places (None: all rows), by weight among those that came. (n,) -> (n,)"""
        sizes = self.sizes if places is None or np.isscalar(self.sizes) else self.sizes[places]
        if self.cumulated is None or self.search is None:
            return (uniform * sizes).astype(np.int64)  # type: ignore[no-any-return]
        return self.search(prefix_values(uniform, self.cumulated, sizes))

    def alive(self, places: Rows | None, choices: Rows) -> npt.NDArray[np.bool_]:
        """Whether each choice has not ended at the moment of its row, at `places` (None: all rows). (n,)"""
        if self.ends is None or self.moments is None:
            return np.ones(len(choices), dtype=np.bool_)
        alive: npt.NDArray[np.bool_] = self.ends[choices] > (self.moments if places is None else self.moments[places])
        return alive

    def present(self, places: Rows, lane: Rows) -> npt.NDArray[np.bool_]:
        """Which of the parents `lane` are there for which rows. (n,), (m,) -> (n, m)"""
        sizes: Any = self.sizes if np.isscalar(self.sizes) else self.sizes[places][:, None]
        there: npt.NDArray[np.bool_] = np.broadcast_to(lane[None, :] < sizes, (len(places), len(lane))).copy()
        if self.ends is not None and self.moments is not None:
            there &= self.ends[None, :] > self.moments[places][:, None]
        return there
