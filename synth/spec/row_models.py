"""How many rows a table declares: a count that grows with the scale, or so many for each of a parent's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from synth.errors import counted
from synth.generators.base import Model
from synth.generators.sampling import check_weights

__all__ = ["Fanout", "NegativeBinomial", "RowCount"]

WIDEST = 100_000  # children of one parent: a fan-out's law is a table as long
MOST_ROWS = 10**15  # a terabyte of keys alone is a thousandth of it
LEAST_R = 1e-9  # of a negative binomial: nearly all parents have no child
Positive = Annotated[float, Field(gt=0)]


class RowCount(Model):
    """Row count: `max(at_least, round(base × scale^growth))`."""

    base: Annotated[int, Field(ge=1, le=MOST_ROWS)]
    growth: Annotated[float, Field(ge=0, le=1)] = 1.0
    at_least: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 1

    def at(self, scale: float) -> int:
        """Give the declared count at a scale, half rounded up."""
        return max(self.at_least, int(self.base * scale**self.growth + 0.5))


class NegativeBinomial(Model):
    """Over-dispersed counts; the smaller `r`, the more unequal."""

    r: Annotated[float, Field(ge=LEAST_R)]


class Fanout(Model):
    """Children per parent: a distribution between `min` and `max` of the declared mean."""

    mean: Positive | None = None
    min: Annotated[int, Field(ge=0)] = 0
    max: Annotated[int, Field(ge=1)]
    negative_binomial: NegativeBinomial | None = None
    poisson: bool = False
    uniform: bool = False
    shares: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(ge=0)]] | None = None
    exact: bool = False  # the total is the mean times the parents, block by block

    @property
    def most(self) -> int:
        """The most children that a row can have."""
        return max((count for count, share in self.shares.items() if share), default=0) if self.shares else self.max

    @model_validator(mode="after")
    def _check(self) -> Fanout:
        ways = [w for w in ("negative_binomial", "poisson", "uniform", "shares") if getattr(self, w)]
        if len(ways) != 1:
            raise ValueError("a fan-out is one of negative_binomial, poisson, uniform or shares")
        if self.max > WIDEST:
            raise ValueError(
                f"a row may have {WIDEST:,} children at most, not {counted(self.max)}; let more of them arrive"
            )
        if self.min > self.max:
            raise ValueError(f"`min` ({self.min}) is above `max` ({self.max})")
        if ways[0] in ("negative_binomial", "poisson"):
            if self.mean is None:
                raise ValueError(f"{ways[0]} needs a `mean`")
            if not self.min < self.mean < self.max:
                raise ValueError(f"the mean ({self.mean:g}) must lie between `min` ({self.min}) and `max` ({self.max})")
        elif self.mean is not None:
            raise ValueError(f"{ways[0]} has a mean of its own; leave `mean` out")
        if self.shares is not None:
            check_weights(self.shares.values(), "shares")
            if max(self.shares) > self.max or min(self.shares) < self.min:
                raise ValueError(f"a share is for a count outside {self.min} to {self.max}")
            used = sorted(count for count, share in self.shares.items() if share)
            if self.exact and used != list(range(used[0], used[-1] + 1)):
                raise ValueError(f"exact totals need a share for every count from {used[0]} to {used[-1]}")
        return self
