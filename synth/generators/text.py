"""Invented words that are nobody's, and sentences made from patterns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import TEXT, DType
from synth.generators.base import Generator
from synth.generators.context import DrawContext, SpanView
from synth.generators.sampling import check_weights
from synth.streams import Sub, permuted

__all__ = ["ENDINGS", "SYLLABLES", "Coined", "Sentence", "spell_word"]

_ONSETS = ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "br", "tr")
_VOWELS = ("a", "e", "i", "o")
SYLLABLES = tuple(onset + vowel for onset in _ONSETS for vowel in _VOWELS)
BITS = 6  # of a number that say which syllable
# Fragments no name should hold are split by a "w", which no syllable has: words stay apart.
UNWANTED = (
    "nazi", "sex", "fag", "nig", "kik", "pedo", "rape", "rapi", "anal", "tit", "dik", "dico", "pis", "penis", "semen",
    "porn", "poro", "kok", "fak", "pak", "paki", "dago", "satan", "bobo", "sadi", "nego", "tard", "gas", "kkk",
)  # fmt: skip
_APART = {fragment: f"{fragment[:2]}w{fragment[2:]}" for fragment in UNWANTED}
_BLANK = re.compile(r"\{(\w+)\}")
ENDINGS = ("n", "x", "ra", "l", "s", "co", "lo", "vi")


class Coined(Generator):
    """An invented word, another for each row: `Tovira`. Words get longer when the short ones are used up."""

    default_type = TEXT

    example = """name: {coined: {syllables: 3, suffix: " Ltd"}}"""
    nanoseconds = 1300

    syllables: Annotated[int, Field(ge=1, le=6)] = Field(2, description="of the shortest words")
    suffix: str = Field("", description="what stands behind each word")

    never_repeats = True

    @property
    def _size(self) -> int:
        """How many words there are."""
        return int(len(SYLLABLES) ** self.syllables) * len(ENDINGS)

    def _longest(self) -> int:
        """Count the most characters of a word, the suffix with it: each letter that keeps fragments apart counts, too."""
        letters = 3 * self.syllables + 2
        return letters + letters // 3 + len(self.suffix)

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the longest word."""
        if not dtype.is_free_text:
            return f"words cannot be {dtype}"
        longest = self._longest()
        return f"a word may be {longest} long" if dtype.length and longest > dtype.length else None

    def longest_text(self) -> int:
        """Give the longest word's, with the number behind it."""
        return self._longest() + 20

    def longest(self, view: SpanView) -> int | None:
        """Count the characters of the longest word, and of the number behind it where words come again."""
        again = (view.rows() - 1) // self._size
        return self._longest() + (len(f" {again + 1}") if again > 0 else 0)

    def capacity(self, dtype: DType) -> int | None:
        """Count the words, and those with a number behind where the type has room for it; None where room is endless."""
        if not dtype.length:
            return None
        digits = dtype.length - self._longest() - 1
        return self._size * max(1, int(10 ** min(max(digits, 0), 12)) - 1)

    def draw(self, context: DrawContext) -> pl.Series:
        """Shuffle row numbers and spell them in base 64. (rows,)"""
        size = self._size
        rows = context.unique_numbers
        number = permuted(context.seed, context.table, context.column, Sub.WORD_ORDER, rows % size, size)
        again = rows // size
        if not again[-1:].any():
            return spell_word(number, self.syllables, self.suffix)
        frame = pl.DataFrame([spell_word(number, self.syllables).alias("word"), pl.Series("again", again)])
        round_ = pl.when(pl.col("again") > 0).then(pl.format(" {}", pl.col("again") + 1)).otherwise(pl.lit(""))
        return frame.select(pl.col("word") + round_ + pl.lit(self.suffix)).to_series()


class _Piece(NamedTuple):
    """A stretch of words: its texts, (2^bits,), the bits behind the first syllable's, and which may hold an unwanted one."""

    texts: pl.Series
    bits: int
    behind: int
    doubtful: npt.NDArray[np.bool_]


def _both(before: Sequence[str], behind: Sequence[str]) -> pl.Series:
    """Put each text before each other, (before · behind,)."""
    return pl.Series([first + second for first in before for second in behind])


def _doubtful(texts: pl.Series) -> npt.NDArray[np.bool_]:
    """Tell which texts hold an unwanted fragment, or may be the beginning of one that ends behind them. (n,) -> (n,)"""
    begun = {fragment[:size] for fragment in UNWANTED for size in range(3, len(fragment))}
    return texts.str.contains(f"{'|'.join(UNWANTED)}|(?:{'|'.join(sorted(begun))})$").to_numpy()


@lru_cache(maxsize=1)
def _doubtful_pairs() -> npt.NDArray[np.bool_]:
    """Tell which pairs of syllables are doubtful. (pairs,)"""
    return _doubtful(_both(SYLLABLES, SYLLABLES))


