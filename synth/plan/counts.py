"""How many rows each table has at a scale and an `until`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from synth.plan.content import seed_of
from synth.spec.kinds.base import Counted
from synth.spec.scope import Scope

__all__ = ["RowCounting"]


class RowCounting:
    """Counts all tables, each after those that its rows are made from (`kinds.base.Counting`)."""

    def __init__(self, scope: Scope, *, scale: float, seed: int, until_us: int, block_rows: int):
        self.names, self.scale, self.seed, self.until_us, self.block_rows = scope, scale, seed, until_us, block_rows
        self.counted: dict[str, Counted] = {}

    def table_seed(self, table: str) -> int:
        """Give the seed of a table's random numbers."""
        return seed_of(self.names.dataset, table, self.seed)

    def all(self) -> Mapping[str, Counted]:
        """Count every table and part, in an order in which their rows can be made. Raises OptionError, SpecError."""

        def visit(name: str) -> None:
            if name in self.counted:
                return
            for other in self.names.row_sources(name):
                visit(other)
            counted = self.names.kind(name).count(self, name)
            if self.names.table(name).earlier is not None:  # of rows that are there more may have gone
                counted = replace(counted, exact=False)
            self.counted[name] = counted

        for name in self.names.dataset.all_tables:
            visit(name)
        return self.counted
