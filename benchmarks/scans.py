"""Cases of scans: a sum over a range of keys, which draws two blocks, and over a whole table. Nothing is stored."""

from __future__ import annotations

import time
from functools import partial

from benchmarks.case import SCANS, Case
from benchmarks.measuring import Run

RANGE = (500_000, 510_000)


def cases(size: float) -> list[Case]:
    """Both, planning included."""
    keys = (round(RANGE[0] * size), round(RANGE[1] * size))
    return [
        Case(
            "ecommerce ×100: scan of the lines of 10,000 orders", SCANS, partial(total, 100 * size, keys),
            "synth.lazy, order_id between 500,000 and 510,000, sum of line_total",
        ),
        Case("ecommerce ×10: scan of all lines", SCANS, partial(total, 10 * size, None), "synth.lazy, sum of line_total"),
    ]  # fmt: skip


def total(scale: float, keys: tuple[int, int] | None, memory: bool) -> Run:
    """Sum the totals of lines."""
    import polars as pl

    import synth

    began, used = time.perf_counter(), time.process_time()
    lines = synth.lazy(synth.make_plan("ecommerce", scale=scale), "order_items")
    if keys:
        lines = lines.filter(pl.col("order_id").is_between(*keys))
    found = lines.select(pl.col("line_total").sum(), rows=pl.len()).collect()
    return Run(time.perf_counter() - began, time.process_time() - used, rows=found["rows"][0])
