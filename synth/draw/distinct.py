"""Drawing without repeats: which of a column's values each row has, so that no two rows of a unique group are equal."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from synth.draw.context import BlockContext
from synth.plan.model import DistinctDraw
from synth.streams import Sub, permuted

__all__ = ["places_of"]

Rows = npt.NDArray[np.int64]


def places_of(context: BlockContext, draw: DistinctDraw, column: str) -> Rows:
    """Give the places of one column's values, of those that are drawn together. (rows,)"""
    name = "+".join(draw.columns)
    if draw.within is None:
        numbers = np.arange(context.first_unique_number, context.first_unique_number + context.rows)
        places = permuted(context.seed, context.table, name, Sub.DISTINCT, numbers, draw.places)
    else:
        at, parents = context.ancestor_positions(draw.within)
        counts = np.bincount(at, minlength=len(parents))
        ordinals = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        seed = context.plan.seeds[context.table]
        places = permuted(seed, context.table, name, Sub.DISTINCT, ordinals, draw.places, parents[at])
    which = draw.columns.index(column)
    return places // math.prod(draw.sizes[which + 1 :]) % draw.sizes[which]
