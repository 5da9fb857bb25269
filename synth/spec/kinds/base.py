"""What a kind of table is: all that the program asks about a table by its kind, in the order in which a run asks it.

Every kind has the same parts: how it is recognised, what it checks, how many rows it has, how its rows are drawn in a block,
what shows at `until`, when it changes next, how it goes on from rows that were there before. `Kind` answers as most do.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import NULL, moments
from synth.dtypes import DType
from synth.errors import MeaningError, Problem
from synth.generators.declarations import Span
from synth.spec.kinds.known import KnownNulls
from synth.spec.kinds.row_plans import Counted, Needed, RollupPlan, RowsPlan, SelectPlan
from synth.spec.kinds.table_rows import BlockRows, Rows, TableRows
from synth.spec.models import Column, Dataset, Table
from synth.spec.paths import ResolvedPath

if TYPE_CHECKING:
    from synth.sql.compiled import Compiled

__all__ = [
    "BlockRows", "BlockView", "Counted", "Counting", "Kind", "KnownSpans", "Names", "Needed", "Planning", "RollupPlan",
    "Rows", "RowsPlan", "SelectPlan", "TableRows", "problems_of",
]  # fmt: skip

Mask = npt.NDArray[np.bool_]
Path = tuple[str | int, ...]


# -- what kinds see


class Names(Protocol):
    """What the names in a dataset mean, as a kind asks for it; `MeaningError` where one means nothing."""

    @property
    def dataset(self) -> Dataset:
        """The dataset whose names they are."""

    def table(self, name: str) -> Table:
        """Give a table, or a part of one, by name."""

    def kind(self, name: str) -> Kind:
        """Give the kind of a table."""

    def with_own_rows(self, name: str) -> Table:
        """Give a table that is not gathered from several families."""

    def column(self, table: str, name: str) -> Column:
        """Give a column by name."""

    def family(self, table: str) -> str:
        """Name the root of a table's family."""

    def family_window(self, table: str) -> int | None:
        """Give the rows of the windows in which the table's family is drawn; None where it has none."""

    def type_of(self, table: str, column: str) -> DType:
        """Give a column's type, declared or inferred."""

    def type_at(self, table: str, path: str) -> DType:
        """Give the type of the value behind a path."""

    def compile(
        self, table: str, sql: str, wanted: DType | None = None, extra: Mapping[str, DType] | None = None
    ) -> Compiled:
        """Compile a SQL expression seen from a row of a table."""

    def compiled(self, table: str, column: str) -> Compiled:
        """Compile the SQL of a column."""

    def ancestors(self, table: str) -> tuple[str, ...]:
        """List the tables that a child's rows are born with, nearest first."""

    def keys_follow_from_rows(self, table: str) -> bool:
        """Tell whether a table's keys are a function of its row numbers."""

    def numbers_have_gaps(self, table: str) -> bool:
        """Tell whether a table's row numbers leave some out."""

    @property
    def nulls(self) -> KnownNulls:
        """What may be NULL."""

    def null_at(self, table: str, path: str) -> bool:
        """Tell whether NULL can be drawn behind a path."""

    def null_of_sql(self, table: str, text: str) -> bool:
        """Tell whether an expression over what is drawn may be NULL."""

    def follows_until(self, table: str, column: str) -> str | None:
        """Say by what a column hangs on what shows at `until`; None where it does not."""

    def values_of(self, table: str, column: str) -> frozenset[object] | None:
        """Give the values that a column may have, where they are written out."""

    def resolve(self, table: str, path: str) -> ResolvedPath:
        """Find the column that a path means, seen from a row of a table."""


class Counting(Protocol):
    """What a kind sees while rows are counted: options, and the tables that its rows are made from."""

    @property
    def names(self) -> Names:
        """The names of the dataset."""

    @property
    def scale(self) -> float:
        """The multiplier on declared row counts."""

    @property
    def seed(self) -> int:
        """The seed of the run."""

    @property
    def until_us(self) -> int:
        """The dataset's now, in microseconds since 1970."""

    @property
    def block_rows(self) -> int:
        """The root rows of a block."""

    @property
    def counted(self) -> Mapping[str, Counted]:
        """The tables that have been counted."""

    def table_seed(self, table: str) -> int:
        """Give the seed of a table's random numbers."""


