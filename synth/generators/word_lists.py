"""Lists of words by locale, with their weights: Faker's and Mimesis's data, and ours where both have none in the language.

Each is read once a process. Mimesis's files are read as they lie in its package, which is never imported, and Faker's
providers are never called. A word that a list has twice counts twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from synth.errors import DataError
from synth.generators.sampling import Search

__all__ = ["KINDS", "LOCALES", "WordList", "faker_list", "joined", "word_list"]

Weights = Mapping[str, float]

# locale -> Mimesis's folder, behind that of the language alone; it has none in Vietnamese
LOCALES: dict[str, str | None] = {
    "de_DE": "de", "en_GB": "en-gb", "en_US": "en", "es_ES": "es", "fi_FI": "fi", "fr_FR": "fr", "it_IT": "it",
    "ja_JP": "ja", "ko_KR": "ko", "nl_NL": "nl", "pl_PL": "pl", "pt_BR": "pt-br", "vi_VN": None, "zh_CN": "zh",
}  # fmt: skip
PRODUCTS = {"dish": "dishes", "drink": "drinks", "fruit": "fruits", "spice": "spices", "vegetable": "vegetables"}

# What is behind or before a street's name where it is no whole name: those of Mimesis that towns have most, weighed by us.
_STREET_SUFFIXES: dict[str, Weights] = {
    "en_US": {"Street": 5, "Avenue": 4, "Road": 4, "Drive": 4, "Lane": 3, "Court": 2, "Boulevard": 1, "Place": 1},
    "en_GB": {"Road": 5, "Street": 4, "Lane": 3, "Avenue": 3, "Drive": 2, "Gardens": 1, "Crescent": 1, "Grove": 1},
    "fr_FR": {"Rue": 8, "Avenue": 2, "Boulevard": 1, "Allée": 2, "Impasse": 2, "Place": 1},
    "it_IT": {"Via": 8, "Viale": 2},
    "ja_JP": {"通り": 4, "大通り": 2, "街道": 1, "小路": 1},
    "zh_CN": {"路": 5, "街": 3, "大街": 1},
}  # fmt: skip
_STREETS = {
    "en_US": "{name} {suffix}",
    "en_GB": "{name} {suffix}",
    "fr_FR": "{suffix} {name}",
    "it_IT": "{suffix} {name}",
}
_LEGAL_FORMS_OF_MIMESIS = ("en_GB", "ja_JP")
_COMPANIES = {"ja_JP": "{form}{}", "ko_KR": "{form} {}", "vi_VN": "{form} {}", "zh_CN": "{}{form}"}


class WordList(NamedTuple):
    """Distinct words, (words,), a search in their cumulated weights, and the characters of the longest."""

    words: pl.Series
    search: Search
    longest: int


def faker_list(provider: str, locale: str | None, *names: str) -> Weights:
    """Give words of the first of these lists that a provider of Faker has, with their weights."""
    module = import_module(f"faker.providers.{provider}.{locale}" if locale else f"faker.providers.{provider}")
    found = next(getattr(module.Provider, name) for name in names if getattr(module.Provider, name, None))
    return found if isinstance(found, Mapping) else _counted(found)


def _counted(words: Iterable[str]) -> Weights:
    """Weigh words by how often they come, without blanks around them."""
    weights: dict[str, float] = {}
    for word in words:
        spelt = " ".join(word.split())
        if spelt:
            weights[spelt] = weights.get(spelt, 0) + 1
    return weights


@lru_cache(maxsize=64)
def _mimesis(locale: str, file: str) -> Mapping[str, Any]:
    """One of Mimesis's files: that of the language, and over it that of the country."""
    folder = LOCALES[locale] or ""
    places = getattr(find_spec("mimesis"), "submodule_search_locations", None)
    if not places:
        raise DataError("words are read from Mimesis, which is not installed, though synth-relational brings it")
    found: dict[str, Any] = {}
    for name in dict.fromkeys((folder.partition("-")[0], folder)):
        _lay_over(found, json.loads((Path(places[0]) / "datasets" / name / f"{file}.json").read_text("utf-8")))
    return found


