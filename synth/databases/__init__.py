"""Databases: how each is spoken to. Adding one is a file with a `Dialect` and a line here."""

from __future__ import annotations

from synth.databases import duckdb, mysql, postgres, sqlite, tsql
from synth.databases.dialect import Dialect

__all__ = ["DIALECTS", "Dialect"]

DIALECTS: dict[str, Dialect] = {
    "postgres": postgres.DIALECT,
    "mysql": mysql.DIALECT,
    "tsql": tsql.DIALECT,
    "sqlite": sqlite.DIALECT,
    "duckdb": duckdb.DIALECT,
}
