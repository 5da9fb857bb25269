"""Generates a dataset into a folder, swapped in when it is whole, the manifest last."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from synth.draw.part import Part
from synth.errors import OptionError, many
from synth.formats import format_of
from synth.logs import logged
from synth.plan.model import Plan
from synth.progress import Progress
from synth.runners import asked, begun
from synth.store.manifest import Manifest, begin
from synth.store.output import compression_of, dialect_of
from synth.store.parents import write_parents
from synth.store.partitions import partitions_of
from synth.store.places import Place, place_of
from synth.store.replacing import known_if_exists
from synth.store.rollup_parts import FILE as PARTS
from synth.store.rollup_parts import rollup_parts_files
from synth.store.run import Step, run_all
from synth.store.space import require_memory

if TYPE_CHECKING:
    from synth.answers import Generated
    from synth.runners import Running

__all__ = ["Summary", "generate"]


@dataclass(frozen=True)
class Summary:
    """What a run made: rows and bytes of each table, and how long it took.

    >>> made = synth.generate(synth.make_plan("inventory", scale=0.01), "output")
    >>> made.rows, made.folder.name
    (351, 'inventory')
    """

    folder: Path | str  # or the address in an object store
    manifest: Manifest
    seconds: float
    workers: int
    unchanged: bool = False  # the same plan was there already
    resumed: int = 0  # tasks that a run which was killed had done

    def __repr__(self) -> str:
        tables, megabytes = many(len(self.manifest.tables), "table"), self.bytes / 1e6
        return f"Summary({str(self.folder)!r}, {tables}, {many(self.rows, 'row')}, {megabytes:.1f} MB, {self.seconds:.1f} s)"

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.manifest.tables.values())

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for table in self.manifest.tables.values() for file in table.files)

    def as_dict(self) -> Generated:
        """Give it as plain values, for `--json`."""
        return {
            "folder": str(self.folder), "unchanged": self.unchanged, "rows": self.rows, "bytes": self.bytes,
            "seconds": round(self.seconds, 3), "workers": self.workers, "resumed": self.resumed,
            "tables": {name: table.rows for name, table in self.manifest.tables.items()},
        }  # fmt: skip


@logged
def generate(
    plan: Plan,
    out: str | Path = "output",
    *,
    format: str = "parquet",
    dialect: str | None = None,
    compression: str | None = None,
    partition_by: Mapping[str, str | Sequence[str]] | None = None,
    workers: int | str | Running = 1,
    if_exists: str = "fail",
    made_by: str | None = None,
    part: Part | None = None,
    fresh: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Write all wanted tables of a plan to `out`/DATASET. Raises OptionError, OutputError, DataError.

    `dialect` is whose SQL the format `sql` is, PostgreSQL's if left out: INSERT statements. `compression` is
    of files in Parquet or Arrow, the format's usual one if left out. `partition_by` says by which columns the files of a
    table are in folders: `{"orders": "ordered_at:month"}`, or several of them in a list. `workers` is a number of
    processes, or a runner that has been started already. `progress` is called with a family and the rows just written.
    `if_exists` is what becomes of another finished run in that folder: fail, replace. `made_by` is a note for the manifest,
    and one with the same note is replaced as well. A `part` is made in `out`/DATASET.part-3-of-7, for `merge`.
    Where the same run was killed, it goes on with the tasks that are missing, unless it is to begin `fresh`.

    >>> made = synth.generate(synth.make_plan("inventory", scale=0.01), "output", format="csv")
    >>> sorted(path.name for path in (made.folder / "orders").iterdir())
    ['part-00000.csv']
    """
    dialect, compression = dialect_of(format, dialect), compression_of(format, compression)
    partitions = partitions_of(plan, format, partition_by)
    known_if_exists(if_exists)
    workers = asked(workers)
    started = time.perf_counter()
    place = place_of(out, f"{plan.dataset.dataset}{f'.part-{part.number}-of-{part.of}' if part else ''}")
    manifest = begin(plan, format, dialect, made_by, compression, partitions).model_copy(
        update={"part": str(part) if part else None}
    )
    if part and plan.content.found:
        raise OptionError("--part is for datasets that stand by themselves: this one is built on tables that exist")
    _not_upon_itself(plan, place)
    existing = place.there(manifest, if_exists)  # before workers are started
    if existing and manifest.is_same_run(existing) and place.is_whole(existing):
        return Summary(place.shown, existing, time.perf_counter() - started, 0, unchanged=True)
    place.require_space(plan, format_of(format), 1 / part.of if part else 1)
    require_memory(plan)
    started_here = begun(workers)
    with started_here as running, place.making(plan, manifest, if_exists, fresh=fresh) as making:
        step, folder = _step(plan, part), making.folder
        run = run_all(
            plan, folder / ".residents", making.sink, running, progress, folder / PARTS, step, making.notes
        )  # fmt: skip
        facts = {
            "tables": run.entries(plan), "families": run.families(), "sums": rollup_parts_files(folder),
            "existing": write_parents(plan, folder),
        }  # fmt: skip
        manifest = manifest.model_copy(update=facts).sealed()
        manifest = making.publish(manifest)
    return Summary(
        place.shown, manifest, time.perf_counter() - started, running.workers, resumed=len(making.notes.done)
    )


def _step(plan: Plan, part: Part | None) -> Step | None:
    """What of the plan is drawn: all of it, or a part."""
    if part is None:
        return None
    tasks = part.tasks(plan)
    return Step(None, tasks, {}, only=tasks)


def _not_upon_itself(plan: Plan, place: Place) -> None:
    """Refuse to replace the folder that parents were read from. Raises OptionError."""
    if any(place.is_at(found.source) for found in plan.content.found.values()):
        raise OptionError(f"'{place}' is what this is built on, and would be replaced\n  hint: choose another --out")
