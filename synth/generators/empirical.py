"""Numbers as they were found: by a histogram, or by quantiles."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

import numpy as np
from pydantic import Field, model_validator

from synth.dtypes import DType
from synth.generators.base import Many
from synth.generators.numbers import Ends, Plain, Stepped
from synth.generators.rounding import Floats
from synth.generators.sampling import BELOW_ONE, Search, check_weights

__all__ = ["Empirical"]


class Empirical(Plain, Stepped):
    """A histogram (`edges`, and the share of what lies between each two), or `quantiles`; even between two of them."""

    example = """age: {empirical: {edges: [18, 30, 50, 67, 90], shares: [0.2, 0.35, 0.28, 0.17]}, type: integer}
basket: {empirical: {quantiles: {0: 1, 0.5: 24.9, 0.9: 80, 1: 400}}, type: "decimal(8,2)"}"""

    edges: Many | None = Field(None, description="of a histogram, increasing, in the column's own unit")
    shares: Many | None = Field(None, description="of what lies between each two edges, one fewer than there are edges")
    quantiles: dict[float, float] | None = Field(
        None, description="share below: number, …; 0, below which nothing lies, and 1 among the shares"
    )

    @model_validator(mode="after")
    def _check_knots(self) -> Empirical:
        _refuse_knots(self.edges, self.shares, self.quantiles)
        return self

    def _check_range(self) -> None:
        """Refuse a range beside the numbers, or in a gap of them. Raises ValueError."""
        _refuse_knots(self.edges, self.shares, self.quantiles)  # the first to ask for them
        super()._check_range()
        if not self._law.between_share(*self.ends()) > 0:
            raise ValueError("no numbers lie between `min` and `max`: the shares there are 0")

    @property
    def _law(self) -> _Knots:
        if self.quantiles is not None:
            below = sorted(self.quantiles)
            return _Knots.of(tuple(below), tuple(self.quantiles[share] for share in below))
        assert self.shares is not None and self.edges is not None
        below = [0.0]
        for share in self.shares:
            below.append(below[-1] + share)
        return _Knots.of(tuple(share / below[-1] for share in below), self.edges)

    def support(self) -> Ends:
        numbers = self._law.numbers
        return float(numbers[0]), float(numbers[-1])

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        return self._law.between(shares, low, high)

    def share_between(self, low: float, high: float) -> float:
        return self._law.between_share(low, high)

    def share_above(self, floor: int, dtype: DType) -> float | None:
        """Give the share of what comes out that is rounded to more than a number; None where many are the same number."""
        numbers = self._law.numbers
        return super().share_above(floor, dtype) if (np.diff(numbers) > 0).all() else None


def _refuse_knots(
    edges: tuple[float, ...] | None, shares: tuple[float, ...] | None, quantiles: dict[float, float] | None
) -> None:
    """Refuse what is neither a histogram nor a list of quantiles. Raises ValueError."""
    if (quantiles is None) == (edges is None) or (edges is None) != (shares is None):
        raise ValueError("`edges` and `shares` are expected, or `quantiles`")
    if edges is not None and shares is not None:
        for each in (*edges, *shares):
            if isinstance(each, bool) or not isinstance(each, (int, float)):
                raise ValueError(f"`edges` and `shares` are numbers, and {each!r} is none")
        if len(edges) != len(shares) + 1:
            raise ValueError(
                f"between {len(edges)} edges lie {len(edges) - 1} stretches, and there are {len(shares)} shares"
            )
        if any(low >= high for low, high in pairwise(edges)):
            raise ValueError("`edges` increase")
        if min(shares) < 0:
            raise ValueError(f"a share is a number from 0 up, and {min(shares):g} is not")
        check_weights(shares, "shares")
    if quantiles is not None:
        below = sorted(quantiles)
        if not below or below[0] != 0 or below[-1] != 1:
            raise ValueError("`quantiles` begin with 0, below which nothing lies, and end with 1")
        numbers = [quantiles[share] for share in below]
        if numbers != sorted(numbers):
            raise ValueError("`quantiles` never decrease as their shares grow")


class _Knots:
    """A distribution that is even between numbers below which known shares lie. below, numbers: (knots,) each."""

    def __init__(self, below: Floats, numbers: Floats):
        self.below, self.numbers = below, numbers
        self.search = Search(np.maximum(below[1:], 1e-300))

    @staticmethod
    @lru_cache(maxsize=64)
    def of(below: tuple[float, ...], numbers: tuple[float, ...]) -> _Knots:
        """Make the distribution of these knots."""
        return _Knots(np.array(below, dtype=np.float64), np.array(numbers, dtype=np.float64))

    def share(self, number: float, side: str) -> float:
        """Give the share below a number; with the side `right` those equal to it are counted."""
        right = side == "right"
        at = int(np.searchsorted(self.numbers, number, side="right" if right else "left"))
        if at == 0 or at == len(self.numbers):
            return float(at > 0)
        same = at - 1 if right else at
        if self.numbers[same] == number:
            return float(self.below[same])
        way = (number - self.numbers[at - 1]) / (self.numbers[at] - self.numbers[at - 1])
        return float(self.below[at - 1] + way * (self.below[at] - self.below[at - 1]))

    def between_share(self, low: float, high: float) -> float:
        """Give the share from one number to another."""
        return max(0.0, self.share(high, "right") - self.share(low, "left"))

    def between(self, shares: Floats, low: float, high: float) -> Floats:
        """Give the numbers below which these shares of what lies from one number to another lie. (n,) -> (n,)"""
        first, last = self.share(low, "left"), self.share(high, "right")
        places = first + shares * ((last - first) * BELOW_ONE)
        cell = self.search(places)
        share = self.below[cell + 1] - self.below[cell]
        way = (places - self.below[cell]) / np.where(share > 0, share, 1.0)
        drawn = self.numbers[cell] + np.clip(way, 0.0, 1.0) * (self.numbers[cell + 1] - self.numbers[cell])
        return np.clip(drawn, low, high)
