"""Sums by groups that are too many for memory: they wait as files, and DuckDB puts those of the same group together.

What comes out is in the order of the groups, and in pieces, so no process ever holds all of it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import duckdb
import polars as pl

from synth.columns import WIDE_SUM
from synth.sandbox import as_pattern, sandbox, signals_heard

__all__ = ["SpilledSums"]

MEMORY_BYTES = 640 * 2**20  # of the process while groups are put together; DuckDB spills what is more
PIECE_ROWS = 2**18


class SpilledSums:
    """Partial sums, a group in any number of them. They have the columns of a group, and behind them what is taken."""

    def __init__(self, folder: Path, takes: Sequence[str]):
        """`takes` are what each column behind those of a group holds: a sum, min or max."""
        self._folder = Path(mkdtemp(prefix="sums-", dir=folder))
        self._takes, self._files = takes, 0
        self._columns: list[str] = []

    def add(self, part: pl.DataFrame) -> None:
        """Take partial sums, in which a group may be any number of times, of the columns that all parts have."""
        self._columns = part.columns
        part = part.rename({name: f"c{place}" for place, name in enumerate(part.columns)})
        part.write_parquet(self._folder / f"{self._files}.parquet", compression="uncompressed")
        self._files += 1

    def merged(self) -> Iterator[pl.DataFrame]:
        """Give each group once, in order, NULL first; the files are gone then. Raises OverflowError for too wide a sum."""
        names = [f"c{place}" for place in range(len(self._columns))]
        keys, taken = names[: -len(self._takes)], names[-len(self._takes) :]
        takes = [_SQL[take].format(name) for take, name in zip(self._takes, taken, strict=True)]
        files = f"{as_pattern(self._folder)}/*.parquet".replace("'", "''")
        sql = (
            f"SELECT {', '.join([*keys, *takes])} FROM read_parquet('{files}') GROUP BY {', '.join(keys)} "
            f"ORDER BY {', '.join(f'{key} NULLS FIRST' for key in keys)}"
        )
        with (
            sandbox(self._folder, memory_bytes=MEMORY_BYTES, spill=self._folder) as database,
            signals_heard(database) as heard,
        ):
            try:
                reader: Any = heard(lambda: database.sql(sql).to_arrow_reader(PIECE_ROWS))
                while (piece := heard(lambda: next(reader, None))) is not None:
                    yield pl.DataFrame(piece, schema=self._columns)
            except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
                raise OverflowError(WIDE_SUM) from error
        shutil.rmtree(self._folder)


_SQL = {"sum": "CAST(SUM({}) AS BIGINT)", "min": "MIN({})", "max": "MAX({})"}
