"""What one column of one block may see: the engine's side of `generators.base.Ask`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import gather, mask
from synth.dtypes import DType
from synth.generators.base import Schema
from synth.generators.keys import Key
from synth.generators.sampling import Search
from synth.plan.content import earlier_row_count
from synth.plan.model import BLOCK_ROWS
from synth.streams import hashed, stream

if TYPE_CHECKING:
    from synth.draw.block import Block
    from synth.draw.residents import Residents
    from synth.plan.model import Plan

__all__ = ["BlockContext", "PrepareContext"]

Rows = npt.NDArray[np.int64]


class _TableView:
    """The schema as a column sees it, from the plan alone."""

    def __init__(self, plan: Plan, table: str, column: str):
        self.plan, self.table, self.column = plan, table, column

    def arrival_of(self, table: str) -> str | None:
        return self.plan.spec(table).arrival

    def ends_of(self, table: str) -> str | None:
        return self.plan.spec(table).alive_until

    def parent(self) -> str | None:
        return self.plan.spec(self.table).per


class PrepareContext:
    """What a reference may see before the first block: whole parents, no rows of its own."""

    rows = 0
    first_row = 0
    first_number = 0
    block_rows = BLOCK_ROWS

    def __init__(self, plan: Plan, residents: Residents, table: str, column: str):
        self.plan, self.residents, self.table, self.column = plan, residents, table, column
        self.seed = plan.seed
        self.dtype: DType = plan.tables[table].types[column]

    def schema(self) -> Schema:
        return _TableView(self.plan, self.table, self.column)

    def stream_of(self, sub: str) -> np.random.Generator:
        return stream(self.seed, self.table, self.column, 0, sub)

    def hashed(self, sub: str, rows: Rows) -> npt.NDArray[np.float64]:
        return hashed(self.plan.seeds[self.table], self.table, self.column, sub, rows)

    def whole(self, table: str, column: str) -> npt.NDArray[Any]:
        return self.residents.whole(table, column)

    def prepared(self, name: str) -> npt.NDArray[Any]:
        return self.residents.prepared(self.table, self.column, name)

    def search(self, name: str) -> Search:
        return self.residents.search(self.table, self.column, name)

    def count(self, table: str) -> int:
        return self.residents.count(table)

    def declared(self, table: str) -> int:
        return self.plan.tables[table].declared or 0

    def fixed(self, table: str) -> bool:
        return self.plan.tables[table].intensity is None

    def frame(self, table: str, columns: tuple[str, ...]) -> pl.DataFrame:
        types = self.plan.tables[table].types
        return self.residents.frame(table, {column: types[column] for column in columns})

    def once(self, name: str, make: Callable[[], Any]) -> Any:
        return self.residents.once(f"{self.table}.{self.column} {name}", make)

    def taken(self, table: str, column: str, rows: Rows) -> pl.Series:
        return self.residents.taken(table, column, rows, self.plan.tables[table].types[column])


class BlockContext(PrepareContext):
    """What a column of a block may see."""

    def __init__(self, block: Block, table: str, column: str):
        super().__init__(block.plan, block.residents, table, column)
        self.block = block
        self.here = block.tables[table]
        self.rows = self.here.rows
        self.first_row = self.here.first_row
        self.first_number = self.first_row + earlier_row_count(block.plan.dataset, table)

    def stream(self, sub: str = "") -> np.random.Generator:
        return stream(self.plan.seeds[self.table], self.table, self.column, self.block.number, sub)

    def see(self, path: str) -> pl.Series:
        how, table, column, via = self.plan.paths.get((self.table, path), ("own", self.table, path, ""))
        if how == "own":
            return self.here.columns[column]
        if path not in self.here.seen:
            if how == "up":
                found = gather(self.block.tables[table].columns[column], self.block.home(self.table, table))
            else:
                found = self.taken(table, column, self.block.pointed(self.table, via, table))
            self.here.seen[path] = found.alias(path)
        return self.here.seen[path]

    def key(self, table: str, rows: Rows) -> pl.Series:
        parent = self.plan.spec(table)
        name = parent.key[0]
        draws = parent.columns[name].draws
        if self.plan.spec(self.table).per == table:
            return gather(self.block.tables[table].columns[name], self.block.home(self.table, table))
        if not isinstance(draws, Key) or parent.is_given(name):
            return self.taken(table, name, rows)
        keys = draws.at(rows, self.seed, table)
        return mask(keys, rows < 0) if len(rows) and rows.min() < 0 else keys

    def refer(self, rows: Rows) -> None:
        self.here.pointed[self.column] = rows

    def keep(self, values: Rows) -> None:
        self.here.kept[self.column] = values

    def kept(self, column: str) -> Rows:
        return self.here.kept[column]

    def siblings(self, table: str) -> tuple[Rows, Rows]:
        above = self.block.tables[table]
        return self.block.home(self.table, table), np.arange(above.first_row, above.first_row + above.rows)

    def children(self, table: str, column: str) -> tuple[pl.Series, Rows]:
        child = self.block.tables[table]
        assert child.counts is not None
        return child.columns[column] if column else pl.Series(child.counts), child.counts

    def arrivals(self) -> Rows:
        assert self.here.times is not None
        return self.here.times

    def dtype_of(self, path: str) -> DType:
        _, table, column, _ = self.plan.paths.get((self.table, path), ("own", self.table, path, ""))
        return self.plan.tables[table].types[column]

    def evaluate(self) -> pl.Series:
        compiled = self.plan.compiled[self.table, self.column]
        found = compiled.evaluate(pl.DataFrame([self.see(path).alias(path) for path in compiled.reads]))
        return found if len(found) == self.rows else found.new_from_index(0, self.rows)

    def ranked_by(self) -> tuple[str, ...]:
        compiled = self.plan.compiled.get((self.table, self.column))
        return compiled.reads if compiled else ()

    def ranked(self, frame: pl.DataFrame) -> pl.Series:
        return self.plan.compiled[self.table, self.column].evaluate(frame)
