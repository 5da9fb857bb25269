"""How numbers are spread: percentiles that are rounded, the grid that they lie on, and the law that comes nearest."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from synth.importing.learning.asking import Asking, name_of, number
from synth.importing.learning.laws import best_law
from synth.importing.learning.learnt import Numbers
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import ROOT, Work

__all__ = ["LEVELS", "numbers_of"]

Floats = npt.NDArray[np.float64]

LEVELS: Floats = (np.arange(256) + 0.5) / 256  # shares below which quantiles are taken
_LISTED = f"[{', '.join(f'{level:.6f}' for level in LEVELS)}]"
SO_MANY = 200_000  # rows whose numbers are sorted
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
    name, rows = name_of(column), work.some(SO_MANY)
    steps = ", ".join(
        f"bool_and(abs(v - round(v / {step}) * {step}) <= 1e-6 * {step} + 1e-15 * abs(v))" for step in STEPS
    )
    places = ", ".join(f"bool_and(abs(v - round(v, {k})) <= 1e-9 + 1e-15 * abs(v))" for k in range(DIGITS + 1))
    values = (
        f"SELECT {name}::DOUBLE AS v, {ROOT} AS r FROM {rows} WHERE {name} IS NOT NULL AND isfinite({name}::DOUBLE)"
    )
    count, roots, mean, variance, quantiles, *facts = asking.row(
        f"SELECT count(*), approx_count_distinct(r), avg(v), var_pop(v), quantile_disc(v, {_LISTED}),"
        f" {steps}, {places} FROM ({values})",
    )
    if count < 2 * least or roots < least:
        return None
    grid = np.array(quantiles, dtype=np.float64)
    step = next((float(size) for size, fits in zip(STEPS, facts[: len(STEPS)], strict=True) if fits), None)
    digits = next((k for k, fits in enumerate(facts[len(STEPS) :]) if fits), None)
    pitch = step or (10.0**-digits if digits is not None else 0.0)
    clip = math.ceil(max(CLIPPED, BEYOND / count) * len(grid)) - 1
    inner = np.clip(grid, grid[clip], grid[-1 - clip])
    law = best_law(grid, LEVELS, number(mean), number(variance), pitch, count)
    knots = _knots(inner, pitch, count, least)
    says_more = step is not None and (digits is None or step != 10.0**-digits)
    wide = bool(inner[-1] - inner[0] > WIDE)
    endings = _endings(asking, values, digits, least) if digits in (1, 2) and wide else None
    return Numbers(knots[0.0], knots[1.0], knots, law, digits, step if says_more else None, endings)


def _rounded(value: float, grid: Floats, pitch: float) -> float:
    """Round to three digits of the number, or of how far numbers lie apart where that is finer; to the grid they lie on."""
    spread = float(grid[-1] - grid[0])
    sizes = [abs(each) for each in (value, spread) if each]
    if not sizes:
        return value
    unit = max(10.0 ** (math.floor(math.log10(min(sizes))) - 2), pitch)
    return few_digits(round(value / unit) * unit, 12)


def _knots(grid: Floats, pitch: float, rows: int, least: int) -> Mapping[float, float]:
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


def _endings(asking: Asking, values: str, digits: int, least: int) -> Mapping[str, float] | None:
    """The digits behind the point of prices that mostly end in a few ways."""
    unit = 10**digits
    found = asking.rows(
        f"SELECT (round(abs(v) * {unit}) % {unit})::INTEGER AS e, count(*) AS n, approx_count_distinct(r) AS roots"
        f" FROM ({values}) GROUP BY e ORDER BY n DESC, e",
    )
    total = sum(row[1] for row in found)
    kept = [(e, n) for e, n, roots in found if roots >= least and n >= LEAST_ENDING * total][:MOST_ENDINGS]
    together = sum(n for _, n in kept)
    if len(found) < 3 or len(kept) < 2 or together < ENDINGS * total:
        return None
    return {f".{e:0{digits}d}": few_digits(n / together) for e, n in kept}
