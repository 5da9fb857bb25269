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

__all__ = ["LAKES", "Lake", "LakeFile", "LakeTable", "is_of_lake"]


@dataclass(frozen=True)
class LakeFile:
    """A Parquet file of a table: its name in the table's folder, rows and bytes."""

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


@dataclass(frozen=True)
class Lake:
    """One kind: its title, and the folder within a table's that it keeps its log in."""

    name: str
    title: str
    folder: str

    def write(self, table: LakeTable) -> int:
        """Make the log of a table, or go on with it; gives its version. Raises ExtraError, OutputError."""
        version: int = import_module(f"synth.lakes.{self.name}").write(table)
        return version

    def is_there(self, folder: Path) -> bool:
        """Whether a table's folder has such a log."""
        return (folder / self.folder).is_dir()


LAKES: Mapping[str, Lake] = MappingProxyType(
    {
        "delta": Lake("delta", "Delta Lake", "_delta_log"),
        "iceberg": Lake("iceberg", "Apache Iceberg", "metadata"),
    }
)


def is_of_lake(path: str) -> bool:
    """Whether a file of a dataset's folder belongs to a log: `orders/_delta_log/…`."""
    parts = path.split("/")
    return len(parts) > 2 and any(parts[1] == lake.folder for lake in LAKES.values())
