"""Pictures of one column, each by SQL over all its rows: the first that fits a column is made.

What is given is plain data: `kind` says which of the page's drawings it is for, `said` what it shows, in words.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from synth.describe.catalogue import ColumnFacts
from synth.measuring.summary import Summary
from synth.terminal import number
from synth.verifying.checks import quoted

__all__ = ["picture_of"]

Floats = npt.NDArray[np.float64]

FEW = 24  # different values that are shown each
SOME, MANY = 40, 1_000  # rows, of fewer of which bins, or fields of a week, show nothing
FEWEST_LENGTHS = 5  # that are worth a picture
SHOWN = 12  # of many values, the commonest
COMMON = 0.004  # of the rows: a text that comes so often is shown among the commonest
EXACT = 20_000  # different numbers that are counted each; of more, fields between the least and the greatest are
FINE, BINS = 2_000, 36
USUAL = 0.5  # of the rows: a number that more have is told, and the others are shown
TAIL = 0.005  # of the rows at either end, which are not shown where they are far away
WIDE, MILLION = 100, 1e6  # ratios between numbers
RANKS = 48  # points of a curve of ranks
SKEWED = 30  # times its middle, and a number's greatest is shown by powers of ten
DAYS, WEEKS = 130, 1_300  # days that are shown by the day, or by the week


@dataclass(frozen=True)
class _Asked:
    """A column whose picture is wanted, and whom to ask."""

    ask: Callable[[str], list[tuple[Any, ...]]]
    table: str  # quoted, as are these
    name: str
    facts: ColumnFacts
    stats: Summary

    @property
    def is_number(self) -> bool:
        return self.facts.type.name in ("smallint", "integer", "bigint", "decimal", "double", "real")

    @property
    def all_differ(self) -> bool:
        """Whether hardly any value comes twice, as far as is known."""
        return self.stats.distinct > 0.9 * self.stats.values

    @property
    def is_moment(self) -> bool:
        return self.facts.type.name in ("date", "timestamp", "timestamptz")

    @property
    def is_text(self) -> bool:
        return not (self.is_number or self.is_moment) and self.facts.type.element is None


def picture_of(
    connection: duckdb.DuckDBPyConnection, table: str, facts: ColumnFacts, stats: Summary
) -> dict[str, Any] | None:
    """Make the picture that fits a column; None where there is nothing to see, as all its values differ."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    asked = _Asked(ask, quoted(table), quoted(facts.name), facts, stats)
    return next((made for make in PICTURES if (made := make(asked)) is not None), None)


def _bars(asked: _Asked) -> dict[str, Any] | None:
    """Few values, each with its rows; of many texts that come again and again, the commonest."""
    few = asked.stats.distinct <= FEW and not asked.is_moment
    repeated = asked.is_text and not asked.facts.refers_to and asked.stats.distinct < 0.5 * asked.stats.values
    if not asked.stats.values or not (few or repeated) or (asked.stats.distinct > 2 and asked.all_differ):
        return None
    found = asked.ask(
        f"SELECT CAST({asked.name} AS VARCHAR), COUNT(*) FROM {asked.table} WHERE {asked.name} IS NOT NULL "
        f"GROUP BY ALL ORDER BY 2 DESC, 1 LIMIT {FEW if few else SHOWN}"
    )
    shares = [(str(value), int(count)) for value, count in found]
    if few and asked.is_number and len(shares) > 2:
        shares.sort(key=lambda pair: float(pair[0]))
    rest = asked.stats.values - sum(count for _, count in shares)
    top = max(shares, key=lambda pair: pair[1])
    if not few and top[1] < COMMON * asked.stats.values:
        return None
    said = f"{_different(asked)}; the commonest, {top[0]}, in {_share(top[1], asked.stats.values)} of the rows"
    if rest:
        said += f"; those not shown in {_share(rest, asked.stats.values)}"
    return {"kind": "bars", "values": shares, "said": said}


