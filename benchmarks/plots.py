"""Bars as SVG, readable on a light and on a dark page, without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from benchmarks.results import Spread

WIDTH, LABELS, VALUES = 820, 370, 90  # pixels: of all, and of what stands left and right of the bars
ROW, BAR, TOP = 26, 16, 34
STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600 }
.ours { fill: #1f6feb } .others { fill: #8c959f }
.spread { stroke: #24292f; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .ours { fill: #58a6ff } .others { fill: #6e7681 } .spread { stroke: #e6edf3 }
}
"""


@dataclass(frozen=True)
class Bar:
    """A case, what half of its runs lie between, and whether it is one of ours."""

    label: str
    value: Spread
    ours: bool


def bars(title: str, lines: Sequence[Bar]) -> str:
    """A bar each, the longest first, with a line from the lower to the upper quartile."""
    ordered = sorted(lines, key=lambda bar: -bar.value.median)
    most = max(bar.value.upper for bar in ordered)
    height = TOP + ROW * len(ordered) + 6
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'role="img" aria-label="{escape(title)}">',
        f"<style>{STYLE}</style>",
        f'<text class="title" x="4" y="18">{escape(title)}</text>',
    ]
    for number, bar in enumerate(ordered):
        parts += _bar(bar, TOP + ROW * number, (WIDTH - LABELS - VALUES) / most)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(bar: Bar, top: int, scale: float) -> list[str]:
    """`scale` is pixels for each unit."""
    lower, median, upper = (LABELS + value * scale for value in (bar.value.lower, bar.value.median, bar.value.upper))
    middle, base = top + BAR / 2, top + BAR - 3
    return [
        f'<text x="{LABELS - 8}" y="{base}" text-anchor="end">{escape(bar.label)}</text>',
        f'<rect class="{"ours" if bar.ours else "others"}" x="{LABELS}" y="{top}" '
        f'width="{max(median - LABELS, 1):.1f}" height="{BAR}" rx="2"/>',
        f'<line class="spread" x1="{lower:.1f}" x2="{upper:.1f}" y1="{middle}" y2="{middle}"/>',
        f'<text x="{max(median, upper) + 6:.1f}" y="{base}">{short(bar.value.median)}</text>',
    ]


def short(value: float) -> str:
    """Three figures, as in 3.37 M."""
    for least, unit in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= least:
            return f"{value / least:.3g}{unit}"
    return f"{value:.3g}"
