"""Puts staged rows behind those that are there, in one transaction that proves what has come out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synth.databases import Database
from synth.databases.contract import MANIFEST
from synth.errors import DatabaseError, DataError
from synth.fingerprint import Fingerprint
from synth.loading.staging import Staging
from synth.spec.models import Dataset
from synth.store.manifest import Manifest, TableEntry
from synth.store.manifest_table import add_manifest, manifests_of, remove_manifest

__all__ = ["append_staged"]


def append_staged(staging: Staging, manifest: Manifest, sums: Path) -> None:
    """Append rows to the tables that are there, adopt new ones; the manifest tells of all rows of the tables.

    `manifest` is of the staged rows alone, and `sums` the file of what their tasks gave to rollups. Raises DatabaseError,
    DataError; nothing is changed then.
    """
    database, schema = staging.database, staging.schema
    with database.appending(schema, staging.appended):
        before = {name: _content(database, schema, name, manifest) for name in staging.appended}
        _refuse_stale(database, staging.dataset, before)
        for name in staging.appended:
            database.append_rows(schema, name, list(manifest.tables[name].types))
        for name in staging.new_tables:
            database.adopt_table(schema, name)
        for foreign in staging.foreign_keys:
            database.run(str(foreign))
        has_manifests = MANIFEST in database.catalogue(schema)
        tables = {name: _grown(database, schema, name, manifest, old) for name, old in before.items()}
        if has_manifests:
            tables = {**_earlier_tables(database, schema, manifest), **tables}
            remove_manifest(database, schema, manifest.dataset)
        # by advance grows only what was made in one go
        families = {} if staging.appended else manifest.families
        whole = manifest.of_tables({**manifest.tables, **tables}, families)
        add_manifest(database, schema, whole, sums, create=not has_manifests)


def _content(database: Database, schema: str, table: str, manifest: Manifest) -> Fingerprint:
    return database.content(schema, table, manifest.tables[table].types)


def _refuse_stale(database: Database, dataset: Dataset, before: Mapping[str, Fingerprint]) -> None:
    """Refuse to put rows behind others than those that they were made to go on from. Raises DatabaseError."""
    for name, content in before.items():
        earlier = dataset.tables[name].earlier
        expected = earlier.rows if earlier else 0
        if content.rows != expected:
            raise DatabaseError(
                f"{database.address}: '{name}' has {content.rows:,} rows, and what was made goes on from "
                f"{expected:,}; nothing was changed\n"
                "  hint: run `synth generate --to … --if-exists append` again, it looks at what is there"
            )


def _grown(database: Database, schema: str, table: str, manifest: Manifest, before: Fingerprint) -> TableEntry:
    """The manifest's entry of a table with all its rows. Raises DataError where they are not the old and the new ones."""
    entry = manifest.tables[table]
    after = before + Fingerprint.parse(entry.fingerprint)
    if _content(database, schema, table, manifest) != after:
        raise DataError(
            f"{database.address}: '{table}' did not come out as it was and what was sent; nothing was changed"
        )
    return entry.model_copy(update={"rows": after.rows, "fingerprint": str(after)})


def _earlier_tables(database: Database, schema: str, manifest: Manifest) -> dict[str, TableEntry]:
    """The tables of earlier loads of the same dataset. Raises DatabaseError where they are at a later `until`."""
    tables: dict[str, TableEntry] = {}
    for known in manifests_of(database, schema):
        if known.dataset != manifest.dataset:
            continue
        if known.until > manifest.until:
            raise DatabaseError(
                f"{database.address}: '{known.dataset}' is at {known.until.isoformat()} already, and time "
                "does not go back; nothing was changed"
            )
        tables = {**known.tables, **manifest.tables}
    return tables
