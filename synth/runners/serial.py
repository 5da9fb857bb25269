"""One task after another, in this process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING

from synth.runners.memory import keep_freed_memory

if TYPE_CHECKING:
    from synth.draw.task import RunContext, Task, TaskResult

__all__ = ["Serial"]


class Serial:
    """Draws in this process."""

    workers = 1

    def __enter__(self) -> Serial:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def ahead(self, run_context: RunContext, tasks: Iterable[Task]) -> None:
        """Nobody could begin."""

    def walk(self, run_context: RunContext, tasks: Iterable[Task]) -> Iterator[TaskResult]:
        """Run the tasks in order."""
        from synth.draw.task import run

        keep_freed_memory()
        for task in tasks:
            yield run(run_context, task)
