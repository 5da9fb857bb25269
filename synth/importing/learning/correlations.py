"""Columns of numbers that go together, by the correlation of their ranks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth.importing.learning.asking import Asking, name_of, number_of
from synth.importing.learning.learnt import Correlation
from synth.importing.learning.working import Work

__all__ = ["correlations_of", "ranks_of", "spearman"]

Floats = npt.NDArray[np.float64]

STRONG = 0.3
SO_MANY = 20_000  # rows that are looked at
FEWEST = 50
SURE = 4.0  # standard deviations from which on a correlation is not chance
MOST_COLUMNS = 20


def correlations_of(asking: Asking, work: Work, numbers: Sequence[str]) -> tuple[Correlation, ...]:
    """The pairs of columns whose ranks go together, the strongest first; of rows in which both are there."""
    names = numbers[:MOST_COLUMNS]
    if len(names) < 2 or work.roots < FEWEST:
        return ()
    listed = ", ".join(f"{number_of(name)} AS {name_of(name)}" for name in names)
    values = asking.columns(f"SELECT {listed} FROM {work.some(SO_MANY)} LIMIT {2 * SO_MANY}")
    found = []
    for one, other in combinations(names, 2):
        both = ~np.isnan(values[one]) & ~np.isnan(values[other])
        if both.sum() < FEWEST:
            continue
        rho = spearman(values[one][both], values[other][both])
        if abs(rho) >= max(STRONG, SURE / np.sqrt(both.sum())):
            found.append(Correlation((one, other), round(rho, 2)))
    return tuple(sorted(found, key=lambda each: -abs(each.spearman)))


def spearman(one: Floats, other: Floats) -> float:
    """The rank correlation of two columns, 0 where all of one are the same. (n,), (n,)"""
    a, b = ranks_of(one), ranks_of(other)
    spread = float(a.std() * b.std())
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread > 0 else 0.0


def ranks_of(values: Floats) -> Floats:
    """The ranks of values; those that are the same share their mean. (n,) -> (n,)"""
    _, which, times = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(times)
    ranks: Floats = (ends - (times - 1) / 2)[which]
    return ranks
