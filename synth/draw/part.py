"""A part of a run: the tasks that one of several machines draws. All parts are the whole, however many there are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from synth.draw.task import Task, tasks_of
from synth.errors import OptionError
from synth.plan.model import Plan

__all__ = ["MOST_PARTS", "Part"]

MOST_PARTS = 100_000


@dataclass(frozen=True)
class Part:
    """Part `number`, from 1 on, `of` so many. It is written `3/7`.

    >>> plan = synth.make_plan("inventory", scale=0.01)
    >>> synth.generate(plan, "parts", part=synth.Part(1, of=2)).folder.name
    'inventory.part-1-of-2'
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """Read `3/7`. Raises OptionError."""
        found = re.fullmatch(r"([1-9]\d{0,5})/([1-9]\d{0,5})", text, re.ASCII)
        part = cls(int(found[1]), int(found[2])) if found else None
        if part is None or part.number > part.of or part.of > MOST_PARTS:
            raise OptionError(f"--part takes the number of a part and how many there are, like 3/7, not '{text}'")
        return part

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def tasks(self, plan: Plan) -> dict[str, list[Task]]:
        """Give its tasks, by the root of their family: every so-manieth, so that parts take alike long.

        Rollups, which sum over all parts, and into which no other family looks, are left to who puts these together.
        """
        families = [family for family in plan.families if not family.is_sum]
        return {
            family.root: [task for task in tasks_of(family) if (place + task.number) % self.of == self.number - 1]
            for place, family in enumerate(families)
        }
