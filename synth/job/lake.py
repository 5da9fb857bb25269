"""Makes the tables of a folder ones of a lakehouse, as its Parquet files are; and lets them go on with it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from synth.describe.catalogue import catalogue_of
from synth.errors import OptionError, did_you_mean, many
from synth.formats import format_of
from synth.lakes import LAKES, Lake, LakeFile, LakeTable
from synth.logs import logged
from synth.progress import Progress, silent
from synth.store.folder import refuse_link, refuse_links, require_files
from synth.store.manifest import Manifest
from synth.store.opened import refuse_store

if TYPE_CHECKING:
    from synth import answers

__all__ = ["Laked", "follow", "lake", "lakes_of"]


@dataclass(frozen=True)
class Laked:
    """Which version each table of a folder has, as what kind.

    >>> made = synth.generate(synth.make_plan("inventory", scale=0.01), "output")
    >>> sorted(synth.lake(made.folder, "iceberg").versions)
    ['customers', 'inventory_movements', 'orders', 'products', 'stock']
    """

    folder: Path
    kind: str
    versions: dict[str, int]
    seconds: float

    def __repr__(self) -> str:
        return f"Laked({str(self.folder)!r}, {self.kind}, {many(len(self.versions), 'table')})"

    def as_dict(self) -> answers.Laked:
        """Give it as plain values, for `--json`."""
        return {
            "folder": str(self.folder), "kind": self.kind, "versions": self.versions, "seconds": round(self.seconds, 3),
        }  # fmt: skip


@logged
def lake(folder: str | Path, kind: str = "delta", *, progress: Progress | None = None) -> Laked:
    """Make each table of a folder a table of Delta Lake or Iceberg, `kind` says which; its files stay as they are.

    Done again, a table whose rows are others gets a further version, and `advance` does so by itself. Raises OptionError,
    OutputError, ExtraError.

    >>> made = synth.generate(synth.make_plan("inventory", scale=0.01), "output")
    >>> synth.lake(made.folder, "delta").versions["customers"]
    0
    """
    if kind not in LAKES:
        raise OptionError(f"unknown kind of tables '{kind}'\n  hint: {did_you_mean(kind, tuple(LAKES))}")
    refuse_store(folder, "its log would be here\n  hint: make it over a folder of this machine, and copy that")
    here, started = Path(folder), time.perf_counter()
    refuse_link(here)
    refuse_links(here)
    manifest = Manifest.read(here)
    if not format_of(manifest.format).is_for_lakes:
        raise OptionError(
            f"'{here}' holds {manifest.format}, and {LAKES[kind].title} Parquet\n  hint: generate it anew"
        )
    require_files(here, manifest)
    versions = _written(here.resolve(), manifest, LAKES[kind], progress or silent)
    return Laked(here, kind, versions, time.perf_counter() - started)


def lakes_of(folder: Path, manifest: Manifest) -> list[Lake]:
    """Find the kinds that a folder's tables are of, whose libraries are there. Raises ExtraError."""
    found = [kind for kind in LAKES.values() if any(kind.is_there(folder / name) for name in manifest.tables)]
    for kind in found:
        kind.require()
    return found


def follow(folder: Path, manifest: Manifest, kinds: Iterable[Lake]) -> None:
    """Let the tables of a folder whose rows have changed go on, of each of these kinds. Raises OutputError."""
    for kind in kinds:
        _written(folder.resolve(), manifest, kind, silent)


def _written(folder: Path, manifest: Manifest, kind: Lake, tell: Progress) -> dict[str, int]:
    """Write what each table lacks; gives their versions."""
    about = {table.name: table for table in catalogue_of(manifest.load_dataset()).tables}
    versions = {}
    for name, entry in manifest.tables.items():
        files = tuple(LakeFile(file.path.partition("/")[2], file.rows, file.bytes) for file in entry.files)
        columns = {column.name: column.about or "" for column in about[name].columns}
        said = about[name].about or ""
        until = manifest.until.isoformat()
        versions[name] = kind.write(LakeTable(folder / name, name, said, files, entry.fingerprint, columns, until))
        tell(name, entry.rows)
    return versions
