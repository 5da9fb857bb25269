"""Corrects a draft until it can be checked: what is refused is made plainer, and told.

A column that is refused gets its next plainer words; a check or a group that cannot hold is left out; a table whose rows
cannot be had so is made a plain one. Each round takes all problems that a check names, so few are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from synth.errors import DataError, Problem, SpecError, SynthError
from synth.importing.drafting.model import Draft, DraftTable
from synth.importing.write import spelt
from synth.spec.load import parse
from synth.spec.models import Dataset

__all__ = ["MendError", "mended"]

ROUNDS = 60
BEFORE = 0.3  # share of parents that are there before the period, where fewer did not do
T = TypeVar("T")


class MendError(SynthError):
    """A draft that cannot be made to hold."""


def mended(draft: Draft, source: str, prove: Callable[[Dataset], T]) -> tuple[str, Dataset, T]:
    """The YAML of a draft, corrected until it parses and `prove` raises nothing, and what that gave. Raises MendError."""
    said = ""
    for _ in range(ROUNDS):
        text = spelt(draft, source)
        try:
            dataset = parse(text, "the spec")
            proof = prove(dataset)
        except SpecError as error:
            problems: Iterable[Problem] = error.problems
            said = str(error)
        except DataError as error:
            problems = [error.problem] if error.problem else []
            said = str(error)
        else:
            return text, dataset, proof
        if not [problem for problem in problems if _mend(draft, problem)]:
            break
    raise MendError(f"no spec could be made that holds: {said}\n  hint: leave the table out with --tables")


def _mend(draft: Draft, problem: Problem) -> bool:
    """Correct what one problem is about; whether anything could be done."""
    path = tuple(str(part) for part in problem.path)
    if len(path) < 2 or path[0] != "tables" or path[1] not in draft.tables:
        return False
    name, table = path[1], draft.tables[path[1]]
    why = problem.what.splitlines()[0]
    match path[2:]:
        case ("checks", check, *_) if check in table.checks:
            draft.note(name, f"the check {check} ({table.checks.pop(check)}) is not kept: {why}")
            return True
        case ("unique", *rest) if table.unique:
            index = int(rest[0]) if rest and rest[0].isdigit() and int(rest[0]) < len(table.unique) else 0
            draft.note(f"{name}.{', '.join(table.unique.pop(index))}", f"is unique in the source, and not here: {why}")
            return True
        case ("columns", column, *_) if column in table.columns:
            return _plainer(draft, name, table, column, why)
        case ("primary_key", *_) if table.primary_key:
            return _key_gone(draft, name, table, why)
    return _plain_table(draft, name, table, why)


def _plainer(draft: Draft, name: str, table: DraftTable, column: str, why: str) -> bool:
    made = table.columns[column]
    if "surely there" in why and _sooner(draft, made.words.get("reference")):
        return True
    if not made.plainer:
        if "unique" in made.words:
            del made.words["unique"]
            draft.note(f"{name}.{column}", f"is unique in the source, and not here: {why}")
            return True
        if column in table.primary_key:
            return _key_gone(draft, name, table, why)
        return "unique" in why and _plain_table(draft, name, table, why)
    before = made.words
    words, made.why = made.plainer.pop(0)
    made.words = {**words, **({"unique": True} if before.get("unique") and column not in table.primary_key else {})}
    kept = any(word in words for word in ("reference", "lookup", "expr", "sum"))
    if not kept and any(word in before for word in ("reference", "lookup", "expr", "sum")):
        draft.note(f"{name}.{column}", f"is drawn by its type alone: {why}")
    return True


def _sooner(draft: Draft, reference: object) -> bool:
    """Let more of a reference's parents be there before the period, where they come in time; whether that could be done."""
    name = reference.get("to") if isinstance(reference, dict) else reference
    while name in draft.tables and "per" in draft.tables[name].kind:
        name = draft.tables[name].kind["per"]
    for made in draft.tables[name].columns.values() if name in draft.tables else ():
        arrival = made.words.get("arrival")
        if isinstance(arrival, dict) and arrival.get("before_start", 0.0) < BEFORE:
            arrival["before_start"] = BEFORE
            arrival.setdefault("since", draft.start.replace(year=draft.start.year - 2))
            return True
    return False


def _key_gone(draft: Draft, name: str, table: DraftTable, why: str) -> bool:
    if not table.primary_key:
        return False
    draft.note(f"{name}.{', '.join(table.primary_key)}", f"is the key in the source, and not here: {why}")
    table.primary_key = ()
    return True


def _plain_table(draft: Draft, name: str, table: DraftTable, why: str) -> bool:
    """Make a table's rows its own, where those of a parent cannot be had; a group or a check that is in the way goes."""
    if table.unique and "unique" in why:
        return _group_gone(draft, name, table, why)
    if "per" in table.kind:
        table.kind, table.why = {"rows": {"base": 1000, "growth": 0.5, "at_least": 20}}, "rows of its own"
        draft.note(name, f"has rows of its own: {why}")
        return True
    if table.unique:
        return _group_gone(draft, name, table, why)
    if table.checks:
        check, condition = table.checks.popitem()
        draft.note(name, f"the check {check} ({condition}) is not kept: {why}")
        return True
    return False


def _group_gone(draft: Draft, name: str, table: DraftTable, why: str) -> bool:
    draft.note(f"{name}.{', '.join(table.unique.pop())}", f"is unique in the source, and not here: {why}")
    return True
