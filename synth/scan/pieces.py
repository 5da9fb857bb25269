"""A scan in pieces, which workers of an engine draw: each draws what the table looks into once, and then its blocks."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from synth.draw.output import FrameSink
from synth.draw.task import RunContext, run_task, tasks_of
from synth.draw.walk import Runner, residents_for
from synth.errors import OptionError
from synth.plan.make import make
from synth.plan.model import Plan
from synth.scan.admitted import Ends
from synth.scan.source import batches, blocks_within
from synth.spec.load import dump, parse

__all__ = ["Piece", "Scan"]

MOST_PIECES = 512
MOST_CONTEXTS = 4  # of tables that a process keeps ready


@dataclass(frozen=True)
class Piece:
    """Blocks of a family; without a family it is the whole table, which sums over all others."""

    family: str
    blocks: tuple[int, ...]


@dataclass(frozen=True)
class Scan:
    """Some columns of a table of a run. It holds words and numbers alone, and travels to workers."""

    spec: str
    scale: float
    seed: int
    until: dt.datetime
    table: str
    columns: tuple[str, ...]

    @classmethod
    def of(cls, plan: Plan, table: str, columns: tuple[str, ...] | None = None) -> Scan:
        """Take a table of a plan, all columns of it if none are named. Raises OptionError."""
        if plan.content.found:
            raise OptionError("this dataset is built on tables that exist, and is not drawn by an engine")
        written = plan.tables[table].written
        return cls(dump(plan.dataset), plan.scale, plan.seed, plan.until, table, columns or tuple(written))

    @property
    def plan(self) -> Plan:
        """Give the plan of the table with these columns alone."""
        return _plan(self)

    def schema(self) -> pl.DataFrame:
        """Give the columns, without rows, in the types in which they are written."""
        types = self.plan.tables[self.table].types
        return pl.DataFrame(schema={name: types[name].written for name in self.columns})

    def pieces(self, within: Mapping[str, Ends]) -> list[Piece]:
        """Cut what can lie within ends into pieces."""
        plan, found = self.plan, []
        parts = set(plan.dataset.parts(self.table))
        for family in plan.families:
            if family.is_sum and not parts.isdisjoint(family.tables):
                return [Piece("", ())]
            if not family.is_sum:
                found += [(family.root, block) for block in blocks_within(plan, self.table, family, within)]
        some = math.ceil(len(found) / MOST_PIECES) or 1
        by_family: dict[str, list[int]] = {}
        for root, block in found:
            by_family.setdefault(root, []).append(block)
        return [
            Piece(root, tuple(blocks[first : first + some]))
            for root, blocks in by_family.items()
            for first in range(0, len(blocks), some)
        ]

    def _ready(self, family: str, runner: Runner) -> RunContext:
        """What a family looks into, drawn once in a process."""
        if (self, family) not in _contexts:
            while len(_contexts) >= MOST_CONTEXTS:
                del _contexts[next(iter(_contexts))]
            residents = residents_for(self.plan, family, runner)
            _contexts[self, family] = RunContext(self.plan, residents, FrameSink(), records=False)
        return _contexts[self, family]

    def read(self, piece: Piece, runner: Runner) -> Iterator[pl.DataFrame]:
        """Draw the rows of a piece, block by block, in the types in which they are written."""
        if not piece.family:
            yield from (frame.select(self.columns) for frame in batches(self.plan, self.table, runner, self.columns))
            return
        context = self._ready(piece.family, runner)
        tasks = {task.number: task for task in tasks_of(context.plan.family(piece.family), single=True)}
        for block in piece.blocks:
            result = run_task(context, tasks[block])
            for part in self.plan.dataset.parts(self.table):
                if part in result.tables and (frame := result.tables[part].write.frame) is not None:
                    yield frame.select(self.columns)


@lru_cache(maxsize=4)
def _plan(scan: Scan) -> Plan:
    words = {"scale": scan.scale, "seed": scan.seed, "until": scan.until, "tables": [scan.table]}
    return make(parse(scan.spec), columns={scan.table: list(scan.columns)}, **words)  # type: ignore[arg-type]


_contexts: dict[tuple[Scan, str], RunContext] = {}  # of this process
