"""What generators may see: of the spec while it is checked and planned, and of a block while it is drawn.

Each of the three draw contexts holds more than the one before: a plain distribution takes the first, what is made from the
row's other values the second, what reaches into other rows or tables the third.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.dtypes import DType
from synth.generators.declarations import Complaint, Span
from synth.generators.quantiles import Quantiles
from synth.generators.sampling import Search
from synth.streams import Stream

__all__ = [
    "AncestorPositions",
    "ChildValues",
    "DrawContext",
    "RowContext",
    "SpanView",
    "SpecView",
    "TableContext",
]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class AncestorPositions(NamedTuple):
    """Where each row's ancestor stands in the block, (rows,), and the row number of each such ancestor, (ancestors,)."""

    positions: Rows
    rows: Rows


class ChildValues(NamedTuple):
    """A child's column, (children,), and how many children each row has, (rows,)."""

    values: pl.Series
    counts: Rows


class SpecView(Protocol):
    """What a generator may know of the spec, seen from its own column. Names that mean nothing raise `MeaningError`."""

    @property
    def table(self) -> str:
        """The table of the column."""

    @property
    def column(self) -> str:
        """The name of the column."""

    def arrival_of(self, table: str) -> str | None:
        """Name the column with a table's arrival times."""

    def ends_of(self, table: str) -> str | None:
        """Name the column from whose time on a row may no longer be referenced."""

    def shows_with(self, moment: str) -> bool:
        """Tell whether this column shows with a moment of the row, or that always does."""

    def shows_at(self, table: str) -> str | None:
        """Name the column of a table from whose moment on a row shows; None where all show."""

    def parent(self) -> str | None:
        """Name the table that this table's rows are born with."""

    def ancestors_of(self, table: str) -> tuple[str, ...]:
        """List the tables that a table's rows are born with, nearest first."""

    def target_of(self, column: str) -> str | None:
        """Name the table that a column of this table points at, or the ancestor of this name; None where there is none."""

    def own_references(self) -> tuple[str, ...]:
        """List the columns of this table by which its rows refer to rows of it."""

    def hidden_by(self, column: str) -> str | None:
        """Name the moment with which another column of this table shows; None where it always does."""

    def is_link(self) -> bool:
        """Tell whether this column holds the key of the row that this row is born with, not of another one there."""

    def ancestors(self) -> tuple[str, ...]:
        """List the tables that this table's rows are born with, nearest first."""

    def why_no_target_beside(self, table: str) -> Complaint | None:
        """Say why other rows of the parent's table cannot be chosen; None where they can."""

    def children(self) -> tuple[str, ...]:
        """List the tables whose rows are born with this table's."""

    def key_of(self, table: str) -> tuple[str, ...]:
        """List the columns of a table's primary key."""

    def keys_follow_from_rows(self, table: str) -> bool:
        """Tell whether a table's keys are a function of its row numbers."""

    def numbers_have_gaps(self, table: str) -> bool:
        """Tell whether a table's row numbers leave some out."""

    def same_family(self, table: str) -> bool:
        """Tell whether a table is drawn together with this one."""

    def rows_are_counted(self, table: str) -> bool:
        """Tell whether the plan knows the numbers of a table's rows."""

    def why_no_target(self, table: str) -> Complaint | None:
        """Say why rows of a table cannot be chosen; None where they can."""

    def why_no_moment(self, table: str) -> Complaint | None:
        """Say why rows of a table cannot be chosen by the moment at which they came; None where they can."""

    def type_of(self, table: str, column: str) -> DType:
        """Give the type of a column."""

    def lowest_of(self, table: str, column: str) -> float | None:
        """Give the least number that a column can hold, minus infinity where there is none; None where not known."""

    def has_quantiles(self, path: str) -> bool:
        """Tell whether the quantiles of the value behind a path are known."""

    def lowest_at(self, path: str) -> float | None:
        """Give the least number that can stand behind a path, minus infinity where there is none; None where not known."""

    def type_at(self, path: str) -> DType:
        """Give the type of the value behind a path."""

    def may_be_null(self, path: str) -> bool:
        """Tell whether the value behind a path may be NULL."""

    def is_own_before(self, path: str) -> bool:
        """Tell whether a path means this column in the sibling before: the row before of those that one parent has."""

    def is_own_above(self, path: str) -> bool:
        """Tell whether a path means this column in the row of this table that another column points at."""

    def gives_null(self, path: str) -> bool:
        """Tell whether NULL can be drawn behind a path, whatever is declared."""

    def null_of_sql(self, text: str) -> bool:
        """Tell whether an expression over what is drawn may be NULL."""

    def values_at(self, path: str) -> frozenset[object] | None:
        """Give the values that may stand behind a path, where they are written out; None where they are not."""

    def locales_at(self, path: str) -> frozenset[str] | None:
        """Give the locales that the values behind a path are of; None where they have none, or nobody can tell."""

    def stands_for(self, path: str) -> str | None:
        """Give the word for what the numbers behind a path mean to generators that read them; None where they mean none."""

    def sql_type(self) -> DType | None:
        """Give the type of the SQL that is compiled for this column; None for NULL alone."""

    def ranking_type(self, column: str) -> DType | None:
        """Give the type by which another column of this table ranks candidates; refused where it ranks none."""


