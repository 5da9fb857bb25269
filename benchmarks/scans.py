"""Cases of scans: a sum over a range of keys, which draws two blocks, and over a whole table. One core, nothing is stored."""

import time
from collections.abc import Callable
from functools import partial

RANGE = (500_000, 510_000)


def cases() -> dict[str, Callable[[], dict[str, float]]]:
    """name -> a function that gives seconds and the rows that are summed."""
    return {
        "ecommerce ×100: scan of the lines of 10,000 orders": partial(total, 100, RANGE),
        "ecommerce ×10: scan of all lines": partial(total, 10, None),
    }


def total(scale: int, keys: tuple[int, int] | None) -> dict[str, float]:
    """Sum the totals of lines, planning included."""
    import polars as pl

    import synth

    began = time.perf_counter()
    lines = synth.lazy(synth.make_plan("ecommerce", scale=scale), "order_items")
    if keys:
        lines = lines.filter(pl.col("order_id").is_between(*keys))
    found = lines.select(pl.col("line_total").sum(), rows=pl.len()).collect()
    return {"wall_s": time.perf_counter() - began, "rows": found["rows"][0]}
