"""What hangs together across a reference: sums of a parent's children, and columns that repeat one of the parent's."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from synth.importing.found import FoundReference
from synth.importing.learning.asking import Asking, name_of, number_of
from synth.importing.learning.formulas import HOLDS, holds
from synth.importing.learning.learnt import Carried, Sum
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import Work

__all__ = ["carried_of", "sums_of"]

SO_MANY = 4_000  # parents that are looked at
SO_MANY_ROWS = 20_000  # rows of children that are compared with their parent's
MOST_COLUMNS = 8  # of a child that are added, and multiplied in pairs
MOST_PAIRS, MANY = 150, 100
FEWEST = 30


def sums_of(
    asking: Asking, parent: Work, child: Work, reference: FoundReference, of: Sequence[str], adds: Sequence[str]
) -> tuple[Sum, ...]:  # fmt: skip
    """The columns `of` a parent that add up its children's columns `adds`, two of these multiplied, or count children."""
    if not of or not parent.rows or not child.rows or not ((parent.whole and child.whole) or parent.root == child.root):
        return ()
    terms: list[tuple[str, ...]] = [
        (),
        *((name,) for name in adds[:MOST_COLUMNS]),
        *combinations(adds[:MOST_COLUMNS], 2),
    ]
    own = [f"{name_of(column)} AS k{i}" for i, column in enumerate(reference.columns)]
    keys = [f"{name_of(column)} AS k{i}" for i, column in enumerate(reference.parent_columns)]
    added = [f"sum({' * '.join(f'({number_of(name)})' for name in names)})" if names else "count(*)" for names in terms]
    ks = ", ".join(f"k{i}" for i in range(len(own)))
    parents = parent.of_some_roots(SO_MANY)
    values = asking.columns(
        f"WITH p AS MATERIALIZED (SELECT *, {', '.join(keys)} FROM {parents} LIMIT {2 * SO_MANY}),"
        f" c AS (SELECT {ks}, {', '.join(f'{sql} AS s{i}' for i, sql in enumerate(added))}"
        f" FROM (SELECT *, {', '.join(own)} FROM {child.sql}) SEMI JOIN p USING ({ks}) GROUP BY {ks})"
        f" SELECT {', '.join(f'{number_of(name)} AS of{i}' for i, name in enumerate(of))},"
        f" {', '.join(f'coalesce(c.s{i}, 0) AS s{i}' for i in range(len(terms)))} FROM p LEFT JOIN c USING ({ks})",
    )
    found = []
    for i, name in enumerate(of):
        wanted = values[f"of{i}"]
        there = ~np.isnan(wanted)
        if there.sum() < FEWEST or len(np.unique(wanted[there])) < 3:
            continue
        shares = [holds(wanted[there], values[f"s{j}"][there]) for j in range(len(terms))]
        best = int(np.argmax(shares))
        if shares[best] >= HOLDS:
            found.append(Sum(name, child.source.name, reference.columns, terms[best], few_digits(shares[best])))
    return tuple(found)


def carried_of(
    asking: Asking, child: Work, parent: Work, reference: FoundReference, mine: Sequence[str], others: Sequence[str],
) -> tuple[Carried, ...]:  # fmt: skip
    """The columns `mine` of a child that repeat one of `others` of its parent's, of the same sort and called alike."""
    pairs = [
        (one, other)
        for one in mine
        for other in others
        if child.kind(one) == parent.kind(other) != "other"
        and (_called_alike(one, other) or (_differs(child, one) and _differs(parent, other)))
    ][:MOST_PAIRS]
    if not pairs or child.rows < FEWEST or not (parent.whole or parent.root == child.root):
        return ()
    same = " AND ".join(
        f"c.{name_of(own)} = p.{name_of(key)}"
        for own, key in zip(reference.columns, reference.parent_columns, strict=True)
    )
    counted = ", ".join(
        f"count(*) FILTER (c.{name_of(one)} IS NOT DISTINCT FROM p.{name_of(other)}), count(c.{name_of(one)})"
        for one, other in pairs
    )
    rows, *cells = asking.row(
        f"SELECT count(*), {counted} FROM {child.some(SO_MANY_ROWS)} AS c JOIN {parent.sql} AS p ON {same}"
    )
    found: list[Carried] = []
    for (one, other), equal, there in zip(pairs, cells[::2], cells[1::2], strict=True):
        if (
            rows >= FEWEST
            and there >= FEWEST
            and equal >= HOLDS * rows
            and not any(each.column == one for each in found)
        ):
            found.append(Carried(one, reference.columns, parent.source.name, other, few_digits(equal / rows)))
    return tuple(found)


def _differs(work: Work, column: str) -> bool:
    """Whether a column has so many values that two columns are not the same by chance."""
    return work.kind(column) in ("number", "moment") and work.source.distinct.get(column, 0) >= MANY


def _called_alike(one: str, other: str) -> bool:
    """Whether two columns have a name that ends alike: unit_price and price."""
    first, second = one.lower(), other.lower()
    return first == second or first.endswith(f"_{second}") or second.endswith(f"_{first}")