class SpanView(Protocol):
    """What a generator may know of how large values can become, seen from its own column."""

    @property
    def table(self) -> str:
        """The table of the column."""

    def at(self, path: str) -> Span | None:
        """Give the span of the value behind a path, in its own type; None where it is not known."""

    def of(self, table: str, column: str) -> Span | None:
        """Give the span of a column, in its own type; None where it is not known."""

    def numbers_at(self, path: str) -> tuple[float, float] | None:
        """Give the span of the value behind a path as numbers; None where it is not known."""

    def longest_of(self, table: str, column: str) -> int | None:
        """Count the most characters of a column; None where that is not known."""

    def longest_at(self, path: str) -> int | None:
        """Count the most characters of the value behind a path; None where that is not known."""

    def key_of(self, table: str) -> tuple[str, ...]:
        """List the columns of a table's primary key."""

    def rows(self) -> int:
        """Count the row numbers of this table that are used at most, whatever the seed."""

    def children(self, table: str, ancestor: str) -> int | None:
        """Count the rows of a table that one row of an ancestor has at most; None where they are read."""

    def siblings(self) -> int:
        """Count the rows that one row of the parent has at most."""

    def is_own_before(self, path: str) -> bool:
        """Tell whether a path means this column in the sibling before."""

    def period(self) -> Span:
        """Give the span of all moments at which rows come, but for those before the period."""


class DrawContext(Protocol):
    """What a plain distribution sees: how many rows of which type, and its random stream."""

    seed: int
    table: str
    column: str
    rows: int
    first_row: int
    block_rows: int
    dtype: DType

    @property
    def row_numbers(self) -> Rows:
        """Give the number of each row. (rows,)"""

    @property
    def unique_numbers(self) -> Rows:
        """Give the number of each row, counting rows that the table had before the run, too. (rows,)"""

    def stream(self, sub: str = "") -> Stream:
        """Give the column's random generator, or a sub-stream of it, to be asked for as many numbers for each row."""

    def column_stream(self, sub: str) -> np.random.Generator:
        """Give the random generator of a sub-stream that belongs to the whole column, not to a block."""


class RowContext(DrawContext, Protocol):
    """What is made from other values of the row sees: these, too."""

    def value(self, path: str) -> pl.Series:
        """Give a value of the row by its path. (rows,)"""

    def type_at(self, path: str) -> DType:
        """Give the type of the value behind a path."""

    def quantiles_at(self, path: str) -> Quantiles:
        """Give many quantiles of the value behind a path, as it is drawn."""

    def evaluate(self) -> pl.Series:
        """Work the column's SQL out. (rows,)"""

    def sql_reads(self) -> tuple[str, ...]:
        """List the paths that the column's SQL names; empty where it has none."""

    def evaluate_on(self, frame: pl.DataFrame) -> pl.Series:
        """Work the column's SQL out over a frame whose columns are called as the paths it names. (n,)"""


