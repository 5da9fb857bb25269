"""The table in a database that says what is in a schema: a row a dataset, with its spec and manifest."""

from __future__ import annotations

from pathlib import Path

from synth.databases import Database
from synth.databases.contract import MANIFEST
from synth.errors import DatabaseError
from synth.plan.content import EARLIER_KEYS
from synth.store.files import MOST_BYTES
from synth.store.manifest import Manifest
from synth.store.rollup_parts import rollup_parts_text
from synth.translate.dialect import Dialect

__all__ = ["add_manifest", "manifest_insert", "manifest_of", "manifests_of", "remove_manifest"]

MOST_DATASETS = 1_000  # in a schema

COLUMNS = ("dataset", "spec", "manifest", "sums")


def add_manifest(database: Database, schema: str, manifest: Manifest, sums: Path, *, create: bool = True) -> None:
    """Add a dataset's row to the table of a schema, which is made before if `create`. Raises DatabaseError."""
    dialect = database.dialect
    if create:
        columns = ", ".join(f"{dialect.quote_identifier(name)} {dialect.text} NOT NULL" for name in COLUMNS)
        database.run(f"CREATE TABLE {dialect.place(schema, MANIFEST)} ({columns})")
    database.run(manifest_insert(dialect, schema, manifest, sums))


def remove_manifest(database: Database, schema: str, dataset: str) -> None:
    """Remove a dataset's row from the table of a schema. Raises DatabaseError."""
    dialect = database.dialect
    ours = f"{dialect.quote_identifier('dataset')} = {dialect.literal(dataset)}"
    database.run(f"DELETE FROM {dialect.place(schema, MANIFEST)} WHERE {ours}")


def manifest_insert(dialect: Dialect, schema: str, manifest: Manifest, sums: Path) -> str:
    """The INSERT of a dataset's manifest, and of what it needs to grow."""
    tables = {name: entry.model_copy(update={"files": ()}) for name, entry in manifest.tables.items()}
    existing = {
        name: entry.model_copy(update={"file": None})
        for name, entry in manifest.existing.items()
        if not name.endswith(EARLIER_KEYS)
    }
    facts = {"format": dialect.name, "dialect": None, "tables": tables, "sums": (), "existing": existing}
    there = manifest.model_copy(update=facts)
    cells = (
        there.dataset,
        there.spec,
        there.model_dump_json(exclude={"spec"}, exclude_none=True),
        rollup_parts_text(sums),
    )
    return f"INSERT INTO {dialect.place(schema, MANIFEST)} VALUES ({', '.join(map(dialect.literal, cells))})"


def manifests_of(database: Database, schema: str) -> list[Manifest]:
    """The manifests that loads left in a schema, those that others were built on first. Raises DatabaseError."""
    dialect = database.dialect
    _refuse_huge(database, schema)
    columns = ", ".join(map(dialect.quote_identifier, ("spec", "manifest")))
    _, rows = database.rows(f"SELECT {columns} FROM {dialect.place(schema, MANIFEST)}")
    manifests = [Manifest.parse(text, f"{MANIFEST} of schema '{schema}'", spec=spec) for spec, text, *_ in rows]
    if not manifests:
        raise DatabaseError(f"{database.address}: table {MANIFEST} of schema '{schema}' has no rows")
    return sorted(manifests, key=lambda manifest: (manifest.built_on, manifest.dataset))


def _refuse_huge(database: Database, schema: str) -> None:
    """Raise DatabaseError before more is fetched than loads of ours have left."""
    dialect = database.dialect
    lengths = ", ".join(f"MAX({dialect.byte_length.format(dialect.quote_identifier(name))})" for name in COLUMNS)
    _, rows = database.rows(f"SELECT SUM(1), {lengths} FROM {dialect.place(schema, MANIFEST)}")
    count, *longest = (int(number or 0) for number in rows[0])
    if count > MOST_DATASETS or max(longest) > MOST_BYTES:
        raise DatabaseError(
            f"{database.address}: table {MANIFEST} of schema '{schema}' has {count:,} rows, and texts of {max(longest):,} "
            "bytes: no load of ours has left that"
        )


def manifest_of(database: Database, schema: str) -> Manifest:
    """The manifest of the dataset that a schema holds; of several, the one that others were built on."""
    return manifests_of(database, schema)[0]
