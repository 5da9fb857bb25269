"""How many rows of a table surely are what a reference asks for: there, with a weight, of a condition, not ended.

Rows that are written out are counted. Of rows that are drawn the share is known where their generator knows it, and so many
are taken for sure as there are in all datasets but one of a thousand million.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from synth.generators.arrival import microseconds
from synth.generators.declarations import Choosing
from synth.plan.model import TablePlan
from synth.spec.kinds.derived import selected_from
from synth.spec.kinds.roster import written_cells
from synth.spec.models import Table
from synth.spec.scope import Scope
from synth.spec.settled import origin_of
from synth.sql.parse import query, row_by_row

__all__ = ["eligible", "there_first"]

NEVER = 1e-9  # chances that are taken for none


def there_first(scope: Scope, tables: Mapping[str, TablePlan], name: str, choosing: Choosing) -> int:
    """Count the rows of the parent that are surely there at the earliest moment of a child, whatever the seed."""
    above = scope.ancestors(choosing.table)
    if scope.table(choosing.table).at or scope.kind(choosing.table).only_gives_columns:
        return _selected_surely(scope, tables, name, choosing)
    if above:  # as many as the rows of its family's root that are there surely have
        there = there_first(scope, tables, name, replace(choosing, table=above[-1]))
        return _children_surely([tables[table] for table in (*reversed(above[:-1]), choosing.table)], there)
    parent = tables[choosing.table]
    if not choosing.moment or parent.timetable is None:
        return parent.always_there
    origin = origin_of(scope, name, choosing.moment)
    if origin is None:
        return 0
    if origin.table is None:
        return parent.timetable.surely_before(origin.first_us)
    timetable = tables[origin.table].timetable
    if timetable is None:  # of rows that exist
        return parent.rows
    return parent.timetable.surely_before(timetable.start_us - origin.back_us)


def _selected_surely(scope: Scope, tables: Mapping[str, TablePlan], name: str, choosing: Choosing) -> int:
    """Count the rows that are there once those of another table are; none where a SELECT or a moment may leave some out."""
    table, at = choosing.table, scope.table(choosing.table).at
    if not scope.kind(table).only_gives_columns:
        return 0
    select = str(scope.table(table).select)
    source = None if query(select).args.get("where") else row_by_row(select)
    copied = selected_from(scope, table, at) if at else []
    if source is None or (at and copied != [(source, scope.table(source).arrival)]):
        return 0
    return there_first(scope, tables, name, replace(choosing, table=source))


def _children_surely(tables: Sequence[TablePlan], rows: int) -> int:
    """Count the children, and theirs, that so many rows surely have: the least each, or of those that have one, one."""
    for table in tables:
        law = table.fanout
        if law is None:
            continue
        if law.min:
            rows *= law.min
        else:
            rows = _surely(rows, 1 - law.most_without)
    return rows


def eligible(scope: Scope, plan: TablePlan, weighed_by: tuple[str, ...], rows: int, last_us: int | None = None) -> int:
    """Count those of a table's first rows that surely have a weight, and, if a moment is given, have not ended by then.

    `last_us` is the moment, in microseconds since 1970.
    """
    spec = scope.table(plan.name)
    written = written_cells(spec)
    good, chance = [True] * rows if written else [], 1.0
    for column in weighed_by:
        if column in written:
            good = [fine and cell is not None and cell > 0 for fine, cell in zip(good, written[column], strict=False)]
        else:
            chance *= _share(plan, spec, column, 0)
    ends = spec.alive_until if last_us is not None else None
    if ends and last_us is not None:
        if ends in written:
            lasts = [cell is None or microseconds(cell) > last_us for cell in written[ends]]
            good = [fine and more for fine, more in zip(good, lasts, strict=False)]
        else:
            chance *= _share(plan, spec, ends, last_us, null=1.0)
    return _surely(sum(good) if written else rows, chance)


def _share(plan: TablePlan, spec: Table, column: str, floor: int, null: float = 0.0) -> float:
    """Give the share of rows whose value is above a number or moment, where NULL counts as `null`; 1 where nobody knows."""
    declared = spec.columns[column]
    share = None if spec.is_given(column) else declared.draws.share_above(floor, plan.types[column])
    return 1.0 if share is None else declared.null_share * null + (1 - declared.null_share) * share


def _surely(rows: int, chance: float) -> int:
    """Give the most of so many rows, each with a chance of its own, that there surely are (Chernoff's bound)."""
    if chance >= 1 or rows < 1:
        return max(0, rows)
    low, high = -1, rows  # fewer than low + 1 there never are; more than that may be
    limit = math.log(NEVER)
    while high - low > 1:
        middle = (low + high) // 2
        if middle < rows * chance and -rows * _divergence(middle / rows, chance) <= limit:
            low = middle
        else:
            high = middle
    return low + 1


def _divergence(share: float, chance: float) -> float:
    """Kullback and Leibler's, of two coins."""
    if share <= 0:
        return -math.log1p(-chance)
    return share * math.log(share / chance) + (1 - share) * math.log((1 - share) / (1 - chance))
