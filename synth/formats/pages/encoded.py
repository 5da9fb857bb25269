"""What a column's values become: pages of one encoding, each made in its turn, and a dictionary where there is one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from synth.compiled import WIDEST, kernels
from synth.formats.pages.bits import pack, packed_run, repeated_run, width_of
from synth.formats.pages.distinct import Codes
from synth.formats.pages.footer import Encoding
from synth.formats.pages.thrift import varint, zigzag

__all__ = ["Deltas", "Encoded", "by_codes", "code_bytes", "plain"]

PAGE_ROWS = 2**17  # rows of a page at most
BLOCK = 2048  # differences that have a width of their own
LEAST_BLOCK = 128  # by the format: a block is a multiple of it


@dataclass(frozen=True)
class Encoded:
    """Values in one encoding: `page` makes the bytes of those from one place up to another, of at most `most` rows."""

    encoding: Encoding
    page: Callable[[int, int], bytes]
    dictionary: bytes | None = None
    entries: int = 0
    most: int = PAGE_ROWS


def plain(values: npt.NDArray[np.generic]) -> Encoded:
    """Values as they are in memory. (n,)"""
    return Encoded(Encoding.PLAIN, lambda start, stop: values[start:stop].tobytes())


def code_bytes(count: int, entries: int) -> int:
    """The bytes of so many codes of a dictionary."""
    return count * max(1, width_of(entries - 1)) // 8


def by_codes(codes: Codes | None, dictionary: bytes, entries: int, whole_bytes: Callable[[bytes], bool]) -> Encoded:
    """Codes and the dictionary, as PLAIN bytes, that they point into; no codes where all are 0.

    Codes have as many bits as they need; eight, where `whole_bytes` says of a sample of bytes that compression finds more in
    them than that. (n,)
    """
    width = max(1, width_of(entries - 1))
    if codes is not None and 4 < width < 8 and whole_bytes(codes[: 2**14].astype(np.uint8).tobytes()):
        width = 8

    def page(start: int, stop: int) -> bytes:
        run = repeated_run(0, stop - start, width) if codes is None else packed_run(codes[start:stop], width)
        return width.to_bytes() + run

    return Encoded(Encoding.RLE_DICTIONARY, page, dictionary, entries)


@dataclass(frozen=True)
class Deltas:
    """Differences of whole numbers, each block of them above its least and in as many bits as that takes."""

    first: int
    count: int  # of numbers, which are one more than differences
    least: npt.NDArray[np.int64]  # of each block
    widths: npt.NDArray[np.int32]  # bits, of each block
    above: npt.NDArray[np.int64]  # (blocks, differences)

    @classmethod
    def of(cls, values: npt.NDArray[np.integer], whole_bytes: bool = False) -> Deltas:
        """The differences of numbers that are less than 2**62 apart; with `whole_bytes`, widths are of whole bytes. (n,)"""
        count = len(values) - 1
        if count < 1:
            none = np.zeros((0, LEAST_BLOCK), dtype=np.int64)
            return cls(int(values[0]) if len(values) else 0, len(values), none[:, 0], np.zeros(0, np.int32), none)
        blocks = -(-count // BLOCK)
        size = -(-count // blocks)
        size += -size % LEAST_BLOCK
        blocks = -(-count // size)
        if (compiled := kernels()) is not None:
            above, least, largest = compiled.differences(values, blocks, size)
        else:
            differences = np.empty(blocks * size, dtype=np.int64)
            np.subtract(values[1:], values[:-1], out=differences[:count], dtype=np.int64)
            differences[count:] = differences[count - 1]
            above = differences.reshape(blocks, size)
            least, largest = above.min(axis=1), above.max(axis=1)
        widths = np.frexp((largest - least).astype(np.float64))[1]  # where a double rounds up, one more than is needed
        if int(widths.max()) * blocks - int(widths.sum()) <= blocks // 2:  # half a bit: all are packed at once
            widths[:] = widths.max()
        if whole_bytes:
            widths += -widths % 8
        return cls(int(values[0]), count + 1, least, widths, above)

    @property
    def size(self) -> int:
        """About how many bytes they take."""
        return int(self.widths.sum()) * int(self.above.shape[1]) // 8 + 4 * len(self.least)

    def packed(self) -> bytes:
        """The bytes of DELTA_BINARY_PACKED, blocks of one miniblock each."""
        size = self.above.shape[1]
        head = varint(size) + varint(1) + varint(self.count) + zigzag(self.first)
        if (compiled := kernels()) is not None and int(self.widths.max(initial=0)) <= WIDEST:
            return head + compiled.pack_blocks(self.above, self.least, self.widths)
        widths = list(map(int, self.widths))
        heads = [zigzag(least) + width.to_bytes() for least, width in zip(map(int, self.least), widths, strict=True)]
        parts: list[bytes | memoryview] = [head]
        bodies: list[bytes | memoryview] = [b""] * len(heads)
        for width in {*widths} - {0}:
            (here,) = np.nonzero(self.widths == width)
            rest = self.above - self.least[:, np.newaxis] if len(here) == len(heads) else self._rest(here)
            body, step = memoryview(pack(rest.reshape(-1), width)), size * width // 8
            for at, block in enumerate(map(int, here)):
                bodies[block] = body[at * step : (at + 1) * step]
        for each, packed in zip(heads, bodies, strict=True):
            parts += (each, packed)
        return b"".join(parts)

    def _rest(self, blocks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """What is above the least, of some blocks. (k,) -> (k, differences)"""
        return self.above[blocks] - self.least[blocks, np.newaxis]
