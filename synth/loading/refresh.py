"""Puts staged rows in the place of those that are there, in one transaction that proves what has come out."""

from __future__ import annotations

from pathlib import Path

from synth.databases.changes import ForeignKey, KeptTable, RowCounts
from synth.errors import DatabaseError, DataError, many
from synth.loading.staging import Staging
from synth.spec import constraints
from synth.spec.kept import computed
from synth.store.manifest import Manifest
from synth.store.manifest_table import add_manifest, remove_manifest

__all__ = ["refresh_staged"]


class _UndoneError(Exception):
    """Ends a transaction that is not to be kept."""


def refresh_staged(staging: Staging, manifest: Manifest, sums: Path, *, undo: bool = False) -> dict[str, RowCounts]:
    """Let the tables that are there have the staged rows, adopt new ones, and say how many rows came, changed and went.

    Rows are told apart by their keys, so that triggers and publications see what differs. Raises DatabaseError, DataError;
    nothing is changed then, nor if all is to be undone.
    """
    try:
        counts = _refresh(staging, manifest, sums, undo=undo)
    except _UndoneError as undone:
        staging.abandon()
        counts = undone.args[0]
    return counts


def _refresh(staging: Staging, manifest: Manifest, sums: Path, *, undo: bool) -> dict[str, RowCounts]:
    database, schema = staging.database, staging.schema
    tables = [_kept(staging, name) for name in staging.tables if name in staging.kept]
    with database.changing(schema, staging.kept, staging.kept):
        for foreign in database.referring(schema, staging.kept):
            _refuse_dangling(staging, foreign)
        for name in staging.new_tables:
            database.adopt_table(schema, name)
        counts = database.refresh_rows(schema, tables)
        for foreign_key in staging.foreign_keys:
            database.run(str(foreign_key))
        remove_manifest(database, schema, manifest.dataset)
        add_manifest(database, schema, manifest, sums, create=False)
        for name in staging.kept:
            _prove(staging, name, manifest)
        if database.capabilities.transactional_ddl:
            database.give_rights(schema, staging.tables)
        if undo:
            raise _UndoneError(counts)
    staging.clear()
    return counts


def _kept(staging: Staging, name: str) -> KeptTable:
    dataset = staging.dataset
    key, *uniques = constraints.uniques(dataset, name) or [()]
    if not dataset.tables[name].key:
        key, uniques = (), []
    parents = frozenset(each.parent for each in constraints.references(dataset) if each.table == name) - {name}
    made = computed(dataset, staging.database.dialect.name).get(name, {})
    columns = tuple(column for column in dataset.tables[name].written if column not in made)
    return KeptTable(name, columns, tuple(key), tuple(map(tuple, uniques)), parents)


def _refuse_dangling(staging: Staging, foreign: ForeignKey) -> None:
    """Refuse to take away rows that rows of others refer to. Raises DatabaseError."""
    database = staging.database
    quoted = database.dialect.quote_identifier
    pairs = [(quoted(column), quoted(key)) for column, key in zip(foreign.columns, foreign.keys, strict=True)]
    here, there = (" AND ".join(f"{row}.{key} = c.{column}" for column, key in pairs) for row in "ps")
    child = database.dialect.place(foreign.schema or None, foreign.table)
    parent = database.dialect.place(staging.schema, foreign.parent)
    staged = database.staged_place(staging.schema, foreign.parent)
    sql = (
        f"SELECT COUNT(*) FROM {child} c WHERE EXISTS (SELECT 1 FROM {parent} p WHERE {here}) "
        f"AND NOT EXISTS (SELECT 1 FROM {staged} s WHERE {there})"
    )
    rows = int(database.rows(sql)[1][0][0])
    if rows:
        whose = f"{foreign.schema}.{foreign.table}" if foreign.schema else foreign.table
        raise DatabaseError(
            f"{database.address}: {many(rows, 'row')} of '{whose}' {'refers' if rows == 1 else 'refer'} by "
            f"{', '.join(foreign.columns)} to rows of '{foreign.parent}' that would go; nothing was changed\n"
            "  hint: let them go first, or refer to rows that stay"
        )


def _prove(staging: Staging, name: str, manifest: Manifest) -> None:
    """Compare what has come out with what was sent. Raises DataError."""
    if str(staging.content(name)) != manifest.tables[name].fingerprint:
        raise DataError(
            f"{staging.database.address}: '{name}' did not come out as it was sent; nothing was changed\n"
            "  hint: a trigger may have changed the rows; --if-exists replace makes the tables anew"
        )
