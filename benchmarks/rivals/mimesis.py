"""Mimesis: a library of fake values that is faster than Faker."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.order_items import PRODUCTS, PROMOTED, PROMOTIONS, QUANTITIES, RATES, table
from benchmarks.rivals.in_processes import write_in_processes
from benchmarks.rivals.rival import OrderItems

if TYPE_CHECKING:
    import pyarrow as pa


class Mimesis(OrderItems):
    """Its lists of whole numbers, and choices by weight from its own random numbers."""

    name = "Mimesis"
    rows = 2_000_000
    given = "a process a processor, whole lists a call; what follows from other columns by numpy, written by pyarrow"
    needs = ("module:mimesis",)


def lines(first: int, rows: int) -> pa.Table:
    """Lines from number `first` on."""
    import numpy as np
    from mimesis import Numeric

    numbers = Numeric(seed=first)
    product = np.array(numbers.integers(1, PRODUCTS, rows))
    drawn = np.array(numbers.integers(0, 999, rows))
    quantity = numbers.random.choices(list(QUANTITIES), list(QUANTITIES.values()), k=rows)
    rate = numbers.random.choices(RATES, k=rows)
    promotion = np.where(drawn < PROMOTED, drawn % PROMOTIONS + 1, 0)
    return table(first, product, promotion, np.array(quantity), np.array(rate))


if __name__ == "__main__":
    write_in_processes(lines, int(sys.argv[1]), Path(sys.argv[2]))
