"""Loads a folder that `generate` made into a database."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from synth.databases import Address
from synth.databases.address import address_of
from synth.databases.rights import NO_RIGHTS, Rights
from synth.errors import OptionError
from synth.formats import Format, format_of
from synth.loading.load import Loading
from synth.loading.report import LoadReport
from synth.logs import logged
from synth.progress import Progress
from synth.store.entries import TableEntry
from synth.store.folder import require_files
from synth.store.manifest import Manifest
from synth.store.opened import opened
from synth.store.rollup_parts import FILE as SUMS

__all__ = ["load_folder"]


@logged
def load_folder(
    folder: str | Path, address: Address | str | Path, *, schema: str | None = None, if_exists: str = "fail",
    connections: int = 4, via: str | None = None, identity: bool = True, index_times: bool = False,
    rights: Rights = NO_RIGHTS, keep_staging: bool = False, dry_run: bool = False, progress: Progress | None = None,
) -> LoadReport:  # fmt: skip
    """Load all tables of a folder, or nothing. Raises OutputError, OptionError, DatabaseError, DataError.

    `schema` is the dataset's name if left out; `if_exists` is what becomes of tables of the same names: fail, replace
    (those that loads have made), replace-any, append. `via` is how rows go in, where a database has several ways. With
    `identity` the database gives new rows their keys, where they are integers or UUIDs of a table's own; with
    `index_times` each date and timestamp has an index.
    With `keep_staging` tables that were sent whole stay staged if the load ends early, and the same load goes on with them.
    A `dry_run` says what would happen; for a refresh all is done, and undone.
    `progress` is called with a table and the rows just sent, and with each phase that begins.

    >>> folder = synth.generate(synth.make_plan("inventory", scale=0.01), "output").folder
    >>> synth.load_folder(folder, "shop.duckdb").rows
    351
    """
    address = address_of(address)
    with opened(folder) as (here, _):
        manifest = Manifest.read(here)
        form = format_of(manifest.format)
        if not form.can_be_read:
            raise OptionError(f"'{here}' holds INSERT statements\n  hint: run them with the database's own client")
        require_files(here, manifest)  # before anything is sent
        rows = {name: entry.rows for name, entry in manifest.tables.items()}
        loading = Loading(
            address, manifest.load_dataset(), manifest.tables, schema=schema, if_exists=if_exists, connections=connections,
            via=via, identity=identity, index_times=index_times, rights=rights, progress=progress,
            keep=_rows_of(manifest) if keep_staging else None,
        )  # fmt: skip
        if dry_run and if_exists != "refresh":
            return loading.preview(rows)
        with loading:
            with loading.phase("send", sum(rows.values())):
                jobs = _by_table if loading.database.capabilities.reads_files else _by_file
                loading.send_tables(
                    {table: jobs(loading, here, form, table, manifest.tables[table]) for table in loading.tables}, rows
                )
            return loading.finish(manifest, here / SUMS, dry_run=dry_run)


def _rows_of(manifest: Manifest) -> str:
    """A hash of all rows: whose they are, and what is in them."""
    prints = {name: entry.fingerprint for name, entry in manifest.tables.items()}
    return sha256(json.dumps([manifest.identity, prints]).encode()).hexdigest()


def _by_table(loading: Loading, folder: Path, form: Format, table: str, entry: TableEntry) -> list[Callable[[], None]]:
    """One job, by which the database reads all files of a table; none where there are no files."""
    paths = [folder / file.path for file in entry.files]
    return [lambda: loading.send_files(table, paths, form.name, entry.types)] if paths else []


def _by_file(loading: Loading, folder: Path, form: Format, table: str, entry: TableEntry) -> list[Callable[[], None]]:
    """A job for each file of a table, which reads it and sends its rows."""

    def job(path: Path) -> Callable[[], None]:
        def read_and_send() -> None:
            started = time.perf_counter()
            frame = form.read(path, entry.types)
            loading.send(table, frame, read_s=time.perf_counter() - started)

        return read_and_send

    return [job(folder / file.path) for file in entry.files]
