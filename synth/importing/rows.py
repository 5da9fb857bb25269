"""Where the rows of a source are, for measuring: a folder's own files, or what is read of a database into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from synth.databases import Address, Database, connect
from synth.databases.address import address_of, is_database
from synth.dtypes import Types
from synth.errors import DatabaseError, OptionError
from synth.existing.source import FolderSource
from synth.formats import FORMATS
from synth.importing.found import Found, Note
from synth.importing.untold import kind_of_error
from synth.left import temporary_folder
from synth.running import is_ending
from synth.store.streamed import file_name, write_streamed

__all__ = ["rows_of"]

LIMIT_S = 24 * 60 * 60  # of one table's rows
PARQUET = FORMATS["parquet"]


@contextmanager
def rows_of(source: str, found: Found, schema: str | None, notes: list[Note]) -> Iterator[Mapping[str, Path]]:
    """The Parquet files of each table of a source. Raises OptionError where it has no rows, DatabaseError.

    Those of a database are read into a temporary folder, which is gone afterwards; files of other formats are not measured.
    Of a table whose rows cannot be read a note tells.
    """
    if is_database(source):
        with temporary_folder("synth-learn-", guarded=True) as folder:
            yield _read(address_of(source), schema or found.name, found, folder, notes)
        return
    path = Path(source)
    if not path.is_dir():
        raise OptionError(
            f"'{source}' has no rows to learn from\n  hint: --learn takes a database or a folder of Parquet"
        )
    files = FolderSource(path.absolute()).files
    kept = {name: paths for name, paths in files.items() if paths and all(each.suffix == ".parquet" for each in paths)}
    if not kept:
        raise OptionError(f"'{source}' has no Parquet to learn from\n  hint: load it into DuckDB, and import that")
    yield {name: paths[0] if len(paths) == 1 else paths[0].parent for name, paths in kept.items()}


def _read(
    address: Address, schema: str | None, found: Found, folder: Path, notes: list[Note]
) -> dict[str, Path]:  # fmt: skip
    """Read tables into a folder, and say where each is. Raises DatabaseError where none of them can be read."""
    read: dict[str, Path] = {}
    with connect(address) as database:
        database.only_read(LIMIT_S)
        schema = schema or database.default_schema
        there = database.catalogue(schema)
        for table in found.tables:
            try:
                read[table.name] = _read_table(database, schema, table.name, there[table.name], folder)
            except Exception as error:
                if is_ending():
                    raise
                what = f"its rows were not measured: reading them ended in {kind_of_error(error)}"
                notes.append(Note(table.name, what))
    if found.tables and not read:
        hint = "`synth pull` says more of it, and may quote rows"
        raise DatabaseError(f"{address}: {notes[-1]}\n  hint: {hint}")
    return read


def _read_table(database: Database, schema: str, table: str, types: Types, folder: Path) -> Path:
    """The rows of a table, in the types that they have there. Raises what a driver raises, which may quote a cell."""
    database.require_short_texts(schema, table, types)
    frames = database.frames(database.query(schema, table, types), types)
    write_streamed(frames, folder, file_name(table), PARQUET, lambda _: None)
    return folder / file_name(table)
