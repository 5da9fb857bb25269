"""Random bytes: hashes, tokens, small pictures of nothing."""

from __future__ import annotations

from binascii import hexlify
from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import BYTES, DType
from synth.generators.base import Generator, one_way_of
from synth.generators.context import DrawContext
from synth.streams import Sub
from synth.texts import counted, from_joined_bytes

__all__ = ["RawBytes"]

LONGEST = 4_096  # bytes: a block is worked on at once


class RawBytes(Generator):
    """Bytes, all equally likely, `length` of them, or from `min` to `max`."""

    model_config = one_way_of({"required": ["length"]}, {"required": ["max"]})

    default_type = BYTES

    example = """digest: {bytes: {length: 32}}
blob: {bytes: {min: 0, max: 200}}"""

    length: Annotated[int, Field(ge=1, le=LONGEST)] | None = Field(None, description="how many bytes each value has")
    min: Annotated[int, Field(ge=0)] = Field(
        0, description="the fewest bytes of a value, where they have several lengths"
    )
    max: Annotated[int, Field(ge=1, le=LONGEST)] | None = Field(None, description="the most bytes of a value")

    @model_validator(mode="after")
    def _check(self) -> RawBytes:
        if (self.length is None) == (self.max is None) or (self.length is not None and self.min):
            raise ValueError("say `length`, or `max` and `min`")
        if self.max is not None and self.min > self.max:
            raise ValueError("`min` is above `max`")
        return self

    def accepts(self, dtype: DType) -> str | None:
        """Take bytes, and no other type."""
        return None if dtype == BYTES else f"bytes cannot be {dtype}"

    @property
    def needs_block_alone(self) -> bool:
        """Whether it does: what it draws is cut into bytes, block by block."""
        return True

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw as many bytes a row as there are at most, and how many of them count; as hexadecimal digits. (rows,)"""
        most = self.length or self.max or 0
        words = context.stream().integers(0, 2**64, -(-context.rows * most // 8), dtype=np.uint64)
        octets = words.astype("<u8", copy=False).view(np.uint8)[: context.rows * most]
        lengths = np.full(context.rows, most, dtype=np.int64)
        if self.length is None:
            lengths = context.stream(Sub.LENGTHS).integers(self.min, most + 1, context.rows)
            octets = octets.reshape(-1, most)[counted(lengths, most)]
        return from_joined_bytes(np.frombuffer(hexlify(octets.data), dtype=np.uint8), 2 * lengths)
