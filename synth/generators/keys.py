"""Keys: functions of the row number, so that a reference never looks its parent up."""

from __future__ import annotations

from binascii import hexlify
from collections.abc import Sequence
from hashlib import blake2b
from typing import Annotated, Literal, Self

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, PrivateAttr, model_validator

from synth.digits import beside, whole
from synth.dtypes import BIGINT, TEXT, DType
from synth.generators.base import Generator
from synth.generators.context import DrawContext, SpanView
from synth.generators.declarations import Segment, Span
from synth.texts import from_joined_bytes

__all__ = ["UUID_LENGTH", "Key", "Window", "spell_uuids"]

Rows = npt.NDArray[np.int64]

UUID_LENGTH = 36


class Key(Generator):
    """The table's key: `sequence` (1, 2, 3 …), `uuid` (made from seed and row), or `code` (`CUS000123`).

    With a `step` numbers are so far apart: from 100 in steps of 10 they are 100, 110, 120 …
    """

    shorthand = "kind"
    example = "code: {key: {kind: code, prefix: CUS-, digits: 6, start: 1000}}"

    kind: Literal["sequence", "uuid", "code"] = Field(
        "sequence", description="1, 2, 3 …; uuid; or text like CUS-000123"
    )
    start: Annotated[int, Field(gt=-(2**63), lt=2**63)] = Field(
        1, description="of sequences and codes: the number of the first row"
    )
    step: Annotated[int, Field(ge=1, le=10**9)] = Field(
        1, description="of sequences and codes: how far apart two numbers are"
    )
    prefix: str = Field("", description="of codes: what stands before the number")
    digits: Annotated[int, Field(ge=1, le=18)] = Field(6, description="of codes: the least digits, with leading zeros")
    _segments: tuple[Segment, ...] = PrivateAttr(())  # of sequences, behind the first: no word of a spec

    makes_key = True
    never_repeats = True

    @model_validator(mode="after")
    def _check_step(self) -> Key:
        if self.kind == "uuid" and self.step != 1:
            raise ValueError("a uuid is no number, and has no `step`")
        return self

    def dtype(self) -> DType:
        """Give bigint, uuid or text, as the kind is."""
        return {"sequence": BIGINT, "uuid": DType("uuid"), "code": TEXT}[self.kind]

    def accepts(self, dtype: DType) -> str | None:
        """Take integers for a sequence, and text for the others."""
        if self.kind == "sequence":
            return None if dtype.is_exact and not dtype.digits else "a sequence needs an integer type"
        if self.kind == "code":
            return None if dtype.is_free_text else "a code is text, and no other type"
        if not (dtype.is_free_text or dtype.name == "uuid"):
            return "a key of kind uuid needs a text type"
        return f"a uuid is {UUID_LENGTH} long" if dtype.length and dtype.length < UUID_LENGTH else None

    def span(self, view: SpanView, dtype: DType) -> Span | None:
        """Give the first and the last number."""
        if self.kind == "uuid":
            return None
        last = max(view.rows(), 1) - 1
        first_row, first_key = max(segment for segment in self._all_segments if segment.first_row <= last)
        return Span(self.start, (last - first_row) * self.step + first_key)

    def longest(self, view: SpanView) -> int | None:
        """Count the characters of the last code."""
        if self.kind != "code":
            return None
        last = self.start + (view.rows() - 1) * self.step
        return len(self.prefix) + max(self.digits, len(str(self.start)), len(str(last)))

    def key_at(self, rows: Rows, seed: int, table: str) -> pl.Series:
        """Make the keys of these row numbers. (n,) -> (n,)"""
        if self.kind == "sequence":
            return pl.Series(self._numbers(rows))
        if self.kind == "uuid":
            return _uuids(rows, seed, table if self.start == 1 else f"{table}/{self.start}")
        numbers = rows * self.step + self.start
        signs = whole(numbers, self.digits)
        if signs is not None:
            return beside(len(numbers), [self.prefix.encode(), *signs])
        number = pl.Series("n", numbers).to_frame()
        return number.select(pl.lit(self.prefix) + pl.col("n").cast(pl.String).str.zfill(self.digits)).to_series()

    @property
    def counts_up(self) -> bool:
        """Whether it is a sequence."""
        return self.kind == "sequence"

    def in_segments(self, segments: Sequence[Segment]) -> Self:
        """The same sequence, which goes on from other keys at these rows, in order."""
        gone_on = self.model_copy()
        gone_on._segments = tuple(segments)
        return gone_on

    def rows_to(self, key: int) -> int:
        """Count the rows of a sequence up to that of this key."""
        none = Segment(0, key + 1)
        here = max((segment for segment in self._all_segments if segment.first_key <= key), default=none)
        return here.first_row + (key - here.first_key) // self.step + 1

    def behind(self, highest: int) -> int:
        """Give the first number of a sequence or code that is above another one."""
        return self.start + max(0, (highest - self.start) // self.step + 1) * self.step

    @property
    def _all_segments(self) -> tuple[Segment, ...]:
        return (Segment(0, self.start), *self._segments)

    def _numbers(self, rows: Rows) -> Rows:
        """The numbers of these rows in their segments. (n,) -> (n,)"""
        if not self._segments:
            return rows * self.step + self.start
        first_rows, first_keys = np.array(self._all_segments).T
        at = np.searchsorted(first_rows, rows, side="right") - 1
        numbers: Rows = (rows - first_rows[at]) * self.step + first_keys[at]
        return numbers

    def numbers_used(self, rows: int) -> int:
        """Give the row numbers that so many rows from before have used up, as some of theirs may have gone."""
        return rows if self.kind == "uuid" else max(rows, (self.start - 1) // self.step)

    def draw(self, context: DrawContext) -> pl.Series:
        """Make the keys of the block's rows. (rows,)"""
        return self.key_at(context.row_numbers, context.seed, context.table)


class Window(Generator):
    """The number of the row's window: runs of so many rows, each drawn whole before `until` cuts.

    So a SELECT that groups by it sees all of the window's rows, those after `until` too: purchases before sales.
    """

    shorthand = "rows"
    default_type = BIGINT

    example = "batch: {window: 250}"

    rows: Annotated[int, Field(ge=1)] = Field(description="rows of a window, a divisor of a block's 10,000")

    @property
    def window_rows(self) -> int:
        """The rows of a window."""
        return self.rows

    def span(self, view: SpanView, dtype: DType) -> Span:
        """Give the first and the last window."""
        return Span(0, view.rows() // self.rows)

    def draw(self, context: DrawContext) -> pl.Series:
        """Divide the row number by the rows of a window. (rows,)"""
        return pl.Series(context.row_numbers // self.rows)


def _uuids(rows: Rows, seed: int, table: str) -> pl.Series:
    """UUIDs of version 8 (RFC 9562), from a bijection of the row number: no two rows share one. (n,) -> (n,)"""
    name = blake2b(f"uuid/{seed}/{table}".encode(), digest_size=16).digest()
    key = np.frombuffer(name, dtype="<u8")
    with np.errstate(over="ignore"):
        # an odd multiple modulo 2**62 and a xor-shift are both bijections: the low 62 bits keep rows apart
        low = (rows.astype(np.uint64) * (key[0] | np.uint64(1)) + key[1]) & np.uint64(2**62 - 1)
        low ^= low >> np.uint64(31)
        high = (low ^ key[0]) * np.uint64(0xBF58476D1CE4E5B9)
        high ^= high >> np.uint64(29)
    words = np.empty((len(rows), 2), dtype=np.uint64)
    words[:, 0] = (high & np.uint64(0xFFFFFFFFFFFF0FFF)) | np.uint64(0x8000)  # version 8
    words[:, 1] = low | np.uint64(1 << 63)  # variant 10
    return spell_uuids(words)


def spell_uuids(words: npt.NDArray[np.uint64]) -> pl.Series:
    """Write UUIDs as 8-4-4-4-12 digits, from their two halves. (n, 2) -> (n,)"""
    signs = np.frombuffer(hexlify(words.astype(">u8").data), dtype=np.uint8).reshape(-1, 32)
    text = np.full((len(words), UUID_LENGTH), ord("-"), dtype=np.uint8)
    for first, last, hyphens in ((0, 8, 0), (8, 12, 1), (12, 16, 2), (16, 20, 3), (20, 32, 4)):
        text[:, first + hyphens : last + hyphens] = signs[:, first:last]
    return from_joined_bytes(text.reshape(-1), np.full(len(words), UUID_LENGTH, dtype=np.int64))
