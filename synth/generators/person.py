"""People's names by locale and sex, from Faker's lists and their weights, drawn as whole columns; e-mail made from them.

Faker is read once a run, never called for a row. Every e-mail address is at a domain reserved for examples (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
import polars as pl
from pydantic import Field, WithJsonSchema

from synth.digits import beside, whole
from synth.dtypes import TEXT, DType
from synth.errors import DataError
from synth.generators.base import Generator, Many
from synth.generators.context import RowContext, SpecView
from synth.generators.declarations import Complaint, Dependency, RowValue
from synth.generators.sampling import BELOW_ONE, Search
from synth.texts import TextCache, encode

__all__ = ["SPELLINGS", "Email", "FirstName", "LastName", "get_ready", "locale_column", "locales"]

DOMAINS = ("example.com", "example.net", "example.org")
SPELLINGS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"}

_PARTS = {  # lists that some locales have in place of one
    "first_names": ("first_names_female", "first_names_unisex", "first_names_male"),
    "last_names": ("unisex_last_names", "last_names_unisex", "last_names_female", "last_names_male"),
}


def get_ready() -> None:
    """Import what all locales share; a worker does so while it has nothing else to do."""
    import_module("faker.providers.person")


@lru_cache(maxsize=256)
def _names(locale: str, which: tuple[str, ...]) -> tuple[tuple[str, ...], Search]:
    """The first of these lists that the locale has, and a search in its cumulated weights."""
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ModuleNotFoundError:
        raise DataError(f"no names are known for locale '{locale}'") from None
    shared = import_module("faker.providers.person").Provider  # whose John Doe is of no language

    def listed(name: str) -> Any:
        found = getattr(provider, name, None)
        return found if isinstance(found, (Mapping, Sequence)) and found is not getattr(shared, name, None) else None

    found = next((listed(name) for name in which if listed(name)), None)
    if not found:
        parts = (listed(name) for whole in which for name in _PARTS.get(whole, ()))
        found = [name for part in parts if part for name in part]
    if not found:
        raise DataError(f"no names are known for locale '{locale}'")
    weights = list(found.values()) if isinstance(found, Mapping) else [1.0] * len(found)
    return tuple(found), Search(np.cumsum(weights, dtype=np.float64))


@lru_cache(maxsize=64)
def _joined(lists: tuple[tuple[str, tuple[str, ...]], ...]) -> pl.Series:
    """Several lists of names, one behind the other."""
    return pl.Series([name for locale, which in lists for name in _names(locale, which)[0]], dtype=pl.String)


class _Name(Generator):
    default_type = TEXT

    locale: str = Field("en_US", description="one locale, like `de_DE`, or a column of locales")

    def accepts(self, dtype: DType) -> str | None:
        """Take text, as long as the longest name of the locale where that is known."""
        if not dtype.is_free_text:
            return f"names cannot be {dtype}"
        longest = max(map(len, self.domain()), default=0)
        return f"a name may be {longest} long" if dtype.length and longest > dtype.length else None

    def complaints(self, view: SpecView) -> Iterator[Complaint]:
        """Yield a locale without names."""
        yield from complaints_of_locale(self.locale, lambda locale: self.domain())

    def type_complaints(self, view: SpecView, dtype: DType) -> Iterator[Complaint]:
        """Yield a column of locales that may be NULL, or name one without names."""

        def ask(locale: str) -> None:
            for which in self.lists():
                _names(locale, which)

        yield from complaints_of_locales(view, self.locale, ask)

    def domain(self) -> tuple[str, ...]:
        """List the different names that can come out; none where a column says of which locale. Raises DataError."""
        if locale_column(self.locale):
            return ()
        return tuple(dict.fromkeys(name for which in self.lists() for name in _names(self.locale, which)[0]))

    def lists(self) -> tuple[tuple[str, ...], ...]:
        """Say from which of Faker's lists names come: for each the first that the locale has."""
        raise NotImplementedError

    def capacity(self, dtype: DType) -> int | None:
        """Count the different names, where the locale is known."""
        return len(self.domain()) or None

    def places(self, dtype: DType, row_count: Callable[[str], int | None]) -> int | None:
        """Count the different names, where the locale is known, and the sex is not asked for."""
        return len(self.domain()) if len(self.lists()) == 1 and self.domain() else None

    def draw_at(self, context: RowContext, places: npt.NDArray[np.int64]) -> pl.Series:
        """Give the names at these places, all of the same weight. (rows,) -> (rows,)"""
        return pl.Series(self.domain()).gather(places)

    def _draw(self, context: RowContext, groups: list[tuple[Any, str, tuple[str, ...]]]) -> pl.Series:
        """Draw for each group (mask of rows, locale, lists to choose from). (rows,)"""
        uniform = context.stream().random(context.rows)
        lists = tuple(sorted({(locale, which) for _, locale, which in groups}))
        starts = dict(zip(lists, np.cumsum([0, *(len(_names(*at)[0]) for at in lists)]).tolist(), strict=False))
        places = np.zeros(context.rows, dtype=np.int64)
        for rows, locale, which in groups:
            search = _names(locale, which)[1]
            places[rows] = starts[locale, which] + search(uniform[rows] * (search.cumulated[-1] * BELOW_ONE))
        return _joined(lists)[places]


_BY_SEX = {"F": ("first_names_female", "first_names"), "M": ("first_names_male", "first_names")}
_OF_ANY = ("first_names",)


