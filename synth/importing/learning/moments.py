"""When moments lie: months, weekdays and hours by share, and of columns without NULL how rows come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from synth.importing.learning.arrivals import arrival_of
from synth.importing.learning.asking import Asking, literal, name_of
from synth.importing.learning.learnt import Arrival, Moments
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import ROOT, Work

__all__ = ["arrival_in", "decades_of", "hours_of", "moments_of"]

SO_MANY = 200_000  # rows whose moments are sorted
MOST_STEPS, FINEST = 24, 400  # knots of a spread; parts of it that days are rounded to
CLIPPED, BEYOND = 0.005, 5  # share, and number, of the rows beyond the first and the last day that is told
DAYS_TOLD, HOURS_TOLD = 4, 8  # times `least` roots, from which on weekdays and hours are told


def moments_of(asking: Asking, work: Work, column: str, least: int) -> Moments | None:
    """When the moments of a column lie; None where no month has enough roots."""
    name = name_of(column)
    months = asking.rows(
        f"SELECT date_trunc('month', {name})::DATE AS m, count(*), count(DISTINCT {ROOT}) AS roots FROM {work.sql}"
        f" WHERE isfinite({name}) GROUP BY m HAVING roots >= {least} ORDER BY m",
    )
    spread = _spread(asking, work, column, least)
    if not months and not spread:
        return None
    parts = asking.rows(
        f"SELECT isodow({name}) - 1 AS d, hour({name}) AS h, count(*), bool_and({name} = date_trunc('day', {name}))"
        f" FROM {work.sql} WHERE isfinite({name}) GROUP BY ALL",
    )
    total = sum(row[2] for row in parts)
    weekdays, hours = np.zeros(7), np.zeros(24)
    for day, hour, rows, _ in parts:
        weekdays[day] += rows
        hours[hour] += rows
    known = [month for month, _, _ in months] or [day.replace(day=1) for day in spread.values()]
    by_day, by_hour = (work.roots >= least * parts for parts in (DAYS_TOLD, HOURS_TOLD))
    return Moments(
        start=known[0],
        until=_month_after(known[-1]),
        months=tuple((month, few_digits(rows / total, 4)) for month, rows, _ in months),
        whole_days=all(row[3] for row in parts),
        weekdays=tuple(few_digits(share) for share in weekdays / total) if by_day else (),
        hours=tuple(few_digits(share) for share in hours / total) if by_hour else (),
        spread=spread,
    )


def _spread(asking: Asking, work: Work, column: str, least: int) -> Mapping[float, dt.date]:
    """The days before which so many of the moments lie: as many as `least` rows between each two of them allow."""
    name = name_of(column)
    read = asking.columns(
        f"SELECT epoch({name}) / 86400.0 AS d FROM {work.some(SO_MANY)} WHERE {name} IS NOT NULL AND isfinite({name})"
    )
    days = np.sort(read["d"])
    count = len(days)
    if count < 2 * least or work.roots < 2 * least:
        return {}
    steps = min(MOST_STEPS, count // least)
    beyond = max(CLIPPED, BEYOND / count)
    shares = np.arange(steps + 1) / steps
    inside = np.clip(shares, beyond, 1 - beyond)
    knots = days[np.minimum((inside * count).astype(np.int64), count - 1)]
    unit = max(1.0, float(round((knots[-1] - knots[0]) / FINEST)))
    told = np.floor(knots / unit) * unit
    first = dt.date(1970, 1, 1)
    return {
        round(float(share), 4): first + dt.timedelta(days=float(day)) for share, day in zip(shares, told, strict=True)
    }


def _month_after(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def decades_of(asking: Asking, work: Work, column: str, least: int) -> Moments | None:
    """In which decades the middle nine tenths of a personal column lie, and nothing else."""
    name = name_of(column)
    first, last, roots = asking.row(
        f"SELECT year(approx_quantile({name}, 0.05)), year(approx_quantile({name}, 0.95)), count(DISTINCT {ROOT})"
        f" FROM {work.sql} WHERE isfinite({name})",
    )
    if roots < least:
        return None
    return Moments(dt.date(first // 10 * 10, 1, 1), dt.date(last // 10 * 10 + 10, 1, 1))


def hours_of(asking: Asking, work: Work, column: str, least: int) -> tuple[float, ...] | None:
    """The shares of the hours in which times of day lie, of those with enough roots."""
    name = name_of(column)
    found = asking.rows(
        f"SELECT hour({name}) AS h, count(*), count(DISTINCT {ROOT}) AS roots FROM {work.sql} WHERE {name} IS NOT NULL"
        f" GROUP BY h HAVING roots >= {least}",
    )
    shares = np.zeros(24)
    for hour, rows, _ in found:
        shares[hour] = rows
    return tuple(few_digits(share) for share in shares / shares.sum()) if found else None


def arrival_in(
    asking: Asking, work: Work, column: str, found: Moments, period: tuple[dt.date, dt.date]
) -> Arrival | None:  # fmt: skip
    """How rows come by a column within a period, of all rows; None where none come in it."""
    start, until = period
    name = name_of(column)
    moment = f"TRY_CAST({name} AT TIME ZONE 'UTC' AS TIMESTAMP)" if "TIME ZONE" in work.source.types[column] else name
    rows, moment = (work.sql, name) if work.whole else (work.source.relation, f"TRY_CAST({moment} AS TIMESTAMP)")
    days = asking.columns(
        f"SELECT date_diff('day', DATE {literal(start)}, {moment}::DATE) AS day, count(*) AS n FROM {rows}"
        f" WHERE isfinite({moment}) GROUP BY day ORDER BY day"
    )
    day, counts = days["day"], days["n"]
    length = (until - start).days
    inside: npt.NDArray[np.bool_] = (day >= 0) & (day < length)
    if not inside.any():
        return None
    total, before, after = (float(part.sum()) for part in (counts, counts[day < 0], counts[day >= length]))
    daily = np.zeros(length)
    daily[day[inside].astype(np.int64)] = counts[inside]
    since = _earliest(found, start) if before else None
    return arrival_of(
        daily, (start, until), since=since, before=before / total, after=after / total,
        hours=np.array(found.hours) if found.hours and not found.whole_days else None, timed=work.rows,
    )  # fmt: skip


def _earliest(found: Moments, start: dt.date) -> dt.date:
    """The first month in which rows come before the period; the one before it where they are too few to tell."""
    return found.start if found.start < start else (start - dt.timedelta(days=1)).replace(day=1)
