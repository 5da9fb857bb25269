"""What the library offers, as functions over numpy arrays. ctypes lets other threads go on while one is in it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from synth.compiled.library import source_hash

__all__ = ["Kernels", "open_library"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]

WIDEST = 56  # bits that numbers may be packed in
SPARE = 8  # bytes behind what is packed
VARINT = 11  # bytes that a block has at most before what is packed
TABLE = 2**14  # places of a table of values

_KINDS = {"p": ctypes.c_void_p, "i": ctypes.c_int64, "u": ctypes.c_uint64, "d": ctypes.c_double}
# what each is given: p an array, i a whole number, u one without sign, d a double; behind the colon what it gives
SIGNATURES = {
    "md5_60_bits": "ppip",
    "row_numbers": "ppppiipp",
    "search": "pipidpip",
    "search_first": "pipidppdip",
    "normal_numbers": "pipidppppddddip",
    "first_takers": "pppipp",
    "later_takers": "ppppipp",
    "uniform_by_row": "puuip",
    "slots_of": "pipiipp:i",
    "pack_bits": "piiip",
    "differences": "piiiippp",
    "pack_blocks": "pppiip:i",
    "mark_there": "piiip",
    "codes_of": "piiipp",
    "distinct_values": "ppiiippppp:i",
    "group_rows": "piipipp:i",
    "add_by_group": "ppip",
    "least_and_largest": "piip",
}


def open_library(path: Path) -> Kernels | None:
    """Load the library; None where it is not there, not of this source, or not of this system."""
    try:
        library = ctypes.CDLL(str(path))
        asked = library.synth_source
        asked.restype = ctypes.c_char_p
        if asked().decode() != source_hash():
            return None
        return Kernels({name: _bound(library, name, signature) for name, signature in SIGNATURES.items()})
    except (OSError, AttributeError, UnicodeDecodeError):
        return None


def _bound(library: ctypes.CDLL, name: str, signature: str) -> Callable[..., Any]:
    given, _, gives = signature.partition(":")
    function = getattr(library, name)
    function.argtypes = [_KINDS[kind] for kind in given]
    function.restype = _KINDS[gives] if gives else None
    return function  # type: ignore[no-any-return]


def _at(array: npt.NDArray[Any]) -> int:
    """Where an array's memory begins."""
    place: int = array.__array_interface__["data"][0]
    return place


def _dense(array: npt.NDArray[Any], dtype: Any) -> npt.NDArray[Any]:
    """The array of this type, in one piece: itself, where it is so. (n,) -> (n,)"""
    return np.ascontiguousarray(array, dtype=dtype)


