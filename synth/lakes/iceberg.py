"""Apache Iceberg: metadata in the table's folder, which names the Parquet files beside it by their whole addresses.

So a folder that was moved needs new metadata, which the same command makes. `version-hint.text` lets readers find the
newest without a catalogue.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from synth.errors import OutputError
from synth.extras import needing
from synth.lakes import LakeTable

__all__ = ["write"]

FINGERPRINT = "synth.fingerprint"  # a property of the table: of its rows
HINT, SUFFIX = "version-hint.text", ".metadata.json"


def write(table: LakeTable) -> int:
    """Make the metadata, or a further snapshot where rows are others. Raises ExtraError, OutputError."""
    with needing("lakes"):
        from pyiceberg.catalog.memory import InMemoryCatalog
        from pyiceberg.expressions import AlwaysTrue

    log = table.folder / "metadata"
    place = table.folder.as_uri()
    newest = log / f"{(log / HINT).read_text()}{SUFFIX}" if (log / HINT).is_file() else None
    if newest is not None and (not newest.is_file() or json.loads(newest.read_text("utf-8"))["location"] != place):
        newest = None  # it was moved, or half of it is gone
    if newest is None:
        shutil.rmtree(log, ignore_errors=True)
    catalogue = InMemoryCatalog("synth", warehouse=place)
    catalogue.create_namespace("synth")
    if newest is None:
        made = catalogue.create_table(("synth", table.name), _schema(table), location=place)
    else:
        made = catalogue.register_table(("synth", table.name), str(newest.as_uri()))
        if made.properties.get(FINGERPRINT) == table.fingerprint:
            return _version(newest)
    with made.transaction() as change:
        if newest is not None:
            change.delete(AlwaysTrue())
        about = {"comment": table.about} if table.about else {}
        change.set_properties({FINGERPRINT: table.fingerprint, "synth.until": table.until, **about})
        files = [str((table.folder / file.name).as_uri()) for file in table.files if file.rows]
        if files:
            change.add_files(files, check_duplicate_files=False)
    name = made.metadata_location.rpartition("/")[2]
    (log / HINT).write_text(name.removesuffix(SUFFIX), "utf-8")
    return _version(log / name)


def _version(metadata: Path) -> int:
    return int(metadata.name.partition("-")[0])


def _schema(table: LakeTable) -> Any:
    """Give the columns in the types of Iceberg, with what is said of them. Raises OutputError for those it has not."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = []
    for field in pq.read_schema(table.folder / table.files[0].name):
        said = table.columns.get(field.name)
        fields.append(field.with_metadata({"doc": said} if said else None))
        if pa.types.is_duration(field.type) or pa.types.is_interval(field.type):
            raise OutputError(f"{table.name}.{field.name}: Iceberg has no type for {field.type}")
    return pa.schema(fields)
