"""Sinks: where a table's rows end in files. Adding one is a file and a line here.

Each is one `write(frames, types, required, path)` and a suffix: frames of drawn columns, their types, and which of them
hold no NULL. INSERT statements are a sink for each dialect and schema, so `sink` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl

from synth.dtypes import Types
from synth.errors import OptionError, did_you_mean
from synth.formats import csv, ndjson, parquet

__all__ = ["SINKS", "SQL", "Sink", "sink"]

SQL = "sql"  # the format of INSERT statements


@dataclass(frozen=True)
class Sink:
    """A file format."""

    name: str
    suffix: str
    write: Callable[[Sequence[pl.DataFrame], Types, AbstractSet[str], Path], None]
    dialect: str | None = None


SINKS: dict[str, Sink] = {
    "parquet": Sink("parquet", ".parquet", parquet.write),
    "csv": Sink("csv", ".csv", csv.write),
    "ndjson": Sink("ndjson", ".ndjson", ndjson.write),
}


def sink(
    format: str, dialect: str | None = None, schema: str = "", hierarchies: AbstractSet[str] = frozenset()
) -> Sink:  # fmt: skip
    """The sink of a format; INSERT statements are in a dialect, for tables of a schema. Raises OptionError.

    `hierarchies` are the tables that refer to themselves, which matters to one dialect.
    """
    if format == SQL:
        from synth.databases import DIALECTS  # a quarter of a second, which a worker need not have
        from synth.formats import sql

        dialect = dialect or "postgres"
        if dialect not in DIALECTS:
            raise OptionError(f"unknown dialect '{dialect}'\n  hint: {did_you_mean(dialect, DIALECTS)}")
        if not DIALECTS[dialect].inserts:
            able = [name for name, each in DIALECTS.items() if each.inserts]
            hint = did_you_mean(dialect, able)
            raise OptionError(f"INSERT statements cannot be written for '{dialect}' yet\n  hint: {hint}")
        write = partial(sql.write, dialect=DIALECTS[dialect], schema=schema, hierarchies=hierarchies)
        return Sink(SQL, ".sql", write, dialect)
    if format not in SINKS:
        raise OptionError(f"unknown format '{format}'\n  hint: {did_you_mean(format, [*SINKS, SQL])}")
    if dialect:
        raise OptionError(f"'{format}' is the same for every database\n  hint: --dialect goes with --format {SQL}")
    return SINKS[format]
