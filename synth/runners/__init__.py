"""Runners: who walks the tasks. Each is `walk(shop, tasks) -> results in any order`; one line here adds one."""

from __future__ import annotations

from synth.runners.processes import Processes
from synth.runners.serial import Serial
from synth.runners.task import Done, Shop, Task

__all__ = ["Done", "Processes", "Serial", "Shop", "Task", "runner"]


def runner(workers: int) -> Serial | Processes:
    """The runner for so many workers; use it as a context."""
    return Serial() if workers == 1 else Processes(workers)