def _lay_over(below: dict[str, Any], above: Mapping[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, Mapping):
            _lay_over(below.setdefault(key, {}), value)
        else:
            below[key] = value


@lru_cache(maxsize=1)
def _ours() -> Mapping[str, Mapping[str, list[str]]]:
    loaded: dict[str, dict[str, list[str]]] = json.loads(
        (Path(__file__).parent / "data" / "words.json").read_text("utf-8")
    )
    return loaded


def _jobs(locale: str) -> Weights:
    if LOCALES[locale] is None:
        return faker_list("job", locale, "jobs")
    return _counted(_mimesis(locale, "person")["occupation"])


def _colours(locale: str) -> Weights:
    if locale in _ours() and "colour" in _ours()[locale]:
        return _counted(_ours()[locale]["colour"])
    if LOCALES[locale] is None:
        return _counted(faker_list("color", locale, "all_colors"))
    return _counted(_mimesis(locale, "text")["color"])


def _products(*sorts: str) -> Callable[[str], Weights]:
    """Words for goods of some sorts, each word as likely as another."""

    def words(locale: str) -> Weights:
        ours = _ours().get(locale, {})
        lists = [ours.get(sort) or _mimesis(locale, "food")[PRODUCTS[sort]] for sort in sorts]
        return dict.fromkeys(_counted(word for each in lists for word in each), 1.0)

    return words


def _streets(locale: str) -> Weights:
    """Names of streets: whole ones, or each name with each suffix."""
    if locale == "vi_VN":
        return {f"Đường {name}": weight for name, weight in faker_list("address", locale, "streets").items()}
    if locale == "fi_FI":
        pieces = [faker_list("address", locale, name) for name in ("street_prefixes", "street_suffixes")]
        return _combined("{name}{suffix}", *pieces)
    street = _mimesis(locale, "address")["street"]
    names = _counted(street["name"])
    if locale in ("de_DE", "es_ES", "nl_NL", "pt_BR"):
        return names
    suffixes = _STREET_SUFFIXES.get(locale) or _counted(street["suffix"])
    return _combined(
        _STREETS.get(locale, "{suffix} {name}" if locale == "pl_PL" else "{name}{suffix}"), names, suffixes
    )


def _combined(form: str, names: Weights, suffixes: Weights) -> Weights:
    weights: dict[str, float] = {}
    for name, first in names.items():
        for suffix, second in suffixes.items():
            whole = form.format(name=name, suffix=suffix)
            weights[whole] = weights.get(whole, 0) + first * second
    return weights


# Faker's lists of common words, which people have chosen; Mimesis has some in all other languages
_OF_FAKER = {
    **dict.fromkeys(("de_DE", "en_US", "es_ES", "fr_FR", "it_IT", "ja_JP", "nl_NL", "pl_PL", "vi_VN", "zh_CN")),
    "en_GB": "en_US",
}


def _vocabulary(locale: str) -> Weights:
    if locale in _OF_FAKER:
        return faker_list("lorem", _OF_FAKER[locale] or locale, "word_list")
    return _counted(_mimesis(locale, "text")["words"])


def _companies(locale: str) -> Weights:
    """Forms of a company's name by its legal form: `{} GmbH`."""
    if locale in _LEGAL_FORMS_OF_MIMESIS:
        forms = _counted(_mimesis(locale, "finance")["company"]["type"]["abbr"])
    else:
        forms = faker_list("company", locale, "company_suffixes")
    pattern = _COMPANIES.get(locale, "{} {form}")
    return {pattern.replace("{form}", form): weight for form, weight in forms.items()}


KINDS: dict[str, tuple[str, Callable[[str], Weights]]] = {  # kind -> what it is in a message, and where it comes from
    "colour": ("colours", _colours),
    "company": ("companies", _companies),
    "job": ("jobs", _jobs),
    "product": ("products", _products(*PRODUCTS)),
    **{sort: ("products", _products(sort)) for sort in PRODUCTS},
    "street": ("streets", _streets),
    "vocabulary": ("words", _vocabulary),
}


@lru_cache(maxsize=256)
def word_list(kind: str, locale: str) -> WordList:
    """Give the words of a kind in a locale. Raises DataError where there are none."""
    what, read = KINDS[kind]
    if locale not in LOCALES:
        raise DataError(f"no {what} are known for locale '{locale}'; known are {', '.join(LOCALES)}")
    weights = read(locale)
    cumulated = np.cumsum(list(weights.values()), dtype=np.float64)
    return WordList(pl.Series(list(weights), dtype=pl.String), Search(cumulated), max(map(len, weights)))


@lru_cache(maxsize=64)
def joined(kind: str, locales: tuple[str, ...]) -> tuple[pl.Series, dict[str, int]]:
    """Give the words of several locales, one behind the other, and where those of each begin. (words of all,)"""
    if not locales:  # of no rows
        return pl.Series(dtype=pl.String), {}
    lists = [word_list(kind, locale).words for locale in locales]
    ends = np.cumsum([len(words) for words in lists])
    starts = {locale: int(end) - len(words) for locale, words, end in zip(locales, lists, ends, strict=True)}
    return pl.concat(lists), starts
