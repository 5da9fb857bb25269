"""Which rows, once drawn, are drawn otherwise at a later `until`: those whose values lean on what has been summed by then.

A row that refers to a parent of a table that arrives finds the same parents at every later `until` (`spec/settled.py`).
"""

from __future__ import annotations

from synth.plan.model import DrawStep, FamilyPlan, Plan

__all__ = ["families_to_redraw"]


def families_to_redraw(earlier: Plan, plan: Plan) -> frozenset[str]:
    """Roots of the families that must be drawn anew as a whole, rollups' among them; where in doubt, they are."""
    roots = {
        family.root
        for family in plan.families
        if family.is_sum or any(_depends_on_growth(earlier, plan, family, step) for step in family.steps if step.column)
    }
    grown = True
    while grown:  # families may look into each other
        more = {
            family.root
            for family in plan.families
            if any(other in roots and plan.family(other).residents for other in family.after)
        }
        grown = not more <= roots
        roots |= more
    return frozenset(roots | {family.root for family in plan.families if _counts_more_rows(earlier, plan, family)})


def _counts_more_rows(earlier: Plan, plan: Plan, family: FamilyPlan) -> bool:
    """Whether a column counts rows of its own table, of which there may be more now. Other families read none such."""
    if plan.tables[family.root].rows == earlier.tables[family.root].rows:
        return False
    columns = [(step.table, plan.spec(step.table).columns[step.column]) for step in family.steps if step.column]
    return any((rows := column.draws.reads_children()) and rows.table == table for table, column in columns)


def _depends_on_growth(earlier: Plan, plan: Plan, family: FamilyPlan, step: DrawStep) -> bool:
    """Whether a column's choice is among rows of a table that does not arrive, and has others now: one that exists."""
    choosing = plan.spec(step.table).columns[step.column].draws.choosing()
    if choosing is None:
        return False
    root = plan.tables[choosing.table].family
    arrives = plan.spec(root).arrival is not None
    return root != family.root and not arrives and plan.tables[root].rows != earlier.tables[root].rows
