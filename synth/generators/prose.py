"""Running text by its length: words of a vocabulary by their weights, in sentences.

A block's texts are cut from one running text of their own, at words; or all texts from a pool, anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import TEXT, DType
from synth.errors import DataError
from synth.generators.base import Generator
from synth.generators.context import DrawContext
from synth.generators.sampling import BELOW_ONE, Search, check_weights
from synth.generators.text_pool import TextPool
from synth.generators.word_lists import word_list
from synth.streams import Stream, Sub
from synth.texts import from_joined_bytes, to_joined_bytes

__all__ = ["Prose"]

Rows = npt.NDArray[np.int64]

LONGEST = 10_000  # characters of a text
LARGEST_POOL = 2**24  # characters: up to 128 MiB in each process
MOST_POOLS = 16  # that a process keeps
SENTENCE = 9  # words of a sentence, as a mean
CLOSE = ("ja_JP", "zh_CN")  # which put nothing between words


class Prose(Generator):
    """Running text of `min` to `max` characters, each length alike: words of a vocabulary, in sentences.

    With a `pool` values are pieces of one long text, which is made once: quicker by far, and cut anywhere.
    """

    default_type = TEXT

    example = """note: {prose: {max: 80}}
tags: {prose: {vocabulary: {urgent: 3, fragile: 1, return: 1}, max: 60}}
remark: {prose: {min: 10, max: 43, pool: 300_000}}"""
    nanoseconds = 400

    vocabulary: Annotated[dict[str, Annotated[float, Field(ge=0)]], Field(min_length=1)] | None = Field(
        None, description="word: weight, …; common words of the `locale` if left out"
    )
    locale: str = Field("en_US", description="whose words, and what stands between them")
    min: Annotated[int, Field(ge=1)] = Field(1, description="the fewest characters")
    max: Annotated[int, Field(ge=1, le=LONGEST)] = Field(200, description="the most characters")
    pool: Annotated[int, Field(ge=1_000, le=LARGEST_POOL)] | None = Field(
        None, description="characters of one text that all values are cut from, anywhere, also within words"
    )

    @model_validator(mode="after")
    def _check(self) -> Prose:
        if self.vocabulary is not None:
            check_weights(self.vocabulary.values())
            if strange := next((word for word in self.vocabulary if word != word.strip() or not word), None):
                raise ValueError(f"{strange!r} is no word")
        try:
            spare = 2 * self._pieces().longest
        except DataError as error:
            raise ValueError(str(error)) from None
        if self.pool is not None:
            if not self.min <= self.max <= self.pool:
                raise ValueError("`min`, `max` and `pool` are in order, each no larger than the next")
        elif self.max - self.min < spare:
            raise ValueError(
                f"from `min` to `max` there are {spare} characters at least, as a text ends with a whole word"
            )
        return self

    def _pieces(self) -> _Pieces:
        return _pieces(tuple((self.vocabulary or {}).items()), self.locale)

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the longest that is drawn."""
        if not dtype.is_free_text:
            return f"running text cannot be {dtype}"
        if self.pool is not None and dtype.name == "char":
            return f"a piece of a pool may end in a blank, which no {dtype} keeps"
        return f"a text may be {self.max} long" if dtype.length and self.max > dtype.length else None

    def longest_text(self) -> int:
        """Count the characters of the longest text: `max`."""
        return self.max

    @property
    def needs_block_alone(self) -> bool:
        """Whether it does: without a pool it draws a number for each word of a block."""
        return self.pool is None

    def draw(self, context: DrawContext) -> pl.Series:
        """Draw how long each text is to be, and words for all, or where it is cut from the pool. (rows,)"""
        if self.pool is not None:
            return self._cut(context, self.pool)
        pieces = self._pieces()
        low, high = self.min + pieces.longest, self.max - pieces.longest
        ends = np.cumsum(context.stream(Sub.LENGTHS).integers(low, high, context.rows, endpoint=True))
        if not len(ends):
            return pl.Series(dtype=pl.String)
        return from_joined_bytes(*_spelt(pieces, context.stream(), context.stream(Sub.WORDS), ends))

    def _cut(self, context: DrawContext, size: int) -> pl.Series:
        """Cut texts from the pool. (rows,)"""
        vocabulary = tuple((self.vocabulary or {}).items())
        pool = _pool(context.seed, context.table, context.column, vocabulary, self.locale, size, context.column_stream)
        lengths = context.stream(Sub.LENGTHS).integers(self.min, self.max, context.rows, endpoint=True)
        return pool.slices(context.stream().integers(0, size - self.max, context.rows, endpoint=True), lengths)


