"""What was learnt of a column, as the words of a generator."""

from __future__ import annotations

import math
from typing import Any

from synth.importing.drafting.model import Words
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundColumn, FoundReference
from synth.importing.learning.learnt import TableLearnt

__all__ = ["learned_fanout", "learned_words", "plain_value"]

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
        return {"choice": {plain_value(value): round(share, 5) for value, share in known.weights.values}}
    if known.numbers and column.type.name not in ("date", "timestamp", "timestamptz"):
        numbers = known.numbers
        if numbers.high <= numbers.low:
            return {"constant": numbers.low} if column.type.name in ("double", "real") else None
        if numbers.law and numbers.law.name not in _COUNTS:
            words: Words = {**{name: float(f"{value:.5g}") for name, value in numbers.law.parameters.items()}}
            words |= {"min": numbers.low, "max": numbers.high}
            if numbers.step and numbers.law.name != "triangular":
                words["step"] = numbers.step
            if numbers.endings and numbers.law.name == "lognormal":
                words["endings"] = dict(numbers.endings)
                words.pop("step", None)
            return {numbers.law.name: words}
        if len(numbers.quantiles) > 1:
            return {"empirical": {"quantiles": dict(numbers.quantiles)}}
    return None


def learned_fanout(table: TableLearnt | None, owner: FoundReference, parent_rows: int) -> Words | None:
    """How many rows a parent has: the law that is near, else the shares of counts; of too few parents the mean alone."""
    known = next((each.fanout for each in table.references if each.columns == owner.columns), None) if table else None
    if known is None:
        return _mean_fanout(table.rows / parent_rows) if table and parent_rows else None
    if known.law is None:
        shares = dict(known.shares)
        if known.tail and known.tail_mean:
            rest = round(known.tail_mean)
            shares[rest] = round(shares.get(rest, 0) + known.tail, 5)
        return {"shares": shares} if shares else None
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
        return {"shares": {1: round(mean, 5), 0: round(1 - mean, 5)}} if mean < 1 else {"count": 1}
    most = min(100_000, math.ceil(2 * mean + 10))
    return {"mean": min(round(mean, 4), most - 1), "min": 0, "max": most, "poisson": True, "exact": True}


def plain_value(value: Any) -> Any:
    """A value as YAML has it."""
    return value if isinstance(value, bool | int | str) else float(value) if not hasattr(value, "isoformat") else value
