"""How numbers are spread: percentiles that are rounded, the grid that they lie on, and the law that comes nearest."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from synth.importing.learning.asking import Asking, number_of
from synth.importing.learning.laws import best_law
from synth.importing.learning.learnt import Numbers
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import ROOT, Work

__all__ = ["LEVELS", "knots_of", "numbers_of"]

Floats = npt.NDArray[np.float64]

LEVELS: Floats = (np.arange(256) + 0.5) / 256  # shares below which quantiles are taken
SO_MANY = 100_000  # rows whose numbers are sorted
FEW = 1_000  # numbers that are looked at before all others
STEPS = (1000, 500, 100, 50, 25, 10, 5, 2, 1, 0.5, 0.25, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005)
DIGITS = 4  # behind the point, of doubles that have an end
KNOTS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
HEAP = 0.04  # of all numbers: so many that are the same one are a heap, which has knots of its own
CLIPPED, BEYOND = 0.01, 5  # share, and number, of the rows that lie beyond the least and the largest that is told
MANY = 2_000  # rows from which on a 256th of them is no single one
WIDE = 5  # how far numbers lie apart whose endings are those of prices
GAP = 0.002  # between the knots of a heap and those beside it
MOST_ENDINGS, LEAST_ENDING, ENDINGS = 12, 0.02, 0.9  # how many, the share of each, and of all that are learnt


def numbers_of(asking: Asking, work: Work, column: str, least: int) -> Numbers | None:
    """How the numbers of a column are spread; None where too few rows have one."""
    read = asking.columns(f"SELECT {number_of(column)} AS v, {ROOT} AS r FROM {work.some(SO_MANY)} WHERE v IS NOT NULL")
    values, roots = read["v"], read["r"]
    count = len(values)
    if count < 2 * least or (work.root != work.source.name and len(np.unique(roots)) < least):
        return None
    grid = np.sort(values)[np.ceil(LEVELS * count).astype(np.int64) - 1]
    step = next((float(size) for size in STEPS if _fits(values, size)), None)
    digits = next((k for k in range(DIGITS + 1) if _fits(values, 10.0**-k)), None)
    pitch = step or (10.0**-digits if digits is not None else 0.0)
    clip = math.ceil(min(0.25, max(CLIPPED, BEYOND / count)) * len(grid)) - 1
    inner = np.clip(grid, grid[clip], grid[-1 - clip])
    knots = knots_of(inner, pitch, count, least)
    says_more = step is not None and (digits is None or step != 10.0**-digits)
    wide = bool(inner[-1] - inner[0] > WIDE)
    endings = _endings(values, roots, pitch, digits, least) if digits in (1, 2) and wide else None
    if endings:  # what is drawn is whole units, and then how they end
        units = _spread(np.sort(np.floor(values)))[np.ceil(LEVELS * count).astype(np.int64) - 1]
        law = best_law(units, LEVELS, float(values.mean()), float(values.var()), 0.0, count, only="lognormal")
    else:
        law = best_law(grid, LEVELS, float(values.mean()), float(values.var()), pitch, count)
    return Numbers(knots[0.0], knots[1.0], knots, law, digits, step if says_more else None, endings)


def _fits(values: Floats, step: float) -> bool:
    """Whether all numbers are multiples of a step, but for what floats cannot say. (n,)"""
    return all(
        bool((np.abs(part - np.rint(part / step) * step) <= 1e-6 * step + 1e-15 * np.abs(part)).all())
        for part in (values[:FEW], values[FEW:])
    )


def _rounded(value: float, grid: Floats, pitch: float) -> float:
    """Round to three digits of the number, or of how far numbers lie apart where that is finer; to the grid they lie on."""
    spread = float(grid[-1] - grid[0])
    sizes = [abs(each) for each in (value, spread) if each]
    if not sizes:
        return value
    unit = max(10.0 ** (math.floor(math.log10(min(sizes))) - 2), pitch)
    return few_digits(round(value / unit) * unit, 12)


def knots_of(grid: Floats, pitch: float, rows: int, least: int) -> Mapping[float, float]:
    """Quantiles by the share below; those of heaps at both ends, and as many others as rows allow. (levels,)"""
    every, size = max(1, math.ceil(len(KNOTS) * least / rows)), len(grid)
    shares = {0.0: float(grid[0]), 1.0: float(grid[-1])}
    shares.update((share, float(np.interp(share, LEVELS, grid))) for share in KNOTS[every - 1 :: every])
    values, first, times = np.unique(grid, return_index=True, return_counts=True)
    heaps = times >= max(HEAP, least / rows) * size
    for value, start, end in zip(values[heaps], first[heaps] / size, (first + times)[heaps] / size, strict=True):
        for share in [share for share in shares if start - GAP < share < end + GAP]:
            shares[share] = float(value)
        shares[float(start)] = shares[float(end)] = float(value)
        for beside, at in ((float(start) - GAP, start * size - 1), (float(end) + GAP, end * size)):
            told = rows >= MANY and 0 < beside < 1
            if told and not any(abs(beside - share) < GAP / 2 for share in shares):
                shares[beside] = float(grid[min(max(round(at), 0), size - 1)])
    found = {round(share, 4): _rounded(shares[share], grid, pitch) for share in sorted(shares)}
    climbing = np.maximum.accumulate(np.minimum([*found.values()], _rounded(float(grid[-1]), grid, pitch)))
    return dict(zip(found, map(float, climbing), strict=True))


def _spread(units: Floats) -> Floats:
    """Whole numbers in order, those that are the same spread evenly up to the next one. (n,) -> (n,)"""
    _, first, which, times = np.unique(units, return_index=True, return_inverse=True, return_counts=True)
    spread: Floats = units + (np.arange(len(units)) - first[which] + 0.5) / times[which]
    return spread


def _endings(values: Floats, roots: Floats, pitch: float, digits: int, least: int) -> Mapping[str, float] | None:
    """The digits behind the point of prices that mostly end in a few ways; None where all ways are alike. (n,), (n,)"""
    unit = 10**digits
    ends = (np.rint(np.abs(values) * unit) % unit).astype(np.int64)
    found, which, times = np.unique(ends, return_inverse=True, return_counts=True)
    alike = len(found) >= round(1 / pitch) and times.max() < 2 * times.mean()
    if len(found) < 2 or alike:
        return None
    order = [int(i) for i in np.argsort(-times)[:MOST_ENDINGS] if times[i] >= LEAST_ENDING * len(values)]
    kept = [i for i in order if len(np.unique(roots[which == i])) >= least]
    together = int(times[kept].sum())
    if len(kept) < 2 or together < ENDINGS * len(values):
        return None
    return {f".{found[i]:0{digits}d}": few_digits(times[i] / together) for i in kept}
