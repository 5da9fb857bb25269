"""Gathered tables: rows of several named SELECTs, each over its own family, under one key."""

from __future__ import annotations

from collections.abc import Iterator

from synth.errors import Problem
from synth.spec.kinds.base import BlockView, Counted, Counting, Kind, Names, TableRows
from synth.spec.kinds.derived import check_primary_key, check_select, check_sources
from synth.spec.models import Table

__all__ = ["Gathered"]


class Gathered(Kind):
    """`select: {sales: SELECT …, rent: SELECT …}`; each part, `ledger.sales`, is a derived table of its own family."""

    name = "gathered"
    about = "what several SELECTs give, each over its own family"
    words = ("select", "at")
    example = """tables:
  sales: {rows: 100, columns: {sale_id: {key: sequence}, sold_at: {arrival: {}}, amount: {uniform: {min: 1, max: 9}}}}
  rents: {rows: 10, columns: {rent_id: {key: sequence}, due_at: {arrival: {}}}}
  ledger:
    select:
      sales: SELECT 2 * sale_id AS line_id, sold_at AS posted_at, amount FROM sales
      rents: SELECT 2 * rent_id + 1 AS line_id, due_at AS posted_at, -100 AS amount FROM rents
    at: posted_at
    primary_key: [line_id]
    columns: {line_id: {type: bigint}, posted_at: {type: timestamp}, amount: {type: bigint}}"""
    has_own_rows = False
    can_have_children = False
    only_gives_columns = True

    def matches(self, table: Table) -> bool:
        """Tell whether rows come from SELECTs by name."""
        return table.existing is None and isinstance(table.select, dict)

    # 1. what it checks

    def check_names(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield SELECTs that cannot be read, or read tables that do not exist."""
        for part in names.dataset.parts(table):
            yield from check_sources(names, part)

    def check_types(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield SELECTs that do not give every column."""
        for part in names.dataset.parts(table):
            yield from check_select(names, part)

    def check_rows(self, names: Names, table: str) -> Iterator[Problem]:
        """Yield a table without a key, or in windows without a moment."""
        yield from super().check_rows(names, table)
        yield from check_primary_key(names, table, list(names.dataset.parts(table)))

    def given_null(self, names: Names, table: str, column: str) -> bool:
        """Tell whether one of the SELECTs may give NULL."""
        return any(names.nulls.is_drawn(part, column) for part in names.dataset.parts(table))

    # 2. how many rows it has, and what they are made from

    def row_sources(self, names: Names, table: str) -> tuple[str, ...]:
        """List the parts of the table."""
        return names.dataset.parts(table)

    def count(self, counting: Counting, table: str) -> Counted:
        """Expect the rows of all parts."""
        return Counted(sum(counting.counted[part].rows for part in counting.names.dataset.parts(table)), exact=False)

    # 3. how its rows are drawn in a block

    def draw_rows(self, block: BlockView, table: str) -> TableRows:
        """Refuse: the rows are those of the parts."""
        raise AssertionError(f"{table} is drawn by its parts")
