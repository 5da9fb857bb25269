"""What was learnt beside what generated rows have: the same measures of both, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synth.importing.learning.learnt import ColumnLearnt, Learnt, TableLearnt

if TYPE_CHECKING:
    from synth import answers

__all__ = ["Measure", "compared"]


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
        there = theirs.get(reference.columns)
        if there is None:
            continue
        where = f"{name}.{', '.join(reference.columns)}"
        if reference.fanout and there.fanout:
            yield _ratio(where, "rows for each parent", reference.fanout.mean, there.fanout.mean)
        if reference.concentration and there.concentration and 0.2 in reference.concentration.top:
            yield _share(
                where, "share of the top fifth", reference.concentration.top[0.2], there.concentration.top.get(0.2, 0)
            )


def _of_column(where: str, known: ColumnLearnt, other: ColumnLearnt) -> Iterator[Measure]:
    yield _share(where, "NULL", known.nulls, other.nulls)
    if known.true is not None and other.true is not None:
        yield _share(where, "true", known.true, other.true)
    if known.moments and other.moments:
        yield from _profile(where, "weekday", known.moments.weekdays, other.moments.weekdays)
        yield from _profile(where, "hour", known.moments.hours, other.moments.hours)
    if known.weights and other.weights:
        there = {str(value): share for value, share in other.weights.values}
        yield from (_share(where, str(value), share, there.get(str(value), 0)) for value, share in known.weights.values)
    elif known.numbers and other.numbers:
        for share in (0.25, 0.5, 0.75):
            mine, theirs = _at(known.numbers.quantiles, share), _at(other.numbers.quantiles, share)
            yield _ratio(where, f"{share:.0%} are below", mine, theirs)


def _profile(where: str, what: str, learnt: Sequence[float], obtained: Sequence[float]) -> Iterator[Measure]:
    """The weekday or hour whose shares are the farthest apart, Monday and midnight being 0."""
    if learnt and len(learnt) == len(obtained):
        worst = max(range(len(learnt)), key=lambda at: abs(learnt[at] - obtained[at]))
        yield _share(where, f"{what} {worst}", learnt[worst], obtained[worst])


def _at(quantiles: Mapping[float, float], share: float) -> float:
    """The number that this share of all is below, the nearest that was measured."""
    return quantiles[min(quantiles, key=lambda below: abs(below - share))]


def _share(where: str, what: str, learnt: float, obtained: float) -> Measure:
    return Measure(where, what, learnt, obtained, abs(learnt - obtained))


def _ratio(where: str, what: str, learnt: float, obtained: float) -> Measure:
    apart = abs(obtained - learnt) / abs(learnt) if learnt else float(obtained != 0)
    return Measure(where, what, learnt, obtained, apart)
