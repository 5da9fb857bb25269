"""How long drawing takes: what is known of it before the first draw, from which a run's pace goes on.

Measured over the families of all specs in `schema/`, on one core of a server, writing Parquet: a value takes what its
generator says, a text that is written 0.2 µs besides, and a column of a block 0.4 ms. Families that take a second
or more come within a factor of 1.7 of that. A run corrects it by what it sees, family by family.
"""

from __future__ import annotations

from synth.plan.model import FamilyPlan, Plan

__all__ = ["family_seconds"]

COLUMN_OF_BLOCK, WRITTEN_TEXT = 0.4e-3, 0.2e-6  # seconds
ROLLUP = 20e-3  # seconds for one, whose rows are known when all that it sums is there
TEXTS = frozenset({"text", "varchar", "char", "json", "uuid", "enum", "bytes"})  # names of types


def family_seconds(plan: Plan, family: FamilyPlan) -> float:
    """Estimate the seconds that one core takes for all blocks of a family."""
    if family.is_sum:
        return ROLLUP
    seconds = 0.0
    for table in map(plan.tables.__getitem__, family.tables):
        columns, rows = plan.spec(table.name).columns, table.rows * plan.kind(table.name).likely_share
        seconds += max(1, family.blocks) * COLUMN_OF_BLOCK * len(table.types)
        seconds += rows * 1e-9 * sum(columns[name].draws.nanoseconds for name in table.types)
        seconds += rows * WRITTEN_TEXT * sum(table.types[name].name in TEXTS for name in table.written)
    return seconds
