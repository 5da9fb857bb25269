"""Named profiles of time, with their sources: how a year, a week and a day are shared out.

Sources: Olist and UCI are the public data sets "Brazilian E-Commerce Public Dataset by Olist" (first 9,999 orders) and
"Online Retail" (UCI, 2010-12..2011-11, wholesale giftware); Census is the US Census Bureau's quarterly e-commerce
release of 17 May 2024.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from synth.errors import did_you_mean
from synth.generators.models import Many
from synth.generators.sampling import check_weights

__all__ = ["HOURS", "SEASONS", "WEEKDAYS", "DaysOfTheirOwn", "Factor", "Hours", "Season", "Weekdays", "profile"]

# Month index, January to December (only ratios matter).
SEASONS: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 12,
    # Q4 over the following Q1 is 1.20 (Census), 1.23 without a quarter of trend; November and December share the peak.
    "consumer": (0.93, 0.90, 0.95, 0.95, 0.97, 0.96, 0.97, 0.97, 0.98, 1.02, 1.20, 1.20),
    # UCI, invoices of identified customers; the year's growth is in it.
    "giftware": (0.67, 0.67, 0.89, 0.78, 1.05, 0.94, 0.90, 0.87, 1.19, 1.30, 1.80, 0.95),
}

# Shares of Monday to Sunday.
WEEKDAYS: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 7,
    "consumer": (16.0, 15.3, 15.5, 15.2, 15.1, 10.6, 12.4),  # Olist
    "business": (18.0, 20.0, 20.5, 22.0, 19.5, 0.0, 0.0),  # UCI, its Sunday trade shared out over the working days
}

# Shares of the hours 0 to 23.
HOURS: dict[str, tuple[float, ...]] = {
    "flat": (1.0,) * 24,
    "consumer": (
        2.4, 1.2, 0.5, 0.3, 0.2, 0.2, 0.4, 1.2, 3.0, 5.1, 6.4, 7.0,
        6.0, 6.9, 6.7, 6.0, 6.5, 6.2, 5.5, 6.0, 6.2, 6.4, 5.6, 4.2,
    ),  # Olist, local time
    "business": (
        0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.8, 7.4, 11.8, 12.0,
        16.1, 13.8, 12.3, 11.7, 6.7, 3.3, 1.0, 0.7, 0.0, 0.0, 0.0, 0.0,
    ),  # UCI
}  # fmt: skip

PROFILES = {"season": SEASONS, "weekdays": WEEKDAYS, "hours": HOURS}


def profile(word: str, value: Any) -> tuple[float, ...]:
    """Give the weights that a season, weekdays or hours are declared as. Raises ValueError."""
    named = PROFILES[word]
    if isinstance(value, str):
        if value not in named:
            raise ValueError(f"unknown {word} '{value}'; {did_you_mean(value, named)}")
        return named[value]
    size = len(next(iter(named.values())))
    numbers = tuple(float(v) for v in value if isinstance(v, (int, float)) and not isinstance(v, bool) and v >= 0)
    if len(numbers) != len(value) or len(numbers) != size or not sum(numbers):
        raise ValueError(f"{word} takes {size} numbers from 0 up, not all 0, or one of {', '.join(named)}")
    check_weights(numbers, f"numbers of {word}")
    return numbers


def _told(word: str) -> WithJsonSchema:
    """What an editor is told of a profile: a name, or as many numbers as the named ones have."""
    named = PROFILES[word]
    size = len(next(iter(named.values())))
    numbers = {"type": "array", "items": {"type": "number", "minimum": 0}, "minItems": size, "maxItems": size}
    return WithJsonSchema({"anyOf": [{"enum": [*named]}, numbers]})


Season = Annotated[str | Many, _told("season")]
Weekdays = Annotated[str | Many, _told("weekdays")]
Hours = Annotated[str | Many, _told("hours")]
Factor = Annotated[float, Field(ge=0, le=1e6)]  # of a day, beside a usual one
DaysOfTheirOwn = dict[dt.date, Factor]
