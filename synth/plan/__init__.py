"""What is decided before the first draw: rows, order, families, blocks, memory. Pure, comparable, printable."""

from __future__ import annotations

from synth.plan.make import make
from synth.plan.model import BLOCK_ROWS, FamilyPlan, Plan, Step, TablePlan

__all__ = ["BLOCK_ROWS", "FamilyPlan", "Plan", "Step", "TablePlan", "make"]
