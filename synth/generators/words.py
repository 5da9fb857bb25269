"""Words of a locale, drawn by weight as whole columns: jobs, colours, goods, streets, addresses that no mail reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, model_validator

from synth.dtypes import TEXT, DType
from synth.generators.base import Generator
from synth.generators.context import RowContext, SpanView, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.generators.pattern import Pattern
from synth.generators.person import complaints_of_locale, complaints_of_locales, locale_column, locales
from synth.generators.sampling import BELOW_ONE
from synth.generators.word_lists import LOCALES, joined, word_list
from synth.streams import Sub

__all__ = ["Colour", "Job", "Product", "Street", "StreetAddress", "WordsOfLocale", "draw_places"]

Rows = npt.NDArray[np.int64]


class Drawn(NamedTuple):
    """Words drawn for rows: the locales there are, each row's, (rows,), and its place in the lists of all, (rows,)."""

    locales: tuple[str, ...]
    which: Rows
    places: Rows


def draw_places(context: RowContext, kind: str, locale: str) -> Drawn:
    """Draw words of a kind, each row's of its locale, as places in the lists of all locales there are. (rows,)"""
    groups = locales(context, locale)
    known = tuple(sorted(each for _, each in groups))
    starts = joined(kind, known)[1]
    uniform = context.stream().random(context.rows)
    if len(groups) == 1:
        search = word_list(kind, known[0]).search
        return Drawn(known, np.zeros(context.rows, np.int64), search(uniform * (search.cumulated[-1] * BELOW_ONE)))
    which, places = np.zeros((2, context.rows), dtype=np.int64)
    for mask, each in groups:
        rows, search = np.flatnonzero(mask), word_list(kind, each).search
        which[rows] = known.index(each)
        places[rows] = starts[each] + search(uniform[rows] * (search.cumulated[-1] * BELOW_ONE))
    return Drawn(known, which, places)


class WordsOfLocale(Generator):
    """What is made of one list of words a locale."""

    nanoseconds = 200

    default_type = TEXT

    locale: str = Field("en_US", description="one locale, like `de_DE`, or a column of locales")

    def kind(self) -> str:
        """Say which lists words come from."""
        raise NotImplementedError

    def longest_in(self, locale: str) -> int:
        """Count the characters of the longest text in a locale. Raises DataError."""
        return word_list(self.kind(), locale).longest

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of locales."""
        return tuple(RowValue(name) for name in (locale_column(self.locale),) if name)

    def accepts(self, dtype: DType) -> str | None:
        """Take text, as long as the longest of the locale where that is known."""
        if not dtype.is_free_text:
            return f"words cannot be {dtype}"
        longest = self.longest_text() if self.locale in LOCALES else None
        return f"a text may be {longest} long" if dtype.length and longest and longest > dtype.length else None

    def longest_text(self) -> int | None:
        """Give that of the locale; of a column of locales the longest there are."""
        if locale_column(self.locale):
            return max(map(self.longest_in, LOCALES))
        return self.longest_in(self.locale) if self.locale in LOCALES else None

    def longest(self, view: SpanView) -> int | None:
        """Give that of the locale, where it is known."""
        return self.longest_text() if self.locale in LOCALES else None

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield a locale without words."""
        if locale_column(self.locale) is None:
            yield from complaints_of_locale(self.locale, self.longest_in)

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column of locales that may be NULL, names one without words, or one whose words are too long."""
        yield from complaints_of_locales(view, self.locale, self.longest_in)
        column = locale_column(self.locale)
        known = {str(value) for value in view.values_at(column) or ()} & LOCALES.keys() if column else set()
        longest = max(map(self.longest_in, known), default=0)
        if dtype.length and longest > dtype.length:
            yield Complaint(f"a text may be {longest} long, and the type is {dtype}", at=("locale",))

    def capacity(self, dtype: DType) -> int | None:
        """Count the words, where the locale is known."""
        return len(word_list(self.kind(), self.locale).words) if self.locale in LOCALES else None

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the words, where the locale is known."""
        return self.capacity(dtype)

    def draw_at(self, context: RowContext, places: Rows) -> pl.Series:
        """Give the words at these places, all of the same weight. (rows,) -> (rows,)"""
        return word_list(self.kind(), self.locale).words.gather(places)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw by the weights of the locale. (rows,)"""
        drawn = draw_places(context, self.kind(), self.locale)
        return joined(self.kind(), drawn.locales)[0].gather(drawn.places)


class Job(WordsOfLocale):
    """What somebody does for a living."""

    shorthand = "locale"

    example = "job: {job: de_DE}"

    def kind(self) -> str:
        """Name the lists of jobs."""
        return "job"


class Street(WordsOfLocale):
    """The name of a street."""

    shorthand = "locale"

    example = "street: {street: fr_FR}"

    def kind(self) -> str:
        """Name the lists of streets."""
        return "street"


class Product(WordsOfLocale):
    """What a grocer sells, of all sorts or of one."""

    shorthand = "locale"

    example = """article: {product: {}}