def _ranks(asked: _Asked) -> dict[str, Any] | None:
    """How often parents are chosen, the most chosen first."""
    if not asked.facts.refers_to or not asked.stats.values:
        return None
    found = asked.ask(
        f"SELECT n, COUNT(*) FROM (SELECT COUNT(*) AS n FROM {asked.table} WHERE {asked.name} IS NOT NULL "
        f"GROUP BY {asked.name}) GROUP BY n ORDER BY n DESC"
    )
    often, many = np.array([row[0] for row in found]), np.array([row[1] for row in found])
    if len(often) == 1:
        which = "one row" if many[0] == 1 else f"each of {number(int(many[0]))} rows"
        said = f"{which} of {asked.facts.refers_to} is chosen {_times(int(often[0]))}"
        return {"kind": "said", "said": said}
    ends, chosen = np.cumsum(many), np.cumsum(often * many)
    wanted = np.unique(np.geomspace(1, ends[-1], RANKS).round().astype(np.int64))
    points = [[int(rank), int(often[np.searchsorted(ends, rank)])] for rank in wanted]
    fifth = max(1, round(0.2 * int(ends[-1])))
    place = int(np.searchsorted(ends, fifth))
    before = int(chosen[place - 1]) if place else 0
    top = before + (fifth - (int(ends[place - 1]) if place else 0)) * int(often[place])
    said = f"the most chosen fifth of {asked.facts.refers_to} has {_share(top, asked.stats.values)} of the rows"
    return {"kind": "ranks", "points": points, "of": asked.facts.refers_to, "said": said}


def _series(asked: _Asked) -> dict[str, Any] | None:
    """Rows by day, week or month, and by hour and weekday."""
    if not asked.is_moment or asked.stats.values < FEW:
        return None
    column = asked.name
    found = asked.ask(
        f"SELECT CAST({column} AS DATE) AS d, COUNT(*) FROM {asked.table} WHERE {column} IS NOT NULL GROUP BY d ORDER BY d"
    )
    days = np.array([row[0] for row in found], dtype="datetime64[D]")
    counts = np.array([row[1] for row in found], dtype=np.int64)
    span = int((days[-1] - days[0]).astype(int)) + 1
    first, unit = days, "day"
    if span > WEEKS:
        first, unit = days.astype("datetime64[M]").astype("datetime64[D]"), "month"
    elif span > DAYS:
        first, unit = days - (days.astype(int) + 3) % 7, "week"
    at, places = np.unique(first, return_inverse=True)
    sums = np.bincount(places, counts)
    said = f"from {days[0]} to {days[-1]}; most in the {unit} of {at[int(sums.argmax())]}"
    made = {"kind": "series", "unit": unit, "points": [[str(a), int(n)] for a, n in zip(at, sums, strict=True)]}
    if asked.facts.type.name != "date" and asked.stats.values >= MANY:
        hours = asked.ask(
            f"SELECT isodow({column}) - 1, hour({column}), COUNT(*) FROM {asked.table} WHERE {column} IS NOT NULL "
            "GROUP BY ALL ORDER BY ALL"
        )
        if len({hour for _, hour, _ in hours}) > 1:
            made["week"] = [[int(day), int(hour), int(count)] for day, hour, count in hours]
    return made | {"said": said}


def _histogram(asked: _Asked) -> dict[str, Any] | None:
    """How numbers are distributed, between all but the last of either end; by powers of ten where they are skewed."""
    if not asked.is_number or asked.facts.in_key or asked.stats.distinct <= FEW or asked.stats.values < SOME:
        return None
    return _distribution(asked, f"CAST({asked.name} AS DOUBLE)", "")


def _lengths(asked: _Asked) -> dict[str, Any] | None:
    """How long texts are that all differ."""
    of_text = asked.is_text and not asked.facts.refers_to and asked.facts.type.name not in ("uuid", "time", "interval")
    if not of_text or asked.facts.in_key or asked.stats.values < MANY:
        return None
    made = _distribution(asked, f"CAST(LENGTH(CAST({asked.name} AS VARCHAR)) AS DOUBLE)", "characters: ")
    if made is None or len(made["bins"]) < FEWEST_LENGTHS:
        return None
    return made


