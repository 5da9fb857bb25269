"""Loads a folder that `generate` made into a database."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from synth.columns import cast_to_written
from synth.databases import Address
from synth.databases.duckdb.errors import first_words
from synth.errors import OptionError, OutputError
from synth.loading.load import Loading, Progress, Report
from synth.store.folder import require_files
from synth.store.manifest import Manifest
from synth.store.reading import UNREADABLE, read_file
from synth.store.rollup_parts import FILE as SUMS

__all__ = ["load_folder"]


def load_folder(
    folder: str | Path, address: Address, *, schema: str | None = None, if_exists: str = "fail", connections: int = 4,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Load all tables of a folder, or nothing. Raises OutputError, OptionError, DatabaseError, DataError.

    `schema` is the dataset's name if left out; `if_exists` is what becomes of tables of the same names: fail, replace,
    append. `progress` is called with a table and the rows just sent, and with each phase that begins.
    """
    folder = Path(folder)
    manifest = Manifest.read(folder)
    if manifest.format == "sql":
        raise OptionError(f"'{folder}' holds INSERT statements\n  hint: run them with the database's own client")
    require_files(folder, manifest)  # before anything is sent
    with Loading(
        address, manifest.load_dataset(), manifest.tables, schema=schema, if_exists=if_exists, connections=connections,
        progress=progress,
    ) as loading:  # fmt: skip
        with loading.phase("send"):
            jobs = _by_table if loading.database.capabilities.reads_files else _by_file
            loading.run([job for table in loading.tables for job in jobs(loading, folder, manifest, table)])
        return loading.finish(manifest, folder / SUMS)


def _by_table(loading: Loading, folder: Path, manifest: Manifest, table: str) -> list[Callable[[], None]]:
    entry = manifest.tables[table]
    paths = [folder / file.path for file in entry.files]
    return [lambda: loading.send_files(table, paths, manifest.format, entry.types)] if paths else []


def _by_file(loading: Loading, folder: Path, manifest: Manifest, table: str) -> list[Callable[[], None]]:
    return [_sending(loading, folder / file.path, manifest, table) for file in manifest.tables[table].files]


def _sending(loading: Loading, path: Path, manifest: Manifest, table: str) -> Callable[[], None]:
    """A job that reads one file and sends its rows."""

    def job() -> None:
        started = time.perf_counter()
        types = manifest.tables[table].types
        try:
            frame = cast_to_written(read_file(path, manifest.format, types), types)
        except UNREADABLE as error:
            raise OutputError(f"'{path}' cannot be read: {first_words(error)}") from error
        loading.send(table, frame, read_s=time.perf_counter() - started)

    return job
