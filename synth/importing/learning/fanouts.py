"""How many rows refer to a row: counts by share, and the fan-out of specs that comes nearest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.errors import SpecError
from synth.importing.found import FoundReference
from synth.importing.learning.asking import Asking, name_of
from synth.importing.learning.learnt import FanoutLearnt, Law
from synth.importing.learning.rounded import at_most, few_digits
from synth.importing.learning.working import Source

__all__ = ["Counted", "counted", "fanout_of"]

Floats = npt.NDArray[np.float64]

NEAR, CHANCE, DEARER = 0.02, 0.7, 0.004  # as of laws: how near is near, what chance adds, what a parameter is worth
WIDEST = 5_000  # children: of more no law is looked for
BEYOND = 5  # parents that have more than the most that is told
UNEVEN = 1.02  # variance / mean from which on counts are more than Poisson's


class Counted:
    """How many parents have how many children, ascending; counts, parents: (n,) each. What has no parent is apart."""

    def __init__(self, counts: Floats, parents: Floats, orphans: float, rows: float):
        self.counts, self.parents, self.orphans, self.rows = counts, parents, orphans, rows

    @property
    def total(self) -> float:
        """How many parents there are, those without children among them."""
        return float(self.parents.sum())

    @property
    def mean(self) -> float:
        """Children of a parent."""
        return float((self.counts * self.parents).sum() / self.total)

    @property
    def variance(self) -> float:
        """The variance of the number of children."""
        return float(((self.counts - self.mean) ** 2 * self.parents).sum() / self.total)

    @property
    def most(self) -> float:
        """The 99th percentile, or what lies further inside so that five parents have more."""
        return self.at(max(0.5, min(0.99, 1 - BEYOND / self.total)))

    def at(self, share: float) -> float:
        """The number of children that so many of the parents have at the most."""
        reached = np.searchsorted(np.cumsum(self.parents), share * self.total)
        return float(self.counts[min(int(reached), len(self.counts) - 1)])


def counted(asking: Asking, child: Source, parent: Source, reference: FoundReference) -> Counted:
    """Count the children of all rows of a parent, in one pass over each table."""
    own = [name_of(column) for column in reference.columns]
    keys = [name_of(column) for column in reference.parent_columns]
    there = " AND ".join(f"{column} IS NOT NULL" for column in own)
    held = ", ".join(f"{column} AS k{i}" for i, column in enumerate(own))
    same = " AND ".join(f"c.k{i} = p.k{i}" for i in range(len(own)))
    found = asking.columns(
        f"SELECT c.n AS n, count(*) AS parents, p.here IS NULL AS lost"
        f" FROM (SELECT {held}, count(*) AS n FROM {child.relation} WHERE {there} GROUP BY {', '.join(own)}) AS c"
        f" LEFT JOIN (SELECT {', '.join(f'{key} AS k{i}' for i, key in enumerate(keys))}, TRUE AS here"
        f" FROM {parent.relation}) AS p ON {same} GROUP BY ALL ORDER BY n",
    )
    lost = found["lost"] > 0
    counts, parents = found["n"][~lost], found["parents"][~lost]
    rows = float((found["n"] * found["parents"]).sum())
    orphans = float((found["n"] * found["parents"])[lost].sum())
    without = max(0.0, parent.rows - float(parents.sum()))
    if without:
        counts, parents = np.concatenate(([0.0], counts)), np.concatenate(([without], parents))
    return Counted(counts, parents, orphans / rows if rows else 0.0, rows)


def fanout_of(found: Counted, least: int) -> FanoutLearnt | None:
    """What counts say: shares of those with enough parents, and the law; None where parents are too few."""
    if found.total < least:
        return None
    kept = found.parents >= least
    tail = float(found.parents[~kept].sum())
    tail_mean = float((found.counts * found.parents)[~kept].sum() / tail) if tail >= least else None
    shares = {
        int(count): few_digits(parents / found.total, 4)
        for count, parents in zip(found.counts[kept], found.parents[kept], strict=True)
    }
    return FanoutLearnt(
        parents=int(found.total),
        mean=few_digits(found.mean, 4),
        variance=few_digits(found.variance),
        shares=shares,
        tail=few_digits(tail / found.total, 4),
        tail_mean=None if tail_mean is None else few_digits(tail_mean),
        most=at_most(found.most),
        law=_law(found),
    )


def _law(found: Counted) -> Law | None:
    """The fan-out that comes nearest; None where none is near."""
    if found.at(1.0) > WIDEST:
        return None
    best: tuple[float, Law] | None = None
    allowed = NEAR + CHANCE / math.sqrt(found.total)
    for name, words, given in _candidates(found):
        distance = _distance(found, given)
        weight = distance + DEARER * len(words)
        if distance <= allowed and (best is None or weight < best[0]):
            best = weight, Law(name, words, few_digits(distance, 2))
    return best[1] if best else None


def _candidates(found: Counted) -> Iterator[tuple[str, Mapping[str, float], Mapping[str, Any]]]:
    """Names, parameters, and the words of `fanout` that say them."""
    low, high = int(found.at(0.01)), int(found.most)
    if low == high:
        yield "count", {"count": low}, {"count": low}
        return
    yield "uniform", {"min": low, "max": high}, {"uniform": True, "min": low, "max": high}
    mean, most = few_digits(found.mean, 4), at_most(2 * high)
    if not low < mean < most:
        return
    ends = {"mean": mean, "min": low, "max": most}
    yield "poisson", ends, {"poisson": True, **ends}
    inner = found.mean - low
    if found.variance > UNEVEN * inner:
        r = few_digits(inner**2 / (found.variance - inner))
        yield "negative_binomial", {**ends, "r": r}, {"negative_binomial": {"r": r}, **ends}


def _distance(found: Counted, given: Mapping[str, Any]) -> float:
    """How far the shares up to a count lie apart at the most."""
    from synth.spec.fanout_models import Fanout
    from synth.spec.kinds.fanout import fanout_law

    try:
        law = fanout_law(Fanout(**given), ())
    except (ValueError, SpecError):
        return 1.0
    places = np.arange(0, int(found.counts[-1]) + 1)
    shares = np.concatenate(([0.0], np.cumsum(found.parents) / found.total))
    seen = shares[np.searchsorted(found.counts, places, side="right")]
    cumulated = np.concatenate(([0.0], law.cumulated / law.cumulated[-1]))
    drawn = cumulated[np.clip(places - law.min + 1, 0, len(cumulated) - 1)]
    return float(np.abs(seen - drawn).max())
