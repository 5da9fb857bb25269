"""Choices that depend on other choices of their row: shares by group, and values that follow from another one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

from synth.importing.learning.asking import Asking, name_of
from synth.importing.learning.learnt import Dependence, Lookup, Value
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import Work

__all__ = ["dependences_of"]

STRONG = 0.3  # Cramér's V
MOST_COLUMNS = 12
FEWEST_ROWS = 100

Cells = Mapping[tuple[Value, Value], tuple[int, int]]  # rows and roots by two values


def dependences_of(
    asking: Asking, work: Work, choices: Mapping[str, Sequence[Value]], least: int
) -> tuple[tuple[Dependence, ...], tuple[Lookup, ...]]:  # fmt: skip
    """The choices that depend strongly on another one, and those that follow from it, each on the one it depends on most."""
    names = [name for name, values in choices.items() if len(values) > 1][:MOST_COLUMNS]
    strongest: dict[str, Dependence] = {}
    lookups: dict[str, Lookup] = {}
    if work.rows < FEWEST_ROWS:
        return (), ()
    for one, other in combinations(names, 2):
        cells = _cells(asking, work, one, other)
        known = {
            pair: cell
            for pair, cell in cells.items()
            if pair[0] in set(choices[one]) and pair[1] in set(choices[other])
        }
        if not known:
            continue
        turned = {(b, a): cell for (a, b), cell in known.items()}
        determined = False
        for by, column, table in ((one, other, known), (other, one, turned)):
            pairs = _determined(table, least)
            if pairs and not determined and column not in lookups:
                lookups[column] = Lookup(column, by, pairs)
                determined = True
        strength = _cramer(known)
        if determined or strength < STRONG:
            continue
        by, column, table = min(((one, other, known), (other, one, turned)), key=lambda each: _unknown(each[2]))
        shares = _shares(table, least)
        if shares and (column not in strongest or strongest[column].strength < strength):
            strongest[column] = Dependence(column, by, few_digits(strength, 2), shares)
    kept = [each for each in strongest.values() if each.column not in lookups and not _is_turned(each, strongest)]
    return tuple(kept), tuple(lookups.values())


def _is_turned(each: Dependence, all_of: Mapping[str, Dependence]) -> bool:
    """Whether the column that it depends on depends on it in turn, and was found before."""
    other = all_of.get(each.by)
    return (
        other is not None and other.by == each.column and list(all_of).index(each.by) < list(all_of).index(each.column)
    )


def _cells(asking: Asking, work: Work, one: str, other: str) -> Cells:
    a, b = name_of(one), name_of(other)
    found = asking.rows(
        f"SELECT {a} AS a, {b} AS b, count(*), {work.counted_roots} FROM {work.sql}"
        f" WHERE {a} IS NOT NULL AND {b} IS NOT NULL GROUP BY a, b ORDER BY a, b"
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in found}


def _determined(cells: Cells, least: int) -> tuple[tuple[Value, Value], ...]:
    """The pairs in which each value of the first has one of the second, and enough roots; none where it is not so."""
    firsts, seconds = [pair[0] for pair in cells], {pair[1] for pair in cells}
    if len({*firsts}) < len(firsts) or len(seconds) < 2 or min(roots for _, roots in cells.values()) < least:
        return ()
    return tuple(cells)


def _margins(cells: Cells) -> tuple[dict[Value, int], dict[Value, int], int]:
    one: dict[Value, int] = {}
    other: dict[Value, int] = {}
    for (a, b), (rows, _) in cells.items():
        one[a] = one.get(a, 0) + rows
        other[b] = other.get(b, 0) + rows
    return one, other, sum(one.values())


def _cramer(cells: Cells) -> float:
    """Cramér's V without what chance adds (Bergsma 2013), from 0 to 1."""
    one, other, total = _margins(cells)
    r, k = len(one), len(other)
    if min(r, k) < 2 or total < 2:
        return 0.0
    squares = sum(
        (cells.get((a, b), (0, 0))[0] - x * y / total) ** 2 / (x * y / total)
        for a, x in one.items() for b, y in other.items()
    )  # fmt: skip
    phi = max(0.0, squares / total - (r - 1) * (k - 1) / (total - 1))
    rows, columns = r - (r - 1) ** 2 / (total - 1), k - (k - 1) ** 2 / (total - 1)
    return math.sqrt(phi / max(1e-9, min(rows, columns) - 1))


def _unknown(cells: Cells) -> float:
    """The share of what is unknown of the second choice that stays so when the first is known, from 0 to 1."""
    one, other, total = _margins(cells)
    alone = -sum(rows / total * math.log(rows / total) for rows in other.values())
    known = -sum(rows / total * math.log(rows / one[a]) for (a, _), (rows, _) in cells.items())
    return known / alone if alone > 0 else 1.0


def _shares(cells: Cells, least: int) -> Mapping[Value, Mapping[Value, float]]:
    """The shares of the second choice by value of the first, of cells with enough roots."""
    kept: dict[Value, dict[Value, int]] = {}
    for (a, b), (rows, roots) in cells.items():
        if roots >= least:
            kept.setdefault(a, {})[b] = rows
    return {a: {b: few_digits(rows / sum(group.values()), 3) for b, rows in group.items()} for a, group in kept.items()}
