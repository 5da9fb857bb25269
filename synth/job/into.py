"""Generates straight into a database: blocks are drawn and sent by the same processes, without files between."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from synth.columns import to_written
from synth.databases import DATABASES, Address, Database, connect
from synth.databases.address import address_of
from synth.databases.rights import NO_RIGHTS, Rights
from synth.draw.output import WriteResult
from synth.draw.task import tasks_of
from synth.dtypes import Types
from synth.errors import OptionError
from synth.left import temporary_folder
from synth.loading.load import Loading
from synth.loading.report import LoadReport
from synth.logs import logged
from synth.plan.model import Plan
from synth.progress import Phase, Progress
from synth.runners import Serial, asked, begun
from synth.spec.parts import table_of
from synth.store.manifest import begin
from synth.store.parents import existing_entries
from synth.store.run import run_all
from synth.store.space import require_memory

if TYPE_CHECKING:
    from synth.runners import Running

__all__ = ["generate_into"]


@dataclass
class DatabaseSink:
    """A sink that sends rows to a staging place: through the load's connections here, through its own in a worker."""

    address: Address
    schema: str
    via: str | None
    whole: frozenset[str]  # tables that are there already
    computed: Mapping[str, tuple[str, ...]]  # by table: columns that are not sent
    loading: Loading | None = field(repr=False)

    def __reduce__(self) -> tuple[Callable[..., DatabaseSink], tuple[object, ...]]:
        """For workers, and through a pipe to them alone: it holds the password."""
        return _in_worker, (self.address.url(password=True), self.schema, self.via, self.whole, self.computed)

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """Rows of a gathered table's parts go into one table."""
        if table_of(table) in self.whole:
            return WriteResult(0)
        rows = pl.concat([to_written(frame, types) for frame in frames]).drop(self.computed.get(table_of(table), ()))
        started = time.perf_counter()
        database = self.loading.connections.mine() if self.loading else _connection(self.address, self.via)
        sent = database.send(self.schema, table_of(table), rows)
        return WriteResult(sent, seconds=time.perf_counter() - started)

    def close(self) -> None:
        """Do nothing: the load clears its staging place away."""


def _in_worker(
    url: str, schema: str, via: str | None, whole: frozenset[str], computed: Mapping[str, tuple[str, ...]]
) -> DatabaseSink:  # fmt: skip
    return DatabaseSink(Address.parse(url), schema, via, whole, computed, None)


@lru_cache(maxsize=1)
def _connection(address: Address, via: str | None) -> Database:
    """This worker's connection; it ends with the worker."""
    return connect(address, via)


class _Noting:
    """The progress of a load, which notes tables of whose families all tasks are done.

    Families come one after another. How many tasks a rollup has is not known, so it is done when another one comes.
    """

    def __init__(self, plan: Plan, loading: Loading):
        self._loading, self._rollup = loading, ""
        self._tasks = {family.root: len(tasks_of(family)) for family in plan.families if not family.is_sum}
        self._left: dict[str, set[str]] = {name: set() for name in plan.wanted}  # families that are not done
        for family in plan.families:
            for table in map(table_of, family.tables):
                self._left.get(table, set()).add(family.root)

    def __call__(self, family: str, rows: int) -> None:
        """Take what one task has sent."""
        self._loading.progress(family, rows)
        if isinstance(family, Phase):
            return
        if family != self._rollup:
            self.end()
        if family not in self._tasks:
            self._rollup = family
            return
        self._tasks[family] -= 1
        if not self._tasks[family]:
            self._is_done(family)

    def end(self) -> None:
        """Take the end of a rollup."""
        if self._rollup:
            self._is_done(self._rollup)
        self._rollup = ""

    def _is_done(self, family: str) -> None:
        for table, left in self._left.items():
            if family in left:
                left.remove(family)
                if not left:
                    self._loading.is_whole(table)


@logged
def generate_into(
    plan: Plan, address: Address | str | Path, *, schema: str | None = None, if_exists: str = "fail",
    workers: int | str | Running = 1, via: str | None = None, identity: bool = True, index_times: bool = False,
    rights: Rights = NO_RIGHTS, keep_staging: bool = False, dry_run: bool = False, progress: Progress | None = None,
) -> LoadReport:  # fmt: skip
    """Draw all wanted tables of a plan into a database, or nothing. Raises OptionError, DatabaseError, DataError.

    `schema` is, if left out, the one that parents were read from in the same database, or the dataset's name; `if_exists`
    is what becomes of tables of the same names: fail, replace, append. A database that takes one connection at a time is
    filled by this process alone. With `keep_staging` tables that were sent whole stay staged if the load ends early; the
    same load draws them again, as others lean on them, and does not send them. A `dry_run` says what would happen, rows as
    they are planned; of a refresh all is done, and undone.

    >>> synth.generate_into(synth.make_plan("inventory", scale=0.01), "shop.duckdb").rows
    351
    """
    address, workers = address_of(address), asked(workers)
    if not isinstance(workers, int) and workers.may_repeat:
        raise OptionError(
            "an engine may draw a task twice, and a database would have its rows twice\n"
            "  hint: draw into a folder, and `synth load` it, or leave out --runner"
        )
    require_memory(plan)
    if schema is None and plan.content.at and plan.content.at[0] == str(address):
        schema = plan.content.at[1]  # beside the parents
    if dry_run and if_exists != "refresh":
        expected = {name: plan.tables[name].rows for name in plan.wanted}
        tried = Loading(address, plan.dataset, plan.wanted, schema=schema, if_exists=if_exists, via=via, rights=rights)
        return tried.preview(expected)
    if not DATABASES[address.database].capabilities.parallel_connections:
        workers = Serial()
    with (
        begun(workers) as running,
        Loading(
            address, plan.dataset, plan.wanted, schema=schema, if_exists=if_exists, connections=running.workers,
            via=via, identity=identity, index_times=index_times, rights=rights, progress=progress,
            keep=begin(plan, address.database).identity if keep_staging else None,
        ) as loading,
        temporary_folder() as store,
    ):  # fmt: skip
        parts_path = store / "sums"
        with loading.phase("send", sum(plan.tables[name].rows for name in plan.wanted)):
            staging = loading.staging
            made = {table: tuple(found) for table, found in staging.computed.items()}
            sink = DatabaseSink(address, loading.schema, via, staging.found_whole, made, loading)
            noting = _Noting(plan, loading)
            run = run_all(plan, store / "residents", sink, running, noting, parts_path)
            noting.end()
        manifest = begin(plan, loading.database.dialect.name)
        facts = {"tables": run.entries(plan), "families": run.families(), "existing": existing_entries(plan)}
        manifest = manifest.model_copy(update=facts).sealed()
        for name, writes in run.writes.items():
            entry = loading.report.tables[name]
            entry.rows, entry.bytes = run.fingerprints[name].rows, sum(each.bytes for each in writes)
            entry.add("send", sum(each.seconds for each in writes))
        return loading.finish(manifest, parts_path, dry_run=dry_run)
