"""The row of a small table that is in force: the rate of that country at that time, the best of the open offers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field

from synth.columns import NULL, gather, moments, units
from synth.dtypes import DType, exact
from synth.errors import TooFewError
from synth.generators.arrival import DAY_US
from synth.generators.base import Generator
from synth.generators.context import SpanView, SpecView, TableContext
from synth.generators.declarations import (
    Choosing,
    ColumnSql,
    Complaint,
    Dependency,
    FullColumn,
    MustCover,
    NamedTable,
    RowValue,
    Span,
)
from synth.generators.sampling import sizes_before

__all__ = ["InForce", "Ranked"]

Rows = npt.NDArray[np.int64]

MAX_DENSE = 2**20
MAX_CELLS = 2**18  # looked up quicker than searched, 2 MiB each


def _null_finds_nothing(path: str) -> tuple[str, str]:
    return f"'{path}' may be NULL, for which no row is in force", "say `optional: true`"


class InForce(Generator):
    """Among rows of `table` that match and have begun (and not ended): the latest begun, or the one with the largest value.

    The column holds `column` of that row, and like a reference it can be looked through: `promotion_id.discount_value`.
    Of equals, the first row of the table. Dates are whole days, both included.
    """

    renamed: ClassVar[dict[str, str]] = {"of": "table", "take": "column"}

    example = """tables:
  tax_rates:
    values: [[DE, 2020-01-01, 0.19], [FR, 2020-01-01, 0.20], [FR, 2024-06-01, 0.21]]
    primary_key: [country, valid_from]
    columns: {country: {type: text}, valid_from: {type: date}, rate: {type: "decimal(4,2)"}}
  orders:
    rows: 100
    columns:
      ordered_at: {arrival: {}}
      country: {choice: {DE: 1, FR: 1}}
      rate: {in_force: {table: tax_rates, match: {country: country}, at: ordered_at, begins: valid_from, column: rate}}"""
    nanoseconds = 90

    table: str = Field(description="the table with the rows that are in force")
    match: Annotated[dict[str, str], Field(min_length=1)] = Field(
        description="their column: path of the value that it equals, …"
    )
    at: str = Field(description="path of the moment at which they are in force")
    begins: str = Field(description="their column: the first day or moment")
    column: str = Field(description="their column: what this column holds")
    ends: str | None = Field(None, description="their column: the last day or moment, included")
    largest: str | None = Field(
        None,
        description="SQL over this row's columns and theirs, written `this_column.theirs`: the best of the open ones",
    )
    optional: bool = Field(False, description="whether there may be none: NULL")

    def nullable(self) -> bool:
        """Tell whether there may be none."""
        return self.optional

    @property
    def target(self) -> str:
        """The table whose rows are in force."""
        return self.table

    def named_tables(self) -> tuple[NamedTable, ...]:
        """List the table whose rows are in force."""
        return (NamedTable("table", self.table, with_own_rows=True),)

    def sql_paths(self) -> tuple[str, ...]:
        """List the paths that `largest` names."""
        from synth.sql.parse import named  # only the plan needs the parser, the workers do not

        return named(self.largest) if self.largest else ()

    def their_columns(self, column: str, paths: tuple[str, ...]) -> tuple[str, ...]:
        """List the columns of theirs that are read; `column` is this column's name, `paths` are what `largest` names."""
        ranked = [path.split(".", 1)[1] for path in paths if path.startswith(f"{column}.")]
        named = [*self.match, self.begins, self.column, *([self.ends] if self.ends else []), *ranked]
        return tuple(dict.fromkeys(named))

    def row_paths(self, column: str, paths: tuple[str, ...]) -> tuple[str, ...]:
        """List the paths of this row that are read; the arguments are as of `their_columns`."""
        ranked = [path for path in paths if not path.startswith(f"{column}.")]
        return tuple(dict.fromkeys([*self.match.values(), self.at, *ranked]))

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List what is matched, and their columns as a whole."""
        column, paths = view.column, self.sql_paths()
        theirs = self.their_columns(column, paths)
        return (
            *(RowValue(path) for path in self.row_paths(column, paths)),
            *(FullColumn(self.table, c) for c in theirs),
        )

    def column_sql(self, view: SpecView) -> ColumnSql | None:
        """Give `largest`, by which candidates are ranked."""
        if not self.largest:
            return None
        theirs = self.their_columns(view.column, self.sql_paths())
        extra = {f"{view.column}.{name}": view.type_of(self.table, name) for name in theirs}
        return ColumnSql(self.largest, extra, is_column=False)

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type of their column."""
        return view.type_of(self.table, self.column)

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield that the table is drawn together with this one, where it is."""
        if view.same_family(self.table):
            yield Complaint(f"{self.table} belongs to the same family", at=("table",))

    def gives_null(self, view: SpecView) -> bool:
        """Tell whether there may be none, or nothing in it."""
        return self.optional or view.gives_null(f"{view.column}.{self.column}")

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the span of their column."""
        return view.of(self.table, self.column)

    def longest(self, view: SpanView) -> int | None:
        """Count the most characters of their column."""
        return view.longest_of(self.table, self.column)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield values that cannot be compared, what is no moment, NULL for which nothing is in force, and another type."""
        found = view.type_of(self.table, self.column)
        if not dtype.holds_drawn(found):
            hint = "leave `type` out"
            yield Complaint(f"'{self.column}' is {found}, and is not {dtype} as it is", hint, ("type",), of_column=True)
        for theirs, ours in self.match.items():
            kinds = view.type_of(self.table, theirs), view.type_at(ours)
            if kinds[0].compared_as != kinds[1].compared_as:
                what = f"{self.table}.{theirs} is {kinds[0]}, and '{ours}' is {kinds[1]}: they are never equal"
                yield Complaint(what, "declare both as the same type", ("match", theirs))
            elif not self.optional and view.gives_null(ours):
                yield Complaint(*_null_finds_nothing(ours), ("match", theirs))
        if not view.type_at(self.at).is_time:
            yield Complaint(f"'{self.at}' is no moment", at=("at",))
        elif not self.optional and view.gives_null(self.at):
            yield Complaint(*_null_finds_nothing(self.at), ("at",))
        for word, column in (("begins", self.begins), ("ends", self.ends)):
            if column and not view.type_of(self.table, column).is_time:
                yield Complaint(f"'{column}' is no moment", at=(word,))

    def choosing(self) -> Choosing:
        """Say that rows are chosen among those that have begun at a moment."""
        return Choosing(self.table, self.at, self.begins)

    def must_cover(self) -> MustCover | None:
        """Say how the row in force is found, where there has to be one."""
        return None if self.optional else MustCover(self.table, self.at, self.match, self.begins, self.ends)

    def draw(self, context: TableContext) -> pl.Series:
        """Their rows by what is matched and when they begin; a row's candidates are a run of them."""
        theirs: _OpenRows = context.cached("open", lambda: _OpenRows(self, context))
        at = moments(context.value(self.at))
        group = theirs.groups([context.value(path) for path in self.match.values()])
        places, first, last = theirs.runs(group, at)
        rows = np.full(context.rows, -1, dtype=np.int64)
        if self.ends is None and self.largest is None:
            rows[places] = theirs.order[last - 1]
        else:
            self._best(context, theirs, rows, at, places, first, last)
        if not self.optional and (rows < 0).any():
            lacking = int(np.flatnonzero(rows < 0)[0])
            wanted = ", ".join(f"{path} = {context.value(path)[lacking]}" for path in [*self.match.values(), self.at])
            raise TooFewError(f"no row of {self.table} is in force for {wanted}")
        context.set_parent_rows(rows)
        return context.gather(self.table, self.column, rows)

    def _best(
        self, context: TableContext, theirs: _OpenRows, rows: Rows, at: Rows, places: Rows, first: Rows, last: Rows
    ) -> None:
        """Of the candidates of the rows at `places`, those that have not ended, the first in rank; written into `rows`."""
        counts = last - first
        home = np.repeat(places, counts)
        candidate = theirs.order[np.arange(len(home)) - np.repeat(np.cumsum(counts) - counts - first, counts)]
        still = theirs.ends[candidate] > at[home]
        home, candidate = home[still], candidate[still]
        if not len(home):
            context.attach(np.full(len(rows), NULL))
            return
        if self.largest:
            mine = {
                path: gather(context.value(path), home) for path in self.row_paths(context.column, context.sql_reads())
            }
            names = [name for name in theirs.frame.columns if f"{context.column}.{name}" in context.sql_reads()]
            frame = pl.DataFrame(
                {**mine, **{f"{context.column}.{n}": gather(theirs.frame[n], candidate) for n in names}}
            )
            rank = units(context.evaluate_on(frame))
        else:
            rank = theirs.begins[candidate]
        starts = np.flatnonzero(np.diff(home, prepend=-1))  # candidates of a row lie together
        largest = np.maximum.reduceat(rank, starts)
        is_best = rank == np.repeat(largest, np.diff(starts, append=len(home)))
        places = home[starts]
        rows[places] = np.minimum.reduceat(
            np.where(is_best, candidate, np.iinfo(np.int64).max), starts
        )  # first of theirs
        best = np.full(len(rows), NULL)
        best[places] = largest
        context.attach(best)


