"""Takes a dataset in a database from its `until` to a later one, in one transaction of inserts, updates and deletes."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import polars as pl

from synth.columns import to_written
from synth.databases import Address, Database, connect
from synth.databases.changes import TableChanges
from synth.databases.contract import MANIFEST
from synth.ddl import in_reference_order
from synth.draw.change import BEFORE, OP
from synth.draw.output import NullSink
from synth.errors import DatabaseError
from synth.job.advance import Advance, blocks_of, counted, grown, plans, step_between
from synth.left import temporary_folder
from synth.plan.model import Plan
from synth.progress import Progress
from synth.runners import Processes, Serial, runner
from synth.spec.parts import table_of
from synth.store.change_feed import Feed
from synth.store.manifest_table import kept_sums, manifest_insert, manifest_of, sums_are_as_written
from synth.store.rollup_parts import read_rollup_parts
from synth.store.run import run_all

__all__ = ["advance_database"]


def advance_database(
    address: Address, until: dt.date | dt.datetime, *, schema: str | None = None, workers: int | Serial | Processes = 1,
    changes: str | Path | None = None, changes_format: str = "parquet", dry_run: bool = False,
    progress: Progress | None = None,
) -> Advance:  # fmt: skip
    """Take the dataset in a schema (which may be left out where there is one alone) to `until`.

    A `dry_run` says what would change.

    Raises OptionError, OutputError, DatabaseError, DataError. A killed advance leaves it as it was.
    """
    started = time.perf_counter()
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
        dialect = database.dialect
        place, name = dialect.place(schema, MANIFEST), dialect.literal(manifest.dataset)
        ours = f"FROM {place} WHERE {dialect.quote_identifier('dataset')} = {name}"
        sums = kept_sums(database, schema, manifest)
        if not sums_are_as_written(manifest, sums):
            raise DatabaseError(
                f"{where}: what was kept for rollups is not as it was written\n  hint: load the dataset again"
            )
        step = step_between(earlier, plan, manifest, read_rollup_parts(sums), with_differences=True)
        with runner(workers) if isinstance(workers, int) else nullcontext(workers) as running:
            parts_path = store / "sums"
            run = run_all(plan, store / "residents", NullSink(), running, progress, parts_path, step)
        new = grown(manifest, plan, run)
        if feed:
            feed.write(run.differences, plan)
        also = (
            f"DELETE {ours}",
            manifest_insert(database.dialect, schema, new, parts_path),
        )
        if not dry_run:
            database.apply_changes(schema, list(_changes(run.differences, plan)), also)
    return Advance(
        where, manifest.until, plan.until, time.perf_counter() - started,
        blocks=blocks_of(run),
        rows=sum(t.rows for t in new.tables.values()) - sum(t.rows for t in manifest.tables.values()),
        feed=feed.path if feed else None, changes=counted(run.differences), dry_run=dry_run,
    )  # fmt: skip


def _schema(database: Database, asked: str | None) -> str:
    """A schema that holds a dataset of ours: the one that is asked for, or the only one. Raises DatabaseError."""
    found = database.dataset_schemas()
    if asked in found or (asked is None and len(found) == 1):
        return asked or found[0]
    said = f"the datasets {', '.join(found)}\n  hint: name one with --schema" if found else "no dataset of ours"
    none = f"no '{asked}', but " if asked is not None and found else ""
    raise DatabaseError(f"{database.address} holds {none}{said}")


def _changes(differences: Mapping[str, Sequence[pl.DataFrame]], plan: Plan) -> Iterator[TableChanges]:
    """What the differences are to each table, in the order of references."""
    for table in in_reference_order(plan.dataset, set(plan.wanted)):
        parts = [part for part in differences if table_of(part) == table]
        if not parts:
            continue
        types, written = plan.tables[table].types, plan.tables[table].written
        key = tuple(plan.spec(table).key)
        known_by = key or written
        whole = pl.concat([frame for part in parts for frame in differences[part]])
        now = whole.select(written)
        gone = whole.filter(pl.col(OP) == "delete").select(pl.col(BEFORE + name).alias(name) for name in known_by)
        yield TableChanges(
            table, key, to_written(now.filter(whole[OP] == "insert"), types),
            to_written(now.filter(whole[OP] == "update"), types),
            to_written(gone, {name: types[name] for name in known_by}),
        )  # fmt: skip
