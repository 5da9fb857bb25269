"""What is learnt of a few rows: tables as frames, their columns and keys in short."""

from __future__ import annotations

import duckdb
import polars as pl

from synth.dtypes import DType
from synth.importing.found import Found, FoundColumn, FoundReference, FoundTable
from synth.importing.learning.learn import learn
from synth.importing.learning.learnt import Learnt

__all__ = ["learnt_of", "table"]


def table(name: str, columns: dict[str, str], key: str = "id", **references: str) -> FoundTable:
    """A table: types by column, with a ? where it may be NULL, and for each reference the table, whose key is `id`."""
    return FoundTable(
        name,
        tuple(
            FoundColumn(column, DType.parse(kind.rstrip("?")), kind, nullable=kind.endswith("?"))
            for column, kind in columns.items()
        ),
        primary_key=(key,) if key else (),
        references=tuple(FoundReference((column,), to, ("id",)) for column, to in references.items()),
    )


def learnt_of(rows: dict[str, pl.DataFrame], *tables: FoundTable, **how) -> Learnt:
    """What is learnt of these tables, read from a connection that knows them by name."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'; SET threads = 1")
        for name, frame in rows.items():
            connection.register(name, frame.to_arrow())
        return learn(Found(tables), {name: name for name in rows}, connection=connection, **how)
