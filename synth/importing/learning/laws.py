"""The distribution of specs that comes nearest to numbers, by Kolmogorov's and Smirnov's distance.

Parameters come from quantiles and moments, by the usual estimators; what comes out is read off the very generators, so what
is measured is what would be drawn. A law that is not near enough is none: then quantiles say more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.dtypes import BIGINT, DOUBLE
from synth.importing.learning.learnt import Law
from synth.importing.learning.rounded import few_digits

__all__ = ["best_law"]

Floats = npt.NDArray[np.float64]
Parameters = Mapping[str, float]

POINTS: Floats = (np.arange(1024) + 0.5) / 1024  # of a law that are compared
NEAR = 0.015  # of shares: so far apart a law still says what is there, and what chance adds in few rows
CHANCE = 0.7  # divided by the root of the rows
RELATIVE = 0.08  # of the spread's own tenths: so far a tenth may lie off
GOOD = 0.01  # what has reached this needs no gamma, which is read off a long table
DEARER = 0.003  # of distance: what each parameter has to be worth
MOST = 100_000  # counts beyond are numbers
Z84 = 0.994458  # the 84th percentile of the normal law


def best_law(
    grid: Floats, levels: Floats, mean: float, variance: float, pitch: float, rows: int, *, only: str | None = None
) -> Law | None:  # fmt: skip
    """The law nearest to numbers, by their quantiles at levels; None where none is near. (levels,), (levels,)

    `pitch` is the distance of the numbers that can come, 0 without one; `only` is the one law that is tried.
    """
    if grid[0] == grid[-1] or not variance > 0:
        return None
    allowed = NEAR + CHANCE / math.sqrt(rows)
    best: tuple[float, Law] | None = None
    for name, parameters in _candidates(_Seen(grid, levels, mean, variance, pitch)):
        rounded = {word: few_digits(value) for word, value in parameters.items()}
        if only not in (None, name) or (best and best[0] < GOOD and name == "gamma"):
            continue
        drawn = _drawn(name, rounded)
        if drawn is None:
            continue
        distance = _distance(grid, levels, drawn, pitch)
        weight = distance + DEARER * len(parameters)
        if distance <= allowed and _tenths_agree(grid, levels, drawn, rows) and (best is None or weight < best[0]):
            best = weight, Law(name, rounded, few_digits(distance, 2))
    return best[1] if best else None


class _Seen:
    """What is known of numbers: quantiles, their mean and variance."""

    def __init__(self, grid: Floats, levels: Floats, mean: float, variance: float, pitch: float):
        self.grid, self.levels, self.mean, self.variance, self.pitch = grid, levels, mean, variance, pitch

    def at(self, share: float) -> float:
        """The number below which a share lies."""
        return float(np.interp(share, self.levels, self.grid))


def _candidates(seen: _Seen) -> Iterator[tuple[str, Parameters]]:
    """Each law that the numbers allow, with its parameters, those of fewer parameters first."""
    low, median, high = seen.at(0.159), seen.at(0.5), seen.at(0.841)
    reach = (seen.at(0.9) - seen.at(0.1)) / 8
    whole = seen.pitch >= 1 and seen.pitch == int(seen.pitch)
    if seen.grid[0] >= 0 and median > 0:
        yield "exponential", {"mean": median / math.log(2)}
    yield "uniform", {"min": seen.at(0.1) - reach, "max": seen.at(0.9) + reach}
    if high > low:
        yield "normal", {"mean": median, "sd": (high - low) / 2 / Z84}
    if whole and seen.pitch == 1 and seen.grid[0] >= 0 and seen.grid[-1] <= MOST:
        yield from _counts(seen)
    if seen.grid[0] > 0:
        yield from _positive(seen, low, median, high)
    yield from _between_ends(seen)


def _counts(seen: _Seen) -> Iterator[tuple[str, Parameters]]:
    yield "poisson", {"mean": seen.mean}
    if seen.variance > 1.02 * seen.mean:
        yield "negative_binomial", {"mean": seen.mean, "r": seen.mean**2 / (seen.variance - seen.mean)}
    if seen.grid[0] >= 1 and seen.mean > 1:
        yield "geometric", {"p": 1 / seen.mean}


def _positive(seen: _Seen, low: float, median: float, high: float) -> Iterator[tuple[str, Parameters]]:
    logs = np.log(seen.grid)
    if high > low:
        yield "lognormal", {"median": median, "sigma": math.log(high / low) / 2 / Z84}
    unequal = math.log(seen.grid.mean()) - float(logs.mean())
    if unequal > 1e-6:  # Minka's start of the likelihood's greatest, within 1.5 %
        shape = (3 - unequal + math.sqrt((unequal - 3) ** 2 + 24 * unequal)) / (12 * unequal)
        yield "gamma", {"shape": shape, "mean": float(seen.grid.mean())}
    waits = np.log(-np.log1p(-seen.levels))
    slope = float(((waits - waits.mean()) * (logs - logs.mean())).sum() / ((waits - waits.mean()) ** 2).sum())
    if slope > 1e-6:
        yield "weibull", {"shape": 1 / slope, "scale": math.exp(float(logs.mean() - slope * waits.mean()))}
    above = logs - math.log(seen.at(0.005))
    if above.mean() > 1e-6:
        yield "pareto", {"shape": 1 / float(above.mean()), "scale": seen.at(0.005)}


def _between_ends(seen: _Seen) -> Iterator[tuple[str, Parameters]]:
    """Laws between two ends: these lie where the outer quantiles point, which is no least or largest number of a row."""
    near, far = math.sqrt(0.02), math.sqrt(0.1)
    low = (seen.at(0.02) * far - seen.at(0.1) * near) / (far - near)
    high = (seen.at(0.98) * far - seen.at(0.9) * near) / (far - near)
    mode = min(max(3 * seen.mean - low - high, low), high)
    if low < high:
        yield "triangular", {"min": low, "mode": mode, "max": high}
    if seen.grid[0] >= 0 and seen.grid[-1] <= 1 and seen.pitch < 1:
        spread = seen.mean * (1 - seen.mean) / seen.variance - 1
        if spread > 0:
            yield "beta", {"alpha": seen.mean * spread, "beta": (1 - seen.mean) * spread}


def _drawn(name: str, parameters: Parameters) -> Floats | None:
    """What a law gives at each of the points, in order; None where specs have none of such parameters. (points,)"""
    from synth.generators import GENERATORS

    make: Callable[..., Any] = GENERATORS[name]
    counts = name in ("poisson", "negative_binomial", "geometric")
    try:
        law = make(**parameters)
        with np.errstate(all="ignore"):
            found: Floats = law.at_shares(POINTS, BIGINT if counts else DOUBLE).to_numpy().astype(np.float64)
    except (ValueError, ArithmeticError):
        return None
    return found if np.isfinite(found).all() else None


def _distance(grid: Floats, levels: Floats, drawn: Floats, pitch: float) -> float:
    """How far the shares below a number lie apart at the most, where numbers are rounded to a pitch."""
    values, first, times = np.unique(grid, return_index=True, return_counts=True)
    step = levels[1] - levels[0]
    below, up_to = levels[first] - step / 2, levels[first + times - 1] + step / 2
    less = np.searchsorted(drawn, values - pitch / 2, side="left") / len(drawn)
    most = np.searchsorted(drawn, values + pitch / 2, side="right") / len(drawn)
    if pitch == 0:
        most = less = np.searchsorted(drawn, values) / len(drawn)
    apart = np.maximum(
        np.maximum(less - below, below - step - less), np.maximum(up_to - most - step, most - up_to - step)
    )
    return float(max(0.0, (apart - step / 2).max()))


def _tenths_agree(grid: Floats, levels: Floats, drawn: Floats, rows: int) -> bool:
    """Whether the tenths of a law are near those of the numbers, as parts of how far these lie apart."""
    tenths = np.arange(1, 10) / 10
    wanted, got = np.interp(tenths, levels, grid), np.interp(tenths, POINTS, drawn)
    scale = np.maximum(np.abs(wanted), (wanted[-1] - wanted[0]) / 10)
    return bool((np.abs(got - wanted) <= (RELATIVE + 2 / math.sqrt(rows)) * scale + 0.51 * _least_gap(grid)).all())


def _least_gap(grid: Floats) -> float:
    gaps = np.diff(np.unique(grid))
    return float(gaps.min()) if len(gaps) else 0.0
