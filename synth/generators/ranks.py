"""How popular each parent is: its rank, a fixed shuffle that does not depend on how many parents there are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from synth.streams import Sub

__all__ = ["ranks_of_any", "ranks_of_declared", "zipf_mandelbrot"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Streams = Callable[[str], np.random.Generator]  # by the name of a sub-stream

FIRST = 16  # rows of the first run, each of the others is as long as all before


def zipf_mandelbrot(ranks: npt.NDArray[np.int64] | Floats, size: int, s: float, q: float) -> Floats:
    """Weights (rank + q·size)^−s for ranks above 0 (DESIGN.md, section 6). (n,) -> (n,)"""
    weights: Floats = np.power(ranks + q * size, -s)
    return weights


def ranks_of_declared(rows: int, declared: int, streams: Streams) -> Rows:
    """Give ranks from 1 to `declared`, shuffled, and anew for each further so many rows. -> (rows,)"""
    shuffled = [streams(Sub.RANKS.format(run)).permutation(declared) + 1 for run in range(-(-rows // declared))]
    return np.concatenate(shuffled)[:rows] if shuffled else np.empty(0, dtype=np.int64)


def ranks_of_any(rows: int, streams: Streams) -> Floats:
    """Give ranks as shares of all rows, above 0 to 1, where nobody knows how many rows there will be. -> (rows,)

    Runs double: 16 rows have k/16, the next 16 the odd k/32, the next 32 the odd k/64, shuffled. So 16, 32, 64 … rows have
    just the ranks k/n, any number of rows nearly, and a row keeps its rank as more come.
    """
    found, size, run = [np.empty(0)], FIRST, 0
    while sum(map(len, found)) < rows:
        numbers = np.arange(1, size + 1) if run == 0 else np.arange(1, size, 2)
        found.append(streams(Sub.RANKS.format(run)).permutation(numbers) / size)
        size, run = 2 * size, run + 1
    return np.concatenate(found)[:rows]
