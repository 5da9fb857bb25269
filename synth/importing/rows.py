"""Where the rows of a source are, for measuring: a folder's own files, or what is read of a database into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from synth.databases.address import address_of, is_database
from synth.errors import OptionError
from synth.existing.source import FolderSource
from synth.importing.found import Found
from synth.job.pull import pull
from synth.left import temporary_folder

__all__ = ["rows_of"]


@contextmanager
def rows_of(source: str, found: Found, schema: str | None) -> Iterator[Mapping[str, Path]]:
    """The Parquet files of each table of a source. Raises OptionError where it has no rows.

    Those of a database are read into a temporary folder, which is gone afterwards; files of other formats are not measured.
    """
    if is_database(source):
        with temporary_folder("synth-learn-") as folder:
            tables = [table.name for table in found.tables]
            pulled = pull(address_of(source), folder, schema=schema or found.name, tables=tables)
            yield {name: Path(pulled.folder) / name for name in tables if (Path(pulled.folder) / name).exists()}
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