drink: {product: {locale: en_GB, sort: drink}}"""

    sort: Literal["dish", "drink", "fruit", "spice", "vegetable"] | None = Field(
        None, description="goods of this sort alone, instead of all"
    )

    def kind(self) -> str:
        """Name the lists of goods."""
        return self.sort or "product"


_HEX = Pattern(text=r"\#[0-9a-f]{6}")


class Colour(WordsOfLocale):
    """A colour's name, or its red, green and blue as `#1e90ff`."""

    shorthand = "locale"

    example = """colour: {colour: es_ES}
background: {colour: {form: hex}}"""

    form: Literal["name", "hex"] = Field(
        "name", description="a name, or the red, green and blue, each as likely as another"
    )

    @model_validator(mode="after")
    def _check(self) -> Colour:
        if self.form == "hex" and "locale" in self.model_fields_set:
            raise ValueError("a colour in `hex` is the same in every locale: leave `locale` out")
        return self

    def kind(self) -> str:
        """Name the lists of colours."""
        return "colour"

    def longest_in(self, locale: str) -> int:
        """Count the characters of the longest name, or of three numbers. Raises DataError."""
        return _HEX.longest_text() if self.form == "hex" else super().longest_in(locale)

    def capacity(self, dtype: DType) -> int | None:
        """Count the names, where the locale is known, or all colours."""
        return _HEX.capacity(dtype) if self.form == "hex" else super().capacity(dtype)

    def draw_at(self, context: RowContext, places: Rows) -> pl.Series:
        """Give the colours at these places, all of the same weight. (rows,) -> (rows,)"""
        return _HEX.draw_at(context, places) if self.form == "hex" else super().draw_at(context, places)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw by the weights of the locale; of the three numbers all are equally likely. (rows,)"""
        return _HEX.draw(context) if self.form == "hex" else super().draw(context)


# No house has the number 0, so nothing can be sent there, however real the street.
_ADDRESSES = {
    "de_DE": "{street} 0, Wohnung {unit}", "en_GB": "Flat {unit}, 0 {street}", "en_US": "0 {street}, Apt. {unit}",
    "es_ES": "{street}, 0, Piso {unit}", "fi_FI": "{street} 0 A {unit}", "fr_FR": "0 {street}, Apt. {unit}",
    "it_IT": "{street} 0, Int. {unit}", "ja_JP": "{street}0-0 {unit}号室", "ko_KR": "{street} 0, {unit}호",
    "nl_NL": "{street} 0, App. {unit}", "pl_PL": "{street} 0/{unit}", "pt_BR": "{street}, 0, Apto. {unit}",
    "vi_VN": "Số 0 {street}, Căn hộ {unit}", "zh_CN": "{street}0号{unit}室",
}  # fmt: skip
UNITS = 250  # dwellings behind a door
DOOR = "{unit}"


@lru_cache(maxsize=64)
def _around(locales: tuple[str, ...]) -> tuple[pl.Series, pl.Series]:
    """What stands before and behind a street for each unit of each locale, one behind the other: 2 × (locales · UNITS,)."""
    pieces = [_ADDRESSES[locale].split("{street}") for locale in locales]
    before, behind = (
        [piece[side].replace(DOOR, str(unit)) for piece in pieces for unit in range(1, UNITS + 1)] for side in (0, 1)
    )
    return pl.Series(before, dtype=pl.String), pl.Series(behind, dtype=pl.String)


class StreetAddress(Street):
    """A street with the house number 0, which none has, and a dwelling there: `0 Abbey Road, Apt. 7`."""

    example = "address: {street_address: en_GB}"
    nanoseconds = 440

    def longest_in(self, locale: str) -> int:
        """Count the characters of the longest street, and of what stands around it. Raises DataError."""
        street = super().longest_in(locale)
        return street + len(_ADDRESSES[locale].replace("{street}", "").replace(DOOR, str(UNITS)))

    def capacity(self, dtype: DType) -> int | None:
        """Count the dwellings of all streets, where the locale is known."""
        streets = super().capacity(dtype)
        return streets and streets * UNITS

    def draw_at(self, context: RowContext, places: Rows) -> pl.Series:
        """Give the addresses at these places. (rows,) -> (rows,)"""
        streets = super().draw_at(context, places // UNITS)
        return _written(streets, (self.locale,), places % UNITS)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw the street by its weight, and a dwelling. (rows,)"""
        units = (context.stream(Sub.UNITS).random(context.rows) * UNITS).astype(np.int64)
        drawn = draw_places(context, self.kind(), self.locale)
        streets = joined(self.kind(), drawn.locales)[0].gather(drawn.places)
        return _written(streets, drawn.locales, drawn.which * UNITS + units)


def _written(streets: pl.Series, known: tuple[str, ...], units: Rows) -> pl.Series:
    """Put streets between what stands around them for these units. (rows,), (rows,) -> (rows,)"""
    before, behind = (words.gather(units) for words in _around(known))
    parts = [before.alias("before"), streets.alias("street"), behind.alias("behind")]
    return pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series()
