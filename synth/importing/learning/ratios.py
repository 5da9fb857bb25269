"""Columns of numbers that are a share of others of their row, as a cost is of a price, and how that share is spread."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth.importing.learning.asking import Asking, name_of, number_of
from synth.importing.learning.learnt import Ratio
from synth.importing.learning.numbers import LEVELS, knots_of
from synth.importing.learning.working import Work

__all__ = ["ratios_of"]

Floats = npt.NDArray[np.float64]

SO_MANY = 20_000  # rows that are looked at
FEWEST = 50
MOST_COLUMNS = 12
THERE = 0.98  # share of a column's rows in which it is not below 0, and the others are above
NARROW, NARROWER = 0.4, 0.6  # deviation of the ratio's logarithm, and as a part of the column's own
BETTER = 0.9  # of the deviation by one column: what two that are multiplied have to reach
CLIPPED, BEYOND = 0.01, 5  # share, and number, of the rows beyond the least and the largest share that is told


def ratios_of(
    asking: Asking, work: Work, numbers: Sequence[str], made: Sequence[str], least: int
) -> tuple[Ratio, ...]:  # fmt: skip
    """The columns that are a share of one that stands before them, or of two multiplied, none of them `made` of others."""
    names = list(numbers[:MOST_COLUMNS])
    if len(names) < 2 or work.roots < max(FEWEST, 2 * least):
        return ()
    listed = ", ".join(f"{number_of(name)} AS {name_of(name)}" for name in names)
    values = asking.columns(f"SELECT {listed} FROM {work.some(SO_MANY)} LIMIT {2 * SO_MANY}")
    found = []
    for at, name in enumerate(names):
        before = [each for each in names[:at] if each not in made]
        if name in made or not before:
            continue
        best = _best(values, name, before)
        if best is not None:
            of, ratio = best
            found.append(Ratio(name, of, _quantiles(ratio, work, least)))
    return tuple(found)


def _best(values: Mapping[str, Floats], name: str, before: Sequence[str]) -> tuple[tuple[str, ...], Floats] | None:
    """What a column is the narrowest share of, where it is not 0, and that share by row; None where none is narrow. (n,)"""
    target = values[name]
    rows = int((~np.isnan(target)).sum())
    best: tuple[float, tuple[str, ...], Floats] | None = None
    for of in [*((each,) for each in before), *combinations(before, 2)]:
        base = np.prod([values[each] for each in of], axis=0)
        both, some = (target >= 0) & (base > 0), (target > 0) & (base > 0)
        if both.sum() < max(FEWEST, THERE * rows) or some.sum() < FEWEST:
            continue
        spread, own = _deviation(target[some] / base[some]), _deviation(target[some])
        wanted = BETTER * best[0] if best and len(of) > len(best[1]) else best[0] if best else np.inf
        if spread < min(NARROW, NARROWER * own) and spread < wanted:
            best = spread, of, target[both] / base[both]
    return best[1:] if best else None


def _deviation(numbers: Floats) -> float:
    """The standard deviation of the logarithms, but for the outer tenths. (n,)"""
    low, high = np.quantile(np.log(numbers), (0.1, 0.9))
    return float(high - low) / 2.563  # of the normal law's tenths


def _quantiles(ratio: Floats, work: Work, least: int) -> Mapping[float, float]:
    """The shares below which rows lie, as those of numbers: those that many rows have are heaps. (n,)"""
    count = min(len(ratio), work.roots)
    grid = np.sort(ratio)[np.ceil(LEVELS * len(ratio)).astype(np.int64) - 1]
    clip = math.ceil(min(0.25, max(CLIPPED, BEYOND / count)) * len(grid)) - 1
    return knots_of(np.clip(grid, grid[clip], grid[-1 - clip]), 0.0, count, least)
