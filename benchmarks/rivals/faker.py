"""Faker: the library of fake values that Python's tests use most."""

from __future__ import annotations

import sys
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.order_items import PRODUCTS, PROMOTED, PROMOTIONS, QUANTITIES, RATES, table
from benchmarks.rivals.in_processes import write_in_processes
from benchmarks.rivals.rival import OrderItems

if TYPE_CHECKING:
    import pyarrow as pa


class Faker(OrderItems):
    """Its methods for whole numbers and choices; there is no text in this table, which would take it longer."""

    name = "Faker"
    rows = 1_000_000
    given = (
        "a process a processor, many values a call where it can; what follows from them by numpy, written by pyarrow"
    )
    needs = ("module:faker",)


def lines(first: int, rows: int) -> pa.Table:
    """Lines from number `first` on."""
    import numpy as np
    from faker import Faker as Fake

    fake = Fake()
    fake.seed_instance(first)
    number = fake.random_int
    product = np.array([number(1, PRODUCTS) for _ in range(rows)])
    drawn = np.array([number(0, 999) for _ in range(rows)])
    quantity = fake.random_elements(OrderedDict(QUANTITIES), length=rows, use_weighting=True)
    rate = fake.random_elements(RATES, length=rows)
    promotion = np.where(drawn < PROMOTED, drawn % PROMOTIONS + 1, 0)
    return table(first, product, promotion, np.array(quantity), np.array(rate))


if __name__ == "__main__":
    write_in_processes(lines, int(sys.argv[1]), Path(sys.argv[2]))
