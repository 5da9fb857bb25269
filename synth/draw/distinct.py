"""Drawing without repeats: which of a column's values each row has, so that no two rows of a unique group are equal."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from synth.draw.context import BlockContext
from synth.errors import TooFewError, many
from synth.plan.model import DistinctDraw
from synth.streams import Sub, permuted

__all__ = ["places_of"]

Rows = npt.NDArray[np.int64]


def places_of(context: BlockContext, draw: DistinctDraw, column: str) -> Rows:
    """Give the places of one column's values, of those that are drawn together. (rows,)"""
    name = "+".join(draw.columns)
    if draw.weighted:
        numbers = context.row_numbers
        numbers = permuted(context.seed, context.table, f"{draw.weighted}+{name}", Sub.DISTINCT, numbers, draw.rows)
        ends = context.residents.prepared(context.table, draw.weighted, "allotted")
        chosen = np.searchsorted(ends, numbers, side="right")
        if column == draw.weighted:
            return chosen
        ordinals = numbers - np.where(chosen > 0, ends[chosen - 1], 0)
        places = permuted(context.seed, context.table, name, Sub.DISTINCT, ordinals, draw.places, chosen)
    elif draw.within is None:
        places = permuted(context.seed, context.table, name, Sub.DISTINCT, context.unique_numbers, draw.places)
    else:
        at, parents = context.ancestor_positions(draw.within)
        counts = np.bincount(at, minlength=len(parents))
        ordinals = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        seed = context.plan.seeds[context.table]
        places = permuted(seed, context.table, name, Sub.DISTINCT, ordinals, draw.places, parents[at])
    which = draw.columns.index(column)
    return places // math.prod(draw.sizes[which + 1 :]) % draw.sizes[which]


def allotted(draw: DistinctDraw, cumulated: npt.NDArray[np.float64]) -> Rows:
    """Allot the table's rows to parents by cumulated weights, none more than it has pairs. (parents,) -> (parents,)

    The result is cumulated, too. Who would get more gets all, and the rest is shared among the others; of what is left of
    whole rows the largest parts come first. Raises TooFewError.
    """
    weights = np.diff(cumulated, prepend=0.0)
    full = np.zeros(len(weights), dtype=np.bool_)
    shares = np.zeros(len(weights))
    able = int((weights > 0).sum())
    if able * draw.places < draw.rows:
        have = f"{able:,} parents with a weight have {able * draw.places:,}"
        raise TooFewError(f"{many(draw.rows, 'row', 'needs', 'need')} as many pairs, and {have}")
    while True:
        left = draw.rows - draw.places * int(full.sum())
        open_weights = np.where(full, 0.0, weights)
        shares = np.where(full, float(draw.places), left * open_weights / max(open_weights.sum(), 1e-300))
        over = (shares > draw.places) & ~full
        if not over.any():
            break
        full |= over
    whole = np.minimum(np.floor(shares), draw.places).astype(np.int64)
    missing = draw.rows - int(whole.sum())
    room = (whole < draw.places) & (weights > 0)
    order = np.argsort(np.where(room, whole - shares, np.inf), kind="stable")
    whole[order[:missing]] += 1
    return np.cumsum(whole)
