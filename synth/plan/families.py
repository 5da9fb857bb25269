"""Families: which tables and columns are drawn, what of them others look up, and in which order."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

from synth.generators.base import Generator
from synth.generators.declarations import (
    AllRows,
    ChildColumn,
    ChildCounts,
    Dependency,
    FullColumn,
    OwnAbove,
    OwnBefore,
    OwnBelow,
    RowCount,
    RowValue,
)
from synth.plan.family_order import FamilyOrder, Part
from synth.plan.links import KeyLink, key_link
from synth.plan.model import (
    GROUP_BLOCKS,
    DistinctDraw,
    DrawStep,
    FamilyPlan,
    TablePlan,
    children_in,
    counts_of,
    pointing,
    rows_of,
)
from synth.spec.closure import is_closed, is_selected, telling
from synth.spec.kinds.base import Needed, RowsPlan, SelectPlan
from synth.spec.paths import ResolvedPath
from synth.spec.scope import Scope
from synth.sql.compiled import Compiled

__all__ = ["FamilyPlanning"]

MIN_FILES = 15  # a large table has so many files at least, so that workers share it evenly
MAX_BLOCKS_PER_FILE = 4  # 400,000 order lines: what a worker holds before it writes


class FamilyPlanning:
    """Finds families, and notes what it meets on the way (`kinds.base.Planning`): compiled SQL, plans of rows, paths."""

    def __init__(
        self, scope: Scope, tables: Mapping[str, TablePlan], wanted: tuple[str, ...], block_rows: int,
        distinct: Mapping[tuple[str, str], DistinctDraw] = MappingProxyType({}),
    ):  # fmt: skip
        """`distinct` are columns that are drawn together with others."""
        self.names, self.tables, self.wanted, self.block_rows = scope, tables, wanted, block_rows
        self.distinct = distinct
        self.compiled: dict[tuple[str, str], Compiled] = {}
        self.row_plans: dict[str, RowsPlan] = {}
        self.paths: dict[tuple[str, str], ResolvedPath] = {}
        self.links: dict[tuple[str, str], KeyLink] = {}
        self.inherited: dict[Part, tuple[str, ...]] = {}
        self._needed: dict[tuple[str, str], list[Needed]] = {}

    def families(self) -> tuple[FamilyPlan, ...]:
        """Plan the families that the wanted tables need, each after those it looks into. Raises SpecError."""
        drawn: dict[str, set[Part]] = {}  # family -> columns that must be drawn
        residents: dict[str, set[Part]] = {}

        def want(table: str, column: str) -> None:
            family = drawn.setdefault(self.names.family(table), set())
            if (table, column) in family:
                return
            family.add((table, column))
            shows_by = None if column else self.names.kind(table).shows_by(self.names.table(table))
            if shows_by:
                want(table, shows_by)
            for other in self.needed(table, column):
                if other.resident:
                    residents.setdefault(self.names.family(other.table), set()).add((other.table, other.column))
                want(other.table, other.column)

        for name in self.wanted:
            for part in self.names.dataset.parts(name):
                want(part, "")
                for column in self.tables[name].written:
                    want(part, column)
        order = FamilyOrder(self, drawn)
        rollups = [name for name in order.order if self.is_sum(name)]
        return tuple(
            self.family(
                root, drawn[root], residents.get(root, set()), order.after[root],
                tuple(name for name in rollups if any(self.names.family(p) == root for p in self._summed(name))),
                tuple(self.family(part.root, part.drawn, part.residents) for part in order.before[root]),
            )
            for root in order.order
        )  # fmt: skip

    def is_sum(self, table: str) -> bool:
        """Tell whether the table is a rollup."""
        return self.names.kind(table).is_sum

    def _summed(self, rollup: str) -> tuple[str, ...]:
        spec = self.names.table(rollup).rollup
        assert spec is not None
        return self.names.dataset.rolled(spec)

    # -- what is made from what

    def needed(self, table: str, column: str) -> list[Needed]:
        """List what a column (or, with no column, a table's rows) is made from."""
        if (table, column) not in self._needed:
            if child := children_in(column):
                self._needed[table, column] = [Needed(table), Needed(child)]
            elif pointer := pointing(column):
                self._needed[table, column] = [Needed(table), Needed(table, pointer)]
            else:
                self._needed[table, column] = self._of_column(table, column) if column else self._of_rows(table)
        return self._needed[table, column]

    def _of_rows(self, table: str) -> list[Needed]:
        kind = self.names.kind(table)
        plan = kind.rows_plan(self, table)
        if (
            isinstance(plan, SelectPlan)
            and plan.branches is None
            and self._blocks_per_file(self.names.family(table)) > 1
        ):
            plan = replace(plan, telling=telling(self.names, table))
        if plan is not None:
            self.row_plans[table] = plan
        return kind.needed(self, table)

    def _blocks_per_file(self, root: str) -> int:
        """Count the blocks of a file; its last few files have one."""
        plan = self.tables[root]
        declared = -(-(plan.declared or (0 if self.is_sum(root) else plan.rows)) // self.block_rows)
        return min(max(1, declared // MIN_FILES), MAX_BLOCKS_PER_FILE)

    def _of_column(self, table: str, column: str) -> list[Needed]:
        declared = self.names.table(table)
        needed = [Needed(table)]
        needed += [Needed(table, moment) for moment, others in declared.hidden_moments.items() if column in others]
        if self.names.is_read(table, column):
            return needed
        draws = declared.columns[column].draws
        together = self.distinct.get((table, column))
        if together and together.weighted not in (None, column):  # its weights are made where it is drawn
            needed.append(Needed(table, str(together.weighted)))
        further = draws.plan_dependencies(self.names.view(table, column))
        own = self.names.dependencies(table, column)
        if any(isinstance(each, (AllRows, OwnAbove, OwnBelow)) for each in own):
            self.inherited[table, column] = tuple(name for each in own for name in _of_all_rows(each))
            here = (
                table,
                *self.names.ancestors(table),
            )  # where a block's rows lie among all, their parents' children tell
            needed += [Needed(above, counts_of(child), resident=True) for child, above in pairwise(here)]
        for each in (*own, *further):
            match each:
                case RowValue() if (table, column) in self.inherited:  # of all rows, as they are worked out together
                    needed += [Needed(o.table, o.column, resident=True) for o in self.path(table, each.path)]
                case AllRows() | OwnBelow():
                    needed += [Needed(table, name, resident=True) for name in _of_all_rows(each)]
                case OwnAbove():
                    self.paths[table, each.path] = self.names.resolve(table, each.path)
                    needed += [Needed(table, name, resident=True) for name in _of_all_rows(each)]
                case RowValue():
                    needed += self.path(table, each.path)
                case OwnBefore():
                    self.paths[table, each.path] = self.names.resolve(table, each.path)
                case FullColumn():
                    needed.append(Needed(each.table, each.column, resident=True))
                case ChildColumn():
                    needed.append(Needed(each.table, each.column))
                case RowCount():
                    needed.append(Needed(each.table))
                case ChildCounts():
                    parent = str(self.names.table(each.table).per)
                    needed.append(Needed(parent, counts_of(each.table), resident=True))
        if self.names.has_sql(table, column):
            self.compiled[table, column] = self.names.compiled(table, column)
        return needed

    def path(self, table: str, path: str) -> list[Needed]:
        """List what the value behind a path is made from, and note the path for drawing."""
        resolved = self.names.resolve(table, path)
        self.paths[table, path] = resolved
        needed = [Needed(resolved.table, resolved.column, resident=resolved.how == "pointed")]
        if resolved.via and self.names.is_read(table, resolved.via):  # a key that is found again among its parents
            link = key_link(self.names, table, resolved.via, resolved.table)
            self.links[table, resolved.via] = link
            needed += [Needed(table, column) for column in link.columns]
            needed += [Needed(resolved.table, key, resident=True) for key in link.keys]
        return [*needed, *([Needed(table, resolved.via)] if resolved.via else [])]

    # -- one family

    def family(
        self, root: str, drawn: Set[Part], residents: Set[Part], after: tuple[str, ...] = (), rollups: tuple[str, ...] = (),
        before: tuple[FamilyPlan, ...] = (),
    ) -> FamilyPlan:  # fmt: skip
        """Plan a family, or of one what is drawn for its residents alone."""
        own = {table for table, _ in drawn}
        order = {name: at for at, name in enumerate(self.tables) if name in own}
        columns = [(t, c) for t in order for c in ["", *self.names.table(t).columns] if (t, c) in drawn]
        steps = self._steps(root, columns)
        plan, is_sum = self.tables[root], self.is_sum(root)
        rows = 0 if is_sum else plan.rows
        prepared = (
            at for at in columns if at[1] and _prepares(self.names.column(*at).draws) and not self.names.is_read(*at)
        )
        return FamilyPlan(
            root=root,
            tables=tuple(t for t in order if self.names.family(t) == root and DrawStep(t, "") in steps),
            after=after,
            rows=rows,
            blocks=1 if is_sum else -(-rows // self.block_rows),
            blocks_per_file=self._blocks_per_file(root),
            steps=steps,
            residents=tuple(sorted((t, c) for t, c in residents if c and not self.names.is_read(t, c))),
            prepared=tuple(prepared),
            rollups=rollups,
            is_sum=is_sum,
            groups_per_block=GROUP_BLOCKS * self.block_rows if is_sum and self._is_cut(root) else 0,
            inherited=tuple((s.table, s.column) for s in steps if (s.table, s.column) in self.inherited),
            before=before,
        )

    def _is_cut(self, rollup: str) -> bool:
        """Tell whether what is derived from a rollup stays within a row of it, so that blocks need not have all rows."""
        derived = (name for name in self.names.dataset.all_tables if self.names.family(name) == rollup)
        return all(is_closed(self.names, name) for name in derived if is_selected(self.names, name))

    def _steps(self, root: str, columns: list[tuple[str, str]]) -> tuple[DrawStep, ...]:
        """Order what is drawn in a block, each after what it is made from."""
        steps: dict[DrawStep, None] = {}

        def visit(table: str, column: str) -> None:
            if DrawStep(table, column) in steps or self.names.family(table) != root:
                return
            if column or not self.is_sum(table):
                for other in self.needed(table, column):
                    if (other.table, other.column) != (table, column) and not self.drawn_before(table, other):
                        visit(other.table, other.column)
            if not (children_in(column) or pointing(column)):
                steps[DrawStep(table, column)] = None

        for table, column in columns:
            visit(table, column)
        return tuple(steps)

    def drawn_before(self, table: str, needed: Needed) -> bool:
        """Tell whether a table of this family needs a resident column of the same family, of all its blocks."""
        own = self.names.family(needed.table) == self.names.family(table)
        return needed.resident and own and not self.names.is_read(needed.table, needed.column)


def _of_all_rows(needed: Dependency) -> tuple[str, ...]:
    """Name what is read of all rows of the table: columns, and the rows that one points at."""
    match needed:
        case AllRows():
            return (needed.column,)
        case OwnAbove():
            return (rows_of(needed.via),)
        case OwnBelow():
            return (rows_of(needed.via), *([needed.column] if needed.column else []))
    return ()


def _prepares(generator: Generator) -> bool:
    """Whether a generator makes arrays once a run."""
    return type(generator).prepare is not Generator.prepare
