"""What each task gave to the rollups, kept in hidden files beside the data: so it can grow without being drawn anew."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

__all__ = ["FOLDER", "KeptSums", "kept", "packed", "unpacked"]

FOLDER = ".sums"
GROUP_PARTS = 64  # parts that are written together

FAMILY, NUMBER = "#family", "#number"


class KeptSums:
    """Writes the parts of all rollups, a file each, as they come. Use it as a context."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.waiting: dict[str, list[pl.DataFrame]] = {}
        self.writers: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> KeptSums:
        return self

    def __exit__(self, *_: object) -> None:
        for rollup in list(self.waiting):
            self._flush(rollup)
        for writer in self.writers.values():
            writer.close()

    def add(self, rollup: str, family: str, number: int, part: pl.DataFrame) -> None:
        """Take what task `number` of a family gives to a rollup."""
        waiting = self.waiting.setdefault(rollup, [])
        waiting.append(part.with_columns(pl.lit(family).alias(FAMILY), pl.lit(number).alias(NUMBER)))
        if len(waiting) >= GROUP_PARTS:
            self._flush(rollup)

    def _flush(self, rollup: str) -> None:
        parts = self.waiting.pop(rollup)
        table = pl.concat(parts).to_arrow()
        if rollup not in self.writers:
            self.folder.mkdir(exist_ok=True)
            self.writers[rollup] = pq.ParquetWriter(self.folder / f"{rollup}.parquet", table.schema)
        self.writers[rollup].write_table(table)


def packed(folder: Path) -> str:
    """The files as one text, for a database."""
    return json.dumps({p.name: b64encode(p.read_bytes()).decode() for p in sorted(folder.glob("*.parquet"))})


def unpacked(text: str, folder: Path) -> Path:
    """The files of such a text, in a new folder."""
    folder.mkdir()
    for name, data in json.loads(text).items():
        (folder / Path(name).name).write_bytes(b64decode(data))
    return folder


def kept(folder: Path, rollup: str) -> dict[tuple[str, int], pl.DataFrame]:
    """The kept parts of a rollup by task: (family, number)."""
    path = folder / f"{rollup}.parquet"
    if not path.exists():
        return {}
    parts = pl.read_parquet(path).partition_by(FAMILY, NUMBER, as_dict=True, include_key=False)
    return {(str(family), int(number)): part for (family, number), part in parts.items()}
