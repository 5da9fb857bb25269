"""Companies: an invented name, so that none is anybody's, with a legal form of the locale."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import polars as pl

from synth.dtypes import DType
from synth.generators.context import RowContext, SpanView
from synth.generators.invented import NAMES, WORDS, invented, longest_invented, longest_name, written
from synth.generators.word_lists import LOCALES, joined
from synth.generators.words import WordsOfLocale, draw_places

__all__ = ["Company"]

BLANK = "{}"


@lru_cache(maxsize=64)
def _forms(known: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """What stands before and behind the name, of the lists of these locales: 2 × (forms,)."""
    parts = joined("company", known)[0].str.split_exact(BLANK, 1).struct.unnest()
    return parts.to_series(0), parts.to_series(1)


class Company(WordsOfLocale):
    """A company's name, another for each row: `Tovira GmbH`, `株式会社Tovira`; behind 32,768 rows `Tovira Belax GmbH`."""

    shorthand = "locale"
    never_repeats = True

    example = "company: {company: de_DE}"
    nanoseconds = 1000

    def kind(self) -> str:
        """Name the lists of forms."""
        return "company"

    def longest_in(self, locale: str) -> int:
        """Count the characters of the longest word with the longest form. Raises DataError."""
        return super().longest_in(locale) - len(BLANK) + longest_name()

    def longest_text(self) -> int | None:
        """Give the longest of two words."""
        longest = super().longest_text()
        return longest and longest + 1 + longest_name()

    def longest(self, view: SpanView) -> int | None:
        """Count the most characters by the rows there are; of a column of locales where there are more rows than words."""
        rows = view.rows()
        if self.locale not in LOCALES and rows <= WORDS:
            return None
        forms = [self.locale] if self.locale in LOCALES else [*LOCALES]
        return max(map(self.longest_in, forms)) - longest_name() + longest_invented(rows)

    def accepts(self, dtype: DType) -> str | None:
        """Take text as long as the longest word with the longest form."""
        if not dtype.is_free_text:
            return f"companies cannot be {dtype}"
        longest = self.longest_in(self.locale) if self.locale in LOCALES else 0
        return f"a company may be {longest} long" if dtype.length and longest > dtype.length else None

    def capacity(self, dtype: DType) -> int | None:
        """Count the names of one word, and of two where the type has room for them; None where room is endless."""
        if not dtype.length:
            return None
        longest = self.longest_text()
        return NAMES if longest and longest <= dtype.length else WORDS

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> None:
        """Tell that there is no need: names differ by the row's number."""

    def draw(self, context: RowContext) -> pl.Series:
        """Put a name of the row's own into a form by weight. (rows,)"""
        drawn = draw_places(context, self.kind(), self.locale)
        before, behind = (part[drawn.places] for part in _forms(drawn.locales))
        parts = [before.alias("before"), *invented(context, written("", " ", lower=False)), behind.alias("behind")]
        return pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series()
