"""Databases that are pulled from, without the schemas that a test makes there."""

from __future__ import annotations

from synth.databases import DATABASES
from tests.support.servers import live_address

LIVE = [name for name in DATABASES if name != "tsql"]  # SQL Server: wherever SYNTH_TEST_MSSQL_URL is set, by hand


def a_place(name, database, folder, schemas):
    """A database's address, without these schemas; they are dropped in the end."""
    address = live_address(name, database, folder)
    for schema in schemas if not address.is_file else ():
        database(name).drop(schema, ())
    yield address
    for schema in schemas if not address.is_file else ():
        database(name).drop(schema, ())
