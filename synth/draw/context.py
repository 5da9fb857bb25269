"""What the generator of one column sees: the engine's side of `generators.context.TableContext`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import gather, mask
from synth.draw.even import dealt
from synth.draw.siblings import before_siblings, in_turn, of_siblings
from synth.dtypes import DType
from synth.generators.arrival import microseconds
from synth.generators.context import AncestorPositions, ChildValues
from synth.generators.matching import starts_of
from synth.generators.quantiles import Quantiles
from synth.generators.sampling import Search
from synth.plan.model import counts_of, whole_of
from synth.streams import Stream, Sub, hashed, stream

if TYPE_CHECKING:
    from synth.draw.residents import Residents
    from synth.plan.model import Plan
    from synth.spec.kinds.base import TableRows

__all__ = ["BlockContext", "PrepareContext"]

Rows = npt.NDArray[np.int64]


class DrawnBlock(Protocol):
    """What a context sees of the block that its column is drawn in."""

    @property
    def plan(self) -> Plan:
        """The plan of the run."""

    @property
    def residents(self) -> Residents:
        """The resident columns of other families."""

    @property
    def tables(self) -> Mapping[str, TableRows]:
        """The tables whose rows have been drawn."""

    def stream(self, table: str, column: str, sub: str = "") -> Stream:
        """Give what draws a column's random numbers, those of each block by themselves."""

    def ancestor_positions(self, table: str, ancestor: str) -> Rows:
        """Give the position of each row's ancestor in the block. (rows,)"""

    def parent_rows(self, table: str, column: str, parent: str) -> Rows:
        """Give the row numbers of the parents that a column points at; below 0: none. (rows,)"""


class PrepareContext:
    """What a generator sees before the first block: whole parents, no rows of its own."""

    rows = 0
    first_row = 0
    whole_rows = 0

    def __init__(self, plan: Plan, residents: Residents, table: str, column: str):
        self.plan, self.residents, self.table, self.column = plan, residents, table, column
        self.seed, self.block_rows = plan.seed, plan.block_rows
        self.dtype: DType = plan.tables[table].types[column]

    @property
    def row_numbers(self) -> Rows:
        return np.zeros(0, np.int64)

    @property
    def unique_numbers(self) -> Rows:
        return np.zeros(0, np.int64)

    def column_stream(self, sub: str) -> np.random.Generator:
        return stream(self.seed, self.table, self.column, 0, sub)

    def uniform_at(self, sub: str, rows: Rows) -> npt.NDArray[np.float64]:
        return hashed(self.plan.seeds[self.table], self.table, self.column, sub, rows)

    def parent(self) -> str | None:
        return self.plan.spec(self.table).per

    def is_link(self) -> bool:
        return self.column in self.plan.spec(self.table).links

    @property
    def period_start_us(self) -> int:
        return microseconds(self.plan.dataset.period.start)

    def arrival_of(self, table: str) -> str | None:
        return self.plan.spec(table).arrival

    def ends_of(self, table: str) -> str | None:
        return self.plan.spec(table).alive_until

    def shows_at(self, table: str) -> str | None:
        return self.plan.spec(table).at

    def key_of(self, table: str) -> tuple[str, ...]:
        return self.plan.spec(table).key

    def ancestors_of(self, table: str) -> tuple[str, ...]:
        parent = self.plan.spec(table).per
        return () if parent is None else (parent, *self.ancestors_of(parent))

    def target_of(self, column: str) -> str:
        if column in self.ancestors_of(self.table):
            return column
        target = self.plan.spec(self.table).columns[column].draws.target
        assert target is not None
        return target

    def child_counts(self, child: str) -> Rows:
        return self.residents.full_column(str(self.plan.spec(child).per), counts_of(child))

    def row_count(self, table: str) -> int:
        return self.residents.row_count(table)

    def always_there(self, table: str) -> int:
        return self.plan.tables[table].always_there

    def declared_rows(self, table: str) -> int | None:
        return self.plan.tables[table].declared

    def full_column(self, table: str, column: str) -> npt.NDArray[Any]:
        return self.residents.full_column(table, column)

    def numbers_at(self, table: str, column: str, rows: slice | Rows) -> npt.NDArray[Any]:
        return self.residents.numbers_at(table, column, rows)

    def frame(self, table: str, columns: tuple[str, ...]) -> pl.DataFrame:
        types = self.plan.tables[table].types
        return self.residents.frame(table, {column: types[column] for column in columns})

    def gather(self, table: str, column: str, rows: Rows) -> pl.Series:
        return self.residents.gather(table, column, rows, self.plan.tables[table].types[column])

    def prepared(self, name: str) -> npt.NDArray[Any]:
        return self.residents.prepared(self.table, self.column, name)

    def search(self, name: str) -> Search:
        return self.residents.search(self.table, self.column, name)

    def cached(self, name: str, make: Callable[[], Any]) -> Any:
        return self.residents.cached(f"{self.table}.{self.column} {name}", make)


