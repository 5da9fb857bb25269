"""Where the boxes of a diagram go: in layers, parents left, by grandalf (Sugiyama's method)."""

from __future__ import annotations

from collections.abc import Mapping

from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout

from synth.describe.box import MARGIN, Box

__all__ = ["laid_out"]

BETWEEN, APART, FIRST_WIDTH = 18, 64, 700
LANE = 8  # the height that an arrow takes which passes a layer
LANE_WIDTH = 110
ROUNDS = 12  # of putting boxes of a layer in a better order


class _Node(Vertex):  # type: ignore[misc]
    """A box, in sets by its number: by its place in memory pictures would differ from run to run."""

    def __init__(self, number: int, box: Box):
        super().__init__(number)
        self.number, self.view = number, box

    def __hash__(self) -> int:
        return self.number


class _Link(Edge):  # type: ignore[misc]
    """An arrow, in sets by its number; grandalf hands it the points of its way, those between its ends around boxes."""

    def __init__(self, number: int, start: _Node, end: _Node):
        super().__init__(start, end)
        self.number, self.view, self.points = number, self, list[tuple[float, float]]()

    def __hash__(self) -> int:
        return self.number

    def setpath(self, points: list[tuple[float, float]]) -> None:
        """Take the points."""
        self.points = points


def laid_out(boxes: Mapping[str, Box], pairs: set[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """Give each box its place, and the points that lead from one to another around those between."""
    nodes = {family: _Node(number, box) for number, (family, box) in enumerate(boxes.items())}
    links = {pair: _Link(number, *(nodes[each] for each in pair)) for number, pair in enumerate(sorted(pairs))}
    below = float(MARGIN)
    alone = [box for family, box in boxes.items() if not any(family in pair for pair in pairs)]
    for part in Graph(list(nodes.values()), list(links.values())).C:
        if len(part.sV) == 1:
            continue
        layout = SugiyamaLayout(part)
        layout.xspace, layout.yspace, layout.dw, layout.dh = BETWEEN, APART, LANE, LANE_WIDTH
        layout.init_all()
        layout.draw(ROUNDS)
        layout.draw_edges()
        here = [vertex.view for vertex in part.sV]
        top, left = min(box.top for box in here) - below, min(box.left for box in here) - MARGIN
        for box in here:
            box.xy = (box.xy[0] - top, box.xy[1] - left)
        for edge in part.sE:
            edge.points = [(x - top, y - left) for x, y in edge.points]
        below = max(box.top + box.height for box in here) + BETWEEN
    _in_rows(
        alone, below, max((box.left + box.width for box in boxes.values() if box not in alone), default=FIRST_WIDTH)
    )
    return {pair: link.points for pair, link in links.items()}


def _in_rows(boxes: list[Box], below: float, most: float) -> None:
    """Put boxes that nothing leads to or from beside each other."""
    left, top, deepest = float(MARGIN), below, 0.0
    for box in boxes:
        if left > MARGIN and left + box.width > most:
            left, top, deepest = float(MARGIN), top + deepest + BETWEEN, 0.0
        box.xy = (top + box.height / 2, left + box.width / 2)
        left, deepest = left + box.width + BETWEEN, max(deepest, box.height)