class Ranked(Generator):
    """What the row that an `in_force` column found ranks by: its largest value, or `otherwise` where there is none."""

    shorthand = "column"
    renamed: ClassVar[dict[str, str]] = {"of": "column"}

    example = """tables:
  offers:
    values: [[1, 2024-01-01, 2024-06-30, 0.10], [2, 2024-03-01, 2024-12-31, 0.25]]
    primary_key: [offer_id]
    columns: {offer_id: {type: bigint}, starts: {type: date}, ends: {type: date}, share: {type: "decimal(3,2)"}}
  orders:
    rows: 100
    columns:
      ordered_at: {arrival: {}}
      offer: {choice: {1: 1, 2: 1}}
      offer_id:
        in_force: {table: offers, match: {offer_id: offer}, at: ordered_at, begins: starts, ends: ends,
                   column: offer_id, largest: offer_id.share, optional: true}
      discount: {ranked: offer_id}"""

    column: str = Field(description="a column made by `in_force` with `largest`")
    otherwise: int | float = Field(0, description="what is held where nothing is in force")

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column that was found."""
        return (RowValue(self.column),)

    def dtype_in(self, view: SpecView) -> DType | None:
        """Give the type by which the column's candidates are ranked."""
        return view.ranking_type(self.column)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield that the type cannot hold what the column is ranked by, where it cannot."""
        ranked = view.ranking_type(self.column)
        if ranked is not None and (not dtype.is_exact or ranked.digits != dtype.digits):
            yield Complaint(f"'{self.column}' ranks by {ranked}; it cannot be {dtype}", at=("type",), of_column=True)

    def draw(self, context: TableContext) -> pl.Series:
        """Give what the column's candidates were ranked by. (rows,)"""
        ranks = context.attached(self.column)
        return pl.Series(np.where(ranks == NULL, exact(self.otherwise, context.dtype), ranks))


