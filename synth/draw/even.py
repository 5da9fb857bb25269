"""Uniform numbers that are dealt out: of n rows each has its own nth of what lies from 0 to 1, in a shuffled order.

What is read off them has the shares that are declared as exactly as the number of rows lets, where chance alone would be
off by more in few rows. A row's part is a function of its number, so blocks stand alone as ever.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from synth.generators.sampling import normal_between
from synth.streams import JoinedStreams, Stream, Sub, permuted

__all__ = ["EvenStream", "dealt"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]


class EvenStream(JoinedStreams):
    """A column's stream whose uniform numbers, one a row, lie in the parts that rows were dealt."""

    def __init__(self, stream: Stream, parts: Rows, count: int):
        """parts: of each row, below `count`. (rows,)"""
        if isinstance(stream, JoinedStreams):
            super().__init__(stream.streams, stream.rows)
        else:
            super().__init__([stream], [len(parts)])
        self.parts, self.count = parts, count

    def random(self, size: int | tuple[int, ...]) -> Floats:
        """Give uniform numbers in [0, 1), the only or the first ones of each row in its part, of any shape: (n,)."""
        made = super().random(size)
        first = made[:, 0] if isinstance(size, tuple) else made
        first += self.parts
        first /= self.count
        return np.minimum(made, np.nextafter(1.0, 0.0), out=made)

    def standard_normal(self, size: int) -> Floats:
        """Give standard normal numbers, each in its part. (n,)"""
        return normal_between(self.random(size), -math.inf, math.inf)


def dealt(stream: Stream, name: tuple[int, str, str, str], rows: Rows, count: int) -> EvenStream:
    """Deal out a column's uniform numbers in runs of `count` rows. (rows,)

    `name` is what shuffles are named by: the seed, the table, the column, and a sub-stream of it.
    """
    seed, table, column, sub = name
    run = rows // count
    parts = permuted(seed, table, column, Sub.EVEN.format(sub), rows - run * count, count, run)
    return EvenStream(stream, parts, count)
