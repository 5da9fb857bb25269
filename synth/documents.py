"""JSON as servers keep it, so that a text comes back from each of them as it went in, and has one fingerprint everywhere.

PostgreSQL's JSONB and MySQL's JSON keep no text but what it means, and spell it alike: the keys of an object by length and
then by bytes, `, ` and `: ` between, numbers without zeros at their ends. All JSON that is drawn is spelt so.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

__all__ = ["DEEPEST", "MOST_DIGITS", "canonical", "key_order", "quoted"]

MOST_DIGITS = 15  # of a number with a fraction: some servers keep it as a double
DEEPEST = 50  # of a hundred that servers take


def key_order(key: str) -> tuple[int, bytes]:
    """What the keys of an object are sorted by."""
    spelt = key.encode()
    return len(spelt), spelt


def quoted(text: str) -> str:
    """A text between quotes; letters of all alphabets stand for themselves."""
    return json.dumps(text, ensure_ascii=False)


def canonical(text: object) -> str:
    """JSON as servers spell it. Raises ValueError for what is none, or comes back otherwise from some of them."""
    try:
        if not isinstance(text, str):
            raise ValueError("a text is expected, as in '{\"a\": 1}'")
        found = json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once)
    except ValueError as error:
        raise ValueError(f"{text!r} is no JSON: {error}") from None
    return _spelt(found, text, 0)


def _spelt(value: Any, text: object, depth: int) -> str:
    if depth > DEEPEST:
        raise ValueError(f"{text!r} is nested more than {DEEPEST} deep")
    if isinstance(value, dict):
        keys = sorted(value, key=key_order)
        return "{" + ", ".join(f"{quoted(key)}: {_spelt(value[key], text, depth + 1)}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_spelt(each, text, depth + 1) for each in value) + "]"
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    digits = len(value.as_tuple().digits) if isinstance(value, Decimal) else 0
    exponent = int(value.as_tuple().exponent) if isinstance(value, Decimal) else 0
    if abs(value) >= (10**MOST_DIGITS if digits else 2**63) or digits > MOST_DIGITS or exponent < -MOST_DIGITS:
        raise ValueError(f"{text!r} has the number {value}, which not every database keeps with all its digits")
    if not digits:
        return str(value)
    shown = f"{value:f}"
    shown = shown.rstrip("0") if "." in shown else f"{shown}."
    return f"{shown}0" if shown.endswith(".") else shown


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a key stands twice in an object")
    return made
