"""Whether each file of a table is what its task wrote: its columns in their order, its rows, and its own fingerprint.

All files of a table are read in one pass.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from synth.databases import DIALECTS
from synth.dtypes import Types
from synth.fingerprint import Fingerprint
from synth.formats.format import Format, unreadable_errors
from synth.store.files import FileEntry
from synth.store.partitions import unpartitioned
from synth.verifying.few_texts import numbered
from synth.verifying.findings import EXAMPLES, refuse_lack
from synth.verifying.report import Finding

__all__ = ["content_by_file", "named_columns", "of_each_file"]

FILE = "#file"  # no column of a table is called so


def named_columns(table: str, form: Format, folder: Path, files: Sequence[Path], types: Types) -> Finding:
    """The names of the columns in each file; types of a file that says them are those of the first."""
    wrong, first, started = [], None, time.perf_counter()
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            other = form.other_names(path, list(types))
            known = form.columns(path) if form.holds_types and other is None else None
        except unreadable_errors() as error:
            refuse_lack(error)
            wrong.append({"file": name, "is": str(error).splitlines()[0]})
            continue
        first = first or known
        if other is not None:
            wrong.append({"file": name, **_difference(other, list(types))})
        elif first and known and known != first:
            column = next(each for each in known if known[each] != first[each])
            wrong.append({"file": name, "column": column, "is": str(known[column]), "should be": str(first[column])})
    seconds = time.perf_counter() - started
    return Finding("files", table, "named columns", len(wrong), tuple(wrong[:EXAMPLES]), seconds=seconds)


def _difference(found: Sequence[str], wanted: Sequence[str]) -> dict[str, Any]:
    """The first column that is another one."""
    place = next((at for at, pair in enumerate(zip(found, wanted, strict=False)) if pair[0] != pair[1]), None)
    place = min(len(found), len(wanted)) if place is None else place
    is_there, should = (names[place] if place < len(names) else "absent" for names in (found, wanted))
    return {"column": place + 1, "is": is_there, "should be": should}


def content_by_file(
    connection: duckdb.DuckDBPyConnection, form: Format, files: Sequence[Path], types: Types, rows: int
) -> dict[Path, Fingerprint]:
    """The fingerprint of each file, of about so many rows together. Raises one of `unreadable_errors()`."""
    form.attach(connection, FILE, files, types, FILE)
    place, seen = numbered(connection, FILE, types, rows)
    asked = DIALECTS["duckdb"].fingerprint_query(seen, place, FILE)
    sums = {path: [int(number) for number in numbers] for path, *numbers in connection.execute(asked).fetchall()}
    return {path: Fingerprint(*sums.get(str(path), ())) for path in files}


def of_each_file(
    table: str, entries: Sequence[FileEntry], found: Mapping[str, Fingerprint], wanted: Mapping[str, Fingerprint]
) -> Iterator[Finding]:
    """Rows of each file against the manifest, and its content against what the task of its name made, where one has."""
    rows = [
        {"file": entry.path, "is": found[entry.path].rows, "should be": entry.rows}
        for entry in entries
        if entry.path in found and found[entry.path].rows != entry.rows
    ]
    yield Finding("files", table, "rows", len(rows), tuple(rows[:EXAMPLES]))
    of_tasks: dict[str, Fingerprint] = {}
    for path, content in found.items():
        task = unpartitioned(path)
        of_tasks[task] = of_tasks.get(task, Fingerprint()) + content
    other = [
        {"file": path, "is": str(of_tasks[path]), "should be": str(print_)}
        for path, print_ in wanted.items()
        if path in of_tasks and of_tasks[path] != print_
    ]
    yield Finding("files", table, "content", len(other), tuple(other[:EXAMPLES]))
