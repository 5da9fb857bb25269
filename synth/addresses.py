"""Which addresses are of folders elsewhere, in object stores and filesystems; others with `://` are of databases."""

from __future__ import annotations

from pathlib import Path

__all__ = ["FILESYSTEMS", "OBJECT_STORES", "is_remote"]

OBJECT_STORES = ("s3", "gs", "az", "abfs", "abfss")
FILESYSTEMS = ("hdfs", "webhdfs", "sftp", "ssh", "smb", "ftp", "dbfs", "file")  # by fsspec's names


def is_remote(place: str | Path) -> bool:
    """Tell whether a place is the address of a folder in an object store, or in a filesystem elsewhere."""
    scheme, is_address, _ = str(place).partition("://")
    return isinstance(place, str) and bool(is_address) and scheme in (*OBJECT_STORES, *FILESYSTEMS)
