"""Data that is looked at: a folder here or elsewhere, or a dataset in a database. SQL sees its tables as a spec's does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from synth.databases.address import address_of, is_database
from synth.errors import OutputError
from synth.formats import format_of, unreadable_errors
from synth.job.pull import pull
from synth.left import temporary_folder
from synth.progress import Progress
from synth.sandbox import sandbox
from synth.store.entries import TableEntry
from synth.store.manifest import Manifest
from synth.store.memory import default_memory
from synth.store.opened import opened
from synth.translate.seen import seen_by_sql
from synth.verifying.checks import quoted

__all__ = ["folder_of", "readable", "tables_of"]


@contextmanager
def folder_of(place: str | Path, schema: str | None, tell: Progress) -> Iterator[Path]:
    """Give a folder of this machine with what is at a place. Raises OutputError, DatabaseError."""
    if not is_database(str(place)):
        with opened(place) as (folder, _):
            yield folder
        return
    address = address_of(str(place))
    with temporary_folder("synth-report-") as here:
        pulled = pull(address, here, schema=schema, progress=tell)
        if not pulled.has_manifest:
            raise OutputError(
                f"'{place}' holds no whole dataset of ours, and only of these it is known what they mean\n"
                "  hint: synth load DIR URL loads one; --schema names another place in the database"
            )
        yield Path(pulled.folder)


@contextmanager
def tables_of(folder: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, Manifest]]:
    """Let SQL see the tables of a folder. Raises OutputError where they cannot be read."""
    manifest = Manifest.read(folder)
    form = format_of(manifest.format)
    if not form.can_be_read:
        raise OutputError(
            f"'{folder}' holds INSERT statements, which cannot be read\n  hint: generate it as parquet, csv or ndjson"
        )
    with (
        temporary_folder("synth-report-") as spill,
        sandbox(folder, memory_bytes=default_memory(), spill=spill) as connection,
    ):
        with readable(folder):
            for table, entry in manifest.tables.items():
                _open(connection, folder.resolve(), form.name, table, entry)
        yield connection, manifest


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Within it files are read: where one cannot be, OutputError says which folder it is in."""
    try:
        yield
    except unreadable_errors() as error:
        said = str(error).splitlines()[0]
        raise OutputError(f"'{folder}' cannot be read: {said}\n  hint: synth verify {folder}") from error


def _open(connection: duckdb.DuckDBPyConnection, folder: Path, form: str, table: str, entry: TableEntry) -> None:
    """Let SQL see a table as a spec's does; text is read once, and kept as columns."""
    files, name = f"files of {table}", quoted(table)
    format_of(form).attach(connection, files, [folder / file.path for file in entry.files], entry.types)
    seen = seen_by_sql(quoted(files), entry.types) or f"SELECT * FROM {quoted(files)}"
    what = "VIEW" if format_of(form).holds_types else "TABLE"
    connection.execute(f"CREATE TEMP {what} {name} AS {seen}")
