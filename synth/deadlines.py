"""Calls something when a time is up, unless that was called off: one thread waits for all of them.

A `threading.Timer` starts a thread each time, which takes longer than most of what it would end.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from time import monotonic

__all__ = ["deadline"]


@contextmanager
def deadline(seconds: float, call: Callable[[], object]) -> Iterator[None]:
    """Call `call`, from another thread, if what runs within is not done after so many seconds."""
    ours = _clock.add(monotonic() + seconds, call)
    try:
        yield
    finally:
        _clock.drop(ours)


class _Clock:
    """What is to be called when, and the thread that waits for the first."""

    def __init__(self) -> None:
        self._due: dict[object, tuple[float, Callable[[], object]]] = {}
        self._changed = Condition()
        self._wakes_at = 0.0
        self._thread: Thread | None = None

    def add(self, at: float, call: Callable[[], object]) -> object:
        """Note what is to be called; give what it is dropped by."""
        name = object()
        with self._changed:
            self._due[name] = at, call
            if self._thread is None:
                self._thread = Thread(target=self._watch, name="deadlines", daemon=True)
                self._thread.start()
            elif at < self._wakes_at:
                self._changed.notify()  # else it looks in time by itself
        return name

    def drop(self, name: object) -> None:
        """Forget what is done in time."""
        with self._changed:
            self._due.pop(name, None)

    def _watch(self) -> None:
        with self._changed:
            while True:
                now = monotonic()
                for name in [name for name, (at, _) in self._due.items() if at <= now]:
                    _, call = self._due.pop(name)
                    call()
                self._wakes_at = min((at for at, _ in self._due.values()), default=now + 3600)
                self._changed.wait(self._wakes_at - now)


_clock = _Clock()


def _renew() -> None:
    """A forked process has none of the threads."""
    global _clock
    _clock = _Clock()


os.register_at_fork(after_in_child=_renew)
