"""When moments lie: months, weekdays and hours by share, and of columns without NULL how rows come."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from synth.importing.learning.arrivals import arrival_of
from synth.importing.learning.asking import Asking, literal, name_of
from synth.importing.learning.learnt import Arrival, Moments
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import ROOT, Work

__all__ = ["arrival_in", "decades_of", "hours_of", "moments_of"]


def moments_of(asking: Asking, work: Work, column: str, least: int) -> Moments | None:
    """When the moments of a column lie; None where no month has enough roots."""
    name = name_of(column)
    months = asking.rows(
        f"SELECT date_trunc('month', {name})::DATE AS m, count(*), count(DISTINCT {ROOT}) AS roots FROM {work.sql}"
        f" WHERE isfinite({name}) GROUP BY m HAVING roots >= {least} ORDER BY m",
    )
    if not months:
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
    last = months[-1][0]
    return Moments(
        start=months[0][0],
        until=_month_after(last),
        months=tuple((month, few_digits(rows / total, 4)) for month, rows, _ in months),
        whole_days=all(row[3] for row in parts),
        weekdays=tuple(few_digits(share) for share in weekdays / total),
        hours=tuple(few_digits(share) for share in hours / total),
    )


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
        hours=None if found.whole_days else np.array(found.hours), timed=work.rows,
    )  # fmt: skip


def _earliest(found: Moments, start: dt.date) -> dt.date:
    """The first month in which rows come before the period; the one before it where they are too few to tell."""
    return found.start if found.start < start else (start - dt.timedelta(days=1)).replace(day=1)
