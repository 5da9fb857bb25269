"""What works within a library, and has to be told when the program is asked to end: it would go on to its own end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["interrupt_all", "interruptible"]

_running: list[Callable[[], object]] = []


@contextmanager
def interruptible(interrupt: Callable[[], object]) -> Iterator[None]:
    """What runs within is ended by calling `interrupt`, from a signal's handler or another thread."""
    _running.append(interrupt)
    try:
        yield
    finally:
        _running.remove(interrupt)


def interrupt_all() -> None:
    """Let all that runs within a library end."""
    for interrupt in _running.copy():
        interrupt()
