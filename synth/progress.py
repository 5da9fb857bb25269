"""How a job tells what it is doing: it calls a function that it was given."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

__all__ = ["Pace", "Phase", "Progress", "silent"]


class Phase(str):
    """The name of a phase that knows its `total`: the rows that it sends, or whose tables it goes through; 0 if unknown.

    It is told once with 0 rows, as it begins; all that is told until the next belongs to it.
    """

    total: int

    def __new__(cls, name: str, total: int = 0) -> Self:
        """Give the name its total."""
        made = super().__new__(cls, name)
        made.total = total
        return made


Progress = Callable[[str, int], None]
"""Called with a table, family or phase, and the rows that were drawn, written, sent or gone through; 0 as it begins."""


def silent(what: str, rows: int) -> None:
    """Take the progress of a job, and tell nobody."""


class Pace:
    """How far a job is, or the phase that it is in, how fast, and how long the rest of it takes at that pace."""

    def __init__(self, total: int | None):
        self.total, self.done, self.began = total, 0, time.perf_counter()

    def tell(self, what: str, rows: int) -> None:
        """Take progress as it is told."""
        if isinstance(what, Phase) and not rows:
            self.__init__(what.total or None)  # type: ignore[misc]
        self.done += rows

    @property
    def rate(self) -> float:
        """Give the rows a second since it began."""
        return self.done / max(time.perf_counter() - self.began, 1e-9)

    @property
    def left_s(self) -> float | None:
        """Give the seconds that are left; None where nothing is known: nothing is done, or no end is."""
        if self.total is None or not 0 < self.done < self.total:
            return None
        return (self.total - self.done) / self.rate
