"""How rivals that are called value by value are given both processors: each process makes and writes its own part."""

from __future__ import annotations

import itertools
import multiprocessing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

PROCESSES = 2
CHUNK = 50_000  # rows made at a time
Lines = Callable[[int, int], "pa.Table"]  # first line, how many -> those lines


def write_in_processes(lines: Lines, rows: int, out: Path) -> None:
    """Write so many lines into `out`, a file a process; the processes are forked, so nothing is imported twice."""
    context = multiprocessing.get_context("fork")
    ends = [rows * part // PROCESSES for part in range(PROCESSES + 1)]
    parts = [(first, end, out / f"{first}.parquet") for first, end in itertools.pairwise(ends)]
    working = [context.Process(target=_write, args=(lines, *part)) for part in parts]
    for process in working:
        process.start()
    for process in working:
        process.join()
    if any(process.exitcode for process in working):
        raise SystemExit("a process failed")


def _write(lines: Lines, first: int, end: int, path: Path) -> None:
    import pyarrow.parquet as pq

    from benchmarks.order_items import schema

    with pq.ParquetWriter(path, schema(), compression="snappy") as writer:
        for start, count in _chunks(first, end):
            writer.write_table(lines(start, count))


def _chunks(first: int, end: int) -> Iterator[tuple[int, int]]:
    for start in range(first, end, CHUNK):
        yield start, min(CHUNK, end - start)
