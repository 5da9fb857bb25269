"""Verifies a loaded dataset where it is: its tables against the manifest, then every check in the database's own SQL."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from synth.databases import Address, Database, connect
from synth.databases.queries import Question, question
from synth.dtypes import DType, Types
from synth.errors import DatabaseError, did_you_mean
from synth.job.loading import content, manifest_of
from synth.job.manifest import Manifest
from synth.plan.make import make
from synth.spec import constraints
from synth.spec.models import Dataset
from synth.sql.parse import SqlError
from synth.verify.checks import Check
from synth.verify.findings import EXAMPLES, Progress, adder, columns, contents, run_checks, unread
from synth.verify.report import Finding, Report

__all__ = ["verify_database"]

_WHOLE = {"smallint", "integer", "bigint"}
_TEXTS = {"varchar", "uuid"}


def verify_database(address: Address, schema: str | None = None, progress: Progress | None = None) -> list[Report]:
    """Run every check on a schema that a load made, or on all of them. Raises DatabaseError where there is none."""
    with connect(address) as database:
        there = database.loaded()
        if not there:
            raise DatabaseError(f"{address}: no dataset is loaded there\n  hint: `synth load DIR URL` loads one")
        if schema is not None and schema not in there:
            raise DatabaseError(f"{address}: no dataset is loaded in schema '{schema}'\n  hint: {did_you_mean(schema, there)}")
        return [_Verification(database, name).run(progress) for name in (there if schema is None else [schema])]


class _Verification:
    """One schema's."""

    def __init__(self, database: Database, schema: str):
        self.database, self.schema = database, schema
        self.manifest: Manifest = manifest_of(database, schema)
        self.dataset: Dataset = self.manifest.load_dataset()
        self.tables: dict[str, Types] = {name: entry.types for name, entry in self.manifest.tables.items()}
        self.report = Report(str(database.address), self.manifest.dataset)

    def run(self, progress: Progress | None) -> Report:
        """All findings."""
        add = adder(self.report, progress)
        readable = set()
        for finding in self._types():
            add(finding)
            if finding.passed:
                readable.add(finding.table)
        for finding in self._contents(readable):
            add(finding)
        for finding in run_checks(self.dataset, self.manifest, self.report, readable, self._check):
            add(finding)
        return self.report

    def _types(self) -> Iterator[Finding]:
        """Columns and their types, as far as the database tells them apart."""
        there = self.database.catalogue(self.schema)
        refer = {(refers.table, refers.column) for refers in constraints.references(self.dataset)}
        for table, types in self.tables.items():
            if table not in there:
                yield Finding("types", table, "columns", None, note="there is no such table")
                continue
            found = {
                name: str(types[name] if name in types and _holds(dtype, types[name], (table, name) in refer) else dtype)
                for name, dtype in there[table].items()
            }
            yield columns(table, found, {name: str(dtype) for name, dtype in types.items()})

    def _contents(self, readable: set[str]) -> Iterator[Finding]:
        manifest = self.manifest
        plan = make(self.dataset, scale=manifest.scale, seed=manifest.seed, until=manifest.until)
        for table, entry in manifest.tables.items():
            if table not in readable:
                yield unread("rows", table, "fingerprint", table)
                continue
            started = time.perf_counter()
            try:
                found = content(self.database, self.schema, table, entry.types)
            except DatabaseError as error:
                yield Finding("rows", table, "fingerprint", None, note=self._said(error))
                continue
            yield from contents(table, entry, found, plan, time.perf_counter() - started)

    def _check(self, check: Check) -> Finding:
        """Count what a check selects, and fetch a few rows of it."""
        started = time.perf_counter()
        examples: tuple[dict[str, Any], ...] = ()
        try:
            asked = question(check.sql, self.database.dialect, self.schema, self.tables, EXAMPLES)
            _, counted = self.database.rows(asked.count)
            offences = int(counted[0][0])
            if offences:
                names, rows = self.database.rows(asked.examples)
                examples = tuple(_row(names, row, asked) for row in rows)
        except (SqlError, DatabaseError) as error:
            return Finding(check.kind, check.table, check.name, None, note=self._said(error))
        seconds = time.perf_counter() - started
        return Finding(check.kind, check.table, check.name, offences, examples, seconds=seconds)

    def _said(self, error: Exception) -> str:
        """An error in one line, without the place, which the report names."""
        return str(error).splitlines()[0].removeprefix(f"{self.database.address}: ").removeprefix("asking: ")


def _holds(found: DType, wanted: DType, refers: bool) -> bool:
    """Whether a column of the type found is what the DDL makes of the type wanted."""
    if found.name in _TEXTS and wanted.name in _TEXTS:
        return not (found.length and wanted.length and found.length < wanted.length)
    if found.name in _WHOLE and wanted.name in _WHOLE:
        return found.name == wanted.name or refers  # a reference has its parent's type
    return found.name == wanted.name and (found.precision, found.digits) == (wanted.precision, wanted.digits)


def _row(names: list[str], row: tuple[Any, ...], asked: Question) -> dict[str, Any]:
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
    if dtype.is_time and isinstance(cell, str):
        moment = dt.datetime.fromisoformat(cell)
        return moment if dtype.name == "timestamp" else moment.date()
    return str(cell) if dtype.name in _TEXTS else cell
