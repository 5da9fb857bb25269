"""Finds the rows in which a table in a database differs from what was made, by making it again.

Rows that were never made are those of others. A row that was changed or deleted is known by its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from synth.columns import to_drawn
from synth.databases import DIALECTS, Database
from synth.databases.changes import GONE
from synth.dtypes import Types
from synth.errors import many
from synth.fingerprint import Fingerprint, key_numbers
from synth.formats import format_of
from synth.left import temporary_folder
from synth.plan.make import make
from synth.runners import runner
from synth.sandbox import sandbox
from synth.spec.kept import as_kept
from synth.spec.models import Dataset
from synth.store.edits import read_edits
from synth.store.manifest import Manifest
from synth.store.memory import default_memory
from synth.store.output import FileForm, FolderSink
from synth.store.run import run_all
from synth.store.streamed import file_name, write_streamed
from synth.verifying.checks import quoted
from synth.verifying.findings import EXAMPLES
from synth.verifying.report import Finding

__all__ = ["Differing", "can_be_redrawn", "differences", "differing", "in_words"]

FORM = "parquet"
FEW = 1_000_000  # rows that one process draws, as others take a second to begin


@dataclass
class Differing:
    """Rows of a table that are not as they were made: how many of others, and by key those that the manifest knows not."""

    others: int = 0
    known: int = 0  # rows that were changed or deleted, as the manifest says
    changed: int = 0
    lost: int = 0
    examples_changed: list[dict[str, Any]] = field(default_factory=list)
    examples_lost: list[dict[str, Any]] = field(default_factory=list)


def can_be_redrawn(manifest: Manifest, found: Iterable[Fingerprint]) -> bool:
    """Whether the rows of a manifest can be made again, and are not many more than there are: it may be a stranger's."""
    stated, there = sum(entry.rows for entry in manifest.tables.values()), sum(each.rows for each in found)
    whole = bool(manifest.families) and not manifest.built_on
    return whole and manifest.is_drawn_alike and manifest.is_as_written() and stated <= 2 * there + FEW


def differing(
    database: Database, schema: str, manifest: Manifest, dataset: Dataset, tables: Iterable[str], workers: int
) -> dict[str, Differing]:
    """Make these tables again, and compare them row by row, on so many cores. Raises DatabaseError, DataError."""
    wanted = list(tables)
    plan = make(dataset, scale=manifest.scale, seed=manifest.seed, until=manifest.until, tables=wanted)
    with temporary_folder("synth-verify-") as folder:
        made, there = folder / "made", folder / "there"
        made.mkdir()
        there.mkdir()
        rows = sum(manifest.tables[name].rows for name in wanted)
        with runner(1 if rows < FEW else workers) as running:
            sink = FolderSink.of(made, FileForm.of(plan, FORM))
            run_all(plan, folder / "residents", sink, running, None, folder / "sums")
        for name in wanted:
            types = as_kept(dataset, database.dialect.name, {name: manifest.tables[name].types})[name]
            frames = database.frames(database.query(schema, name, types), types)
            write_streamed(frames, there, file_name(name), format_of(FORM), lambda _: None, types)
        with sandbox(folder, memory_bytes=default_memory(), spill=folder, workers=workers) as connection:
            return {name: _Comparison(connection, made, there, name, manifest, dataset).run() for name in wanted}


def differences(table: str, found: Differing, seconds: float) -> Iterator[Finding]:
    """What is not as it was made, and not known to be so, as offences."""
    yield Finding("rows", table, "manifest", found.lost, tuple(found.examples_lost))
    yield Finding("rows", table, "fingerprint", found.changed, tuple(found.examples_changed), seconds=seconds)


def in_words(found: Differing) -> str:
    """What others did that is no offence."""
    said = [f"{many(found.others, 'row')} of others"] if found.others else []
    said += [f"{many(found.known, 'row')} that others changed or deleted, as the manifest says"] if found.known else []
    return ", ".join(said)


