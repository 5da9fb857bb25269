"""Invented words: brands and names that are nobody's."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from synth.dtypes import TEXT, DType
from synth.generators.base import Ask, Generator

__all__ = ["Coined"]

_ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "tr")
_VOWELS = ("a", "e", "i", "o")
SYLLABLES = tuple(onset + vowel for onset in _ONSETS for vowel in _VOWELS)  # 64
ENDINGS = ("n", "x", "ra", "l", "s", "co", "lo", "vi")


class Coined(Generator):
    """An invented word, another for each row: `Tovira`. Words get longer when the short ones are used up."""

    default_type = TEXT

    syllables: Annotated[int, Field(ge=1, le=6)] = 2
    suffix: str = ""

    def accepts(self, dtype: DType) -> str | None:
        """Text."""
        return None if dtype.name == "varchar" else f"words cannot be {dtype}"

    def draw(self, ask: Ask) -> pl.Series:
        """Row numbers, shuffled by a bijection, spelt in base 64."""
        size = len(SYLLABLES) ** self.syllables * len(ENDINGS)
        rows = np.arange(ask.first_row, ask.first_row + ask.rows)
        step, start = ask.stream_of("order").integers(0, size // 2, 2)
        number = (rows % size * (2 * step + 1) + start) % size  # odd steps visit every number once
        parts = [pl.Series(ENDINGS).gather(number % len(ENDINGS))]
        number //= len(ENDINGS)
        for _ in range(self.syllables):
            parts.insert(0, pl.Series(SYLLABLES).gather(number % len(SYLLABLES)))
            number //= len(SYLLABLES)
        again = pl.Series(rows // size)
        frame = pl.DataFrame([part.alias(f"p{i}") for i, part in enumerate(parts)]).with_columns(again=again)
        word = pl.concat_str(pl.selectors.starts_with("p")).str.to_titlecase()
        round_ = pl.when(pl.col("again") > 0).then(pl.format(" {}", pl.col("again") + 1)).otherwise(pl.lit(""))
        return frame.select(word + round_ + pl.lit(self.suffix)).to_series()
