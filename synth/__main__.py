"""Runs the command line, as `synth` and as `python -m synth`."""

from __future__ import annotations

import signal

__all__ = ["entry"]


def entry() -> None:
    """The console program. Until it has been imported there is nothing to clear away, and Ctrl-C ends it without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from synth.cli import entry as begin

    begin()


if __name__ == "__main__":
    entry()
