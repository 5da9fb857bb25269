"""The one walk over families: in order, each when what it looks into is resident and what it sums is drawn.

Everybody who draws more than one block walks here: the Python API, runs into folders and databases, steps of time. What
differs is which tasks are drawn, who executes them, and where rows go; so a step of time is a run of fewer tasks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import ExitStack
from types import MappingProxyType
from typing import NamedTuple, Protocol

import polars as pl

from synth.draw.block import draw_block
from synth.draw.context import PrepareContext
from synth.draw.distinct import allotted
from synth.draw.inherited import inherit
from synth.draw.placed import placed
from synth.draw.residents import Residents
from synth.draw.rolled import blocks_there
from synth.draw.rollup import RollupSums
from synth.draw.spool import ResidentRows
from synth.draw.task import RollupPart, RunContext, Task, TaskResult, tasks_of
from synth.plan.model import FamilyPlan, Plan

__all__ = ["PartKey", "Runner", "Walk", "residents_for"]


class PartKey(NamedTuple):
    """Which task gave a part to a rollup."""

    family: str
    number: int


Parts = Mapping[PartKey, pl.DataFrame]  # of one rollup


class Runner(Protocol):
    """Executes tasks, so many `workers` at once; it knows nothing of families, nor of what comes of the results."""

    @property
    def workers(self) -> int: ...

    def begin(self, context: RunContext, tasks: Sequence[Task]) -> None:
        """Begin with tasks that `run` will be given later, where others can while this process does something else."""

    def run(self, context: RunContext, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Run all tasks; results come in any order."""

    def stop(self) -> None:
        """End what is still being done, where all is given up; when it returns nothing is written any more."""


class Walk:
    """One walk. Take `results` to its end; `parts` are then all that tasks, of before and now, gave to rollups."""

    def __init__(
        self, context: RunContext, runner: Runner, tasks: Mapping[str, Sequence[Task]] | None = None,
        kept_parts: Mapping[str, Parts] = MappingProxyType({}),
        on_part: Callable[[str, PartKey, pl.DataFrame], None] = lambda rollup, key, sums: None,
        only: Collection[str] | None = None,
    ):  # fmt: skip
        """Without `tasks` (by the root of their family) all families are drawn whole; `only` names those that are walked.

        `kept_parts` are what tasks of before gave to rollups, by rollup; of tasks that are drawn again it is left out.
        `on_part` gets each part that counts, in the order of families and task numbers, whoever was ready first.
        """
        self.context, self.plan, self.runner, self.on_part = context, context.plan, runner, on_part
        self.families = [family for family in self.plan.families if only is None or family.root in only]
        whole = {family.root: tasks_of(family) for family in self.families if not family.is_sum}
        self.tasks = whole if tasks is None else {root: tuple(tasks.get(root, ())) for root in whole}
        self._looked_into = self._find_looked_into()
        self._kept_parts = kept_parts
        folder = context.residents.folder
        self._sums = {rollup: RollupSums(self.plan, rollup, folder) for f in self.plan.families for rollup in f.rollups}

    def results(self) -> Iterator[TaskResult]:
        """Draw family after family, and yield what each task made. Raises DataError."""
        self.context.residents.add_content(self.plan.content)
        for plan, residents in self._sides():
            for family in plan.families:
                if not (family.is_sum or plan.kind(family.root).is_read):
                    residents.add(family.root, plan.tables[family.root].rows, pl.DataFrame())
        self._begin_early()
        for family in self.families:
            yield from self._draw(family)

    def get_ready(self, root: str) -> None:
        """Draw what has to be there before a family, and make what its references share: cumulated weights."""
        for plan, residents in self._sides():
            for part in plan.family(root).before:
                if not all(residents.has(*column) for column in part.residents):  # as another family may have needed it
                    self._prepare(part, plan, residents)
                    _draw_residents(plan, part, residents)
            self._prepare(plan.family(root), plan, residents)

    def _prepare(self, family: FamilyPlan, plan: Plan, residents: Residents) -> None:
        """Make what references of a family, or of a part of one, share, and what is inherited, where it is not made yet."""
        for table, column in family.inherited:
            with placed(plan, table, column):
                inherit(plan, table, column, residents)
        for table, column in family.prepared:
            if not residents.is_prepared(table, column):
                with placed(plan, table, column):
                    context = PrepareContext(plan, residents, table, column)
                    draws = plan.spec(table).columns[column].draws
                    residents.add_prepared(table, column, draws.prepare(context))  # type: ignore[arg-type]
                    distinct = plan.distinct.get((table, column))
                    if distinct is not None and distinct.weighted == column:
                        made = allotted(distinct, residents.prepared(table, column, "cumulated"))
                        residents.add_prepared(table, column, {"allotted": made})

    # -- families

    def _sides(self) -> list[tuple[Plan, Residents]]:
        """What is drawn now, and as it was before where residents of before are others."""
        sides, earlier = [(self.plan, self.context.residents)], self.context.earlier
        if earlier is not None and earlier.residents is not self.context.residents:
            sides.append((earlier.plan, earlier.residents))
        return sides

    def _find_looked_into(self) -> set[str]:
        """Families whose columns are looked up by what is drawn, near and far; those of rollups are always drawn."""
        todo = [family for family in self.families if family.is_sum or self.tasks[family.root]]
        looked_into: set[str] = set()
        while todo:
            for root in todo.pop().after:
                family = self.plan.family(root)
                if root not in looked_into and not family.is_sum:
                    looked_into.add(root)
                    if family.residents:
                        todo.append(family)
        return looked_into

    def _begin_early(self) -> None:
        """Let others begin with the first large family while this process draws the small ones."""
        first = next((f for f in self.families if len(self.tasks.get(f.root, ())) > 1), None)
        if first and not (first.after or first.prepared or first.before):
            self.runner.begin(self.context, self.tasks[first.root])

    def _draw(self, family: FamilyPlan) -> Iterator[TaskResult]:
        tasks = self._keep_sums(family.root) if family.is_sum else self.tasks[family.root]
        looked_into = family.is_sum or family.root in self._looked_into
        whole = family.is_sum or sum(task.blocks for task in tasks) >= max(1, family.blocks)
        if tasks or (looked_into and family.residents):
            self.get_ready(family.root)
        if looked_into:
            for plan, residents in self._sides():
                if not whole or plan is not self.plan:
                    _draw_residents(plan, plan.family(family.root), residents)
        in_turn = _InTurn(self._kept_of(family.root, {task.number for task in tasks}), {task.number for task in tasks})
        with _Spools(self.context.residents, family.tables) as spools:
            for result in self.runner.run(self.context, tasks):
                for number, parts in in_turn.add(result.task.number, result.rollups):
                    self._take_parts(PartKey(family.root, number), parts)
                if whole:
                    spools.add(result.task.number, result.residents)
                result.residents, result.rollups = {}, []
                yield result
            for number, parts in in_turn.rest():
                self._take_parts(PartKey(family.root, number), parts)
            if whole:
                spools.join()

    # -- rollups

    def _kept_of(self, root: str, drawn: Set[int]) -> dict[int, list[RollupPart]]:
        """What tasks of a family gave before which are not drawn again, by number."""
        kept: dict[int, list[RollupPart]] = {}
        for rollup, parts in self._kept_parts.items():
            for key, sums in parts.items():
                if key.family == root and key.number not in drawn and not self.plan.family(root).is_sum:
                    kept.setdefault(key.number, []).append(RollupPart(rollup, sums))
        return kept

    def _take_parts(self, key: PartKey, parts: Iterable[RollupPart]) -> None:
        for rollup, sums in parts:
            self._sums[rollup].add(sums)
            self.on_part(rollup, key, sums)

    def _keep_sums(self, rollup: str) -> list[Task]:
        """Keep what a rollup sums where its blocks read it, and cut these into tasks."""
        residents, earlier = self.context.residents, self.context.earlier
        self._sums.pop(rollup).keep(residents)
        blocks = blocks_there(self.plan, self.plan.family(rollup), residents)
        if earlier is None:
            return [Task(rollup, number, number, 1) for number in range(blocks)]
        before = RollupSums(earlier.plan, rollup, earlier.residents.folder)
        for part in self._kept_parts.get(rollup, {}).values():
            before.add(part)
        before.keep(earlier.residents)
        return [Task(rollup, 0, 0, blocks)]  # compared as a whole


