"""Writes one table's rows to a stream, in row order, as they are drawn; no folder is made.

Tasks of one block each are written as files of a temporary folder, by whoever draws them, and each file goes to the stream
and away when its turn has come. So memory and disk hold a few blocks, however slowly the stream is read.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from synth.draw.residents import Residents
from synth.draw.task import RunContext, TaskResult, tasks_of
from synth.draw.walk import Walk
from synth.errors import OptionError, one_of
from synth.formats import LINES, format_of
from synth.formats.format import Format
from synth.left import temporary_folder
from synth.plan.model import Plan
from synth.progress import Progress, silent
from synth.runners import begun
from synth.store.output import FileForm, FolderSink
from synth.store.space import require_memory

if TYPE_CHECKING:
    from synth.runners import Running

__all__ = ["format_of_lines", "hand_on", "stream"]

COPIED_BYTES = 2**20  # at once


def format_of_lines(name: str, option: str = "--stdout") -> Format:
    """The format of a name, whose files are lines; `option` is who takes no other. Raises OptionError."""
    form = format_of(name)
    if not form.is_lines:
        raise OptionError(
            f"{name} files end in what is known when all rows are written: {option} takes {one_of(LINES)}\n"
            "  hint: `synth generate --tables` writes such files"
        )
    return form


def stream(
    plan: Plan, table: str, out: BinaryIO, *, format: str = "csv", workers: int | str | Running = 1,
    progress: Progress | None = None,
) -> int:  # fmt: skip
    """Write the rows of a plan's one wanted table; give their number. Raises OptionError, DataError, OSError.

    They are the rows that `generate` writes into files, in the order of these.
    """
    form, tell, rows, headed = format_of_lines(format), progress or silent, 0, False
    if plan.wanted != (table,):
        raise OptionError(f"'{table}' is to be the only table of the plan\n  hint: plan it with tables=['{table}']")
    require_memory(plan)
    started_here = begun(workers)
    with temporary_folder() as folder, started_here as running:
        context = RunContext(
            plan, Residents(folder / ".residents"), FolderSink.of(folder, FileForm.of(plan, format)), records=False
        )
        tasks = {family.root: tasks_of(family, single=True) for family in plan.families if not family.is_sum}
        try:
            for result in _in_turn(Walk(context, running, tasks)):
                for part in plan.dataset.parts(table):
                    if part in result.tables:
                        made = result.tables[part]
                        hand_on(folder / made.write.files[0].path, out, without_header=form.has_header and headed)
                        headed, rows = True, rows + made.rows
                        tell(table, made.rows)
        except BaseException:
            running.stop()  # before the folder is cleared away
            raise
    out.flush()
    return rows


def hand_on(path: Path, out: BinaryIO, *, without_header: bool) -> None:
    """Write a file to a stream, and delete it. Raises OSError."""
    with path.open("rb") as file:
        if without_header:
            file.readline()
        shutil.copyfileobj(file, out, COPIED_BYTES)
    path.unlink()


def _in_turn(walk: Walk) -> Iterator[TaskResult]:
    """What tasks make, by their numbers, whoever was ready first: what comes too early waits."""
    early: dict[tuple[str, int], TaskResult] = {}
    turn: dict[str, int] = {}
    for result in walk.results():
        root = result.task.family
        early[root, result.task.number] = result
        while (root, turn.get(root, 0)) in early:
            yield early.pop((root, turn.get(root, 0)))
            turn[root] = turn.get(root, 0) + 1
