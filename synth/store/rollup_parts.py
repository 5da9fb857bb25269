"""What each task gave to the rollups, kept in a hidden file beside the data: so it can grow without being drawn anew."""

from __future__ import annotations

import io
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import polars as pl
import pyarrow.parquet as pq

from synth.draw.walk import PartKey
from synth.errors import OutputError
from synth.store.files import FileEntry, described, read_text, write_pieces
from synth.store.manifest import SUMS as FILE

__all__ = ["FILE", "RollupPartsWriter", "read_rollup_parts", "rollup_parts_files", "rollup_parts_text"]

GROUP_PARTS = 64  # parts that are written together
PIECE_BYTES = 3 * 2**20  # three bytes are four signs

FAMILY, NUMBER = "#family", "#number"


class RollupPartsWriter:
    """Gathers the parts of all rollups as they come, and writes one file, never all in memory. Use it as a context."""

    def __init__(self, path: Path):
        self.path = path
        self.waiting: dict[str, list[pl.DataFrame]] = {}
        self.written: dict[str, tuple[IO[bytes], pq.ParquetWriter]] = {}
        self._files = ExitStack()  # without names

    def __enter__(self) -> RollupPartsWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: object) -> None:
        with self._files:
            if kind is not None:
                return
            for rollup in list(self.waiting):
                self._flush(rollup)
            write_pieces(self.path, self._json())

    def _json(self) -> Iterator[str]:
        """The text of the file, in pieces: for each rollup Parquet in Base64."""
        yield "{"
        for number, (name, (made, writer)) in enumerate(sorted(self.written.items())):
            writer.close()
            made.seek(0)
            yield f'{", " if number else ""}{json.dumps(name)}: "'
            while data := made.read(PIECE_BYTES):
                yield b64encode(data).decode()
            yield '"'
        yield "}"

    def add(self, rollup: str, family: str, number: int, part: pl.DataFrame) -> None:
        """Take what task `number` of a family gives to a rollup."""
        waiting = self.waiting.setdefault(rollup, [])
        waiting.append(part.with_columns(pl.lit(family).alias(FAMILY), pl.lit(number).alias(NUMBER)))
        if len(waiting) >= GROUP_PARTS:
            self._flush(rollup)

    def _flush(self, rollup: str) -> None:
        table = pl.concat(self.waiting.pop(rollup)).to_arrow()
        if rollup not in self.written:
            made = self._files.enter_context(TemporaryFile(dir=self.path.parent))  # noqa: SIM115
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
