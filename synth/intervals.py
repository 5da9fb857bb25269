"""Intervals in one spelling, that PostgreSQL and DuckDB read: `14 months 3 days 04:05:06.500000`, without parts of nothing.

Months, days and microseconds stay apart, as in these databases: a month is no number of days, a day no number of hours.
"""

from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

__all__ = ["LONGEST", "UNITS", "as_parts", "interval", "of_units", "spelt", "sql_of_parts"]

Numbers = npt.NDArray[np.int64]

_SECOND = 1_000_000
# a unit -> how many months, days or microseconds it has
UNITS: dict[str, tuple[str, int]] = {
    "years": ("months", 12), "months": ("months", 1), "weeks": ("days", 7), "days": ("days", 1),
    "hours": ("us", 3_600 * _SECOND), "minutes": ("us", 60 * _SECOND), "seconds": ("us", _SECOND),
}  # fmt: skip
MOST = {"months": 12 * 100_000, "days": 366 * 100_000, "us": 24 * 36_600 * 3_600 * _SECOND}  # that every server takes
LONGEST = 64  # characters of the spelling, and some more
_PIECE = re.compile(
    r"\s*(?:(?P<number>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>[a-z]+)|(?P<clock>[+-]?\d+:\d\d(?::\d\d(?:\.\d{1,6})?)?))\s*"
)
_PARTS = (
    r"^(?:(?P<months>-?\d{1,7}) months)? ?(?:(?P<days>-?\d{1,8}) days)? ?"
    r"(?:(?P<sign>-?)(?P<hours>\d{1,6}):(?P<minutes>\d\d):(?P<seconds>\d\d)\.(?P<fraction>\d{6}))?$"
)


def interval(text: object) -> str:
    """An interval that is written out (`1 year`, `3 days 04:05`, `90 minutes`) as one is drawn. Raises ValueError."""
    parts = dict.fromkeys(MOST, Decimal(0))
    at = 0
    while isinstance(text, str) and at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None or not _add(parts, piece):
            raise _no_interval(text)
        at = piece.end()
    if not at:
        raise _no_interval(text)
    for name, most in MOST.items():
        if parts[name] != int(parts[name]):
            raise ValueError(f"{text!r} has parts of a {'microsecond' if name == 'us' else name[:-1]}")
        if abs(parts[name]) > most:
            raise ValueError(f"{text!r} is longer than every database takes")
    return str(pl.select(spelt(*(_whole(int(part)) for part in parts.values()))).item())


def _no_interval(text: object) -> ValueError:
    return ValueError(f"{text!r} is no interval: write '1 year 2 months', '3 days 04:05:06', '90 minutes'")


def _add(parts: dict[str, Decimal], piece: re.Match[str]) -> bool:
    """Add a piece of a text to the parts; False where its unit is none."""
    if clock := piece["clock"]:
        hours, minutes, *seconds = clock.lstrip("+-").split(":")
        length = (int(hours) * 60 + int(minutes)) * 60 + Decimal(seconds[0] if seconds else 0)
        parts["us"] += length * _SECOND * (-1 if clock.startswith("-") else 1)
        return int(minutes) < 60 and Decimal(seconds[0] if seconds else 0) < 60
    unit = piece["unit"] if piece["unit"].endswith("s") else f"{piece['unit']}s"
    if unit not in UNITS:
        return False
    part, size = UNITS[unit]
    parts[part] += Decimal(piece["number"]) * size
    return True


def spelt(months: pl.Expr, days: pl.Expr, us: pl.Expr) -> pl.Expr:
    """Whole numbers of months, days and microseconds as an interval is drawn."""
    size = us.abs()
    clock = pl.concat_str(
        pl.when(us < 0).then(pl.lit("-")).otherwise(pl.lit("")),
        _digits(size // (3_600 * _SECOND), 2), pl.lit(":"), _digits(size // (60 * _SECOND) % 60, 2), pl.lit(":"),
        _digits(size // _SECOND % 60, 2), pl.lit("."), _digits(size % _SECOND, 6),
    )  # fmt: skip
    return pl.concat_str(
        pl.when(months != 0).then(pl.concat_str(months.cast(pl.String), pl.lit(" months"))),
        pl.when(days != 0).then(pl.concat_str(days.cast(pl.String), pl.lit(" days"))),
        pl.when((us != 0) | ((months == 0) & (days == 0))).then(clock),
        separator=" ",
        ignore_nulls=True,
    )


def _whole(number: int) -> pl.Expr:
    return pl.lit(number, dtype=pl.Int64)


def _digits(number: pl.Expr, least: int) -> pl.Expr:
    return number.cast(pl.String).str.zfill(least)


def of_units(numbers: Numbers, unit: str) -> pl.Series:
    """So many of a unit each, as intervals. Raises OverflowError where one is longer than databases take. (n,) -> (n,)"""
    part, size = UNITS[unit]
    if len(numbers) and max(-int(numbers.min()), int(numbers.max())) > MOST[part] // size:
        raise OverflowError(f"an interval is drawn that is longer than {MOST[part] // size:,} {unit}")
    some = pl.lit(pl.Series(numbers, dtype=pl.Int64)) * size
    return pl.select(spelt(*(some if name == part else _whole(0) for name in MOST))).to_series()


def as_parts(column: pl.Series) -> pl.DataFrame:
    """Months, days and microseconds of intervals as they are drawn; NULL of NULL, and of other texts. (n,) -> (n, 3)"""
    found = pl.DataFrame({"text": column}).select(pl.col("text").str.extract_groups(_PARTS).struct.unnest())
    number = {name: pl.col(name).cast(pl.Int64).fill_null(0) for name in found.columns if name != "sign"}
    seconds = (number["hours"] * 60 + number["minutes"]) * 60 + number["seconds"]
    us = (seconds * _SECOND + number["fraction"]) * pl.when(pl.col("sign") == "-").then(_whole(-1)).otherwise(_whole(1))
    parts = found.select(number["months"].alias("months"), number["days"].alias("days"), us.alias("us"))
    ours = parts.select(spelt(*map(pl.col, MOST))).to_series() == column
    return parts.select(pl.when(ours).then(pl.all()))


def sql_of_parts(months: str, days: str, us: str, divided: str) -> str:
    """The SQL of the spelling, from SQL for the parts as whole numbers and the sign of whole divisions; NULL of NULL."""
    size = f"ABS({us})"

    def two(unit: int) -> str:
        return f"LPAD(CAST({size} {divided} {unit * _SECOND} % 60 AS VARCHAR), 2, '0')"

    clock = (
        f"CASE WHEN {us} < 0 THEN '-' ELSE '' END || CASE WHEN {size} < {36_000 * _SECOND} THEN '0' ELSE '' END || "
        f"CAST({size} {divided} {3_600 * _SECOND} AS VARCHAR) || ':' || {two(60)} || ':' || {two(1)} || '.' || "
        f"LPAD(CAST({size} % {_SECOND} AS VARCHAR), 6, '0')"
    )
    return (
        f"CASE WHEN {months} IS NOT NULL THEN TRIM("
        f"CASE WHEN {months} <> 0 THEN CAST({months} AS VARCHAR) || ' months ' ELSE '' END || "
        f"CASE WHEN {days} <> 0 THEN CAST({days} AS VARCHAR) || ' days ' ELSE '' END || "
        f"CASE WHEN {us} <> 0 OR ({months} = 0 AND {days} = 0) THEN {clock} ELSE '' END) END"
    )