class _InTurn:
    """Hands on what tasks give to rollups by their numbers: what comes too early waits, what was kept comes between."""

    def __init__(self, kept: Mapping[int, list[RollupPart]], drawn: Set[int]):
        self._here = dict(kept)
        self._numbers = deque(sorted({*kept, *drawn}))

    def add(self, number: int, parts: list[RollupPart]) -> Iterator[tuple[int, list[RollupPart]]]:
        """Take what one task gives; yield all whose turn it is now."""
        self._here[number] = parts
        yield from self.rest()

    def rest(self) -> Iterator[tuple[int, list[RollupPart]]]:
        """Yield all whose turn it is."""
        while self._numbers and self._numbers[0] in self._here:
            number = self._numbers.popleft()
            yield number, self._here.pop(number)


def _draw_residents(plan: Plan, family: FamilyPlan, residents: Residents) -> None:
    """Draw what others look up of a family; where that is nothing, they need to know how many rows there are.

    Rows of its other tables are known when they have been drawn: a rollup has a row for each of them.
    """
    rollups = (plan.spec(other.root).rollup for other in plan.families if other.is_sum)
    counted = {rollup.for_each for rollup in rollups if rollup} - {family.root}
    if not (family.is_sum or family.residents) and counted.isdisjoint(family.tables):
        residents.add(family.root, plan.tables[family.root].rows, pl.DataFrame())
        return
    looked_up = {table: [c for t, c in family.residents if t == table] for table in family.tables}
    with _Spools(residents, family.tables) as spools:
        for number in range(blocks_there(plan, family, residents)):
            block = draw_block(plan, family, number, residents)
            rows = {table: ResidentRows(*block.resident_rows(table, columns)) for table, columns in looked_up.items()}
            spools.add(number, rows)
        spools.join()


class _Spools(ExitStack):
    """What takes resident rows of several tables, and joins them when all are there."""

    def __init__(self, residents: Residents, tables: Iterable[str]):
        super().__init__()
        self._residents = residents
        self._of = {table: self.enter_context(residents.spool()) for table in tables}

    def add(self, number: int, rows: Mapping[str, ResidentRows]) -> None:
        """Take what a task, or block, of this number made."""
        for table, spool in self._of.items():
            spool.add(number, rows[table])

    def join(self) -> None:
        """Keep them all."""
        for table, spool in self._of.items():
            self._residents.add_spooled(table, spool)


def residents_for(plan: Plan, root: str, runner: Runner) -> Residents:
    """Draw all that a family looks into, near and far, and get its references ready: it can then be drawn. In memory."""
    needed, todo = {root}, [root]
    while todo:
        for other in plan.family(todo.pop()).after:
            if other not in needed:
                needed.add(other)
                todo.append(other)
    context = RunContext(plan, Residents(), None, records=False)
    walk = Walk(context, runner, only=needed - {root})
    for _ in walk.results():
        pass
    walk.get_ready(root)
    return context.residents
