"""Values that a spec writes out, read as a type has them, or refused with a way out."""

from __future__ import annotations

import datetime as dt

from synth.dtypes import DType

__all__ = ["ends_in_blank", "moment_in_utc"]


def moment_in_utc(value: object) -> dt.datetime:
    """A moment that is written out, a text with a zone or a timestamp in UTC, in UTC and without one. Raises ValueError."""
    if isinstance(value, dt.datetime):
        return value
    try:
        moment = dt.datetime.fromisoformat(str(value))
        if not isinstance(value, str) or moment.tzinfo is None:
            raise ValueError
        return moment.astimezone(dt.UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{value!r} is no moment with a zone: write '2024-01-31 23:59:59+01:00', or in UTC without quotes"
        ) from None


def ends_in_blank(text: str, dtype: DType) -> str | None:
    """Say that a text ends in a blank, where it is a char's, which keeps none."""
    blank = dtype.name == "char" and text.endswith(" ")
    return (
        f"'{text}' ends in a blank, which no {dtype} keeps: write it without, or declare a varchar" if blank else None
    )
