"""A table as a source of Ray Data's: `dataset(plan, "orders", …)`, or `ray.data.read_datasource(SynthDatasource(…))`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import polars as pl

from synth.errors import OptionError
from synth.extras import needing
from synth.plan.model import Plan
from synth.runners.serial import Serial
from synth.scan.admitted import Ends, number_of
from synth.scan.pieces import Piece, Scan

with needing("ray"):
    from ray.data import Dataset, Datasource, ReadTask, read_datasource
    from ray.data.block import BlockMetadata

__all__ = ["SynthDatasource", "dataset"]

ALONE = Serial(owns_process=False)
ROW_BYTES = 8  # of a column, for Ray to guess by


def dataset(
    plan: Plan, table: str, columns: Sequence[str] | None = None, between: Mapping[str, tuple[Any, Any]] | None = None
) -> Dataset:
    """Give some columns of a table as a dataset of Ray's, a block for each piece that is drawn. Raises OptionError."""
    source = SynthDatasource(plan, table, columns, between)
    return read_datasource(source, override_num_blocks=max(1, len(source.get_read_tasks(1))))


class SynthDatasource(Datasource):  # type: ignore[misc]
    """Some columns of a table of a plan, and its rows whose values lie between ends, both included.

    No other columns are drawn, nor blocks in which no such row can be. Raises OptionError.
    """

    def __init__(
        self, plan: Plan, table: str, columns: Sequence[str] | None = None,
        between: Mapping[str, tuple[Any, Any]] | None = None,
    ):  # fmt: skip
        super().__init__()
        self.between = dict(between or {})
        self.columns = tuple(columns or plan.tables[table].written)
        for name in (*self.columns, *self.between):
            if name not in plan.tables[table].written:
                raise OptionError(f"'{table}' has no column '{name}'")
        self.rows = plan.tables[table].rows
        self.scan = Scan.of(plan, table, tuple(dict.fromkeys((*self.columns, *self.between))))

    def get_read_tasks(self, parallelism: int, *_: Any, **__: Any) -> list[ReadTask]:
        """Cut the table into pieces."""
        pieces = self.scan.pieces({name: _ends(name, *ends) for name, ends in self.between.items()})
        told = BlockMetadata(num_rows=None, size_bytes=None, exec_stats=None)
        return [ReadTask(partial(_read, self.scan, piece, self.columns, self.between), told) for piece in pieces]

    def estimate_inmemory_data_size(self) -> int:
        """Guess how many bytes all rows take."""
        return int(self.rows) * len(self.columns) * ROW_BYTES


def _read(scan: Scan, piece: Piece, columns: Sequence[str], between: Mapping[str, tuple[Any, Any]]) -> Iterable[Any]:
    """In a worker: draw a piece, as Arrow tables."""
    return list(_tables(scan, piece, columns, between))


def _tables(scan: Scan, piece: Piece, columns: Sequence[str], between: Mapping[str, tuple[Any, Any]]) -> Iterator[Any]:
    for frame in scan.read(piece, ALONE):
        for name, (low, high) in between.items():
            frame = frame.filter(pl.col(name).is_between(low, high))
        yield frame.select(columns).to_arrow()


def _ends(name: str, low: Any, high: Any) -> Ends:
    least, most = number_of(low), number_of(high)
    if least is None or most is None:
        raise OptionError(f"between: '{name}' lies between numbers or moments, not {low!r} and {high!r}")
    return Ends(least, most)
