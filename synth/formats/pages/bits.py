"""Whole numbers as so many bits each, one behind the other, the lowest bit first: what Parquet's encodings are made of.

Eight numbers of w bits are w bytes, so all eights of a column are packed at once: neighbours in a word are pushed together,
then pairs, and full words are shifted to where they begin within their eight and laid over each other.
Source: https://github.com/apache/parquet-format/blob/master/Encodings.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from synth.compiled import WIDEST, kernels
from synth.formats.pages.thrift import varint

__all__ = ["EIGHT", "levels", "pack", "packed_run", "padded", "repeated_run", "width_of"]

EIGHT = 8  # numbers are packed in eights
_WORD = 64  # bits
_LANES = (8, 16, 32, _WORD)  # bits that a number has in memory
_LOWER = {8: 0x00FF00FF00FF00FF, 16: 0x0000FFFF0000FFFF, 32: 0x00000000FFFFFFFF}  # of every two lanes in a word


def width_of(largest: int) -> int:
    """The bits that numbers up to this one take."""
    return largest.bit_length()


def padded(numbers: npt.NDArray[np.generic], multiple: int = EIGHT) -> npt.NDArray[np.generic]:
    """Numbers with zeros behind, up to a multiple. (n,) -> (m,)"""
    rest = -len(numbers) % multiple
    return np.concatenate([numbers, np.zeros(rest, dtype=numbers.dtype)]) if rest else numbers


def pack(numbers: npt.NDArray[np.generic], width: int) -> bytes:
    """Numbers of at most `width` bits, 0 to 64, in so many bits each; eights of them. (n,)"""
    if width == 0:
        return b""
    if width == 1:
        return np.packbits(numbers.astype(bool, copy=False), bitorder="little").tobytes()
    if width <= WIDEST and (compiled := kernels()) is not None:
        return compiled.pack_bits(numbers, width)
    lane = next(lane for lane in _LANES if width <= lane)
    narrow = numbers.astype(f"<u{lane // 8}", copy=False)
    if width == lane:
        return narrow.tobytes()
    words, bits = _fold(narrow.view("<u8"), lane, width)
    each = width * EIGHT // bits  # words of an eight
    if each == 1:
        return _first_bytes(words, EIGHT, width)
    eights, count = words.reshape(-1, each), -(-width * EIGHT // _WORD)
    spliced = np.empty((len(eights), count), dtype="<u8")
    spliced[:, 0] = eights[:, 0]
    filled = 1  # columns that have something already
    for place in range(1, each):
        word, shift = divmod(place * bits, _WORD)
        moved = eights[:, place] << np.uint64(shift)
        if word < filled:
            spliced[:, word] |= moved
        else:
            spliced[:, word], filled = moved, word + 1
        if shift + bits > _WORD:
            spliced[:, word + 1], filled = eights[:, place] >> np.uint64(_WORD - shift), word + 2
    return _first_bytes(spliced, count * EIGHT, width)


def _fold(words: npt.NDArray[np.uint64], lane: int, bits: int) -> tuple[npt.NDArray[np.uint64], int]:
    """Push numbers in words together, two lanes at a time, until a word is one lane; and give their bits. (n,) -> (n,)"""
    while lane < _WORD:
        lower = np.uint64(_LOWER[lane])
        high = words & ~lower
        high >>= np.uint64(lane - bits)
        words = words & lower
        words |= high
        lane, bits = 2 * lane, 2 * bits
    return words, bits


def _first_bytes(words: npt.NDArray[np.uint64], stride: int, kept: int) -> bytes:
    """The first bytes of every row of words."""
    return np.ndarray((words.size * 8 // stride,), dtype=f"V{kept}", buffer=words, strides=(stride,)).tobytes()


def packed_run(numbers: npt.NDArray[np.generic], width: int) -> bytes:
    """Numbers as one bit-packed run of Parquet's hybrid of runs and packed bits. (n,)"""
    return varint(-(-len(numbers) // EIGHT) << 1 | 1) + pack(padded(numbers), width)


def repeated_run(number: int, count: int, width: int) -> bytes:
    """One number so many times, as a run of the hybrid."""
    return varint(count << 1) + number.to_bytes(-(-width // 8), "little")


def levels(present: npt.NDArray[np.bool_] | None, count: int) -> bytes:
    """Definition levels of a column without nesting: which of so many rows have a value; None where all have. (n,)"""
    if present is None or not (found := np.count_nonzero(present)):
        body = repeated_run(int(present is None), count, 1)
    elif found == count:
        body = repeated_run(1, count, 1)
    else:
        body = packed_run(present.view(np.uint8), 1)
    return len(body).to_bytes(4, "little") + body
