"""How rows go into PostgreSQL: as Arrow by ADBC, which encodes them as binary COPY, or as text by COPY, as arrays do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

import polars as pl

from synth.arrays import to_literal
from synth.columns import cast_to_written, intervals_to_arrow, to_arrow
from synth.databases.postgres.connection import Connection
from synth.databases.postgres.dialect import DIALECT
from synth.databases.tab_separated import tab_separated
from synth.dtypes import Types

__all__ = ["WAYS", "Sending"]

JSONB_VERSION = pl.lit("\x01")


class Sending(Connection):
    """Sends rows in one of the `WAYS`."""

    _writer: Any = None  # opened for the first rows
    _staged: Mapping[str, Types] = MappingProxyType({})  # tables as they were when the first rows of one came

    def open_to_send(self) -> None:
        """Open ADBC's connection, where rows go over one."""
        if (self.via or USUAL) == "adbc":
            with self.driver_errors("connecting by ADBC"):
                self._writer = self.adbc()

    def send(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Append to the staged table; the bytes that were sent, or for Arrow those that were encoded."""
        with self.driver_errors(f"sending rows of {table}"):
            return WAYS[self.via or USUAL](self, self.staging_schema(schema), table, frame)

    def close(self) -> None:
        """Close both connections, whatever their state."""
        if self._writer is not None:
            with suppress(*self.raised):
                self._writer.close()
            self._writer = None
        super().close()

    def ingest(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """Stream Arrow batches into a table, in a transaction of its own: binary cells, so of exactly the table's types."""
        types = self._staged.get(table)
        if types is None:
            self._staged = self.catalogue(schema)
            types = self._staged[table]
        if any(
            types[name].element is not None or types[name].native for name in frame.columns
        ):  # in binary only as text
            return self.copy(schema, table, frame)
        if self._writer is None:
            self._writer = self.adbc()
        rows = _with_intervals(to_arrow(_as_binary(frame, types)), frame, types)
        with self._writer.cursor() as cursor:
            cursor.adbc_ingest(table, rows, mode="append", db_schema_name=schema)
        return int(rows.nbytes)

    def copy(self, schema: str, table: str, frame: pl.DataFrame) -> int:
        """COPY into a table, as text."""
        return self.copy_into(DIALECT.place(schema, table), frame)

    def copy_into(self, place: str, frame: pl.DataFrame) -> int:
        """COPY into a table; the bytes that were sent."""
        arrays = (to_literal(each) for each in frame.get_columns() if isinstance(each.dtype, pl.List))
        data = tab_separated(frame.with_columns(arrays))
        columns = ", ".join(map(DIALECT.quote_identifier, frame.columns))
        with (
            self.transaction(),
            self.connection.cursor() as cursor,
            cursor.copy(f"COPY {place} ({columns}) FROM STDIN".encode()) as channel,
        ):
            channel.write(data)
        return len(data)


def _as_binary(frame: pl.DataFrame, types: Types) -> pl.DataFrame:
    """Rows in the types of the table that they go into; of UUIDs, which are text here, the sixteen bytes.

    Before JSON stands the version of JSONB's binary form, which is text.
    """
    exact = cast_to_written(frame, {name: types[name] for name in frame.columns})
    uuids = (name for name in frame.columns if types[name].name == "uuid")
    documents = [name for name in frame.columns if types[name].name == "json"]
    exact = exact.with_columns((JSONB_VERSION + pl.col(name)).alias(name) for name in documents)
    return exact.with_columns(pl.col(name).str.replace_all("-", "", literal=True).str.decode("hex") for name in uuids)


def _with_intervals(rows: Any, frame: pl.DataFrame, types: Types) -> Any:
    """Arrow rows whose intervals are no texts."""
    for place, name in enumerate(frame.columns):
        if types[name].name == "interval":
            rows = rows.set_column(place, name, intervals_to_arrow(frame[name]))
    return rows


WAYS: dict[str, Callable[[Sending, str, str, pl.DataFrame], int]] = {"adbc": Sending.ingest, "copy": Sending.copy}
USUAL = next(iter(WAYS))
