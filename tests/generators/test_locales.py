"""Names and places of all fourteen locales, mixed in one table; telephone numbers only where a range is kept for fiction."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module

import polars as pl
import pytest

from synth.cli import main
from synth.errors import SpecError
from synth.generators import person
from synth.generators.place import _places
from synth.generators.word_lists import LOCALES
from synth.spec.check import remarks
from synth.spec.load import load, parse, shipped
from tests.support.drawn import PERIOD, column, near, table

OTHER_LISTS = {  # where Faker has no list of all
    ("vi_VN", "first_names"): ("first_names_female", "first_names_unisex", "first_names_male"),
    ("pl_PL", "last_names"): ("unisex_last_names",),
}
COUNTRY = {locale: locale[3:] for locale in LOCALES}
POSTAL = {
    "BR": r"\d{5}-\d{3}", "CN": r"\d{6}", "DE": r"\d{5}", "ES": r"(0[1-9]|[1-4]\d|5[0-2])\d{3}", "FI": r"\d{5}", "FR": r"\d{5}",
    "GB": r"[A-Z]{1,2}\d \d[CIKMOV]{2}", "IT": r"\d{5}", "JP": r"\d{3}-\d{4}", "KR": r"\d{5}", "NL": r"[1-9]\d{3} IO",
    "PL": r"\d{2}-\d{3}", "US": r"\d{5}", "VN": r"\d{5}",
}  # fmt: skip
KEPT_FOR_FICTION = {  # by country: what its authority keeps
    "DE": r"\+49 (30 23125 \d{3}|69 90009 \d{3}|40 66969 \d{3}|221 4710 \d{3}|89 99998 \d{3}|171 39200\d\d)",
    "FR": r"\+33 (1 99 00|2 61 91|3 53 01|4 65 71|5 36 49|6 39 98) \d\d \d\d",
    "GB": r"\+44 (1632 960\d{3}|1(13|14|15|16|17|18|21|31|41|51|61) 496 0\d{3}|191 498 0\d{3}|20 7946 0\d{3}|28 9649 6\d{3}"
    r"|29 2018 0\d{3}|7700 900\d{3})",
    "US": r"\+1-[2-9]\d\d-555-01\d\d",
}


def known(locale: str, *names: str) -> set[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return {
        name
        for which in names
        for each in OTHER_LISTS.get((locale, which), (which,))
        for name in getattr(provider, each)
    }


@pytest.fixture(scope="module")
def people() -> pl.DataFrame:
    shares = ", ".join(f"{locale}: {at + 1}" for at, locale in enumerate(LOCALES))
    return table(f"""
      _l: {{choice: {{{shares}}}}}
      _s: {{choice: {{F: 1, M: 1, X: 1}}}}
      _p: {{place: {{locale: _l}}}}
      locale: {{expr: _l}}
      sex: {{expr: _s}}
      first: {{first_name: {{locale: _l, sex: _s}}}}
      any: {{first_name: {{locale: _l}}}}
      last: {{last_name: {{locale: _l}}}}
      mail: {{email: [first, last], unique: true}}
      city: {{place_part: {{place: _p, part: city}}}}
      region: {{place_part: {{place: _p, part: region}}}}
      country: {{place_part: {{place: _p, part: country}}}}
      postal: {{place_part: {{place: _p, part: postal_code}}}}
      phone: {{place_part: {{place: _p, part: phone}}}}
