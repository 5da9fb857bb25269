"""The table in a database that says what is in a schema: a row a dataset, with its spec and manifest."""

from __future__ import annotations

from pathlib import Path

from synth.databases import Database
from synth.databases.contract import MANIFEST
from synth.errors import DatabaseError
from synth.plan.content import ALREADY
from synth.store.manifest import Manifest
from synth.store.rollup_parts import packed
from synth.translate.dialect import Dialect

__all__ = ["manifest_insert", "manifest_of", "manifests_of"]


def manifest_insert(dialect: Dialect, schema: str, manifest: Manifest, sums: Path) -> str:
    """The INSERT of a dataset's manifest, and of what it needs to grow."""
    tables = {name: entry.model_copy(update={"files": ()}) for name, entry in manifest.tables.items()}
    existing = {
        name: entry.model_copy(update={"file": None})
        for name, entry in manifest.existing.items()
        if not name.endswith(ALREADY)
    }
    facts = {"format": dialect.name, "dialect": None, "tables": tables, "sums": (), "existing": existing}
    there = manifest.model_copy(update=facts)
    cells = (there.dataset, there.spec, there.model_dump_json(exclude={"spec"}, exclude_none=True), packed(sums))
    return f"INSERT INTO {dialect.place(schema, MANIFEST)} VALUES ({', '.join(map(dialect.literal, cells))})"


def manifests_of(database: Database, schema: str) -> list[Manifest]:
    """The manifests that loads left in a schema, those that others were built on first. Raises DatabaseError."""
    dialect = database.dialect
    columns = ", ".join(map(dialect.quote_identifier, ("spec", "manifest")))
    _, rows = database.rows(f"SELECT {columns} FROM {dialect.place(schema, MANIFEST)}")
    found = [Manifest.parse(text, f"{MANIFEST} of schema '{schema}'", spec=spec) for spec, text, *_ in rows]
    if not found:
        raise DatabaseError(f"{database.address}: table {MANIFEST} of schema '{schema}' has no rows")
    return sorted(found, key=lambda manifest: (manifest.built_on, manifest.dataset))


def manifest_of(database: Database, schema: str) -> Manifest:
    """The manifest of the dataset that a schema holds; of several, the one that others were built on."""
    return manifests_of(database, schema)[0]
