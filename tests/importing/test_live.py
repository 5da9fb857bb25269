"""Live databases: what is created or loaded there is read back as it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from synth.importing.live import read_database
from tests.support.everything import SQLITE, statements
from tests.support.servers import change


@pytest.fixture
def odd(target):
    """A database that holds what people have, and the schema it is in."""
    if target.kind == "sqlite":
        with closing(sqlite3.connect(target.address.name)) as connection:
            connection.executescript(SQLITE)
        yield target, "main"
        return
    change(target.address, statements(target.kind))
    yield target, "odd"
    if target.kind == "mysql":  # whose other schema is dropped first
        target.sql("ALTER TABLE odd.`Order` DROP FOREIGN KEY to_outside")


def test_everything_is_read_back(odd):
    target, schema = odd
    found = read_database(target.address, schema=schema)
    for table in found.tables:
        print(table.name, table.primary_key, table.rows, table.about)
        for column in table.columns:
            print("   ", column)
        for each in (*table.uniques, *table.references, *table.checks):
            print("   ", each)
    for note in found.notes:
        print(note)
