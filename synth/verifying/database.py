"""Verifies a loaded dataset where it is: its tables against the manifest, then every check in the database's own SQL."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TypeVar

from synth.databases import Address, Database, connect
from synth.databases.address import address_of
from synth.dtypes import DType, Types
from synth.errors import DatabaseError, did_you_mean
from synth.fingerprint import Fingerprint
from synth.logs import logged
from synth.plan.model import Plan
from synth.progress import Progress
from synth.runners import cores
from synth.sandbox import TIME_LIMIT_S
from synth.spec import constraints
from synth.spec.kept import as_kept
from synth.spec.models import Dataset
from synth.sql.parse import SqlError
from synth.store.manifest import Manifest
from synth.store.manifest_table import kept_sums, manifests_of, sums_are_as_written
from synth.translate.dialect import Dialect
from synth.translate.queries import OffenceQueries, counting_query, offence_queries
from synth.verifying.checks import Check, of_each_row
from synth.verifying.course import Course
from synth.verifying.findings import EXAMPLES, Tell, adder, columns, contents, plan_of, planned, unread
from synth.verifying.redrawn import Differing, can_be_redrawn, differences, differing, in_words
from synth.verifying.report import Finding, VerifyReport
from synth.verifying.stated import stated

__all__ = ["verify_database"]

CONNECTIONS = 4  # to a server; most of them work out a query on one core

_WHOLE = {"smallint", "integer", "bigint"}
T = TypeVar("T")
U = TypeVar("U")


@logged
def verify_database(
    address: Address | str | Path, schema: str | None = None, progress: Progress | None = None, *, exact: bool = False,
    workers: int | str = "all", found: Tell | None = None,
) -> list[VerifyReport]:  # fmt: skip
    """Run every check on a schema that a load made, or on all of them. Raises DatabaseError where there is none.

    Rows that others have added are counted and left out of contents, unless these are to be `exact`. A server is asked over
    so many connections as `workers`, by default four. `found` is called with each finding as it is made.

    >>> synth.generate_into(synth.make_plan("inventory", scale=0.01), "shop.duckdb").rows
    351
    >>> [report.passed for report in synth.verify_database("shop.duckdb")]
    [True]
    """
    address, most = address_of(address), CONNECTIONS if workers == "all" else cores(workers)
    with connect(address) as database, ExitStack() as others:
        there = database.dataset_schemas()
        if not there:
            raise DatabaseError(f"{address}: no dataset is loaded there\n  hint: `synth load DIR URL` loads one")
        if schema is not None and schema not in there:
            hint = did_you_mean(schema, there)
            raise DatabaseError(f"{address}: no dataset is loaded in schema '{schema}'\n  hint: {hint}")
        connections = [database]
        with suppress(DatabaseError):  # as many as the server has for us
            while database.capabilities.parallel_connections and len(connections) < most:
                connections.append(others.enter_context(database.new_connection()))
        for connection in connections:
            connection.only_read(TIME_LIMIT_S)
        return [
            _Verification(connections, name, manifest, exact=exact, workers=cores(workers)).run(progress, found)
            for name in (there if schema is None else [schema])
            for manifest in manifests_of(database, name)
        ]


class _Verification:
    """One schema's."""

    def __init__(
        self, connections: list[Database], schema: str, manifest: Manifest, *, exact: bool = False, workers: int = 1
    ):
        self.database, self.schema = connections[0], schema
        self.connections, self.exact, self.workers = len(connections), exact, workers
        self.free: SimpleQueue[Database] = SimpleQueue()
        for connection in connections:
            self.free.put(connection)
        self.manifest = manifest
        self.dataset: Dataset = self.manifest.load_dataset()
        made: dict[str, Types] = {name: entry.types for name, entry in self.manifest.tables.items()}
        self.tables = as_kept(self.dataset, self.database.dialect.name, made)
        other = "" if schema == self.manifest.dataset else f" (schema {schema})"
        rows = {name: entry.rows for name, entry in manifest.tables.items()}
        self.report = VerifyReport(f"{self.database.address}{other}", manifest.dataset, rows)

    def run(self, progress: Progress | None, found: Tell | None) -> VerifyReport:
        """All findings."""
        add, manifest = adder(self.report, found), self.manifest
        self.course = Course(progress, manifest, self.dataset, joins=True, workers=self.connections)
        plan = plan_of(manifest, self.dataset)
        for finding in (*stated(manifest, self.dataset, plan), *self._kept()):
            add(finding)
        readable = self._existing()
        for finding in self._types():
            add(finding)
            if finding.passed:
                readable.add(finding.table)
        for finding in self._contents(plan, readable):
            add(finding)
        todo = list(planned(self.dataset, manifest, self.report, readable))
        together = of_each_row(check for check in todo if isinstance(check, Check))
        counted: dict[Check, tuple[int, float]] = {}
        for each in self._each(self._count_together, together):
            counted |= each
            for one, (_, seconds) in each.items():
                self.course.counted(one.table, 1, seconds)
        for check, finding in zip(todo, self._each(lambda check: self._check(check, counted), todo), strict=True):
            if isinstance(check, Check):
                self.course.checked(check, finding.seconds)
            add(finding)
        self.course.end()
        return self.report

    def _kept(self) -> Iterator[Finding]:
        """What is beside the tables: the sums by which it grows, and where the manifest says that it is."""
        text = kept_sums(self.database, self.schema, self.manifest)
        changed = [] if sums_are_as_written(self.manifest, text) else [{"sums": "not as they were written"}]
        yield Finding("files", "(rollups)", "kept sums", len(changed), tuple(changed))
        here = self.database.dialect.name
        if self.manifest.format != here:
            said = {"format": self.manifest.format, "should be": here}
            yield Finding("manifest", "(manifest)", "format", 1, (said,))

    def _existing(self) -> set[str]:
        """Existing tables that are in the schema by their own names, with the columns that the spec knows."""
        there = self.database.catalogue(self.schema) if self.manifest.existing else {}
        found = set()
        for name in self.manifest.existing:
            if name not in self.dataset.tables:
                continue
            wanted = set(self.dataset.tables[name].written)
            if wanted <= set(there.get(name, {})):
                found.add(name)
                self.tables[name] = {column: there[name][column] for column in self.dataset.tables[name].written}
        return found

    def _each(self, run: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
        """The results of a function that takes a connection of its own, in order."""
        if self.connections == 1:
            yield from map(run, items)
            return
        with ThreadPoolExecutor(self.connections) as pool:
            yield from pool.map(run, items)

    @contextmanager
    def _connection(self) -> Iterator[Database]:
        """One that nobody else uses meanwhile."""
        connection = self.free.get()
        try:
            yield connection
        finally:
            self.free.put(connection)

    def _types(self) -> Iterator[Finding]:
        """Columns and their types, as far as the database tells them apart."""
        there = self.database.catalogue(self.schema)
        small = {name.lower(): columns for name, columns in there.items()}  # as MySQL has them on some systems
        refer = {(refers.table, c) for refers in constraints.references(self.dataset) for c in refers.columns}
        alike = not self.database.dialect.holds_types  # whole numbers of any width
        for table in self.manifest.tables:
            types = self.tables[table]
            kept = there.get(table) or small.get(table.lower())
            if not kept:
                yield Finding("types", table, "columns", None, note="there is no such table")
                continue
            found = {
                name: str(
                    types[name]
                    if name in types
                    and _holds(dtype, types[name], self.database.dialect, (table, name) in refer or alike)
                    else dtype
                )
                for name, dtype in kept.items()
            }
            if self.manifest.built_on:  # a table of theirs may have more columns
                found = {name: kind for name, kind in found.items() if name in types}
            yield columns(table, found, {name: str(dtype) for name, dtype in types.items()})

    def _contents(self, plan: Plan | None, readable: set[str]) -> Iterator[Finding]:
        """The rows of all tables, those that are not as they were made one by one."""
        tables = list(self.manifest.tables)
        found = {}
        for name, each in zip(
            tables, self._each(lambda name: self._content(name, name in readable), tables), strict=True
        ):
            found[name] = each
            self.course.summed(name, 0.0 if isinstance(each, Finding) else each[1])
        sums = {name: each[0] for name, each in found.items() if not isinstance(each, Finding)}
        other = [name for name, content in sums.items() if str(content) != self.manifest.tables[name].fingerprint]
        differ: dict[str, Differing] = {}
        if other and not self.exact and self.report.passed and can_be_redrawn(self.manifest, sums.values()):
            differ = differing(self.database, self.schema, self.manifest, self.dataset, other, self.workers)
        for name, each in found.items():
            if isinstance(each, Finding):
                yield each
            elif name in differ:
                yield from differences(name, differ[name], each[1])
                if said := in_words(differ[name]):
                    self.report.others[name] = said
            else:
                yield from contents(name, self.manifest, each[0], plan, each[1])

    def _content(self, table: str, readable: bool) -> Finding | tuple[Fingerprint, float]:
        """A table's rows and fingerprint, and the seconds it took."""
        if not readable:
            return unread("rows", table, "fingerprint", table)
        with self._connection() as database:
            started = time.perf_counter()
            try:
                found = database.content(self.schema, table, self.tables[table])
            except DatabaseError as error:
                return Finding("rows", table, "fingerprint", None, note=self._said(error))
            return found, time.perf_counter() - started

    def _count_together(self, of_table: tuple[str, list[Check]]) -> dict[Check, tuple[int, float]]:
        """Offences, and seconds, of checks of one table that look at each row by itself, in one pass.

        Where one of them cannot be worked out, all are left out.
        """
        table, some = of_table
        started = time.perf_counter()
        conditions = [str(check.condition) for check in some]
        with self._connection() as database, suppress(SqlError, DatabaseError):
            _, counts = database.rows(
                counting_query(table, conditions, database.dialect, self.schema, self.tables)
            )  # fmt: skip
            seconds = (time.perf_counter() - started) / len(some)
            return {check: (int(count), seconds) for check, count in zip(some, counts[0], strict=True)}
        return {}

    def _check(self, check: Check | Finding, counted: Mapping[Check, tuple[int, float]]) -> Finding:
        """A check, if it is to be run."""
        if isinstance(check, Finding):
            return check
        offences, seconds = counted.get(check, (None, 0.0))
        if offences == 0:
            return Finding(check.kind, check.table, check.name, 0, seconds=seconds)
        with self._connection() as database:
            return self._run(database, check)

    def _run(self, database: Database, check: Check) -> Finding:
        """Count what a check selects, and fetch a few rows of it."""
        started = time.perf_counter()
        examples: tuple[dict[str, Any], ...] = ()
        try:
            asked = offence_queries(check.sql, database.dialect, self.schema, self.tables, EXAMPLES)
            _, counted = database.rows(asked.count)
            offences = int(counted[0][0])
            if offences:
                names, rows = database.rows(asked.examples)
                examples = tuple(_row(names, row, asked) for row in rows)
        except (SqlError, DatabaseError) as error:
            return Finding(check.kind, check.table, check.name, None, note=self._said(error))
        seconds = time.perf_counter() - started
        return Finding(check.kind, check.table, check.name, offences, examples, seconds=seconds)

    def _said(self, error: Exception) -> str:
        """An error in one line, without the place, which the report names."""
        return str(error).splitlines()[0].removeprefix(f"{self.database.address}: ").removeprefix("asking: ")


def _holds(found: DType, wanted: DType, dialect: Dialect, any_width: bool) -> bool:
    """Whether a column of the type found is what the DDL makes of the type wanted."""
    if wanted.native:  # which no table of types knows
        return True
    if wanted.element is not None:  # a text, where there are no arrays
        return found.is_text if found.element is None else _holds(found.element, wanted.element, dialect, any_width)
    if wanted.name == "interval" and found.is_text:  # where there are none
        return True
    if found.name == "enum" or (wanted.name == "enum" and not found.is_text):
        return found == wanted
    if wanted.name == "enum":  # a text, whose check is looked at as others are
        wanted = wanted.as_varchar
    if found.is_text and wanted.is_text:
        return not (found.length and wanted.length and found.length < wanted.length)
    if found.name in _WHOLE and wanted.name in _WHOLE:
        return found.name == wanted.name or any_width  # a reference has its parent's type
    kept = (dialect.types.get(dtype.name) for dtype in (found, wanted))
    return len(set(kept)) == 1 and (found.precision, found.digits) == (wanted.precision, wanted.digits)


def _row(names: list[str], row: tuple[Any, ...], asked: OffenceQueries) -> dict[str, Any]:
    """A row as it would be read from files, whatever the driver makes of its cells."""
    types, minor = asked.types, asked.minor
    return {name: _cell(cell, types.get(name), minor=minor) for name, cell in zip(names, row, strict=True)}


def _cell(cell: Any, dtype: DType | None, *, minor: bool) -> Any:
    if cell is None or dtype is None:
        return cell
    if dtype.name == "boolean":
        return bool(cell)
    if dtype.is_exact:
        exact = Decimal(str(cell)).scaleb(-dtype.digits if minor else 0)
        return exact.quantize(Decimal(1).scaleb(-dtype.digits)) if dtype.digits else int(exact)
    if dtype.name == "time" and not isinstance(cell, dt.time):  # a driver may give a text, or the time since midnight
        midnight = dt.datetime(2000, 1, 1)
        return (midnight + cell).time() if isinstance(cell, dt.timedelta) else dt.time.fromisoformat(str(cell))
    if dtype.is_time and isinstance(cell, str):
        moment = dt.datetime.fromisoformat(cell)
        return moment if dtype.name == "timestamp" else moment.date()
    return str(cell) if dtype.is_text else cell