class _OpenRows:
    """Their rows, ordered by group (equal values of what is matched) and begin."""

    def __init__(self, law: InForce, context: TableContext):
        self.frame = context.frame(law.table, law.their_columns(context.column, context.sql_reads()))
        self.begins = moments(self.frame[law.begins])
        self.ends = np.full(self.frame.height, np.iinfo(np.int64).max)
        if law.ends:
            ends = self.frame[law.ends]
            step = DAY_US if ends.dtype == pl.Date else 1  # the last day is included as a whole
            self.ends = np.where(ends.is_null().to_numpy(), self.ends, moments(ends) + step)
        self.keys = [self.frame[name].alias(f"k{at}") for at, name in enumerate(law.match)]
        numbered = pl.DataFrame(self.keys).with_columns(group=pl.struct(pl.all()).rank("dense").cast(pl.Int64) - 1)
        self.known = numbered.unique(maintain_order=True)
        group = numbered["group"].to_numpy()
        self.order = np.lexsort(
            (-np.arange(len(group)), self.begins, group)
        )  # of equals the first of theirs comes last
        self.steps = np.unique(self.begins)
        self.width = len(self.steps) + 1
        places = group * self.width + np.searchsorted(self.steps, self.begins) + 1
        self.ordered = places[self.order]
        self.upto_group = np.searchsorted(self.ordered, np.arange(len(self.known) + 1) * self.width, side="right")
        self.latest_ends = self._latest_ends(group[self.order])
        # all (group, begins passed) cells, where they are few: where their run ends in `order`, and the latest end in it
        cells = (len(self.known) + 1) * self.width
        self.cells = self._run_of(np.arange(cells), np.arange(cells) // self.width) if cells < MAX_CELLS else None
        self.dense = self._dense()

    def _latest_ends(self, group: Rows) -> Rows:
        """Give the latest end among a group's rows up to each in `order`, and NULL behind them. (n,) -> (n + 1,)

        Ranks of ends are lifted by group, so that each group begins anew.
        """
        ends, ranks = np.unique(self.ends[self.order], return_inverse=True)
        return np.append(ends[np.maximum.accumulate(group * len(ends) + ranks) - group * len(ends)], NULL)

    def _run_of(self, cell: Rows, group: Rows) -> tuple[Rows, Rows]:
        """Where the run of each cell ends in `order`, and the latest end in it, NULL where it is empty. (n,), (n,)"""
        upto = np.searchsorted(self.ordered, cell, side="right")
        return upto, np.where(upto > self.upto_group[group], self.latest_ends[upto - 1], NULL)

    def _dense(self) -> Rows | None:
        """Give groups by the matched number itself, where it is one small whole number; the last is for others. (n,)"""
        first = self.known["k0"]
        if len(self.keys) > 1 or first.dtype != pl.Int64 or first.null_count() or not len(first):
            return None
        numbers = first.to_numpy()
        if numbers.min() < 0 or numbers.max() >= MAX_DENSE:
            return None
        dense = np.full(numbers.max() + 2, len(self.known), dtype=np.int64)
        dense[numbers] = self.known["group"].to_numpy()
        return dense

    def groups(self, values: list[pl.Series]) -> Rows:
        """The group of each of our rows, the last one where none of theirs matches. (n,)"""
        if self.dense is not None and not values[0].null_count():
            found: Rows = self.dense[np.clip(values[0].to_numpy(), -1, len(self.dense) - 1)]
            return found
        if len(values) == 1 and values[0].dtype == pl.String and self.known["k0"].null_count() == 0:
            codes = values[0].cast(pl.Enum(self.known["k0"]), strict=False).to_physical()
            of_code = np.append(self.known["group"].to_numpy(), len(self.known))
            return of_code[codes.fill_null(len(self.known)).to_numpy()]  # type: ignore[no-any-return]
        ours = pl.DataFrame([value.alias(f"k{at}") for at, value in enumerate(values)])
        joined = ours.join(self.known, on=ours.columns, how="left", maintain_order="left")["group"]
        return joined.fill_null(len(self.known)).to_numpy()

    def runs(self, group: Rows, at: Rows) -> tuple[Rows, Rows, Rows]:
        """Our rows with candidates: places, and the run of their ordered rows that match and have begun. (m,) each"""
        cell = group * self.width + sizes_before(self.steps, at + 1)
        if self.cells is not None:
            upto, latest_end = self.cells[0], self.cells[1][cell]
            places = np.flatnonzero(latest_end > at)
            return places, self.upto_group[group[places]], upto[cell[places]]
        upto, latest_end = self._run_of(cell, group)
        places = np.flatnonzero(latest_end > at)
        return places, self.upto_group[group[places]], upto[places]
