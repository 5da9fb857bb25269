"""What must be there before a family's first block: residents of the families before it, weights of its references."""

from __future__ import annotations

import polars as pl

from synth.draw.ask import PrepareAsk
from synth.draw.block import draw_block
from synth.draw.residents import Residents
from synth.plan.model import FamilyPlan, Plan

__all__ = ["fill", "prepare"]


def prepare(plan: Plan, family: FamilyPlan, residents: Residents) -> None:
    """Make once what the family's references share: cumulated weights."""
    for table, column in family.prepared:
        draws = plan.spec(table).columns[column].draws
        residents.prepare(table, column, draws.prepare(PrepareAsk(plan, residents, table, column)))  # type: ignore[arg-type]


def fill(plan: Plan, root: str) -> Residents:
    """Residents in memory for the family of `root`, drawn here; the families after it are left out."""
    residents = Residents()
    wanted = _before(plan, root)
    for family in plan.families:
        if family.root not in wanted or plan.tables[family.root].kind == "rollup":
            continue
        prepare(plan, family, residents)
        if family.root == root or any(root == rollup for rollup in family.rollups):
            continue
        blocks = [draw_block(plan, family, number, residents) for number in range(max(1, family.blocks))]
        for table in family.tables:
            columns = [column for name, column in family.residents if name == table]
            frames = [block.resident(table, columns) for block in blocks]
            rows = sum(block.tables[table].rows for block in blocks)
            residents.add(table, rows, pl.concat(frames) if columns else pl.DataFrame())
    return residents


def _before(plan: Plan, root: str) -> set[str]:
    """The family and all that it looks into, near and far."""
    found = {root}
    todo = [root]
    while todo:
        for other in plan.family(todo.pop()).after:
            if other not in found:
                found.add(other)
                todo.append(other)
    return found
