"""Distributions as textbooks have them: shares below a number by formula, weights of counts by whole numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

BELOW: dict[str, Callable[..., float]] = {
    "exponential": lambda x, mean: 1 - math.exp(-x / mean),
    "weibull": lambda x, shape, scale: 1 - math.exp(-((x / scale) ** shape)),
    "pareto": lambda x, shape, scale: 1 - (scale / x) ** shape,
    "normal": lambda x, mean, sd: 0.5 * math.erfc((mean - x) / sd / math.sqrt(2)),
    "lognormal": lambda x, median, sigma: (
        0.5 * math.erfc(-math.log(x / median) / sigma / math.sqrt(2)) if x > 0 else 0.0
    ),
    "triangular": lambda x, min, mode, max: (
        (x - min) ** 2 / (max - min) / (mode - min) if x < mode else 1 - (max - x) ** 2 / (max - min) / (max - mode)
    ),
}


def gamma_below(x: float, shape: float, mean: float) -> float:
    """Of whole shapes by Erlang's sum, of one half by the error function."""
    x *= shape / mean
    if shape == 0.5:
        return math.erf(math.sqrt(x))
    return 1 - math.exp(-x) * sum(x**k / math.factorial(k) for k in range(int(shape)))


def beta_below(x: float, alpha: float, beta: float, low: float = 0, high: float = 1) -> float:
    """Of whole parameters by the binomial sum, of halves by the arc sine."""
    x = (x - low) / (high - low)
    if alpha == beta == 0.5:
        return 2 / math.pi * math.asin(math.sqrt(x))
    n = int(alpha + beta - 1)
    return sum(math.comb(n, k) * x**k * (1 - x) ** (n - k) for k in range(int(alpha), n + 1))


BELOW |= {"gamma": gamma_below, "beta": beta_below}

WEIGHT: dict[str, Callable[..., float]] = {
    "poisson": lambda k, mean: math.exp(-mean) * mean**k / math.factorial(k),
    "binomial": lambda k, n, p: math.comb(n, k) * p**k * (1 - p) ** (n - k),
    "geometric": lambda k, p: p * (1 - p) ** (k - 1) if k else 0.0,
    "negative_binomial": lambda k, mean, r: math.exp(
        math.lgamma(k + r)
        - math.lgamma(r)
        - math.lgamma(k + 1)
        + r * math.log(r / (r + mean))
        + k * math.log(mean / (r + mean))
    ),
}


def kolmogorov(values: Sequence[float], below: Callable[[float], float]) -> float:
    """The largest distance of what was drawn from what was asked, times the root of the rows: above 1.95 once in 1,000."""
    ordered, rows = sorted(values), len(values)
    shares = [below(value) for value in ordered]
    return math.sqrt(rows) * max(max((k + 1) / rows - share, share - k / rows) for k, share in enumerate(shares))


def chi_square(counts: Counter[int], weights: dict[int, float]) -> float:
    """Standard deviations by which squared differences are more than asked (Wilson and Hilferty); 3.1 once in 1,000.

    Counts of which fewer than 8 are expected are taken together with their neighbours.
    """
    rows, whole = sum(counts.values()), sum(weights.values())
    assert not set(counts) - set(weights), f"not asked for: {sorted(set(counts) - set(weights))[:5]}"
    cells: list[tuple[float, float]] = []
    seen = asked = 0.0
    for count, weight in sorted(weights.items()):
        seen, asked = seen + counts[count], asked + rows * weight / whole
        if asked >= 8:
            cells.append((seen, asked))
            seen = asked = 0.0
    last = cells.pop() if cells else (0.0, 0.0)
    cells.append((last[0] + seen, last[1] + asked))
    free = len(cells) - 1
    squares = sum((found - wanted) ** 2 / wanted for found, wanted in cells)
    return ((squares / free) ** (1 / 3) - (1 - 2 / 9 / free)) / math.sqrt(2 / 9 / free) if free else 0.0


def cut(below: Callable[[float], float], low: float, high: float) -> Callable[[float], float]:
    """The share below a number of a distribution cut to [low, high]."""
    first, last = below(low), below(high)
    return lambda x: (below(x) - first) / (last - first)


def steps(below: Callable[[float], float], edges: Sequence[float]) -> dict[int, float]:
    """The shares between each two edges."""
    return {k: below(high) - below(low) for k, (low, high) in enumerate(pairwise(edges))}
