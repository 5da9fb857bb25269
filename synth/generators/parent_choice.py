"""One block's choice of parents: how many are there for each row, their weights, when they end, and who is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from synth.columns import NULL, moments
from synth.errors import DataError, TooFewError
from synth.generators.context import TableContext
from synth.generators.sampling import TakenPairs, prefix_values, redraw_until_accepted, sizes_before
from synth.streams import Sub

__all__ = ["ParentChoice", "choose_parents"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

ROUNDS = 12  # of redraws, before the few rows left are drawn exactly
EXACT_CELLS = 2**22  # (row, parent) cells weighed at once by the exact draw


class ParentChoice:
    """One block's choice of parents: how many are there for each row, their weights, when they end."""

    def __init__(self, context: TableContext, to: str, alive_at: str | None, *, weighted: bool):
        """`to` is the parents' table, `alive_at` the path of the moment at which they are there, if there is one."""
        self.to, self.count = to, context.row_count(to)
        self.cumulated: Floats | None = context.prepared("cumulated") if weighted else None
        self.moments: Rows | None = None
        self.ends: Rows | None = None
        sizes: Any = self.count
        arrival, end = context.arrival_of(to), context.ends_of(to)
        if alive_at:
            seen = context.value(alive_at)
            if seen.null_count():
                raise DataError(f"`alive_at: {alive_at}` is NULL in some rows")
            self.moments = moments(seen)
            if arrival:
                sizes = sizes_before(context.full_column(to, arrival), self.moments)
        elif arrival or end:  # nothing says when: those that are there when the period starts
            self.moments = np.full(context.rows, context.period_start_us)
            if arrival:
                sizes = int(np.searchsorted(context.full_column(to, arrival), context.period_start_us))
        if end:
            ends = context.full_column(to, end)
            self.ends = np.where(ends == NULL, np.iinfo(np.int64).max, ends)  # NULL: never
        self.sizes = sizes
        least = int(np.min(sizes)) if context.rows else 1
        if least == 0 or (context.rows and self.cumulated is not None and not self.cumulated[least - 1] > 0):
            raise TooFewError(
                f"no row of {to} can be chosen for some rows" + (f" (none is there at {alive_at})" if alive_at else "")
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


def choose_parents(context: TableContext, choice: ParentChoice, distinct_per: str | None) -> Rows:
    """Choose a parent for each row by weight, among those that are there; none twice in a row of an ancestor. (rows,)"""
    rows = choice.pick(context.stream().random(context.rows), None)
    if not distinct_per and choice.ends is None:
        return rows
    group, group_row = context.ancestor_positions(distinct_per) if distinct_per else (None, None)
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
        _race(context, choice, rows, left, distinct_per, group, group_row)
    return rows


def _race(
    context: TableContext, choice: ParentChoice, rows: Rows, left: Rows, distinct_per: str | None, group: Rows | None,
    group_row: Rows | None,
) -> None:  # fmt: skip
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
                raise TooFewError(_why_none(context.table, choice.to, distinct_per))
            rows[mine[now]] = best
            finish[home[now], best] = np.inf


def _why_none(table: str, to: str, distinct_per: str | None) -> str:
    """Say that some row finds no parent, and what to do."""
    if distinct_per is None:
        what = f"all rows of {to} that can be chosen have ended when a row of {table} comes"
        return f"{what}; ask for more of them, or let some stay: a NULL in `alive_until` never ends"
    return (
        f"a row of {distinct_per} needs more distinct {to} than are there at its time; "
        f"lower the fan-out's max or raise at_least of {to}"
    )
