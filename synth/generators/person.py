"""People's names by locale and sex, from Faker's lists and their weights, drawn as whole columns; e-mail made from them.

Faker is read once a run, never called for a row. Every e-mail address is at a domain reserved for examples (RFC 2606).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl

from synth.dtypes import TEXT, DType
from synth.errors import DataError
from synth.generators.base import Ask, Generator, Many, Need, Schema, of_row
from synth.generators.sampling import Search

__all__ = ["Email", "FirstName", "LastName", "locale_column", "locales"]

DOMAINS = ("example.com", "example.net", "example.org")
_SPELLINGS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d"}


@lru_cache(maxsize=256)
def _names(locale: str, which: tuple[str, ...]) -> tuple[pl.Series, Search]:
    """The first of these lists that the locale has, and a search in its cumulated weights."""
    try:
        provider = import_module(f"faker.providers.person.{locale}").Provider
    except ModuleNotFoundError:
        raise DataError(f"no names are known for locale '{locale}'") from None
    found = next((getattr(provider, name) for name in which if getattr(provider, name, None)), None)
    if not found:
        raise DataError(f"no names are known for locale '{locale}'")
    weights = list(found.values()) if isinstance(found, Mapping) else [1.0] * len(found)
    return pl.Series(list(found)), Search(np.cumsum(weights, dtype=np.float64))


class _Name(Generator):
    default_type = TEXT

    locale: str = "en_US"  # a column of locales, or one locale

    def accepts(self, dtype: DType) -> str | None:
        """Text."""
        return None if dtype.name == "varchar" else f"names cannot be {dtype}"

    def _draw(self, ask: Ask, groups: list[tuple[Any, str, tuple[str, ...]]]) -> pl.Series:
        """groups: (mask of rows or None, locale, lists to choose from)."""
        uniform = ask.stream().random(ask.rows)
        result = pl.Series([None], dtype=pl.String).new_from_index(0, ask.rows)
        for mask, locale, which in groups:
            places = pl.Series(np.arange(ask.rows)) if mask is None else mask.fill_null(False).arg_true()
            names, search = _names(locale, which)
            values = uniform[places.to_numpy()] * search.cumulated[-1]
            result = result.scatter(places, names.gather(search(values)))
        return result


class FirstName(_Name):
    """A first name that fits locale and sex (`F`, `M`, anything else: either)."""

    sex: str | None = None  # a column

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The columns of locale and sex."""
        return tuple(of_row(name) for name in (locale_column(self.locale), self.sex) if name)

    def draw(self, ask: Ask) -> pl.Series:
        """By the locale's own weights."""
        lists = {"F": ("first_names_female", "first_names"), "M": ("first_names_male", "first_names")}
        groups: list[tuple[Any, str, tuple[str, ...]]] = []
        for mask, locale in locales(ask, self.locale):
            if self.sex is None:
                groups.append((mask, locale, ("first_names",)))
                continue
            sexes = ask.see(self.sex)
            for sex in sexes.unique(maintain_order=True):
                fits = sexes == sex if mask is None else (sexes == sex) & mask
                groups.append((fits, locale, lists.get(sex, ("first_names",))))
        return self._draw(ask, groups)


class LastName(_Name):
    """A last name that fits the locale."""

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The column of locales."""
        return tuple(of_row(name) for name in (locale_column(self.locale),) if name)

    def draw(self, ask: Ask) -> pl.Series:
        """By the locale's own weights."""
        return self._draw(ask, [(mask, locale, ("last_names",)) for mask, locale in locales(ask, self.locale)])


class Email(Generator):
    """An address made from columns of names and the row's number, so that no two are equal: `jo.li.27@example.org`."""

    shorthand = "of"
    default_type = TEXT

    of: Many  # columns

    def needs(self, schema: Schema) -> tuple[Need, ...]:
        """The names."""
        return tuple(of_row(name) for name in self.of)

    def accepts(self, dtype: DType) -> str | None:
        """Text."""
        return None if dtype.name == "varchar" else f"addresses cannot be {dtype}"

    def draw(self, ask: Ask) -> pl.Series:
        """Names spelt in ASCII."""
        which = (ask.stream().random(ask.rows) * len(DOMAINS)).astype(np.int64)
        frame = pl.DataFrame([ask.see(name).alias(name) for name in self.of]).with_columns(
            row=pl.Series(np.arange(ask.first_row + 1, ask.first_row + ask.rows + 1)),
            domain=pl.Series(DOMAINS).gather(which),
        )
        names = [
            pl.col(name).fill_null("").str.to_lowercase().str.replace_many(_SPELLINGS).str.normalize("NFKD")
            .str.replace_all("[^a-z0-9]", "")
            for name in self.of
        ]
        mailbox = pl.concat_str([*names, pl.col("row")], separator=".").str.strip_chars_start(".")
        return frame.select(mailbox + "@" + pl.col("domain")).to_series()


def locale_column(locale: str) -> str | None:
    """The column that holds locales, or None when one locale is named (`en_US`, as Faker writes them)."""
    return None if len(locale) == 5 and locale[2] == "_" and locale[3:].isupper() else locale


def locales(ask: Ask, locale: str) -> list[tuple[Any, str]]:
    """(mask of rows or None for all, locale) for each locale there is."""
    column = locale_column(locale)
    if column is None:
        return [(None, locale)]
    values = ask.see(column)
    return [(values == value, value) for value in values.unique(maintain_order=True)]
