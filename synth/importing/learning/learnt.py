"""What was learnt of a source's rows: plain values, without rows, and without what could point at a person.

Shares are from 0 to 1. Whatever is None was not measured, for want of rows or because it is not to be: then a note, or the
column's `personal`, says why. Values of the source are only in `Weights`, `Dependence`, `Lookup` and `Texts.prefix`; each
of them stands in the rows of at least `least` roots, and `Learnt.copied` counts them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from synth.importing.declared import Place
from synth.importing.found import Note

__all__ = [
    "Arrival", "Carried", "ColumnLearnt", "Concentration", "Correlation", "Delay", "Dependence", "FanoutLearnt", "Formula",
    "Law", "Learnt", "Lookup", "Moments", "Numbers", "Ratio", "ReferenceLearnt", "Sum", "TableLearnt", "Texts", "Value",
    "Weights",
]  # fmt: skip

Value = bool | int | str | Decimal | float | dt.date


@dataclass(frozen=True)
class Weights:
    """The values of a column that has few, the likeliest first, and their shares, which add up to 1.

    `other` is the share of the rows with a value whose value is not among them, as fewer than `least` roots have it, and
    `others` how many such values there are.
    """

    values: tuple[tuple[Value, float], ...]
    other: float = 0.0
    others: int = 0


@dataclass(frozen=True)
class Law:
    """A distribution by the name and the parameters that specs have for it, in the column's own unit, uncut.

    `distance` is Kolmogorov's and Smirnov's: how far the shares below a number lie apart at the most.
    """

    name: str
    parameters: Mapping[str, float]
    distance: float


@dataclass(frozen=True)
class Numbers:
    """How the numbers of a column are spread.

    `low` and `high` are the 1st and the 99th percentile, with five rows beyond at least, rounded to three digits.
    `quantiles` say the share below a number, as `empirical` takes them: they begin at `low` and end at `high`, and a number
    that many rows have comes several times.
    `law` is the best distribution, or None where none is near; then the quantiles are what there is.
    """

    low: float
    high: float
    quantiles: Mapping[float, float]
    law: Law | None
    digits: int | None  # behind the point that are in use; None where they have no end
    step: float | None  # all numbers are multiples of it, where that says more than `digits`
    endings: Mapping[str, float] | None = None  # of prices: digits behind the point by share, `.99` and the like


@dataclass(frozen=True)
class Texts:
    """How texts look. `lengths` are quantiles of their lengths, in characters, from the 1st to the 99th percentile.

    `shapes` are forms by share, likeliest first: A for a capital, a for a small letter, 9 for a digit, other signs as they
    are; only those that `least` roots have. `distinct` is the share of values that differ, about. `prefix` is what all begin
    with: letters and signs between them.
    """

    lengths: Mapping[float, int]
    distinct: float
    shapes: tuple[tuple[str, float], ...] = ()
    prefix: str | None = None


@dataclass(frozen=True)
class Arrival:
    """How rows come in a period, by the parameters of the generator `arrival`; a profile is None where it is flat.

    The season's factors are 1 on average over the months, as weekdays and hours are over days and hours. `dispersion` is
    variance / mean of daily counts beside the calendar.
    """

    start: dt.date
    until: dt.date
    before_start: float  # share of all rows
    since: dt.date | None  # the first day of the month in which the first of them come
    after_until: float  # share of all rows that lie behind the period, and are not counted
    trend: float  # growth a year, 0.09 is 9 %
    season: tuple[float, ...] | None  # (12,), January first
    weekdays: tuple[float, ...] | None  # (7,), Monday first
    hours: tuple[float, ...] | None  # (24,), from 0; None of whole days, too
    dispersion: float


@dataclass(frozen=True)
class Moments:
    """When the moments of a column lie. Of few rows only `spread` may be there.

    Months with fewer than `least` roots are left out, at both ends too.

    Moments before 1700 or after 2300, which stand for always or never, are not among them.

    Of a personal column (days of birth) only `start` and `until` are there, in whole decades.
    """

    start: dt.date  # the first day of the first month
    until: dt.date  # the first day behind the last month
    months: tuple[tuple[dt.date, float], ...] = ()  # share of the rows with a moment, by the first day of a month
    whole_days: bool = False  # all lie at midnight
    weekdays: tuple[float, ...] = ()  # shares, Monday first
    hours: tuple[float, ...] = ()  # shares, from 0
    arrival: Arrival | None = None  # of columns that are never empty
    spread: Mapping[float, dt.date] = field(default_factory=dict)  # days, by the share of the moments before them


@dataclass(frozen=True)
class ColumnLearnt:
    """What was learnt of a column. `nulls` is the share of NULLs in all rows.

    `personal` says why a column is taken for personal: then none of its values is here. Of a boolean `true` is the share of
    true among the rows with a value. At most one of `numbers`, `texts` and `moments` is there, and `weights` beside it
    where values are few.
    """

    nulls: float
    distinct: int | None = None  # values that differ, about
    personal: str | None = None
    weights: Weights | None = None
    true: float | None = None
    numbers: Numbers | None = None
    texts: Texts | None = None
    moments: Moments | None = None
    hours: tuple[float, ...] | None = None  # of times of day: shares of the hours 0 to 23


@dataclass(frozen=True)
class FanoutLearnt:
    """How many rows refer to a row. All rows of the parent count, those without a child too.

    `shares` are those of counts that `least` parents have; `tail` is the share of the parents with another count, and
    `tail_mean` the mean of theirs. `law` is spelt as a `fanout` of specs: its `min` and `max` are rounded percentiles.
    """

    parents: int
    mean: float
    variance: float
    shares: Mapping[int, float]
    tail: float
    tail_mean: float | None
    most: int  # the 99th percentile, with five parents beyond at least, rounded up to two digits
    law: Law | None  # count, poisson, negative_binomial or uniform; None: the shares are nearer


@dataclass(frozen=True)
class Concentration:
    """How unequal the parents of a reference are, by the share of rows that the most popular ones have.

    `top` says which share of the rows the most popular 1, 2, 5, 10, 20, 50 % of all parents have, where these are five or
    more. `s` and `q` are those of `popularity: {zipf_mandelbrot: {s, q}}`; both are None where parents are as even as chance
    makes them.
    """

    top: Mapping[float, float]
    s: float | None
    q: float | None

    @property
    def is_even(self) -> bool:
        """Whether parents are as even as chance makes them."""
        return self.s is None


@dataclass(frozen=True)
class ReferenceLearnt:
    """A foreign key's measures. `orphans` is the share of its values that no row of the parent has."""

    columns: tuple[str, ...]
    table: str
    makes_child: bool  # whether it is the reference by which rows belong to their root
    nulls: float
    orphans: float
    fanout: FanoutLearnt | None
    concentration: Concentration | None
    ranks: tuple[tuple[int, float], ...] = ()  # groups of parents, the most popular first, and their share of all rows


