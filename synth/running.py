"""What works within a library, and has to be told when the program is asked to end: it would go on to its own end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["ask_to_end", "end_if_asked", "interrupt_all", "interruptible"]

_running: list[Callable[[], object]] = []
_asked: list[BaseException] = []  # by what the program was asked to end


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


def ask_to_end(error: BaseException) -> None:
    """Remember what asks the program to end, and is about to be raised: within a destructor it would be lost."""
    _asked.append(error)


def end_if_asked() -> None:
    """Raise what has asked the program to end and was lost, between two steps of what takes long."""
    if _asked:
        raise _asked[0]
