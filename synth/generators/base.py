"""What a generator is: frozen fields and one verb, `draw`, a pure function (what it may see, its stream) -> column.

A generator says beforehand what it needs (`needs`), so the plan can put all columns in order, and sees only that, through
an `DrawContext`. It knows no files, no blocks of other rows, no other column's stream.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Protocol, Self

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from synth.dtypes import DType
from synth.generators.sampling import Search

__all__ = ["DrawContext", "Generator", "Many", "Model", "Need", "Schema", "Share", "below", "row_value", "whole"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

Share = Annotated[float, Field(ge=0, le=1)]


class Model(BaseModel):
    """Declared things: frozen, strict, nothing extra."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values, that forgets what was worked out from the old ones."""
        copy = super().model_copy(update=update, deep=deep)
        for name in copy.__dict__.keys() - type(self).model_fields.keys():
            del copy.__dict__[name]
        return copy


Many = Annotated[tuple[Any, ...], Field(strict=False)]


@dataclass(frozen=True)
class Need:
    """One thing a column is made from.

    kind "row": `name` is a path seen from the row: `price`, `orders.ordered_at`, `product_id.price`.
    kind "whole": all rows of a column of another family's table. kind "below": a child's column, to be summed.
    """

    kind: str
    name: str
    table: str = ""


def row_value(path: str) -> Need:
    """A value of the same row, of an ancestor's row, or of the row a reference points at."""
    return Need("row", path)


def whole(table: str, column: str) -> Need:
    """All rows of a column of a table in another family."""
    return Need("whole", column, table)


def below(table: str, column: str) -> Need:
    """A column of a child table of the same family."""
    return Need("below", column, table)


class Schema(Protocol):
    """What a generator may know of the spec when it says what it needs."""

    @property
    def table(self) -> str:
        """The table of the column."""

    @property
    def column(self) -> str:
        """The column."""

    def arrival_of(self, table: str) -> str | None:
        """The column with a table's arrival times."""

    def ends_of(self, table: str) -> str | None:
        """The column from whose time on a row may no longer be referenced."""

    def parent(self) -> str | None:
        """The table that this table's rows are born with."""


class DrawContext(Protocol):
    """What one column of one block is asked for, and all it may see."""

    seed: int
    table: str
    column: str
    rows: int
    first_row: int
    first_number: int  # as first_row, but counting rows that the table had before the run, too: for what must be unique
    block_rows: int
    dtype: DType

    def stream(self, sub: str = "") -> np.random.Generator:
        """The column's random generator for this block, or a sub-stream of it."""

    def stream_of(self, sub: str) -> np.random.Generator:
        """The random generator of a sub-stream that belongs to the whole column, not to a block."""

    def hashed(self, sub: str, rows: Rows) -> Floats:
        """Uniform numbers of a sub-stream at any row numbers."""

    def see(self, path: str) -> pl.Series:
        """A column this one needs, (rows,)."""

    def whole(self, table: str, column: str) -> npt.NDArray[Any]:
        """All rows of a parent's column; NULL is the least int64, or NaN."""

    def prepared(self, name: str) -> npt.NDArray[Any]:
        """An array that `prepare` made."""

    def search(self, name: str) -> Search:
        """A weighted search in a prepared array of cumulated weights."""

    def count(self, table: str) -> int:
        """The rows that another family's table has."""

    def declared(self, table: str) -> int:
        """The rows that a table has at the end of its declared period."""

    def fixed(self, table: str) -> bool:
        """Whether a table has the same rows at every `until`."""

    def schema(self) -> Schema:
        """What may be known of the spec."""

    def frame(self, table: str, columns: tuple[str, ...]) -> pl.DataFrame:
        """Whole columns of another family's table, in drawn dtypes."""

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        """Something costly that all blocks share, made from whole columns at the first."""

    def taken(self, table: str, column: str, rows: Rows) -> pl.Series:
        """A whole column at these rows; a row number below 0 gives NULL."""

    def ranked_by(self) -> tuple[str, ...]:
        """The paths that the column's SQL expression names."""

    def ranked(self, frame: pl.DataFrame) -> pl.Series:
        """The column's SQL expression over a frame of candidates."""

    def key(self, table: str, rows: Rows) -> pl.Series:
        """The keys of these rows of a table; a row number below 0 gives NULL."""

    def refer(self, rows: Rows) -> None:
        """Keep the row numbers this reference column points at (below 0: none), for lookups."""

    def keep(self, values: Rows) -> None:
        """Keep a second array of this column for others to read, (rows,)."""

    def kept(self, column: str) -> Rows:
        """What another column of the row kept, (rows,)."""

    def siblings(self, table: str) -> tuple[Rows, Rows]:
        """For an ancestor: the place of each row's ancestor in the block, and each such ancestor's row number."""

    def children(self, table: str, column: str) -> tuple[pl.Series, Rows]:
        """A child's column and how many children each row has."""

    def arrivals(self) -> npt.NDArray[np.int64]:
        """The arrival times of this table's rows, microseconds since 1970, (rows,)."""

    def evaluate(self) -> pl.Series:
        """The column's SQL expression."""

    def dtype_of(self, path: str) -> DType:
        """The type of a column this one needs."""


class Generator(Model):
    """Makes one column of one block."""

    shorthand: ClassVar[str | None] = None  # the field meant when only a value is written
    default_type: ClassVar[DType | None] = None

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """What the column is made from."""
        return ()

    def dtype(self) -> DType | None:
        """The column's type where none is declared."""
        return self.default_type

    def nullable(self) -> bool:
        """Whether NULL can come out."""
        return False

    def after_until(self) -> bool:
        """Whether values are planned moments, hidden until they have come."""
        return False

    def accepts(self, dtype: DType) -> str | None:
        """Why the declared type cannot be drawn, or None."""
        return None

    def prepare(self, context: DrawContext) -> Mapping[str, npt.NDArray[Any]]:
        """Arrays made once a run and shared by all blocks (cumulated weights)."""
        return {}

    def draw(self, context: DrawContext) -> pl.Series:
        """The column, (context.rows,), in the drawn dtype of context.dtype."""
        raise NotImplementedError
