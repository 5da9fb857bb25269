"""Arrivals: rows that come in time, so many in each cell of it as the plan has drawn."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator
from typing import cast

import numpy as np
import numpy.typing as npt

from synth.errors import OptionError, Problem
from synth.generators.arrival import DAY_US, Arrival, Timetable, microseconds
from synth.spec.kinds.base import BlockRows, BlockView, Counted, Counting, Kind, Names, Rows, TableRows
from synth.spec.kinds.row_counts import MAX_ROWS, declared_rows, earlier_rows_by_key, rows_of_blocks
from synth.spec.models import Dataset, Table
from synth.streams import Sub, hashed, stream

__all__ = ["FAR_YEAR", "ArrivalKind", "late_beginnings"]

YEAR_US = 365 * DAY_US
FAR_YEAR = 2200  # the first that `until` may not reach
LAST_US = microseconds(dt.datetime(FAR_YEAR, 1, 1))


class ArrivalKind(Kind):
    """`rows` and a column with `arrival`."""

    name = "arrival"
    about = "rows that come in time order; another `until` gives the share that has come by then"
    words = ("rows",)
    example = """tables:
  orders:
    rows: 500
    columns: {order_id: {key: sequence}, ordered_at: {arrival: {season: consumer}}}"""
    can_be_chosen = True
    rows_are_known = True

    def matches(self, table: Table) -> bool:
        """Tell whether rows are counted and arrive."""
        return table.existing is None and table.rows is not None and table.arrival is not None

    # 1. what it checks

    def check_arrivals(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield laws of which the first day is not before the period, and what cannot be honoured in it."""
        late = list(late_beginnings(names, table))
        yield from late or _not_in_the_period(names, table)

    def takes_windows(self, table: Table) -> bool:
        """Tell that it does: rows are counted."""
        return True

    def gives_columns(self, table: Table) -> bool:
        """Tell that it does not."""
        return False

    # 2. how many rows it has

    def count(self, counting: Counting, table: str) -> Counted:
        """Count the rows that have come by `until`; the timetable reaches to the end of the last window."""
        declared = declared_rows(counting, table)
        window = counting.names.table(table).window
        _most_rows(counting, table, declared)
        timetable = _timetable(counting, table, declared, counting.until_us)
        rows = timetable.rows_before(timetable.closing(counting.until_us), _uniform(counting, table))
        whole = -(-rows // window) * window if window else 0
        horizon_us, ahead_us = counting.until_us, YEAR_US
        while timetable.counts[-1] < whole and horizon_us < LAST_US:
            # the last window is drawn whole; what would come after all known years comes at their end
            horizon_us, ahead_us = min(horizon_us + ahead_us, LAST_US), 2 * ahead_us
            timetable = _timetable(counting, table, declared, horizon_us)
        most = _most_rows(counting, table, declared)
        if window:
            most = -(-most // window) * window
        return Counted(rows, exact=True, declared=declared, timetable=timetable, most=max(rows, most))

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Take the block's run of rows, the last one to the end of its window, each at its time."""
        arrival = block.spec(table).arrival
        assert arrival
        drawn = TableRows([BlockRows(first, block.block_rows, rows) for first, rows in rows_of_blocks(block, table)])
        uniform = block.uniform(table, arrival, Sub.TIMES)
        drawn.arrivals = block.counted(table).timetable.times(drawn.first_row, drawn.rows, uniform)
        return drawn

    # 5. when it changes next

    def next_change_us(self, block: BlockView, table: str) -> int | None:
        """Give `until` for a block that is not full, as more rows will come."""
        full = block.numbers.stop * block.block_rows <= block.counted(table).rows
        return None if full else block.until_us

    def came(self, block: BlockView, table: str) -> Rows:
        """Give the arrival of each row. (rows,)"""
        arrivals = block.tables[table].arrivals
        assert arrivals is not None
        return arrivals

    # 6. how it goes on from rows that were there before

    def earlier_row_count(self, dataset: Dataset, table: str) -> int:
        """Count the numbers that keys have used up."""
        return earlier_rows_by_key(dataset, table)

    def why_no_more(self, table: Table) -> str:
        """Say that rows without made keys cannot be told from those that are there."""
        return "" if table.keyed else "has no column with `key`"


def late_beginnings(names: Names, table: str) -> Iterator[Problem]:
    """Yield arrival laws of which the first day is not before the period."""
    start = names.dataset.period.start
    for column, declared in names.table(table).columns.items():
        since = cast(Arrival, declared.draws).since if declared.draws.sets_arrival else None
        if since and since >= start:
            at = ("tables", table, "columns", column, "arrival", "since")
            yield Problem(at, f"{since} is not before the period's start, {start}")


def _law(names: Names, table: str) -> Arrival:
    """Give the law by which a table's rows arrive."""
    spec = names.table(table)
    return cast(Arrival, spec.columns[spec.arrival or ""].draws)


def _not_in_the_period(names: Names, table: str) -> Iterator[Problem]:
    """Yield what an arrival law says and no row of the period can follow."""
    spec, period = names.table(table), names.dataset.period
    assert spec.arrival and spec.rows
    for complaint in _law(names, table).complaints_in(period.start, period.until, spec.rows.declared()):
        at = ("tables", table, "columns", spec.arrival, "arrival", *complaint.at)
        yield Problem(at, complaint.what, complaint.hint)


def _most_rows(counting: Counting, table: str, declared: int) -> int:
    """Count the rows that may have come by `until`, whatever the seed. Raises OptionError for more than can be numbered."""
    spec, period = counting.names.table(table), counting.names.dataset.period
    assert spec.rows
    most = _law(counting.names, table).most_rows(
        start=period.start, until=period.until, horizon_us=counting.until_us, declared=declared,
        at_scale_1=spec.rows.declared(),
    )  # fmt: skip
    if not most <= MAX_ROWS:
        raise OptionError(
            f"until is too far ahead: as its trend goes on, {table} has more rows by then than can be drawn"
        )
    return math.ceil(most)


def _timetable(counting: Counting, table: str, declared: int, horizon_us: int) -> Timetable:
    """Draw how many rows come in each cell up to a horizon."""
    spec, period = counting.names.table(table), counting.names.dataset.period
    assert spec.arrival and spec.rows
    return _law(counting.names, table).timetable(
        start=period.start, until=period.until, horizon_us=horizon_us, declared=declared, at_scale_1=spec.rows.declared(),
        stream=lambda sub: stream(counting.seed, table, spec.arrival or "", 0, sub),
        whole_days=counting.names.type_of(table, spec.arrival).name == "date",
    )  # fmt: skip


def _uniform(counting: Counting, table: str) -> Callable[[Rows], npt.NDArray[np.float64]]:
    """Give what says where in its cell each row stands. (n,) -> (n,)"""
    column, seed = counting.names.table(table).arrival or "", counting.table_seed(table)
    return lambda rows: hashed(seed, table, column, Sub.TIMES, rows)
