"""What each task gave to the rollups, kept in a hidden file beside the data: so it can grow without being drawn anew."""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from synth.draw.walk import PartKey
from synth.errors import OutputError
from synth.store.files import FileEntry, described, read_text, write_text
from synth.store.manifest import SUMS as FILE

__all__ = ["FILE", "RollupPartsWriter", "read_rollup_parts", "rollup_parts_files", "rollup_parts_text"]

GROUP_PARTS = 64  # parts that are written together

FAMILY, NUMBER = "#family", "#number"


class RollupPartsWriter:
    """Gathers the parts of all rollups as they come, and writes them as one file. Use it as a context."""

    def __init__(self, path: Path):
        self.path = path
        self.waiting: dict[str, list[pl.DataFrame]] = {}
        self.written: dict[str, tuple[pa.BufferOutputStream, pq.ParquetWriter]] = {}

    def __enter__(self) -> RollupPartsWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        if kind is not None:
            return
        for rollup in list(self.waiting):
            self._flush(rollup)
        for _, writer in self.written.values():
            writer.close()
        texts = {name: b64encode(made.getvalue()).decode() for name, (made, _) in sorted(self.written.items())}
        write_text(self.path, json.dumps(texts))

    def add(self, rollup: str, family: str, number: int, part: pl.DataFrame) -> None:
        """Take what task `number` of a family gives to a rollup."""
        waiting = self.waiting.setdefault(rollup, [])
        waiting.append(part.with_columns(pl.lit(family).alias(FAMILY), pl.lit(number).alias(NUMBER)))
        if len(waiting) >= GROUP_PARTS:
            self._flush(rollup)

    def _flush(self, rollup: str) -> None:
        table = pl.concat(self.waiting.pop(rollup)).to_arrow()
        if rollup not in self.written:
            made = pa.BufferOutputStream()
            self.written[rollup] = made, pq.ParquetWriter(made, table.schema)
        self.written[rollup][1].write_table(table)


def rollup_parts_files(folder: Path) -> tuple[FileEntry, ...]:
    """The manifest's entry of the file in a folder."""
    return (described(folder / FILE, folder),)


def rollup_parts_text(path: Path) -> str:
    """The file's text, as a database keeps it; a folder of an older version has none."""
    return read_text(path, missing="{}")


def read_rollup_parts(text: str) -> dict[str, dict[PartKey, pl.DataFrame]]:
    """The parts of each rollup by task: (family, number); `text` is what `rollup_parts_text` gave. Raises OutputError."""
    by_rollup = {}
    try:
        for rollup, data in json.loads(text).items():
            parts = pl.read_parquet(io.BytesIO(b64decode(data))).partition_by(
                FAMILY, NUMBER, as_dict=True, include_key=False
            )
            by_rollup[rollup] = {PartKey(str(family), int(number)): part for (family, number), part in parts.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OSError, pl.exceptions.PolarsError) as error:
        raise OutputError(
            f"what was kept for rollups is not as it was made: {str(error).partition(chr(10))[0]}\n  hint: generate it again"
        ) from None
    return by_rollup
