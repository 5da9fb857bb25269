"""What draws a column by its type alone, within what checks say: the plainest words that hold."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from synth.dtypes import DType
from synth.importing.drafting.conditions import Limits
from synth.importing.drafting.meaning import is_quantity, is_total, is_unit_price
from synth.importing.drafting.model import Words
from synth.importing.drafting.names import words_of
from synth.importing.found import FoundColumn

__all__ = ["among_words", "is_long_ago", "plain_words", "unique_words"]

_WHOLE = {"smallint": 32_767, "integer": 2_147_483_647, "bigint": 9_223_372_036_854_775_807}


def plain_words(column: FoundColumn, limits: Limits, start: dt.date, until: dt.date) -> Words:
    """The generator of a column's type, within limits."""
    dtype = column.type
    if limits.among:
        return among_words(limits.among, dtype)
    if dtype.name in (*_WHOLE, "decimal", "wide", "double", "real"):
        return _number_words(column, limits)
    if dtype.name in ("date", "timestamp", "timestamptz"):
        if years := _years(column):
            first, last = dt.date(until.year - years[1], 1, 1), dt.date(until.year - years[0], 12, 31)
            return {"uniform": {"min": first, "max": last}}
        low, high = (each if isinstance(each, dt.date) else None for each in (limits.low or limits.above, limits.high))
        first, last = low or min(start, high or start), high or max(until - dt.timedelta(1), low or start)
        return {"uniform": {"min": first, "max": last}}
    return _other_words(column, dtype, limits)


def is_long_ago(column: FoundColumn) -> bool:
    """Whether a day lies years before the row came: of birth, of hiring."""
    return _years(column) is not None


def _years(column: FoundColumn) -> tuple[int, int] | None:
    """How many years ago such a day lies: the least and the most."""
    words = set(words_of(column.name))
    if words & {"birth", "birthday", "birthdate", "dob", "geburtsdatum", "geburtstag", "naissance"}:
        return 18, 80
    if words & {"hire", "hired", "hiredate", "employed", "eingestellt", "einstellungsdatum", "embauche"}:
        return 2, 17
    return None


def _number_words(column: FoundColumn, limits: Limits) -> Words:
    dtype = column.type
    digits = dtype.digits if dtype.has_units else 2
    unit = 10.0**-digits if dtype.name not in _WHOLE else 1
    whole = 10 ** ((dtype.precision or 9) - digits) - 1 if dtype.is_decimal else _WHOLE.get(dtype.name, 10**6)
    low = limits.low if limits.low is not None else (limits.above + unit if limits.above is not None else None)
    high = limits.high if limits.high is not None else (limits.below - unit if limits.below is not None else None)
    money = is_unit_price(column) or is_total(column)
    if (low is None or 0 <= low <= 1) and high is None and dtype.name not in _WHOLE and money and whole > 99:
        return {"lognormal": {"median": 30, "sigma": 0.8, "min": 1, "max": min(whole, 5_000)}}
    usual = _usual(column, whole)
    least = max(usual[0], low if low is not None else usual[0])
    most = min(usual[1], high if high is not None else usual[1])
    if least >= most:  # what is usual lies outside
        least = low if low is not None else min(usual[0], high)
        most = high if high is not None else least + (usual[1] - usual[0])
    most = max(least, min(most, whole)) if isinstance(most, int | float) else most
    if dtype.name in _WHOLE:
        return {"uniform": {"min": math.ceil(least), "max": math.floor(most)}}
    return {"uniform": {"min": round(float(least), digits), "max": round(float(most), digits)}}


