"""Tasks' rows as files of a folder."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import polars as pl

from synth.draw.output import WriteResult
from synth.dtypes import Types
from synth.formats import sink
from synth.spec.constraints import hierarchies
from synth.spec.models import Dataset

__all__ = ["Files"]


@dataclass(frozen=True)
class Files:
    """One file a table and task, in a folder for each table. INSERT statements are in a dialect, for a schema."""

    folder: Path
    format: str
    dialect: str | None = None
    schema: str = ""
    hierarchies: frozenset[str] = frozenset()  # tables that refer to themselves

    @classmethod
    def of(cls, dataset: Dataset, folder: Path, format: str, dialect: str | None) -> Files:
        """The files of a dataset; INSERT statements are for the schema of its name."""
        return cls(folder, format, dialect, dataset.dataset, hierarchies(dataset))

    def write(
        self, table: str, number: int, frames: Sequence[pl.DataFrame], types: Types, required: AbstractSet[str]
    ) -> WriteResult:
        """`orders/part-00007.parquet`, `ledger/sales-00007.parquet`."""
        form = sink(self.format, self.dialect, self.schema, self.hierarchies)
        whole, _, part = table.partition(".")
        name = f"{whole}/{part or 'part'}-{number:05d}{form.suffix}"
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        form.write(frames, types, required, path)
        with path.open("rb") as file:
            digest = sha256(file.read()).hexdigest()
        return WriteResult(path.stat().st_size, name, digest)
