"""How facts are told: each with what was measured, what was wanted, and whether that is within its band."""

from __future__ import annotations

from synth.errors import many
from synth.reporting.realism import Measured, Realism
from synth.terminal import grid

__all__ = ["realism_text", "told_of"]


def realism_text(found: Realism) -> str:
    """The table for the terminal, and a line that sums it up."""
    rows = [told_of(each) for each in found.facts]
    counts = {
        verdict: sum(each.verdict == verdict for each in found.facts) for verdict in ("outside", "failed", "skipped")
    }
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count) or "all inside"
    return (
        grid(["fact", "measured", "wanted", "band", "off by", "verdict"], rows, {1, 2, 4})
        + f"\n\n{found.place}: {many(len(found.facts), 'fact')} at scale {found.scale:g} in {found.seconds:.1f} s, {told}"
    )


def told_of(each: Measured) -> list[str]:
    """The cells of one fact, in the order of the heads."""
    low, high = each.fact.band
    return [
        each.fact.about,
        "" if each.measured is None else f"{each.measured:.4g}",
        "" if each.fact.wanted is None else f"{each.fact.wanted:.4g}",
        f"{low:.4g} to {high:.4g}",
        "" if each.deviation is None else f"{each.deviation:+.0%}",
        f"{each.verdict}: {each.note}" if each.note else each.verdict,
    ]
