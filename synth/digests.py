"""MD5 (RFC 1321) of many short texts at once: its 64 steps are taken on whole columns, 120 ns a text of 26 bytes, not 350.

Texts are worked in by pieces of 64 bytes, sorted by their lengths: those that have a further piece are the last ones.
Where they are few or long, each goes by CPython's own MD5.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from synth.compiled import kernels

try:
    from _md5 import md5  # type: ignore[import-not-found,unused-ignore]  # CPython's own: three times as fast on short texts as OpenSSL's
except ImportError:  # pragma: no cover - some builds leave it out
    from hashlib import md5

__all__ = ["first_60_bits"]

Rows = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint32]

PIECE = 64  # bytes that are worked in at once
END = 9  # bytes behind a text: a mark, and its length
MOST_PIECES = 8  # of a text that goes together with others
FEWEST = 1_500  # texts that go together: fewer take as long one by one
AT_ONCE = 32_768  # texts whose words stay in the cache
BYTES = 2**20  # of texts that are sorted together, so that they stay there, too

_STATE = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
_SINES = tuple(np.uint32(int(abs(math.sin(step + 1)) * 2**32)) for step in range(64))
_TURNS = tuple(
    turn for turns in ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21)) for turn in turns * 4
)
_ORDER = tuple(
    (step, (5 * step + 1) % 16, (3 * step + 5) % 16, 7 * step % 16)[step // 16] for step in range(64)
)  # which word each step works in
# of the word in which a text ends, by how many of its four bytes are the text's: what stays of it, and the mark behind
_STAYS = np.array([0, 0xFF, 0xFFFF, 0xFFFFFF], dtype=np.uint32)
_MARK = np.array([0x80, 0x8000, 0x800000, 0x80000000], dtype=np.uint32)


def first_60_bits(data: npt.NDArray[np.uint8], ends: Rows) -> Rows:
    """Give the first 15 hex digits of each text's MD5 as a number. Texts lie one behind the other. (bytes,), (n,) -> (n,)"""
    if (compiled := kernels()) is not None:
        return compiled.md5_60_bits(data, ends)
    step = max(FEWEST, BYTES * len(ends) // max(1, len(data)))
    parts = [slice(first, min(first + step, len(ends))) for first in range(0, len(ends), step)]
    starts = [int(ends[part.start - 1]) if part.start else 0 for part in parts]
    found = [
        _sorted(data[start : ends[part.stop - 1]], ends[part] - start)
        for part, start in zip(parts, starts, strict=True)
    ]
    return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


def _sorted(data: npt.NDArray[np.uint8], ends: Rows) -> Rows:
    """Give the numbers of texts, which are sorted by their lengths. (bytes,), (n,) -> (n,)"""
    sizes = np.diff(ends, prepend=0)
    order = np.argsort(np.minimum(sizes, PIECE * MOST_PIECES).astype(np.int16), kind="stable")  # the shortest first
    sizes, starts = sizes[order], (ends - sizes)[order]
    below = np.searchsorted(sizes, PIECE * np.arange(MOST_PIECES + 1) - END + 1)  # texts of at most so many pieces
    below[0] = 0
    enough = np.flatnonzero(len(sizes) - below[:-1] < FEWEST)
    together = below[enough[0]] if len(enough) else below[-1]
    ordered = np.empty(len(ends), dtype=np.int64)
    fours = _fours(data) if together else np.empty(0, dtype=np.uint32)
    for first in range(0, together, AT_ONCE):
        some = slice(first, min(first + AT_ONCE, together))
        ordered[some] = _together(fours, starts[some], sizes[some])
    ordered[together:] = _one_by_one(data, starts[together:], sizes[together:])
    found = np.empty_like(ordered)
    found[order] = ordered
    return found


def _one_by_one(data: npt.NDArray[np.uint8], starts: Rows, sizes: Rows) -> Rows:
    """Give the numbers of texts that begin with these bytes and have so many. (n,), (n,) -> (n,)"""
    if not len(starts):
        return np.empty(0, dtype=np.int64)
    signs, pairs = data.tobytes(), zip(starts.tolist(), (starts + sizes).tolist(), strict=True)
    digests = b"".join([md5(signs[start:end]).digest() for start, end in pairs])
    return (np.frombuffer(digests, dtype=">u8")[::2] >> 4).astype(np.int64)


def _fours(data: npt.NDArray[np.uint8]) -> Words:
    """Give the word of four bytes that begins with each byte, 0 behind the last. (bytes,) -> (bytes,)"""
    padded = np.append(data, np.zeros(3, dtype=np.uint8))
    found: Words = np.ndarray((len(data),), dtype="<u4", buffer=padded, strides=(1,)).copy()
    return found


def _together(fours: Words, starts: Rows, sizes: Rows) -> Rows:
    """Give the numbers of texts, the shortest first. (n,), (n,) -> (n,)"""
    state = [np.full(len(starts), word, dtype=np.uint32) for word in _STATE]
    for begin in range(0, int(sizes[-1]) + END, PIECE):
        first, closed = map(int, np.searchsorted(sizes, (begin - END + 1, begin + PIECE - END + 1)))
        words = [_word(fours, starts[first:], sizes[first:], at) for at in range(begin, begin + PIECE, 4)]
        if closed > first:  # texts that end in this piece have their length in bits behind them
            length = np.zeros(len(sizes) - first, dtype=np.uint32) if words[-2] is None else words[-2]
            length[: closed - first] = sizes[first:closed] << 3
            words[-2] = length
        for before, after in zip(state, _worked_in([word[first:] for word in state], words), strict=True):
            before[first:] = after
    one, other = (word.byteswap().astype(np.int64) for word in state[:2])
    return (one << 28) | (other >> 4)


def _word(fours: Words, starts: Rows, sizes: Rows, at: int) -> Words | None:
    """Give the word at a byte of each text and of the mark behind it; None where all are 0. (n,), (n,) -> (n,)"""
    ended, marked, whole = map(int, np.searchsorted(sizes, (at, at + 1, at + 4)))  # behind which texts have more there
    if ended == len(sizes):
        return None
    word = np.zeros(len(sizes), dtype=np.uint32)
    word[ended:marked] = _MARK[0]
    np.take(fours, starts[marked:] + at, out=word[marked:], mode="clip")
    left = sizes[marked:whole] - at
    word[marked:whole] = word[marked:whole] & _STAYS[left] | _MARK[left]
    return word


def _worked_in(state: Sequence[Words], words: Sequence[Words | None]) -> list[Words]:
    """Work a piece of 16 words into the state; those that are None are 0. (n,) each"""
    a, b, c, d = (word.copy() for word in state)
    mixed, turned = np.empty_like(a), np.empty_like(a)
    for step, (sine, turn, place) in enumerate(zip(_SINES, _TURNS, _ORDER, strict=True)):
        if step < 16:
            np.bitwise_xor(c, d, out=mixed)
            mixed &= b
            mixed ^= d
        elif step < 32:
            np.bitwise_xor(b, c, out=mixed)
            mixed &= d
            mixed ^= c
        elif step < 48:
            np.bitwise_xor(b, c, out=mixed)
            mixed ^= d
        else:
            np.invert(d, out=mixed)
            mixed |= b
            mixed ^= c
        mixed += a
        mixed += sine
        word = words[place]
        if word is not None:
            mixed += word
        np.left_shift(mixed, np.uint32(turn), out=turned)
        mixed >>= np.uint32(32 - turn)
        mixed |= turned
        mixed += b
        a, d, c, b, mixed = d, c, b, mixed, a
    return [before + after for before, after in zip(state, (a, b, c, d), strict=True)]
