"""What was learnt of a column, as the words of a generator."""

from __future__ import annotations

import math
from typing import Any

from synth.importing.drafting.model import Words
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundColumn, FoundReference
from synth.importing.learning.learnt import Numbers, TableLearnt, Texts, Weights

__all__ = ["learned_fanout", "learned_words", "number_words", "plain_value", "shares_of"]

MOSTLY = 0.9  # share of texts of one form, from which on it is that of a code
LONGEST, MOST_OTHERS = 60, 20  # signs of a value, and values, that stand for those left out
_CLASSES, _SIGNS = {"9": "#", "A": "?", "a": "[a-z]"}, "#?[]{}\\"
_COUNTS = ("poisson", "negative_binomial", "geometric")


def learned_words(drafting: Drafting, column: FoundColumn) -> Words | None:
    """The generator that gives what the source's rows have; None where nothing was learnt that says so."""
    known = drafting.learnt.columns.get(column.name) if drafting.learnt else None
    if known is None or known.personal:
        return None
    if known.true is not None and 0 < known.true < 1:
        return {"choice": {True: round(known.true, 4), False: round(1 - known.true, 4)}}
    if known.true is not None:
        return {"choice": {bool(known.true): 1}}
    if known.weights and known.weights.values and not known.moments:
        return {"choice": shares_of(drafting, column, known.weights)}
    if column.type.is_free_text and known.texts and (pattern := _pattern(known.texts)):
        return {"pattern": pattern}
    if known.numbers and column.type.name not in ("date", "timestamp", "timestamptz"):
        return number_words(known.numbers, column)
    return None


def number_words(numbers: Numbers, column: FoundColumn) -> Words | None:
    """The distribution of numbers: the law that is near, else their quantiles."""
    if numbers.high <= numbers.low:
        return {"constant": numbers.low} if column.type.is_float else {"choice": {_number(numbers.low): 1}}
    if numbers.law and numbers.law.name not in _COUNTS:
        words: Words = {**{name: float(f"{value:.5g}") for name, value in numbers.law.parameters.items()}}
        words |= {"min": numbers.low, "max": numbers.high}
        if numbers.step and numbers.law.name != "triangular":
            words["step"] = numbers.step
        if numbers.endings and numbers.law.name == "lognormal":
            words["endings"] = dict(numbers.endings)
            words.pop("step", None)
        return {numbers.law.name: words}
    return {"empirical": {"quantiles": dict(numbers.quantiles)}} if len(numbers.quantiles) > 1 else None


def learned_fanout(
    table: TableLearnt | None, owner: FoundReference, parent_rows: int, *, at_most_one: bool = False
) -> Words | None:
    """How many rows a parent has: the law that is near, else the shares of counts; of too few parents the mean alone.

    `at_most_one` says that no parent has two, so that the mean says all.
    """
    known = next((each.fanout for each in table.references if each.columns == owner.columns), None) if table else None
    if table and parent_rows and (known is None or (at_most_one and known.mean <= 1)):
        return _mean_fanout(known.mean if known else table.rows / parent_rows)
    if known is None:
        return None
    if known.law is None:
        shares = dict(known.shares)
        if known.tail and shares:  # what is left, so that the mean stays
            told = sum(count * share for count, share in shares.items())
            rest = round(known.tail_mean or max(0.0, known.mean - told) / known.tail)
            shares[rest] = round(shares.get(rest, 0) + known.tail, 5)
        every = len(shares) == max(shares, default=0) - min(shares, default=0) + 1  # which exact totals need
        return {"shares": shares, **({"exact": True} if every else {})} if shares else None
    ends: Words = {name: value for name, value in known.law.parameters.items() if name != "r"}
    if known.law.name == "count":
        return ends
    if known.law.name == "uniform":
        return {**ends, "uniform": True}
    if known.law.name == "poisson":
        return {**ends, "poisson": True, "exact": True}
    return {**ends, "negative_binomial": {"r": known.law.parameters["r"]}, "exact": True}


def _mean_fanout(mean: float) -> Words:
    if mean <= 0:
        return {"count": 0}
    if mean <= 1:
        return {"shares": {1: round(mean, 5), 0: round(1 - mean, 5)}, "exact": True} if mean < 1 else {"count": 1}
    most = min(100_000, math.ceil(2 * mean + 10))
    return {"mean": min(round(mean, 4), most - 1), "min": 0, "max": most, "poisson": True, "exact": True}


def shares_of(drafting: Drafting, column: FoundColumn, weights: Weights) -> dict[Any, float]:
    """The values of a choice by share. Those of a text that were left out, being rare, have others in their place."""
    other = weights.other if column.type.is_text else 0.0
    shares = {plain_value(value): round(share * (1 - other), 5) for value, share in weights.values}
    if other:
        listed = column.type.labels or drafting.said.of(column.name).among or ()
        names = [str(value) for value in listed] or [f"Other {number}" for number in range(1, weights.others + 1)]
        room = column.type.length or LONGEST
        names = [name for name in names if name not in shares and len(name) <= room][: min(weights.others, MOST_OTHERS)]
        shares |= {name: round(other / len(names), 6) for name in names}
    return shares


def _pattern(texts: Texts) -> str | None:
    """The pattern of codes: what all begin with, and the signs of the commonest form; None of words and of other texts."""
    if not texts.shapes or texts.shapes[0][1] < MOSTLY or "9" not in texts.shapes[0][0]:
        return None
    shape, prefix = texts.shapes[0][0], texts.prefix or ""
    kept = [f"\\{sign}" if sign in _SIGNS else sign for sign in prefix]
    return "".join(
        [*kept, *(_CLASSES.get(sign, f"\\{sign}" if sign in _SIGNS else sign) for sign in shape[len(prefix) :])]
    )


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


def plain_value(value: Any) -> Any:
    """A value as YAML has it."""
    return value if isinstance(value, bool | int | str) else float(value) if not hasattr(value, "isoformat") else value
