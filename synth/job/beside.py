"""Rows of an application beside those that are made: keys that go on behind theirs, and what it edited, for the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from synth.columns import to_written
from synth.databases import Database
from synth.databases.changes import Applied, TableChanges
from synth.fingerprint import key_numbers
from synth.plan.model import Plan
from synth.spec.kept import as_kept
from synth.spec.key_segments import own_sequences, sequence_of
from synth.spec.parts import table_of
from synth.store.edits import read_edits, written_edits
from synth.store.entries import SegmentEntry
from synth.store.manifest import Manifest

__all__ = ["Beside", "behind_others", "last_keys", "room", "sequences"]


def sequences(manifest: Manifest) -> dict[str, str]:
    """The tables whose keys are numbers that go on, and these columns."""
    return {
        table: column
        for table, column in own_sequences(manifest.load_dataset()).items()
        if table in manifest.tables and f"{table}.{column}" in manifest.last_keys
    }


def room(manifest: Manifest, plan: Plan) -> dict[str, int]:
    """How many keys such tables need at most to come to a later `until`."""
    return {
        table: max(
            0,
            plan.tables[table].most - sequence_of(plan.dataset, table).rows_to(manifest.last_keys[f"{table}.{column}"]),
        )
        for table, column in sequences(manifest).items()
    }


def behind_others(manifest: Manifest, highest: Mapping[str, int]) -> Manifest:
    """The manifest, with keys that go on behind the highest of each table, where that is not ours."""
    dataset, segments = manifest.load_dataset(), dict(manifest.segments)
    for table, column in sequences(manifest).items():
        place = f"{table}.{column}"
        last = manifest.last_keys[place]
        if highest.get(table, last) > last:
            keys = sequence_of(dataset, table)
            rows = keys.rows_to(last)
            earlier = [each for each in segments.get(place, ()) if each.first_row < rows]
            segments[place] = (*earlier, SegmentEntry(first_row=rows, first_key=keys.behind(highest[table])))
    return manifest if segments == manifest.segments else manifest.restated(segments=segments)


def last_keys(manifest: Manifest, changes: Sequence[TableChanges]) -> dict[str, int]:
    """The highest keys of ours, after rows have come."""
    found = dict(manifest.last_keys)
    for each in changes:
        if len(each.key) == 1 and each.inserts.height and (place := f"{each.table}.{each.key[0]}") in found:
            found[place] = max(found[place], int(each.inserts[each.key[0]].max()))  # type: ignore[arg-type]
    return found


class Beside:
    """What is known, and met, of rows of ours that others changed or deleted, in a schema at the `until` of before."""

    def __init__(self, database: Database, schema: str, manifest: Manifest, plan: Plan):
        self.manifest, self.plan, self.look = manifest, plan, database.look(schema)
        self.types = as_kept(plan.dataset, database.dialect.name, {n: t.types for n, t in plan.tables.items()})
        self.known = {table: read_edits(text) for table, text in manifest.edits.items()}

    def look_at(self, part: str, rows: pl.DataFrame) -> None:
        """Look at all rows of a task, as they were drawn: what is known of them is found anew."""
        table = table_of(part)
        types = {name: self.types[table][name] for name in rows.columns}
        key = self.plan.spec(table).key
        if known := self.known.get(table):
            keys = set(map(int, key_numbers(rows, {name: types[name] for name in key})))
            self.known[table] = {edit for edit in known if edit.key not in keys}
        for some in self.look.touched(table, key, rows, types):
            self.look.at(table, key, to_written(some, types))

    def edits_after(self, applied: Mapping[str, Applied]) -> dict[str, str]:
        """By table the rows that are not as they are made, for the manifest."""
        met = {table: set(each.edits) for table, each in applied.items()}
        found = {table: self.known.get(table, set()) | met.get(table, set()) for table in {**self.known, **met}}
        return {table: written_edits(edits) for table, edits in found.items() if edits}
