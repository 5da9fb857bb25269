"""Functions of dates and timestamps: parts of them, what is added to them, what lies between them.

As in DuckDB, what an INTERVAL is added to is a timestamp, also where it was a date: a column of type `date` takes its day.
Months end on the last day of a shorter month.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl
from sqlglot import exp

from synth.dtypes import BIGINT, DATE, TIMESTAMP
from synth.sql.functions.function import Function
from synth.sql.kinds import Policy
from synth.sql.nodes import Node, dtype_of, not_portable, sql_excerpt
from synth.sql.parse import SqlError

__all__ = ["DAY_PARTS", "MICROSECONDS", "MONTHS", "TIMES", "TIME_PARTS", "UNITS"]

DAY_PARTS = ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOW", "ISODOW", "DOY", "ISOYEAR")  # of a date
TIME_PARTS = ("HOUR", "MINUTE", "SECOND")
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
MICROSECONDS = {
    "SECOND": 10**6,
    "MINUTE": 60 * 10**6,
    "HOUR": 3600 * 10**6,
    "DAY": 86_400 * 10**6,
    "WEEK": 7 * 86_400 * 10**6,
}
UNITS = (*MONTHS, *MICROSECONDS)

_LONGEST_YEARS = 10_000  # that are added, or lie between: further moments no database knows
_MOST = _LONGEST_YEARS * 366 * MICROSECONDS["DAY"]
_TOO_FAR = f"a moment more than {_LONGEST_YEARS:,} years off"  # which is none to Polars, and so an error
_MOST_UNITS = _MOST // MICROSECONDS["SECOND"]


def _instant(time: pl.Expr) -> pl.Expr:
    return time.cast(pl.Datetime("us"))


def _us(time: pl.Expr) -> pl.Expr:
    """Microseconds since 1970. (n,) -> (n,)"""
    return _instant(time).cast(pl.Int64)


# -- parts

_PARTS: dict[str, Callable[[pl.Expr], pl.Expr]] = {
    "YEAR": lambda time: time.dt.year(),
    "QUARTER": lambda time: time.dt.quarter(),
    "MONTH": lambda time: time.dt.month(),
    "WEEK": lambda time: time.dt.week(),
    "DAY": lambda time: time.dt.day(),
    "DOW": lambda time: time.dt.weekday() % 7,
    "ISODOW": lambda time: time.dt.weekday(),
    "DOY": lambda time: time.dt.ordinal_day(),
    "ISOYEAR": lambda time: time.dt.iso_year(),
    "HOUR": lambda time: time.dt.hour(),
    "MINUTE": lambda time: time.dt.minute(),
    "SECOND": lambda time: time.dt.second(),
}


def _has_known_part(node: Node) -> bool:
    return node.this.name in _PARTS


def _part(node: Node, time: pl.Expr) -> pl.Expr:
    return _PARTS[node.this.name](_instant(time)).cast(pl.Int64)


def _check_part(node: Node, policy: Policy) -> None:
    if not policy.reads_polars and (not _has_known_part(node) or dtype_of(node.expression) is None):
        raise not_portable(node)


# -- later and earlier


def _moved(node: Node, time: pl.Expr, number: pl.Expr) -> pl.Expr:
    """So many units later; an error where they are of more than ten thousand years. (n,), (n,) -> (n,)"""
    unit = node.text("unit")
    most = _LONGEST_YEARS * 12 // MONTHS[unit] if unit in MONTHS else _MOST // MICROSECONDS[unit]
    too_far = pl.when(number.abs() > most).then(pl.lit(_TOO_FAR)).str.to_datetime("%Y-%m-%d", time_unit="us")
    number = pl.when(number.abs() <= most).then(number)
    if unit in MICROSECONDS:
        moved = (_us(time) + number * MICROSECONDS[unit]).cast(pl.Datetime("us"))
    else:
        moved = _instant(time).dt.offset_by(pl.format("{}mo", number * MONTHS[unit]))
    return pl.coalesce(too_far, moved)


def _month_number(time: pl.Expr) -> pl.Expr:
    """Months since the year 0. (n,) -> (n,)"""
    return time.dt.year().cast(pl.Int64) * 12 + time.dt.month().cast(pl.Int64) - 1


def _check_moved(node: Node, policy: Policy) -> None:
    unit = node.text("unit")
    if unit not in UNITS:
        named = ", ".join(UNITS)
        raise SqlError(
            f"an interval is a whole number of one unit, as INTERVAL 3 DAY; units are {named}: {sql_excerpt(node)}"
        )


# -- beginnings and ends

_TRUNCATED = {
    "YEAR": "1y", "QUARTER": "1q", "MONTH": "1mo", "WEEK": "1w", "DAY": "1d", "HOUR": "1h", "MINUTE": "1m", "SECOND": "1s",
}  # fmt: skip


def _beginning(node: Node, time: pl.Expr) -> pl.Expr:
    return _instant(time).dt.truncate(_TRUNCATED[node.text("unit")])


def _check_beginning(node: Node, policy: Policy) -> None:
    if node.text("unit") not in _TRUNCATED:
        raise SqlError(f"DATE_TRUNC takes one of {', '.join(_TRUNCATED)}: {sql_excerpt(node)}")


def _last_day(node: Node, time: pl.Expr) -> pl.Expr:
    return time.cast(pl.Date).dt.month_end()


def _date(node: Node, year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    return pl.date(year, month, day)


def _timestamp(node: Node, *parts: pl.Expr) -> pl.Expr:
    return pl.datetime(*parts, time_unit="us")


# -- what lies between


def _between(node: Node, later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """How many beginnings of a unit are passed: midnights, firsts of a month. (n,), (n,) -> (n,)"""
    unit = node.text("unit")
    if unit in MONTHS:
        return _month_number(_instant(later)) // MONTHS[unit] - _month_number(_instant(earlier)) // MONTHS[unit]
    return _us(later) // MICROSECONDS[unit] - _us(earlier) // MICROSECONDS[unit]


def _check_between(node: Node, policy: Policy) -> None:
    if node.text("unit") not in UNITS:
        raise SqlError(f"a difference is counted in one of {', '.join(UNITS)}: {sql_excerpt(node)}")
    if isinstance(node, exp.DateDiff) and node.text("unit") == "WEEK":
        raise SqlError(
            f"weeks are counted in several ways: {sql_excerpt(node)}", "whole ones are DATE_SUB('week', earlier, later)"
        )
    times = [dtype for each in (node.this, node.expression) if (dtype := dtype_of(each)) is not None and dtype.is_time]
    if not policy.reads_polars and not times:
        raise not_portable(node)


def _whole_between(node: Node, later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
    """How many units have gone by in full; negative where it went the other way. (n,), (n,) -> (n,)"""
    unit = node.text("unit")
    a, b = _us(earlier), _us(later)
    sign = (b - a).sign()
    if unit in MICROSECONDS:
        return (b - a).abs() // MICROSECONDS[unit] * sign
    first, last = (_instant(pl.when(a <= b).then(x).otherwise(y)) for x, y in ((a, b), (b, a)))
    months = _month_number(last) - _month_number(first)
    ends = pl.min_horizontal(first.dt.day(), last.dt.month_end().dt.day())  # a month after the 31st may be the 30th
    day = MICROSECONDS["DAY"]
    missing = ends.cast(pl.Int64) * day + _us(first) % day > last.dt.day().cast(pl.Int64) * day + _us(last) % day
    return (months - missing.cast(pl.Int64)) // MONTHS[unit] * sign


TIMES: Mapping[type[Any], Function] = {
    exp.Extract: Function(
        {"expression": "time"},
        BIGINT,
        _part,
        2**31,
        besides=("this",),
        check=_check_part,
        known=_has_known_part,
        form="EXTRACT(part FROM time), YEAR(time), HOUR(time) …",
        says=f"a part of a time: {', '.join((*DAY_PARTS, *TIME_PARTS))}. Weeks are those of ISO 8601; days of the week "
        "begin with Sunday as 0 (DOW) or end with it as 7 (ISODOW); seconds are whole",
        examples=(
            "EXTRACT(MONTH FROM DATE '2024-02-29')",
            "ISODOW(DATE '2024-02-29')",
            "EXTRACT(WEEK FROM DATE '2024-12-30')",
        ),
    ),
    exp.DateAdd: Function(
        {"this": "time", "expression": "whole"},
        TIMESTAMP,
        _moved,
        besides=("unit",),
        check=_check_moved,
        form="time + INTERVAL n unit, time - INTERVAL n unit",
        says=f"so much later or earlier, always a timestamp; n is a whole number, or an expression in brackets; units are "
        f"{', '.join(UNITS)}. Months end on the last day of a shorter one",
        examples=(
            "DATE '2024-01-31' + INTERVAL 1 MONTH",
            "TIMESTAMP '2024-01-31 23:58:00' + INTERVAL (5 * 3) MINUTE",
            "CAST(DATE '2024-02-29' - INTERVAL 1 YEAR AS DATE)",
        ),
    ),
    exp.TimestampTrunc: Function(
        {"this": "time"},
        TIMESTAMP,
        _beginning,
        besides=("unit",),
        check=_check_beginning,
        form="DATE_TRUNC('unit', time)",
        says=f"when the unit began, always a timestamp: {', '.join(_TRUNCATED)}; a week begins on Monday",
        examples=("DATE_TRUNC('month', TIMESTAMP '2024-02-29 12:30:00')", "DATE_TRUNC('week', DATE '2024-03-03')"),
    ),
    exp.LastDay: Function(
        {"this": "time"},
        DATE,
        _last_day,
        form="LAST_DAY(time)",
        says="the last day of its month",
        examples=("LAST_DAY(DATE '2024-02-10')",),
    ),
    exp.DateFromParts: Function(
        {"year": "whole", "month": "whole", "day": "whole"},
        DATE,
        _date,
        in_rules=False,
        form="MAKE_DATE(year, month, day)",
        says="a date of numbers; a day that there is not is an error",
        examples=("MAKE_DATE(2024, 2, 29)",),
    ),
    exp.TimestampFromParts: Function(
        {"year": "whole", "month": "whole", "day": "whole", "hour": "whole", "min": "whole", "sec": "whole"},
        TIMESTAMP,
        _timestamp,
        in_rules=False,
        form="MAKE_TIMESTAMP(year, month, day, hour, minute, second)",
        says="a timestamp of whole numbers; one that there is not is an error",
        examples=("MAKE_TIMESTAMP(2024, 2, 29, 23, 59, 0)",),
    ),
    exp.DateDiff: Function(
        {"this": "moment", "expression": "moment"},
        BIGINT,
        _between,
        _MOST_UNITS,
        besides=("unit", "date_part_boundary"),
        check=_check_between,
        form="DATE_DIFF('unit', earlier, later)",
        says="how many beginnings of the unit lie between: midnights, firsts of a month; of all units but WEEK",
        examples=(
            "DATE_DIFF('day', DATE '2024-02-28', TIMESTAMP '2024-03-01 00:00:00')",
            "DATE_DIFF('month', DATE '2024-01-31', DATE '2024-02-01')",
        ),
    ),
    exp.TimestampDiff: Function(
        {"this": "moment", "expression": "moment"},
        BIGINT,
        _whole_between,
        _MOST_UNITS,
        besides=("unit",),
        check=_check_between,
        form="DATE_SUB('unit', earlier, later)",
        says="how many units have gone by in full, as years of an age",
        examples=(
            "DATE_SUB('year', DATE '1990-05-17', DATE '2024-05-16')",
            "DATE_SUB('month', DATE '2024-01-31', DATE '2024-02-29')",
        ),
    ),
}  # fmt: skip
