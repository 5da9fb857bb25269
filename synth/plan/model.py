"""The plan as data: tables with their rows, families with their blocks and the steps that draw a block."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from synth.dtypes import DType
from synth.errors import many
from synth.generators.arrival import Timetable, microseconds
from synth.plan.content import Content, earlier_row_count, seed_of
from synth.plan.links import KeyLink
from synth.spec.kinds import kind_of
from synth.spec.kinds.asked_rows import asked_rows
from synth.spec.kinds.base import Kind, RollupPlan, RowsPlan, SelectPlan
from synth.spec.kinds.fanout import FanoutLaw
from synth.spec.models import Dataset, Table
from synth.spec.paths import ResolvedPath
from synth.sql.compiled import Compiled

if TYPE_CHECKING:
    from synth.answers import Planned

__all__ = [
    "BLOCK_ROWS", "GROUP_BLOCKS", "DistinctDraw", "DrawStep", "FamilyPlan", "Plan", "TablePlan", "children_in", "counts_of",
    "pointing", "rows_of", "whole_of",
]  # fmt: skip

BLOCK_ROWS = 10_000  # root rows in a block; a constant: 100,000 order lines stay in the processor's cache
GROUP_BLOCKS = 10  # so many times as many groups of a rollup, by which nothing is born


def counts_of(child: str) -> str:
    """Name what counts the children of each row, where others look it up as they do a column of theirs."""
    return f"#{child}"


def rows_of(column: str) -> str:
    """Name the rows that a column points at, where they are looked up as a column is."""
    return f"@{column}"


def pointing(column: str) -> str | None:
    """Name the column whose rows they are; None where it is a column itself."""
    return column[1:] if column.startswith("@") else None


def whole_of(column: str, null_share: float) -> str:
    """Name what is worked out for all rows of a column: it is the column, unless some of its values are then left out."""
    return f"={column}" if null_share else column


def children_in(column: str) -> str | None:
    """Name the child table whose rows are counted; None where it is a column."""
    return column[1:] if column.startswith("#") else None


@dataclass(frozen=True)
class DistinctDraw:
    """Columns drawn together without repeats, how many values each has, and the ancestor in whose rows it is so, if any."""

    columns: tuple[str, ...]
    sizes: tuple[int, ...]
    within: str | None = None
    weighted: str | None = None  # a reference besides, each of whose rows gets so many combinations as its weight says
    rows: int = 0  # of the table, where one is weighted

    @property
    def places(self) -> int:
        """Count all combinations of their values."""
        return math.prod(self.sizes)


@dataclass(frozen=True)
class DrawStep:
    """One thing to do for a block: draw a column, or, with no column, find a table's rows."""

    table: str
    column: str = ""


@dataclass(frozen=True)
class TablePlan:
    """One table at this scale and `until`."""

    name: str
    kind: str  # its name
    family: str
    declared: int | None  # rows at the end of the declared period, where known
    rows: int  # rows there will be: exactly where `exact`, else expected
    exact: bool
    types: Mapping[str, DType]  # of all columns, working ones too
    written: tuple[str, ...]
    timetable: Timetable | None = field(default=None, compare=False)
    fanout: FanoutLaw | None = None
    most: int = 0  # row numbers used at most, whatever the seed; children's have gaps where totals are not exact

    @property
    def always_there(self) -> int:
        """Rows that are there from the period's start on, at every `until`."""
        return self.rows if self.timetable is None else self.timetable.before_period


@dataclass(frozen=True)
class FamilyPlan:
    """A root table and the tables born with it: what is drawn together."""

    root: str
    tables: tuple[str, ...]  # parents first
    after: tuple[str, ...]  # families that must be there before
    rows: int  # root rows there will be
    blocks: int
    blocks_per_file: int
    steps: tuple[DrawStep, ...]
    residents: tuple[tuple[str, str], ...]  # (table, column) that other families look up
    prepared: tuple[tuple[str, str], ...]  # references whose cumulated weights are made once
    rollups: tuple[str, ...]  # rollups that sum this family's rows
    is_sum: bool = False  # the root is a rollup, whose rows are known when all that it sums is drawn
    groups_per_block: int = 0  # of a rollup; 0: one block has all, as what is derived from it sees all rows
    inherited: tuple[tuple[str, str], ...] = ()  # columns that are worked out for all rows together, in order
    before: tuple[FamilyPlan, ...] = ()  # parts of families, drawn ahead for their residents alone, in order