class TableContext(RowContext, Protocol):
    """What reaches into other rows or tables sees: parents, siblings, children, whole columns."""

    # -- this table's place

    def parent(self) -> str | None:
        """Name the table that this table's rows are born with."""

    def is_link(self) -> bool:
        """Tell whether this column holds the key of the row that this row is born with, not of another one there."""

    def ancestor_positions(self, table: str) -> AncestorPositions:
        """Give the place of each row's ancestor in the block, and the ancestors' row numbers."""

    def child_values(self, table: str, column: str) -> ChildValues:
        """Give a child's column, or of an empty column the counts alone, and how many children each row has."""

    @property
    def whole_rows(self) -> int:
        """Count the rows that the whole block has, before the cut at `until`."""

    @property
    def period_start_us(self) -> int:
        """Give the start of the period, in microseconds since 1970."""

    def arrivals(self) -> Rows:
        """Give the arrival times of this table's rows, microseconds since 1970. (rows,)"""

    # -- other tables

    def arrival_of(self, table: str) -> str | None:
        """Name the column with a table's arrival times."""

    def ends_of(self, table: str) -> str | None:
        """Name the column from whose time on a row may no longer be referenced."""

    def shows_at(self, table: str) -> str | None:
        """Name the column of a table from whose moment on a row shows; None where all show."""

    def key_of(self, table: str) -> tuple[str, ...]:
        """List the columns of a table's primary key."""

    def ancestors_of(self, table: str) -> tuple[str, ...]:
        """List the tables that another table's rows are born with, nearest first."""

    def child_counts(self, child: str) -> Rows:
        """Count the rows of a child table that each row of its parent has, in another family. (rows of the parent,)"""

    def target_of(self, column: str) -> str:
        """Name the table that a column of this table points at, or the ancestor of this name."""

    def rows_pointed_at(self, column: str) -> Rows:
        """Give the rows that a column points at, or of the ancestor of this name; below 0: none. (rows,)"""

    def row_count(self, table: str) -> int:
        """Give the number of rows that a table has, this one too where it looks into its own rows."""

    def always_there(self, table: str) -> int:
        """Give the number of rows of a family's root that are there at every `until`."""

    def declared_rows(self, table: str) -> int | None:
        """Give the number of rows that a table has at the end of its declared period; None where more are found in time."""

    def full_column(self, table: str, column: str) -> npt.NDArray[Any]:
        """Give all rows of another family's column; NULL is the least int64, or NaN. (rows of the table,)"""

    def numbers_at(self, table: str, column: str, rows: slice | Rows) -> npt.NDArray[Any]:
        """Give another family's column at these rows; NULL is the least int64, or NaN. (n,) -> (n,)"""

    def frame(self, table: str, columns: tuple[str, ...]) -> pl.DataFrame:
        """Give whole columns of another family's table, in drawn dtypes."""

    def gather(self, table: str, column: str, rows: Rows) -> pl.Series:
        """Give a column of another family's table at these rows; a row number below 0 gives NULL. (n,) -> (n,)"""

    def keys(self, table: str, rows: Rows) -> pl.Series:
        """Give the keys of these rows of a table; a row number below 0 gives NULL. (n,) -> (n,)"""

    # -- what blocks and columns share

    def uniform_at(self, sub: str, rows: Rows) -> Floats:
        """Give uniform numbers in [0, 1) of a sub-stream at any row numbers, of any shape. (n,) -> (n,)"""

    def prepared(self, name: str) -> npt.NDArray[Any]:
        """Give an array that `prepare` made, of any shape: (n,)."""

    def search(self, name: str) -> Search:
        """Give a weighted search in a prepared array of cumulated weights."""

    def cached(self, name: str, make: Callable[[], Any]) -> Any:
        """Give something costly that all blocks of a process share, made at the first."""

    def set_parent_rows(self, rows: Rows) -> None:
        """Tell which rows this column points at (below 0: none), so that others can look through it. (rows,)"""

    def first_in_order(self, table: str) -> int:
        """Give the place of the first row that a table of this family has in the block, among all of its rows."""

    def is_own_before(self, path: str) -> bool:
        """Tell whether a path means this column in the sibling before."""

    def worked_out(self) -> pl.Series:
        """Give what was worked out for all rows together. (rows,)"""

    def attach(self, values: Rows) -> None:
        """Keep a second array with this column, for other columns of the row to read. (rows,)"""

    def attached(self, column: str) -> Rows:
        """Give the second array that another column of the row keeps. (rows,)"""
