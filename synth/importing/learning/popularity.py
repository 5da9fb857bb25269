"""How unequal parents are: the share of rows of the most popular ones, and the Zipf–Mandelbrot law behind it.

What is counted is a law and chance: of many parents with a few rows each the luckiest seem popular. So the law is the one
whose parents, with Poisson's chance added, would have the shares that are seen.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from synth.importing.learning.fanouts import Counted
from synth.importing.learning.learnt import Concentration
from synth.importing.learning.rounded import few_digits

__all__ = ["TOPS", "concentration_of", "expected_tops"]

Floats = npt.NDArray[np.float64]

TOPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)  # of all parents, the most popular first
RANKS = 160  # of a law that are worked out, the others lie between
SMALL = 50.0  # rows a parent expects up to which its chances are a table
LONGEST = 140  # of such a table
FEWEST = 5  # of the most popular parents whose share is told
SURE = 4.0  # standard deviations from which on parents are not even
LEAST_S, MOST_S = 0.02, 4.0
NEAR = 0.02  # within which s is found
GOLDEN = (math.sqrt(5) - 1) / 2
QS = (0.0, 0.001, 0.003, 0.008, 0.02, 0.05, 0.15, 0.4, 1.2)
_NORMAL = np.array([-1.732, -1.15, -0.812, -0.549, -0.319, -0.105, 0.105, 0.319, 0.549, 0.812, 1.15, 1.732])
_LOG_FACTORIALS = np.array([math.lgamma(k + 1) for k in range(LONGEST)])


def concentration_of(found: Counted, least: int) -> Concentration | None:
    """How unequal parents are; None where they are too few, or have no rows."""
    if found.total < least or found.mean <= 0 or found.total < 2:
        return None
    seen = _tops(found.counts, found.parents)
    tops = {share: few_digits(top) for share, top in zip(TOPS, seen, strict=True) if share * found.total >= FEWEST}
    free = found.total - 1
    squares = found.variance * found.total / found.mean
    if squares <= free + SURE * math.sqrt(2 * free):
        return Concentration(tops, None, None)
    s, q = _fit(int(found.total), found.mean * found.total, seen)
    return Concentration(tops, few_digits(s), few_digits(q, 2))


def _tops(counts: Floats, parents: Floats) -> Floats:
    """The shares of all rows that the most popular parents have. (n,), (n,) -> (tops,)"""
    order = np.argsort(-counts)
    people = np.concatenate(([0.0], np.cumsum(parents[order]))) / parents.sum()
    rows = np.concatenate(([0.0], np.cumsum((counts * parents)[order])))
    tops: Floats = np.interp(TOPS, people, rows / rows[-1])
    return tops


def expected_tops(size: int, rows: float, s: float, q: float) -> Floats:
    """The shares of all rows that the most popular of so many parents have by a law and chance. -> (tops,)"""
    many, ranks = _runs(size)
    weights = np.power(ranks + q * size, -s)
    means = rows * weights / (weights * many).sum()
    few = means < SMALL
    table = np.arange(LONGEST)
    with np.errstate(divide="ignore"):
        logs = table * np.log(np.maximum(means[few], 1e-300))[:, None] - means[few][:, None] - _LOG_FACTORIALS
    chances = (np.exp(logs) * many[few][:, None]).sum(axis=0)
    large = (np.sqrt(means[~few])[:, None] + _NORMAL / 2) ** 2
    spread = np.repeat(many[~few] / len(_NORMAL), len(_NORMAL))
    return _tops(np.concatenate((table, large.ravel())), np.concatenate((chances, spread)))


@lru_cache(maxsize=8)
def _runs(size: int) -> tuple[Floats, Floats]:
    """Runs of ranks that stand for all of them: how many are in each, and the one in its middle. -> (runs,), (runs,)"""
    edges = np.unique(np.round(np.geomspace(1, size + 1, min(size, RANKS) + 1)))
    return np.diff(edges), (edges[:-1] + edges[1:] - 1) / 2


def _fit(size: int, rows: float, seen: Floats) -> tuple[float, float]:
    """The parameters whose shares lie nearest to those seen: for each q the best s, on a grid of q made finer once."""

    def apart(s: float, q: float) -> float:
        return float(((expected_tops(size, rows, s, q) - seen) ** 2).sum())

    def best_s(q: float) -> tuple[float, float, float]:
        low, high = LEAST_S, MOST_S
        left, right = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        of_left, of_right = apart(left, q), apart(right, q)
        while high - low > NEAR:  # it has one valley; one of the two points is where the next step needs one
            if of_left < of_right:
                high, right, of_right = right, left, of_left
                left = high - GOLDEN * (high - low)
                of_left = apart(left, q)
            else:
                low, left, of_left = left, right, of_right
                right = low + GOLDEN * (high - low)
                of_right = apart(right, q)
        return min((of_left, left, q), (of_right, right, q))

    near = min(best_s(q) for q in QS)[2]
    finer = [near * step for step in (0.6, 0.75, 1.0, 1.35, 1.7)] if near else [0.0, QS[1] / 4, QS[1] / 2]
    _, s, q = min(best_s(q) for q in finer)
    return s, q
