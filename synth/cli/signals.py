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
    handlers = {signal.SIGINT: signal.default_int_handler, **dict.fromkeys(_ENDING, _end)}
    for number, handler in handlers.items():
        if signal.getsignal(number) is not signal.SIG_IGN:  # `synth.__main__` has set others for the time before
            signal.signal(number, handler)


def _end(number: int, _: FrameType | None) -> None:
    raise Ended(number)
