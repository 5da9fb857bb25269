"""Takes a dataset in a database from its `until` to a later one, in one transaction of inserts, updates and deletes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from synth.columns import to_written
from synth.databases import Address, Database, connect
from synth.databases.address import address_of
from synth.databases.changes import KEEP, POLICIES, Applied, Met, Refers, TableChanges
from synth.databases.contract import MANIFEST
from synth.ddl import in_reference_order
from synth.draw.change import AT, BEFORE, OP
from synth.draw.output import NullSink
from synth.dtypes import Types
from synth.errors import DatabaseError, OptionError, one_of
from synth.job.advance import Advance, blocks_of, counted, grown, plans, step_between
from synth.job.beside import Beside, behind_others, last_keys, room, sequences
from synth.job.history import history_of
from synth.left import temporary_folder
from synth.logs import logged
from synth.plan.make import Moment
from synth.plan.model import Plan
from synth.progress import Progress
from synth.runners import begun
from synth.spec.constraints import references
from synth.spec.kept import as_kept, computed
from synth.spec.parts import table_of
from synth.store.change_feed import Feed
from synth.store.manifest_table import kept_sums, manifest_insert, manifest_of, sums_are_as_written
from synth.store.rollup_parts import read_rollup_parts
from synth.store.run import RunResult, run_all

if TYPE_CHECKING:
    from synth.runners import Running

__all__ = ["advance_database"]


@logged
def advance_database(
    address: Address | str | Path, until: Moment, *, schema: str | None = None, workers: int | str | Running = 1,
    changes: str | Path | None = None, changes_format: str = "parquet", scd2: str | Path | None = None,
    edited: str = KEEP, dry_run: bool = False, progress: Progress | None = None,
) -> Advance:  # fmt: skip
    """Take the dataset in a schema (which may be left out where there is one alone) to `until`.

    Rows that others have added stay, and new keys go on behind theirs; what they changed or deleted stays so, or is a
    DatabaseError where `edited` is `fail`. A `dry_run` does it all, and undoes it.

    Raises OptionError, OutputError, DatabaseError, DataError. A killed advance leaves it as it was.

    >>> plan = synth.make_plan("inventory", scale=0.01, until="2024-06-01")
    >>> synth.generate_into(plan, "shop.duckdb").rows
    227
    >>> synth.advance_database("shop.duckdb", "2024-07-01").rows  # that came
    10
    """
    if edited not in POLICIES:
        raise OptionError(f"--edited takes {one_of(POLICIES)}, not '{edited}'")
    started, address = time.perf_counter(), address_of(address)
    with connect(address) as database, temporary_folder() as store:
        schema = _schema(database, schema)
        if not database.lock(schema):
            raise DatabaseError(f"{address}: another load is writing schema '{schema}'; wait for it")
        manifest = manifest_of(database, schema)
        earlier, plan = plans(manifest, until)
        where = f"schema {schema} of {address}"
        if plan.until == manifest.until:
            return Advance(where, manifest.until, plan.until, time.perf_counter() - started, unchanged=True)
        feed = None
        if changes is not None and not dry_run:
            feed = Feed(Path(changes), manifest.until, plan.until, changes_format)
        sums = kept_sums(database, schema, manifest)
        if not sums_are_as_written(manifest, sums):
            raise DatabaseError(
                f"{where}: what was kept for rollups is not as it was written\n  hint: load the dataset again"
            )
        try:
            with database.holding(schema, sequences(manifest), room(manifest, plan)) as highest:
                known, manifest = manifest, behind_others(manifest, highest)
                if manifest is not known:  # keys go on elsewhere
                    earlier, plan = plans(manifest, until)
                seen = Beside(database, schema, manifest, earlier)
                step = step_between(earlier, plan, manifest, read_rollup_parts(sums), with_differences=True)
                step = replace(step, look=seen.look_at)
                with (
                    begun(workers) as running,
                    history_of(None if dry_run else scd2, earlier, plan.until, running, changes) as history,
                ):
                    run = run_all(plan, store / "residents", NullSink(), running, progress, store / "sums", step)
                    if feed:
                        feed.write(run.differences, plan)
                    if history:
                        history.write(run.differences, plan)
                done = _Done(database, schema, seen, plan, run, store / "sums", undo=dry_run)
                met = seen.look.met
                applied = database.apply_changes(schema, done.changes, done.manifest_statements, met, edited)
        except _UndoneError as undone:
            applied = undone.applied
    return Advance(
        where, manifest.until, plan.until, time.perf_counter() - started, blocks=blocks_of(run),
        rows=done.rows - sum(t.rows for t in manifest.tables.values()),
        feed=feed.path if feed else None, history=history.folder if history else None,
        changes=counted(run.differences), dry_run=dry_run,
        others={name: each.others for name, each in applied.items() if any(each.others)},
    )  # fmt: skip


class _UndoneError(Exception):
    """Ends a transaction that is not to be kept, and says what was done in it."""

    def __init__(self, applied: Mapping[str, Applied]):
        super().__init__()
        self.applied = applied


class _Done:
    """A step that was drawn, as changes to tables and to the row of the manifest."""

    def __init__(
        self, database: Database, schema: str, seen: Beside, plan: Plan, run: RunResult, sums: Path, *, undo: bool
    ):  # fmt: skip
        self.database, self.schema, self.sums, self.undo = database, schema, sums, undo
        self.before, self.seen = seen.manifest, seen
        self.changes = list(_changes(run.differences, plan, seen.look.met, database.dialect.name))
        self.after = grown(self.before, plan, run)
        self.rows = sum(table.rows for table in self.after.tables.values())

    def manifest_statements(self, applied: Mapping[str, Applied]) -> Iterator[str]:
        """Put a manifest in the place of the old one, which says how rows differ from what was made."""
        if self.undo:
            raise _UndoneError(applied)
        dialect = self.database.dialect
        place, name = dialect.place(self.schema, MANIFEST), dialect.literal(self.before.dataset)
        yield f"DELETE FROM {place} WHERE {dialect.quote_identifier('dataset')} = {name}"
        facts = {
            "segments": self.before.segments, "last_keys": last_keys(self.before, self.changes),
            "edits": self.seen.edits_after(applied),
        }  # fmt: skip
        yield manifest_insert(dialect, self.schema, self.after.restated(**facts), self.sums)


def _schema(database: Database, asked: str | None) -> str:
    """A schema that holds a dataset of ours: the one that is asked for, or the only one. Raises DatabaseError."""
    found = database.dataset_schemas()
    if asked in found or (asked is None and len(found) == 1):
        return asked or found[0]
    said = f"the datasets {', '.join(found)}\n  hint: name one with --schema" if found else "no dataset of ours"
    none = f"no '{asked}', but " if asked is not None and found else ""
    raise DatabaseError(f"{database.address} holds {none}{said}")


def _changes(
    differences: Mapping[str, Sequence[pl.DataFrame]], plan: Plan, met: Mapping[str, Met], kind: str
) -> Iterator[TableChanges]:
    """What the differences are to each table of a kind of database, in the order of references."""
    for table in in_reference_order(plan.dataset, set(plan.wanted)):
        parts = [part for part in differences if table_of(part) == table]
        if not parts and table not in met:
            continue
        drawn = {name: plan.tables[table].types[name] for name in plan.tables[table].written}
        types = as_kept(plan.dataset, kind, {table: drawn})[table]
        frames = [frame for part in parts for frame in differences[part]]
        whole = pl.concat(frames) if frames else _no_differences(types)
        now, before = whole.select(list(types)), whole.select(pl.col(BEFORE + name).alias(name) for name in types)
        changed = {
            "inserts": now.filter(whole[OP] == "insert"), "updates": now.filter(whole[OP] == "update"),
            "deletes": before.filter(whole[OP] == "delete"),
        }  # fmt: skip
        yield TableChanges(
            table, tuple(plan.spec(table).key), types, **{name: to_written(each, types) for name, each in changed.items()},
            parents=tuple(
                Refers(each.columns, each.parent, each.keys)
                for each in references(plan.dataset)
                if each.table == table and each.parent in plan.wanted
            ),
            computed=tuple(computed(plan.dataset, kind).get(table, ())),
        )  # fmt: skip


def _no_differences(types: Types) -> pl.DataFrame:
    """What differs of a table without differences."""
    columns = {name: dtype.drawn for name, dtype in types.items()}
    return pl.DataFrame(schema={OP: pl.String, AT: pl.Int64, **columns, **{BEFORE + n: d for n, d in columns.items()}})
