"""Invented names of companies and hosts, another for each row: a coined word, and two once all words have come."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from synth.generators.context import DrawContext
from synth.generators.text import ENDINGS, SYLLABLES, spell_word
from synth.streams import Sub, permuted

__all__ = ["NAMES", "WORDS", "Words", "invented", "longest_invented", "longest_name", "words", "written"]

WORDS = len(SYLLABLES) ** 2 * len(ENDINGS)  # of two syllables: 32,768
NAMES = WORDS * WORDS  # of one or two words: 2^30


class Words(NamedTuple):
    """How names are written: the first words and the second ones, (WORDS,) each, and what stands between two."""

    first: pl.Series
    second: pl.Series
    between: str


@lru_cache(maxsize=1)
def words() -> pl.Series:
    """Give all words, (WORDS,)."""
    return spell_word(np.arange(WORDS), 2)


@lru_cache(maxsize=4)
def written(before: str, between: str, *, lower: bool) -> Words:
    """Give the words as they are written, with what stands before the first one and between two."""
    spelt = words().str.to_lowercase() if lower else words()
    return Words(before + spelt, between + spelt, between)


@lru_cache(maxsize=1)
def longest_name() -> int:
    """Count the characters of the longest word."""
    return max(map(len, words()))


def longest_invented(rows: int) -> int:
    """Count the characters of the longest name of so many rows, with one sign between two words."""
    if rows <= WORDS:
        return longest_name()
    return 2 * longest_name() + 1 + (len(f"-{rows // WORDS}") if rows > NAMES else 0)


def invented(context: DrawContext, spelt: Words) -> list[pl.Series]:
    """Give each row a name of its own, in pieces, (rows,) each, to be put together.

    Row k has word π(k); behind the last word each comes again, and every time with another one.
    """
    rows = context.unique_numbers
    first = permuted(context.seed, context.table, context.column, Sub.WORD_ORDER, rows % WORDS, WORDS)
    again = rows // WORDS
    names = [spelt.first[first].alias("first")]
    if again[-1:].any():
        apart = permuted(context.seed, context.table, context.column, Sub.SECOND_WORDS, first, WORDS)
        names.append(_from_row_on(spelt.second[(apart + again) % WORDS], again >= 1).alias("second"))
    if (again[-1:] >= WORDS).any():
        numbers = spelt.between + pl.Series(again).cast(pl.String)
        names.append(_from_row_on(numbers, again >= WORDS).alias("number"))
    return names


def _from_row_on(texts: pl.Series, there: npt.NDArray[np.bool_]) -> pl.Series:
    """Give the texts where they are, and an empty one before. (n,), (n,) -> (n,)"""
    return texts if there.all() else texts.set(pl.Series(~there), "")
