"""Rows of a rollup: its sums lie among the residents, in the order of groups, and each block takes some of them.

They lie there by the moment of `until`, as a step of time knows those of before and those of now.
"""

from __future__ import annotations

import numpy as np

from synth.draw.residents import Residents
from synth.plan.model import FamilyPlan, Plan
from synth.spec.kinds.base import BlockRows, TableRows

__all__ = ["blocks_there", "rolled_rows", "sums_of"]


def sums_of(rollup: str, plan: Plan) -> str:
    """Name what a rollup's sums at `until` are called among the residents."""
    return f"{rollup}#sums {plan.until_us}"


def blocks_there(plan: Plan, family: FamilyPlan, residents: Residents) -> int:
    """Count the blocks of a family; those of a rollup when its sums are kept. A family without rows has one."""
    if not family.is_sum:
        return max(1, family.blocks)
    groups = _groups(plan, family.root, residents)
    return max(1, -(-groups // family.groups_per_block)) if family.groups_per_block else 1


def rolled_rows(plan: Plan, rollup: str, number: int, residents: Residents) -> TableRows:
    """Give the rows of a rollup in a block: one for each group in key order; with `for_each`, for each row of that table."""
    spec, name, types = plan.spec(rollup).rollup, sums_of(rollup, plan), plan.tables[rollup].types
    assert spec is not None
    groups, per_block = _groups(plan, rollup, residents), plan.family(rollup).groups_per_block
    first = number * per_block
    rows = np.arange(first, min(groups, first + per_block) if per_block else groups)
    here = TableRows([BlockRows(first, len(rows), len(rows))])
    if not spec.for_each:
        columns = (*spec.group_by, *spec.aggregates)
        here.columns = {c: residents.gather(name, c, rows, types[c]).alias(c) for c in columns}
        return here
    each, by = plan.spec(spec.for_each), spec.group_by[0]
    if plan.rollup_plan(rollup).keys_follow_from_rows:
        keys = each.columns[each.key[0]].draws.key_at(rows, plan.seed, spec.for_each)
    else:
        keys = residents.gather(spec.for_each, each.key[0], rows, types[by])
    here.columns[by] = keys.alias(by)
    found = residents.find(name, by, keys)
    for column, take in spec.aggregates.items():
        taken = residents.gather(name, column, found, types[column]).alias(column)
        here.columns[column] = taken.fill_null(0) if next(iter(take)) in ("sum", "count") else taken
    return here


def _groups(plan: Plan, rollup: str, residents: Residents) -> int:
    """Count the rows of a rollup."""
    spec = plan.spec(rollup).rollup
    assert spec is not None
    if spec.for_each:
        return plan.rows_there(spec.for_each, residents.row_count(spec.for_each))
    return residents.row_count(sums_of(rollup, plan))
