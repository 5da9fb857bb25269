"""Which families' blocks can be drawn together: each comes out as it would by itself, and calls are fewer."""

from __future__ import annotations

from synth.plan.model import FamilyPlan, Plan

__all__ = ["can_be_together"]


def can_be_together(plan: Plan, family: FamilyPlan) -> bool:
    """Tell whether several blocks of a family can be drawn as one.

    Not those of rollups and of rows that are read, which are no runs of rows, nor where a generator needs a block alone; and
    not where a rollup adds doubles, as their sum depends on what is added first.
    """
    if family.is_sum or any(plan.kind(table).is_read for table in family.tables):
        return False
    if any(plan.spec(table).columns[column].draws.needs_block_alone for table, column in _drawn(plan, family)):
        return False
    takes = (take for rollup in family.rollups for take in plan.rollup_plan(rollup).takes.values())
    return not any(take.dtype is not None and take.dtype.is_float for take in takes)


def _drawn(plan: Plan, family: FamilyPlan) -> list[tuple[str, str]]:
    """List the columns that generators draw."""
    return [(s.table, s.column) for s in family.steps if s.column and not plan.spec(s.table).is_given(s.column)]
