"""How a job tells what it is doing: it calls a function that it was given."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Self

__all__ = ["Drawn", "Pace", "Phase", "Progress", "silent"]

TRUSTED = 4.0  # what is estimated of a family counts for as much as so many tasks of it
# an estimate of all counts for so many seconds that were seen, and for so much of the whole: first tasks are small and slow
FIRST, FIRST_SHARE = 1.0, 0.08


class Phase(str):
    """The name of a phase that knows its `total`: the rows that it sends, or whose tables it goes through; 0 if unknown.

    It is told once with 0 rows, as it begins; all that is told until the next belongs to it. `work` is, by family, the
    seconds of one core that drawing it is estimated to take; so many `workers` draw.
    """

    total: int
    work: Mapping[str, float]
    workers: int

    def __new__(cls, name: str, total: int = 0, work: Mapping[str, float] | None = None, workers: int = 1) -> Self:
        """Give the name what the phase is."""
        made = super().__new__(cls, name)
        made.total, made.work, made.workers = total, work or {}, workers
        return made


class Drawn(str):
    """The name of a family of which a task was drawn: its `work`, of what the phase estimates, and the `seconds` it took."""

    work: float
    seconds: float

    def __new__(cls, family: str, work: float, seconds: float) -> Self:
        """Give the name what the task was."""
        made = super().__new__(cls, family)
        made.work, made.seconds = work, seconds
        return made


Progress = Callable[[str, int], None]
"""Called with a table, family or phase, and the rows that were drawn, written, sent or gone through; 0 as it begins."""


def silent(what: str, rows: int) -> None:
    """Take the progress of a job, and tell nobody."""


class Pace:
    """How far a job is, or the phase that it is in, how fast, and how long the rest of it takes at that pace."""

    def __init__(self, total: int | None, clock: Callable[[], float] | None = None):
        self._clock = clock
        self._begin(total, {})

    def _begin(self, total: int | None, work: Mapping[str, float], workers: int = 1) -> None:
        self.total, self.done, self.began = total, 0, self._now()
        self._work, self._workers, self._first = dict(work), workers, self.began
        self._drawn: dict[str, float] = {}  # by family: of its work
        self._spent: dict[str, float] = {}  # by family: seconds of workers
        self._calls: Counter[str] = Counter()

    def tell(self, what: str, rows: int) -> None:
        """Take progress as it is told."""
        if isinstance(what, Phase) and not rows:
            self._begin(what.total or None, what.work, what.workers)
        self.done += rows
        if isinstance(what, Drawn) and self._work:
            if not self._calls:
                self._first = self._now() - what.seconds  # workers may have had to start
            self._drawn[what] = self._drawn.get(what, 0.0) + what.work
            self._spent[what] = self._spent.get(what, 0.0) + what.seconds
            self._calls[what] += 1

    def _now(self) -> float:
        return time.perf_counter() if self._clock is None else self._clock()

    @property
    def rate(self) -> float:
        """Give the rows a second since it began."""
        return self.done / max(self._now() - self.began, 1e-9)

    @property
    def left_s(self) -> float | None:
        """Give the seconds that are left; None where nothing is known: nothing is done, or no end is."""
        if self._work:
            return self._left_of_work()
        if self.total is None or not 0 < self.done < self.total:
            return None
        return (self.total - self.done) / self.rate

    def _left_of_work(self) -> float | None:
        """Give what families take that are not done yet: as they were seen to, the others as estimated beside those."""
        drawn, spent, calls = sum(self._drawn.values()), sum(self._spent.values()), self._calls.total()
        if not calls:
            return None
        few = FIRST + FIRST_SHARE * sum(self._work.values())
        beside, left = (spent + few) / (drawn + few), 0.0  # seconds of a worker for one of the estimate
        for family, work in self._work.items():
            done, seen = self._drawn.get(family, 0.0), self._calls[family]
            each = self._spent[family] / done if done else beside
            left += max(0.0, work - done) * (seen * each + TRUSTED * beside) / (seen + TRUSTED)
        elapsed = self._workers * (self._now() - self._first)
        begun = min(max(0.0, elapsed - spent), self._workers * spent / calls)  # of what is not done
        idle = (max(elapsed, spent + begun) + 2 * few) / (spent + begun + 2 * few)  # workers wait, too
        return max(0.0, left - begun) / self._workers * idle or None