class FirstName(_Name):
    """A first name that fits locale and sex (`F`, `M`, anything else: either)."""

    example = """locale: {choice: {de_DE: 0.5, fr_FR: 0.5}}
sex: {choice: {F: 0.5, M: 0.5}}
first_name: {first_name: {locale: locale, sex: sex}}"""
    nanoseconds = 240

    sex: str | None = Field(None, description="a column that holds F or M")

    def lists(self) -> tuple[tuple[str, ...], ...]:
        """Name the lists of all that `sex` may say."""
        return (*_BY_SEX.values(), _OF_ANY) if self.sex else (_OF_ANY,)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the columns of locale and sex."""
        return tuple(RowValue(name) for name in (locale_column(self.locale), self.sex) if name)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw by the locale's own weights. (rows,)"""
        sex, known = encode(context.value(self.sex)) if self.sex else (np.full(context.rows, -1), [])
        groups: list[tuple[Any, str, tuple[str, ...]]] = []
        for rows, locale in locales(context, self.locale):
            for code in range(-1, len(known)):
                which = _BY_SEX.get(known[code], _OF_ANY) if code >= 0 else _OF_ANY
                groups.append((rows & (sex == code), locale, which))
        return self._draw(context, [group for group in groups if group[0].any()])


class LastName(_Name):
    """A last name that fits the locale."""

    example = "last_name: {last_name: {locale: fr_FR}}"
    nanoseconds = 150

    def lists(self) -> tuple[tuple[str, ...], ...]:
        """Name the list of last names."""
        return (("last_names",),)

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the column of locales."""
        return tuple(RowValue(name) for name in (locale_column(self.locale),) if name)

    def draw(self, context: RowContext) -> pl.Series:
        """Draw by the locale's own weights. (rows,)"""
        return self._draw(context, [(rows, locale, ("last_names",)) for rows, locale in locales(context, self.locale)])


class Email(Generator):
    """An address made from columns of names and the row's number, so that no two are equal: `jo.li.27@example.org`."""

    shorthand = "names"
    renamed: ClassVar[dict[str, str]] = {"of": "names"}
    default_type = TEXT

    never_repeats = True

    example = """first_name: {first_name: {}}
last_name: {last_name: {}}
email: {email: [first_name, last_name]}"""
    nanoseconds = 500

    names: Annotated[Many, WithJsonSchema({"type": "array", "items": {"type": "string"}, "minItems": 1})] = Field(
        description="columns that the address begins with"
    )

    def dependencies(self, view: SpecView) -> tuple[Dependency, ...]:
        """List the columns of names."""
        return tuple(RowValue(name) for name in self.names)

    def accepts(self, dtype: DType) -> str | None:
        """Take text of any length."""
        return None if dtype.is_free_text else f"addresses cannot be {dtype}"

    def draw(self, context: RowContext) -> pl.Series:
        """Spell the names in ASCII, and number the rows. (rows,)"""
        which = (context.stream().random(context.rows) * len(DOMAINS)).astype(np.int64)
        parts = [_before_dots(context.value(name)).alias(f"n{at}") for at, name in enumerate(self.names)]
        parts = [part.fill_null("") if part.null_count() else part for part in parts]
        numbers = context.unique_numbers + 1
        signs = whole(numbers)
        if signs is None:
            parts += [pl.Series("row", numbers).cast(pl.String), pl.Series("at", _AT_DOMAINS.astype(str))[which]]
        else:
            parts.append(beside(context.rows, [*signs, np.take(_AT_DOMAINS, which)]).alias("row"))
        return pl.DataFrame(parts).select(pl.concat_str(pl.all())).to_series()


_AT_DOMAINS = np.array([f"@{domain}".encode() for domain in DOMAINS])  # all of one length


def _spell(names: pl.Series) -> pl.Series:
    """Names in lower-case ASCII letters and digits, with a dot behind; nothing where there are none. (n,) -> (n,)"""
    column = pl.col("name")
    spelt = column.str.to_lowercase().str.replace_many(SPELLINGS).str.normalize("NFKD").str.replace_all("[^a-z0-9]", "")
    dotted = pl.when(spelt == "").then(spelt).otherwise(spelt + ".")
    return names.alias("name").to_frame().select(dotted).to_series()


_before_dots = TextCache(_spell)


def locale_column(locale: str) -> str | None:
    """Name the column that holds locales; None when one locale is named (`en_US`, as Faker writes them)."""
    return None if len(locale) == 5 and locale[2] == "_" and locale[3:].isupper() else locale


def complaints_of_locale(locale: str, ask: Callable[[str], object]) -> Iterator[Complaint]:
    """Yield that nothing is known of a locale, where `ask` raises DataError."""
    try:
        ask(locale)
    except DataError as error:
        yield Complaint(str(error), at=("locale",))


def complaints_of_locales(view: SpecView, locale: str, ask: Callable[[str], object]) -> Iterator[Complaint]:
    """Yield that a column of locales may be NULL, or names one of which nothing is known."""
    column = locale_column(locale)
    if column is None:
        return
    if view.may_be_null(column) or view.gives_null(column):
        yield Complaint(f"'{column}' may be NULL, which is no locale", at=("locale",))
    for value in sorted(map(str, view.values_at(column) or ())):
        yield from complaints_of_locale(value, ask)


def locales(context: RowContext, locale: str) -> list[tuple[Any, str]]:
    """List (mask of rows, locale) for each locale there is; masks are (rows,)."""
    column = locale_column(locale)
    if column is None:
        return [(np.ones(context.rows, dtype=np.bool_), locale)]
    codes, known = encode(context.value(column))
    return [(codes == code, value) for code, value in enumerate(known)]
