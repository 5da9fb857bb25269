"""The file itself: column after column of a row group in pages, compressed where that pays, and the footer behind all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from synth.columns import check_bounds
from synth.compiled import kernels
from synth.dtypes import DType, Types
from synth.formats.pages.bits import levels
from synth.formats.pages.cells import Cells
from synth.formats.pages.encoded import Encoded, plain
from synth.formats.pages.footer import Encoding, Placed, Statistics, data_header, dictionary_header, footer, group_of
from synth.formats.pages.leaves import Leaf, Physical, leaf_of
from synth.formats.pages.texts import encode_texts
from synth.formats.pages.whole import encode_whole
from synth.version import __version__

__all__ = ["write_pages"]

MAGIC = b"PAR1"
PAYS = 0.9  # of a column's bytes: it is compressed where that leaves fewer
_ALWAYS = "zstd"  # the codec that is for files that are sent or kept


def write_pages(
    groups: Sequence[Sequence[pl.DataFrame]], types: Types, required: AbstractSet[str], path: Path, *,
    told: Sequence[tuple[str, str]] = (), compression: str = "snappy", level: int | None = None,
) -> None:  # fmt: skip
    """Write row groups, each of one or several drawn frames, as one file; `told` are pairs of texts for its footer.

    Raises OverflowError where a value is too wide for its type.
    """
    names = groups[0][0].columns
    leaves = [(name, leaf_of(types[name]), name not in required) for name in names]
    done: list[bytes] = []
    total = 0
    with path.open("wb") as file:
        file.write(MAGIC)
        for group in groups:
            rows = sum(frame.height for frame in group)
            columns = [
                _write_column(
                    file, _one([frame[name] for frame in group]), types[name], leaf, nullable, compression, level
                )
                for name, leaf, nullable in leaves
            ]
            done.append(group_of(columns, rows, len(done)))
            total += rows
        end = footer(leaves, total, done, told, f"synth-relational version {__version__}")
        file.write(end + len(end).to_bytes(4, "little") + MAGIC)


def _one(columns: Sequence[pl.Series]) -> pl.Series:
    """One column of several frames', in one piece."""
    return columns[0].rechunk() if len(columns) == 1 else pl.concat(columns, rechunk=True)


def _write_column(
    file: BinaryIO, column: pl.Series, dtype: DType, leaf: Leaf, nullable: bool, compression: str, level: int | None
) -> Placed:  # fmt: skip
    """Write a column of a row group where the file ends, and say where that is."""
    cells = Cells.of(column)
    nulls, present = len(column) - len(cells.values), cells.present
    if nulls and not nullable:
        raise ValueError(f"column '{column.name}' is required, and has NULL")
    sample_pays = partial(_pays, compression, level)
    encoded, low, high = _encode(cells, dtype, leaf, sample_pays)
    pages = list(_pages(encoded, present, len(column), nullable))
    raws = [body for _, body in pages]
    if encoded.dictionary is not None:
        raws.insert(0, encoded.dictionary)
    codec, bodies = _compressed(raws, compression, level)
    start, raw, dictionary = file.tell(), 0, 0
    heads = [(rows, len(body)) for rows, body in pages]
    if encoded.dictionary is not None:
        head = dictionary_header(len(encoded.dictionary), len(bodies[0]), encoded.entries)
        file.write(head + bodies[0])
        dictionary = len(head) + len(bodies[0])
        raw += len(head) + len(encoded.dictionary)
    for (rows, size), body in zip(heads, bodies[-len(heads) :] if heads else [], strict=True):
        head = data_header(size, len(body), rows, encoded.encoding)
        file.write(head)
        file.write(body)
        raw += len(head) + size
    return Placed(
        column.name, leaf, codec, encoded.encoding, len(column), len(pages), start, dictionary, raw, file.tell() - start,
        Statistics(nulls, low, high),
    )  # fmt: skip


def _pages(
    encoded: Encoded, present: npt.NDArray[np.bool_] | None, count: int, nullable: bool
) -> Iterator[tuple[int, bytes]]:
    """The pages of so many rows: how many of them each has, and its bytes."""
    done = 0
    for start in range(0, count, encoded.most) or [0]:
        stop = min(start + encoded.most, count)
        here = None if present is None else present[start:stop]
        values = stop - start if here is None else int(np.count_nonzero(here))
        body = encoded.page(done, done + values)
        yield stop - start, levels(here, stop - start) + body if nullable else body
        done += values


def _encode(cells: Cells, dtype: DType, leaf: Leaf, pays: Any) -> tuple[Encoded, bytes | None, bytes | None]:
    """A column's values: encoded, the least, and the largest."""
    values = cells.values
    if not len(values):
        return Encoded(Encoding.PLAIN, lambda start, stop: b""), None, None
    if leaf.physical == Physical.BYTE_ARRAY:
        return encode_texts(cells, pays)
    if leaf.physical == Physical.BOOLEAN:
        bits = Encoded(Encoding.PLAIN, lambda start, stop: np.packbits(values[start:stop], bitorder="little").tobytes())
        return bits, bytes([int(values.min())]), bytes([int(values.max())])
    if leaf.physical in (Physical.FLOAT, Physical.DOUBLE):
        floats = values.astype(leaf.numpy, copy=False)
        return plain(floats), *_float_bounds(floats)
    compiled = kernels()
    low, high = (int(values.min()), int(values.max())) if compiled is None else compiled.least_and_largest(values)
    check_bounds(cells.column.name, low, high, dtype)
    width = np.dtype(leaf.numpy).itemsize
    return (
        encode_whole(values, low, high, leaf.numpy, pays),
        low.to_bytes(width, "little", signed=True),
        high.to_bytes(width, "little", signed=True),
    )


def _float_bounds(values: npt.NDArray[np.floating]) -> tuple[bytes | None, bytes | None]:
    """The least and the largest; none where a value is no number. A zero is the lesser below, and the larger above."""
    low, high = values.min(), values.max()
    if np.isnan(low):
        return None, None
    low = -np.abs(low) if low == 0 else low
    high = np.abs(high) if high == 0 else high
    return low.tobytes(), high.tobytes()


@cache
def _codec(compression: str, level: int | None) -> Any:
    return pa.Codec("lz4_raw" if compression == "lz4" else compression, level)


def _pays(compression: str, level: int | None, sample: bytes) -> bool:
    """Whether bytes shrink by so much that bits need not be spared."""
    return compression != "none" and len(_codec(compression, level).compress(sample, asbytes=True)) < len(sample) // 2


def _compressed(bodies: list[bytes], compression: str, level: int | None) -> tuple[str, list[Any]]:
    """Pages of a column compressed, and by what: nothing where it does not pay."""
    if compression == "none":
        return compression, list(bodies)
    codec = _codec(compression, level)
    found = [codec.compress(body, asbytes=True) for body in bodies]
    if compression == _ALWAYS or sum(map(len, found)) < PAYS * sum(map(len, bodies)):
        return compression, found
    return "none", list(bodies)
