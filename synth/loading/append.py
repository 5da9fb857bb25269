"""Puts staged rows behind those that are there, in one transaction that proves what has come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from synth.databases import Database
from synth.databases.contract import MANIFEST
from synth.errors import DatabaseError, DataError
from synth.fingerprint import Fingerprint
from synth.loading.staging import Staging
from synth.store.entries import TableEntry
from synth.store.manifest import Manifest
from synth.store.manifest_table import (
    add_manifest,
    copy_other_manifests,
    create_manifest_table,
    manifests_of,
    remove_manifest,
)

__all__ = ["append_staged"]


def append_staged(staging: Staging, manifest: Manifest, sums: Path) -> None:
    """Append rows to the tables that are there, adopt new ones; the manifest tells of all rows of the tables.

    `manifest` is of the staged rows alone, and `sums` the file of what their tasks gave to rollups. Raises DatabaseError,
    DataError; nothing is changed then.
    """
    database, schema = staging.database, staging.schema
    if not staging.kept and not database.capabilities.transactional_ddl:
        _publish_beside(staging, manifest, sums)
        return
    with _manifest_table(staging), database.changing(schema, staging.kept, ()):
        before = staging.before or staging.contents_before()
        for name in staging.kept:
            made = staging.computed.get(name, {})
            database.append_rows(schema, name, [column for column in manifest.tables[name].types if column not in made])
        for name in staging.new_tables:
            database.adopt_table(schema, name)
        for foreign in staging.foreign_keys:
            database.run(str(foreign))
        has_manifests = MANIFEST in database.catalogue(schema)
        tables = {name: _grown(staging, name, manifest, old) for name, old in before.items()}
        whole = _whole(staging, manifest, tables)
        if has_manifests:
            remove_manifest(database, schema, manifest.dataset)
        add_manifest(database, schema, whole, sums, create=not has_manifests)
        if database.capabilities.transactional_ddl:
            database.give_rights(schema, staging.tables)
    staging.clear()


def _publish_beside(staging: Staging, manifest: Manifest, sums: Path) -> None:
    """Put new tables beside those that are there, and a new table of manifests in the place of the old, in one step."""
    database, schema = staging.database, staging.schema
    stage = database.staging_schema(schema)
    add_manifest(database, stage, _whole(staging, manifest, {}), sums)
    old = (MANIFEST,) if MANIFEST in database.catalogue(schema) else ()
    if old:
        copy_other_manifests(database, schema, stage, manifest.dataset)
    database.publish(schema, (*staging.tables, MANIFEST), old)


@contextmanager
def _manifest_table(staging: Staging) -> Iterator[None]:
    """Where to make a table ends a transaction, that of manifests is there before; it goes if nothing comes of it."""
    database, schema = staging.database, staging.schema
    if database.capabilities.transactional_ddl or MANIFEST in database.catalogue(schema):
        yield
        return
    create_manifest_table(database, schema)
    try:
        yield
    except BaseException:
        with suppress(DatabaseError), database.new_connection() as fresh:
            fresh.run(f"DROP TABLE {database.dialect.place(schema, MANIFEST)}")
        raise


def _whole(staging: Staging, manifest: Manifest, grown: Mapping[str, TableEntry]) -> Manifest:
    """The manifest of all tables of the dataset, those that have `grown` as they are now."""
    earlier = _earlier_tables(staging.database, staging.schema, manifest)
    # by advance grows only what was made in one go
    families = {} if staging.kept else manifest.families
    return manifest.of_tables({**manifest.tables, **earlier, **grown}, families)


def _grown(staging: Staging, table: str, manifest: Manifest, before: Fingerprint) -> TableEntry:
    """The manifest's entry of a table with all its rows. Raises DataError where they are not the old and the new ones."""
    entry = manifest.tables[table]
    after = before + Fingerprint.parse(entry.fingerprint)
    if staging.content(table) != after:
        raise DataError(
            f"{staging.database.address}: '{table}' did not come out as it was and what was sent; nothing was changed"
        )
    return entry.model_copy(update={"rows": after.rows, "fingerprint": str(after)})


def _earlier_tables(database: Database, schema: str, manifest: Manifest) -> dict[str, TableEntry]:
    """The tables of earlier loads of the same dataset. Raises DatabaseError where they are at a later `until`."""
    tables: dict[str, TableEntry] = {}
    if MANIFEST not in database.catalogue(schema):
        return tables
    for known in manifests_of(database, schema, or_none=True):
        if known.dataset != manifest.dataset:
            continue
        if known.until > manifest.until:
            raise DatabaseError(
                f"{database.address}: '{known.dataset}' is at {known.until.isoformat()} already, and time "
                "does not go back; nothing was changed"
            )
        tables = {**known.tables, **manifest.tables}
    return tables
