"""Databases: how each is spoken to. Adding one is a folder, and a line in `registry.py`.

Every folder has the same files (tests/databases/test_contract.py holds them to it):
`dialect` how its SQL is spelt, `urls` how users name it, `database` what it can do, `connection` the driver,
`catalogue` what is there, `definitions` its DDL, `errors` what went wrong, `sending` how rows go in,
`staging` how a load takes its place, `script` files for the database's own client.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from synth.databases.registry import NAMES, Declarations

if TYPE_CHECKING:
    from synth.databases.address import Address
    from synth.databases.contract import Database
    from synth.databases.scripting.script import Script
    from synth.translate.dialect import Dialect

__all__ = ["DATABASES", "DIALECTS", "NAMES", "SCRIPTS", "Address", "Database", "Dialect", "connect"]

DIALECTS: Mapping[str, Dialect] = Declarations("dialect", "DIALECT")
DATABASES: Mapping[str, type[Database]] = Declarations("database", "DATABASE")  # those that can be connected to
SCRIPTS: Mapping[str, Script] = Declarations("script", "SCRIPT")  # those whose own client loads files


def connect(address: Address, via: str | None = None) -> Database:
    """A connection, which sends rows in the usual way or in another. Raises OptionError, DatabaseError."""
    return DATABASES[address.database](address, via)


_HOMES = {
    "Address": "synth.databases.address",
    "Database": "synth.databases.contract",
    "Dialect": "synth.translate.dialect",
}


def __getattr__(name: str) -> Any:
    """These are loaded when first used: the command line asks for names alone, and reading an address needs no Polars."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'synth.databases' has no attribute '{name}'")