class KnownSpans(Protocol):
    """What a kind sees while it is asked how large values can become."""

    @property
    def names(self) -> Names:
        """The names of the dataset."""

    @property
    def rows(self) -> Callable[[str], int]:
        """Give the row numbers of a table that are used at most."""

    def of(self, table: str, column: str) -> Span | None:
        """Give the span of a column; None where it is not known."""


class Planning(Protocol):
    """What a kind sees while it is planned what is drawn."""

    @property
    def names(self) -> Names:
        """The names of the dataset."""

    def path(self, table: str, path: str) -> list[Needed]:
        """List what the value behind a path is made from, and note the path for drawing."""


class BlockView(Protocol):
    """What a kind sees of a block while its rows are drawn, and of what has been drawn."""

    @property
    def numbers(self) -> range:
        """The numbers of the blocks that are drawn together, from 0."""

    @property
    def block_rows(self) -> int:
        """The root rows of each block."""

    @property
    def until_us(self) -> int:
        """The dataset's now, in microseconds since 1970."""

    @property
    def tables(self) -> Mapping[str, TableRows]:
        """The tables whose rows have been drawn."""

    @property
    def residents(self) -> Any:
        """The resident columns of other families."""

    def spec(self, table: str) -> Table:
        """Give a table's declaration."""

    def kind(self, table: str) -> Kind:
        """Give a table's kind."""

    def counted(self, table: str) -> Any:
        """Give a table's plan: its rows, types, timetable and fan-out."""

    def select_plan(self, table: str) -> SelectPlan:
        """Give the plan of a derived table's SELECT."""

    def columns_read(self, table: str) -> tuple[str, ...]:
        """List the columns that are needed of a table that exists."""

    def rows_there(self, table: str, resident: int) -> int:
        """Give the rows of another family's table that are there at `until`, of so many that are resident."""

    def stream_of(self, table: str, column: str, number: int, sub: str = "") -> np.random.Generator:
        """Give the random generator of a column for one of these blocks."""

    def uniform(self, table: str, column: str, sub: str) -> Callable[[Rows], npt.NDArray[np.float64]]:
        """Give what gives uniform numbers in [0, 1) of a sub-stream by row number. (n,) -> (n,)"""

    def planned(self, table: str, path: str) -> pl.Series:
        """Give the value behind a path as it is planned, seen from a row of a table. (rows,)"""

    def ancestor_positions(self, table: str, ancestor: str) -> Rows:
        """Give the place of each row's ancestor in the block. (rows,)"""

    def rolled_rows(self, table: str) -> TableRows:
        """Give the rows of a rollup in this block, as they have been summed."""

    def root_rows_shown(self) -> int | None:
        """Give the root rows that show, where the last window is drawn beyond them; None elsewhere."""


# -- the contract


