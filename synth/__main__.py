"""Runs the command line, as `synth` and as `python -m synth`."""

from __future__ import annotations

import os

__all__ = ["entry"]

STOPPED = 130  # the exit code of Ctrl-C


def _end(number: int, said: str) -> None:
    """Leave with one line: nothing has begun that could be half-done, and Python would show what it was importing."""
    os.write(2, f"synth: {said}; nothing half-done is left\n".encode())
    os._exit(number)


try:
    import signal
except KeyboardInterrupt:  # signals come as Python has them, as yet
    _end(STOPPED, "stopped")


def entry() -> None:
    """The console program. Signals that come while it is being imported end it as `synth.cli.signals` will, in one line."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: _end(STOPPED, "stopped"))
    for number in (signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):  # not on Windows
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, lambda number, _: _end(128 + number, f"ended by {signal.Signals(number).name}"))
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy begins as many as there are processors, for nothing here
    from synth.cli import entry as begin

    begin()


if __name__ == "__main__":
    entry()
