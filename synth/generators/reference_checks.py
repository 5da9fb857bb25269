"""What stands against a reference as it is declared: no such rows, no key of one column, choices that nothing can make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from synth.generators.declarations import Complaint

if TYPE_CHECKING:
    from synth.generators.context import SpecView
    from synth.generators.reference import Reference

__all__ = ["complaints", "type_complaints"]


def complaints(reference: Reference, view: SpecView) -> Iterator[Complaint]:
    """Yield what stands against the choice: a table of no such rows, a key of several columns, no moment."""
    to, kin = reference.to, reference.to in (view.table, *view.ancestors())
    born = to == view.parent() and view.is_link()
    no_target = None if kin else view.why_no_target(to)
    if kin and to not in (view.table, view.parent()) and not reference.says_which:
        hint = f"write {{lookup: {to}.…}} for the one the row is born with, or say which other one: `other_than`, `weights`"
        yield Complaint(f"{to} is an ancestor", hint, of_column=True)
    elif no_target:
        yield replace(no_target, at=("to",))
    elif reference.alive_at and not kin and (no_moment := view.why_no_moment(to)):
        yield replace(no_moment, at=("alive_at",))
    yield from _of_key(reference, view, kin=kin)
    if born:
        yield from _not_for(reference, f"the reference to the row of {to} that a row is born with")
    elif to == view.parent() and not reference.says_which:
        yield from _of_another(reference, view)
    elif to == view.table:
        yield from _of_own(reference, view)
    if not born and not no_target:
        yield from _of_particular(reference, view)
    if reference.alive_at and not (view.arrival_of((to, *view.ancestors_of(to))[-1]) or view.ends_of(to)):
        yield Complaint(f"{to} has no arrival column", at=("alive_at",))
    if reference.unique and not kin and view.ends_of(to):
        what = f"rows of {to} end at '{view.ends_of(to)}', and a one-to-one reference does not ask when"
        yield Complaint(what, f"leave `unique` out, or `alive_until` of {to}", ("unique",))
    if reference.distinct_per and reference.distinct_per not in view.ancestors():
        yield Complaint(f"'{reference.distinct_per}' is no ancestor of {view.table}", at=("distinct_per",))
    if reference.roots and to != view.table:
        yield Complaint("`roots` is for a table that references itself", "use null_share", ("roots",))


def _of_key(reference: Reference, view: SpecView, *, kin: bool) -> Iterator[Complaint]:
    """Yield keys that one column cannot hold."""
    to, key = reference.to, view.key_of(reference.to)
    if reference.key_column and (reference.key_column not in key or kin):
        yield Complaint(
            f"'{reference.key_column}' is no column of the key of another family's table",
            f"the key of {to} is {', '.join(key) or 'not declared'}", ("key_column",),
        )  # fmt: skip
    elif len(key) != 1 and not reference.key_column:
        yield Complaint(
            f"{to} has no key of one column",
            "give it a column with `key`, or a `primary_key` of one column; of several columns take one by `key_column`",
            ("to",),
        )  # fmt: skip


def _not_for(reference: Reference, why: str, words: tuple[str, ...] | None = None) -> Iterator[Complaint]:
    """Yield those of the words that say something."""
    for word in words or reference.choosing_words:
        if getattr(reference, word):
            yield Complaint(f"`{word}` is not for {why}", at=(word,))


def _of_another(reference: Reference, view: SpecView) -> Iterator[Complaint]:
    """Yield what a second reference to the parent's table cannot do: its rows are drawn beside these."""
    to = reference.to
    no_target = view.why_no_target_beside(to)
    if no_target:
        yield no_target
    if view.ends_of(to):
        what = f"rows of {to} end at '{view.ends_of(to)}', and a second reference does not ask when"
        yield Complaint(what, f"leave `alive_until` of {to} out", ("to",))