@lru_cache(maxsize=16)
def _pieces(syllables: int) -> tuple[_Piece, ...]:
    """Cut words into pieces: the last syllable with the ending, pairs before it, and the one that may be left."""
    last, pair = _both(SYLLABLES, ENDINGS), _both(SYLLABLES, SYLLABLES)
    pieces = [_Piece(last, BITS + 3, 3, _doubtful(last))]
    pieces[:0] = ((syllables - 1) // 2) * [_Piece(pair, 2 * BITS, BITS, _doubtful_pairs())]
    if syllables % 2 == 0:
        pieces.insert(0, _Piece(pl.Series(SYLLABLES), BITS, 0, np.zeros(len(SYLLABLES), dtype=np.bool_)))
    return (pieces[0]._replace(texts=pieces[0].texts.str.to_titlecase()), *pieces[1:])


def spell_word(number: npt.NDArray[np.int64], syllables: int, suffix: str = "") -> pl.Series:
    """Spell numbers below 64^syllables · 8 as invented words, all different, with `suffix` behind. (n,) -> (n,)"""
    pieces = _pieces(syllables)
    places: list[npt.NDArray[np.int64]] = []
    for piece in reversed(pieces):
        places.insert(0, number & (1 << piece.bits) - 1)
        number = number >> piece.bits
    doubtful = np.take(pieces[0].doubtful, places[0])
    for piece, before, place in zip(pieces[1:], places, places[1:], strict=False):
        met = (before & len(SYLLABLES) - 1) << BITS | place >> piece.behind
        doubtful |= np.take(piece.doubtful, place) | np.take(_doubtful_pairs(), met)
    texts = [*(piece.texts for piece in pieces[:-1]), pieces[-1].texts + suffix]
    parts = [text[place].alias(f"p{at}") for at, (text, place) in enumerate(zip(texts, places, strict=True))]
    spelt = pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series()
    rows = np.flatnonzero(doubtful)
    if len(rows):
        apart = pl.first().str.strip_suffix(suffix).str.to_lowercase().str.replace_many(_APART).str.to_titlecase()
        spelt.scatter(rows, spelt[rows].to_frame().select(apart + suffix).to_series())
    return spelt


class Sentence(Generator):
    """Text from patterns with weights: `{patterns: {"Call {who} first.": 1}, words: {who: [me, the warehouse]}}`."""

    default_type = TEXT

    renamed: ClassVar[dict[str, str]] = {"of": "patterns"}

    example = """note: {sentence: {patterns: {"Call {who} first.": 3, "No bell.": 1}, words: {who: [me, the shop]}}}
shades: {sentence: {patterns: {"{one} {one}": 1}, words: {one: [red, blue, grey]}, distinct: true}}"""
    nanoseconds = 370

    patterns: Annotated[dict[str, Annotated[float, Field(ge=0)]], Field(min_length=1)] = Field(
        description="texts with {blanks}: weight, …"
    )
    words: dict[str, Annotated[tuple[str, ...], Field(min_length=1, strict=False)]] = Field(
        default_factory=dict, description="blank: the words that may stand in it, all alike"
    )
    distinct: bool = Field(False, description="no word of a blank comes twice in one text")

    @model_validator(mode="after")
    def _check(self) -> Sentence:
        check_weights(self.patterns.values())
        for pattern in self.patterns:
            for blank in _BLANK.findall(pattern):
                if blank not in self.words:
                    raise ValueError(f"'{pattern}': no `words` are given for {{{blank}}}")
                many = _BLANK.findall(pattern).count(blank)
                if self.distinct and many > len(set(self.words[blank])):
                    raise ValueError(f"'{pattern}': {{{blank}}} has no {many} words that are `distinct`")
        return self

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the longest sentence."""
        if not dtype.is_free_text:
            return f"sentences cannot be {dtype}"
        longest = self.longest_text()
        return f"a sentence may be {longest} long" if dtype.length and longest > dtype.length else None

    def longest_text(self) -> int:
        """Give the longest sentence's."""
        return max(self._longest(pattern) for pattern, weight in self.patterns.items() if weight)

    def _longest(self, pattern: str) -> int:
        """Count the most characters that a pattern can become."""
        words = (max(map(len, self.words[blank])) for blank in _BLANK.findall(pattern))
        return sum(map(len, _BLANK.split(pattern)[::2])) + sum(words)

    def draw(self, context: DrawContext) -> pl.Series:
        """Choose the pattern by its weight, then a word for each blank. (rows,)"""
        weights = np.cumsum(list(self.patterns.values()))
        chosen = np.searchsorted(weights, context.stream().random(context.rows) * weights[-1], side="right")
        blanks = max(len(_BLANK.findall(pattern)) for pattern in self.patterns)
        uniform = context.stream(Sub.WORDS).random((context.rows, blanks))
        result = np.full(context.rows, "", dtype=object)
        for number, pattern in enumerate(self.patterns):
            rows = np.flatnonzero(chosen == number)
            literals, names = _BLANK.split(pattern)[::2], _BLANK.findall(pattern)
            parts = [pl.Series("p0", literals[:1]).new_from_index(0, len(rows))]
            which: dict[int, npt.NDArray[np.int64]] = {}
            for place, name in enumerate(names):
                words = self._words_of(name)
                before = [at for at in range(place) if self.distinct and names[at] == name]
                which[place] = (uniform[rows, place] * (len(words) - len(before))).astype(np.int64)
                _pass_over(which[place], [which[at] for at in before])
                parts.append(words.gather(which[place]).alias(f"w{place}"))
                parts.append(pl.Series(f"p{place + 1}", literals[place + 1 : place + 2]).new_from_index(0, len(rows)))
            result[rows] = pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series().to_numpy()
        return pl.Series(result, dtype=pl.String)

    def _words_of(self, blank: str) -> pl.Series:
        """Give the words of a blank, each once where they are `distinct`. (words,)"""
        return pl.Series([*dict.fromkeys(self.words[blank])] if self.distinct else self.words[blank])


def _pass_over(which: npt.NDArray[np.int64], taken: Sequence[npt.NDArray[np.int64]]) -> None:
    """Turn places among what is left into places among all: those taken before are passed over. (n,), (n,) each"""
    if taken:
        for place in np.sort(np.stack(taken), axis=0):
            which += which >= place
