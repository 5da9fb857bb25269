"""One task after another, in this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from synth.runners.memory import keep_freed_memory

if TYPE_CHECKING:
    from synth.draw.task import RunContext, Task, TaskResult

__all__ = ["Serial"]


class Serial:
    """Draws in this process."""

    workers = 1
    may_repeat = False

    def __init__(self, *, owns_process: bool = True):
        """`owns_process` says that the process is ours to tune, and not a notebook's."""
        self.owns_process = owns_process

    def __enter__(self) -> Serial:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        return None

    def stop(self) -> None:
        """Do nothing: there is no other process to end."""

    def begin(self, context: RunContext, tasks: Sequence[Task]) -> None:
        """Do nothing: there is no other process to begin."""

    def run(self, context: RunContext, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Run the tasks in their order."""
        from synth.draw.task import run_task

        if self.owns_process:
            keep_freed_memory()
        for task in tasks:
            yield run_task(context, task)
