"""Tasks shared out among processes on this machine: this one, and others beside it.

Workers have one Polars thread each and start at once, before there is work, so that their imports overlap with the
planning. They are forked while this process is still one thread (the command line), else spawned: Polars and numpy have
threads, which a fork would break. This process draws too: one interpreter less to start.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import TracebackType
from typing import TYPE_CHECKING

from synth.errors import DataError
from synth.runners.memory import keep_freed_memory
from synth.runners.starting import context
from synth.runners.worker import Worker

if TYPE_CHECKING:
    from synth.draw.task import RunContext, Task, TaskResult

__all__ = ["Processes"]

AHEAD = 2  # tasks that a worker has been given, so that it never waits for this process


class Processes:
    """Draws in `workers` processes, this one among them."""

    may_repeat = False

    def __init__(self, workers: int):
        self.workers = workers
        self._threads = os.environ.get("POLARS_MAX_THREADS")
        os.environ["POLARS_MAX_THREADS"] = "1"  # workers inherit it
        self.others: list[Worker] = []
        self._made: dict[Task, TaskResult] = {}  # what workers have answered, and is not handed on yet
        self._start()

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()
        if self._threads is None:
            os.environ.pop("POLARS_MAX_THREADS", None)
        else:
            os.environ["POLARS_MAX_THREADS"] = self._threads

    def _start(self) -> None:
        """Start the workers, where there are none or they have been stopped."""
        if len(self.others) == self.workers - 1:
            return
        how = context(fork=_one_thread())
        try:
            while len(self.others) < self.workers - 1:
                self.others.append(Worker(how, self.others))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the workers, which hold nothing but what they have handed over: when it returns none writes any more."""
        for worker in self.others:
            worker.kill()
        while self.others:
            self.others.pop().join()
        self._made = {}

    def begin(self, context: RunContext, tasks: Sequence[Task]) -> None:
        """Let workers begin with tasks that `run` will be given later; this process has other things to do first."""
        with _lost_workers():
            self._give(pickle.dumps(context), deque(tasks))

    def _give(self, packed: bytes, waiting: deque[Task]) -> None:
        """Fill the workers' queues, the emptiest first; the last task is left to this process."""
        self._start()
        for full in range(AHEAD):
            for worker in self.others:
                if len(waiting) > 1 and len(worker.given) <= full:
                    worker.give(packed, waiting.popleft())

    def run(self, context: RunContext, tasks: Sequence[Task]) -> Iterator[TaskResult]:
        """Run the tasks in their order, results as they come."""
        from synth.draw.task import run_task

        keep_freed_memory()
        begun = {*self._made, *(task for worker in self.others for task in worker.given)}
        todo = set(tasks)
        waiting = deque(task for task in tasks if task not in begun)
        packed = pickle.dumps(context) if len(waiting) > 1 else b""
        with _lost_workers():
            while todo:
                self._give(packed, waiting)
                if waiting:
                    task = waiting.popleft()
                    todo.remove(task)
                    yield run_task(context, task)
                self._read(wait_for_one=not waiting and bool(todo) and todo.isdisjoint(self._made))
                for task in [task for task in self._made if task in todo]:
                    todo.remove(task)
                    yield self._made.pop(task)

    def _read(self, *, wait_for_one: bool) -> None:
        """Take what workers have answered, one answer of each."""
        busy = {worker.connection: worker for worker in self.others if worker.given}
        for ready in wait(list(busy), None if wait_for_one else 0):
            task, result = busy[ready].result()  # type: ignore[index]
            self._made[task] = result


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
