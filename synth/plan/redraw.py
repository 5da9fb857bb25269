"""Which rows, once drawn, are drawn otherwise at a later `until`: those whose values lean on what has come by then.

A row that refers to a parent there at a moment that is past finds the same parents at every later `until`. One that may
take any parent there is, or one of a moment still to come, does not; nor does one that looks up a rollup.
"""

from __future__ import annotations

from synth.plan.model import DrawStep, FamilyPlan, Plan
from synth.spec.kinds.base import SelectPlan
from synth.sql.parse import given_by

__all__ = ["families_to_redraw"]


def families_to_redraw(earlier: Plan, plan: Plan) -> frozenset[str]:
    """Roots of the families that must be drawn anew as a whole, rollups' among them; where in doubt, they are."""
    roots: set[str] = set()
    for family in plan.families:  # each after those it looks into
        if (
            family.is_sum
            or any(other in roots and plan.family(other).residents for other in family.after)
            or any(_depends_on_growth(earlier, plan, family, step) for step in family.steps if step.column)
        ):
            roots.add(family.root)
    return frozenset(roots)


def _depends_on_growth(earlier: Plan, plan: Plan, family: FamilyPlan, step: DrawStep) -> bool:
    """Whether a column's choice is among rows of a table that has grown, and is not one of what was there in the past."""
    choosing = plan.spec(step.table).columns[step.column].draws.choosing()
    if choosing is None:
        return False
    root = plan.tables[choosing.table].family
    if root == family.root or plan.tables[root].rows == earlier.tables[root].rows:
        return False
    settled = choosing.begins is None or _begins_no_earlier(plan, choosing.table, choosing.begins)
    return not (settled and choosing.moment and _is_past(plan, step.table, choosing.moment))


def _is_past(plan: Plan, table: str, path: str) -> bool:
    """Whether a moment surely lies before `until` in every row: it is when a row there came."""
    resolved = plan.resolve(table, path)
    spec = plan.spec(resolved.table)
    if resolved.column == spec.arrival:
        return True
    copied = spec.columns[resolved.column].draws.copies()
    return copied is not None and _is_past(plan, resolved.table, copied)


def _begins_no_earlier(plan: Plan, table: str, column: str) -> bool:
    """Whether a moment is surely none before its row came: that of a row to come lies ahead."""
    spec = plan.spec(table)
    if column == spec.arrival:
        return True
    sources: list[tuple[str, str]] = []
    path = spec.columns[column].draws.follows()
    rows = plan.row_plans.get(table)
    if isinstance(rows, SelectPlan):
        named = given_by(rows.text, column) or ()
        sources = [(source, c) for c in named for source, read in rows.reads.items() if c in read]
    elif path is not None:
        resolved = plan.resolve(table, path)
        sources = [(resolved.table, resolved.column)] if resolved.how != "pointed" else []
    return bool(sources) and all(
        _begins_no_earlier(plan, *source) and not _cut_down(plan, (table, column), source) for source in sources
    )


def _cut_down(plan: Plan, column: tuple[str, str], source: tuple[str, str]) -> bool:
    """Whether a timestamp became a date: midnight is earlier."""
    kind, before = (plan.tables[t].types[c].name for t, c in (column, source))
    return kind == "date" and before != "date"
