"""What works within a library, and has to be told when the program is asked to end: it would go on to its own end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["interrupt_all", "interruptible", "is_ending"]

_running: list[Callable[[], object]] = []
_asked: list[bool] = []  # to end


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
    _asked.append(True)
    for interrupt in _running.copy():
        interrupt()


def is_ending() -> bool:
    """Whether the program was asked to end, so that what a library raises may be no fault of what it works on."""
    return bool(_asked)
