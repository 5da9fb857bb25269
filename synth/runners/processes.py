"""Tasks shared out among worker processes on this machine.

Workers are spawned, not forked (Polars has threads), each with one Polars thread. The first ones start at once, before
there is work, so their imports overlap with the planning and with the small families, which this process draws itself.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import TYPE_CHECKING

from synth.errors import DataError

if TYPE_CHECKING:
    from synth.runners.task import Done, Shop, Task

__all__ = ["Processes"]

EARLY = 2  # workers started before the number of tasks is known

# One thread each; and freed arrays stay with the process: giving their pages back and faulting them in again costs a tenth.
_ENVIRONMENT = {
    "POLARS_MAX_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 28),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 32),
}


class Processes:
    """Draws in up to `workers` processes."""

    def __init__(self, workers: int):
        self.workers = workers
        self._before = {name: os.environ.get(name) for name in _ENVIRONMENT}
        os.environ.update(_ENVIRONMENT)
        self.pool = ProcessPoolExecutor(
            workers, mp_context=multiprocessing.get_context("spawn"), initializer=_watch, initargs=(os.getpid(),)
        )
        for _ in range(min(workers, EARLY)):
            self.pool.submit(_warm)

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            for process in list((getattr(self.pool, "_processes", None) or {}).values()):
                process.kill()
        self.pool.shutdown(wait=True, cancel_futures=True)
        for name, value in self._before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

    def walk(self, shop: Shop, tasks: Iterable[Task]) -> Iterator[Done]:
        """Run the tasks; a family of one task is drawn in this process, while workers start."""
        waiting = list(tasks)
        if len(waiting) == 1:
            from synth.runners.task import run

            yield run(shop, waiting[0])
            return
        packed = pickle.dumps(shop)
        try:
            pending = {self.pool.submit(_run, packed, task) for task in waiting}
            while pending:
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
        except BrokenProcessPool:
            raise DataError(
                "a worker process ended unexpectedly (killed, or out of memory)\n  hint: try fewer --workers"
            ) from None


# -- in the workers

_unpacked: tuple[bytes, Shop] | None = None


def _watch(parent: int) -> None:
    """Leave when the parent is gone (killed): nobody would read the results."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _warm() -> None:
    """Import what drawing needs."""
    import synth.runners.task  # noqa: F401


def _run(packed: bytes, task: Task) -> Done:
    from synth.runners.task import run

    global _unpacked
    if _unpacked is None or _unpacked[0] != packed:
        _unpacked = packed, pickle.loads(packed)
    return run(_unpacked[1], task)
