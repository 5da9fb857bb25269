"""Moments that follow others in their row, each after the one that it follows most closely."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from synth.generators.sampling import normal_below
from synth.importing.found import FoundReference
from synth.importing.learning.asking import Asking, name_of
from synth.importing.learning.learnt import Delay
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import Work

__all__ = ["UNITS", "across_of", "delays_of"]

Floats = npt.NDArray[np.float64]

MOST = 10  # moments of a table that are compared with each other
SO_MANY = 200_000  # rows that are looked at
ORDERED = 0.95  # share of rows in which a moment follows another one
EVEN = 0.06  # of how far delays lie apart: so far quantiles of even ones may be off
NEAR, CUT = 0.05, 2  # how far a law may be off in shares; levels at either end that are not looked at
MOST_STEPS = 20  # quantiles of lengths that no law is near to
BESIDE = 0.9  # share of the rows with a moment that have the one before, too
LEVELS: Floats = (np.arange(64) + 0.5) / 64
CLIPPED, BEYOND = 0.01, 5  # share, and number, of the rows beyond the shortest and the longest that is told
UNITS = {"minutes": 60.0, "hours": 3600.0, "days": 86400.0}
Z84 = 0.994458  # the 84th percentile of the normal law


def delays_of(
    asking: Asking, work: Work, moments: Sequence[str], whole_days: Mapping[str, bool], least: int,
    befores: Sequence[str] | None = None,
) -> tuple[Delay, ...]:  # fmt: skip
    """The delays of moments that follow another one of their row, or one of `befores`. A half day is added to whole days."""
    moments = moments[:MOST]
    befores = moments if befores is None else befores[:MOST]
    pairs = [(column, after) for column in moments for after in befores if column != after]
    if not pairs or work.roots < least:
        return ()
    listed = f"[{', '.join(f'{level:.6f}' for level in LEVELS)}]"
    asked = []
    for column, after in pairs:
        b, a = name_of(column), name_of(after)
        before = f"date_trunc('day', {a})" if whole_days[column] else a
        passed = f"epoch({b}) - epoch({a}){' + 43200' if whole_days[column] else ''}"
        asked.append(
            f"count({a}), count({b}), count(*) FILTER ({a} IS NOT NULL AND {b} IS NOT NULL),"
            f" count(*) FILTER ({b} >= {before}), count(*) FILTER ({b} > {a}),"
            f" approx_quantile({passed}, {listed}) FILTER ({b} >= {before})"
        )
    cells = asking.row(f"SELECT {', '.join(asked)} FROM {work.some(SO_MANY)}")
    nearest: dict[str, Delay] = {}
    for (column, after), at in zip(pairs, range(0, len(cells), 6), strict=True):
        with_before, with_it, with_both, ordered, later, quantiles = cells[at : at + 6]
        if with_both < max(2 * least, BESIDE * with_it) or ordered < ORDERED * with_both or later < 0.5 * with_both:
            continue
        delay = _delay(
            column, after, np.array(quantiles, dtype=np.float64), ordered / with_both, 1 - with_both / with_before,
            coarse=whole_days[column], clip=min(0.25, max(CLIPPED, BEYOND / with_both)),
            steps=max(1, min(MOST_STEPS, int(with_both) // least)),
        )  # fmt: skip
        if delay and (column not in nearest or _seconds(delay) < _seconds(nearest[column])):
            nearest[column] = delay
    return tuple(_of_old_rows(asking, work, each, least) for each in nearest.values())


def across_of(
    asking: Asking, child: Work, parent: Work, reference: FoundReference, moments: tuple[Sequence[str], Sequence[str]],
    whole_days: Mapping[str, bool], least: int,
) -> tuple[Delay, ...]:  # fmt: skip
    """The delays of a child's moments that follow one of the row that it refers to; `moments` are those of both tables."""
    mine, others = (each[:MOST] for each in moments)
    if not mine or not others or not (parent.whole or child.root == parent.root):
        return ()
    there = {f"{parent.source.name}.{name}": name for name in others}
    same = " AND ".join(
        f"c.{name_of(own)} = p.{name_of(key)}"
        for own, key in zip(reference.columns, reference.parent_columns, strict=True)
    )
    seen = ", ".join(
        [*(f"c.{name_of(name)}" for name in mine), *(f"p.{name_of(n)} AS {name_of(at)}" for at, n in there.items())]
    )
    joined = f"(SELECT {seen} FROM {child.some(SO_MANY)} AS c JOIN {parent.sql} AS p ON {same})"
    found = delays_of(
        asking, replace(child, sql=joined, rows=min(child.rows, SO_MANY)), mine, whole_days, least, [*there]
    )
    return tuple(replace(each, after=there[each.after], via=reference.columns, table=reference.table) for each in found)


