"""What verification of files and of databases says alike: columns, rows, content, and the order of the checks."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from synth.errors import OutputError
from synth.fingerprint import Fingerprint
from synth.plan.make import make
from synth.plan.model import Plan
from synth.spec.models import Dataset
from synth.store.manifest import Manifest
from synth.system import lacks
from synth.verifying.checks import Check, checks
from synth.verifying.report import Finding, VerifyReport

__all__ = ["EXAMPLES", "Tell", "adder", "columns", "contents", "plan_of", "planned", "refuse_lack", "unread"]

EXAMPLES = 3  # rows shown of each check

Tell = Callable[[Finding], None]  # called with each finding as it is made


def adder(report: VerifyReport, tell: Tell | None) -> Tell:
    """A function that adds a finding to the report and tells of it."""
    began = time.perf_counter() - report.seconds

    def add(finding: Finding) -> None:
        report.findings.append(finding)
        report.seconds = time.perf_counter() - began
        if tell:
            tell(finding)

    return add


def columns(table: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> Finding:
    """Columns and their types, as they are spelt, against the manifest's."""
    wrong = tuple(
        {"column": name, "is": found.get(name, "missing"), "should be": wanted.get(name, "absent")}
        for name in dict.fromkeys([*wanted, *found])
        if found.get(name) != wanted.get(name)
    )
    return Finding("types", table, "columns", len(wrong), wrong[:EXAMPLES])


def plan_of(manifest: Manifest, dataset: Dataset) -> Plan | None:
    """Plan the run that a manifest is of; None where its rows were drawn by another version."""
    if not manifest.is_drawn_alike:
        return None
    tables = list(manifest.tables) or None
    return make(dataset, scale=manifest.scale, seed=manifest.seed, until=manifest.until, tables=tables)


def contents(
    table: str, manifest: Manifest, found: Fingerprint, plan: Plan | None, seconds: float
) -> Iterator[Finding]:
    """Rows and fingerprint against the manifest, and a declared count against the spec.

    Without a plan the rows were drawn by another version, and how many have come by `until` is not known.
    """
    entry = manifest.tables[table]
    yield _equal(table, "manifest", found.rows, entry.rows)
    yield _equal(table, "fingerprint", str(found), entry.fingerprint, seconds)
    if plan is not None and plan.tables[table].exact:
        yield _equal(table, "declared", found.rows, plan.tables[table].rows)


def refuse_lack(error: BaseException) -> None:
    """Raise OutputError for an error that says nothing of the data: the machine has too few open files, or no space."""
    if short := lacks(error):
        raise OutputError(f"it cannot be verified: {short}") from error


def unread(kind: str, table: str, name: str, absent: str) -> Finding:
    """A check that needs a table which cannot be read."""
    return Finding(kind, table, name, None, note=f"{absent} cannot be read")


def planned(
    dataset: Dataset, manifest: Manifest, report: VerifyReport, readable: Collection[str]
) -> Iterator[Check | Finding]:
    """Every check of tables that were made: to be run, or a finding where one of them cannot be read."""
    if not manifest.is_drawn_alike:
        report.skipped.append(f"declared counts: the rows were drawn by another version, {manifest.program}")
    for check in checks(dataset, manifest.until, readable):
        absent = [table for table in check.reads if table not in manifest.tables and table not in readable]
        if absent:
            report.skipped.append(f"{check.kind} {check.table}.{check.name}: {absent[0]} was not made")
            continue
        broken = [table for table in check.reads if table not in readable]
        yield unread(check.kind, check.table, check.name, broken[0]) if broken else check


def _equal(table: str, name: str, found: Any, wanted: Any, seconds: float = 0.0) -> Finding:
    examples = () if found == wanted else ({"is": found, "should be": wanted},)
    return Finding("rows", table, name, len(examples), examples, seconds=seconds)
