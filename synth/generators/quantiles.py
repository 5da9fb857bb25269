"""Many quantiles of a column, and the share of it that lies below a value."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["Quantiles"]

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[Any]  # int64 or float64

BUCKETS = 2**17


class Quantiles:
    """Quantiles of a column as it is drawn, in order, and where its values lie among them.

    Buckets answer, as in `Search`, but for values in those that hold several different quantiles. They are even in the
    leading bits of the numbers where all are above 0 (so nearly in their logarithm), and a whole number each where these
    lie close together.
    """

    def __init__(self, quantiles: Numbers):
        """quantiles: (m,), not decreasing."""
        self.values, (self.first, self.last) = quantiles, quantiles[[0, -1]]
        self.whole = quantiles.dtype.kind == "i" and int(self.last) - int(self.first) < BUCKETS - 1
        self.positive = not self.whole and self.first > 0
        if self.positive:
            least, most = map(int, quantiles[[0, -1]].astype(np.float64).view(np.int64))
            self.shift = max(0, (most - least).bit_length() - BUCKETS.bit_length() + 1)
            self.least = least >> self.shift
        else:
            self.scale = (BUCKETS - 1) / max(float(self.last) - float(self.first), 1e-300)
        counts = np.bincount(self._bucket(quantiles), minlength=BUCKETS)
        ends = np.cumsum(counts)
        runs = np.append(np.flatnonzero(quantiles[1:] != quantiles[:-1]) + 1, len(quantiles))
        self.behind = np.repeat(runs, np.diff(runs, prepend=0))  # where the run of equal quantiles ends, (m,)
        several = (counts > 1) & (np.take(self.behind, ends - counts, mode="clip") < ends)
        self.first_of = np.where(
            several, -1, ends - counts
        )  # the quantiles before a bucket; -1: it holds different ones

    def _bucket(self, numbers: Numbers) -> npt.NDArray[np.int64]:
        """Give the bucket of each number: never a lower one for a larger number. (n,) -> (n,)"""
        inside = np.clip(numbers, self.first, self.last + 1 if self.whole else self.last)
        if self.whole:
            buckets: npt.NDArray[np.int64] = inside - self.first
        elif self.positive:
            buckets = (inside.astype(np.float64).view(np.int64) >> self.shift) - self.least
        else:
            buckets = ((inside.astype(np.float64) - float(self.first)) * self.scale).astype(np.int64)
        return buckets

    def places(self, numbers: Numbers) -> npt.NDArray[np.int64]:
        """Count the quantiles below each number. (n,) -> (n,)"""
        found = np.take(self.first_of, self._bucket(numbers))
        unsure = np.flatnonzero(found < 0)
        passed = np.take(self.values, found, mode="clip") < numbers
        found = np.where(passed, np.take(self.behind, found, mode="clip"), found)
        if len(unsure):
            found[unsure] = np.searchsorted(self.values, numbers[unsure], side="left")
        return found

    def shares_below(self, values: pl.Series, uniform: Floats) -> Floats:
        """Give the share of the column below each value, evenly among equal ones; of NULL any. (n,), (n,) -> (n,)"""
        missing = values.is_null().to_numpy() if values.null_count() else None
        numbers = values.fill_null(0).to_numpy() if missing is not None else values.to_numpy()
        first = self.places(numbers)
        # between two quantiles lies a stretch of 1 / m; one that is there reaches half a stretch to both sides
        places = first - 0.5 + uniform
        equal = np.flatnonzero(np.take(self.values, first, mode="clip") == numbers)
        found = first[equal]
        places[equal] = found + uniform[equal] * (self.behind[found] - found)
        shares: Floats = np.clip(places / len(self.values), 0.0, 1.0)
        return shares if missing is None else np.where(missing, uniform, shares)
