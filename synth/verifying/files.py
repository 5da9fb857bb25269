"""Verifies a folder: its files against the manifest, then every check as SQL in DuckDB."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import duckdb

from synth.databases import DIALECTS
from synth.dtypes import Types
from synth.errors import OutputError
from synth.fingerprint import Fingerprint
from synth.formats import FORMATS, format_of, unreadable_errors
from synth.lakes import is_of_lake
from synth.left import temporary_folder
from synth.logs import logged
from synth.plan.content import EARLIER_KEYS
from synth.plan.model import Plan
from synth.progress import Progress
from synth.runners import cores
from synth.sandbox import bytes_for, sandbox
from synth.spec.models import Dataset
from synth.spec.scope import Scope
from synth.store.entries import ExistingEntry, TableEntry
from synth.store.files import is_plain
from synth.store.manifest import Manifest
from synth.store.memory import default_memory
from synth.store.opened import opened
from synth.store.parents import FORMAT as PARENTS_FORMAT
from synth.store.partitions import is_partition
from synth.store.tasks import files_of_tasks
from synth.system import is_utf8
from synth.translate.seen import seen_by_sql
from synth.verifying.by_file import content_by_file, named_columns, of_each_file
from synth.verifying.checks import Check, quoted
from synth.verifying.course import Course
from synth.verifying.findings import EXAMPLES, Tell, adder, columns, contents, plan_of, planned, refuse_lack, unread
from synth.verifying.in_duckdb import run_checks, said
from synth.verifying.listed import changed_files, hidden_files, nothing_else
from synth.verifying.report import Finding, VerifyReport
from synth.verifying.stated import stated

__all__ = ["verify_folder"]

MEMORY_BYTES = 2 * 10**9  # more makes nothing faster: erp at SCALE=30 takes as long with three times as much
FILES_OF = "files of "  # a table, before its name; a table of a spec has no blank in its own


@logged
def verify_folder(
    folder: str | Path, progress: Progress | None = None, *, memory_bytes: int | None = None, workers: int | str = "all",
    found: Tell | None = None,
) -> VerifyReport:  # fmt: skip
    """Run every check on a folder that `generate` made. Raises OutputError where there is none.

    The process takes `memory_bytes` at most, by default 2 GB, more where many cores work, and never more than half of the
    machine's; what is more goes to a temporary folder, as does a copy of what is in an object store. So many cores work as
    `workers`, by default all. `found` is called with each finding as it is made.

    >>> synth.verify_folder(synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder).passed
    True
    """
    with opened(folder) as (here, copy):
        report = _verified(here, progress, memory_bytes, cores(workers), found)
        if copy:
            report.place, report.left, strangers = str(copy.objects), copy.left(), copy.strangers()
            strange = tuple({"object": name, "is": "not in the manifest"} for name in strangers[:EXAMPLES])
            adder(report, found)(Finding("files", "(store)", "nothing else", len(strangers), strange))
    return report


def _verified(
    folder: Path, progress: Progress | None, memory_bytes: int | None, workers: int, found: Tell | None
) -> VerifyReport:
    """Run every check on a folder of this machine."""
    if not is_utf8(str(folder.resolve())):
        raise OutputError(
            f"{str(folder.resolve())!r} is no UTF-8, and cannot be read by DuckDB\n  hint: rename the folder"
        )
    manifest = Manifest.read(folder)
    if not format_of(manifest.format).can_be_read:
        raise OutputError(
            f"'{folder}' holds INSERT statements, which are proved where they are loaded\n"
            "  hint: the same plan as --format csv has the same content, and can be verified as files"
        )
    dataset = manifest.load_dataset()
    report = VerifyReport(str(folder), manifest.dataset, {name: entry.rows for name, entry in manifest.tables.items()})
    add, course = adder(report, found), Course(progress, manifest, dataset, joins=False)
    plan = plan_of(manifest, dataset)
    for finding in (*stated(manifest, dataset, plan), *hidden_files(folder, manifest), nothing_else(folder, manifest)):
        add(finding)
    readable: set[str] = set()
    with (
        temporary_folder("synth-verify-") as spill,
        sandbox(folder, memory_bytes=memory_bytes or _memory(workers), spill=spill, workers=workers) as connection,
    ):
        for table, entry in manifest.tables.items():
            started = time.perf_counter()
            broken = [*_strange(folder, entry, table), *changed_files(folder, entry.files)]
            took = time.perf_counter() - started
            add(Finding("files", table, "checksums", len(broken), tuple(broken[:EXAMPLES]), seconds=took))
            add(_open(connection, folder.resolve(), manifest, table))
            if report.findings[-1].passed:
                readable.add(table)
                _let_sql_see(connection, table, entry.types)
                form, files = format_of(manifest.format), _plain(folder.resolve(), table)
                add(named_columns(table, form, folder.resolve(), files, entry.types))
            course.read(table, time.perf_counter() - started)
        for name, existing in manifest.existing.items():
            if existing.file and is_plain(folder / existing.file.path, folder):
                add(_existing(connection, folder.resolve() / existing.file.path, name, existing, dataset))
                readable.add(name)
        for finding in _contents(connection, manifest, plan, readable, folder.resolve(), course):
            add(finding)
        todo = planned(dataset, manifest, report, readable)
        for check, finding in run_checks(connection, todo, course=course):
            if (
                not finding.passed
                and finding.offences is None
                and isinstance(check, Check)
                and set(check.reads) & set(manifest.existing)
            ):
                report.skipped.append(
                    f"{check.kind} {check.table}.{check.name}: it reads more of existing tables than was kept"
                )
                continue
            add(finding)
    course.end()
    return report


def _memory(workers: int) -> int:
    """The memory that is taken where none is stated, in bytes."""
    return min(default_memory(), max(MEMORY_BYTES, bytes_for(workers)))


def _existing(
    connection: duckdb.DuckDBPyConnection, path: Path, name: str, entry: ExistingEntry, dataset: Dataset
) -> Finding:
    """Make a view of what was kept of an existing table, and compare its content with what was read."""
    scope, table = Scope(dataset), name.removesuffix(EARLIER_KEYS)
    types = {column: scope.type_of(table, column) for column in scope.table(table).columns}
    try:
        FORMATS[PARENTS_FORMAT].attach(connection, name, [path], {})
        columns = [row[0] for row in connection.execute(f"DESCRIBE {quoted(name)}").fetchall()]
        kept = {column: types[column] for column in columns if column in types}
        row = connection.execute(DIALECTS["duckdb"].fingerprint_query(kept, quoted(name))).fetchall()[0]
        _let_sql_see(connection, name, kept)
    except unreadable_errors() as error:
        refuse_lack(error)
        return Finding("types", name, "what was kept of it", None, note=str(error).splitlines()[0])
    found = str(Fingerprint(*(int(number) for number in row)))
    wrong = () if found == entry.fingerprint else ({"is": found, "should be": entry.fingerprint},)
    return Finding("types", name, "what was kept of it", len(wrong), wrong)


def _strange(folder: Path, entry: TableEntry, table: str) -> Iterator[dict[str, Any]]:
    """Files in a table's folder that the manifest does not name."""
    known = {file.path for file in entry.files}
    folders = {parent for name in known for parent in PurePosixPath(name).parents}
    for path in _inside(folder / table):
        name = path.relative_to(folder).as_posix()
        is_log = path.is_dir() and not path.is_symlink() and is_of_lake(f"{name}/")
        is_known = name in known or (path.is_dir() and PurePosixPath(name) in folders)
        if not is_known and not is_log:
            yield {"file": name, "is": "not in the manifest"}


