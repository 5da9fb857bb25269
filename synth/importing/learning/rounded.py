"""Numbers of few digits: what is told of rows is never so exact that it is one row's."""

from __future__ import annotations

import math
from typing import SupportsFloat

__all__ = ["at_most", "few_digits"]


def few_digits(value: SupportsFloat, digits: int = 3) -> float:
    """Round to so many significant digits."""
    number = float(value)
    if not math.isfinite(number) or number == 0:
        return 0.0 if number == 0 else number
    return round(number, digits - 1 - math.floor(math.log10(abs(number))))


def at_most(value: float, digits: int = 2) -> int:
    """Round a count up to so many significant digits."""
    whole = math.ceil(value)
    unit: int = 10 ** max(0, len(str(abs(whole))) - digits)
    return -(-whole // unit) * unit
