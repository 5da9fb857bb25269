"""Documents beside the data of a folder, for people and tools. They follow from the manifest, which does not list them."""

from __future__ import annotations

from pathlib import Path

from synth.describe.catalogue import catalogue_of
from synth.describe.documents import DOCUMENTS
from synth.describe.made import Made, MadeFile
from synth.formats import format_of
from synth.plan.model import Plan
from synth.spec.kinds.asked_rows import asked_rows
from synth.store.files import write_text
from synth.store.manifest import Manifest

__all__ = ["DOCUMENTS", "made_of", "write_documents"]


def write_documents(folder: Path, manifest: Manifest, plan: Plan | None = None) -> None:
    """Write the documents of what a manifest states; a part of a run has none."""
    if manifest.part is None:
        made = made_of(manifest, plan)
        for name, text in DOCUMENTS.items():
            write_text(folder / name, text(made))


def made_of(manifest: Manifest, plan: Plan | None = None) -> Made:
    """Tell what was made; without a plan nothing is known of families."""
    dataset = manifest.load_dataset() if plan is None else plan.dataset
    return Made(
        catalogue_of(dataset, plan), manifest.program, manifest.scale, manifest.seed, manifest.until,
        manifest.format, format_of(manifest.format).suffix, manifest.compression, manifest.partitions, asked_rows(dataset),
        dataset.existing,
        {name: table.rows for name, table in manifest.tables.items()},
        {name: tuple(MadeFile(f.path, f.bytes, f.sha256) for f in table.files) for name, table in manifest.tables.items()},
    )  # fmt: skip
