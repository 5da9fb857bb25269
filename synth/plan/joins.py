"""SELECTs that put too many rows together at once: found by the rows that are planned, before anything is drawn."""

from __future__ import annotations

from collections.abc import Mapping

from synth.errors import Problem, SpecError
from synth.plan.model import TablePlan
from synth.spec.closure import is_selected
from synth.spec.kinds.derived import select_path, select_sources, select_text
from synth.spec.kinds.existing import has_assumed_rows
from synth.spec.scope import Scope
from synth.sql.joins import Rows, require_few_combinations
from synth.sql.parse import SqlError, query

__all__ = ["check_joins"]


def check_joins(scope: Scope, tables: Mapping[str, TablePlan], block_rows: int) -> None:
    """Refuse SELECTs whose tables meet without an equality in too many rows of a block. Raises SpecError."""
    problems: list[Problem] = []
    if any(map(has_assumed_rows, scope.dataset.tables.values())):
        return  # which others' rows follow from; it is told when theirs have been read
    for name in scope.dataset.all_tables:
        if not is_selected(scope, name):
            continue
        sources = select_sources(scope, name)
        rows = {
            source: Rows(_rows_at_once(scope, tables, name, source, block_rows), frozenset(scope.table(source).columns))
            for source in sources
        }
        try:
            require_few_combinations(query(select_text(scope.table(name))), rows)
        except SqlError as error:
            problems.append(Problem(select_path(name), str(error), error.hint))
    if problems:
        raise SpecError(problems)


def _rows_at_once(scope: Scope, tables: Mapping[str, TablePlan], name: str, source: str, block_rows: int) -> int:
    """Rows of a table that a SELECT reads at once: of another family all, of its own those of a block."""
    root, rows = scope.family(name), tables[source].rows
    if scope.family(source) != root or scope.kind(root).is_sum:
        return rows
    roots = max(1, tables[root].rows)
    return max(1, rows * min(block_rows, roots) // roots)