def _usual(column: FoundColumn, whole: float) -> tuple[float, float]:
    """The least and the largest number that such a column usually has."""
    words = set(words_of(column.name))
    if is_quantity(column):
        return 1, min(12, whole)
    if words & {"year", "jahr", "annee"}:
        return 1990, 2025
    if words & {"rate", "percent", "pct", "discount", "share", "ratio", "rabatt", "taux", "remise"}:
        return 0, min(1 if column.type.name not in _WHOLE else 100, whole)
    if words & {"latitude", "lat"}:
        return -60, 70
    if words & {"longitude", "lng", "lon"}:
        return -180, 180
    if words & {"is", "has", "flag", "active", "enabled"} and column.type.name in _WHOLE:
        return 0, 1
    if words & {"salary", "gehalt", "lohn", "salaire", "wage", "income"}:
        return min(20_000, whole / 4), min(120_000, whole)
    if words & {"age", "alter"}:
        return 18, 90
    if words & {"rating", "stars", "score"}:
        return 1, 5
    return 0, min(100 if column.type.name in _WHOLE else 1_000, whole)


def among_words(values: list[Any], dtype: DType) -> Words:
    """A choice of values that are listed, all alike."""
    if dtype.is_text:
        values = [str(value) for value in values if not dtype.length or len(str(value)) <= dtype.length]
    return {"choice": dict.fromkeys(values, 1)}


def _other_words(column: FoundColumn, dtype: DType, limits: Limits) -> Words:
    room = min(limits.longest or 255, dtype.length or 255)
    if dtype.name == "boolean":
        usually = bool(
            {*words_of(column.name)} & {"active", "enabled", "activebool", "verified", "aktiv", "actif", "visible"}
        )
        return {"choice": {True: 0.9, False: 0.1} if usually else {True: 0.5, False: 0.5}}
    if dtype.name == "enum":
        return {"choice": dict.fromkeys(dtype.labels, 1)}
    if dtype.name == "uuid":
        return {"uuid": {}}
    if dtype.name == "json":
        return {"choice": {"{}": 1}}
    if dtype.name == "time":
        return {"time_of_day": {}}
    if dtype.name == "interval":
        return {"interval": {"each": {"uniform": {"min": 1, "max": 30}}, "unit": "days"}}
    if dtype.name == "bytes":
        return {"bytes": {"length": 16}}
    if dtype.element is not None:
        inner = (
            {"coined": {}}
            if dtype.element.is_free_text
            else plain_words(
                FoundColumn(column.name, dtype.element, ""), Limits(), dt.date(2024, 1, 1), dt.date(2026, 1, 1)
            )
        )
        return {"array": {"each": inner, "min": 0, "max": 3}}
    shortest = max(limits.shortest or 1, 1)
    words = set(words_of(column.name))
    codelike = bool(
        words & {"code", "id", "no", "number", "nummer", "nr", "sku", "numero", "key", "abbr", "iso", "hash", "token"}
    )
    return _text_words(shortest, room, codelike=codelike)


def _text_words(shortest: int, room: int, *, codelike: bool) -> Words:
    """Running text, where there is room for it: prose ends with a whole word, so its lengths lie 32 apart."""
    if not codelike and 3 <= room < shortest + 41:
        return {"pattern": f"[A-Z][a-z]{{{max(shortest, min(room, 12)) - 1}}}"}
    if room < shortest + 41:
        return {"pattern": f"[A-Z]{{{max(shortest, min(room, 8))}}}"}
    return {"prose": {"min": max(shortest, 10), "max": min(room, max(shortest + 32, 80))}}


def unique_words(column: FoundColumn, limits: Limits) -> Words | None:
    """The generator of a column's type that gives no value twice; None where the type has too few."""
    dtype = column.type
    room = min(limits.longest or 32, dtype.length or 32)
    if dtype.name == "uuid":
        return {"uuid": {}}
    if dtype.is_free_text:
        signs = max(min(room, 8), limits.shortest or 1)
        return {"pattern": f"[A-Z0-9]{{{signs}}}"} if room >= 3 else None
    if dtype.name in _WHOLE:
        most = limits.high or _WHOLE[dtype.name]
        return {"uniform": {"min": max(1, math.ceil(limits.low or 1)), "max": min(most, 2_000_000_000)}}
    if dtype.is_decimal and not dtype.digits:
        return {"uniform": {"min": 1, "max": min(10 ** (dtype.precision or 9) - 1, 2_000_000_000)}}
    return None