def _inside(place: Path) -> list[Path]:
    """All that is in a table's folder and in its partitions', by name; links are not gone into."""
    found, waiting = list[Path](), [place] if place.is_dir() else []
    while waiting:
        here = list(waiting.pop().iterdir())
        found += here
        waiting += [path for path in here if is_partition(path.name) and path.is_dir() and not path.is_symlink()]
    return sorted(found)


def _plain(folder: Path, table: str) -> list[Path]:
    """The files that are in a table's folder, as whoever reads all of it would find them, but for names that are no text."""
    return [path for path in _inside(folder / table) if is_plain(path, folder) and is_utf8(path.name)]


def _open(connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest, table: str) -> Finding:
    """Make a view of a table's files and compare its columns and types with the manifest."""
    entry, form = manifest.tables[table], format_of(manifest.format)
    paths = _plain(folder, table)
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
        refuse_lack(error)
        return Finding("types", table, "columns", None, note=str(error).splitlines()[0])
    return columns(table, found, wanted)


def _let_sql_see(connection: duckdb.DuckDBPyConnection, table: str, types: Types) -> None:
    """Let checks find the values of a table's files as SQL of a spec knows them."""
    if seen := seen_by_sql(quoted(f"{FILES_OF}{table}"), types):
        connection.execute(f"ALTER VIEW {quoted(table)} RENAME TO {quoted(f'{FILES_OF}{table}')}")
        connection.execute(f"CREATE TEMP VIEW {quoted(table)} AS {seen}")


def _contents(
    connection: duckdb.DuckDBPyConnection,
    manifest: Manifest,
    plan: Plan | None,
    readable: set[str],
    folder: Path,
    course: Course,
) -> Iterator[Finding]:
    """Row counts and fingerprints against the manifest, file by file, and declared counts against the spec."""
    form, by_table = format_of(manifest.format), files_of_tasks(manifest)
    for table, entry in manifest.tables.items():
        if table not in readable:
            yield unread("rows", table, "fingerprint", table)
            continue
        started = time.perf_counter()
        files = _plain(folder, table)
        try:
            if len(files) > 1:
                each = content_by_file(connection, form, files, entry.types, entry.rows)
            else:
                sums = DIALECTS["duckdb"].fingerprint_query(entry.types, quoted(table))
                each = {path: Fingerprint(*map(int, connection.execute(sums).fetchall()[0])) for path in files}
        except unreadable_errors() as error:
            refuse_lack(error)
            yield Finding("rows", table, "fingerprint", None, note=said(error))
            continue
        course.summed(table, time.perf_counter() - started)
        several = each if len(each) > 1 else {}  # what is in a single file is what is in the table
        found = {path.relative_to(folder).as_posix(): content for path, content in several.items()}
        yield from of_each_file(table, entry.files, found, by_table.get(table, {}))
        whole = sum(each.values(), Fingerprint())
        yield from contents(table, manifest, whole, plan, time.perf_counter() - started)
