"""Keeps what was read of existing tables beside the rows that refer to them, so that these can be verified anywhere."""

from __future__ import annotations

from pathlib import Path

from synth.columns import to_written
from synth.plan.content import EARLIER_KEYS
from synth.plan.model import Plan
from synth.store.entries import ExistingEntry
from synth.store.files import described
from synth.store.manifest import PARENTS as FOLDER

__all__ = ["FOLDER", "FORMAT", "existing_entries", "write_parents"]

FORMAT = "parquet"


def existing_entries(plan: Plan) -> dict[str, ExistingEntry]:
    """The manifest's existing tables."""
    return {
        name: ExistingEntry(
            source=found.source, table=found.table, rows=found.rows, skipped=found.skipped, fingerprint=found.fingerprint,
        )
        for name, found in plan.content.found.items()
    }  # fmt: skip


def write_parents(plan: Plan, folder: Path) -> dict[str, ExistingEntry]:
    """Write the columns that were read, a Parquet file a table; the manifest's existing tables."""
    kept = existing_entries(plan)
    for name in [name for name in kept if name in plan.content.frames]:
        frame, types = plan.content.frames[name], plan.tables[name.removesuffix(EARLIER_KEYS)].types
        path = folder / FOLDER / f"{name}.parquet"
        path.parent.mkdir(exist_ok=True)
        to_written(frame.select(c for c in frame.columns if c in types), types).write_parquet(path)
        kept[name] = kept[name].model_copy(update={"file": described(path, folder, frame.height)})
    return kept