def _of_old_rows(asking: Asking, work: Work, delay: Delay, least: int) -> Delay:
    """A delay whose missing moments are those of rows so long ago that the moment would have come."""
    b, a = name_of(delay.column), name_of(delay.after)
    some = f"FROM {work.some(SO_MANY)}"
    old = f"epoch({a}) < (SELECT max(epoch({a})) {some} WHERE isfinite({a})) - {delay.high * UNITS[delay.unit]}"
    rows, came = asking.row(f"SELECT count({a}), count({b}) FILTER ({a} IS NOT NULL) {some} WHERE {old}")
    return delay if rows < 5 * least else replace(delay, missing=few_digits(1 - came / rows, 4))


def _seconds(delay: Delay) -> float:
    return delay.median * UNITS[delay.unit]


def _delay(
    column: str, after: str, quantiles: Floats, ordered: float, missing: float, *, coarse: bool, clip: float, steps: int
) -> Delay | None:  # fmt: skip
    """The law of a delay, by its quantiles in seconds. (levels,)"""
    median = float(np.interp(0.5, LEVELS, quantiles))
    if median <= 0:
        return None
    unit = next((unit for unit, seconds in reversed(UNITS.items()) if median >= seconds), "minutes")
    spread = np.maximum(quantiles, 1e-3) / UNITS[unit]
    low, middle, high = (float(np.interp(share, LEVELS, spread)) for share in (0.159, 0.5, 0.841))
    first, last = (float(np.interp(share, LEVELS, spread)) for share in (clip, 1 - clip))
    sigma = math.log(high / low) / 2 / Z84 if high > low else 0.0
    half_a_day = UNITS["days"] / 2 / UNITS[unit] if coarse else 0.0
    apart = float(np.abs(np.interp(LEVELS, [clip, 1 - clip], [first, last]) - np.clip(spread, first, last)).max())
    even = first < last and apart < EVEN * (last - first) + 1.1 * half_a_day
    if even:  # a day stands for all of it
        first, last = first - half_a_day, last + half_a_day
    found = Delay(
        column, after, few_digits(ordered), unit, few_digits(middle), few_digits(sigma), few_digits(first, 2),
        few_digits(last, 2), even, few_digits(missing),
    )  # fmt: skip
    near = even or first >= last or _apart(found, np.clip(spread, first, last)) <= NEAR
    return found if near else replace(found, quantiles=_quantiles(spread, clip, steps))


def _apart(delay: Delay, spread: Floats) -> float:
    """How far the shares below a length lie apart at the most, those seen and those of the lognormal law as it is cut."""
    if not delay.sigma or delay.low <= 0:
        return 1.0
    low, high, *below = normal_below(np.log(np.array([delay.low, delay.high, *spread]) / delay.median) / delay.sigma)
    return float(np.abs((np.array(below) - low) / max(high - low, 1e-9) - LEVELS)[CUT:-CUT].max())


def _quantiles(spread: Floats, clip: float, steps: int) -> dict[float, float]:
    """Lengths by the share below, in the delay's unit, of three digits."""
    shares = np.arange(steps + 1) / steps
    told = np.interp(np.clip(shares, clip, 1 - clip), LEVELS, spread)
    climbing = np.maximum.accumulate([few_digits(each) for each in told])
    return {round(float(share), 4): float(each) for share, each in zip(shares, climbing, strict=True)}
