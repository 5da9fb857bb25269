"""Rows that stream in become files of one table, of about equal size; few rows are in memory at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import polars as pl

from synth.columns import decimals_to_minor_units, types_of
from synth.dtypes import Types
from synth.fingerprint import Fingerprint, fingerprint
from synth.formats import Format
from synth.store.files import FileEntry, described

__all__ = ["StreamedTable", "file_name", "write_streamed"]

PART_BYTES = 64 * 2**20  # of rows in memory: a file holds about so many


@dataclass(frozen=True)
class StreamedTable:
    """A table's files, and the fingerprint of their content where that was asked for."""

    files: tuple[FileEntry, ...]
    content: Fingerprint

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    @property
    def bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.bytes for file in self.files)


def file_name(name: str) -> str:
    """A schema's or table's name as that of a folder, whatever signs it has."""
    safe = quote(name, safe=" !#$&'()+,-;=@[]^_`{}~.")
    return safe if safe[0] != "." else f"%2E{safe[1:]}"


def write_streamed(
    frames: Iterable[pl.DataFrame], folder: Path, name: str, form: Format, tell: Callable[[int], None],
    fingerprinted: Types | None = None,
) -> StreamedTable:  # fmt: skip
    """Write frames of written columns into files of `folder`/`name`, which is made; one file at least.

    `fingerprinted` are the columns' types where the content's fingerprint is asked for; else types are the frames' own.
    `tell` is called with the rows just written.
    """
    types = fingerprinted or {}
    waiting: list[pl.DataFrame] = []
    files: list[FileEntry] = []
    content = Fingerprint()
    (folder / name).mkdir(exist_ok=True)

    def write() -> None:
        path = folder / name / f"part-{len(files):05d}{form.suffix}"
        form.write(waiting, types, frozenset(), path)
        files.append(described(path, folder, sum(frame.height for frame in waiting)))
        waiting.clear()
        tell(files[-1].rows)

    for frame in frames:
        types = types or types_of(frame)
        waiting.append(decimals_to_minor_units(frame, types))
        if fingerprinted:
            whole_numbers = pl.col(pl.Int16, pl.Int32).cast(pl.Int64)
            content += fingerprint(waiting[-1].with_columns(whole_numbers), fingerprinted)
        if sum(each.estimated_size() for each in waiting) >= PART_BYTES:
            write()
    if waiting or not files:
        write()
    return StreamedTable(tuple(files), content)
