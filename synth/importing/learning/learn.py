"""Measures the rows of a source: counts of all rows, and all else of a sample by roots, in bounded memory and time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from synth.importing.found import Found, Note
from synth.importing.learning.asking import MEMORY_BYTES, SECONDS, asking
from synth.importing.learning.derived import united
from synth.importing.learning.learnt import ColumnLearnt, Learnt, Moments, TableLearnt
from synth.importing.learning.moments import arrival_in
from synth.importing.learning.personal import know_given_names
from synth.importing.learning.quoting import places_of_values
from synth.importing.learning.tables import Measuring
from synth.importing.learning.working import forget, prepared

if TYPE_CHECKING:
    import duckdb

__all__ = ["learn"]

Period = tuple[dt.date, dt.date]

LEAST = 20  # roots behind a value
SAMPLE = 1_000_000  # rows of a table that are looked at


def learn(
    found: Found, relations: Mapping[str, str | Path], *, least: int = LEAST, sample: int = SAMPLE,
    period: Period | None = None, connection: duckdb.DuckDBPyConnection | None = None, seconds: float = SECONDS,
    memory_bytes: int = MEMORY_BYTES, workers: int | None = None,
) -> Learnt:  # fmt: skip
    """Measure the rows of tables. What cannot be measured is a note, and quotes no value.

    `relations` says where each table's rows are: SQL that stands behind FROM (a view's name, a table function), on a
    `connection` that is given; or a Parquet file, or a folder of such, which need no connection: one of our own reads these
    files alone, within `memory_bytes`. `least` is how many roots stand behind each value that is told, `sample` how many
    rows of a table are looked at, `seconds` what one question may take. Arrivals are measured within `period`, by default
    that of the largest table with a moment that is never NULL.
    """
    notes: list[Note] = []
    with asking(relations, connection=connection, seconds=seconds, memory_bytes=memory_bytes, workers=workers) as asked:
        know_given_names(asked)
        works, parents = prepared(asked, found, relations, sample, least, notes)
        measuring = Measuring(asked, works, parents, least, notes)
        tables = {table.name: measuring.table(works[table.name]) for table in found.tables if table.name in works}
        known = period or _period(tables)
        tables = {
            name: replace(
                table,
                columns=_with_arrivals(measuring, name, table, known) if known else table.columns,
                sums=measuring.sums(name, tables),
                carried=measuring.carried(name, tables),
                delays=(*table.delays, *measuring.delays(name, tables)),
            )
            for name, table in tables.items()
        }
        for name in tables:
            measuring.derived(name, tables)
        notes.extend(united(works))
        unsaid = places_of_values(asked, found, works, tables, least)
        forget(asked, works)
    start, until = known or (None, None)
    return Learnt(tables, least, start, until, _copied(tables), tuple(notes), unsaid)


def _arriving(table: TableLearnt) -> dict[str, Moments]:
    """The moments of a table that are never NULL, but for personal ones."""
    return {
        name: learnt.moments
        for name, learnt in table.columns.items()
        if learnt.moments and learnt.moments.months and not learnt.nulls
    }


def _period(tables: Mapping[str, TableLearnt]) -> Period | None:
    """The months of the largest table with a moment that is never NULL, by its earliest one."""
    for table in sorted(tables.values(), key=lambda table: -table.rows):
        moments = sorted(_arriving(table).values(), key=lambda each: (each.start, each.until))
        if moments:
            return moments[0].start, moments[0].until
    return None


def _with_arrivals(
    measuring: Measuring, name: str, table: TableLearnt, period: Period
) -> Mapping[str, ColumnLearnt]:  # fmt: skip
    """A table's columns, those of moments that are never NULL with how rows come by them."""
    columns = dict(table.columns)
    for column, moments in _arriving(table).items():
        ask = partial(arrival_in, measuring.asked, measuring.works[name], column, moments, period)
        columns[column] = replace(
            columns[column], moments=replace(moments, arrival=measuring.tried(f"{name}.{column}", ask))
        )
    return columns


def _copied(tables: Mapping[str, TableLearnt]) -> dict[str, int]:
    """How many values of each column were learnt: those of dependences and lookups are among its weights."""
    found = {}
    for name, table in tables.items():
        for column, learnt in table.columns.items():
            values = len(learnt.weights.values) if learnt.weights else 0
            prefix = bool(learnt.texts and learnt.texts.prefix)
            if values or prefix:
                found[f"{name}.{column}"] = values + prefix
    return found
