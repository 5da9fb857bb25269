"""What a generator is: frozen fields and one verb, `draw`, a pure function (what it may see, its stream) -> column.

A generator says for itself all that the rest of the program asks about it: what it is made from, which type it gives, which
table it points at, when its choice is settled, how many values it can give. Nobody else asks for its class.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.dtypes import DType
from synth.generators.declarations import (
    ChildColumn,
    Choosing,
    ColumnSql,
    Complaint,
    Dependency,
    HeldKey,
    MustCover,
    NamedTable,
    PointsBy,
    Segment,
    Span,
)  # fmt: skip
from synth.generators.models import Many, Model, Share, one_way_of

if TYPE_CHECKING:
    from synth.generators.calendars import Calendar
    from synth.generators.context import SpanView, SpecView, TableContext
    from synth.generators.pieces import InPieces

__all__ = ["Generator", "Many", "Model", "Share", "one_way_of"]


class Generator(Model):
    """Makes one column of one block."""

    example: ClassVar[str] = ""  # YAML: columns of a table, or `tables:`; see synth/language/examples.py
    shorthand: ClassVar[str | None] = None  # the field meant when only a value is written
    shorthand_is_mapping: ClassVar[bool] = False  # that value is a mapping, whose words are nobody's parameters
    default_type: ClassVar[DType | None] = None

    nanoseconds: ClassVar[float] = 30  # that one core takes a value: what is left of a run is estimated by it

    # -- what it is to the table
    comes_with_rows: ClassVar[bool] = False  # the table gives the column, it is never drawn
    sets_arrival: ClassVar[bool] = False  # it says when the table's rows come
    makes_key: ClassVar[bool] = False  # its values are the table's key, a function of the row number
    is_state: ClassVar[bool] = False  # it is worked out from what shows at `until`
    never_repeats: ClassVar[bool] = False  # no two rows have the same value, whatever is asked
    stands_for: ClassVar[str | None] = None  # the word for what its numbers mean to generators that read them

    @property
    def can_be_even(self) -> bool:
        """Whether what it draws follows from one uniform number a row, so that its shares can be dealt out."""
        return False

    @property
    def window_rows(self) -> int | None:
        """How many consecutive rows are always drawn together, where the column numbers such windows."""
        return None

    @property
    def target(self) -> str | None:
        """The table that the column points at, and whose columns can be looked up through it."""
        return None

    @property
    def held_key(self) -> HeldKey | None:
        """The key that the column holds; None where it holds none."""
        return None

    @property
    def points_by(self) -> PointsBy | None:
        """What says which of several tables it points at; None where it does not depend on the row."""
        return None

    @property
    def one_to_one(self) -> bool:
        """Whether no two rows point at the same row of the target."""
        return False

    @property
    def weighed_by(self) -> tuple[str, ...]:
        """The columns of the target that say how often each of its rows is chosen."""
        return ()

    @property
    def is_chosen_by_weight(self) -> bool:
        """Whether it chooses among all rows of the target, by weights that `prepare` cumulates, and by nothing else."""
        return False

    @property
    def ranked_by(self) -> tuple[str, ...]:
        """The moment by which all rows of the table are ranked, and then what parts them; none where they are not."""
        return ()

    def behind_highest(self, highest: int) -> Generator | None:
        """Give what goes on behind the highest value of rows that are ranked already; None where it would begin anew."""
        return None

    @property
    def distinct_within(self) -> str | None:
        """The ancestor in one of whose rows it gives no value twice; None where there is none."""
        return None

    def differs_among_siblings(self, view: SpecView) -> bool:
        """Tell whether no two rows of one parent have the same value."""
        return False

    # -- the calendar that it follows

    @property
    def named_calendar(self) -> str | None:
        """The name of the dataset's calendar that it follows; None where it follows none."""
        return None

    def follow(self, calendar: Calendar) -> None:
        """Take the calendar of that name, once, when its dataset is made."""

    # -- what it is made from

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List what the column is made from."""
        return ()

    def plan_dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List what must be there besides when the column is drawn: what it reads of the table that it points at."""
        return ()

    def column_sql(self, view: SpecView) -> ColumnSql | None:
        """Give the SQL that is compiled for the column; None where there is none."""
        return None

    def reads_children(self) -> ChildColumn | None:
        """Name the column that it sums, or the rows that it counts, of a child or the own table; None where it does not."""
        return None

    # -- how it is drawn

    @property
    def needs_block_alone(self) -> bool:
        """Whether blocks are drawn by themselves for it: it asks a stream for something else than so many numbers a row."""
        return False

    # -- its type, and whether it fits

    def dtype(self) -> DType | None:
        """Give the column's type as far as the generator alone knows it."""
        return self.default_type

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the column's type where none is declared, from what the spec says of other columns."""
        return self.dtype()

    def nullable(self) -> bool:
        """Tell whether NULL can come out."""
        return False

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether NULL can come out, as far as what it is made from tells."""
        return self.nullable()

    def values_known(self) -> frozenset[object] | None:
        """Give the values that can come out, where they are written out; None where they are not."""
        return None

    def shares_known(self) -> Mapping[Any, float] | None:
        """Give the values that can come out and their shares, where they are the same for all rows; else None."""
        return None

    def after_until(self) -> bool:
        """Tell whether values are planned moments, hidden until they have come."""
        return False

    def accepts(self, dtype: DType) -> str | None:
        """Say why the declared type cannot be drawn; None where it can."""
        return None

    def longest_text(self) -> int | None:
        """Give the most characters of a text that comes out; None where that is not known, and moderate."""
        return None

    def capacity(self, dtype: DType) -> int | None:
        """Give the most different values that can come out as a type; None where that is not known or without bound."""
        return None

    def lowest(self) -> float | None:
        """Give the least number that can come out, minus infinity where there is none; None where not known."""
        return None

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Give the share of values that are above a number, or a moment in microseconds since 1970; None where not known."""
        return None

    def quantiles_of(self, dtype: DType) -> npt.NDArray[Any] | None:
        """Give many quantiles of what comes out, in order, as drawn in a type, (n,); None where they are not known."""
        return None

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Give how many different values `draw_at` can give as a type; None where it cannot.

        `row_count` gives the rows of a table that has the same at every `until`, else None.
        """
        return None

    def place_weights(self) -> npt.NDArray[np.float64] | None:
        """Give how often each of the values of `draw_at` comes, (places,); None where all are alike, or nobody says."""
        return None

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the least and the largest that can come out as a type; None where that is not known."""
        return None

    def longest(self, view: SpanView) -> int | None:
        """Count the most characters that a text can come to by the rows there are; None where that is not known."""
        return None

    def named_tables(self) -> tuple[NamedTable, ...]:
        """List the tables that its parameters name."""
        return ()

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what in the spec stands against it: wrong tables, wrong families."""
        yield from ()

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield what stands against it once all types are known."""
        yield from ()

    def remarks(self, view: SpecView) -> Iterator[Complaint]:
        """Yield what is drawn as it is declared, and may surprise: it is told, and refuses nothing."""
        yield from ()

    def locales_known(self, view: SpecView) -> frozenset[str] | None:
        """Give the locales that its values are of; None where it has none, or nobody can tell."""
        return None

    # -- as time goes on

    def key_at(self, rows: npt.NDArray[np.int64], seed: int, table: str) -> pl.Series:
        """Make the keys of these row numbers, where `makes_key`. (n,) -> (n,)"""
        raise NotImplementedError

    @property
    def counts_up(self) -> bool:
        """Whether its keys are whole numbers, one behind the other, that can go on in segments."""
        return False

    def in_segments(self, segments: Sequence[Segment]) -> Self:
        """Give the same keys, which go on from other ones at these rows, in order, where it `counts_up`."""
        raise NotImplementedError

    def rows_to(self, key: int) -> int:
        """Count the rows up to that of this key, where it `counts_up`."""
        raise NotImplementedError

    def behind(self, highest: int) -> int:
        """Give the first of its keys above another number, where it `counts_up`."""
        raise NotImplementedError

    def choosing(self) -> Choosing | None:
        """Say among which rows it chooses, and at which moment; None where it chooses among none."""
        return None

    def must_cover(self) -> MustCover | None:
        """Say how a row is found that has to be there at every moment; None where none has to be."""
        return None

    def at_moment(self, moment: str) -> Generator:
        """Give the same choice among what is there at a moment, a path, where it does not say when; else itself."""
        return self

    def follows(self) -> str | None:
        """Give the path of the moment that its own moments are never earlier than; None where there is none."""
        return None

    def copies(self) -> str | None:
        """Give the path whose value it has, unchanged; None where it is no copy."""
        return None

    def moment_range(self) -> tuple[dt.date, dt.date] | None:
        """Give the first and the last moment that can come out; None where it gives no moments, or any."""
        return None

    # -- drawing

    def prepare(self, context: TableContext) -> Mapping[str, npt.NDArray[Any] | InPieces]:
        """Make arrays once a run, which all blocks share: cumulated weights, (parents,)."""
        return {}

    def draw(self, context: TableContext) -> pl.Series:
        """Make the column, (context.rows,), in the drawn dtype of `context.dtype`."""
        raise NotImplementedError

    def draw_whole(self, columns: pl.DataFrame) -> pl.Series:
        """Make the column of all rows of the table at once, from what it depends on, in that order. (rows of the table,)"""
        raise NotImplementedError

    def draw_at(self, context: TableContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the values at these places, from 0 to below `places`: equal places, equal values. (rows,) -> (rows,)"""
        raise NotImplementedError
