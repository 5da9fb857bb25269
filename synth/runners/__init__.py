"""Runners: who executes tasks. Each is a context with `run(context, tasks) -> results in any order`, and `begin`.

Light to import: workers can be started before anything heavy is loaded here.
"""

from __future__ import annotations

import os

from synth.runners.processes import Processes
from synth.runners.serial import Serial

__all__ = ["Processes", "Serial", "cores", "runner"]


def runner(workers: int) -> Serial | Processes:
    """The runner for so many workers; use it as a context."""
    return Serial() if workers == 1 else Processes(workers)


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
