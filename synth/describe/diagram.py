"""The diagram of a dataset: a box for each family of tables, an arrow from each table to those it refers to.

Tables that are drawn together stand in one box, each below the one that it belongs to, so that arrows are only drawn where
they lead elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from itertools import pairwise

from synth.describe.box import MARGIN, PADDING, ROW, Box
from synth.describe.catalogue import Catalogue, TableFacts

__all__ = ["as_mermaid", "as_svg"]

LETTER, LEAST_WIDTH, INDENT = 7.2, 110, 14  # pixels

STYLE = """
.box { fill: var(--surface, #ffffff); stroke: var(--line, #8a94a6) }
.table { fill: var(--ink, #1d2430); font: 12px ui-sans-serif, system-ui, sans-serif }
.root { font-weight: 600 }
.arrow { fill: none; stroke: var(--line, #8a94a6); stroke-width: 1.2 }
.tip { fill: var(--line, #8a94a6) }
"""
DARK = """
@media (prefers-color-scheme: dark) { svg { --surface: #1b2230; --line: #8391a8; --ink: #e8ecf3 } }
"""


def as_svg(catalogue: Catalogue, link: Callable[[str], str] | None = None, *, alone: bool = True) -> str:
    """Draw the diagram; `link` gives where a table's name leads to. `alone` it brings colours for light and dark itself."""
    boxes = {family: _box(tables) for family, tables in catalogue.families().items()}
    home = {table.name: family for family, box in boxes.items() for table, _ in box.tables}
    arrows = dict.fromkeys(
        (r.table, r.parent) for r in catalogue.references if r.table in home and r.parent in home
        and home[r.table] != home[r.parent]
    )  # fmt: skip
    from synth.describe.layers import laid_out  # where a diagram is drawn, and not before

    routes = laid_out(boxes, {(home[parent], home[table]) for table, parent in arrows})
    width = max((box.left + box.width for box in boxes.values()), default=LEAST_WIDTH) + MARGIN
    height = max((box.top + box.height for box in boxes.values()), default=ROW) + MARGIN
    drawn = [_arrow(boxes, home, table, parent, routes) for table, parent in arrows]
    drawn += [_drawn(box, link) for box in boxes.values()]
    title = escape(f"{catalogue.dataset}: {len(catalogue.tables)} tables and what they refer to")
    tip = '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    tip += '<path class="tip" d="M0 0 8 4 0 8Z"/></marker>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" role="group" aria-label="{title}"><title>{title}</title>'
        f"<style>{STYLE}{DARK if alone else ''}</style><defs>{tip}</defs>{''.join(drawn)}</svg>\n"
    )


def as_mermaid(catalogue: Catalogue) -> str:
    """Give the references as a diagram that Mermaid draws."""
    names = {table.name for table in catalogue.tables}
    pairs = dict.fromkeys((r.parent, r.table, ", ".join(r.columns)) for r in catalogue.references if r.parent in names)
    lines = [f'  {parent} ||--o{{ {table} : "{columns}"' for parent, table, columns in pairs]
    alone = names - {name for parent, table, _ in pairs for name in (parent, table)}
    return "erDiagram\n" + "\n".join([*lines, *(f"  {name}" for name in sorted(alone))]) + "\n"


def _box(tables: tuple[TableFacts, ...]) -> Box:
    """Make a family's box: each table below the one that it belongs to, what follows from rows of the first below that."""
    names = {table.name for table in tables}
    first = next(table for table in tables if table.per not in names)  # which need not stand first in the spec
    ordered: list[tuple[TableFacts, int]] = []

    def add(above: str | None, depth: int) -> None:
        for table in tables:
            belongs_to = table.per if table.per in names else None if table is first else first.name
            if belongs_to == above:
                ordered.append((table, depth))
                add(table.name, depth + 1)

    add(None, 0)
    widest = max(len(table.name) * LETTER + depth * INDENT for table, depth in ordered)
    return Box(tuple(ordered), max(LEAST_WIDTH, widest + 2 * PADDING + 4), len(ordered) * ROW + 2 * PADDING)


def _drawn(box: Box, link: Callable[[str], str] | None) -> str:
    """Draw a box and the names in it."""
    place = f'x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"'
    drawn = [f'<rect class="box" {place} rx="6"/>']
    for table, depth in box.tables:
        x, y = box.left + PADDING + depth * INDENT, box.row(table.name) + 4
        name = escape(table.name)
        text = f'<text class="table{"" if depth else " root"}" x="{x:.1f}" y="{y:.1f}">{name}</text>'
        drawn.append(f'<a href="{escape(link(table.name))}" data-table="{name}">{text}</a>' if link else text)
    return "".join(drawn)


def _arrow(
    boxes: Mapping[str, Box], home: Mapping[str, str], table: str, parent: str,
    routes: Mapping[tuple[str, str], list[tuple[float, float]]],
) -> str:  # fmt: skip
    """Draw the arrow from a table's row to that of the table it refers to."""
    child, above = boxes[home[table]], boxes[home[parent]]
    between = [(y, x) for x, y in reversed(routes[home[parent], home[table]][1:-1])]
    back = child.left < above.left  # against the layers: there is a circle
    ends = (child.left + child.width, above.left) if back else (child.left, above.left + above.width)
    points = [(ends[0], child.row(table)), *between, (ends[1], above.row(parent))]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x, y), (to_x, to_y) in pairwise(points):
        bend = (x + to_x) / 2
        path += f"C{bend:.1f} {y:.1f} {bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
    names = f'data-from="{escape(table)}" data-to="{escape(parent)}"'
    return f'<path class="arrow" {names} d="{path}" marker-end="url(#tip)"/>'
