"""A compiled expression: what the plan hands to whoever draws. Needs no parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from synth.columns import largest
from synth.dtypes import DType

__all__ = ["Compiled", "peak"]

LIMIT = 2**63

# How large |value| can become, as a tree: ("col", path) | ("lit", n) | ("add"|"mul"|"max", a, b). See `peak`.
Peak = tuple[Any, ...]


@dataclass(frozen=True)
class Compiled:
    """A Polars expression over drawn columns, its type, and the bound of its exact numbers."""

    expr: pl.Expr
    dtype: DType | None  # None: the literal NULL
    peak: Peak = ("lit", 0)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The columns it is made from."""
        return tuple(dict.fromkeys(self.expr.meta.root_names()))

    def evaluate(self, frame: pl.DataFrame) -> pl.Series:
        """The column for a frame of drawn columns, (rows,). Raises OverflowError where int64 is not wide enough."""
        factors = _columns_under_products(self.peak)
        if factors:
            peak(self.peak, {name: largest(frame[name]) for name in factors})
        return frame.select(self.expr.alias("drawn")).to_series()


def peak(tree: Peak, sizes: Mapping[str, int]) -> int:
    """The bound of |value| given that of each column; raises OverflowError past 63 bits on the way."""
    match tree:
        case ("col", name):
            return sizes.get(name, LIMIT // 16)
        case ("lit", number):
            return int(number)
        case (how, first, second):
            a, b = peak(first, sizes), peak(second, sizes)
            bound = a + b if how == "add" else a * b if how == "mul" else max(a, b)
            if bound >= LIMIT:
                raise OverflowError("a product may be wider than 18 digits")
            return bound
    raise AssertionError(tree)


def _columns_under_products(tree: Peak) -> list[str]:
    """The columns whose size matters: all of them where anything is multiplied, none otherwise."""
    found: dict[str, None] = {}
    product = False
    todo = [tree]
    while todo:
        node = todo.pop()
        product |= node[0] == "mul"
        if node[0] == "col":
            found[node[1]] = None
        todo += [part for part in node[1:] if isinstance(part, tuple)]
    return list(found) if product else []
