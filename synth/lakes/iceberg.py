"""Apache Iceberg: metadata in the table's folder, which names the Parquet files beside it by their whole addresses.

So a folder that was moved needs new metadata, which the same command makes. `version-hint.text` lets readers find the
newest without a catalogue.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from pyiceberg.catalog.memory import InMemoryCatalog
from pyiceberg.expressions import AlwaysTrue

from synth.lakes import LakeTable

__all__ = ["write"]

FINGERPRINT = "synth.fingerprint"  # a property of the table: of its rows
HINT, SUFFIX = "version-hint.text", ".metadata.json"


def write(table: LakeTable) -> int:
    """Make the metadata, or a further snapshot where rows are others. What its library raises is told by `Lake.write`."""
    log = table.folder / "metadata"
    place = _address(table.folder)
    newest = log / f"{(log / HINT).read_text()}{SUFFIX}" if (log / HINT).is_file() else None
    if newest is not None and (not newest.is_file() or json.loads(newest.read_text("utf-8"))["location"] != place):
        newest = None  # it was moved, or half of it is gone
    if newest is None:
        shutil.rmtree(log, ignore_errors=True)
    catalogue = InMemoryCatalog("synth", warehouse=place)
    catalogue.create_namespace("synth")
    if newest is None:
        made = catalogue.create_table(("synth", table.name), table.schema("doc"), location=place)
    else:
        made = catalogue.register_table(("synth", table.name), _address(newest))
        if made.properties.get(FINGERPRINT) == table.fingerprint:
            return _version(newest)
    with made.transaction() as change:
        if newest is not None:
            change.delete(AlwaysTrue())
        about = {"comment": table.about} if table.about else {}
        change.set_properties({FINGERPRINT: table.fingerprint, "synth.until": table.until, **about})
        files = [_address(table.folder / file.name) for file in table.files if file.rows]
        if files:
            change.add_files(files, check_duplicate_files=False)
    name = made.metadata_location.rpartition("/")[2]
    (log / HINT).write_text(name.removesuffix(SUFFIX), "utf-8")
    return _version(log / name)


def _address(path: Path) -> str:
    """Spell the address of a file, which Iceberg takes as it is: with no sign spelt as %20."""
    place = path.as_posix()
    return f"file://{place}" if place.startswith("/") else f"file:///{place}"


def _version(metadata: Path) -> int:
    return int(metadata.name.partition("-")[0])
