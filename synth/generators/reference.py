"""References: which row of a parent table each row points at.

A reference picks a parent's row number; its key is a function of that. Parents come in time order, so those that exist
at a moment are a prefix of the rows, and a weighted choice among them is a search in cumulated weights up to its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.columns import NULL, moments
from synth.errors import DataError
from synth.generators.base import DrawContext, Generator, Model, Need, Schema, Share, row_value, whole
from synth.generators.sampling import Taken, prefix_values, settle, sizes_before, zipf_mandelbrot

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

    to: str
    alive_at: str | None = None  # a moment seen from this row; only parents that came before and have not ended
    weights: str | None = None  # a parent's column of weights
    popularity: Popularity | None = None
    where: str | None = None  # a parent's column of booleans: only parents where it is true
    distinct_per: str | None = None  # an ancestor table: no parent twice in one of its rows
    unique: bool = False  # each parent at most once: matched within blocks of parents
    take: str | None = None  # of a key of several columns: the one that this column holds; look the others up
    roots: Share = 0.0  # in a table that references itself: the share of rows with no parent

    @model_validator(mode="after")
    def _check(self) -> Reference:
        if self.weights and self.popularity:
            raise ValueError("`weights` and `popularity` exclude each other")
        if self.unique and (self.alive_at or self.weights or self.popularity or self.where or self.distinct_per):
            raise ValueError("`unique` matches parents one to one and goes with no other choice")
        return self

    def is_within(self, schema: Schema) -> bool:
        """Whether the parent is the row that this row is born with, not one to choose."""
        return self.to == schema.parent()

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The moment, and the parent's columns that the choice depends on."""
        if self.to == schema.table or self.is_within(schema):
            return ()
        found: list[Need] = [whole(self.to, name) for name in (self.weights, self.where, self.take) if name]
        if self.alive_at:
            found.append(row_value(self.alive_at))
            found += [whole(self.to, c) for c in (schema.arrival_of(self.to), schema.ends_of(self.to)) if c]
        return tuple(found)

    def nullable(self) -> bool:
        """Roots of a hierarchy have no parent."""
        return self.roots > 0

    def prepare(self, context: DrawContext) -> Mapping[str, npt.NDArray[Any]]:
        """The parents' cumulated weights, (parents,), where they are not all equal."""
        if not (self.weights or self.popularity or self.where):
            return {}
        count = context.count(self.to)
        weights = np.ones(count)
        if self.weights:
            weights = np.nan_to_num(context.whole(self.to, self.weights).astype(np.float64), nan=0.0, posinf=np.inf)
            if (weights < 0).any() or not np.isfinite(weights).all():
                raise DataError(
                    f"{context.table}.{context.column}: {self.to}.{self.weights} has weights below 0, or without end"
                )
        elif self.popularity:
            law, declared = self.popularity.zipf_mandelbrot, max(1, context.declared(self.to))
            chunks = -(-count // declared)  # parents beyond the declared period share the ranks out anew
            ranks = [context.stream_of(f"rank{c}").permutation(declared) + 1 for c in range(chunks)]
            all_ranks = np.concatenate(ranks)[:count] if ranks else np.empty(0, dtype=np.int64)
            weights = zipf_mandelbrot(all_ranks, declared, law.s, law.q)
        if self.where:
            weights = weights * (context.whole(self.to, self.where) == 1)
        return {"cumulated": np.cumsum(weights)}

    def draw(self, context: DrawContext) -> pl.Series:
        """The keys of the chosen parents, (rows,)."""
        if self.is_within(context.schema()):
            home, above = context.siblings(self.to)
            rows = above[home]
        elif self.to == context.table:
            rows = self._earlier(context)
        elif self.unique:
            rows = self._matched(context)
        else:
            rows = self._chosen(context)
        context.refer(rows)
        return context.taken(self.to, self.take, rows) if self.take else context.key(self.to, rows)

    def _earlier(self, context: DrawContext) -> Rows:
        """A hierarchy without cycles: each row's parent is an earlier row, or none."""
        own = np.arange(context.first_row, context.first_row + context.rows)
        rows = (context.stream().random(context.rows) * own).astype(np.int64)
        roots = context.stream("roots").random(context.rows) < self.roots
        return np.where(roots | (own == 0), -1, rows)

    def _matched(self, context: DrawContext) -> Rows:
        """One-to-one: row k takes a parent of the block of parents with k's number."""
        if not context.fixed(self.to):
            raise DataError(f"{context.table}.{context.column}: `unique` needs a parent table without arrival times")
        parents = min(context.count(self.to) - context.first_row, context.block_rows)
        if parents < context.rows:
            raise DataError(
                f"{context.table}.{context.column}: {context.rows} rows need as many "
                f"{self.to} of their own, {max(0, parents)} exist"
            )
        return context.first_row + context.stream().permutation(parents)[: context.rows]

    def _chosen(self, context: DrawContext) -> Rows:
        choice = _Choice(self, context)
        rows = choice.pick(context.stream().random(context.rows), None)
        if not self.distinct_per and choice.ends is None:
            return rows
        group, group_row = context.siblings(self.distinct_per) if self.distinct_per else (None, None)
        good = choice.alive(None, rows)
        taken = None
        if group is not None and group_row is not None:
            taken = Taken(group, len(group_row), choice.count)
            good = taken.first(rows, good)

        def accept(places: Rows, choices: Rows) -> npt.NDArray[np.bool_]:
            good = choice.alive(places, choices)
            if taken is not None:
                free = np.flatnonzero(good)
                good[free] = taken.take(places[free], choices[free])
            return good

        def redraw(number: int, places: Rows) -> Rows:
            return choice.pick(context.hashed(f"again{number}", context.first_row + places), places)

        left = settle(rows, np.flatnonzero(~good), accept, redraw, ROUNDS)
        if len(left):
            self._exactly(context, choice, rows, left, group, group_row)
        return rows

    def _exactly(
        self, context: DrawContext, choice: _Choice, rows: Rows, left: Rows, group: Rows | None, group_row: Rows | None
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
                finish = -np.log1p(-context.hashed("race", cells)) / choice.weights[None, :]
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
                    raise DataError(
                        f"{context.table}.{context.column}: a row of {self.distinct_per or context.table} needs more "
                        f"distinct {self.to} than are there at its time; lower the fan-out's max or raise "
                        f"at_least of {self.to}"
                    )
                rows[mine[now]] = best
                finish[home[now], best] = np.inf


class _Choice:
    """One block's choice of parents: how many are there for each row, their weights, when they end."""

    def __init__(self, reference: Reference, context: DrawContext):
        self.count = context.count(reference.to)
        schema = context.schema()
        weighted = bool(reference.weights or reference.popularity or reference.where)
        self.cumulated: Floats | None = context.prepared("cumulated") if weighted else None
        self.moments: Rows | None = None
        self.ends: Rows | None = None
        sizes: Any = self.count
        if reference.alive_at:
            seen = context.see(reference.alive_at)
            if seen.null_count():
                raise DataError(
                    f"{context.table}.{context.column}: `alive_at: {reference.alive_at}` is NULL in some rows"
                )
            self.moments = moments(seen)
            arrival, end = schema.arrival_of(reference.to), schema.ends_of(reference.to)
            if arrival:
                self.came = context.whole(reference.to, arrival)
                sizes = sizes_before(self.came, self.moments)
            else:
                self.came = np.full(self.count, NULL)
            if end:
                ends = context.whole(reference.to, end)
                self.ends = np.where(ends == NULL, np.iinfo(np.int64).max, ends)  # NULL: never
        self.sizes = sizes
        least = int(np.min(sizes)) if context.rows else 1
        if least == 0 or (context.rows and self.cumulated is not None and not self.cumulated[least - 1] > 0):
            raise DataError(
                f"{context.table}.{context.column}: no row of {reference.to} can be chosen for some rows"
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
