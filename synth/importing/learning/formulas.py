"""Columns of numbers that follow from others of their row: the same, sums, and products with what is added to them.

A column is tried as the sum of others, and of others times others, each added or subtracted once: the one that goes best
with what is left is taken, until nothing is left. A formula that holds to a cent in nearly all rows is no chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

from synth.importing.learning.asking import Asking, name_of, number_of
from synth.importing.learning.learnt import Formula
from synth.importing.learning.personal import words_of
from synth.importing.learning.rounded import few_digits
from synth.importing.learning.working import Work

__all__ = ["CENT", "formulas_of", "holds"]

Floats = npt.NDArray[np.float64]
Names = tuple[str, ...]

MOST_COLUMNS = 14
MOST_TERMS = 5
SO_MANY = 4_000  # rows that are looked at
CENT = 0.0101  # what a formula may be off
HOLDS = 0.98  # share of the rows
FEWEST = 30  # rows
# What a column is called that others make up, in the order in which they are tried, before those that stand last.
MADE = (
    "total", "gross", "brutto", "gesamt", "gesamtbetrag", "ttc", "montant", "sum", "summe", "somme", "net", "netto",
    "amount", "betrag",
)  # fmt: skip


def formulas_of(asking: Asking, work: Work, numbers: Sequence[str]) -> tuple[Formula, ...]:
    """The columns of numbers that follow from others of their row."""
    names = list(numbers[:MOST_COLUMNS])
    if len(names) < 2 or work.rows < FEWEST:
        return ()
    listed = ", ".join(f"{number_of(name)} AS {name_of(name)}" for name in names)
    values = asking.columns(f"SELECT {listed} FROM {work.some(SO_MANY)} LIMIT {2 * SO_MANY}")
    varied = {name: values[name] for name in names if len(np.unique(values[name][~np.isnan(values[name])])) > 2}
    found: list[Formula] = []
    made: set[str] = set()
    for name in sorted(varied, key=lambda each: _turn(each, names)):
        others = {each: column for each, column in varied.items() if each != name and each not in made}
        formula = _formula(name, varied[name], others)
        if formula is not None and not _is_told(formula, found):
            found.append(formula)
            made.add(name)
    return tuple(found)


def _turn(name: str, names: Sequence[str]) -> tuple[int, int]:
    """When a column is tried: what sounds like a total first, then from the last to the first."""
    words = words_of(name)
    return min((MADE.index(word) for word in words if word in MADE), default=len(MADE)), -names.index(name)


def _is_told(formula: Formula, found: Sequence[Formula]) -> bool:
    """Whether a formula is another one turned round."""
    mine = {formula.column, *(name for _, names in formula.terms for name in names)}
    return any(mine == {each.column, *(n for _, names in each.terms for n in names)} for each in found)


def _formula(name: str, target: Floats, others: Mapping[str, Floats]) -> Formula | None:
    """A column as terms of others, of rows in which the column is there; NULL of what is added counts as 0."""
    there = ~np.isnan(target)
    if there.sum() < FEWEST:
        return None
    wanted = target[there]
    single = {(each,): column[there] for each, column in others.items()}
    terms: dict[Names, Floats] = {each: np.nan_to_num(column) for each, column in single.items()}
    for one, other in combinations(others, 2):
        terms[one, other] = np.nan_to_num(others[one][there] * others[other][there])
    same = next((each for each in single if holds(wanted, single[each]) >= HOLDS), None)
    if same is not None:
        return Formula(name, ((1, same),), few_digits(holds(wanted, single[same])))
    chosen: list[Names] = []
    left = wanted
    for _ in range(MOST_TERMS):
        best = max(
            (each for each in terms if each not in chosen), key=lambda each: _goes_with(left, terms[each]), default=None
        )
        if best is None or _goes_with(left, terms[best]) < 1e-3:
            return None
        chosen.append(best)
        factors = np.linalg.lstsq(np.column_stack([terms[each] for each in chosen]), wanted, rcond=None)[0]
        signs = np.where(np.abs(np.abs(factors) - 1) < 0.2, np.sign(factors), 0)
        got = sum(sign * terms[each] for sign, each in zip(signs, chosen, strict=True))
        if signs.all() and (share := holds(wanted, np.asarray(got))) >= HOLDS:
            return Formula(
                name, tuple((int(s), each) for s, each in zip(signs, chosen, strict=True)), few_digits(share)
            )
        left = wanted - np.column_stack([terms[each] for each in chosen]) @ factors
    return None


def _goes_with(left: Floats, term: Floats) -> float:
    """How much of what is left a term explains, from 0 to 1. (n,), (n,)"""
    size = float(np.sqrt((left @ left) * (term @ term)))
    return abs(float(left @ term)) / size if size > 0 else 0.0


def holds(wanted: Floats, got: Floats) -> float:
    """The share of rows in which two columns are the same to a cent; NULL is not the same as a number. (n,), (n,)"""
    return float((np.abs(wanted - got) <= CENT).mean()) if len(wanted) else 0.0
