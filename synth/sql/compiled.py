"""Compiled expressions and SELECTs: what the plan hands to whoever draws. Needs no parser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import polars as pl

from synth.columns import largest as largest_of
from synth.dtypes import DType

__all__ = ["Bound", "Branch", "Compiled", "largest_value"]

LIMIT = 2**63

# How large |value| can become, as a tree: ("col", path) | ("lit", n) | ("add"|"mul"|"max", a, b). See `largest_value`.
Bound = tuple[Any, ...]


@dataclass(frozen=True)
class Compiled:
    """A Polars expression over drawn columns, its type, and the bound of its exact numbers."""

    expr: pl.Expr
    dtype: DType | None  # None: the literal NULL
    bound: Bound = ("lit", 0)

    @cached_property
    def reads(self) -> tuple[str, ...]:
        """The columns it is made from."""
        return tuple(dict.fromkeys(self.expr.meta.root_names()))

    def bounded(self, limits: Mapping[str, int]) -> Compiled:
        """The same, its values not looked at where even the widest of these columns cannot pass 63 bits."""
        try:
            largest_value(self.bound, limits)
        except OverflowError:
            return self
        return replace(self, bound=("lit", 0))

    def check(self, frame: pl.DataFrame) -> None:
        """Raise OverflowError where int64 is not wide enough for what comes of these columns."""
        if self.bound != ("lit", 0):
            exact = (column for column in frame.get_columns() if column.dtype == pl.Int64)
            largest_value(self.bound, {column.name: largest_of(column) for column in exact})

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

    def rows(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series | None]:
        """The rows that it gives for a table's columns, and of which rows they are; None: of all. Raises OverflowError."""
        kept = None
        if self.where is not None:
            kept = self.where.evaluate(frame)
            frame = frame.filter(kept)
        for part in self.gives.values():
            part.check(frame)
        made = frame.select([part.expr.alias(name) for name, part in self.gives.items()])
        if made.height != frame.height:  # constants alone
            made = pl.DataFrame([column.new_from_index(0, frame.height) for column in made.get_columns()])
        return made, kept


def largest_value(bound: Bound, sizes: Mapping[str, int]) -> int:
    """How large |value| can become, given the largest of each column. Raises OverflowError past 63 bits on the way."""
    match bound:
        case ("col", name):
            return sizes.get(name, 0)
        case ("lit", number):
            return int(number)
        case (how, first, second):
            a, b = largest_value(first, sizes), largest_value(second, sizes)
            largest = a + b if how == "add" else a * b if how == "mul" else max(a, b)
            if largest >= LIMIT:
                raise OverflowError("a number may be wider than 18 digits")
            return largest
    raise AssertionError(bound)
