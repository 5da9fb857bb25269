"""A process beside this one that draws: what it is told and what it answers go through a pipe, and nothing else.

A worker has a thread that reads and one that writes, so that neither side ever waits for the other to take what it says:
a plan may be larger than a pipe holds. So it can be killed at any moment: no lock or queue is shared that would stay held.
"""

from __future__ import annotations

import os
import pickle
import threading
import traceback
from collections import deque
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from synth.errors import SynthError
from synth.runners.memory import collect_less, keep_freed_memory
from synth.runners.starting import ignore_signals

if TYPE_CHECKING:
    from synth.draw.task import RunContext, Task, TaskResult

__all__ = ["Worker"]

LOST = (EOFError, ConnectionError)  # the other end is gone


class Worker:
    """A worker as this process sees it: the tasks that it has been given, in order, and its end of the pipe."""

    def __init__(self, how: BaseContext, others: Sequence[Worker]):
        """Start it by `how`; a forked one closes what it has of `others`. Raises OSError."""
        self.given: deque[Task] = deque()
        self._context = b""  # the last that it was told
        self.connection, there = how.Pipe()
        forked = [self.connection, *(each.connection for each in others)] if how.get_start_method() == "fork" else []
        self.process = how.Process(target=_serve, args=(there, forked), daemon=True)  # type: ignore[attr-defined]
        try:
            self.process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            there.close()

    def give(self, context: bytes, task: Task) -> None:
        """Add a task; the context (pickled) goes along where it is another than before. Raises BrokenProcessPool."""
        try:
            self.connection.send_bytes(pickle.dumps((task, context is not self._context)))
            if context is not self._context:
                self.connection.send_bytes(context)
                self._context = context
        except LOST:
            raise BrokenProcessPool from None
        self.given.append(task)

    def result(self) -> tuple[Task, TaskResult]:
        """Wait for what its first task has made. Raises what the task raised; BrokenProcessPool."""
        try:
            result, error = pickle.loads(self.connection.recv_bytes())
        except LOST:
            raise BrokenProcessPool from None
        task = self.given.popleft()
        if error is not None:
            raise error
        return task, result

    def kill(self) -> None:
        """End it at once; `join` waits until it has."""
        self.process.kill()

    def join(self) -> None:
        """Wait until it has ended, and writes no more."""
        self.process.join()
        self.connection.close()


# -- in the worker


def _serve(connection: Connection, others: Sequence[Connection]) -> None:
    """Do task by task what the first process says, until it is gone."""
    ignore_signals()
    for each in others:  # else it would never be seen that the first process has closed them
        each.close()
    collect_less()
    keep_freed_memory()
    said: SimpleQueue[bytes] = SimpleQueue()
    answers: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(connection, said), daemon=True).start()
    threading.Thread(target=_write, args=(connection, answers), daemon=True).start()
    _warm()
    context: Any = None
    while True:
        task, another = pickle.loads(said.get())
        if another:
            context = pickle.loads(said.get())
        answers.put(_answer(context, task))


def _read(connection: Connection, said: SimpleQueue[bytes]) -> None:
    """Leave when the first process is gone: nobody would read the results."""
    try:
        while True:
            said.put(connection.recv_bytes())
    except LOST:
        os._exit(1)


def _write(connection: Connection, answers: SimpleQueue[bytes]) -> None:
    try:
        while True:
            connection.send_bytes(answers.get())
    except LOST:
        os._exit(1)


def _warm() -> None:
    """Import what drawing needs, and then what it may need."""
    import synth.draw.task  # noqa: F401
    from synth.generators.person import get_ready

    get_ready()


def _answer(context: RunContext, task: Task) -> bytes:
    """Run a task; give its result, or what it raised."""
    from synth.draw.task import run_task

    try:
        return pickle.dumps((run_task(context, task), None))
    except BaseException as error:
        where = traceback.format_exc()
        if not isinstance(error, SynthError):  # ours say where; of others the place in this process would be lost
            error.add_note(where)
        try:
            packed = pickle.dumps((None, error))
            pickle.loads(packed)
        except Exception:  # as a panic of a library is, whose class nobody can import
            packed = pickle.dumps((None, RuntimeError(where)))
        return packed
