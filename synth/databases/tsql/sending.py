"""How rows go into SQL Server: by bulk copy of Arrow columns, or as INSERT statements where that cannot be.

Bulk copy is another library inside the driver, with a session of its own; it asks the server what columns there are, and not
every server answers as it expects. So a load asks first, by sending two rows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

import polars as pl

from synth.arrays import arrays_as_json
from synth.columns import to_arrow, types_of
from synth.databases.address import Address
from synth.databases.tsql.abilities import Abilities
from synth.databases.tsql.connection import Connection
from synth.databases.tsql.dialect import DIALECT, NULLS
from synth.errors import DatabaseError
from synth.formats.sql import spelt_rows
from synth.translate.dialect import QUOTE, InsertStyle

__all__ = ["WAYS", "Sending"]

INSERTED_ROWS = 1_000  # of one INSERT: the server takes no more
STYLE = InsertStyle(
    QUOTE,
    opening="N'",
    booleans=("1", "0"),
    bytes="0x{0}",
    nulls=NULLS,
)
ASKED = "asked"  # a table, two of whose columns could be taken for each other
ASKED_ROWS = pl.DataFrame({"n": [1, 2], "m": [10, None], "t": ["x", None]})


class Sending(Connection):
    """Sends rows in one of the `WAYS`."""

    _numbered: dict[str, bool]  # whether the table at a place has a numbered key, where that was asked

    def __init__(self, address: Address, via: str | None = None, known: Abilities | None = None):
        self._numbered, self._may_choose = {}, via is None
        super().__init__(address, via, known)

    def choose_way(self, stage: str) -> None:
        """Choose how rows are sent, where no way was named: bulk copy if rows arrive by it as they were sent."""
        if self._may_choose:
            self.via = "bulk" if self._has_bulk_copy(self.dialect.place(stage, ASKED)) else "insert"

    def _has_bulk_copy(self, place: str) -> bool:
        self.run(f"CREATE TABLE {place} ([n] BIGINT NULL, [m] BIGINT NULL, [t] {DIALECT.text} NULL)")
        try:
            with _silence():  # what panics says so itself, too
                self._bulk_copy(place, ASKED_ROWS, ASKED)
            found = self.rows(f"SELECT [n], [m], [t] FROM {place}")[1]
            return len(found) == ASKED_ROWS.height and set(found) == set(ASKED_ROWS.rows())
        except DatabaseError:
            return False
        finally:
            self.run(f"DROP TABLE {place}")

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Append to the staged table."""
        return self.put(self.dialect.place(self.staging_schema(schema), table), frame, table)

    def put(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """Append rows of a table to one in this place; the bytes that were sent."""
        return WAYS[self.via or USUAL](self, place, frame, table) if frame.height else 0

    def _bulk_copy(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """Bulk copy of Arrow columns, one batch, which takes all rows or none."""
        unspoken = next((column for column in frame.columns if "]" in column), None)
        if unspoken:
            raise DatabaseError(
                f"{self.address}: column '{unspoken}' of {table} cannot be sent: bulk copy takes no ']' in a name\n"
                "  hint: rename it, or send it in the other way: --via insert"
            )
        with (
            self.driver_errors(f"sending rows of {table}"),
            self._panics(table),
            closing(self.connection.cursor()) as cursor,
        ):
            done = cursor.bulkcopy_arrow(
                place,
                to_arrow(arrays_as_json(frame)),
                timeout=0,
                column_mappings=list(frame.columns),
                keep_identity=True,
                keep_nulls=True,
                table_lock=True,
            )
        if done["rows_copied"] != frame.height:
            raise DatabaseError(
                f"{self.address}: sending rows of {table}: the server took {done['rows_copied']} of {frame.height} rows"
            )
        return int(frame.estimated_size())

    @contextmanager
    def _panics(self, table: str) -> Iterator[None]:
        """What ends the driver's other library: no error to Python, but what would end the program."""
        try:
            yield
        except BaseException as panic:
            if type(panic).__name__ != "PanicException":
                raise
            raise DatabaseError(
                f"{self.address}: sending rows of {table}: bulk copy broke off within the driver: {panic}\n"
                "  hint: send them in the other way: --via insert"
            ) from panic

    def _insert(self, place: str, frame: pl.DataFrame, table: str) -> int:
        """INSERT statements of so many rows; their bytes."""
        columns = ", ".join(map(self.dialect.quote_identifier, frame.columns))
        rows, sent = spelt_rows(frame, types_of(frame), STYLE), 0
        with self.driver_errors(f"sending rows of {table}"), self.given_keys(place):
            for first in range(0, len(rows), INSERTED_ROWS):
                sql = f"INSERT INTO {place} ({columns}) VALUES {rows.slice(first, INSERTED_ROWS).str.join(', ')[0]}"
                self.run(sql)
                sent += len(sql.encode())
        return sent

    # -- numbered keys

    def is_numbered(self, place: str) -> bool:
        """Whether the server gives rows of the table in this place their keys, unless it is told otherwise."""
        if place not in self._numbered:
            asked = (
                f"SELECT COUNT_BIG(*) FROM sys.identity_columns WHERE object_id = OBJECT_ID({DIALECT.literal(place)})"
            )
            self._numbered[place] = bool(self.rows(asked)[1][0][0])
        return self._numbered[place]

    @contextmanager
    def given_keys(self, place: str) -> Iterator[None]:
        """Let rows that are inserted in this place bring their keys, if the server numbers them."""
        if not self.is_numbered(place):
            yield
            return
        self.run(f"SET IDENTITY_INSERT {place} ON")
        try:
            yield
        finally:
            with suppress(DatabaseError):
                self.run(f"SET IDENTITY_INSERT {place} OFF")


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing that a library writes to standard error is seen."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


WAYS: dict[str, Callable[[Sending, str, pl.DataFrame, str], int]] = {
    "bulk": Sending._bulk_copy,
    "insert": Sending._insert,
}
USUAL = next(iter(WAYS))
