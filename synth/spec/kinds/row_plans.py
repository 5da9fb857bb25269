"""How a table's rows are made, as it is planned: how many, what is drawn first, how a SELECT is run, how a rollup sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synth.generators.arrival import Timetable
    from synth.spec.kinds.fanout import FanoutLaw
    from synth.sql.compiled import Branch, Compiled

__all__ = ["Counted", "Needed", "RollupPlan", "RowsPlan", "SelectPlan", "TellsBlock"]


@dataclass(frozen=True)
class Counted:
    """How many rows a table has: at the end of its declared period, and at `until`, exactly or as expected."""

    rows: int
    exact: bool
    declared: int | None = None  # where known
    most: int | None = None  # row numbers used at most, whatever the seed; None: as many as rows
    timetable: Timetable | None = None
    fanout: FanoutLaw | None = None


@dataclass(frozen=True)
class Needed:
    """A column, or with none the rows of a table, that must be drawn first; whether it is read as a resident column."""

    table: str
    column: str = ""
    resident: bool = False


@dataclass(frozen=True)
class TellsBlock:
    """A column of a SELECT that holds the `key` of a row of a `table` in the block, or the number of its window."""

    column: str
    table: str = ""
    key: str = ""
    window: int | None = None  # rows of one


@dataclass(frozen=True)
class SelectPlan:
    """How a SELECT over a block is run: the columns it reads of each table, its order, its branches where it is plain."""

    text: str
    reads: Mapping[str, tuple[str, ...]]
    whole: tuple[str, ...]  # rosters of other families, which are read whole
    order: tuple[str, ...]  # what orders the rows of a SELECT without ORDER BY
    branches: tuple[Branch, ...] | None = None
    telling: tuple[TellsBlock, ...] = ()  # columns that tell of which block a row is


@dataclass(frozen=True)
class RollupPlan:
    """How a rollup sums: the tables it sums, what it takes an aggregate of, and whether keys follow from row numbers."""

    tables: tuple[str, ...]
    takes: Mapping[str, Compiled]
    keys_follow_from_rows: bool = False  # of the table each of whose rows has one


RowsPlan = SelectPlan | RollupPlan
