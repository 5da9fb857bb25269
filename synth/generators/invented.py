"""Invented names of companies and hosts, another for each row: a coined word, and two once all words have come."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

from synth.generators.context import DrawContext
from synth.generators.text import ENDINGS, SYLLABLES, spell_word
from synth.streams import Sub, permuted

__all__ = ["NAMES", "WORDS", "invented", "longest_invented", "longest_name", "words"]

WORDS = len(SYLLABLES) ** 2 * len(ENDINGS)  # of two syllables: 32,768
NAMES = WORDS * WORDS  # of one or two words: 2^30


@lru_cache(maxsize=1)
def words() -> pl.Series:
    """Give all words, (WORDS,)."""
    return spell_word(np.arange(WORDS), 2)


@lru_cache(maxsize=1)
def longest_name() -> int:
    """Count the characters of the longest word."""
    return max(map(len, words()))


def longest_invented(rows: int) -> int:
    """Count the characters of the longest name of so many rows, with one sign between two words."""
    if rows <= WORDS:
        return longest_name()
    return 2 * longest_name() + 1 + (len(f"-{rows // WORDS}") if rows > NAMES else 0)


def invented(context: DrawContext, spelt: pl.Series, between: str) -> pl.Series:
    """Give each row a name of words that are spelt so, or of two with `between`. (WORDS,) -> (rows,)

    Row k has word π(k); behind the last word each comes again, and every time with another one.
    """
    rows = np.arange(context.first_unique_number, context.first_unique_number + context.rows)
    first = permuted(context.seed, context.table, context.column, Sub.WORD_ORDER, rows % WORDS, WORDS)
    again = rows // WORDS
    names = spelt.gather(first)
    if not again.any():
        return names
    apart = permuted(context.seed, context.table, context.column, Sub.SECOND_WORDS, first, WORDS)
    second = spelt.gather((apart + again) % WORDS).alias("second")
    both = pl.concat_str(pl.lit(between), "second")
    number = pl.when(pl.col("again") < WORDS).then(pl.lit("")).otherwise(pl.format(f"{between}{{}}", "again"))
    frame = pl.DataFrame([names.alias("name"), second, pl.Series("again", again)])
    behind = pl.when(pl.col("again") > 0).then(both).otherwise(pl.lit(""))
    return frame.select(pl.concat_str("name", behind, number)).to_series()
