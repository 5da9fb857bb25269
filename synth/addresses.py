"""Which addresses are of object stores; others with `://` are of databases."""

from __future__ import annotations

from pathlib import Path

__all__ = ["OBJECT_STORES", "is_object_store"]

OBJECT_STORES = ("s3", "gs", "az", "abfs", "abfss")


def is_object_store(place: str | Path) -> bool:
    """Tell whether a place is the address of a folder in an object store."""
    return isinstance(place, str) and "://" in place and place.partition("://")[0] in OBJECT_STORES
