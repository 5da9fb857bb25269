"""How unequally parents are chosen, as weights in the parents' table, which are dealt out to its rows."""

from __future__ import annotations

from collections.abc import Mapping

from synth.importing.drafting.model import DraftColumn, Words
from synth.importing.drafting.names import words_of
from synth.importing.drafting.table import Drafting
from synth.importing.found import FoundReference
from synth.importing.learning.learnt import ReferenceLearnt
from synth.spec.row_models import LONGEST_NAME

__all__ = ["weigh_parents"]

NEVER = 1e-9  # weight of parents that no row refers to: if there are no others, they are chosen evenly


def weigh_parents(draftings: Mapping[str, Drafting]) -> None:
    """Let references choose by weights that were learnt, where parents are rows of their own and do not come in time."""
    for drafting in draftings.values():
        for each in drafting.kind.references:
            parent = draftings[each.table]
            known = _known(drafting, each)
            alone = parent.kind.owner is None and not parent.kind.arrival and parent is not drafting
            if known is None or not alone or each is drafting.kind.owner or len(each.columns) > 1:
                continue
            choice = _choice(drafting, each)
            if choice is not None:
                _weigh(drafting, parent, each, known, choice)


def _known(drafting: Drafting, each: FoundReference) -> ReferenceLearnt | None:
    """What was learnt of a reference whose parents are unequal."""
    for known in drafting.learnt.references if drafting.learnt else ():
        if known.columns == each.columns and len(known.ranks) > 1:
            return None if known.concentration and known.concentration.is_even else known
    return None


def _choice(drafting: Drafting, each: FoundReference) -> Words | None:
    """The words of a reference that chooses freely; None of another one."""
    made = drafting.made.columns[each.columns[0]]
    words = made.words.get("reference")
    if words == each.table:
        words = made.words["reference"] = {"to": each.table}
    free = isinstance(words, dict) and words.get("to") == each.table and {"match", "unique", "roots"}.isdisjoint(words)
    return words if free else None


def _weigh(drafting: Drafting, parent: Drafting, each: FoundReference, known: ReferenceLearnt, choice: Words) -> None:
    name = f"_{'_'.join(words_of(drafting.table.name))}_by_{each.columns[0]}"[:LONGEST_NAME]
    rows = drafting.learnt.rows if drafting.learnt else 1
    weights: dict[float, int] = {}
    for parents, share in known.ranks:
        weight = float(f"{max(share / parents * rows, NEVER):.4g}")  # about as many rows as a parent has
        weights[weight] = weights.get(weight, 0) + parents
    weights = {int(weight) if weight.is_integer() else weight: parents for weight, parents in weights.items()}
    words: Words = {"choice": weights, "type": "double", "even": True}
    parent.made.columns[name] = DraftColumn(words, f"learnt: how often rows of {drafting.table.name} refer to a row")
    choice.pop("popularity", None)
    choice["weights"] = name
    if "rows" in drafting.made.kind:
        drafting.made.columns[each.columns[0]].words["even"] = True
