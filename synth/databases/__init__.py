"""Databases: how each is spoken to. Adding one is a file with a `Dialect` and a `Database`, and a line here for each."""

from __future__ import annotations

from synth.databases.address import Address
from synth.databases.database import Database
from synth.databases.duckdb import connection as duckdb
from synth.databases.mysql import connection as mysql
from synth.databases.postgres import connection as postgres
from synth.databases.sqlite import connection as sqlite
from synth.databases.tsql import connection as tsql
from synth.translate.dialect import Dialect

__all__ = ["DATABASES", "DIALECTS", "Address", "Database", "Dialect", "connect"]

DIALECTS: dict[str, Dialect] = {
    "postgres": postgres.DIALECT,
    "mysql": mysql.DIALECT,
    "tsql": tsql.DIALECT,
    "sqlite": sqlite.DIALECT,
    "duckdb": duckdb.DIALECT,
}

DATABASES: dict[str, type[Database]] = {
    "postgres": postgres.PostgreSQL,
    "mysql": mysql.MySQL,
    "tsql": tsql.SQLServer,
    "sqlite": sqlite.SQLite,
    "duckdb": duckdb.DuckDB,
}


def connect(address: Address) -> Database:
    """A connection. Raises DatabaseError."""
    return DATABASES[address.database](address)