@dataclass(frozen=True)
class Delay:
    """A moment that follows another one of its row, as `delay` has it: units of `unit`, NULLs aside.

    Each moment has the one it follows most closely. `ordered` is the share of rows in which it does follow; lengths are
    those of such rows, `low` and `high` the 1st and 99th percentile, rounded to two digits. Whole days are a half longer
    here than they seem, as a day is cut from the moment that a delay ends at.
    """

    column: str
    after: str  # behind a point a moment of the row that `via` refers to
    ordered: float
    unit: str  # minutes, hours, days
    median: float
    sigma: float  # of ln(delay); 0 where all are equally long
    low: float
    high: float
    even: bool  # rather even from `low` to `high` than lognormal
    missing: float  # share of the rows with the moment before, so long ago that it has come, in which this one is NULL
    quantiles: Mapping[float, float] = field(default_factory=dict)  # lengths, where neither law is near, by share below
    via: tuple[str, ...] = ()  # columns that refer to the row with the moment before, where that is another one
    table: str | None = None  # of that row


@dataclass(frozen=True)
class Formula:
    """Columns of a row that make another: `terms` are added, each a sign and one column, or two that are multiplied."""

    column: str
    terms: tuple[tuple[int, tuple[str, ...]], ...]
    share: float  # of the rows looked at in which it holds to a cent

    def __str__(self) -> str:
        spelt = "".join(f" {'-' if sign < 0 else '+'} {' * '.join(names)}" for sign, names in self.terms)
        return f"{self.column} = {spelt.removeprefix(' + ').strip()}"


@dataclass(frozen=True)
class Ratio:
    """A column that is a share of another one of its row, or of two multiplied, and how `empirical` takes that share."""

    column: str
    of: tuple[str, ...]
    quantiles: Mapping[float, float]


@dataclass(frozen=True)
class Sum:
    """A parent's column that adds up what its children have: one of their columns, or two multiplied; none: their number."""

    column: str  # of the parent
    child: str
    reference: tuple[str, ...]  # the child's columns that refer to the parent
    adds: tuple[str, ...]
    share: float  # of the parents looked at in which it holds to a cent


@dataclass(frozen=True)
class Carried:
    """A column that repeats one of the row that a reference points at."""

    column: str
    reference: tuple[str, ...]
    table: str
    of: str
    share: float  # of the rows looked at in which both are the same


@dataclass(frozen=True)
class Correlation:
    """Two columns of numbers that go together, by Spearman's rank correlation."""

    columns: tuple[str, str]
    spearman: float


@dataclass(frozen=True)
class Dependence:
    """A choice that depends on another one: shares of `column` for each value of `by`, of cells that `least` roots have."""

    column: str
    by: str
    strength: float  # Cramér's V, from 0 to 1
    shares: Mapping[Value, Mapping[Value, float]]


@dataclass(frozen=True)
class Lookup:
    """A column that follows from another one of its row, wherever both have a value that was learnt.

    `pairs` are a value of `by` and the one of `column`, each pair with `least` roots behind it.
    """

    column: str
    by: str
    pairs: tuple[tuple[Value, Value], ...]


@dataclass(frozen=True)
class TableLearnt:
    """What was learnt of a table. `root` is the table whose rows count as entities, `roots` how many stand behind it.

    Rows, NULLs and fan-outs are those of all rows, the rest of `looked_at` rows: all, or a sample by roots.
    """

    rows: int
    looked_at: int
    root: str
    roots: int
    columns: Mapping[str, ColumnLearnt] = field(default_factory=dict)
    references: tuple[ReferenceLearnt, ...] = ()
    delays: tuple[Delay, ...] = ()
    formulas: tuple[Formula, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    sums: tuple[Sum, ...] = ()
    carried: tuple[Carried, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    dependences: tuple[Dependence, ...] = ()
    lookups: tuple[Lookup, ...] = ()


@dataclass(frozen=True)
class Learnt:
    """All that was learnt. `copied` says of each `table.column` how many of its values are here.

    `unsaid` are the places of what the source declares (comments, conditions, labels) that holds a value of a personal
    column, or one that fewer than `least` roots have.

    `start` and `until` are the period that arrivals were measured in: that of the table which most rows came into.
    """

    tables: Mapping[str, TableLearnt]
    least: int
    start: dt.date | None = None
    until: dt.date | None = None
    copied: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    unsaid: frozenset[Place] = frozenset()
