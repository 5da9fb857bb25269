"""Numbers and moments spelt as columns of signs: up to four digits at a time are read off a table.

A column of signs has so many bytes a row: whole numbers, or void, as they lie in memory. `beside` makes texts of several.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.texts import from_joined_bytes

__all__ = ["Signs", "beside", "clocks", "dates", "digits", "whole"]

Rows = npt.NDArray[np.int64]
Signs = npt.NDArray[Any]

DAYS_BEFORE = 719_468  # days from 0000-03-01 to 1970-01-01
CYCLE = 146_097  # days of 400 years
SECOND_US = 1_000_000


@lru_cache(maxsize=3)
def _table(size: int) -> Signs:
    """All numbers of so many digits: 1, 2 or 4. size -> (n,)"""
    signs = np.indices((10,) * size, dtype=np.uint8).reshape(size, -1).T + np.uint8(ord("0"))
    return np.ascontiguousarray(signs).view(f"u{size}")[:, 0]


def digits(numbers: Rows, width: int) -> list[Signs]:
    """The last digits of whole numbers from 0 up, so many, with zeros before, as columns of signs. (n,) -> (n,) each."""
    found: list[Signs] = []
    for size in (4,) * (width // 4) + (2,) * (width // 2 % 2) + (1,) * (width % 2):
        left = numbers // 10**size
        found.insert(0, np.take(_table(size), numbers - left * 10**size))
        numbers = left
    return found


def whole(numbers: Rows, least: int = 1) -> list[Signs | bytes] | None:
    """Whole numbers from 0 up, of so many digits at least, as columns of signs. (n,) -> (n,) each.

    None where some are longer than others, or below 0.
    """
    low, high = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    width = max(least, len(str(high)))
    return [*digits(numbers, width)] if low >= 0 and max(least, len(str(low))) == width else None


def dates(days: Rows) -> list[Signs | bytes]:
    """Days since 1970 as `2024-01-31`, as columns of signs and what stands between. (n,) -> (n,) each.

    Years begin in March, so that the day that some have is their last (Howard Hinnant, "chrono-Compatible Low-Level Date
    Algorithms"). They are those from 0 to 9999.
    """
    since = (days + DAYS_BEFORE).astype(np.int32)
    cycle = since // CYCLE
    day = since - cycle * CYCLE
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153  # 0 is March
    day -= (153 * month + 2) // 5
    next_year = month >= 10
    year += 400 * cycle + next_year
    return [*digits(year, 4), b"-", *digits(month + 3 - 12 * next_year, 2), b"-", *digits(day + 1, 2)]


def clocks(us: Rows) -> list[Signs | bytes]:
    """Microseconds since midnight as `23:59:59.999999`, as columns of signs and what stands between. (n,) -> (n,) each."""
    seconds = us // SECOND_US
    return [np.take(_clock_table(), seconds), b".", *digits(us - seconds * SECOND_US, 6)]


@lru_cache(maxsize=1)
def _clock_table() -> Signs:
    """All seconds of a day as `23:59:59`. -> (86400,)"""
    minutes, seconds = np.divmod(np.arange(86_400), 60)
    parts: list[Signs | bytes] = [*digits(minutes // 60, 2), b":", *digits(minutes % 60, 2), b":", *digits(seconds, 2)]
    return _joined(len(seconds), parts).view(np.uint64)


def beside(rows: int, pieces: Sequence[Signs | bytes]) -> pl.Series:
    """Texts of one length, of columns of signs, (n,) each, and of bytes that all have. -> (n,)"""
    signs = _joined(rows, pieces)
    return from_joined_bytes(signs.view(np.uint8), np.full(rows, signs.itemsize, dtype=np.int64))


def _joined(rows: int, pieces: Sequence[Signs | bytes]) -> npt.NDArray[np.void]:
    """Columns of signs, (n,) each, and bytes that all have, beside each other. -> (n,)"""
    merged: list[Signs | bytes] = []
    for piece in pieces:
        if isinstance(piece, bytes) and merged and isinstance(merged[-1], bytes):
            merged[-1] += piece
        else:
            merged.append(piece)
    formats = [f"V{len(piece)}" if isinstance(piece, bytes) else piece.dtype for piece in merged]
    signs = np.empty(rows, dtype=np.dtype(list(zip(map(str, range(len(merged))), formats, strict=True))))
    for place, piece in enumerate(merged):
        signs[str(place)] = np.void(piece) if isinstance(piece, bytes) else piece
    return signs