@dataclass(frozen=True)
class Plan:
    """All that is decided before the first draw: a function of spec, scale, seed and until.

    >>> synth.make_plan("inventory", scale=0.01)
    Plan(inventory, scale=0.01, seed=42, until=2026-01-01T00:00:00, 5 tables, about 340 rows)
    """

    dataset: Dataset
    scale: float
    seed: int
    until: dt.datetime
    block_rows: int
    tables: Mapping[str, TablePlan]
    families: tuple[FamilyPlan, ...]  # in the order they are drawn; rollups last
    wanted: tuple[str, ...]  # tables that leave
    compiled: Mapping[tuple[str, str], Compiled] = field(compare=False, repr=False)
    row_plans: Mapping[str, RowsPlan] = field(compare=False, repr=False)  # of derived tables and rollups
    paths: Mapping[tuple[str, str], ResolvedPath] = field(compare=False, repr=False)  # by the table they are seen from
    distinct: Mapping[tuple[str, str], DistinctDraw] = field(
        default_factory=dict, compare=False, repr=False
    )  # of columns that are drawn without repeats
    links: Mapping[tuple[str, str], KeyLink] = field(
        default_factory=dict, compare=False, repr=False
    )  # of references of rows that exist, which are looked through
    of_all_rows: Mapping[tuple[str, str], tuple[str, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )  # by column that is worked out for all rows together: what it reads of them
    content: Content = field(default_factory=Content, compare=False, repr=False)  # rows that were there before

    def __repr__(self) -> str:
        rows = sum(self.tables[name].rows for name in self.wanted)
        about = "" if all(self.tables[name].exact for name in self.wanted) else "about "
        return (
            f"Plan({self.dataset.dataset}, scale={self.scale:g}, seed={self.seed}, until={self.until.isoformat()}, "
            f"{many(len(self.wanted), 'table')}, {about}{many(rows, 'row')})"
        )

    @cached_property
    def until_us(self) -> int:
        """`until` in microseconds since 1970."""
        return microseconds(self.until)

    @cached_property
    def shown(self) -> frozenset[tuple[str, str]]:
        """Columns whose look at `until` counts: those that are written, or that states and rollups read."""
        found = {(name, column) for name, table in self.tables.items() for column in table.written}
        reads = [
            (table, path)
            for (table, column), compiled in self.compiled.items()
            if self.spec(table).columns[column].draws.is_state
            for path in compiled.reads
        ]
        for rollup in {rollup for family in self.families for rollup in family.rollups}:
            spec, plan = self.spec(rollup).rollup, self.rollup_plan(rollup)
            assert spec is not None
            paths = {*spec.group_by, *(path for take in plan.takes.values() for path in take.reads)}
            reads += [(part, path) for part in plan.tables for path in paths]
        resolved = [self.resolve(*read) for read in reads]
        return frozenset({*found, *((each.table, each.column) for each in resolved if each.how != "pointed")})

    @cached_property
    def inherited(self) -> frozenset[tuple[str, str]]:
        """Columns that are worked out for all rows together: they go on from a row above, or rank all rows."""
        return frozenset(at for family in self.families for at in family.inherited)

    def pending(self, table: str) -> tuple[str, ...]:
        """The planned moments of a table at which something begins to show."""
        hidden = self.spec(table).hidden_moments
        return tuple(m for m, others in hidden.items() if any((table, column) in self.shown for column in (m, *others)))

    @cached_property
    def seeds(self) -> dict[str, int]:
        """The seed of each table's random numbers."""
        return {name: seed_of(self.dataset, name, self.seed) for name in self.dataset.all_tables}

    @cached_property
    def earlier_rows(self) -> dict[str, int]:
        """How many rows each table has had before, of which more are drawn now; see `earlier_row_count`."""
        return {name: earlier_row_count(self.dataset, name) for name in self.dataset.all_tables}

    def columns_read(self, table: str) -> tuple[str, ...]:
        """The columns that are needed of a table that exists."""
        steps = self.family_of(table).steps
        return tuple(s.column for s in steps if s.table == table and s.column and self.spec(table).is_given(s.column))

    def spec(self, table: str) -> Table:
        """Give what a table declares."""
        return self.dataset.all_tables[table]

    @cached_property
    def _kinds(self) -> dict[str, Kind]:
        return {name: kind_of(spec) for name, spec in self.dataset.all_tables.items()}

    def kind(self, table: str) -> Kind:
        """Give the kind of a table."""
        return self._kinds[table]

    def resolve(self, table: str, path: str) -> ResolvedPath:
        """The column behind a path, seen from a row of a table."""
        return self.paths.get((table, path)) or ResolvedPath("own", table, path)

    def select_plan(self, table: str) -> SelectPlan:
        """The plan of a derived table's SELECT."""
        plan = self.row_plans[table]
        assert isinstance(plan, SelectPlan)
        return plan

    def rollup_plan(self, table: str) -> RollupPlan:
        """The plan of a rollup's sums."""
        plan = self.row_plans[table]
        assert isinstance(plan, RollupPlan)
        return plan

    def rows_there(self, table: str, resident: int) -> int:
        """Rows of a table of another family that are there at `until`; as many may be resident, or more of a later one."""
        return resident if self.tables[table].timetable is None else min(resident, self.tables[table].rows)

    def family(self, root: str) -> FamilyPlan:
        """A family by its root."""
        return next(family for family in self.families if family.root == root)

    def family_of(self, table: str) -> FamilyPlan:
        """The family that a table belongs to."""
        return self.family(self.tables[table].family)

    @property
    def blocks(self) -> int:
        """Count the blocks of all families but rollups, of which only what they sum will tell."""
        return sum(family.blocks for family in self.families if not family.is_sum)

    @property
    def blocks_of_each_part(self) -> int:
        """Count the blocks that each part of a run draws, whoever else does: those of which columns are looked up."""
        kept = {family.root for family in self.families if family.residents}
        kept |= {part.root for family in self.families for part in family.before}
        return sum(family.blocks for family in self.families if family.root in kept and not family.is_sum)

    def memory_bytes(self, workers: int) -> int:
        """A rough upper estimate of peak memory: an interpreter, a file's blocks and working space each worker."""
        residents = sum(self.tables[table].rows * 8 for family in self.families for table, _ in family.residents)
        residents += sum(frame.height * frame.width * 8 for frame in self.content.frames.values())
        heaviest = 0
        for family in self.families:
            rows_per_root = {
                table: self.tables[table].rows / max(1, family.rows) * len(self.tables[table].types)
                for table in family.tables
            }
            cells = min(family.rows, self.block_rows) * sum(rows_per_root.values())
            heaviest = max(heaviest, int(cells * 16 * (family.blocks_per_file + 2)))
        return 150_000_000 + workers * (130_000_000 + heaviest) + 2 * residents

    @property
    def asked_rows(self) -> dict[str, int]:
        """The rows that were asked for whatever the scale, by table."""
        return asked_rows(self.dataset)

    def as_dict(self, workers: int = 1) -> Planned:
        """The plan for `--json`, drawn by so many processes."""
        return {
            "dataset": self.dataset.dataset, "scale": self.scale, "seed": self.seed, "until": self.until.isoformat(),
            "asked_rows": self.asked_rows,
            "tables": {
                name: {"kind": t.kind, "family": t.family, "rows": t.rows, "exact": t.exact}
                for name, t in self.tables.items() if name in self.wanted
            },
            "families": [
                {"root": f.root, "tables": list(f.tables), "after": list(f.after), "blocks": f.blocks}
                for f in self.families
            ],
            "memory_bytes": self.memory_bytes(workers),
            "blocks": self.blocks,
            "blocks_of_each_part": self.blocks_of_each_part, "workers": workers,
        }  # fmt: skip
