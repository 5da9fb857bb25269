"""Siblings: the rows that one row of a parent has, side by side in a block, in their order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.columns import gather, mask

__all__ = ["before_siblings", "in_turn", "of_siblings"]

Rows = npt.NDArray[np.int64]


def of_siblings(column: pl.Series, parents: Rows | None, which: str) -> pl.Series:
    """Give a column's value in the sibling before, after, the first or the last; NULL where there is none. (n,) -> (n,)"""
    assert parents is not None
    places = np.arange(len(parents))
    if not len(places):
        return column
    if which == "first":
        return gather(column, np.searchsorted(parents, parents))
    if which == "last":
        return gather(column, np.searchsorted(parents, parents, side="right") - 1)
    others = places + (1 if which == "next" else -1)
    inside = np.clip(others, 0, len(places) - 1)
    nobody = (others != inside) | (parents[inside] != parents)
    return mask(gather(column, inside), nobody)


def before_siblings(parents: Rows | None) -> tuple[Rows, Rows]:
    """Give the place of each row's sibling before, below 0 where there is none, and its number among them. (n,), (n,)"""
    assert parents is not None
    ordinals = np.arange(len(parents)) - np.searchsorted(parents, parents)
    return np.where(ordinals > 0, np.arange(len(parents)) - 1, -1), ordinals


def in_turn(
    evaluate: Callable[[pl.DataFrame], pl.Series], others: pl.DataFrame, own: Sequence[str], before: Rows, turns: Rows,
    dtype: pl.DataType,
) -> pl.Series:  # fmt: skip
    """Make a column of which each row needs that of the row before it, all rows of a turn together. (n,)

    `evaluate` works its SQL out over a frame of the paths that it names; `own` are those that mean the column itself.
    `before` are the places of the rows before, which have the turn before; those of the first turn have none.
    """
    order = np.argsort(turns, kind="stable")
    ends = np.cumsum(np.bincount(turns)) if len(turns) else np.zeros(0, np.int64)
    parts: list[pl.Series] = []
    last_places, start = order[:0], 0
    for end in ends:
        places = order[start:end]
        if start:
            above = parts[-1].gather(np.searchsorted(last_places, before[places]))
        else:
            above = pl.Series([None], dtype=dtype).new_from_index(0, len(places))
        frame = pl.DataFrame([*(column.gather(places) for column in others), *(above.alias(path) for path in own)])
        made = evaluate(frame)
        parts.append(made.new_from_index(0, len(places)) if len(made) != len(places) else made)
        last_places, start = places, int(end)
    if not parts:
        return pl.Series([], dtype=dtype)
    back = np.empty(len(order), np.int64)
    back[order] = np.arange(len(order))
    return pl.concat(parts).gather(back)
