"""Signals that end a program end it as Ctrl-C does: what is half-done is cleared away, and workers end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType

from synth.running import interrupt_all
from synth.system import ENDING_SIGNALS

__all__ = ["Ended", "come", "listen", "no_more"]

AGAIN_S = 0.01  # after which a signal that was lost comes once more
_come: list[int] = []  # signals, in order
_told: list[bool] = []  # whether the end is being told, and others change nothing


class Ended(KeyboardInterrupt):
    """A signal has asked the program to end."""

    def __init__(self, number: int):
        self.number = number
        super().__init__("stopped" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}")


def listen() -> None:
    """Raise `Ended` in the main thread when one comes; none for what the caller ignores (nohup)."""
    sys.unraisablehook = _not_ours
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # `synth.__main__` has set others for the time before
            signal.signal(number, _end)


def _not_ours(lost: sys.UnraisableHookArgs) -> None:
    """Tell what was raised where nobody takes it, as in a destructor; a signal that was lost there comes once more."""
    if isinstance(lost.exc_value, Ended):
        threading.Timer(AGAIN_S, os.kill, (os.getpid(), lost.exc_value.number)).start()
    else:
        sys.__unraisablehook__(lost)


def come() -> Ended | None:
    """The first signal that has come, if any: a library that was interrupted raises an error of its own in its place."""
    return Ended(_come[0]) if _come else None


def no_more() -> None:
    """From now on none raises anything: the program ends already, and says why."""
    _told.append(True)


def _end(number: int, _: FrameType | None) -> None:
    _come.append(number)
    if not _told:
        interrupt_all()
        raise Ended(number)
