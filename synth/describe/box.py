"""A box of the diagram: the tables of a family, one below the other."""

from __future__ import annotations

from dataclasses import dataclass

from synth.describe.catalogue import TableFacts

__all__ = ["MARGIN", "PADDING", "ROW", "Box"]

ROW, PADDING, MARGIN = 22, 8, 12  # pixels


@dataclass
class Box:
    """A family's box; grandalf asks for `w`, along a layer, and `h`, across, and sets `xy`, the middle."""

    tables: tuple[tuple[TableFacts, int], ...]  # and how deep each stands
    width: float
    height: float
    xy: tuple[float, float] = (0.0, 0.0)

    @property
    def w(self) -> float:
        return self.height

    @property
    def h(self) -> float:
        return self.width

    @property
    def left(self) -> float:
        return self.xy[1] - self.width / 2

    @property
    def top(self) -> float:
        return self.xy[0] - self.height / 2

    def row(self, table: str) -> float:
        """Give the middle of a table's row, from the top of all."""
        place = next(number for number, (each, _) in enumerate(self.tables) if each.name == table)
        return self.top + PADDING + (place + 0.5) * ROW
