"""Signals that end a program end it as Ctrl-C does: what is half-done is cleared away, and workers end."""

from __future__ import annotations

import signal
from types import FrameType

__all__ = ["Ended", "listen"]

_ENDING = (signal.SIGTERM, signal.SIGHUP)


class Ended(KeyboardInterrupt):
    """A signal has asked the program to end."""

    def __init__(self, number: int):
        self.number = number
        super().__init__(f"ended by {signal.Signals(number).name}")


def listen() -> None:
    """Raise `Ended` in the main thread when one comes, Python's own at Ctrl-C; none for what the caller ignores (nohup)."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _: FrameType | None) -> None:
    raise Ended(number)
