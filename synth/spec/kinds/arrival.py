"""Arrivals: rows that come in time, row k where the cumulated intensity reaches k."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import cast

from synth.errors import Problem
from synth.generators.arrival import DAY_US, Arrival, Intensity, microseconds
from synth.spec.kinds.base import BlockView, Counted, Counting, Kind, Names, Rows, TableRows
from synth.spec.kinds.row_counts import declared_rows, earlier_rows_by_key
from synth.spec.models import Dataset, Table
from synth.streams import Sub, stream

__all__ = ["FAR_YEAR", "ArrivalKind", "late_beginnings"]

YEAR_US = 365 * DAY_US
FAR_YEAR = 2200  # the first that `until` may not reach
LAST_US = microseconds(dt.datetime(FAR_YEAR, 1, 1))


class ArrivalKind(Kind):
    """`rows` and a column with `arrival`."""

    name = "arrival"
    can_be_chosen = True

    def matches(self, table: Table) -> bool:
        """Tell whether rows are counted and arrive."""
        return table.existing is None and table.rows is not None and table.arrival is not None

    # 1. what it checks

    def check_arrivals(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield laws of which the first day is not before the period."""
        yield from late_beginnings(names, table)

    def takes_windows(self, table: Table) -> bool:
        """Tell that it does: rows are counted."""
        return True

    def gives_columns(self, table: Table) -> bool:
        """Tell that it does not."""
        return False

    # 2. how many rows it has

    def count(self, counting: Counting, table: str) -> Counted:
        """Count the rows that have come by `until`; the intensity reaches to the end of the last window."""
        declared = declared_rows(counting, table)
        window = counting.names.table(table).window
        intensity = _intensity(counting, table, declared, counting.until_us)
        rows = _arrived(counting, table, intensity)
        whole = -(-rows // window) * window if window else 0
        horizon_us, ahead_us = counting.until_us, YEAR_US
        while intensity.cumulated[-1] < whole and horizon_us < LAST_US:
            # the last window is drawn whole; what would come after all known years comes at their end
            horizon_us, ahead_us = min(horizon_us + ahead_us, LAST_US), 2 * ahead_us
            intensity = _intensity(counting, table, declared, horizon_us)
        return Counted(rows, exact=True, declared=declared, intensity=intensity)

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Take the block's run of rows, the last one to the end of its window, each at its time."""
        spec, plan, first = block.spec(table), block.counted(table), block.number * block.block_rows
        rows = min(block.block_rows, plan.rows - first)
        if spec.window:
            rows = min(block.block_rows, -(-rows // spec.window) * spec.window)
        jitter = block.stream(table, spec.arrival or "").random(block.block_rows)
        return TableRows(first, block.block_rows, rows, arrivals=plan.intensity.times(first, jitter)[:rows])

    # 5. when it changes next

    def next_change_us(self, block: BlockView, table: str) -> int | None:
        """Give `until` for a block that is not full, as more rows will come."""
        full = (block.number + 1) * block.block_rows <= block.counted(table).rows
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


def _intensity(counting: Counting, table: str, declared: int, horizon_us: int) -> Intensity:
    """Make the table of hours up to a horizon."""
    spec, period = counting.names.table(table), counting.names.dataset.period
    assert spec.arrival and spec.rows
    return cast(Arrival, spec.columns[spec.arrival].draws).intensity(
        start=period.start, until=period.until, horizon_us=horizon_us, declared=declared,
        at_scale_1=spec.rows.at(1), noise=stream(counting.seed, table, spec.arrival, 0, Sub.DAYS),
        whole_days=counting.names.type_of(table, spec.arrival).name == "date",
    )  # fmt: skip


def _arrived(counting: Counting, table: str, intensity: Intensity) -> int:
    """Count the rows before `until`: all that are expected but the last two, and those if their own times are."""
    column = counting.names.table(table).arrival
    assert column
    until_us = intensity.closing(counting.until_us)
    sure = max(0, math.floor(intensity.at(until_us)) - 1)
    here = 0
    for row in range(sure, sure + 3):
        block, place = divmod(row, counting.block_rows)
        jitter = stream(counting.table_seed(table), table, column, block).random(place + 1)[-1:]
        here += int(intensity.times(row, jitter)[0] < until_us)
    return min(sure + here, int(intensity.cumulated[-1]) + 1)