class Kind(ABC):
    """One kind of table. It holds no state; `table` is always the name of one of the kind."""

    name: ClassVar[str]
    about: ClassVar[str] = ""  # which rows it has
    words: ClassVar[tuple[str, ...]] = ()  # of `Table`: those that make a table one of the kind
    example: ClassVar[str] = ""  # YAML, `tables:`

    # what others may do with its rows
    has_own_rows: ClassVar[bool] = True  # they belong to one family
    likely_share: ClassVar[float] = 1.0  # of so many rows as there may be, how much is likely
    is_sum: ClassVar[bool] = False  # they are sums over whole families
    can_be_read_whole: ClassVar[bool] = False  # by a SELECT of any family
    can_be_chosen: ClassVar[bool] = False  # by references of other families
    can_have_children: ClassVar[bool] = True
    rows_are_known: ClassVar[bool] = False  # how many of them there are, before any is drawn
    is_read: ClassVar[bool] = False  # they are read, not made
    only_gives_columns: ClassVar[bool] = False  # no column but states has a generator

    @abstractmethod
    def matches(self, table: Table) -> bool:
        """Tell whether a table is of this kind, by what is declared."""

    # 1. what it checks: each yields what is wrong, once all that was checked before holds

    def check_names(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield names of tables, or of parts, that do not exist."""
        yield from ()

    def check_family(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield what stands against the table's place in its family."""
        yield from ()

    def check_columns(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield names of columns that do not exist."""
        yield from ()

    def check_types(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield what does not fit once all types are known."""
        yield from ()

    def check_rows(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield rows that are asked for and cannot be drawn."""
        yield from self.check_arrivals(names, table)
        yield from self.check_windows(names, table)

    def check_arrivals(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield arrival columns where rows do not arrive."""
        for column, declared in names.table(table).columns.items():
            if declared.draws.sets_arrival:
                yield Problem(("tables", table, "columns", column), "only a table with `rows` has an arrival column")
                return

    def check_windows(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield windows where rows are not counted."""
        for column, declared in names.table(table).columns.items():
            if declared.draws.window_rows and not self.takes_windows(names.table(table)):
                yield Problem(("tables", table, "columns", column), "only a table with `rows` has windows")

    def takes_windows(self, table: Table) -> bool:
        """Tell whether a column may number windows of the rows."""
        return False

    def gives_columns(self, table: Table) -> bool:
        """Tell whether columns without a generator come with the rows."""
        return True

    def given_type(self, names: Names, table: str, column: str) -> DType:
        """Infer the type of a column that comes with the rows and declares none. Raises MeaningError."""
        raise MeaningError("the column has no generator and no type", "declare `type: …`")

    def given_null(self, names: Names, table: str, column: str) -> bool:
        """Tell whether NULL can come with the rows in a column; where nobody can tell, as it is declared."""
        return names.table(table).may_be_null(column)

    def given_span(self, spans: KnownSpans, table: str, column: str) -> Span | None:
        """Give the least and the largest of a column that comes with the rows; None where that is not known."""
        return None

    def ordered_by(self, table: Table) -> str | None:
        """Name the table in the order of whose rows the rows lie, where that is not the order in which they came."""
        return None

    # 2. how many rows it has, and what they are made from

    def rows_path(self, table: str) -> Path:
        """Say where in the spec it is written how its rows are made."""
        return ("tables", table)

    def row_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """List the tables, or parts of some, that the rows are made from."""
        return ()

    def family_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """List those of them whose family the table joins; the rest are read when they are whole."""
        return ()

    @abstractmethod
    def count(self, counting: Counting, table: str) -> Counted:
        """Count the rows at a scale and an `until`. Raises OptionError, SpecError."""

    def needed(self, planning: Planning, table: str) -> list[Needed]:
        """List what must be drawn before the rows."""
        return []

    def paths_summed(self, names: Names, table: str) -> Iterator[tuple[str, str, Path]]:
        """Yield what is summed as it shows: the table that it is seen from, the path, and the place in the spec."""
        yield from ()

    def rows_plan(self, planning: Planning, table: str) -> RowsPlan | None:
        """Compile what the rows are made by; None where there is nothing to compile."""
        return None

    def parent(self, table: Table) -> str | None:
        """Name the table that the rows are born with; None for the root of a family."""
        return None

    def shows_by(self, table: Table) -> str | None:
        """Name the column that is drawn to say which rows show; None where it comes with the rows, or all show."""
        return None

    def hint_when_none(self, table: str) -> str:
        """Say what to do where no row is there when the first is needed."""
        return f"raise `before_start` of {table}, or let its `since` begin earlier"

    # 3. how its rows are drawn in a block

    @abstractmethod
    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Make the table's rows of a block, and the columns that come with them. Raises DataError, OverflowError."""

    # 4. what shows at `until`

    def visible(self, block: BlockView, table: str) -> Mask | None:
        """Tell which rows exist at `until`; None when all do. (rows,)"""
        shown = block.root_rows_shown()
        return None if shown is None else np.arange(block.tables[table].rows) < shown

    # 5. when it changes next

    def next_change_us(self, block: BlockView, table: str) -> int | None:
        """Give a moment at which more rows of this block come, in microseconds since 1970; None where none will."""
        return None

    def came(self, block: BlockView, table: str) -> Rows:
        """Give the moment at which each row came, in microseconds; `NULL` where nothing says so. (rows,)"""
        return np.full(block.tables[table].rows, NULL)

    # 6. how it goes on from rows that were there before

    def earlier_row_count(self, dataset: Dataset, table: str) -> int:
        """Count the rows that were there before and of which more are drawn now; 0 where the rows are others."""
        return 0

    def why_no_more(self, table: Table) -> str:
        """Say why rows cannot be added to those that are there; empty where they can."""
        return ""


def problems_of(path: Path, error: MeaningError) -> Problem:
    """Make a problem with a place of a name that means nothing."""
    return Problem(path, str(error), error.hint)


def came_at(block: BlockView, table: str, column: str) -> Rows:
    """Give a planned column of moments in microseconds, `NULL` for NULL. (rows,)"""
    return moments(block.tables[table].columns[column])
