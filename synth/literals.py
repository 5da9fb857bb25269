"""Values that a spec writes out, read as a type has them, or refused with a way out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Context, Decimal, InvalidOperation, Overflow
from functools import partial
from typing import Any

from synth.arrays import hex_digits
from synth.documents import canonical
from synth.dtypes import BYTES, INTERVAL, JSON, TIME, TIMESTAMPTZ, WIDEST, DType, clock_us
from synth.intervals import interval

__all__ = ["digits_of", "ends_in_blank", "moment_in_utc", "reader"]

EXACT = Context(prec=100)  # digits: those of any decimal, and of what is none
FLOAT_DIGITS = 15  # of a number that YAML reads as a float, which keeps them


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


def digits_of(value: object, dtype: DType) -> str:
    """A number that is written out, as a decimal of more digits than an int64 holds is drawn. Raises ValueError."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError
        number = Decimal(str(value))
        units = number.scaleb(dtype.digits, EXACT) if number.is_finite() else None
    except (ValueError, InvalidOperation, Overflow):
        units = None
    if units is None:
        raise ValueError(f"{value!r} is no {dtype}")
    if isinstance(value, float) and len(number.as_tuple().digits) > FLOAT_DIGITS:
        raise ValueError(f"{value!r} may have lost digits: put it in quotes")
    if units.adjusted() >= WIDEST or units != (whole := int(units)) or abs(whole) >= dtype.limit:
        raise ValueError(f"{value} does not fit {dtype}")
    return _spelt(whole, dtype)


def _spelt(units: int, dtype: DType) -> str:
    """So many minor units of a decimal with all digits behind the point: -5 is -0.05."""
    digits = f"{abs(units):0{dtype.digits + 1}}"
    whole, fraction = digits[: len(digits) - dtype.digits], digits[len(digits) - dtype.digits :]
    return f"{'-' if units < 0 else ''}{whole}{'.' if fraction else ''}{fraction}"


# types whose values are written out as texts -> what reads one as it is drawn, or raises ValueError
_READERS: dict[DType, Callable[[object], Any]] = {
    TIME: clock_us, JSON: canonical, TIMESTAMPTZ: moment_in_utc, BYTES: hex_digits, INTERVAL: interval,
}  # fmt: skip


def reader(dtype: DType) -> Callable[[object], Any] | None:
    """What reads a value that is written out as one is drawn, or raises ValueError; None where it is drawn as written."""
    return partial(digits_of, dtype=dtype) if dtype.name == "wide" else _READERS.get(dtype)
