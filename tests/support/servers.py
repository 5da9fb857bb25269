"""The databases that tests run: what starts each, where it is, and how its content is changed."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb

from synth.databases import DATABASES, Address, connect
from tests.support.file_databases import DuckDB, SQLite
from tests.support.server_processes import MariaDB, PostgreSQL

# dialect -> what starts the database; its `run` takes SQL through its own client, gives cells as text and NULL as None,
# and raises `Refused` with the database's words
SERVERS = {"postgres": PostgreSQL, "mysql": MariaDB, "sqlite": SQLite, "duckdb": DuckDB}
# dialect -> why its SQL is only parsed here, and not run
WITHOUT_SERVER = {
    "tsql": "SQL Server is no package of the system's; SYNTH_TEST_MSSQL_URL names one",
}


def live() -> list[str]:
    """Databases that are here, or can be started."""
    return [name for name in DATABASES if name != "tsql" or os.environ.get("SYNTH_TEST_MSSQL_URL")]


def live_address(name: str, database, folder: Path) -> Address:
    """Where a database of this kind is: the running server's, or a file in the folder."""
    if name in ("sqlite", "duckdb"):
        return Address.parse(f"{name}:///{folder / f'target.{name}'}")
    if name == "tsql":
        return Address.parse(os.environ["SYNTH_TEST_MSSQL_URL"])
    server = database(name)
    if name == "postgres":
        return Address.parse(f"postgresql://postgres@/postgres?host={server.folder}")
    return Address.parse(f"mysql://root@localhost/?unix_socket={server.socket}")


def change(address: Address, statements) -> None:
    """Run statements, by the library's own connection where ours only reads."""
    if address.database == "sqlite":
        with closing(sqlite3.connect(address.name)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
    elif address.database == "duckdb":
        with duckdb.connect(address.name) as connection:
            for statement in statements:
                connection.execute(statement)
    else:
        with connect(address) as database:
            for statement in statements:
                database.run(statement)
