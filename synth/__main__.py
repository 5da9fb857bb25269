"""Runs the command line as `python -m synth`."""

from __future__ import annotations

from synth.cli import entry

if __name__ == "__main__":
    entry()