class Kernels:
    """Each kernel by its name, over arrays of any layout; shapes as in the numpy code beside which it is called."""

    def __init__(self, functions: dict[str, Callable[..., Any]]):
        self._ = functions

    def md5_60_bits(self, data: Bytes, ends: Rows) -> Rows:
        """The first 60 bits of the MD5 of each text. (bytes,), (n,) -> (n,)"""
        data, ends = _dense(data, np.uint8), _dense(ends, np.int64)
        found = np.empty(len(ends), dtype=np.int64)
        self._["md5_60_bits"](_at(data), _at(ends), len(ends), _at(found))
        return found

    def row_numbers(
        self,
        cells: Sequence[tuple[Rows, Mask | None]],
        factors: Sequence[int],
        nulls: Sequence[int],
        *,
        sums_only: bool,
    ) -> tuple[Rows | None, int, int]:
        """The number of each row, and the sums of these and of their squares. (n,) -> (n,)"""
        numbers = [_dense(each, np.int64) for each, _ in cells]
        hidden = [None if missing is None else _dense(missing, np.bool_) for _, missing in cells]
        count = len(numbers[0])
        where = np.array([_at(each) for each in numbers], dtype=np.uint64)
        masks = np.array([0 if each is None else _at(each) for each in hidden], dtype=np.uint64)
        constants, others = np.array(factors, dtype=np.int64), np.array(nulls, dtype=np.int64)
        rows = None if sums_only else np.empty(count, dtype=np.int64)
        sums = np.empty(2, dtype=np.int64)
        self._["row_numbers"](
            _at(where), _at(masks), _at(constants), _at(others), len(numbers), count, 0 if rows is None else _at(rows),
            _at(sums),
        )  # fmt: skip
        return rows, int(sums[0]), int(sums[1])

    def search(self, cumulated: Floats, first: npt.NDArray[np.int32], scale: float, values: Floats) -> Rows:
        """The place of the first cumulated weight above each value, by a table of buckets. (k,), (buckets,), (n,) -> (n,)"""
        values = _dense(values, np.float64)
        found = np.empty(len(values), dtype=np.int64)
        self._["search"](
            _at(cumulated), len(cumulated), _at(first), len(first), scale, _at(values), len(values), _at(found)
        )
        return found

    def search_first(
        self, cumulated: Floats, first: npt.NDArray[np.int32], scale: float, uniform: Floats, sizes: Rows, below_one: float
    ) -> Rows:  # fmt: skip
        """The same for uniform numbers of what the first `sizes` weigh. (k,), (buckets,), (n,), (n,) -> (n,)"""
        uniform, sizes = _dense(uniform, np.float64), _dense(sizes, np.int64)
        found = np.empty(len(uniform), dtype=np.int64)
        self._["search_first"](
            _at(cumulated), len(cumulated), _at(first), len(first), scale, _at(uniform), _at(sizes), below_one,
            len(uniform), _at(found),
        )  # fmt: skip
        return found

    def normal_numbers(
        self, cumulated: Floats, first: npt.NDArray[np.int32], scale: float, table: Sequence[Floats], uniform: Floats,
        ends: Sequence[float],
    ) -> Floats:  # fmt: skip
        """Normal numbers of a table of three columns; `ends`: a factor, what is added, and two bounds. (k,), (n,) -> (n,)"""
        uniform = _dense(uniform, np.float64)
        found = np.empty(len(uniform), dtype=np.float64)
        self._["normal_numbers"](
            _at(cumulated), len(cumulated), _at(first), len(first), scale, *map(_at, table), _at(uniform), *ends,
            len(uniform), _at(found),
        )  # fmt: skip
        return found

    def first_takers(self, groups: Rows, choices: Rows, asks: Mask) -> tuple[npt.NDArray[np.int32], Mask]:
        """What each row has taken, or -1, and who got its choice; groups in order. (n,), (n,), (n,) -> (n,), (n,)"""
        groups, choices, asks = _dense(groups, np.int64), _dense(choices, np.int64), _dense(asks, np.bool_)
        taken, got = np.empty(len(groups), dtype=np.int32), np.empty(len(groups), dtype=np.bool_)
        self._["first_takers"](_at(groups), _at(choices), _at(asks), len(groups), _at(taken), _at(got))
        return taken, got

    def later_takers(self, groups: Rows, starts: Rows, rows: Rows, choices: Rows, taken: npt.NDArray[np.int32]) -> Mask:
        """Who of some rows got its choice, written into `taken`. (n,), (groups + 1,), (m,), (m,), (n,) -> (m,)"""
        rows, choices = _dense(rows, np.int64), _dense(choices, np.int64)
        got = np.empty(len(rows), dtype=np.bool_)
        self._["later_takers"](
            _at(groups), _at(starts), _at(rows), _at(choices), len(rows), _at(taken), _at(got)
        )  # fmt: skip
        return got

    def uniform_by_row(self, rows: Rows, key: int, other: int) -> Floats:
        """A uniform number for each row, of any shape. (n,) -> (n,)"""
        rows = _dense(rows, np.int64)
        found = np.empty(rows.shape, dtype=np.float64)
        self._["uniform_by_row"](_at(rows), key, other, rows.size, _at(found))
        return found

    def slots_of(self, hashes: Words, kept: Words, farthest: int) -> tuple[Rows, Rows]:
        """Where texts are kept, and which are not there. (n,), (slots,) -> (n,), (m,)"""
        hashes = _dense(hashes, np.uint64)
        slots, left = np.empty(len(hashes), dtype=np.int64), np.empty(len(hashes), dtype=np.int64)
        lacking = self._["slots_of"](_at(hashes), len(hashes), _at(kept), len(kept), farthest, _at(slots), _at(left))
        return slots, left[:lacking]

    def pack_bits(self, numbers: npt.NDArray[Any], width: int) -> bytes:
        """Numbers as so many bits each, WIDEST at most; eights of them. (n,)"""
        numbers = np.ascontiguousarray(numbers)
        out = np.empty(len(numbers) * width // 8 + SPARE, dtype=np.uint8)
        self._["pack_bits"](_at(numbers), numbers.itemsize, len(numbers), width, _at(out))
        return out[:-SPARE].tobytes()

    def differences(self, values: npt.NDArray[Any], blocks: int, size: int) -> tuple[Rows, Rows, Rows]:
        """Differences by blocks, the least and the largest of each. (n,) -> (blocks, size), (blocks,), (blocks,)"""
        values = _dense(values, values.dtype if values.dtype in (np.int32, np.int64) else np.int64)
        found = np.empty((blocks, size), dtype=np.int64)
        least, largest = np.empty(blocks, dtype=np.int64), np.empty(blocks, dtype=np.int64)
        self._["differences"](
            _at(values), values.itemsize, len(values) - 1, blocks, size, _at(found), _at(least), _at(largest)
        )
        return found, least, largest

    def pack_blocks(self, steps: Rows, least: Rows, widths: npt.NDArray[np.int32]) -> bytes:
        """Blocks of differences as DELTA_BINARY_PACKED has them. (blocks, size), (blocks,), (blocks,)"""
        steps, least, widths = _dense(steps, np.int64), _dense(least, np.int64), _dense(widths, np.int32)
        blocks, size = steps.shape
        out = np.empty(int(widths.sum()) * size // 8 + VARINT * blocks + SPARE, dtype=np.uint8)
        length = self._["pack_blocks"](_at(steps), _at(least), _at(widths), blocks, size, _at(out))
        return out[:length].tobytes()

    def mark_there(self, values: npt.NDArray[Any], low: int, span: int) -> Mask:
        """Which numbers from `low` on are there. (n,) -> (span,)"""
        flags = np.zeros(span, dtype=np.bool_)
        values = np.ascontiguousarray(values)
        self._["mark_there"](_at(values), values.itemsize, len(values), low, _at(flags))
        return flags

    def codes_of(self, values: npt.NDArray[Any], low: int, table: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
        """The code of each number, by a table of all from `low` on. (n,), (span,) -> (n,)"""
        values = np.ascontiguousarray(values)
        codes = np.empty(len(values), dtype=np.uint16)
        self._["codes_of"](_at(values), values.itemsize, len(values), low, _at(table), _at(codes))
        return codes

    def distinct_values(
        self, words: Sequence[Words], most: int, factors: Words
    ) -> tuple[Rows, npt.NDArray[np.uint16]] | None:
        """A row of each value of one or two words, and which each row has. (n,), (rounds, 2) -> (k,), (n,)"""
        first, *more = words
        if more and more[0].strides != first.strides:
            first, *more = map(np.ascontiguousarray, words)
        count, codes = len(first), np.empty(len(first), dtype=np.uint16)
        rows, kept, there = np.empty(count, np.int64), np.empty(max(1, most), np.int64), np.empty(2 * TABLE, np.uint64)
        total = self._["distinct_values"](
            _at(first), _at(more[0]) if more else 0, first.strides[0] // first.itemsize, count, most, _at(factors),
            _at(rows), _at(there), _at(kept), _at(codes),
        )  # fmt: skip
        return None if total < 0 else (kept[:total], codes)

    def group_rows(self, keys: Sequence[Rows]) -> tuple[Rows, Rows]:
        """The group of each row, numbered as they are met, and the first row of each. (n,) each -> (n,), (groups,)."""
        keys, count = [_dense(key, np.int64) for key in keys], len(keys[0])
        where = np.array([_at(key) for key in keys], dtype=np.uint64)
        places = np.full(1 << (2 * count).bit_length(), -1, dtype=np.int32)
        groups, firsts = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
        found = self._["group_rows"](
            _at(where), len(keys), count, _at(places), len(places), _at(groups), _at(firsts)
        )  # fmt: skip
        return groups, firsts[:found]

    def add_by_group(self, groups: Rows, numbers: Rows, size: int) -> Rows:
        """What numbers of each of so many groups come to; it wraps. (n,), (n,) -> (size,)"""
        groups, numbers = _dense(groups, np.int64), _dense(numbers, np.int64)
        totals = np.zeros(size, dtype=np.int64)
        self._["add_by_group"](_at(groups), _at(numbers), len(groups), _at(totals))
        return totals

    def least_and_largest(self, values: npt.NDArray[Any]) -> tuple[int, int]:
        """The least and the largest of whole numbers with a sign, of one at least. (n,)"""
        values, ends = np.ascontiguousarray(values), np.empty(2, dtype=np.int64)
        self._["least_and_largest"](_at(values), values.itemsize, len(values), _at(ends))
        return int(ends[0]), int(ends[1])
