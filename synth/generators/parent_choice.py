"""One block's choice of parents: which are there for each row, their weights, when they end, and who is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from synth.columns import NULL, moments
from synth.errors import DataError, TooFewError
from synth.generators.context import TableContext
from synth.generators.matching import Grouping
from synth.generators.sampling import BELOW_ONE, TakenPairs, redraw_until_accepted, sizes_before
from synth.streams import Sub

__all__ = ["ParentChoice", "choose_parents"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

ROUNDS = 12  # of redraws, before the few rows left are drawn exactly
EXACT_CELLS = 2**22  # (row, parent) cells weighed at once by the exact draw


class ParentChoice:
    """One block's choice of parents. What is chosen is a place in their order: that of their rows, but for groups."""

    def __init__(
        self, context: TableContext, to: str, alive_at: str | None, *, weighted: bool, grouping: Grouping | None = None,
        another: str | None = None, optional: bool = False, earlier: Rows | None = None,
    ):  # fmt: skip
        """`to` is the parents' table, `alive_at` the path of the moment at which they are there, if there is one.

        `another` is a column of the row that points at a parent which is not to be chosen; `earlier` is how many of the
        first rows come before each row, in its own table. Raises TooFewError where some row has none to choose, unless that
        is `optional`.
        """
        self.to, self.optional, self.alive_at, self.of_rows = to, optional, alive_at, context.rows
        self.cumulated: Floats | None = context.prepared("cumulated") if weighted else None
        self.moments: Rows | None = None
        self.ends: Rows | None = None
        self.order = grouping.order(context) if grouping else None
        self.count = len(self.order) if self.order is not None else self._count(context, earlier)
        self.comes = bool(grouping and grouping.comes_at)
        born = bool(grouping and grouping.within)  # they are there as the row is that they are born with
        sizes = self._there(context, born=born) if earlier is None else earlier
        self.excluded = context.rows_pointed_at(another) if another else None
        self.low: Any = 0
        self.high: Any = sizes
        if grouping:
            self.low, self.high = grouping.stretches(context, sizes)
        self.nothing = self._nothing(context)
        some = self.cumulated is not None and self.count and self.cumulated[-1] > 0
        self.search = context.search("cumulated") if some else None

    def _count(self, context: TableContext, earlier: Rows | None) -> int:
        """How many parents there are at the most."""
        if earlier is None:
            return context.row_count(self.to)
        return int(earlier[-1]) + 1 if len(earlier) else 0

    def _there(self, context: TableContext, *, born: bool) -> Any:
        """How many of the table's first rows are there for each row; when they end. (rows,) or one number"""
        sizes: Any = context.row_count(self.to)
        above = context.ancestors_of(self.to)
        arrival, end = None if born else context.arrival_of((self.to, *above)[-1]), context.ends_of(self.to)
        arrival = None if self.comes else arrival
        if self.alive_at:
            seen = context.value(self.alive_at)
            if seen.null_count():
                raise DataError(f"`alive_at: {self.alive_at}` is NULL in some rows")
            self.moments = moments(seen)
        elif arrival or end or self.comes:  # nothing says when: those that are there when the period starts
            self.moments = np.full(context.rows, context.period_start_us)
        if arrival and self.moments is not None:
            came = context.full_column((self.to, *above)[-1], arrival)
            sizes = sizes_before(came, self.moments)
            if not self.alive_at:
                sizes = int(np.searchsorted(came, context.period_start_us))
            if above:  # children lie in the order of their root's rows
                sizes = context.prepared("arrived")[sizes]
        if self.comes and self.moments is not None:
            sizes = sizes_before(context.prepared("came"), self.moments)
        if end:
            ends = context.full_column(self.to, end)
            ends = np.where(ends == NULL, np.iinfo(np.int64).max, ends)  # NULL: never
            self.ends = ends if self.order is None else ends[self.order]
        return sizes

    def _nothing(self, context: TableContext) -> Mask | None:
        """Which rows have no parent to choose; None where all have one. (rows,)"""
        if not context.rows:
            return None
        if not isinstance(self.low, np.ndarray):  # the fewest tell
            least = int(np.min(self.high))
            if least and (self.cumulated is None or self.cumulated[least - 1] > 0):
                return None
        low, high = np.broadcast_to(self.low, context.rows), np.broadcast_to(self.high, context.rows)
        none: Mask = high <= low
        if self.cumulated is not None:
            none = none | (self._before(high) <= self._before(low))
        if not none.any():
            return None
        if not self.optional:
            when = f" (none is there at {self.alive_at})" if self.alive_at else ""
            raise TooFewError(f"no row of {self.to} can be chosen for some rows" + when)
        return none

    def give_up(self, places: Rows, why: str) -> None:
        """Leave rows without a parent. Raises TooFewError where they have to have one."""
        if not self.optional:
            raise TooFewError(why)
        self.nothing = np.zeros(self.of_rows, dtype=np.bool_) if self.nothing is None else self.nothing
        self.nothing[places] = True

    def _before(self, places: Rows) -> Floats:
        """The weights of all places before each of these. (n,) -> (n,)"""
        assert self.cumulated is not None
        if not len(self.cumulated):
            return np.zeros(len(places))
        return np.where(places > 0, self.cumulated[places - 1], 0.0)

    def weights(self, places: Rows) -> Floats:
        """The weights of the parents at these places. (n, m) -> (n, m)"""
        return np.ones(places.shape) if self.cumulated is None else np.diff(self.cumulated, prepend=0.0)[places]

    def rows(self, choices: Rows) -> Rows:
        """The row numbers of the parents that are chosen, below 0 where there is none. (rows,) -> (rows,)"""
        rows = choices if self.order is None or not self.count else self.order[choices]
        return rows if self.nothing is None else np.where(self.nothing, -1, rows)

    def pick(self, uniform: Floats, places: Rows | None) -> Rows:
        """Candidates for the rows at these places (None: all rows), by weight among those that came. (n,) -> (n,)"""
        high = _at(self.high, places)
        if not isinstance(self.low, np.ndarray):
            if self.cumulated is None or self.search is None:
                return (uniform * high).astype(np.int64)  # type: ignore[no-any-return]
            return self.search.within(uniform, high)
        low = _at(self.low, places)
        if self.cumulated is None or self.search is None:
            chosen: Rows = low + (uniform * (high - low)).astype(np.int64)
            return np.minimum(chosen, max(0, self.count - 1))
        first, last = self._before(low), self._before(high)
        values = np.minimum(first + uniform * ((last - first) * BELOW_ONE), np.nextafter(last, -np.inf))
        return self.search(np.clip(values, 0.0, self.cumulated[-1] * BELOW_ONE))

    def good(self, places: Rows | None, choices: Rows) -> Mask:
        """Whether each choice has not ended at the moment of its row, at `places` (None: all rows), and is another. (n,)"""
        good = np.ones(len(choices), dtype=np.bool_)
        if not self.count:  # none is there, which `nothing` says
            return good
        if self.ends is not None and self.moments is not None:
            good &= self.ends[choices] > _at(self.moments, places)
        if self.excluded is not None:
            good &= (choices if self.order is None else self.order[choices]) != _at(self.excluded, places)
        return good

    @property
    def asks(self) -> bool:
        """Whether a choice may be refused by what it is."""
        return self.ends is not None or self.excluded is not None

    def present(self, places: Rows, lanes: Rows) -> Mask:
        """Which of the parents at places `lanes` can be chosen for which rows. (n,), (n, m) -> (n, m)"""
        low, high = _column(self.low, places), _column(self.high, places)
        there: Any = (lanes >= low) & (lanes < high)
        known = np.minimum(lanes, max(0, self.count - 1))
        if self.ends is not None and self.moments is not None:
            there &= self.ends[known] > self.moments[places][:, None]
        if self.excluded is not None:
            rows = known if self.order is None else self.order[known]
            there &= rows != self.excluded[places][:, None]
        return there  # type: ignore[no-any-return]


