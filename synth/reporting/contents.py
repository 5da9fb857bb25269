"""What the report shows, as plain data, worked out by SQL over the files: tables, samples, pictures, proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from synth.describe.catalogue import Catalogue, TableFacts
from synth.measuring.summary import summaries
from synth.progress import Phase, Progress, silent
from synth.reporting.column_pictures import picture_of
from synth.reporting.looked_at import readable, tables_of
from synth.reporting.realism import Measured, measured_in
from synth.sandbox import time_limit
from synth.spec.models import Dataset
from synth.store.documents import made_of
from synth.store.entries import TableEntry
from synth.store.manifest import Manifest
from synth.verifying.checks import quoted
from synth.verifying.findings import plan_of
from synth.verifying.report import VerifyReport

__all__ = ["Contents", "contents_of"]

SAMPLE = 6  # rows of each table that are shown
LONGEST = 60  # characters of a value in a sample
LIMIT_S = 120  # of one picture that a spec declares
MOST_POINTS = 5_000  # of one


@dataclass(frozen=True)
class Contents:
    """All that a report shows of a folder; `pictures` and what `tables` hold is plain data for the page."""

    manifest: Manifest
    catalogue: Catalogue
    again: str  # the command that makes the folder
    tables: Mapping[str, Mapping[str, Any]]
    pictures: tuple[Mapping[str, Any], ...]
    measured: tuple[Measured, ...]
    verified: VerifyReport | None


def contents_of(folder: Path, verified: VerifyReport | None, tell: Progress = silent) -> Contents:
    """Read a folder. Raises OutputError where it cannot be; `tell` is called with a table and its rows."""
    with tables_of(folder) as (connection, manifest):
        dataset = manifest.load_dataset()
        made = made_of(manifest, plan_of(manifest, dataset))
        tables = {}
        tell(Phase("looking", sum(entry.rows for entry in manifest.tables.values())), 0)
        with readable(folder):
            for facts in made.tables:
                tables[facts.name] = _table(connection, facts, manifest.tables[facts.name])
                tell(facts.name, manifest.tables[facts.name].rows)
        pictures = tuple(_pictures(connection, dataset, manifest))
        measured = tuple(measured_in(connection, dataset, manifest))
    return Contents(manifest, made.catalogue, made.command, tables, pictures, measured, verified)


def _table(connection: duckdb.DuckDBPyConnection, facts: TableFacts, entry: TableEntry) -> dict[str, Any]:
    """Work out what is shown of a table."""
    stats = summaries(connection, facts.name, entry.types, means=False)
    columns = []
    for column in facts.columns:
        here = stats[column.name]
        shown: dict[str, Any] = {"distinct": here.distinct, "nulls": here.rows - here.values, "rows": here.rows}
        if here.least is not None:
            shown |= {"least": _shown(here.least), "greatest": _shown(here.greatest)}
        columns.append({"name": column.name, **shown, "picture": picture_of(connection, facts.name, column, here)})
    files = {"files": len(entry.files), "bytes": sum(file.bytes for file in entry.files)}
    return {"rows": entry.rows, **files, "columns": columns, "sample": _sample(connection, facts)}


def _sample(connection: duckdb.DuckDBPyConnection, facts: TableFacts) -> list[list[str | None]]:
    """Choose a few rows, always the same, from anywhere in a table, in the order of their keys."""
    table, key = quoted(facts.name), ", ".join(map(quoted, facts.key))
    cells = ", ".join(f"CAST({quoted(column.name)} AS VARCHAR)" for column in facts.columns)
    if key:
        chosen = f"SELECT {key} FROM {table} ORDER BY hash({key}), {key} LIMIT {SAMPLE}"
        sql = f"SELECT {cells} FROM {table} WHERE ({key}) IN ({chosen}) ORDER BY {key}"
    else:
        sql = f"SELECT {cells} FROM {table} ORDER BY ALL LIMIT {SAMPLE}"
    rows = connection.execute(sql).fetchall()
    return [[cell if cell is None or len(cell) <= LONGEST else f"{cell[:LONGEST]}…" for cell in row] for row in rows]


def _pictures(connection: duckdb.DuckDBPyConnection, dataset: Dataset, manifest: Manifest) -> Iterator[dict[str, Any]]:
    """Make the pictures that the spec declares; one whose tables were not made, or that fails, says so."""
    for name, picture in dataset.pictures.items():
        made: dict[str, Any] = {"name": name, "about": picture.about, "shape": picture.shape, "failed": "", "rows": []}
        try:
            with time_limit(connection, LIMIT_S):
                found = connection.execute(picture.select)
                columns = [column[0] for column in found.description or ()]
                rows = found.fetchmany(MOST_POINTS)
            yield made | {"columns": columns, "rows": [[_plain(cell) for cell in row] for row in rows]}
        except (duckdb.Error, TimeoutError) as error:
            yield made | {"failed": str(error).splitlines()[0]}


def _plain(cell: Any) -> Any:
    """Give a value as JSON has it: numbers as such, moments as text."""
    if isinstance(cell, Decimal):
        return float(cell)
    return cell.isoformat() if isinstance(cell, (dt.date, dt.time)) else cell


def _shown(value: Any) -> str:
    """Give a number or a moment as people read it."""
    if isinstance(value, (int, Decimal)):
        return f"{value:,}"
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