class BlockContext(PrepareContext):
    """What the generator of a column of a block sees."""

    def __init__(self, block: DrawnBlock, table: str, column: str):
        super().__init__(block.plan, block.residents, table, column)
        self.block = block
        self.here = block.tables[table]
        self.rows = self.here.rows
        self.first_row = self.here.first_row
        self.whole_rows = self.here.in_whole_block

    @property
    def row_numbers(self) -> Rows:
        return self.here.numbers

    @property
    def unique_numbers(self) -> Rows:
        earlier = self.plan.earlier_rows[self.table]
        return self.here.numbers + earlier if earlier else self.here.numbers

    def stream(self, sub: str = "") -> Stream:
        stream = self.block.stream(self.table, self.column, sub)
        if sub in ("", Sub.NULLS) and self.plan.spec(self.table).columns[self.column].even:
            count = self.plan.tables[self.table].declared or self.plan.tables[self.table].rows
            name = self.plan.seeds[self.table], self.table, self.column, sub
            return dealt(stream, name, self.row_numbers, max(1, count))
        return stream

    # -- the row

    def value(self, path: str) -> pl.Series:
        resolved = self.plan.resolve(self.table, path)
        if resolved.how == "own":
            return self.here.columns[resolved.column]
        if path not in self.here.values:
            other, column = resolved.table, resolved.column
            if resolved.how == "ancestor":
                values = gather(
                    self.block.tables[other].columns[column], self.block.ancestor_positions(self.table, other)
                )
            elif resolved.how == "sibling":
                values = of_siblings(self.here.columns[column], self.here.parent_positions, resolved.sibling)
            else:
                values = self.gather(other, column, self.block.parent_rows(self.table, resolved.via, other))
            self.here.values[path] = values.alias(path)
        return self.here.values[path]

    def type_at(self, path: str) -> DType:
        resolved = self.plan.resolve(self.table, path)
        return self.plan.tables[resolved.table].types[resolved.column]

    def quantiles_at(self, path: str) -> Quantiles:
        resolved = self.plan.resolve(self.table, path)
        draws = self.plan.spec(resolved.table).columns[resolved.column].draws

        def make() -> Quantiles:
            found = draws.quantiles_of(self.type_at(path))
            assert found is not None
            return Quantiles(found)

        made: Quantiles = self.cached(f"quantiles of {path}", make)
        return made

    def evaluate(self) -> pl.Series:
        if (self.table, self.column) in self.plan.inherited:
            return self.worked_out()
        compiled = self.plan.compiled[self.table, self.column]
        own = [path for path in compiled.reads if self.is_own_before(path)]
        others = pl.DataFrame([self.value(path).alias(path) for path in compiled.reads if path not in own])
        if own:
            return in_turn(
                compiled.evaluate, others, own, *before_siblings(self.here.parent_positions), self.dtype.drawn
            )
        values = compiled.evaluate(others)
        return values if len(values) == self.rows else values.new_from_index(0, self.rows)

    def worked_out(self) -> pl.Series:
        first = self.first_in_order(self.table)
        name = whole_of(self.column, self.plan.spec(self.table).columns[self.column].null_share)
        return self.residents.gather(self.table, name, np.arange(first, first + self.rows), self.dtype)

    def is_own_before(self, path: str) -> bool:
        found = self.plan.resolve(self.table, path)
        return found.sibling == "previous" and found.column == self.column

    def sql_reads(self) -> tuple[str, ...]:
        compiled = self.plan.compiled.get((self.table, self.column))
        return compiled.reads if compiled else ()

    def evaluate_on(self, frame: pl.DataFrame) -> pl.Series:
        return self.plan.compiled[self.table, self.column].evaluate(frame)

    # -- other rows and tables

    def arrivals(self) -> Rows:
        assert self.here.arrivals is not None
        return self.here.arrivals

    def ancestor_positions(self, table: str) -> AncestorPositions:
        return AncestorPositions(self.block.ancestor_positions(self.table, table), self.block.tables[table].numbers)

    def child_values(self, table: str, column: str) -> ChildValues:
        child = self.block.tables[table]
        assert child.child_counts is not None
        return ChildValues(child.columns[column] if column else pl.Series(child.child_counts), child.child_counts)

    def keys(self, table: str, rows: Rows) -> pl.Series:
        parent = self.plan.spec(table)
        name = parent.key[0]
        if self.parent() == table and self.is_link():
            return gather(self.block.tables[table].columns[name], self.block.ancestor_positions(self.table, table))
        if parent.is_given(name) or not parent.columns[name].draws.makes_key:
            return self.gather(table, name, rows)
        keys = parent.columns[name].draws.key_at(rows, self.seed, table)
        return mask(keys, rows < 0) if len(rows) and rows.min() < 0 else keys

    def set_parent_rows(self, rows: Rows) -> None:
        self.here.parent_rows[self.column] = rows

    def rows_pointed_at(self, column: str) -> Rows:
        target = self.target_of(column)
        if column == target or column in self.plan.spec(self.table).links:
            return self.first_in_order(target) + self.block.ancestor_positions(self.table, target)
        return self.block.parent_rows(self.table, column, target)

    def first_in_order(self, table: str) -> int:
        above = self.ancestors_of(table)
        first = self.block.tables[(table, *above)[-1]].first_row
        return int(starts_of(self, table, above[-1])[first]) if above else first

    def attach(self, values: Rows) -> None:
        self.here.attached[self.column] = values

    def attached(self, column: str) -> Rows:
        return self.here.attached[column]
