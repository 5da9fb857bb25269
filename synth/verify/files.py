"""Verifies a folder: its files against the manifest, then every check as SQL in DuckDB."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from synth.databases import DIALECTS
from synth.errors import OutputError
from synth.fingerprint import Fingerprint
from synth.formats import FORMATS, format_of, unreadable_errors
from synth.spec.models import Dataset
from synth.store.files import checksum
from synth.store.manifest import NAME, Manifest, TableEntry
from synth.store.parents import FORMAT as PARENTS_FORMAT
from synth.verify.checks import Check, quoted
from synth.verify.findings import EXAMPLES, Tell, adder, columns, contents, plan_of, planned, unread
from synth.verify.in_duckdb import run_check
from synth.verify.report import Finding, VerifyReport

__all__ = ["verify_folder"]


def verify_folder(folder: str | Path, progress: Tell | None = None) -> VerifyReport:
    """Run every check on a folder that `generate` made. Raises OutputError where there is none."""
    folder = Path(folder)
    manifest = Manifest.read(folder)
    if not format_of(manifest.format).can_be_read:
        raise OutputError(
            f"'{folder}' holds INSERT statements, which are proved where they are loaded\n"
            "  hint: the same plan as --format csv has the same content, and can be verified as files"
        )
    dataset = manifest.load_dataset()
    report = VerifyReport(str(folder), manifest.dataset)
    add = adder(report, progress)
    add(_strangers(folder, manifest))
    readable: set[str] = set()
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET preserve_insertion_order = false")
        for table, entry in manifest.tables.items():
            started = time.perf_counter()
            broken = _files(folder, entry, table)
            took = time.perf_counter() - started
            add(Finding("files", table, "checksums", len(broken), tuple(broken[:EXAMPLES]), seconds=took))
            add(_open(connection, folder, manifest, table))
            if report.findings[-1].passed:
                readable.add(table)
        for name, existing in manifest.existing.items():
            if existing.file:
                add(_existing(connection, folder / existing.file.path, name))
                readable.add(name)
        for finding in _contents(connection, manifest, dataset, readable):
            add(finding)
        for check in planned(dataset, manifest, report, readable):
            found = check if isinstance(check, Finding) else run_check(connection, check)
            if (
                not found.passed
                and found.offences is None
                and isinstance(check, Check)
                and set(check.reads) & set(manifest.existing)
            ):
                report.skipped.append(
                    f"{check.kind} {check.table}.{check.name}: it reads more of existing tables than was kept"
                )
                continue
            add(found)
    return report


def _existing(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Finding:
    """Make a view of what was kept of an existing table."""
    try:
        FORMATS[PARENTS_FORMAT].attach(connection, name, [path], {})
    except unreadable_errors() as error:
        return Finding("types", name, "what was kept of it", None, note=str(error).splitlines()[0])
    return Finding("types", name, "what was kept of it", 0)


def _files(folder: Path, entry: TableEntry, table: str) -> list[dict[str, Any]]:
    """Files that are missing, strange, or not what the manifest says."""
    broken = []
    known = {file.path for file in entry.files}
    for path in sorted((folder / table).glob("*")) if (folder / table).is_dir() else []:
        name = path.relative_to(folder).as_posix()
        if name not in known:
            broken.append({"file": name, "is": "not in the manifest"})
    for file in entry.files:
        path = folder / file.path
        if not path.is_file():
            broken.append({"file": file.path, "is": "missing"})
            continue
        if checksum(path) != file.sha256:
            broken.append({"file": file.path, "is": "changed since it was made"})
    return broken


def _strangers(folder: Path, manifest: Manifest) -> Finding:
    """Anything in the folder, hidden files apart, that the manifest does not name."""
    known = {file.path for entry in manifest.tables.values() for file in entry.files} | {NAME}
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    strange = [{"file": name, "is": "not in the manifest"} for name in found if name not in known and name[0] != "."]
    return Finding("files", "(folder)", "nothing else", len(strange), tuple(strange[:EXAMPLES]))


def _open(connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, table: str) -> Finding:
    """Make a view of a table's files and compare its columns and types with the manifest."""
    entry, form = manifest.tables[table], format_of(manifest.format)
    paths = [path for path in sorted((folder / table).glob("*")) if path.is_file()]
    wanted = {name: dtype.duckdb for name, dtype in entry.types.items()}
    if not paths:
        return Finding("types", table, "columns", None, note="there are no files")
    try:
        form.attach(connection, table, paths, entry.types)
        found = {row[0]: row[1] for row in connection.execute(f"DESCRIBE {quoted(table)}").fetchall()}
        if not form.holds_types:
            every = ", ".join(f"COUNT({quoted(name)})" for name in wanted)
            connection.execute(f"SELECT {every} FROM {quoted(table)}").fetchall()  # every cell is of its type
    except unreadable_errors() as error:
        return Finding("types", table, "columns", None, note=str(error).splitlines()[0])
    return columns(table, found, wanted)


def _contents(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, dataset: Dataset, readable: set[str]
) -> Iterator[Finding]:
    """Row counts and fingerprints against the manifest, and declared counts against the spec."""
    plan = plan_of(manifest, dataset)
    for table, entry in manifest.tables.items():
        if table not in readable:
            yield unread("rows", table, "fingerprint", table)
            continue
        started = time.perf_counter()
        sums = DIALECTS["duckdb"].fingerprint_query(entry.types, quoted(table))
        try:
            row = connection.execute(sums).fetchone()
        except duckdb.Error as error:
            yield Finding("rows", table, "fingerprint", None, note=str(error).splitlines()[0])
            continue
        if row is None:
            raise OutputError(f"'{table}' gave no fingerprint")
        found = Fingerprint(*(int(number) for number in row))
        yield from contents(table, manifest, found, plan, time.perf_counter() - started)