""", 21_000)  # fmt: skip


def test_locales_are_mixed_by_their_shares(people):
    counts, total = Counter(people["locale"]), sum(range(1, len(LOCALES) + 1))
    assert all(near(counts[locale], people.height, (at + 1) / total) for at, locale in enumerate(LOCALES))


@pytest.mark.parametrize("locale", LOCALES)
def test_names_are_of_the_locale_and_sex(people, locale):
    rows = people.filter(locale=locale)
    either = known(locale, "first_names")
    lists = {"F": known(locale, "first_names_female"), "M": known(locale, "first_names_male"), "X": either}
    assert all(first in lists[sex] for sex, first in rows.select("sex", "first").iter_rows())
    assert set(rows["any"]) <= either and set(rows["last"]) <= known(locale, "last_names")
    assert "Doe" not in set(rows["last"]) and rows["last"].n_unique() > 5 and rows["any"].n_unique() > 20


@pytest.mark.parametrize("locale", LOCALES)
def test_a_name_of_one_locale_is_counted(locale):
    names = known(locale, "last_names")
    found = column(
        f"{{last_name: {locale}, unique: true}}".replace(locale, f"{{locale: {locale}}}"), min(len(names), 300)
    )
    assert len(set(found)) == len(found) and set(found) <= names


def test_a_language_without_names_of_its_own_is_refused(monkeypatch):
    """Faker gives those of all languages there: John, Jane and Doe."""
    shared = import_module("faker.providers.person").Provider
    own = import_module("faker.providers.person.ja_JP").Provider
    monkeypatch.setattr(own, "last_names", shared.last_names)
    person._names.cache_clear()
    with pytest.raises(SpecError, match="no names are known for locale 'ja_JP'"):
        column("{last_name: {locale: ja_JP}}", 5)
    person._names.cache_clear()


@pytest.mark.parametrize("locale", LOCALES)
def test_places_agree_in_every_locale(people, locale):
    rows = people.filter(locale=locale)
    cities = {row["city"]: row for row in _places().filter(locale=locale).iter_rows(named=True)}
    assert len(cities) >= 9
    for row in rows.iter_rows(named=True):
        place = cities[row["city"]]
        assert (row["region"], row["country"]) == (place["region"], COUNTRY[locale])
        assert re.fullmatch(POSTAL[row["country"]], row["postal"]), row
        shape = "".join({"#": r"\d", "@": "[CIKMOV]"}.get(sign, re.escape(sign)) for sign in place["postal_code"])
        assert re.fullmatch(shape, row["postal"])
    often = max(cities.values(), key=lambda place: place["weight"])
    share = often["weight"] / sum(place["weight"] for place in cities.values())
    assert near((rows["city"] == often["city"]).sum(), rows.height, share)


def test_nobody_has_a_telephone_number_or_mailbox(people):
    for country, phone, mail in people.select("country", "phone", "mail").iter_rows():
        if country in KEPT_FOR_FICTION:
            assert re.fullmatch(KEPT_FOR_FICTION[country], phone), phone
        else:
            assert phone is None
        assert mail.partition("@")[2] in ("example.com", "example.net", "example.org")
    assert people["mail"].n_unique() == people.height


# -- what `check` tells

SPEC = f"""dataset: d
{PERIOD}
tables:
  t:
    rows: 50
    columns:
      id: {{key: sequence}}
      _l: {{choice: LOCALES}}
      _p: {{place: {{locale: _l}}}}
      city: {{place_part: {{place: _p, part: city}}}}
      phone: {{place_part: {{place: _p, part: phone}}OPTIONS}}
"""
TOLD = "no telephone range is kept for fiction in ja_JP, pl_PL: numbers there are NULL"


def spec(locales: str, options: str = "") -> str:
    return SPEC.replace("LOCALES", locales).replace("OPTIONS", options)


def test_check_tells_where_there_are_no_numbers(tmp_path, capsys):
    file = tmp_path / "d.yaml"
    file.write_text(spec("{pl_PL: 1, en_US: 1, ja_JP: 1}"))
    assert main(["check", str(file)]) == 0
    said = capsys.readouterr()
    assert said.err == f"note: {file}:11:39: tables.t.columns.phone.place_part.part: {TOLD}\n"
    assert said.out == f"{file}: 1 table, 0 rules, all good\n"


@pytest.mark.parametrize("locales", ["{en_US: 1, en_GB: 1}", "{de_DE: 1, fr_FR: 1, pl_PL: 0}"])
def test_check_tells_nothing_where_there_are(locales):
    assert not list(remarks(parse(spec(locales, ", nullable: false"))))


def test_one_locale_and_parts_of_a_parent_are_told_of():
    text = spec("{en_US: 1}").replace("locale: _l", "locale: vi_VN")
    text += "  c:\n    per: t\n    fanout: {max: 2, uniform: true}\n    columns: {cid: {key: sequence}, id: {reference: t}, call: {place_part: {place: t._p, part: phone}}}\n"
    assert [each.path[3] for each in remarks(parse(text))] == ["phone", "call"]


def test_a_number_that_may_not_be_null_is_refused():
    with pytest.raises(SpecError, match="phone: NULL can come out of it, and it is not nullable"):
        parse(spec("{pl_PL: 1, en_US: 1}", ", nullable: false"))


def test_of_what_ships_only_known_things_are_told():
    told = {name: [each.what for each in remarks(load(name))] for name in shipped()}
    assert told.pop("ecommerce") == ["no telephone range is kept for fiction in fi_FI: numbers there are NULL"]
    assert not any(told.values())
