"""The noise of days: how much busier or quieter than expected each is, by itself or like the day before."""

from __future__ import annotations

from itertools import accumulate

import numpy as np
import numpy.typing as npt

__all__ = ["MOST_PERSISTENT", "day_noise", "spread_of_sum"]

Floats = npt.NDArray[np.float64]

MOST_PERSISTENT = 0.95  # beyond it a period is one good or bad time


def day_noise(generator: np.random.Generator, shape: Floats, persistence: float) -> Floats:
    """Draw a factor for each day, of mean 1 and variance 1 / shape. (days,) -> (days,)

    Without persistence they are gamma numbers, as in a negative binomial count. With it they are lognormal ones whose
    logarithm goes on from the day before; two neighbours of one shape have just that correlation. More days behind the last
    change none before.
    """
    if not persistence:
        return generator.standard_gamma(shape) / shape
    variance = np.log1p(1 / shape)  # of the logarithm
    kept = np.log1p(persistence * np.expm1(variance)) / variance  # correlation of logarithms, near `persistence`
    fresh = np.sqrt(1 - kept**2) * generator.standard_normal(len(shape))
    fresh[:1] /= np.sqrt(1 - kept[:1] ** 2)  # the first day has no day before
    steps = zip(kept, fresh, strict=True)
    normal = np.array([*accumulate(steps, lambda before, step: step[0] * before + step[1], initial=0.0)][1:])
    noise: Floats = np.exp(np.sqrt(variance) * normal - variance / 2)
    return noise


def spread_of_sum(persistence: float) -> float:
    """By how much the variance of a sum over many days exceeds that of days of which each is by itself, at most."""
    return (1 + persistence) / (1 - persistence)
