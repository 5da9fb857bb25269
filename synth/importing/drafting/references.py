"""Columns that hold keys of other tables: of the row that a row is born with, of a chosen one, or of none."""

from __future__ import annotations

from synth.importing.drafting.model import Words
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundReference

__all__ = ["draft_references"]


def draft_references(drafting: Drafting) -> None:
    """Draft the columns of all references; the one that owns the rows first, as others may share columns with it."""
    kind, table = drafting.kind, drafting.table
    owner = kind.owner
    for each in sorted(kind.references, key=lambda each: (each is not owner, -len(each.columns))):
        undone = [name for name in each.columns if name not in drafting]
        if not undone:
            drafting.draft.note(
                f"{table.name}.{', '.join(each.columns)}",
                f"refers to {each.table} as well, which is not kept",
                each.line,
            )
        elif each.table == table.name:
            _draft_self(drafting, each)
        else:
            _draft_one(drafting, each, undone)
    for each in table.references:
        if each not in kind.references:
            drafting.draft.note(
                f"{table.name}.{', '.join(each.columns)}",
                f"refers to ({', '.join(each.parent_columns)}) of {each.table}, no primary key that was found: not kept",
                each.line,
            )


def _draft_one(drafting: Drafting, each: FoundReference, undone: list[str]) -> None:
    table, kind = drafting.table, drafting.kind
    pairs = dict(zip(each.columns, each.parent_columns, strict=True))
    why = each.guessed or ""
    if each is kind.owner:
        for name in each.columns:
            words: Words = {"to": each.table, "key_column": pairs[name]} if len(pairs) > 1 else {"to": each.table}
            drafting.add(table.column(name), {"reference": _short(words)}, why, typed=False, keeps_null=False)
        return
    done = [name for name in each.columns if name in drafting]
    choice: Words = {"to": each.table}
    if len(pairs) > 1:
        choice["key_column"] = pairs[undone[0]]
    if done:
        choice["match"] = {pairs[name]: name for name in done}
        choice["optional"] = table.column(undone[0]).nullable
    if kind.manner == "pairs" and set(undone) & set(table.primary_key or _unique_columns(drafting)) and kind.owner:
        choice["distinct_per"] = kind.owner.table
    elif any(set(unique.columns) == set(each.columns) and unique.where is None for unique in table.uniques):
        choice["unique"] = True
    elif drafting.learnt:
        _learn(drafting, each, choice)
    if not choice.get("optional", True):
        del choice["optional"]
    if other := _other(drafting, undone[0], each):
        choice["other_than"] = other
    drafting.add(table.column(undone[0]), {"reference": _short(choice)}, why, typed=False)
    if "unique" in choice:
        drafting.made.columns[undone[0]].words["unique"] = True
    for name in undone[1:]:
        follows = table.column(name)
        drafting.add(follows, {"lookup": f"{undone[0]}.{pairs[name]}"}, typed=False, keeps_null=False)


def _other(drafting: Drafting, name: str, each: FoundReference) -> str | None:
    """A column that has to hold another row of the same table, and is drafted already."""
    for pair in drafting.said.differing:
        if name in pair:
            (other,) = {*pair} - {name} or {name}
            held = any(other in one.columns and one.table == each.table for one in drafting.kind.references)
            if held and other != name and other in drafting:
                return other
    return None


def _unique_columns(drafting: Drafting) -> set[str]:
    return {name for unique in drafting.table.uniques if len(unique.columns) > 1 for name in unique.columns}


def _learn(drafting: Drafting, each: FoundReference, choice: Words) -> None:
    """How unequal parents are."""
    for known in drafting.learnt.references if drafting.learnt else ():
        spread = known.concentration
        if known.columns == each.columns and spread and spread.s is not None:
            choice["popularity"] = {"zipf_mandelbrot": {"s": round(spread.s, 3), "q": round(spread.q or 0, 4)}}


def _draft_self(drafting: Drafting, each: FoundReference) -> None:
    """A reference to the own table: an earlier row or none; the row itself, where there has to be one."""
    table = drafting.table
    column = table.column(each.columns[0])
    if len(each.columns) > 1:
        return
    if not column.nullable:
        drafting.add(
            column, {"expr": table.primary_key[0], "references": table.name}, "the row itself, as none may be missing",
            typed=False,
        )  # fmt: skip
    elif drafting.kind.owner is None:
        drafting.add(column, {"reference": {"to": table.name, "roots": 0.2}}, typed=False, keeps_null=False)
    else:
        words: Words = {"nothing": {}, "references": table.name}
        drafting.add(column, words, "a row of the own table, or none", keeps_null=False)


def _short(choice: Words) -> Words | str:
    return choice["to"] if len(choice) == 1 else choice
