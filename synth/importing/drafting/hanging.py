"""How columns hang together, as words that keep it: sums of children, formulas, repeated values, dependent choices."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from synth.importing.drafting.learned import plain_value, shares_of
from synth.importing.drafting.model import DraftColumn, Words
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundColumn
from synth.importing.learning.learnt import Formula, Sum

__all__ = ["hang_together"]

SURE = 0.99  # share of the rows in which it has to hold
_DRAWN_BY_OTHERS = ("key", "reference", "arrival")  # generators that stay as they are


def hang_together(draftings: Mapping[str, Drafting]) -> None:
    """Replace the words of columns that follow from others, in all tables. Circles are left out: what comes first stays."""
    leads: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for drafting in draftings.values():
        for column, words, why, needs in [
            *_sums(drafting, draftings),
            *_carried(drafting),
            *_formulas(drafting),
            *_ratios(drafting),
            *_choices(drafting),
        ]:
            place = drafting.table.name, column.name
            if place in leads or _leads_to(needs, place, leads):
                continue
            if any(word in drafting.made.columns[column.name].words for word in _DRAWN_BY_OTHERS):
                continue
            leads[place] = needs
            plainer = drafting.made.columns[column.name]
            drafting.add(column, words, why, keeps_null=_keeps_null(drafting, column, words, needs, draftings))
            drafting.made.columns[column.name].plainer.insert(0, (plainer.words, plainer.why))


def _keeps_null(
    drafting: Drafting,
    column: FoundColumn,
    words: Words,
    needs: set[tuple[str, str]],
    draftings: Mapping[str, Drafting],
) -> bool:
    """Whether a column has NULLs of its own, and not those of what it follows from."""
    if "choice" in words:
        return True
    known = [(draftings[table].learnt, name) for table, name in needs if table in draftings]
    others = [one.nulls for each, name in known if each and (one := each.columns.get(name))]
    return not {"lookup", "expr"}.isdisjoint(words) and drafting.nulls(column) > max(others, default=0.0) + 0.01


_Hung = tuple[FoundColumn, Words, str, set[tuple[str, str]]]


def _leads_to(
    needs: set[tuple[str, str]], place: tuple[str, str], leads: Mapping[tuple[str, str], set[tuple[str, str]]]
) -> bool:
    """Whether a column would follow from itself."""
    seen, left = set[tuple[str, str]](), set(needs)
    while left:
        each = left.pop()
        if each == place:
            return True
        if each not in seen:
            seen.add(each)
            left |= leads.get(each, set())
    return False


def _sums(drafting: Drafting, draftings: Mapping[str, Drafting]) -> Iterator[_Hung]:
    name = drafting.table.name
    for each in drafting.learnt.sums if drafting.learnt else ():
        child = draftings.get(each.child)
        owned = child is not None and child.kind.owner is not None and child.kind.owner.table == name
        if child is None or not owned or each.share < SURE or not each.adds or each.column not in drafting:
            continue
        carried = child.learnt.carried if child.learnt else ()
        if any(one.table == name and one.column in each.adds for one in carried):
            continue
        added = _added(each, child)
        needs = {(each.child, column) for column in (added, *each.adds)}
        yield (
            drafting.table.column(each.column),
            {"sum": f"{each.child}.{added}"},
            "learnt: the sum of its children",
            needs,
        )


def _added(each: Sum, child: Drafting) -> str:
    """The column of the child that is added up; a product gets a working one."""
    if len(each.adds) == 1:
        return each.adds[0]
    working = f"_{'_'.join(each.adds)}"
    child.made.columns.setdefault(working, DraftColumn({"expr": " * ".join(each.adds)}, "what its parent adds up"))
    return working


def _carried(drafting: Drafting) -> Iterator[_Hung]:
    owner = drafting.kind.owner
    for each in drafting.learnt.carried if drafting.learnt else ():
        if each.share < SURE or len(each.reference) > 1 or each.column not in drafting:
            continue
        is_owner = owner is not None and owner.columns == each.reference
        path = f"{each.table if is_owner else each.reference[0]}.{each.of}"
        yield (
            drafting.table.column(each.column),
            {"lookup": path},
            f"learnt: that of {each.table}",
            {(each.table, each.of)},
        )


def _formulas(drafting: Drafting) -> Iterator[_Hung]:
    for each in drafting.learnt.formulas if drafting.learnt else ():
        if each.share < SURE or each.column not in drafting:
            continue
        column = drafting.table.column(each.column)
        spelt = _spelt(each)
        if column.type.has_units:
            spelt = f"ROUND({spelt}, {column.type.digits})"
        least = drafting.said.of(column.name).low
        if isinstance(least, int | float) and not column.nullable and any(sign < 0 for sign, _ in each.terms):
            spelt = f"GREATEST({spelt}, {least})"  # as a check of the source asks for
        needs = {(drafting.table.name, name) for _, names in each.terms for name in names}
        yield column, {"expr": spelt}, "learnt", needs


def _spelt(formula: Formula) -> str:
    return str(formula).split(" = ", 1)[1]


def _ratios(drafting: Drafting) -> Iterator[_Hung]:
    """Columns that are a share of others; the share is a working column."""
    for each in drafting.learnt.ratios if drafting.learnt else ():
        if each.column not in drafting or any(name not in drafting for name in each.of):
            continue
        column = drafting.table.column(each.column)
        least = min((share for share in each.quantiles.values() if share > 0), default=1.0)
        digits = min(9, max(4, 3 - math.floor(math.log10(least))))
        whole = len(str(int(max(each.quantiles.values()))))
        words: Words = {"empirical": {"quantiles": dict(each.quantiles)}, "type": f"decimal({whole + digits},{digits})"}
        if column.type.is_float:
            words["type"] = "double"
        drafting.made.columns[share := f"_{each.column}_share"] = DraftColumn(words, "learnt")
        spelt = " * ".join([*each.of, share])
        if column.type.has_units:
            spelt = f"ROUND({spelt}, {column.type.digits})"
        yield column, {"expr": spelt}, "learnt", {(drafting.table.name, name) for name in each.of}


def _choices(drafting: Drafting) -> Iterator[_Hung]:
    """Choices that another column of the row decides on, the strongest first."""
    known = drafting.learnt
    if known is None:
        return
    tables: list[tuple[str, str, dict[Any, dict[Any, float]]]] = [
        (each.column, each.by, {value: {then: 1.0} for value, then in each.pairs}) for each in known.lookups
    ]
    tables += [
        (each.column, each.by, {value: dict(shares) for value, shares in each.shares.items()})
        for each in sorted(known.dependences, key=lambda each: -each.strength)
    ]
    for column, by, shares in tables:
        mine, other = known.columns.get(column), known.columns.get(by)
        if mine is None or other is None or mine.personal or other.personal or not mine.weights or not other.weights:
            continue
        if (
            column not in drafting
            or by not in drafting
            or other.nulls > 0
            or "choice" not in drafting.made.columns[by].words
        ):
            continue
        usual = shares_of(drafting, drafting.table.column(column), mine.weights)
        values = {
            plain_value(value): {plain_value(then): round(share, 5) for then, share in given.items()}
            for value, given in shares.items()
        }
        values = {
            value: values.get(value) or usual for value in shares_of(drafting, drafting.table.column(by), other.weights)
        }
        words: Words = {"choice": {"by": by, "values": values}}
        yield drafting.table.column(column), words, f"learnt: by {by}", {(drafting.table.name, by)}