def _of_own(reference: Reference, view: SpecView) -> Iterator[Complaint]:
    """Yield what a reference to the own table cannot do: it chooses an earlier row, by number."""
    to = reference.to
    if not view.may_be_null(view.column):
        yield Complaint("the first row has no earlier row to refer to", "write `nullable: true` beside it", ("to",))
    yield from _not_for(reference, "a reference to the own table, which chooses an earlier row", ("alive_at", "unique"))
    ends = view.ends_of(to)
    if ends:
        what = f"rows of {to} end at '{ends}', and a reference to the own table does not ask when"
        yield Complaint(what, f"leave `alive_until` of {to} out", ("to",))
    if len(view.key_of(to)) == 1 and not view.keys_follow_from_rows(to):
        what = f"the key of {to} does not follow from the row's number, so that of an earlier row is not known"
        yield Complaint(what, "give it a column with `key`; in `values` write the references out", ("to",))
    if view.numbers_have_gaps(to):
        what = f"the fan-outs above {to} are not all exact, so nobody knows which earlier rows there are"
        yield Complaint(what, "say `exact: true` in them", ("to",))


def _of_particular(reference: Reference, view: SpecView) -> Iterator[Complaint]:
    """Yield what nothing can be found by: columns that point elsewhere, columns that do not exist."""
    to = reference.to
    if reference.unique and (view.ancestors_of(to) or view.same_family(to)):
        what = f"`unique` matches the numbers of rows, and those of {to} are not known before they are drawn"
        yield Complaint(what, "take a table with `rows` of another family", ("unique",))
    if reference.within:
        pointed = view.target_of(reference.within)
        if pointed is None or pointed not in view.ancestors_of(to):
            above = ", ".join(view.ancestors_of(to)) or "none"
            what = f"'{reference.within}' points at no row that rows of {to} are born with"
            yield Complaint(what, f"name a reference of {view.table} to one of these: {above}", ("within",))
    if reference.other_than and view.target_of(reference.other_than) != to:
        yield Complaint(f"'{reference.other_than}' does not point at rows of {to}", at=("other_than",))
    if view.column in {reference.other_than, reference.within}:
        yield Complaint("a reference cannot be known before it is chosen", at=("to",))


def type_complaints(reference: Reference, view: SpecView) -> Iterator[Complaint]:
    """Yield columns of other types than the choice needs: numbers as weights, a boolean condition, a moment."""
    to = reference.to
    weights = view.type_of(to, reference.weights) if reference.weights else None
    if weights and not (weights.is_exact or weights.name == "double"):
        yield Complaint(f"{to}.{reference.weights} is {weights}, and weights are numbers", at=("weights",))
    least = view.lowest_of(to, reference.weights) if reference.weights else None
    if reference.weights and least is not None and least < 0:
        what = f"{to}.{reference.weights} may be below 0, and weights are not"
        yield Complaint(what, "give it a `min` of 0", ("weights",))
    where = view.type_of(to, reference.where) if reference.where else None
    if where and where.name != "boolean":
        what = f"{to}.{reference.where} is {where}, and a condition is a boolean"
        yield Complaint(what, "for instance {expr: size > 0}, in a column of its own", ("where",))
    if reference.alive_at and not view.type_at(reference.alive_at).is_time:
        yield Complaint(f"'{reference.alive_at}' is no moment", at=("alive_at",))
    elif reference.alive_at and view.gives_null(reference.alive_at):
        yield Complaint(f"'{reference.alive_at}' may be NULL, and no parent is there then", at=("alive_at",))
    for column, path in reference.match.items():
        theirs, ours = view.type_of(to, column), view.type_at(path)
        if theirs.compared_as != ours.compared_as or theirs.name == "double":
            what = f"{to}.{column} is {theirs}, and '{path}' is {ours}: they are never equal for sure"
            yield Complaint(what, "match columns of one type, but no doubles", ("match", column))
        elif view.gives_null(path) and not reference.optional:
            what = f"'{path}' may be NULL, and no row of {to} matches it then"
            yield Complaint(what, "write `optional: true`: NULL where no row can be chosen", ("match", column))
    known = reference.within and reference.within not in view.ancestors()
    if known and view.gives_null(str(reference.within)) and not reference.optional:
        what = f"'{reference.within}' may be NULL, and no row of {to} is born with none"
        yield Complaint(what, "write `optional: true`: NULL where no row can be chosen", ("within",))
