"""How an import is told: what was made, the proof, what could not be said, and what was learnt beside what came out."""

from __future__ import annotations

from synth.errors import many
from synth.importing.run import Imported
from synth.terminal import grid

__all__ = ["imported_text"]

MOST_NOTES, MOST_MEASURES = 12, 15


def imported_text(found: Imported) -> str:
    """The report for the terminal."""
    said = [
        f"{found.path}: {many(len(found.dataset.tables), 'table')}; {found.rows:,} rows generated at scale "
        f"{found.scale:g}, {many(found.checks, 'check')} held, {found.seconds:.1f} s"
    ]
    if found.notes:
        said.append(f"\nNot taken over, or not as it is ({len(found.notes)}; all of it stands in the spec):")
        said += [f"  {note}" for note in found.notes[:MOST_NOTES]]
        said += [f"  and {len(found.notes) - MOST_NOTES} more"] if len(found.notes) > MOST_NOTES else []
    if found.measures:
        near = sum(each.apart <= 0.1 for each in found.measures)
        said.append(
            f"\nLearnt and obtained, {near} of {many(len(found.measures), 'measure')} within 10 %; the farthest apart:"
        )
        rows = [
            [each.where, each.what, f"{each.learnt:.4g}", f"{each.obtained:.4g}"]
            for each in found.measures[:MOST_MEASURES]
        ]
        said.append(grid(["column", "measure", "learnt", "obtained"], rows, {2, 3}))
    if found.copied:
        said.append(
            "\nValues that were copied: " + ", ".join(f"{name} ({count})" for name, count in found.copied.items())
        )
    said.append(f"\nNext: synth show {found.path}, and synth generate {found.path}")
    return "\n".join(said)
