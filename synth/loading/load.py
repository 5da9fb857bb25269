"""One load into a database: a staging place is filled, gets its constraints, is proved, and takes its place in one step.

Whoever brings the rows (files, or blocks being drawn) calls `send`, from as many threads as there are connections.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Self

import polars as pl

from synth.databases import Address, connect
from synth.databases.contract import MANIFEST, STAGED
from synth.databases.rights import NO_RIGHTS, Rights
from synth.databases.steps import LoadStep
from synth.ddl import check_schema_name, in_reference_order
from synth.dtypes import Types
from synth.errors import DatabaseError, DataError, OptionError, many
from synth.loading.append import append_staged
from synth.loading.connections import Connections, Job
from synth.loading.refresh import refresh_staged
from synth.loading.report import LoadReport, TableLoad
from synth.loading.staging import Staging
from synth.logs import LOG
from synth.progress import Phase, Progress, silent
from synth.spec.key_segments import own_sequences
from synth.spec.models import Dataset
from synth.store.manifest import Manifest

__all__ = ["Loading"]


class Loading:
    """A context: left well after `finish` the schema holds the dataset, left otherwise it is as it was."""

    def __init__(
        self, address: Address, dataset: Dataset, tables: Iterable[str], *, schema: str | None = None,
        if_exists: str = "fail", connections: int = 1, via: str | None = None,
        identity: bool = True, index_times: bool = False, rights: Rights = NO_RIGHTS, keep: str | None = None,
        progress: Progress | None = None,
    ):  # fmt: skip
        """`tables` will be sent; `if_exists` is what becomes of those of their names.

        They may fail it, or the load may replace, replace-any, refresh, or append to them.

        With `identity` the database gives new rows their keys, where they are integers or UUIDs of a table's own.
        With `index_times` tables that are made have an index on each date and timestamp.
        `rights` are what roles may do with the tables. With `keep`, a hash of all rows that will be sent, tables that are
        whole stay staged if the load fails or is killed, and the same load goes on with the others.
        Raises OptionError for names that cannot be loaded, DatabaseError where the database cannot be reached.
        """
        self.tables = _loadable(dataset, set(tables), None if schema is None else check_schema_name(schema))
        self.if_exists = if_exists
        self.progress = progress or silent
        self.database = connect(address, via)
        rights.require(self.database.dialect)
        self.database.rights = rights
        self.schema = (schema if self.database.dialect.has_schemas else None) or dataset.dataset
        self.connections = Connections(self.database, connections)
        self.staging = Staging(
            self.database, self.schema, dataset, self.tables, identity=identity, index_times=index_times, keep=keep
        )
        self.report = LoadReport(
            str(address),
            self.schema,
            self.connections.count,
            {name: TableLoad() for name in self.tables},
            via=self.database.via,
        )
        self._reporting = threading.Lock()
        self._rows: Mapping[str, int] = {}  # of each table, once all are sent

    # -- from begin to end

    def __enter__(self) -> Self:
        try:
            self.staging.begin(self.if_exists)
            self.report.via = self.database.via  # the server may have been asked what it can do
            self.report.left_out, self.report.dropped = self.staging.ddl.left_out, self.staging.dropped
            self.report.went_on_from = tuple(name for name in self.tables if name in self.staging.found_whole)
            self.connections.open()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        self.connections.stop()
        kept = kind is not None and self.staging.keeps(error)
        if kind is not None and not kept:
            self.staging.abandon()
        self.connections.close()
        if kept and isinstance(error, DatabaseError):
            raise DatabaseError(
                f"{error}\n  {len(self.staging.whole)} of {len(self.tables)} tables stay staged, whole: the same command "
                "goes on with the others; any other load of the schema clears them away"
            ) from error

    def preview(self, rows: Mapping[str, int]) -> LoadReport:
        """What would become of the tables, and how many `rows` they would get; nothing is sent or changed.

        Raises DatabaseError where the load would be refused.
        """
        try:
            self.staging.look(self.if_exists)
            self.report.left_out, self.report.dropped = self.staging.ddl.left_out, self.staging.dropped
            for name in self.tables:
                self.report.tables[name].rows = rows[name]
                kept, replaced = name in self.staging.kept, name in self.staging.replaced
                self.report.outcomes[name] = "behind the old" if kept else "replaced" if replaced else "new"
            if self.if_exists == "append":
                self.staging.contents_before()
        finally:
            self.connections.stop()
            self.staging.abandon()
            self.connections.close()
        return self.report

    # -- rows

    def send(self, table: str, frame: pl.DataFrame, *, read_s: float = 0.0) -> None:
        """Append rows of a table, in the types in which columns are written; `read_s` is what getting them took."""
        started = time.perf_counter()
        sent = self.connections.mine().send(self.schema, table, frame.drop(self.staging.computed.get(table, ())))
        self._sent(table, frame.height, sent, read=read_s, send=time.perf_counter() - started)

    def send_files(self, table: str, paths: Sequence[Path], format: str, types: Types) -> None:
        """Append all of a table's files, where the database reads them itself."""
        started = time.perf_counter()
        rows = self.connections.mine().send_files(self.schema, table, paths, format, types)
        self._sent(table, rows, sum(path.stat().st_size for path in paths), send=time.perf_counter() - started)

    def _sent(self, table: str, rows: int, sent: int, **seconds: float) -> None:
        with self._reporting:
            entry = self.report.tables[table]
            entry.rows += rows
            entry.bytes += sent
            for phase, took in seconds.items():
                entry.add(phase, took)
            self.progress(table, rows)

    def send_tables(self, calls: Mapping[str, Sequence[Callable[[], None]]], rows: Mapping[str, int]) -> None:
        """Call these, by table, over the connections at once, but those of tables that a load before has sent.

        `rows` is how many each table has. What has got all its rows is noted.
        """
        left = {table: len(some) for table, some in calls.items() if table not in self.staging.found_whole}

        def one(table: str, call: Callable[[], None]) -> None:
            call()
            with self._reporting:
                left[table] -= 1
                whole = not left[table]
            if whole:
                self.is_whole(table)

        for table in self.tables:
            if table in self.staging.found_whole:
                self.report.tables[table].rows = rows[table]
                self.progress(table, rows[table])
            elif not left.get(table):
                self.is_whole(table)
        self.run([partial(one, table, call) for table in left for call in calls[table]])

    def is_whole(self, table: str) -> None:
        """Note that all rows of a table have been sent."""
        if self.staging.keep is not None:
            self.staging.is_whole(table, self.connections.mine())

    def run(self, calls: Iterable[Callable[[], None]]) -> None:
        """Call these, each once, over the connections at once; the first error ends it all and is raised."""
        self.connections.run(Job(call) for call in calls)

    @contextmanager
    def phase(self, name: str, rows: int = 0) -> Iterator[None]:
        """Tell that a phase begins, with the rows that it goes through, and add what it takes to the report."""
        started = time.perf_counter()
        self.progress(Phase(name, rows), 0)
        LOG.debug("%s: %s begins", self.schema, name)
        yield
        self.report.phases[name] = self.report.phases.get(name, 0.0) + time.perf_counter() - started

    # -- what comes after the rows

    def finish(self, manifest: Manifest, sums: Path, *, dry_run: bool = False) -> LoadReport:
        """Constraints, indexes, comments, statistics, proof, and the swap. Raises DatabaseError, DataError.

        `sums` is the file of what tasks gave to rollups. In a `dry_run` a refresh is undone at its end.
        """
        self._rows = {name: manifest.tables[name].rows for name in self.tables}
        for steps in self.staging.steps():
            for name in dict.fromkeys(step.phase for step in steps):
                some = [step for step in steps if step.phase == name]
                with self.phase(name, sum(self._rows[step.table] for step in some)):
                    self.connections.run([self._job(step) for step in some])
        with self.phase("constraints"):
            numbered = self.staging.numbered
            self.run([self._timed("constraints", n, lambda n: self._number_on(n, numbered[n])) for n in numbered])
            self.staging.comment_later()
        apart = sum(self._rows[name] for name in self.staging.staged_apart)
        with self.phase("analyze", apart):
            self.run([self._timed("analyze", name, self._analyze) for name in self.staging.staged_apart])
        with self.phase("verify", apart):
            self.run(
                [self._timed("verify", name, lambda n: self._prove(n, manifest)) for name in self.staging.staged_apart]
            )
        with self.phase("publish"):
            manifest = manifest.restated(last_keys=self._last_keys())
            if self.if_exists == "append":
                append_staged(self.staging, manifest, sums)
            elif self.if_exists == "refresh" and self.staging.kept:
                self.report.changes = refresh_staged(self.staging, manifest, sums, undo=dry_run)
                self.report.outcomes = dict.fromkeys(self.tables, "refreshed") if dry_run else {}
            elif dry_run:
                self.report.outcomes = dict.fromkeys(self.tables, "new")
                self.staging.abandon()
            else:
                self.staging.publish(manifest, sums)
            if not (
                dry_run or self.database.capabilities.transactional_ddl
            ):  # a GRANT would have ended the transaction
                self.database.give_rights(self.schema, self.tables)
        return self.report

    def _last_keys(self) -> dict[str, int]:
        """The highest keys that were sent of sequences that go on."""
        found = {}
        for table, column in own_sequences(self.staging.dataset).items():
            if table in self.staging.staged_apart:
                quoted = self.database.dialect.quote_identifier(column)
                staged = self.database.staged_place(self.schema, table)
                ((key,),) = self.database.rows(f"SELECT MAX({quoted}) FROM {staged}")[1]
                if key is not None:
                    found[f"{table}.{column}"] = int(key)
        return found

    def _job(self, step: LoadStep) -> Job:
        run = self._timed(step.phase, step.table, lambda _: self.connections.mine().run_step(step))
        return Job(run, step.exclusive_tables)

    def _timed(self, phase: str, table: str, call: Callable[[str], None]) -> Callable[[], None]:
        """A call about a table, whose seconds go into the report."""

        def timed() -> None:
            started = time.perf_counter()
            call(table)
            with self._reporting:
                self.report.tables[table].add(phase, time.perf_counter() - started)
                self.progress(Phase(phase), self._rows[table])

        return timed

    def _number_on(self, table: str, column: str) -> None:
        database = self.connections.mine()
        database.number_on(database.staging_schema(self.schema), table, column)

    def _analyze(self, table: str) -> None:
        self.connections.mine().analyze(self.schema, table)

    def _prove(self, table: str, manifest: Manifest) -> None:
        """Compare what is staged of a table with what was sent. Raises DataError."""
        entry = manifest.tables[table]
        database = self.connections.mine()
        types = self.staging.as_kept(table, entry.types)
        content = database.staged_content(self.schema, table, types)
        if str(content) != entry.fingerprint:
            raise DataError(
                f"{self.report.place}: '{table}' came out with another content than was sent "
                f"({many(content.rows, 'row')} of {entry.rows}); the schema '{self.schema}' is as it was"
                + _made_there(types, self.staging.computed.get(table, ()))
            )


def _made_there(types: Types, computed: Iterable[str]) -> str:
    """A hint at columns of which the database itself says what is in them; nothing where there are none."""
    found = [f"{name} ({dtype.native})" for name, dtype in types.items() if dtype.native]
    found += [f"{name} (computed)" for name in computed]
    return f"\n  hint: see whether the database gives back what is drawn of {', '.join(found)}" if found else ""


def _loadable(dataset: Dataset, tables: set[str], schema: str | None) -> tuple[str, ...]:
    """The tables to be sent, in the order of references. Raises OptionError for names that are the program's own."""
    ordered = tuple(in_reference_order(dataset, tables))
    if lost := sorted(tables - set(ordered)):
        raise OptionError(
            f"the spec has no table '{lost[0]}', whose rows are to be loaded: the folder is not as it was made"
        )
    if schema and schema.startswith(STAGED):
        raise OptionError(
            f"a schema cannot be called '{schema}': {STAGED}… is where loads are made ready; name another"
        )
    if MANIFEST in ordered:
        raise OptionError(f"a table cannot be called {MANIFEST} in a database: it says what is there; rename it")
    return ordered
