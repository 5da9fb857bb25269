"""Where the boxes of a diagram go: in layers, parents left, by grandalf (Sugiyama's method)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from grandalf.graphs import Edge, Vertex, graph_core
from grandalf.layouts import SugiyamaLayout

from synth.describe.box import MARGIN, Box

__all__ = ["laid_out"]

BETWEEN, APART, FIRST_WIDTH = 18, 64, 700
LANE = 8  # the height that an arrow takes which passes a layer
LANE_WIDTH = 110
ROUNDS = 12  # of putting boxes of a layer in a better order
MOST_LINKS = 1200  # in all rounds together, where there are many: nobody follows so many arrows by eye


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
    for part in _connected(links.values()):
        layout = SugiyamaLayout(part)
        layout.xspace, layout.yspace, layout.dw, layout.dh = BETWEEN, APART, LANE, LANE_WIDTH
        layout.init_all()
        layout.draw(max(1, min(ROUNDS, MOST_LINKS // len(part.sE))))
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


def _connected(links: Collection[_Link]) -> Iterator[graph_core]:
    """Yield the parts of a picture that no arrow joins, as graphs: grandalf's own search takes the square of the boxes."""
    parts: dict[_Node, dict[_Node, None]] = {}
    for link in links:
        one, other = (parts.setdefault(node, {node: None}) for node in link.v)
        if one is not other:
            one |= other
            parts |= dict.fromkeys(other, one)
    found: dict[int, list[_Link]] = {}
    for link in links:
        link.attach()
        found.setdefault(id(parts[link.v[0]]), []).append(link)
    for of_part in found.values():
        yield graph_core(list(parts[of_part[0].v[0]]), set(of_part))


def _in_rows(boxes: list[Box], below: float, most: float) -> None:
    """Put boxes that nothing leads to or from beside each other."""
    left, top, deepest = float(MARGIN), below, 0.0
    for box in boxes:
        if left > MARGIN and left + box.width > most:
            left, top, deepest = float(MARGIN), top + deepest + BETWEEN, 0.0
        box.xy = (top + box.height / 2, left + box.width / 2)
        left, deepest = left + box.width + BETWEEN, max(deepest, box.height)
