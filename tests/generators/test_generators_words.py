"""Words, names, places, emails and sentences are of their locale, agree with each other, and follow their weights."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from importlib import import_module
from pathlib import Path

import polars as pl
import pytest

from synth.errors import SpecError
from tests.support.drawn import column, near, table


def test_coined_words_are_distinct():
    for syllables, rows in (
        (1, 5000),
        (2, 5000),
        (2, 33_000),
        (3, 25_000),
    ):  # of one syllable there are 512: longer ones come
        words = column(f"{{coined: {{syllables: {syllables}}}, unique: true}}", rows)
        assert len(set(words)) == rows
        assert all(re.fullmatch(r"[A-Z][a-z]+( \d+)?", word) for word in words)
    assert all(word.endswith(" Ltd") for word in column("{coined: {suffix: ' Ltd'}}", 10))


@pytest.mark.parametrize("locale", ["en_US", "en_GB", "de_DE", "fr_FR", "fi_FI"])
def test_names_are_of_the_locale_and_sex(locale):
    known = import_module(f"faker.providers.person.{locale}").Provider
    rows = table(f"""
      _sex: {{choice: {{F: 0.4, M: 0.4, X: 0.2}}}}
      sex: {{expr: _sex}}
      first: {{first_name: {{locale: {locale}, sex: _sex}}}}
      last: {{last_name: {{locale: {locale}}}}}
""", 3000)  # fmt: skip
    either = set(known.first_names)
    lists = {"F": set(known.first_names_female), "M": set(known.first_names_male), "X": either}
    for sex, first, last in rows.iter_rows():
        assert first in lists[sex] and last in known.last_names
    assert rows["first"].n_unique() > 50 and rows["last"].n_unique() > 50
    weights = known.first_names_female
    if isinstance(weights, dict):
        often = max(weights, key=weights.get)
        women = rows.filter(sex="F")
        assert near((women["first"] == often).sum(), women.height, weights[often] / sum(weights.values()))


def places_by_city():
    table = pl.read_csv(Path(import_module("synth.generators.place").__file__).parent / "data" / "places.csv")
    return {(row["locale"], row["city"]): row for row in table.iter_rows(named=True)}


def test_places_agree_with_each_other():
    rows = table("""
      _locale: {choice: {en_US: 1, en_GB: 1, de_DE: 1, fr_FR: 1, fi_FI: 1}}
      _place: {place: {locale: _locale}}
      locale: {expr: _locale}
      city: {place_part: {place: _place, part: city}}
      region: {place_part: {place: _place, part: region}}
      country: {place_part: {place: _place, part: country}}
      postal_code: {place_part: {place: _place, part: postal_code}}
      phone: {place_part: {place: _place, part: phone}}
""", 8000)  # fmt: skip
    known, seen = places_by_city(), defaultdict(set)

    def fits(pattern, value):
        if pattern is None or value is None:
            return pattern is value
        shape = "".join({"#": r"\d", "@": "[CIKMOV]"}.get(sign) or re.escape(sign) for sign in pattern)
        return re.fullmatch(shape, value) is not None

    for row in rows.iter_rows(named=True):
        place = known[row["locale"], row["city"]]
        assert (row["region"], row["country"]) == (place["region"], place["country"])
        assert fits(place["postal_code"], row["postal_code"]), row
        assert fits(place["phone"], row["phone"]), row
        assert row["country"] != "US" or re.fullmatch(r"\+1-\d{3}-555-01\d\d", row["phone"])  # kept for fiction
        seen[row["locale"], row["city"]].add(row["postal_code"])
    assert len(seen) > 60 and len(seen["en_US", "New York"]) > 50
    with pytest.raises(SpecError, match="place.locale: no places are known for locale 'xx_XX'; known are de_DE"):
        column("{place: xx_XX}", 5)
    with pytest.raises(SpecError, match="columns.x.place.locale: no places are known for locale 'xx_XX'"):
        column("{place: _l}", 5, "_l: {choice: {xx_XX: 1}}")


def test_emails_are_unique_and_reach_nobody():
    above = "_l: {choice: {en_US: 1, de_DE: 1, fi_FI: 1}}\n_f: {first_name: {locale: _l}}\n_n: {last_name: {locale: _l}, null_share: 0.01}"
    addresses = column("{email: [_f, _n], unique: true}", above=above)
    assert len(set(addresses)) == 20_000
    assert all(re.fullmatch(r"[a-z0-9]+(\.[a-z0-9]*)*\.\d+@example\.(com|net|org)", a) for a in addresses)
    assert not any(".." in a for a in addresses)  # RFC 5322: no empty part between dots
    assert len({a.split("@")[1] for a in addresses}) == 3


SENTENCE = "{sentence: {patterns: {'{what} {what}!': 6, 'No {what}, {who}?': 3, 'a{b c}{}': 1, never: 0}, words: {what: [ja, nei, tja], who: [Ola, Ævar Á.]}}}"


def test_sentences_follow_their_weights_and_words():
    seen = column(SENTENCE)
    shapes = {r"(ja|nei|tja) (ja|nei|tja)!": 0.6, r"No (ja|nei|tja), (Ola|Ævar Á\.)\?": 0.3, re.escape("a{b c}{}"): 0.1}
    kinds = {shape: [text for text in seen if re.fullmatch(shape, text)] for shape in shapes}
    assert sum(map(len, kinds.values())) == len(seen)
    assert all(near(len(kinds[shape]), 20_000, share) for shape, share in shapes.items())
    pairs = Counter(tuple(text[:-1].split()) for text in kinds[next(iter(shapes))])
    assert len(pairs) == 9  # each blank has a word of its own
    assert all(near(count, sum(pairs.values()), 1 / 9) for count in pairs.values())


def test_distinct_words_come_once_and_all_alike():
    said = "{sentence: {patterns: {'{one} {one} {one}': 1, '{two}{one}': 1}, words: {one: [a, b, c, d, a], two: [x]}, distinct: true}}"
    texts = Counter(text for text in column(said, 12_000) if len(text) == 5)
    assert len(texts) == 4 * 3 * 2 and not any(len(set(text.split())) < 3 for text in texts)
    assert min(texts.values()) > 0.75 * sum(texts.values()) / len(texts)


def test_there_are_enough_distinct_words():
    with pytest.raises(SpecError, match="'{w} {w}': {w} has no 2 words that are `distinct`"):
        column("{sentence: {patterns: {'{w} {w}': 1}, words: {w: [a, a]}, distinct: true}}", 3)
