"""In which order families are drawn, and what of one is drawn before, for its residents alone, where they need each other.

Columns are what has an order, not families: of those that need each other some columns are drawn first, for all blocks,
which need nothing that is still to come. They are drawn again with their family, and come out the same.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import dataclass
from typing import Protocol

from synth.errors import Problem, SpecError
from synth.plan.model import TablePlan
from synth.spec.kinds.base import Needed
from synth.spec.scope import Scope

__all__ = ["FamilyOrder", "Part", "PartOfFamily"]

Part = tuple[str, str]  # a table, and its column; without a column its rows


class Parts(Protocol):
    """What is made from what."""

    names: Scope
    tables: Mapping[str, TablePlan]
    block_rows: int

    def needed(self, table: str, column: str) -> list[Needed]:
        """List what a column (or, with no column, a table's rows) is made from."""

    def is_sum(self, table: str) -> bool:
        """Tell whether the table is a rollup."""

    def drawn_before(self, table: str, needed: Needed) -> bool:
        """Tell whether a table needs a resident column of its own family, of all its blocks."""


@dataclass(frozen=True)
class PartOfFamily:
    """What is drawn of a family, and of it what others look up."""

    root: str
    drawn: Set[Part]
    residents: Set[Part]


class FamilyOrder:
    """Families in `order`, the others that each comes `after`, and what is drawn `before` each."""

    def __init__(self, planning: Parts, drawn: Mapping[str, Set[Part]]):
        """`drawn` are the columns of each family that must be drawn. Raises SpecError where columns need each other."""
        self.planning, self.drawn = planning, drawn
        self.after = {root: self._looked_into(root, parts) for root, parts in drawn.items()}
        self.far = {root: self._far(root, parts) for root, parts in drawn.items()}
        self.order: list[str] = []
        self._done = set[str]()  # the same families
        self.before: dict[str, list[PartOfFamily]] = {}
        self._there: set[Part] = set()  # residents that are drawn before their family
        self._parts: list[PartOfFamily] = []
        todo = [name for name in planning.names.dataset.tables if name in drawn]
        while todo:
            able = self._able(todo)
            if not able:
                self._parts += self._drawn_first(todo)
                continue
            able.sort(key=lambda root: (planning.is_sum(root), planning.tables[root].rows > planning.block_rows))
            self.order.append(able[0])
            self._done.add(able[0])
            self.before[able[0]] = self._needed_before(self.far[able[0]])
            todo.remove(able[0])

    def _able(self, todo: Collection[str]) -> list[str]:
        """Families that can come next: all that they look into is there."""
        able = [root for root in todo if not self._missing(self.far[root])]
        strictly = [root for root in able if self._done.issuperset(self.after[root])]
        return strictly or able

    def _far(self, root: str, parts: Collection[Part]) -> set[Part]:
        """What these parts of a family look into: of other families, or of all blocks of its own."""
        names, planning = self.planning.names, self.planning
        return {
            (other.table, other.column)
            for table, column in parts
            for other in planning.needed(table, column)
            if names.family(other.table) != root or planning.drawn_before(table, other)
        }

    def _missing(self, far: Collection[Part]) -> set[Part]:
        """What of all that is looked into is not there. How many rows a root has is known from the plan."""
        return {
            part
            for part in far
            if not (self.planning.names.family(part[0]) in self._done or part in self._there or self._is_known(part))
        }

    def _needed_before(self, far: set[Part]) -> list[PartOfFamily]:
        """Give what is drawn ahead of its family and is looked into, by itself or on the way, in the order of drawing."""
        needed, waiting = list[PartOfFamily](), [far]
        while waiting:
            far = waiting.pop()
            for part in self._parts:
                if part not in needed and not part.residents.isdisjoint(far):
                    needed.append(part)
                    waiting.append(self._far(part.root, part.drawn))
        return [part for part in self._parts if part in needed]

    def _is_known(self, part: Part) -> bool:
        """Whether it is known from the plan, as how many rows a root has, or read before the run."""
        (table, column), names = part, self.planning.names
        counted = not column and names.family(table) == table and not names.kind(table).is_sum
        return counted or names.is_read(table, column)

    def _drawn_first(self, todo: Collection[str]) -> list[PartOfFamily]:
        """Find what others, or its own family, look into and can be drawn now. Raises SpecError where there is nothing."""
        found: dict[str, tuple[set[Part], set[Part]]] = {}
        wanted = sorted({part for root in self._in_circles(todo) for part in self._missing(self.far[root])})
        for part in wanted:
            root = self.planning.names.family(part[0])
            closure = self._closure(root, part)
            if not self.planning.is_sum(root) and not self._missing(self._far(root, closure)):
                drawn, residents = found.setdefault(root, (set(), set()))
                drawn |= closure
                residents.add(part)
        if not found:
            raise SpecError([Problem(("tables", wanted[0][0]), _in_a_circle(wanted))])
        self._there |= {part for _, residents in found.values() for part in residents}
        return [PartOfFamily(root, drawn, residents) for root, (drawn, residents) in found.items()]

    def _in_circles(self, todo: Collection[str]) -> list[str]:
        """Families that wait for each other, or for themselves, and for nothing else; the rest waits for them."""
        family = self.planning.names.family
        waits = {root: {family(table) for table, _ in self._missing(self.far[root])} for root in todo}

        def reached(root: str) -> set[str]:
            found, waiting = set[str](), [root]
            while waiting:
                more = waits[waiting.pop()] - found
                found |= more
                waiting += more
            return found

        reach = {root: reached(root) for root in todo}
        return [root for root in todo if all(root in reach[other] for other in reach[root])]

    def _closure(self, root: str, part: Part) -> set[Part]:
        """What of a family a part of it is made from, itself included."""
        closure, waiting = set[Part](), [part]
        while waiting:
            table, column = waiting.pop()
            if (table, column) in closure:
                continue
            closure.add((table, column))
            waiting += [
                (other.table, other.column)
                for other in self.planning.needed(table, column)
                if self.planning.names.family(other.table) == root and not self.planning.drawn_before(table, other)
            ]
        return closure

    def _looked_into(self, root: str, parts: Collection[Part]) -> tuple[str, ...]:
        """Name the other families that these parts of one look into."""
        family = self.planning.names.family
        found = dict.fromkeys(family(other.table) for at in sorted(parts) for other in self.planning.needed(*at))
        return tuple(other for other in found if other != root)


def _in_a_circle(parts: Collection[Part]) -> str:
    columns = ", ".join(f"{table}.{column}" if column else table for table, column in parts)
    return f"a cycle of columns: {columns} need each other"
