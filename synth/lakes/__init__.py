"""Tables of lakehouses over the Parquet files of a folder, which stay as they are. One is a file here and a line in `LAKES`.

The file has one function, `write(table)`: it makes the log that the table lacks, or a further version where files are
others than the last one has, and gives the version. Light to import: libraries are loaded where they are used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Any

from synth.errors import OutputError, SynthError
from synth.extras import needing

__all__ = ["LAKES", "Lake", "LakeFile", "LakeTable", "is_of_lake"]


@dataclass(frozen=True)
class LakeFile:
    """A Parquet file of a table: its path in the table's folder, rows and bytes."""

    name: str
    rows: int
    bytes: int


@dataclass(frozen=True)
class LakeTable:
    """A table as it is in a folder: its files there, what is said of it, and a hash of its rows."""

    folder: Path
    name: str
    about: str
    files: tuple[LakeFile, ...]
    fingerprint: str
    columns: Mapping[str, str]  # what is said of each, "" where nothing is
    until: str

    def schema(self, word: str) -> Any:
        """Give the columns of its files as an Arrow schema, what is said of each under a kind's own word for it."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        found = pq.read_schema(self.folder / self.files[0].name)
        return pa.schema(
            [field.with_metadata({word: said} if (said := self.columns.get(field.name)) else None) for field in found]
        )


@dataclass(frozen=True)
class Lake:
    """One kind: its title, the folder within a table's that it keeps its log in, and how the files there end."""

    name: str
    title: str
    folder: str
    suffixes: tuple[str, ...]

    def require(self) -> None:
        """Look for its library. Raises ExtraError."""
        with needing("lakes"):
            import_module(f"synth.lakes.{self.name}")

    def write(self, table: LakeTable) -> int:
        """Make the log of a table, or go on with it; gives its version. Raises ExtraError, OutputError."""
        self.require()
        try:
            version: int = import_module(f"synth.lakes.{self.name}").write(table)
        except SynthError:
            raise
        except Exception as error:  # a library's, of a log that others have made or changed
            raise OutputError(
                f"'{table.folder / self.folder}' cannot be gone on with: {' '.join(str(error).split())[:200]}\n"
                f"  hint: remove that folder, and `synth lake --as {self.name}` makes it anew"
            ) from error
        return version

    def is_there(self, folder: Path) -> bool:
        """Whether a table's folder has such a log."""
        return (folder / self.folder).is_dir()


LAKES: Mapping[str, Lake] = MappingProxyType(
    {
        "delta": Lake("delta", "Delta Lake", "_delta_log", (".json", ".parquet", ".crc", "_last_checkpoint")),
        "iceberg": Lake("iceberg", "Apache Iceberg", "metadata", (".json", ".avro", ".text")),
    }
)


def is_of_lake(path: str) -> bool:
    """Whether a file of a dataset's folder belongs to a log, `orders/_delta_log/00….json`, or is the folder of one."""
    _, folder, name = (*path.split("/", 2), "", "")[:3]
    return any(folder == lake.folder and (not name or name.endswith(lake.suffixes)) for lake in LAKES.values())
