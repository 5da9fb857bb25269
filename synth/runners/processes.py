"""Tasks shared out among processes on this machine: this one, and spawned ones beside it.

Workers have one Polars thread each and start at once, before there is work, so that their imports overlap with the
planning. They are forked while this process is still one thread (the command line), else spawned: Polars and numpy have
threads, which a fork would break. This process draws too: one interpreter less to start.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING

from synth.errors import DataError
from synth.runners.memory import collect_less, keep_freed_memory
from synth.runners.starting import context, ignore_signals

if TYPE_CHECKING:
    from synth.draw.task import RunContext, Task, TaskResult

__all__ = ["Processes"]

AHEAD = 2  # tasks that wait in each worker's queue, so that it never waits for this process


class Processes:
    """Draws in `workers` processes, this one among them."""

    may_repeat = False

    def __init__(self, workers: int):
        self.workers = workers
        self._threads = os.environ.get("POLARS_MAX_THREADS")
        os.environ["POLARS_MAX_THREADS"] = "1"  # workers inherit it
        self.pool: ProcessPoolExecutor | None = None
        self._open().submit(_warm)
        self._begun: dict[Task, Future[TaskResult]] = {}  # by `begin`

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        if self._threads is None:
            os.environ.pop("POLARS_MAX_THREADS", None)
        else:
            os.environ["POLARS_MAX_THREADS"] = self._threads

    def _open(self) -> ProcessPoolExecutor:
        """The workers; new ones where others have been stopped."""
        if self.pool is None:
            how = context(fork=_one_thread())
            self.pool = ProcessPoolExecutor(self.workers - 1, how, initializer=_start, initargs=(os.getpid(),))
        return self.pool

    def stop(self) -> None:
        """End the workers, which hold nothing but what they have handed over: when it returns none writes any more."""
        pool, self.pool = self.pool, None
        self._begun = {}
        if pool is not None:
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)

    def begin(self, context: RunContext, tasks: Sequence[Task]) -> None:
        """Let workers begin with tasks that `run` will be given later; this process has other things to do first."""
        with _lost_workers():
            self._submit(pickle.dumps(context), deque(tasks), self._begun)

    def _submit(self, packed: bytes, waiting: deque[Task], pending: dict[Task, Future[TaskResult]]) -> None:
        """Fill the workers' queues; the last task is left to this process."""
        while len(waiting) > 1 and len(pending) < (self.workers - 1) * AHEAD:
            task = waiting.popleft()
            pending[task] = self._open().submit(_run, packed, task)

    def run(self, context: RunContext, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Run the tasks in their order, results as they come."""
        from synth.draw.task import run_task

        keep_freed_memory()
        todo = list(tasks)
        pending = {task: self._begun.pop(task) for task in todo if task in self._begun}
        waiting = deque(task for task in todo if task not in pending)
        packed = pickle.dumps(context) if len(waiting) > 1 else b""
        with _lost_workers():
            while waiting or pending:
                self._submit(packed, waiting, pending)
                if waiting:
                    yield run_task(context, waiting.popleft())
                elif not any(future.done() for future in pending.values()):
                    wait(pending.values(), return_when=FIRST_COMPLETED)
                for task in [task for task, future in pending.items() if future.done()]:
                    yield pending.pop(task).result()


@contextmanager
def _lost_workers() -> Iterator[None]:
    """Say what has become of workers that ended on their own. Raises DataError."""
    try:
        yield
    except BrokenProcessPool:
        raise DataError(
            "a worker process ended unexpectedly (killed, or out of memory)\n  hint: try fewer --workers"
        ) from None


def _one_thread() -> bool:
    """Whether this process can be forked: nothing in it can have started a thread yet."""
    return (
        hasattr(os, "fork")
        and threading.active_count() == 1
        and not {"numpy", "polars", "pyarrow"} & sys.modules.keys()
    )


# -- in the workers

_unpacked: tuple[bytes, RunContext] | None = None


def _start(parent: int) -> None:
    """Leave when the parent is gone (killed): nobody would read the results."""
    ignore_signals()
    collect_less()
    keep_freed_memory()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _warm() -> None:
    """Import what drawing needs, and then what it may need."""
    import synth.draw.task  # noqa: F401
    from synth.generators.person import get_ready

    get_ready()


def _run(packed: bytes, task: Task) -> TaskResult:
    from synth.draw.task import run_task

    global _unpacked
    if _unpacked is None or _unpacked[0] != packed:
        _unpacked = packed, pickle.loads(packed)
    return run_task(_unpacked[1], task)
