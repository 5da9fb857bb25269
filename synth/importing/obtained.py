"""What was learnt beside what generated rows have: the same measures of both, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from synth.importing.learning.delays import UNITS
from synth.importing.learning.learnt import ColumnLearnt, Learnt, ReferenceLearnt, TableLearnt

if TYPE_CHECKING:
    from synth import answers

__all__ = ["Measure", "compared"]

TENTHS = (0.1, 0.25, 0.5, 0.75, 0.9)  # shares of numbers that lie below
TOPS = (0.01, 0.05, 0.2)  # of parents, the most popular first


@dataclass(frozen=True)
class Measure:
    """One measure of a table or column, learnt and obtained. `apart`: a difference of shares, else a ratio less 1."""

    where: str
    what: str
    learnt: float
    obtained: float
    apart: float

    def as_dict(self) -> answers.LearntMeasure:
        """The measure as plain data, for `--json`."""
        return {
            "where": self.where, "what": self.what, "learnt": self.learnt, "obtained": self.obtained, "apart": self.apart,
        }  # fmt: skip


def compared(learnt: Learnt, obtained: Learnt, scale: float) -> tuple[Measure, ...]:
    """All measures that both have, the farthest apart first."""
    found = [
        measure
        for name, table in learnt.tables.items()
        if (other := obtained.tables.get(name)) is not None
        for measure in _of_table(name, table, other, scale)
    ]
    return tuple(sorted(found, key=lambda each: -each.apart))


def _of_table(name: str, table: TableLearnt, other: TableLearnt, scale: float) -> Iterator[Measure]:
    yield _ratio(name, "rows", table.rows, other.rows / scale)
    for column, known in table.columns.items():
        if column in other.columns:
            yield from _of_column(f"{name}.{column}", known, other.columns[column])
    theirs = {each.columns: each for each in other.references}
    for reference in table.references:
        if (there := theirs.get(reference.columns)) is not None:
            yield from _of_reference(f"{name}.{', '.join(reference.columns)}", reference, there)
    delays = {(each.column, each.after, each.via): each for each in other.delays}
    for delay in table.delays:
        if (again := delays.get((delay.column, delay.after, delay.via))) is not None:
            units = UNITS[again.unit] / UNITS[delay.unit]
            where = f"{delay.table}.{delay.after}" if delay.table else delay.after
            what = f"{delay.unit} after {where}, in the middle"
            yield _ratio(f"{name}.{delay.column}", what, delay.median, again.median * units)


def _of_reference(where: str, known: ReferenceLearnt, other: ReferenceLearnt) -> Iterator[Measure]:
    yield _share(where, "without a parent", known.orphans, other.orphans)
    if known.fanout and other.fanout:
        yield _ratio(where, "rows for each parent", known.fanout.mean, other.fanout.mean)
        own, found = known.fanout.shares, other.fanout.shares
        if counts := sorted(own.keys() & found.keys()):
            worst = max(counts, key=lambda count: abs(own[count] - found[count]))
            yield _share(where, f"parents with {worst}", own[worst], found[worst])
    if known.concentration and other.concentration:
        mine, theirs = known.concentration.top, other.concentration.top
        yield from (
            _ratio(where, f"share of the first {share:.0%}", mine[share], theirs[share])
            for share in TOPS
            if share in mine and share in theirs
        )


def _of_column(where: str, known: ColumnLearnt, other: ColumnLearnt) -> Iterator[Measure]:
    yield _share(where, "NULL", known.nulls, other.nulls)
    if known.true is not None and other.true is not None:
        yield _share(where, "true", known.true, other.true)
    if known.moments and other.moments:
        yield from _profile(where, "weekday", known.moments.weekdays, other.moments.weekdays)
        yield from _profile(where, "hour", known.moments.hours, other.moments.hours)
    if known.weights and other.weights:
        there = {str(value): share * (1 - other.weights.other) for value, share in other.weights.values}
        told = [(str(value), share * (1 - known.weights.other)) for value, share in known.weights.values]
        yield from (_share(where, value, share, there.get(value, 0)) for value, share in told)
    elif known.numbers and other.numbers:
        for share in TENTHS:
            mine, theirs = _at(known.numbers.quantiles, share), _at(other.numbers.quantiles, share)
            yield _ratio(where, f"{share:.0%} are below", mine, theirs)


def _profile(where: str, what: str, learnt: Sequence[float], obtained: Sequence[float]) -> Iterator[Measure]:
    """The weekday or hour whose shares are the farthest apart, Monday and midnight being 0."""
    if learnt and len(learnt) == len(obtained):
        worst = max(range(len(learnt)), key=lambda at: abs(learnt[at] - obtained[at]))
        yield _share(where, f"{what} {worst}", learnt[worst], obtained[worst])


def _at(quantiles: Mapping[float, float], share: float) -> float:
    """The number that this share of all is below, even between those that were measured."""
    below = sorted(quantiles)
    return float(np.interp(share, below, [quantiles[each] for each in below]))


def _share(where: str, what: str, learnt: float, obtained: float) -> Measure:
    return Measure(where, what, learnt, obtained, abs(learnt - obtained))


def _ratio(where: str, what: str, learnt: float, obtained: float) -> Measure:
    apart = abs(obtained - learnt) / abs(learnt) if learnt else float(obtained != 0)
    return Measure(where, what, learnt, obtained, apart)
