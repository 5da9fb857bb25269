"""One load into a database: a staging place is filled, gets its constraints, is proved, and takes its place in one step.

Whoever brings the rows (files, or blocks being drawn) calls `send`, from as many threads as there are connections.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import polars as pl

from synth.databases import Address, Database, connect
from synth.databases.contract import MANIFEST, STAGED
from synth.databases.duckdb.connection import relation
from synth.databases.steps import LoadStep
from synth.ddl import Constraint, Ddl, ddl, in_reference_order
from synth.dtypes import Types
from synth.errors import DatabaseError, DataError, OptionError
from synth.fingerprint import Fingerprint
from synth.spec.models import Dataset
from synth.store.manifest import Manifest
from synth.store.manifest_table import manifest_insert, manifests_of

__all__ = ["Loading", "Report", "TableReport"]

Progress = Callable[[str, int], None]  # table or phase, rows just sent


@dataclass
class TableReport:
    """What one table took; seconds are a connection's or a thread's, so they add up to more than the clock's."""

    rows: int = 0
    bytes: int = 0
    seconds: dict[str, float] = field(default_factory=dict)  # read, send, constraints, indexes, analyze, verify

    def add(self, phase: str, seconds: float) -> None:
        """Seconds more."""
        self.seconds[phase] = self.seconds.get(phase, 0.0) + seconds


@dataclass
class Report:
    """A load: tables, and the clock's seconds of each phase."""

    place: str
    schema: str
    connections: int
    tables: dict[str, TableReport] = field(default_factory=dict)
    phases: dict[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables.values())

    @property
    def bytes(self) -> int:
        """Bytes sent."""
        return sum(table.bytes for table in self.tables.values())

    @property
    def seconds(self) -> float:
        """All phases together."""
        return sum(self.phases.values())

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "place": self.place, "schema": self.schema, "connections": self.connections, "rows": self.rows,
            "bytes": self.bytes, "seconds": round(self.seconds, 3),
            "phases": {name: round(seconds, 3) for name, seconds in self.phases.items()},
            "tables": {
                name: {"rows": t.rows, "bytes": t.bytes, "seconds": {p: round(s, 3) for p, s in t.seconds.items()}}
                for name, t in self.tables.items()
            },
        }  # fmt: skip


