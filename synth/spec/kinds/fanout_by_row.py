"""Fan-outs that depend on the parent's row: by a value that has a law of its own, by a mean, or just as many as it says.

A parent's count is a function of its own uniform number and of what it says, so blocks stand alone as with any fan-out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
import polars as pl

from synth.columns import units
from synth.errors import DataError, SpecError
from synth.spec.fanout_models import Fanout
from synth.spec.kinds.base import Names
from synth.spec.kinds.fanout import FanoutLaw, Floats, Rows, fanout_law

__all__ = ["law_of"]

FEWEST_STEPS = 64  # of means for which laws are kept


def law_of(names: Names, table: str) -> FanoutLaw:
    """Give the law of a child's fan-out. Raises SpecError."""
    spec, path = names.table(table), ("tables", table, "fanout")
    fanout, parent = spec.fanout, spec.per
    assert fanout is not None and parent is not None
    if fanout.reads is None:
        return fanout_law(fanout, path)
    shares = _shares(names, parent, fanout.reads)
    if fanout.values is not None:
        return _by_value(fanout.values, fanout.reads, shares, path)
    dtype = names.type_at(parent, fanout.reads)
    unit = 10.0**dtype.digits
    middle = Fraction(fanout.least + fanout.most, 2)
    mean = middle if shares is None else _mean({Fraction(str(value)): share for value, share in shares.items()})
    law = _ByCount if fanout.count is not None else _ByMean
    return law(fanout.least, fanout.most, mean, False, np.ones(1), fanout, fanout.reads, unit)


def _shares(names: Names, table: str, path: str) -> Mapping[Any, float] | None:
    """Give the shares of the values behind a path, to expect rows by; None where they are not known."""
    found = names.resolve(table, path)
    cells = names.table(found.table).cells(found.column)
    if names.table(found.table).is_given(found.column):
        return {cell: cells.count(cell) / len(cells) for cell in set(cells) if cell is not None} or None
    shares = names.table(found.table).columns[found.column].draws.shares_known()
    return shares if shares and all(isinstance(value, bool | int | float | str) for value in shares) else None


def _mean(shares: Mapping[Fraction, float]) -> Fraction:
    """Give the mean of numbers by their shares."""
    return sum((value * Fraction(share) for value, share in shares.items()), Fraction(0)) / Fraction(
        sum(shares.values())
    )


@dataclass(frozen=True)
class _ByValue(FanoutLaw):
    """A law for each value."""

    laws: Mapping[Any, FanoutLaw] = field(default_factory=dict, compare=False)
    path: str = ""

    @property
    def most_without(self) -> float:
        """The share of parents without a child where it is the largest."""
        return max(law.most_without for law in self.laws.values())

    def counts(self, uniform: Floats, seen: pl.Series | None = None) -> Rows:
        """Draw each parent's children by the law of its value. (n,) -> (n,)"""
        assert seen is not None
        counts = np.full(len(uniform), -1)
        for value, law in self.laws.items():
            places = (seen == value).fill_null(value=False).arg_true().to_numpy()
            counts[places] = law.counts(uniform[places])
        if len(counts) and counts.min() < 0:
            raise DataError(f"no fan-out is declared for {self.path} = {seen[int(np.argmin(counts))]!r}")
        return counts


def _by_value(
    values: Mapping[Any, Fanout], reads: str, shares: Mapping[Any, float] | None, path: tuple[str, ...]
) -> FanoutLaw:
    """Make the law of fan-outs by value."""
    laws = {value: fanout_law(each, (*path, "values", str(value))) for value, each in values.items()}
    known = {value: share for value, share in (shares or {}).items() if value in laws}
    weights = known or dict.fromkeys(laws, 1.0)
    weighed = sum((laws[value].mean * Fraction(share) for value, share in weights.items()), Fraction(0))
    least, most = min(law.min for law in laws.values()), max(law.max for law in laws.values())
    return _ByValue(least, most, weighed / Fraction(sum(weights.values())), False, np.ones(1), laws, reads)


@dataclass(frozen=True)
class _ByNumber(FanoutLaw):
    """A law that a number of the parent says; `unit` is what one is in the drawn column."""

    fanout: Fanout | None = field(default=None, compare=False)
    path: str = ""
    unit: float = 1.0

    @property
    def most_without(self) -> float:
        """All parents may be without, for all that is known."""
        return 0.0 if self.min else 1.0

    def _numbers(self, seen: pl.Series | None, word: str) -> Floats:
        """Give what the parents say, within the limits. Raises DataError. (n,) -> (n,)"""
        assert seen is not None
        if seen.null_count():
            raise DataError(f"`{word}` of the fan-out is NULL in a row of '{self.path}'")
        numbers: Floats = units(seen) / self.unit if seen.dtype.is_integer() else seen.to_numpy()
        outside = (numbers < self.min) | (numbers > self.max)
        if outside.any():
            what = f"{self.path} = {numbers[outside][0]:g} is no `{word}` from {self.min} to {self.max}"
            raise DataError(f"{what}\n  hint: widen `min` and `max` of the fan-out, or cut the column")
        return numbers


@dataclass(frozen=True)
class _ByCount(_ByNumber):
    """Just as many as the parent says."""

    def counts(self, uniform: Floats, seen: pl.Series | None = None) -> Rows:
        """Give each parent's number. (n,) -> (n,)"""
        return self._numbers(seen, "count").astype(np.int64)


@dataclass(frozen=True)
class _ByMean(_ByNumber):
    """A distribution whose mean the parent says.

    Laws are worked out for means at steps; one between two steps takes that below or above it by chance, so that it comes
    out, and the variance is a hundredth of a Poisson's wider at most.
    """

    def counts(self, uniform: Floats, seen: pl.Series | None = None) -> Rows:
        """Draw each parent's children by the law of its mean. (n,) -> (n,)"""
        assert self.fanout is not None
        means = self._numbers(seen, "mean")
        steps = _steps(self.min, self.max)
        above = np.clip(np.searchsorted(steps, means, side="left"), 1, len(steps) - 1)
        share = (means - steps[above - 1]) / (steps[above] - steps[above - 1])
        takes_above = uniform < share  # one uniform number is two: which law, and where in it
        step = np.where(takes_above, above, above - 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            inner = np.where(takes_above, uniform / share, (uniform - share) / (1 - share))
        counts = np.empty(len(means), np.int64)
        order = np.argsort(step, kind="stable")
        found, first = np.unique(step[order], return_index=True)
        for at, places in zip(found, np.split(order, first[1:]), strict=True):
            counts[places] = _law_at(self.fanout, float(steps[at])).counts(np.clip(inner[places], 0.0, 1 - 2**-53))
        return counts


@lru_cache(maxsize=32)
def _steps(low: int, high: int) -> Floats:
    """Give the means, from the least to the most, between which laws are mixed: closer together where they are small."""
    steps = max(FEWEST_STEPS, math.ceil(10 * math.sqrt(high - low)))
    spread: Floats = low + (high - low) * (np.arange(steps + 1) / steps) ** 2
    return spread


@lru_cache(maxsize=1024)
def _law_at(fanout: Fanout, mean: float) -> FanoutLaw:
    """Give the law of a mean; at the ends of just so many. Raises DataError where no distribution has it."""
    if mean in (fanout.least, fanout.most):
        return FanoutLaw(round(mean), round(mean), Fraction(round(mean)), False, np.ones(1))
    try:
        return fanout_law(fanout.model_copy(update={"mean": mean}), ())
    except SpecError as error:
        raise DataError(f"{error.problems[0].what}\n  hint: {error.problems[0].hint}") from None
