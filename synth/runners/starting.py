"""How a worker starts: nothing of the user's script runs in it again, and signals are the first process's alone.

A script that calls the library need not say `if __name__ == "__main__"`: tasks hold nothing but what is the library's own.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess
from types import ModuleType

from synth.system import ENDING_SIGNALS, ending_signals_held

__all__ = ["context", "ignore_signals"]

_starting = threading.Lock()


def context(*, fork: bool) -> BaseContext:
    """What a pool starts its processes by: forked, or as fresh interpreters."""
    if fork:
        return _forked()
    if sys.platform != "win32":  # which has none
        _start_tracker()
    return _Spawned()


def _forked() -> BaseContext:
    """What forks; to be asked for where a system can."""
    from multiprocessing.context import ForkContext, ForkProcess

    class Process(ForkProcess):
        def start(self) -> None:
            with ending_signals_held():
                super().start()

    class Forked(ForkContext):
        pass

    Forked.Process = Process
    return Forked()


def ignore_signals() -> None:
    """In a worker: leave ending to the first process, which ends workers, and says so once."""
    for number in ENDING_SIGNALS:  # a terminal sends them to the workers, too
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING_SIGNALS)


@contextmanager
def _main_unseen() -> Iterator[None]:
    """A fresh interpreter begins by importing the program's main module, which would run the user's script once more."""
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main


def _start_tracker() -> None:
    """Python's own helper beside spawned processes is out of reach as well; starting it unblocks what it may."""
    with ending_signals_held():
        resource_tracker.ensure_running()


class _SpawnedProcess(SpawnProcess):
    def start(self) -> None:
        with ending_signals_held(), _main_unseen():
            super().start()


class _Spawned(SpawnContext):
    Process = _SpawnedProcess