class Loading:
    """A context: left well after `finish` the schema holds the dataset, left otherwise it is as it was."""

    def __init__(
        self, address: Address, dataset: Dataset, tables: Iterable[str], *, schema: str | None = None,
        if_exists: str = "fail", connections: int = 1, progress: Progress | None = None,
    ):  # fmt: skip
        """`tables` will be sent; `if_exists` is what becomes of those of their names: fail, replace, append."""
        self.dataset = dataset
        self.tables = in_reference_order(dataset, set(tables))
        self.if_exists = if_exists
        self.into: tuple[str, ...] = ()  # tables that get the rows behind theirs
        self.progress = progress or (lambda phase, rows: None)
        if lost := sorted(set(tables) - set(self.tables)):
            raise OptionError(
                f"the spec has no table '{lost[0]}', whose rows are to be loaded: the folder is not as it was made"
            )
        if schema and schema.startswith(STAGED):
            raise OptionError(
                f"a schema cannot be called '{schema}': {STAGED}… is where loads are made ready; name another"
            )
        if MANIFEST in self.tables:
            raise OptionError(f"a table cannot be called {MANIFEST} in a database: it says what is there; rename it")
        self.database = connect(address)
        self.schema = (schema if self.database.dialect.has_schemas else None) or dataset.dataset
        self.connections = connections if self.database.capabilities.parallel_connections else 1
        self.report = Report(str(address), self.schema, self.connections, {name: TableReport() for name in self.tables})
        self.foreign: list[Constraint] = []  # to be made once the rows are in place
        self._locked = False
        self._others: list[Database] = []
        self._mine = threading.local()
        self._making = threading.Lock()
        self._pool = ThreadPoolExecutor(self.connections)

    # -- from begin to end

    def __enter__(self) -> Self:
        try:
            if not self.database.lock(self.schema):
                raise DatabaseError(
                    f"{self.report.place}: another load is writing schema '{self.schema}'; nothing was changed\n"
                    "  hint: wait for it, or name another --schema"
                )
            self._locked = True
            there = self.database.catalogue(self.schema)
            self.replaced = self._in_the_way(there)
            self.ddl = self._ddl(self.database.staging_schema(self.schema), there)
            if self.if_exists == "append":
                self.into = tuple(name for name in self.tables if name in there)
                self.foreign = [
                    c for c in self._ddl(self.schema, there).constraints if c.parent and c.table not in self.into
                ]
                kept = [c for c in self.ddl.constraints if not c.parent and c.table not in self.into]
                indexes = [index for index in self.ddl.indexes if index.table not in self.into]
                self.ddl = replace(self.ddl, constraints=tuple(kept), indexes=tuple(indexes))
            self.database.begin_staging(self.schema, self.replaced)
            for statement in (*self.ddl.tables.values(), *self._preparations()):
                self.database.run(statement)
            self._open()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)
        if kind is not None and self._locked:  # else the staging place is another load's
            self.database.abandon(self.schema)
        for one in (*self._others, self.database):
            one.close()

    def _ddl(self, schema: str, there: Collection[str]) -> Ddl:
        """The statements for a schema; tables that exist in ours can be referred to."""
        called = {name: self._called(name) for name in self.dataset.existing}
        place = self.database.dialect.place
        parents = {name: place(self.schema, other) for name, other in called.items() if other in there}
        return ddl(self.dataset, self.database.dialect, schema, self.tables, parents)

    def _called(self, name: str) -> str:
        """What an existing table is called where it is."""
        existing = self.dataset.tables[name].existing
        return (existing.table if existing else None) or name

    def _preparations(self) -> Iterator[str]:
        """Of databases that take what belongs to a table before its rows."""
        dialect = self.database.dialect
        if not dialect.constraints_after_data:
            yield from self.ddl.comments

    def _in_the_way(self, there: Collection[str]) -> tuple[str, ...]:
        """Tables that the load takes the place of. Raises DatabaseError where that was not asked for."""
        known = manifests_of(self.database, self.schema) if MANIFEST in there else []
        if self.if_exists == "append":
            self.database.require("appends")
            self._refuse_mixing(known)
            return ()
        ours: set[str] = set()
        if known:
            others = [old.dataset for old in known if old.dataset != self.dataset.dataset]
            if others and self.if_exists == "replace":
                raise DatabaseError(
                    f"{self.report.place}: schema '{self.schema}' holds {' and '.join(m.dataset for m in known)}; "
                    "nothing was changed\n  hint: drop it yourself, or name another --schema"
                )
            ours = {MANIFEST, *(table for old in known for table in old.tables)}
        lower = {name.lower() for name in (*self.tables, MANIFEST, *ours)}
        found = [name for name in there if name.lower() in lower]
        if found and self.if_exists != "replace":
            shown = ", ".join(found[:3]) + (", …" if len(found) > 3 else "")
            raise DatabaseError(
                f"{self.report.place}: schema '{self.schema}' has tables of these names already "
                f"({shown}); nothing was changed\n"
                "  hint: --if-exists replace or append, or another --schema"
            )
        return tuple(found)

    def _refuse_mixing(self, known: Iterable[Manifest]) -> None:
        """Refuse to append what would leave a dataset that no longer says what it is. Raises DatabaseError."""
        ours, why = self.dataset.dataset, ""
        for old in known:
            shared = [name for name in self.tables if name in old.tables]
            gone = [name for name in old.tables if name not in self.dataset.written]
            if old.dataset != ours and shared:
                why = f"'{shared[0]}' is a table of the dataset '{old.dataset}'"
            elif old.dataset == ours and gone:
                why = f"the dataset '{ours}' is there with a table '{gone[0]}', which the spec does not make"
            elif old.dataset == ours and not old.built_on and self.dataset.existing:
                why = f"the dataset '{ours}' is there, and was not made for rows that exist"
        if why:
            raise DatabaseError(
                f"{self.report.place}: {why}; nothing was changed\n"
                "  hint: give the new dataset another name, or name another --schema"
            )

    # -- rows

    def _open(self) -> None:
        """A connection for each thread, before there are rows to send."""
        if not self.database.capabilities.parallel_connections:
            return
        together = threading.Barrier(self.connections)

        def connect_and_wait() -> None:
            try:
                self.mine()
                together.wait()  # so that each thread does so once
            except BaseException:
                together.abort()
                raise

        begun = [self._pool.submit(connect_and_wait) for _ in range(self.connections)]
        errors = [error for future in begun if (error := future.exception())]
        for error in sorted(errors, key=lambda e: isinstance(e, threading.BrokenBarrierError)):
            raise error

    def mine(self) -> Database:
        """This thread's connection."""
        if not self.database.capabilities.parallel_connections:
            return self.database
        if not hasattr(self._mine, "connection"):
            with self._making:
                self._mine.connection = self.database.new_connection()
                self._others.append(self._mine.connection)
        found: Database = self._mine.connection
        return found

    def send(self, table: str, frame: pl.DataFrame, *, read_s: float = 0.0) -> None:
        """Append rows of a table, in the types in which columns are written; `read_s` is what getting them took."""
        started = time.perf_counter()
        sent = self.mine().send(self.schema, table, frame)
        self._sent(table, frame.height, sent, read=read_s, send=time.perf_counter() - started)

    def send_files(self, table: str, paths: Sequence[Path], format: str, types: Types) -> None:
        """Append all of a table's files, where the database reads them itself."""
        started = time.perf_counter()
        rows = self.mine().send_files(self.schema, table, relation(paths, format, types))
        self._sent(table, rows, sum(path.stat().st_size for path in paths), send=time.perf_counter() - started)

    def _sent(self, table: str, rows: int, sent: int, **seconds: float) -> None:
        with self._making:
            entry = self.report.tables[table]
            entry.rows += rows
            entry.bytes += sent
            for phase, took in seconds.items():
                entry.add(phase, took)
            self.progress(table, rows)

    def run(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Call these, each once, over the connections at once; the first error ends it all."""
        self._disjoint([(job, frozenset()) for job in jobs])

    def _disjoint(self, jobs: Iterable[tuple[Callable[[], None], frozenset[str]]]) -> None:
        """Call jobs over the connections at once, no two together that need the same table alone."""
        if not self.database.capabilities.parallel_connections:
            for job, _ in jobs:
                job()
            return
        waiting, running = list(jobs), dict[Future[None], frozenset[str]]()
        try:
            while waiting or running:
                busy = frozenset().union(*running.values())
                able = next((each for each in waiting if not each[1] & busy), None)
                if able and len(running) < self.connections:
                    waiting.remove(able)
                    running[self._pool.submit(able[0])] = able[1]
                    continue
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    running.pop(future)
                    future.result()
        except BaseException:
            wait(running)
            raise

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Take the clock's seconds of a phase."""
        started = time.perf_counter()
        self.progress(name, 0)
        yield
        self.report.phases[name] = self.report.phases.get(name, 0.0) + time.perf_counter() - started

    # -- what comes after the rows

    def finish(self, manifest: Manifest, sums: Path) -> Report:
        """Constraints, indexes, comments, statistics, proof, and the swap. Raises DatabaseError, DataError.

        `sums` is the file of what tasks gave to rollups.
        """
        for steps in self.database.steps(self.ddl):
            for name in dict.fromkeys(step.phase for step in steps):
                with self.phase(name):
                    self._disjoint([(self._step(step), step.exclusive_tables) for step in steps if step.phase == name])
        if self.database.dialect.constraints_after_data:
            with self.phase("constraints"):
                for comment in self.ddl.comments:
                    self.database.run(comment)
        with self.phase("analyze"):
            new = [name for name in self.tables if name not in self.into]
            self.run([self._timed("analyze", name, self._analyze) for name in new])
        with self.phase("verify"):
            self.run([self._timed("verify", name, lambda n: self._prove(n, manifest)) for name in self.tables])
        with self.phase("publish"):
            if self.if_exists == "append":
                self._append(manifest, sums)
            else:
                self._remember(self.database.staging_schema(self.schema), manifest, sums)
                self.database.publish(self.schema, (*self.tables, MANIFEST), self.replaced)
        return self.report

    def _append(self, manifest: Manifest, sums: Path) -> None:
        """Behind the rows that are there, in one transaction; the manifest tells of all rows of the tables."""
        database, schema = self.database, self.schema
        with database.appending(schema, self.into):
            before = {name: database.content(schema, name, manifest.tables[name].types) for name in self.into}
            self._refuse_stale(before)
            for name in self.into:
                database.append_rows(schema, name, list(manifest.tables[name].types))
            for name in self.tables:
                if name not in self.into:
                    database.adopt_table(schema, name)
            for foreign in self.foreign:
                database.run(str(foreign))
            there = MANIFEST in database.catalogue(schema)
            tables = {}
            for name, old in before.items():
                entry = manifest.tables[name]
                after = old + Fingerprint.parse(entry.fingerprint)
                if database.content(schema, name, entry.types) != after:
                    raise DataError(
                        f"{self.report.place}: '{name}' did not come out as it was and what was sent; nothing was changed"
                    )
                tables[name] = entry.model_copy(update={"rows": after.rows, "fingerprint": str(after)})
            if there:
                for known in manifests_of(database, schema):
                    if known.dataset == manifest.dataset:
                        if known.until > manifest.until:
                            raise DatabaseError(
                                f"{self.report.place}: '{known.dataset}' is at {known.until.isoformat()} already, and time "
                                "does not go back; nothing was changed"
                            )
                        tables = {**known.tables, **manifest.tables, **tables}
                dialect = database.dialect
                ours = f"{dialect.quote_identifier('dataset')} = {dialect.literal(manifest.dataset)}"
                database.run(f"DELETE FROM {dialect.place(schema, MANIFEST)} WHERE {ours}")
            grows = {} if self.into else {"families": manifest.families}  # by advance, what was made in one go
            facts = {"tables": {**manifest.tables, **tables}, "families": {}, **grows}
            self._remember(schema, manifest.model_copy(update=facts), sums, there=there)

    def _refuse_stale(self, before: Mapping[str, Fingerprint]) -> None:
        """Refuse to put rows behind others than those that they were made to go on from. Raises DatabaseError."""
        for name, content in before.items():
            already = self.dataset.tables[name].already
            if content.rows != (already.rows if already else 0):
                raise DatabaseError(
                    f"{self.report.place}: '{name}' has {content.rows:,} rows, and what was made goes on from "
                    f"{already.rows if already else 0:,}; nothing was changed\n"
                    "  hint: run `synth generate --to … --if-exists append` again, it looks at what is there"
                )

    def _step(self, step: LoadStep) -> Callable[[], None]:
        def job(table: str) -> None:
            self.mine().run_step(step)

        return self._timed(step.phase, step.table, job)

    def _timed(self, phase: str, table: str, job: Callable[[str], None]) -> Callable[[], None]:
        def timed() -> None:
            started = time.perf_counter()
            job(table)
            with self._making:
                self.report.tables[table].add(phase, time.perf_counter() - started)

        return timed

    def _analyze(self, table: str) -> None:
        self.mine().analyze(self.schema, table)

    def _prove(self, table: str, manifest: Manifest) -> None:
        entry = manifest.tables[table]
        database = self.mine()
        found = database.content(database.staging_schema(self.schema), table, entry.types)
        if str(found) != entry.fingerprint:
            raise DataError(
                f"{self.report.place}: '{table}' came out with another content than was sent ({found.rows} rows of "
                f"{entry.rows}); the schema '{self.schema}' is as it was"
            )

    def _remember(self, schema: str, manifest: Manifest, sums: Path, *, there: bool = False) -> None:
        """The table that says what is there, and this dataset's row of it."""
        dialect = self.database.dialect
        columns = ", ".join(
            f"{dialect.quote_identifier(c)} {dialect.text} NOT NULL" for c in ("dataset", "spec", "manifest", "sums")
        )
        if not there:
            self.database.run(f"CREATE TABLE {dialect.place(schema, MANIFEST)} ({columns})")
        self.database.run(manifest_insert(dialect, schema, manifest, sums))