class _Comparison:
    """One table's."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, made: Path, there: Path, table: str, manifest: Manifest,
        dataset: Dataset,
    ):  # fmt: skip
        self.connection = connection
        self.types: Types = manifest.tables[table].types
        self.key = dataset.tables[table].key
        self.edits = read_edits(manifest.edits[table]) if table in manifest.edits else set()
        self.dialect = DIALECTS["duckdb"]
        for name, folder in (("made", made / table), ("there", there / file_name(table))):
            format_of(FORM).attach(connection, name, sorted(folder.glob("*.parquet")), self.types)

    def run(self) -> Differing:
        """Compare all rows."""
        return self._by_key() if self.key else self._by_content()

    def _by_key(self) -> Differing:
        keys, same = ", ".join(map(quoted, self.key)), " AND ".join(f"m.{quoted(k)} = t.{quoted(k)}" for k in self.key)
        numbered = ((name, self.dialect.row_number(self.types, name)) for name in ("made", "there"))
        m, t = (f"(SELECT {keys}, {number} AS r FROM {name})" for name, number in numbered)
        found = Differing(others=self._count(f"SELECT COUNT(*) FROM there t ANTI JOIN made m ON {same}"))
        ours = ", ".join(f"m.{quoted(name)}" for name in self.key)
        rows = self.connection.sql(
            f"SELECT {ours}, COALESCE(t.r, {GONE}) AS r FROM {m} m LEFT JOIN {t} t ON {same} "
            f"WHERE t.r IS DISTINCT FROM m.r ORDER BY ALL"
        )
        differ = pl.DataFrame(rows.to_arrow_table())
        unknown = differ.filter(~self._known(differ))
        found.known = differ.height - unknown.height
        lost, changed = (unknown.filter(pl.col("r").eq(GONE) == gone).drop("r") for gone in (True, False))
        found.lost, found.changed = lost.height, changed.height
        found.examples_lost = [{**row, "is": "not there"} for row in lost.head(EXAMPLES).rows(named=True)]
        found.examples_changed = [self._changed(row) for row in changed.head(EXAMPLES).rows(named=True)]
        return found

    def _known(self, differ: pl.DataFrame) -> pl.Series:
        """Which of these rows the manifest says to be as they are. (n,)"""
        if not self.edits or not differ.height:
            return pl.repeat(value=False, n=differ.height, eager=True)
        types = {name: self.types[name] for name in self.key}
        keys = key_numbers(to_drawn(differ.select(self.key), types), types)
        edits = pl.DataFrame(list(self.edits), schema={"key": pl.Int64, "row": pl.Int64}, orient="row")
        met = pl.DataFrame({"key": keys, "row": differ["r"].cast(pl.Int64)})
        known = edits.unique().with_columns(pl.lit(value=True).alias("known"))
        joined = met.join(known, on=["key", "row"], how="left", maintain_order="left")
        return joined["known"].fill_null(value=False)

    def _changed(self, key: Mapping[str, Any]) -> dict[str, Any]:
        """A row's key, and the cells in which it differs."""
        here = " AND ".join(f"{quoted(name)} = ${n}" for n, name in enumerate(key, start=1))
        was, now = (
            self.connection.execute(f"SELECT * FROM {name} WHERE {here}", list(key.values())).fetchone() or ()
            for name in ("made", "there")
        )
        names = [column[0] for column in self.connection.execute("SELECT * FROM made LIMIT 0").description or ()]
        cells = zip(names, was, now, strict=True)
        return {**key, **{name: f"{after}, was made as {before}" for name, before, after in cells if before != after}}

    def _by_content(self) -> Differing:
        """Rows without a key, known by all their cells: as many of each as there are."""
        m, t = (
            f"(SELECT {self.dialect.row_number(self.types, name)} AS r, COUNT(*) AS n FROM {name} GROUP BY ALL)"
            for name in ("made", "there")
        )
        lost, others = self.connection.execute(
            "SELECT SUM(GREATEST(COALESCE(m.n, 0) - COALESCE(t.n, 0), 0)), "
            f"SUM(GREATEST(COALESCE(t.n, 0) - COALESCE(m.n, 0), 0)) FROM {m} m FULL JOIN {t} t ON m.r = t.r"
        ).fetchone() or (0, 0)
        return Differing(others=int(others or 0), lost=int(lost or 0))

    def _count(self, sql: str) -> int:
        ((count,),) = self.connection.execute(sql).fetchall()
        return int(count)
