"""Tasks shared out among worker processes on this machine.

Workers are spawned, not forked (Polars has threads), each with one Polars thread; they start before there is work, so
their imports overlap with the drawing of small families, which this process does itself.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType

from synth.errors import DataError
from synth.runners.task import Done, Shop, Task, run

__all__ = ["Processes"]

_shop: Shop | None = None


def _start(parent: int) -> None:
    """Watch the parent: a worker whose parent is gone (killed) leaves too."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _warm() -> None:
    """Import what drawing needs."""
    import pyarrow  # noqa: F401


def _run(shop: bytes, task: Task) -> Done:
    return run(_unpacked(shop), task)


def _unpacked(shop: bytes) -> Shop:
    """The run's shared part, unpacked once a worker."""
    import pickle

    global _shop, _packed
    if _packed != shop:
        _shop, _packed = pickle.loads(shop), shop
    assert _shop is not None
    return _shop


_packed: bytes = b""


class Processes:
    """Draws in `workers` processes."""

    def __init__(self, workers: int):
        self.workers = workers
        os.environ["POLARS_MAX_THREADS"] = "1"  # inherited by the workers; this process has its threads already
        self.pool = ProcessPoolExecutor(
            workers, mp_context=multiprocessing.get_context("spawn"), initializer=_start, initargs=(os.getpid(),)
        )

    def __enter__(self) -> Processes:
        for _ in range(self.workers):
            self.pool.submit(_warm)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.pool.shutdown(wait=True, cancel_futures=True)

    def walk(self, shop: Shop, tasks: Iterable[Task]) -> Iterator[Done]:
        """Run the tasks; a family of one task is drawn here, while workers start."""
        import pickle

        waiting = list(tasks)
        if len(waiting) == 1:
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
