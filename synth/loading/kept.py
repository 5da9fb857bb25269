"""What a staging place says of itself: whose it is, and what is whole. So another load can go on where one has ended."""

from __future__ import annotations

import json
from collections.abc import Collection
from hashlib import sha256

from synth.databases import Database
from synth.ddl import Ddl

__all__ = ["RECORD", "Kept"]

RECORD = "synth_staged"  # a table in the staging place
LOAD, TABLE = "load", "table"  # what its rows are about


class Kept:
    """The record in the staging place of a schema: `rows_of`, a hash of all that is sent, and the `ddl` tell loads apart."""

    def __init__(self, database: Database, schema: str, rows_of: str, ddl: Ddl):
        self.database, self.place = database, database.staging_schema(schema)
        self.load = sha256(json.dumps([rows_of, str(ddl)]).encode()).hexdigest()

    def whole(self, tables: Collection[str]) -> frozenset[str]:
        """Those of the tables that the same load has left whole. Raises DatabaseError."""
        there = self.database.catalogue(self.place)
        if RECORD not in there:
            return frozenset()
        dialect = self.database.dialect
        what, name = map(dialect.quote_identifier, ("what", "name"))
        _, rows = self.database.rows(f"SELECT {what}, {name} FROM {dialect.place(self.place, RECORD)}")
        ours = (LOAD, self.load) in {tuple(row) for row in rows}
        return frozenset(name for what, name in rows if ours and what == TABLE and name in tables and name in there)

    def begin(self) -> None:
        """Make the record, which says whose load it is. Raises DatabaseError."""
        dialect = self.database.dialect
        columns = ", ".join(f"{dialect.quote_identifier(name)} {dialect.text} NOT NULL" for name in ("what", "name"))
        self.database.run(f"CREATE TABLE {dialect.place(self.place, RECORD)} ({columns})")
        self._add(self.database, LOAD, self.load)

    def add(self, database: Database, table: str) -> None:
        """Note over a connection that a table is whole. Raises DatabaseError."""
        self._add(database, TABLE, table)

    def _add(self, database: Database, what: str, name: str) -> None:
        place, literal = database.dialect.place(self.place, RECORD), database.dialect.literal
        database.run(f"INSERT INTO {place} VALUES ({literal(what)}, {literal(name)})")