def _at(values: Any, places: Rows | None) -> Any:
    """Values of rows at these places (None: all), or the one of all rows. (n,)"""
    return values[places] if isinstance(values, np.ndarray) and places is not None else values


def _column(values: Any, places: Rows) -> Any:
    """Values of rows at these places as a column, or the one of all rows. (n, 1)"""
    return values[places][:, None] if isinstance(values, np.ndarray) else values


def choose_parents(context: TableContext, choice: ParentChoice, distinct_per: str | None) -> Rows:
    """Choose a parent for each row by weight, among those that are there; none twice in a row of an ancestor. (rows,)"""
    found = choice.pick(context.stream().random(context.rows), None)
    if not distinct_per and not choice.asks:
        return choice.rows(found)
    group, group_row = context.ancestor_positions(distinct_per) if distinct_per else (None, None)
    good = choice.good(None, found)
    if choice.nothing is not None:
        good &= ~choice.nothing
    taken = None
    if group is not None and group_row is not None:
        taken = TakenPairs(group, len(group_row), choice.count)
        good = taken.first(found, good)

    def accept(places: Rows, choices: Rows) -> Mask:
        good = choice.good(places, choices)
        if taken is not None:
            free = np.flatnonzero(good)
            good[free] = taken.take(places[free], choices[free])
        return good

    def redraw(number: int, places: Rows) -> Rows:
        return choice.pick(context.uniform_at(Sub.REDRAW.format(number), context.row_numbers[places]), places)

    pending = np.flatnonzero(~good if choice.nothing is None else ~good & ~choice.nothing)
    left = redraw_until_accepted(found, pending, accept, redraw, ROUNDS)
    if len(left):
        _race(context, choice, found, left, distinct_per, group, group_row)
    return choice.rows(found)


