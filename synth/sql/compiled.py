"""Compiled expressions and SELECTs: what the plan hands to whoever draws. Needs no parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from synth.columns import largest
from synth.dtypes import DType

__all__ = ["Branch", "Compiled", "peak"]

LIMIT = 2**63

# How large |value| can become, as a tree: ("col", path) | ("lit", n) | ("add"|"mul"|"max", a, b). See `peak`.
Bound = tuple[Any, ...]


@dataclass(frozen=True)
class Compiled:
    """A Polars expression over drawn columns, its type, and the bound of its exact numbers."""

    expr: pl.Expr
    dtype: DType | None  # None: the literal NULL
    peak: Bound = ("lit", 0)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The columns it is made from."""
        return tuple(dict.fromkeys(self.expr.meta.root_names()))

    def bounded(self, limits: Mapping[str, int]) -> Compiled:
        """The same, its values not looked at where even the widest of these columns cannot pass 63 bits."""
        try:
            peak(self.peak, limits)
        except OverflowError:
            return self
        return replace(self, peak=("lit", 0))

    def check(self, frame: pl.DataFrame) -> None:
        """Raise OverflowError where int64 is not wide enough for what comes of these columns."""
        if self.peak != ("lit", 0):
            exact = (column for column in frame.get_columns() if column.dtype == pl.Int64)
            peak(self.peak, {column.name: largest(column) for column in exact})

    def evaluate(self, frame: pl.DataFrame) -> pl.Series:
        """The column for a frame of drawn columns, (rows,). Raises OverflowError where int64 is not wide enough."""
        self.check(frame)
        return frame.select(self.expr.alias("drawn")).to_series()


@dataclass(frozen=True)
class Branch:
    """One SELECT: the table it reads, and each column it gives."""

    source: str
    where: Compiled | None
    gives: Mapping[str, Compiled]

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns it is made from."""
        parts = [*self.gives.values(), *([self.where] if self.where else [])]
        return tuple(dict.fromkeys(name for part in parts for name in part.reads))

    def rows(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows that it gives for a table's drawn columns. Raises OverflowError."""
        if self.where is not None:
            frame = frame.filter(self.where.evaluate(frame))
        for part in self.gives.values():
            part.check(frame)
        names = [f"#{name}" for name in self.gives]  # beside the columns they are made from
        made = frame.with_columns([c.expr.alias(n) for n, c in zip(names, self.gives.values(), strict=True)])
        return made.select(pl.col(n).alias(n[1:]) for n in names)


def peak(tree: Bound, sizes: Mapping[str, int]) -> int:
    """The bound of |value| given that of each column; raises OverflowError past 63 bits on the way."""
    match tree:
        case ("col", name):
            return sizes.get(name, 0)
        case ("lit", number):
            return int(number)
        case (how, first, second):
            a, b = peak(first, sizes), peak(second, sizes)
            bound = a + b if how == "add" else a * b if how == "mul" else max(a, b)
            if bound >= LIMIT:
                raise OverflowError("a number may be wider than 18 digits")
            return bound
    raise AssertionError(tree)
