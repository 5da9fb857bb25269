"""Delta Lake: a log of JSON files in the table's folder, which names the Parquet files beside it. It may be moved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from synth.errors import OutputError
from synth.lakes import LakeFile, LakeTable

__all__ = ["write"]

FINGERPRINT = "synth.fingerprint"  # in a commit: of the rows that it stands for


def write(table: LakeTable) -> int:
    """Make version 0, or a further one where rows or files are others. Raises OutputError.

    A file that was written anew under its name is added again, which takes the place of what was said of it.
    """

    def added(file: LakeFile) -> AddAction:
        path = table.folder / file.name
        return AddAction(file.name, file.bytes, {}, _changed(path), True, _statistics(path, file.rows))

    place, schema = str(table.folder), _schema(table)
    noted = CommitProperties(custom_metadata={FINGERPRINT: table.fingerprint, "synth.until": table.until})
    if not DeltaTable.is_deltatable(place):
        create_table_with_add_actions(
            place, schema, [added(file) for file in table.files], name=table.name, description=table.about or None,
            commit_properties=noted,
        )  # fmt: skip
        return 0
    there = DeltaTable(place)
    known = _known(there)
    now = {file.name: (file.bytes, _changed(table.folder / file.name)) for file in table.files}
    latest = max(changed for _, changed in now.values())
    actions: list[Any] = [
        RemoveAction(name, True, latest, size) for name, (size, _) in known.items() if name not in now
    ]
    actions += [added(file) for file in table.files if known.get(file.name) != now[file.name]]
    if actions:
        there.create_write_transaction(actions, "append", schema, commit_properties=noted)
    return int(there.version())


def _changed(path: Path) -> int:
    """Give when a file was written, in milliseconds."""
    return path.stat().st_mtime_ns // 1_000_000


def _known(there: DeltaTable) -> dict[str, tuple[int, int]]:
    """Give the files of the last version, with their bytes and when they were written."""
    import polars as pl

    adds = pl.DataFrame(there.get_add_actions()).select(
        "path", "size_bytes", pl.col("modification_time").dt.epoch("ms")
    )
    return {name: (size, changed) for name, size, changed in adds.rows()}


def _schema(table: LakeTable) -> Any:
    """Give the columns in the types of Delta Lake. Raises OutputError for a time of day, which it has not."""
    import pyarrow as pa

    schema = table.schema("comment")
    for field in schema:
        if pa.types.is_time(field.type):
            raise OutputError(
                f"{table.name}.{field.name}: Delta Lake has no type for times of day\n  hint: Iceberg has, or make it a text"
            )
    return Schema.from_arrow(schema)


def _statistics(path: Path, rows: int) -> str:
    """Give what readers skip files by: rows, and of whole numbers and dates the lowest and highest."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = pq.read_metadata(path)
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    nulls: dict[str, int] = {}
    for at, field in enumerate(found.schema.to_arrow_schema()):
        if pa.types.is_nested(field.type):
            return json.dumps({"numRecords": rows})  # columns of the file are others than those of the table
        groups = [found.row_group(number).column(at).statistics for number in range(found.num_row_groups)]
        if not groups or any(each is None or not each.has_null_count for each in groups):
            continue
        nulls[field.name] = sum(each.null_count for each in groups)
        held = [each for each in groups if each.has_min_max]
        if held and (pa.types.is_integer(field.type) or pa.types.is_date(field.type)):
            lowest[field.name] = _spelt(min(each.min for each in held))
            highest[field.name] = _spelt(max(each.max for each in held))
    return json.dumps({"numRecords": rows, "minValues": lowest, "maxValues": highest, "nullCount": nulls})


def _spelt(value: Any) -> Any:
    return value if isinstance(value, int) else value.isoformat()
