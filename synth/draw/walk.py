"""All families in order, in this process; and what must be there before a family's first block."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from synth.draw.block import Block, draw_block
from synth.draw.context import PrepareContext
from synth.draw.residents import Residents
from synth.draw.rollup import RollupSums, rolled_block, summed
from synth.plan.model import FamilyPlan, Plan

__all__ = ["collecting_residents", "fill", "in_order", "prepare"]


def prepare(plan: Plan, family: FamilyPlan, residents: Residents) -> None:
    """Make once what the family's references share: cumulated weights."""
    for table, column in family.prepared:
        draws = plan.spec(table).columns[column].draws
        residents.prepare(table, column, draws.prepare(PrepareContext(plan, residents, table, column)))  # type: ignore[arg-type]


def in_order(plan: Plan, residents: Residents, before: str | None = None) -> Iterator[Block]:
    """Draw block after block, families in order; with `before`, only those that this family looks into."""
    plan.content.settle(residents.add)
    sums = {rollup: RollupSums(plan, rollup) for family in plan.families for rollup in family.rollups}
    wanted = _before(plan, before) if before else {family.root for family in plan.families}
    for family in plan.families:
        if family.root not in wanted:
            continue
        blocks: Iterable[Block]
        if family.root in sums:
            blocks = [rolled_block(plan, family.root, sums[family.root].total(residents), residents)]
        else:
            prepare(plan, family, residents)
            if family.root == before:
                return
            blocks = (draw_block(plan, family, number, residents) for number in range(max(1, family.blocks)))
        for block in collecting_residents(family, blocks, residents):
            yield block
            for rollup in family.rollups:
                sums[rollup].add(summed(block, rollup))


def collecting_residents(family: FamilyPlan, blocks: Iterable[Block], residents: Residents) -> Iterator[Block]:
    """All blocks of a family, as they come; when they are through, what others look up of them is resident."""
    rows = dict.fromkeys(family.tables, 0)
    kept: dict[str, list[pl.DataFrame]] = {table: [] for table in family.tables}
    for block in blocks:
        yield block
        for table in family.tables:
            count, frame = block.resident(table, [column for name, column in family.residents if name == table])
            rows[table] += count
            kept[table].append(frame)
    for table, frames in kept.items():
        residents.add(table, rows[table], pl.concat(frames) if frames[0].width else pl.DataFrame())


def fill(plan: Plan, root: str) -> Residents:
    """Residents in memory for the family of `root`, drawn here; the families after it are left out."""
    residents = Residents()
    for _ in in_order(plan, residents, before=root):
        pass
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
