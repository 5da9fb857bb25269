"""How a job tells what it is doing: it calls a function that it was given."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Progress", "silent"]

Progress = Callable[[str, int], None]
"""Called with a table, family or phase of a job, and the rows that were just drawn, written or sent; 0 as a phase begins."""


def silent(what: str, rows: int) -> None:
    """Take the progress of a job, and tell nobody."""
