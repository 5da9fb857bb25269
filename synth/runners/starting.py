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
from multiprocessing.context import BaseContext, ForkContext, ForkProcess, SpawnContext, SpawnProcess
from types import ModuleType

__all__ = ["context", "ignore_signals"]

_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}  # a terminal sends them to the workers, too
_starting = threading.Lock()


def context(*, fork: bool) -> BaseContext:
    """What a pool starts its processes by: forked, or as fresh interpreters."""
    if fork:
        return _Forked()
    _start_tracker()
    return _Spawned()


def ignore_signals() -> None:
    """In a worker: leave ending to the first process, which ends workers, and says so once."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)


@contextmanager
def _signals_held() -> Iterator[None]:
    """What is started within is born with these signals blocked; here they come when it is over."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


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
    with _signals_held():
        resource_tracker.ensure_running()


class _ForkedProcess(ForkProcess):
    def start(self) -> None:
        with _signals_held():
            super().start()


class _SpawnedProcess(SpawnProcess):
    def start(self) -> None:
        with _signals_held(), _main_unseen():
            super().start()


class _Forked(ForkContext):
    Process = _ForkedProcess


class _Spawned(SpawnContext):
    Process = _SpawnedProcess
