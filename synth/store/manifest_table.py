"""The table in a database that says what is in a schema: a row a dataset, with its spec and manifest."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from synth.databases import Database
from synth.databases.contract import MANIFEST
from synth.errors import DatabaseError, many
from synth.plan.content import EARLIER_KEYS
from synth.store.files import MOST_BYTES, FileEntry
from synth.store.manifest import SEALED, SUMS, Manifest
from synth.store.rollup_parts import rollup_parts_text
from synth.translate.dialect import Dialect

__all__ = [
    "add_manifest",
    "copy_other_manifests",
    "create_manifest_table",
    "kept_sums",
    "manifest_insert",
    "manifest_of",
    "manifests_of",
    "remove_manifest",
    "sums_are_as_written",
]

MOST_DATASETS = 1_000  # in a schema

COLUMNS = ("dataset", "spec", "manifest", "sums")


def add_manifest(database: Database, schema: str, manifest: Manifest, sums: Path, *, create: bool = True) -> None:
    """Add a dataset's row to the table of a schema, which is made before if `create`. Raises DatabaseError."""
    if create:
        create_manifest_table(database, schema)
    database.run(manifest_insert(database.dialect, schema, manifest, sums))


def create_manifest_table(database: Database, schema: str) -> None:
    """Make the table of a schema, without rows. Raises DatabaseError."""
    dialect = database.dialect
    columns = ", ".join(f"{dialect.quote_identifier(name)} {dialect.text} NOT NULL" for name in COLUMNS)
    database.run(f"CREATE TABLE {dialect.place(schema, MANIFEST)} ({columns})")


def copy_other_manifests(database: Database, schema: str, to: str, dataset: str) -> None:
    """Copy the rows of all datasets but one into the table of another schema. Raises DatabaseError."""
    dialect = database.dialect
    columns = ", ".join(map(dialect.quote_identifier, COLUMNS))
    others = f"{dialect.quote_identifier('dataset')} <> {dialect.literal(dataset)}"
    rows = f"SELECT {columns} FROM {dialect.place(schema, MANIFEST)} WHERE {others}"
    database.run(f"INSERT INTO {dialect.place(to, MANIFEST)} ({columns}) {rows}")


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
    text = rollup_parts_text(sums)
    there = manifest.restated(
        format=dialect.name, dialect=None, compression=None, partitions={}, tables=tables, sums=(_entry(text),),
        existing=existing,
    )  # fmt: skip
    cells = (
        there.dataset,
        there.spec,
        there.model_dump_json(exclude={"spec", *there.unsaid}, exclude_none=True),
        text,
    )
    return f"INSERT INTO {dialect.place(schema, MANIFEST)} VALUES ({', '.join(map(dialect.literal, cells))})"


def manifests_of(database: Database, schema: str, *, or_none: bool = False) -> list[Manifest]:
    """The manifests that loads left in a schema, those that others were built on first. Raises DatabaseError.

    There is one at least, unless there may be `none`: a load that was killed may have left the table empty.
    """
    dialect = database.dialect
    _refuse_huge(database, schema)
    columns = ", ".join(map(dialect.quote_identifier, ("dataset", "spec", "manifest")))
    _, rows = database.rows(f"SELECT {columns} FROM {dialect.place(schema, MANIFEST)}")
    manifests = [Manifest.parse(text, f"{MANIFEST} of schema '{schema}'", spec=spec) for _, spec, text in rows]
    where = f"{database.address}: table {MANIFEST} of schema '{schema}'"
    for (name, *_), manifest in zip(rows, manifests, strict=True):
        if name != manifest.dataset:
            raise DatabaseError(f"{where} has a manifest of '{manifest.dataset}' in the row of '{name}'")
        if manifest.advancing:
            raise DatabaseError(f"{where} says that '{name}' is in the midst of an advance, which no database shows")
    names = [manifest.dataset for manifest in manifests]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DatabaseError(f"{where} has two rows of '{twice}', and a load leaves one")
    if not manifests and not or_none:
        raise DatabaseError(f"{database.address}: table {MANIFEST} of schema '{schema}' has no rows")
    return sorted(manifests, key=lambda manifest: (manifest.built_on, manifest.dataset))


def kept_sums(database: Database, schema: str, manifest: Manifest) -> str:
    """What the tasks of a dataset gave to rollups, as a load left it. Raises DatabaseError."""
    dialect = database.dialect
    ours = f"{dialect.quote_identifier('dataset')} = {dialect.literal(manifest.dataset)}"
    place = dialect.place(schema, MANIFEST)
    _, rows = database.rows(f"SELECT {dialect.quote_identifier('sums')} FROM {place} WHERE {ours}")
    return str(rows[0][0])


def sums_are_as_written(manifest: Manifest, text: str) -> bool:
    """Whether they are those of the manifest; older versions did not state them."""
    return manifest.sums == (_entry(text),) or (not manifest.sums and manifest.stream_version < SEALED)


def _entry(text: str) -> FileEntry:
    """The sums as a manifest states them: as the hidden file of a folder that they are."""
    data = text.encode()
    return FileEntry(path=SUMS, rows=0, bytes=len(data), sha256=sha256(data).hexdigest())


def _refuse_huge(database: Database, schema: str) -> None:
    """Raise DatabaseError before more is fetched than loads of ours have left."""
    dialect = database.dialect
    lengths = ", ".join(f"MAX({dialect.byte_length.format(dialect.quote_identifier(name))})" for name in COLUMNS)
    _, rows = database.rows(f"SELECT SUM(1), {lengths} FROM {dialect.place(schema, MANIFEST)}")
    count, *longest = (int(number or 0) for number in rows[0])
    if count > MOST_DATASETS or max(longest) > MOST_BYTES:
        raise DatabaseError(
            f"{database.address}: table {MANIFEST} of schema '{schema}' has {many(count, 'row')}, and texts of "
            f"{max(longest):,} bytes: no load of ours has left that"
        )


def manifest_of(database: Database, schema: str) -> Manifest:
    """The manifest of the dataset that a schema holds; of several, the one that others were built on."""
    return manifests_of(database, schema)[0]