def _race(
    context: TableContext, choice: ParentChoice, found: Rows, left: Rows, distinct_per: str | None, group: Rows | None,
    group_row: Rows | None,
) -> None:  # fmt: skip
    """Draw the last few rows exactly: each group's parents race, exponential times over weights, first ones win.

    That is a successive draw without replacement (Efraimidis and Spirakis 2006, doi 10.1016/j.ipl.2005.11.003).
    """
    groups = group[left] if group is not None else left
    seeds = group_row if group_row is not None else context.row_numbers
    open_rows = np.zeros(context.rows, dtype=np.bool_)
    open_rows[left] = True
    racing, home_of_left = np.unique(groups, return_inverse=True)
    first, last = np.full(len(racing), choice.count), np.zeros(len(racing), np.int64)  # the stretch of each group
    np.minimum.at(first, home_of_left, _at(choice.low, left))
    np.maximum.at(last, home_of_left, _at(choice.high, left))
    first = np.minimum(first, last)
    width = choice.count if not isinstance(choice.low, np.ndarray) else max(1, int((last - first).max()))
    step = max(1, EXACT_CELLS // width)
    for start in range(0, len(racing), step):
        some = racing[start : start + step]
        mine = left[np.isin(groups, some)]
        home = np.searchsorted(some, group[mine] if group is not None else mine)
        base = first[start : start + step] if isinstance(choice.low, np.ndarray) else np.zeros(len(some), np.int64)
        lanes = base[:, None] + np.arange(width)[None, :]
        cells = (seeds[some][:, None] << np.int64(24)) ^ lanes
        weights = choice.weights(np.minimum(lanes, choice.count - 1))
        with np.errstate(divide="ignore"):
            finish = -np.log1p(-context.uniform_at(Sub.RACE, cells)) / weights
        if group is not None:
            settled = np.flatnonzero(np.isin(group, some) & ~open_rows)
            at = np.searchsorted(some, group[settled])
            lane = found[settled] - base[at]
            inside = (lane >= 0) & (lane < width)
            finish[at[inside], lane[inside]] = np.inf
        starts = np.flatnonzero(np.diff(home, prepend=-1))
        place = np.arange(len(home)) - np.repeat(starts, np.diff(np.append(starts, len(home))))
        for turn in range(int(place.max()) + 1):  # each group's next open row takes the best parent of its moment
            now = place == turn
            times = np.where(choice.present(mine[now], lanes[home[now]]), finish[home[now]], np.inf)
            best = np.argmin(times, axis=1)
            none = np.isinf(times[np.arange(len(best)), best])
            if none.any():
                choice.give_up(mine[now][none], _why_none(context.table, choice, distinct_per))
            found[mine[now]] = best + base[home[now]]
            finish[home[now], best] = np.inf


def _why_none(table: str, choice: ParentChoice, distinct_per: str | None) -> str:
    """Say that some row finds no parent, and what to do."""
    to = choice.to
    if distinct_per is None and choice.ends is None:
        return f"a row of {table} finds no other row of {to} to choose; ask for more of them"
    if distinct_per is None:
        what = f"all rows of {to} that can be chosen have ended when a row of {table} comes"
        return f"{what}; ask for more of them, or let some stay: a NULL in `alive_until` never ends"
    return (
        f"a row of {distinct_per} needs more distinct {to} than are there at its time; "
        f"lower the fan-out's max or raise at_least of {to}"
    )
