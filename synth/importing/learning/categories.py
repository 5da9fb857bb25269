"""Shares of the values of columns that have few, as long as enough roots stand behind each value."""

from __future__ import annotations

from synth.importing.learning.asking import Asking, name_of
from synth.importing.learning.learnt import Value, Weights
from synth.importing.learning.personal import looks_personal
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import ROOT, Work

__all__ = ["MOST", "MOST_OTHER", "true_share", "weights_of"]

MOST = 200  # values of a column that is a choice
MOST_OTHER = 0.05  # share of the rows with another value, in a column of numbers that is a choice
MOST_NUMBERS = 30  # of numbers, which are otherwise a distribution


def weights_of(asking: Asking, work: Work, column: str, least: int) -> Weights | None:
    """The shares of a column's values; None where they are too many, or none of them has enough roots."""
    most = MOST if work.kind(column) == "text" else MOST_NUMBERS
    if work.source.distinct.get(column, 0) > 1.2 * most:  # which is about
        return None
    name = name_of(column)
    found = asking.rows(
        f"SELECT {name} AS v, count(*) AS n, {work.counted_roots} FROM {work.sql} WHERE {name} IS NOT NULL"
        f" GROUP BY v ORDER BY n DESC, v LIMIT {10 * most}"
    )
    kept = [(value, rows) for value, rows, roots in found if roots >= least and not looks_personal(value)]
    weights = _weights(kept, found, most)
    if weights is None or (work.kind(column) == "number" and weights.other > MOST_OTHER):
        return None
    return weights


def _weights(kept: list[tuple[Value, int]], found: list[tuple[Value, int, int]], most: int) -> Weights | None:
    if not kept or len(found) > most:
        return None
    rows, total = sum(count for _, count in kept), sum(count for _, count, _ in found)
    return Weights(
        tuple((value, few_digits(count / rows, 4)) for value, count in kept),
        few_digits(1 - rows / total, 4),
        len(found) - len(kept),
    )


def true_share(asking: Asking, work: Work, column: str, least: int) -> float | None:
    """The share of true among the values of a boolean: 0 or 1 where fewer roots have the other one."""
    name = name_of(column)
    rows, trues, roots_true, roots_false = asking.row(
        f"SELECT count({name}), count(*) FILTER ({name}), count(DISTINCT {ROOT}) FILTER ({name}),"
        f" count(DISTINCT {ROOT}) FILTER (NOT {name}) FROM {work.sql}",
    )
    if max(roots_true, roots_false) < least:
        return None
    if min(roots_true, roots_false) < least:
        return float(roots_true > roots_false)
    return few_digits(trues / rows, 4)
