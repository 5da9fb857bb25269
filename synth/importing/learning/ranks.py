"""How many rows the parents of a reference have by rank, the most popular first.

A parent has a share of its own where enough roots stand behind its rows, else one together with the next ones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth.importing.found import FoundReference
from synth.importing.learning.asking import Asking, name_of
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import ROOT, Work

__all__ = ["Ranks", "ranks_of"]

Ranks = tuple[tuple[int, float], ...]
Floats = npt.NDArray[np.float64]

MOST_PARENTS = 5_000  # of more of them a law says the same
ALIKE = 0.85  # of the rows of a group's first parent: whoever has fewer begins the next group


def ranks_of(asking: Asking, child: Work, parent: Work, reference: FoundReference, least: int) -> Ranks:
    """Groups of parents that have about as many rows each: how many parents, and their share of all rows.

    The last group may have none. Empty where parents are too many, not all rows are looked at, or few roots stand behind.
    """
    size = parent.source.rows
    if not child.whole or not 1 < size <= MOST_PARENTS or not child.rows:
        return ()
    keys = ", ".join(name_of(column) for column in reference.columns)
    there = " AND ".join(f"{name_of(column)} IS NOT NULL" for column in reference.columns)
    found = asking.columns(
        f"SELECT count(*) AS n, count(DISTINCT {ROOT}) AS roots FROM {child.sql} WHERE {there} GROUP BY {keys}"
        " ORDER BY n DESC"
    )
    counts, roots = found["n"], found["roots"]
    if child.root == parent.source.name:  # each parent is a root
        roots = np.ones_like(counts)
    apart = child.root in (parent.source.name, child.source.name)
    return _grouped(counts, roots, size, least, apart=apart)


def _grouped(counts: Floats, roots: Floats, size: int, least: int, *, apart: bool) -> Ranks:
    """Cut parents in order into groups behind which enough roots stand, which are `apart` or may be the same. (n,), (n,)"""
    groups: list[tuple[int, float]] = []
    first, behind, total = 0, 0.0, float(counts.sum())
    for at in range(len(counts)):
        behind = behind + float(roots[at]) if apart else max(behind, float(roots[at]))
        ends = at + 1 == len(counts) or counts[at + 1] < ALIKE * counts[first]
        if ends and behind >= least:
            groups.append((at + 1 - first, float(counts[first : at + 1].sum()) / total))
            first, behind = at + 1, 0.0
    if first < len(counts):  # too few roots for a group of their own
        if not groups:
            return ()
        parents, share = groups.pop()
        groups.append((parents + len(counts) - first, share + float(counts[first:].sum()) / total))
    if size > len(counts):
        groups.append((size - len(counts), 0.0))
    return tuple((parents, few_digits(share, 4)) for parents, share in groups)