def _spelt(pieces: _Pieces, uniform: Stream, breaks: Stream, ends: Rows) -> tuple[npt.NDArray[np.uint8], Rows]:
    """Spell texts up to these characters of one running text: their bytes, and how many each has. (texts,) -> (texts,)

    Each ends with the word that passes its end.
    """
    words, stops, starts = _words(pieces, uniform, breaks, int(ends[-1]))
    first = np.searchsorted(starts, np.concatenate(([0], ends)))  # word of each text, and behind the last one
    form = stops[: first[-1]].astype(np.int64) * 2
    form[1:] += form[:-1] >> 1  # the word behind a stop has a capital
    form[first[:-1]] |= 1
    form[first[1:] - 1] = 4 | form[first[1:] - 1] & 1
    form = form * len(pieces.weights) + words[: first[-1]]
    data, behind = to_joined_bytes(pieces.texts.gather(form))
    return data, np.diff(behind[first[1:] - 1], prepend=0)


def _words(pieces: _Pieces, uniform: Stream, breaks: Stream, end: int) -> tuple[Rows, npt.NDArray[np.bool_], Rows]:
    """Draw words up to a number of characters: which, whether a sentence ends with it, where it starts. (words,) each"""
    search = None if pieces.are_alike else Search(np.cumsum(pieces.weights))
    which, stops, there = list[Rows](), list[npt.NDArray[np.bool_]](), 0
    while there <= end:
        more = 64 + int((end - there) / pieces.usual)
        if search is None:
            which.append(uniform.integers(0, len(pieces.weights), more, dtype=np.uint32).astype(np.int64))
        else:
            which.append(search(uniform.random(more) * (search.cumulated[-1] * BELOW_ONE)))
        stops.append(breaks.integers(0, 256, more, dtype=np.uint8) < 256 // SENTENCE)
        there += int(np.take(pieces.takes, which[-1]).sum() + stops[-1].sum())
    words, breaking = np.concatenate(which), np.concatenate(stops)
    takes = np.take(pieces.takes, words) + breaking
    return words, breaking, np.cumsum(takes) - takes


_pools: dict[tuple[object, ...], TextPool] = {}  # of this process, by the column and what it declares; the last few


def _pool(
    seed: int, table: str, column: str, vocabulary: tuple[tuple[str, float], ...], locale: str, size: int,
    column_stream: Callable[[str], np.random.Generator],
) -> TextPool:  # fmt: skip
    """Give a column's pool, of `size` characters at least, made at its first block."""
    name = (seed, table, column, vocabulary, locale, size)
    pool = _pools.get(name)
    if pool is None:
        pieces, ends = _pieces(vocabulary, locale), np.array([size])
        words, breaks = (column_stream(Sub.POOL.format(part)) for part in range(2))
        pool = TextPool(_spelt(pieces, words, breaks, ends)[0])
        for old in list(_pools)[: max(0, len(_pools) - MOST_POOLS + 1)]:
            _pools.pop(old, None)
        _pools[name] = pool
    return pool


class _Pieces(NamedTuple):
    """A vocabulary as pieces of running text: words, and with a capital, within a sentence, at its end, at the text's."""

    weights: npt.NDArray[np.float64]  # (words,)
    takes: Rows  # characters of a word and what is behind it in a sentence, (words,)
    texts: pl.Series  # (6 · words,)

    @property
    def are_alike(self) -> bool:
        """Whether all words come as often."""
        return bool((self.weights == self.weights[0]).all())

    @property
    def usual(self) -> float:
        """Characters that a word takes, as a mean."""
        return float(np.average(self.takes, weights=self.weights))

    @property
    def longest(self) -> int:
        """Characters that the longest word takes at the end of a sentence."""
        return int(self.takes.max()) + 1


@lru_cache(maxsize=64)
def _pieces(vocabulary: tuple[tuple[str, float], ...], locale: str) -> _Pieces:
    """Make the pieces of a vocabulary, or of a locale's where it is empty. Raises DataError where there is none."""
    known = word_list("vocabulary", locale) if not vocabulary else None
    words = known.words if known else pl.Series([word for word, _ in vocabulary], dtype=pl.String)
    weights = np.diff(known.search.cumulated, prepend=0.0) if known else np.array([float(w) for _, w in vocabulary])
    between, stop = ("", "。") if locale in CLOSE else (" ", ".")
    large = words.str.slice(0, 1).str.to_uppercase() + words.str.slice(1)
    large = large.zip_with(large.str.len_chars() == words.str.len_chars(), words)  # ß has none of one letter
    texts = pl.concat([each + behind for behind in (between, stop + between, stop) for each in (words, large)])
    takes = words.str.len_chars().cast(pl.Int64).to_numpy() + len(between)
    return _Pieces(weights, takes, texts)
