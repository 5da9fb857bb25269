"""Draws how many children each parent has, and meets exact totals."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from synth.generators.sampling import Search
from synth.plan.fanout import FanoutLaw

__all__ = ["children", "meet"]

Rows = npt.NDArray[np.int64]


@lru_cache(maxsize=64)
def _search(cumulated: bytes) -> Search:
    return Search(np.frombuffer(cumulated))


def children(
    law: FanoutLaw,
    first_parent: int,
    parents: int,
    declared: int | None,
    stream: Callable[[str], np.random.Generator],
) -> Rows:
    """Children of consecutive parents, a whole block of them. -> (parents,)

    An exact total is met between the block's ends, and between them and the declared end where that lies inside.
    """
    uniform = stream("").random(parents)
    search = _search(law.cumulated.tobytes())
    counts = search(np.minimum(uniform, 1 - 2**-53) * law.cumulated[-1]) + law.min
    if law.exact and parents:
        cuts = [first_parent, first_parent + parents]
        if declared is not None and cuts[0] < declared < cuts[1]:
            cuts.insert(1, declared)
        for low, high in pairwise(cuts):
            part = counts[low - first_parent : high - first_parent]
            quota = law.total(high) - law.total(low)
            places = slice(low - first_parent, high - first_parent)

            def priority(turn: int, places: slice = places) -> npt.NDArray[np.float64]:
                return stream(f"meet{turn}").random(parents)[places]

            meet(part, quota, law.min, law.max, priority)
    return counts


def meet(counts: Rows, quota: int, low: int, high: int, priority: Callable[[int], npt.NDArray[np.float64]]) -> None:
    """Change counts in place by ones until they sum to `quota`, those of least priority first, within low to high."""
    turn = 0
    missing = quota - int(counts.sum())
    while missing:
        step = 1 if missing > 0 else -1
        able = np.flatnonzero(counts < high if step > 0 else counts > low)
        assert len(able), "a quota outside what the limits allow"
        if len(able) > abs(missing):
            order = priority(turn)[able]
            able = able[np.argpartition(order, abs(missing) - 1)[: abs(missing)]]
        counts[able] += step
        missing -= step * len(able)
        turn += 1
