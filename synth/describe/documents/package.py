"""A description for tools: a data package (https://datapackage.org/standard/data-package/), with table schemas."""

from __future__ import annotations

import json
from typing import Any

from synth.describe.catalogue import ColumnFacts, TableFacts
from synth.describe.made import Made
from synth.dtypes import DType

__all__ = ["as_package"]

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
MEDIA = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet", "ndjson": "application/x-ndjson"}
TYPES = {
    "smallint": "integer", "integer": "integer", "bigint": "integer", "decimal": "number", "double": "number",
    "real": "number", "boolean": "boolean", "date": "date", "timestamp": "datetime", "timestamptz": "datetime",
    "time": "time", "json": "object",
}  # fmt: skip


def as_package(made: Made) -> str:
    """Give the package: a resource for each table."""
    package = {
        "$schema": PROFILE, "name": made.catalogue.dataset.lower().replace("_", "-"), "title": made.catalogue.dataset,
        "description": made.catalogue.about, "version": made.program,
        "resources": [_resource(made, table) for table in made.tables],
    }  # fmt: skip
    return json.dumps(package, indent=1, ensure_ascii=False) + "\n"


def _resource(made: Made, table: TableFacts) -> dict[str, Any]:
    files = made.files[table.name]
    paths = [file.path for file in files]
    found = {
        "name": table.name.lower(), "title": table.name, "description": table.about,
        "path": paths[0] if len(paths) == 1 else paths, "format": made.format, "mediatype": MEDIA.get(made.format),
        "encoding": "utf-8", "bytes": sum(file.bytes for file in files), "schema": _schema(made, table),
    }  # fmt: skip
    if len(files) == 1:
        found["hash"] = f"sha256:{files[0].sha256}"
    return {name: value for name, value in found.items() if value not in ("", None)}


def _schema(made: Made, table: TableFacts) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    keys = [
        {"fields": list(each.columns), "reference": {"resource": each.parent.lower(), "fields": list(each.keys)}}
        for each in made.catalogue.references
        if each.table == table.name and each.parent in made.rows
    ]
    return schema | ({"foreignKeys": keys} if keys else {})


def _field(column: ColumnFacts) -> dict[str, Any]:
    kind = "array" if column.type.element is not None else TYPES.get(column.type.name, "string")
    found: dict[str, Any] = {"name": column.name, "type": kind, "description": column.about}
    constraints = _constraints(column, column.type)
    found |= {"format": "any"} if kind == "datetime" else {}
    return {name: value for name, value in found.items() if value} | (
        {"constraints": constraints} if constraints else {}
    )


def _constraints(column: ColumnFacts, dtype: DType) -> dict[str, Any]:
    found: dict[str, Any] = {} if column.nullable else {"required": True}
    return found | ({"enum": list(dtype.labels)} if dtype.labels else {})
