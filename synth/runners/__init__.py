"""Runners: who executes tasks. Each is a context with `run(context, tasks) -> results in any order`, `begin` and `stop`.

Light to import: workers can be started before anything heavy is loaded here.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, Self

from synth.errors import OptionError, did_you_mean
from synth.runners.processes import Processes
from synth.runners.serial import Serial
from synth.system import processors

if TYPE_CHECKING:
    from types import TracebackType

    from synth.draw.walk import Runner

    class Running(Runner, Protocol):
        """What a runner is to a job, which uses it as a context."""

        workers: int
        may_repeat: bool  # whether a task may be run twice, and even at once, where its worker seems to be lost

        def __enter__(self) -> Self:
            """Begin."""

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
        ) -> None:
            """End what it has begun."""


__all__ = ["ENGINES", "PROCESSES", "Processes", "Serial", "asked", "begun", "cores", "runner"]

ENGINES = {"ray": "Ray", "spark": "Spark"}  # modules of this room, each of which needs an extra, and their classes
PROCESSES = "processes"


def runner(workers: int, name: str = PROCESSES) -> Running:
    """Make the runner of a name, for so many workers. Raises OptionError.

    A cluster has as many workers as it has.
    """
    if name in ENGINES:
        made: Any = getattr(import_module(f"synth.runners.{name}"), ENGINES[name])
        running: Running = made(workers)
        return running
    if name != PROCESSES:
        raise OptionError(f"unknown runner '{name}'\n  hint: {did_you_mean(name, [PROCESSES, *ENGINES])}")
    return Serial() if workers == 1 else Processes(workers)


def asked(workers: int | str | Running) -> int | Running:
    """Give a number of workers, `all` as many as there are processors; a runner is taken as it is. Raises OptionError."""
    return cores(workers) if isinstance(workers, (int, str)) else workers


def cores(workers: int | str) -> int:
    """Give a number of workers, `all` as many as there are processors, where no runner is taken. Raises OptionError."""
    if isinstance(workers, str):
        if workers != "all":
            raise OptionError(f"workers is a number, all, or a runner, not '{workers}'")
        return processors()
    if workers < 1:
        raise OptionError(f"workers must be 1 or more, got {workers}")
    return workers


def begun(workers: int | str | Running) -> AbstractContextManager[Running]:
    """Begin so many workers for as long as a job runs; a runner goes on as it is. Raises OptionError."""
    number = asked(workers)
    return runner(number) if isinstance(number, int) else nullcontext(number)
