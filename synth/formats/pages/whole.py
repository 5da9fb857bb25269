"""Whole numbers, also moments and money: codes of a dictionary, packed differences, or as they are, whichever is least."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from synth.compiled import kernels
from synth.formats.pages.bits import width_of
from synth.formats.pages.distinct import Codes, distinct, distinct_in, narrow
from synth.formats.pages.encoded import Deltas, Encoded, by_codes, code_bytes, plain
from synth.formats.pages.footer import Encoding

__all__ = ["encode_whole"]

Whole = npt.NDArray[np.integer]

WIDEST = {4: 2**31 - 1, 8: 2**62}  # what numbers may be apart so that their differences are no wider than they are
CLOSE = 2**8  # numbers that lie so close are their own codes
TABLE = 2**20  # numbers that lie so close find their codes in a table of all between
MOST = 2**14  # distinct values that a dictionary has: a larger one does not stay in a cache
SAMPLE = 512  # of which it is guessed how many distinct values there are
SURELY = 0.8  # where a dictionary seems to need not more than so many times the bytes, differences are not worked out
BETTER = 1.05  # a dictionary is taken where it has not more than so many times the bytes: it is read sooner


def encode_whole(values: Whole, low: int, high: int, stored: str, whole_bytes: Callable[[bytes], bool]) -> Encoded:
    """Encode numbers between `low` and `high`, stored in a type of numpy's: (n,), at least one."""
    size, count, span = np.dtype(stored).itemsize, len(values), high - low + 1
    if span == 1:
        return by_codes(None, values[:1].astype(stored).tobytes(), 1, whole_bytes)
    if span > WIDEST[size]:
        return plain(values.astype(stored, copy=False))
    bits = _bits_in_the_middle(values)
    if span <= CLOSE and bits >= width_of(span - 1):
        codes, entries = _close(values, low, span)
        return by_codes(codes, entries.astype(stored).tobytes(), len(entries), whole_bytes)
    guessed = min(span, distinct_in(values[:: max(1, count // SAMPLE)])) if bits else count
    needed, least = code_bytes(count, guessed) + guessed * size, min(bits * count // 8, count * size)
    deltas = None
    if needed > SURELY * least:
        deltas = Deltas.of(values)
        least = min(deltas.size, count * size)
    if needed <= BETTER * least and least > count // 8:
        few = min(MOST, count // 2, (int(BETTER * least) - code_bytes(count, guessed)) // size)
        if guessed <= few and (found := _coded(values, low, span, few)) is not None:
            codes, entries = found
            return by_codes(codes, entries.astype(stored).tobytes(), len(entries), whole_bytes)
    deltas = Deltas.of(values) if deltas is None else deltas
    if deltas.size >= count * size:
        return plain(values.astype(stored, copy=False))

    def page(start: int, stop: int) -> bytes:
        whole = start == 0 and stop == count
        return (deltas if whole else Deltas.of(values[start:stop])).packed()

    return Encoded(Encoding.DELTA_BINARY_PACKED, page)


def _bits_in_the_middle(values: Whole) -> int:
    """The bits that a packed difference takes in the middle of a column. (n,), at least two"""
    middle = values[(len(values) - 1) // 2 :][:SAMPLE]
    differences = middle[1:] - middle[:-1]
    return width_of(int(differences.max()) - int(differences.min()))


def _close(values: Whole, low: int, span: int) -> tuple[Codes, Whole]:
    """Codes of numbers that lie close, and what they stand for: all between, or those that are there. (n,) -> (n,), (k,)"""
    above = np.subtract(values, np.int64(low), dtype=np.uint8, casting="unsafe")
    seen = int(np.count_nonzero(np.bincount(above[:: max(1, len(above) // SAMPLE)], minlength=span)))
    if width_of(2 * seen) >= width_of(span - 1):
        return above, np.arange(low, low + span)
    return _by_table(above, np.flatnonzero(np.bincount(above, minlength=span)), low)


def _by_table(above: Whole, there: Whole, low: int) -> tuple[Codes, Whole]:
    """Codes of numbers, given by how far above the least they are and which of these there are, in order. (n,), (k,)"""
    table = np.empty(int(there[-1]) + 1, dtype=narrow(len(there)))
    table[there] = np.arange(len(there))
    return table.take(above), there + low


def _coded(values: Whole, low: int, span: int, few: int) -> tuple[Codes, Whole] | None:
    """Codes of numbers, and what they stand for; None where these are more than `few`. (n,) -> (n,), (k,)"""
    count = len(values)
    if span <= TABLE and span <= 4 * count:
        if (compiled := kernels()) is not None:
            there = np.flatnonzero(compiled.mark_there(values, low, span))
            if len(there) > few:
                return None
            table = np.empty(span, dtype=np.uint16)
            table[there] = np.arange(len(there), dtype=np.uint16)
            return compiled.codes_of(values, low, table), there + low
        above = values - low
        flags = np.zeros(span, dtype=bool)
        flags[above] = True
        there = np.flatnonzero(flags)
        return _by_table(above, there, low) if len(there) <= few else None
    found = distinct([values.astype(np.int64, copy=False).view(np.uint64)], few)
    if found is None:
        return None
    rows, codes = found
    return codes.astype(narrow(len(rows)), copy=False), values[rows]
