"""Which databases there are, one line each; what a database brings stands in its folder, and is loaded when asked for.

A folder may hold no more than `dialect.py`: DDL can be written for that database then, and nothing else is offered for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import TypeVar

__all__ = ["NAMES", "Declarations"]

# a folder beside this file, which is also the word behind --dialect
NAMES = (
    "postgres",
    "mysql",
    "tsql",
    "sqlite",
    "duckdb",
)

T = TypeVar("T")


class Declarations(Mapping[str, T]):
    """What the file of one name declares in each folder, by the database's name.

    Databases whose folder lacks the file, or that declare None in it, are left out.
    """

    def __init__(self, file: str, name: str):
        """`file` is the module in each folder, `name` that of the object in it."""
        self.file, self.name = file, name

    def _load(self, database: str) -> T | None:
        """What a database declares; None if it is nothing."""
        folder = f"{__package__}.{database}"
        if find_spec(folder) is None:
            raise LookupError(
                f"'{database}' stands in NAMES of {__file__}, and there is no folder of that name beside it"
            )
        module = f"{folder}.{self.file}"
        if find_spec(module) is None:
            return None
        declared: T | None = getattr(import_module(module), self.name)
        return declared

    def __getitem__(self, database: str) -> T:
        declared = self._load(database) if database in NAMES else None
        if declared is None:
            raise KeyError(database)
        return declared

    def __iter__(self) -> Iterator[str]:
        return (database for database in NAMES if self._load(database) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)