PICTURES: tuple[Callable[[_Asked], dict[str, Any] | None], ...] = (_ranks, _bars, _series, _histogram, _lengths)


def _distribution(asked: _Asked, value: str, what: str) -> dict[str, Any] | None:
    """Bins of a number that SQL gives, and its quartiles in words."""
    source = f"(SELECT {value} AS v FROM {asked.table}) WHERE isfinite(v)"
    if asked.stats.distinct > EXACT:
        ends = asked.ask(f"SELECT MIN(v), MAX(v) FROM {source}")[0]
        if ends[0] is None:
            return None
        found = asked.ask(
            f"SELECT AVG(v), COUNT(*), MIN(v) = MAX(v) FROM {source} GROUP BY {_field(*map(float, ends))} ORDER BY 1"
        )
    else:
        found = asked.ask(f"SELECT v, COUNT(*), TRUE FROM {source} GROUP BY v ORDER BY v")
    if len(found) < 2:
        return None
    values, counts = np.array([row[0] for row in found]), np.array([row[1] for row in found])
    usual = int(counts.argmax())
    if found[usual][2] and counts[usual] > USUAL * counts.sum() and len(values) > FEW:
        share = _share(int(counts[usual]), int(counts.sum()))
        what = f"{_short(float(values[usual]))} in {share} of the rows; of the others "
        values, counts = np.delete(values, usual), np.delete(counts, usual)
    shares = np.cumsum(counts) / counts.sum()
    first, half, last = (float(values[np.searchsorted(shares, share)]) for share in (0.25, 0.5, 0.75))
    said = f"{what}half between {_short(first)} and {_short(last)}, the middle {_short(half)}"
    return {"kind": "histogram", "said": said, **_bins(values, counts, shares, half)}


def _field(low: float, high: float) -> str:
    """Say in SQL in which of many fields a number `v` lies: of equal width, or of equal ratio but for those next to 0."""
    if low > 0 and high < WIDE * low:
        return f"floor((v - {low!r}) / {max((high - low) / FINE, 1e-300)!r})"
    unit = max(abs(low), abs(high)) / MILLION
    return f"floor(asinh(v / {unit!r}) * {FINE / math.asinh(MILLION)!r})"


def _bins(values: Floats, counts: npt.NDArray[np.int64], shares: Floats, half: float) -> dict[str, Any]:
    """Put values into bins of equal width, or of equal ratio; each is its edges and its rows."""
    low, high = float(values[np.searchsorted(shares, TAIL)]), float(values[np.searchsorted(shares, 1 - TAIL)])
    by_powers = low > 0 and high > SKEWED * half
    if low == high:
        low, high = float(values[0]), float(values[-1])
    inside = (values >= low) & (values <= high)
    seen, weights = values[inside], counts[inside]
    whole = bool((seen == np.round(seen)).all()) and high - low < BINS and not by_powers
    edges = (
        np.arange(low - 0.5, high + 1)
        if whole
        else np.geomspace(low, high, BINS + 1)
        if by_powers
        else np.linspace(low, high, BINS + 1)
    )
    made, _ = np.histogram(seen, edges, weights=weights)
    bins = [[_rounded(a), _rounded(b), int(n)] for a, b, n in zip(edges, edges[1:], made, strict=False)]
    below, above = int(counts[values < low].sum()), int(counts[values > high].sum())
    return {"bins": bins, "log": by_powers, "below": below, "above": above}


def _different(asked: _Asked) -> str:
    count = asked.stats.distinct
    return "1 value" if count == 1 else f"{number(count)} values" if count <= FEW else f"about {number(count)} values"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{number(count)} times"


def _share(part: int, whole: int) -> str:
    share = 100 * part / whole
    return f"{share:.0f} %" if share >= 10 else f"{share:.1f} %"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.3g}"


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
