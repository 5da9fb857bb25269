"""Texts by a pattern are of its signs, each equally likely; check digits are right, or wrong, on purpose; UUIDs are the standard's."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections import Counter

import numpy as np
import pytest

from synth.api import frame
from synth.dtypes import TEXT
from synth.errors import DataError, SpecError
from synth.generators import GENERATORS
from synth.generators.check_digits import SCHEMES
from synth.plan.make import make
from synth.spec.check import remarks
from synth.spec.load import parse
from tests.generators.test_contexts import Nothing
from tests.support.drawn import column, near, table

SHAPES = {
    "SKU-####": r"SKU-[0-9]{4}",
    "?????": r"[A-Z]{5}",
    "[A-F0-9]{8}": r"[A-F0-9]{8}",
    r"\#\?\[x\]\{2\}\\#{3}": r"\#\?\[x\]\{2\}\\[0-9]{3}",
    r"[a\-c]": r"[a\-c]",
    "Straße [äö]?-[αß😀]{2}": r"Straße [äö][A-Z]-[αß😀]{2}",
    "word": r"word",
    "[a-z]{60}": r"[a-z]{60}",
}


def drawn(rows=2000, **fields):
    context = Nothing(TEXT)
    context.rows = rows
    return GENERATORS["pattern"].model_validate(fields).draw(context).to_list()


@pytest.mark.parametrize("text", SHAPES)
def test_texts_are_of_their_pattern(text):
    found = drawn(text=text)
    made = GENERATORS["pattern"].model_validate({"text": text})
    assert all(re.fullmatch(SHAPES[text], each) for each in found)
    assert {len(each) for each in found} == {made.longest_text()}
    assert len(set(found)) <= made.capacity(TEXT)


def test_every_character_is_equally_likely():
    """Chi-square at each sign, and of two signs together that one number chooses; 5 standard deviations."""
    found = drawn(60_000, text="?[aeiou]#-[0-9a-f]{12}")
    for at, size in ((0, 26), (1, 5), (2, 10), (4, 16), (15, 16)):
        counts = Counter(each[at] for each in found)
        expected = len(found) / size
        assert len(counts) == size
        assert sum((n - expected) ** 2 / expected for n in counts.values()) < size - 1 + 5 * (2 * (size - 1)) ** 0.5
    pairs = Counter(each[1:3] for each in found)
    assert len(pairs) == 50 and all(near(n, len(found), 1 / 50) for n in pairs.values())


@pytest.mark.parametrize(
    "law",
    ["'##'", "'[ab]{6}'", "'[a-z]{30}'", "'x?[äö]#'", "{text: '2###########', check_digits: ean13}",
     "{text: '4## ## ## ## ## ## ##', check_digits: luhn_invalid}", "{text: 'XX[A-Z0-9]{20}', check_digits: iban}"],
)  # fmt: skip
def test_unique_texts_are_drawn_without_repeats(law):
    rows = 64 if "ab" in law else 100
    found = column(f"{{pattern: {law}, unique: true}}", rows)
    assert len(set(found)) == rows
    assert found != sorted(found)


def test_texts_of_many_signs_differ_in_all_of_them():
    """Those that keep no rows apart are no constants."""
    found = column("{pattern: '[a-z]{30}', unique: true}", 2000)
    assert all(len({each[at] for each in found}) == 26 for at in range(30))


def test_unique_within_a_group():
    rows = table("      a: {choice: {x: 1, y: 1, z: 1}}\n      b: {pattern: '[ab]?'}", 150)
    assert rows.n_unique() < 150
    text = "dataset: t\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n  t:\n    rows: 150\n    unique: [[a, b]]\n    columns: {id: {key: sequence}, a: {choice: {x: 1, y: 1, z: 1}}, b: {pattern: '[ab]?'}}\n"
    assert frame(make(parse(text)), "t").select("a", "b").n_unique() == 150
    with pytest.raises(SpecError, match="157 rows need as many different"):
        make(parse(text.replace("rows: 150", "rows: 157")))


# -- check digits


def test_the_list_of_schemes_is_that_of_the_words():
    assert set(SCHEMES) == {"ean13", "luhn_invalid", "iban"}
    for name in SCHEMES:
        GENERATORS["pattern"].model_validate({"text": {"iban": "XX#{20}"}.get(name, "2#{11}"), "check_digits": name})


def ean_holds(number):
    return sum(int(d) * (3 if at % 2 else 1) for at, d in enumerate(number)) % 10 == 0


def luhn_holds(number):
    doubled = (int(d) * (2 if at % 2 else 1) for at, d in enumerate(reversed(number)))
    return sum(d - 9 * (d > 9) for d in doubled) % 10 == 0


def iban_holds(number):
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def test_the_oracles_know_what_is_published():
    assert ean_holds("4006381333931") and not ean_holds("4006381333932")
    assert luhn_holds("4242424242424242") and luhn_holds("378282246310005") and not luhn_holds("4242424242424243")
    assert (
        iban_holds("DE89370400440532013000")
        and iban_holds("GB59MOCK00000004232616")
        and not iban_holds("DE00370400440532013000")
    )


@pytest.mark.parametrize("text", ["2###########", "02 ##########", "04##-####-####", "952#########", "2#{2} #{3} #{6}"])
def test_articles_are_of_nobody_and_check(text):
    for each in drawn(text=text, check_digits="ean13"):
        number = re.sub("[ -]", "", each)
        assert len(number) == 13 and ean_holds(number) and number.startswith(("02", "04", "2", "952"))


@pytest.mark.parametrize("text", ["4##############", "37############", "#### #### #### ###", "9"])
def test_cards_never_check(text):
    found = drawn(5000, text=text, check_digits="luhn_invalid")
    assert not any(luhn_holds(each.replace(" ", "")) for each in found)
    if len(text) > 1:
        last = Counter(each[-1] for each in found)
        assert len(last) == 10 and min(last.values()) > 350  # as those of cards


@pytest.mark.parametrize("country", ["XX", "ZZ", "QM", "XA", "AA"])
@pytest.mark.parametrize("rest", ["#{18}", "[A-Z]{4} #### #### #### ##", "[A-Z0-9]{30}", "MOCK#{8}[0-9A]{3}"])
def test_accounts_of_no_country_check(country, rest):
    for each in drawn(500, text=f"{country}{rest}", check_digits="iban"):
        number = each.replace(" ", "")
        assert iban_holds(number) and number.startswith(country) and number[2:4].isdigit()


@pytest.mark.parametrize("country", ["DE", "GB", "FR", "XK", "US"])
def test_accounts_of_a_country_cannot_be(country):
    """Neither for who knows that check digits are 02 to 98, nor for who only looks at the rest by 97: there 00 is as 97."""
    found = drawn(2000, text=f"{country} [A-Z]{{4}} #{{14}}", check_digits="iban")
    assert {each[2:5] for each in found} == {"00 ", "01 "}
    assert not any(iban_holds(each.replace(" ", "")) for each in found)


REFUSED = {
    "'x{'": "stands alone in 'x{'",
    "'[abc'": "'[' stands alone",
    "'abc]'": "']' stands alone",
    r"'abc\'": "stands alone",
    "'{3}'": "a count of 1 to 1,000 behind a sign is expected",
    "'a{0}'": "a count of 1 to 1,000 behind a sign is expected",
    "'a{x}'": "a count of 1 to 1,000 behind a sign is expected",
    "'a{700}b{700}'": "a pattern has 1 to 1,000 signs, and here are 1,400",
    "''": "at least 1",
    "'[^a]'": "what may not stand there cannot be said",
    "'[]'": "characters are listed as in [A-F0-9]",
    "'[z-a]'": "z-a is no range",
    "'[A-Fa-fC]'": "'C' stands there twice",
    "{text: '2####', check_digits: ean13}": "an EAN-13 has 12 digits before its check digit, and here are 5",
    "{text: '2##########?', check_digits: ean13}": "an EAN-13 has digits alone; spaces and hyphens may part them",
    "{text: '4###########', check_digits: ean13}": "an EAN that begins with 400 may be an article of somebody's",
    "{text: '0[24]##########', check_digits: ean13}": None,
    "{text: '0[234]##########', check_digits: ean13}": "an EAN that begins with 030 may be",
    "{text: '95###########', check_digits: ean13}": "here are 13",
    "{text: '95##########', check_digits: ean13}": "an EAN that begins with 950 may be",
    "{text: '4##x', check_digits: luhn_invalid}": "a card number has digits alone",
    "{text: ' - ', check_digits: luhn_invalid}": "a number needs a digit before its check digit",
    "{text: '?E#{18}', check_digits: iban}": "an IBAN begins with the two letters of a country",
    "{text: 'DE#{8}', check_digits: iban}": "an IBAN has 13 to 32 signs without its check digits, and here are 10",
    "{text: 'xx#{18}', check_digits: iban}": "an IBAN has digits and capital letters",
    "{text: '##', check_digits: ean8}": "check_digits",
}  # fmt: skip


@pytest.mark.parametrize("law", REFUSED)
def test_patterns_that_cannot_be_honoured_are_refused(law):
    if REFUSED[law] is None:
        column(f"{{pattern: {law}}}", 5)
        return
    with pytest.raises(SpecError, match=re.escape(REFUSED[law])):
        column(f"{{pattern: {law}}}", 5)


@pytest.mark.parametrize(
    ("law", "message"),
    [
        ("{pattern: '####', type: bigint}", "texts by a pattern cannot be bigint"),
        ("{pattern: '####', type: varchar(3)}", "the pattern's texts are 4 long"),
        ("{pattern: {text: '2#{11}', check_digits: ean13}, type: varchar(12)}", "the pattern's texts are 13 long"),
        ("{pattern: '#', unique: true}", "11 rows need as many different x, and there are only 10"),
        ("{uuid: 1}", "x.uuid"),
        ("{uuid: 7}", "a UUID of version 7 follows a moment, `at`, and one of version 4 none"),
        ("{uuid: {at: on}}", "a UUID of version 7 follows a moment"),
        ("{uuid: {version: 7, at: k}}", "x.uuid.at: 'k' is text, and no moment"),
        ("{uuid: {version: 7, at: nowhere}}", "unknown column 'nowhere'"),
        ("{uuid: {version: 7, at: maybe}}", "nullable"),
        ("{uuid: 4, type: varchar(30)}", "a uuid is 36 long"),
        ("{uuid: 4, type: date}", "a UUID cannot be date"),
    ],
)
def test_types_and_moments_that_do_not_fit_are_refused(law, message):
    above = "k: {choice: {a: 1}}\non: {uniform: {min: 2024-01-01, max: 2024-02-01}}\nmaybe: {uniform: {min: 2024-01-01, max: 2024-02-01}, null_share: 0.1}"
    with pytest.raises(SpecError, match=re.escape(message)):
        column(law, 11, above)


@pytest.mark.parametrize(
    ("law", "told"),
    [
        ("'4### #### #### ####'", "card or article"), ("'#{13}'", "card or article"), ("'40063813#{5}'", "card or article"),
        ("'DE## #### #### #### #### ##'", "bank account"), ("'GB##[A-Z]{4}#{14}'", "bank account"),
        ("'#{12}'", None), ("'#{20}'", None), ("'0#{15}'", None), ("'SKU-#{16}'", None), ("'DEAB#{18}'", None), ("' - '", None),
        ("{text: '4#{14}', check_digits: luhn_invalid}", None), ("{text: 'DE#{18}', check_digits: iban}", None),
    ],
)  # fmt: skip
def test_numbers_that_may_be_somebodys_are_told(law, told):
    text = f"dataset: t\nperiod: {{start: 2024-01-01, until: 2025-01-01}}\ntables: {{t: {{rows: 9, columns: {{id: {{key: sequence}}, x: {{pattern: {law}}}}}}}}}"
    found = list(remarks(parse(text)))
    assert [each.path for each in found] == [("tables", "t", "columns", "x", "pattern", "text")] * (told is not None)
    assert told is None or f"may be those of somebody's {told}" in found[0].what


# -- UUIDs


def test_uuids_of_version_4_are_random_and_distinct():
    found = [uuid.UUID(each) for each in column("{uuid: 4, unique: true}", 25_000)]
    assert {each.version for each in found} == {4} and {each.variant for each in found} == {uuid.RFC_4122}
    assert len(set(found)) == 25_000
    bits = np.array([[each.int >> at & 1 for at in range(128)] for each in found[:4000]]).mean(axis=0)
    free = [at for at in range(128) if at not in (62, 63, 76, 77, 78, 79)]
    assert (abs(bits[free] - 0.5) < 5 * 0.5 / 4000**0.5).all()


def test_uuids_of_two_columns_are_unrelated():
    rows = table("      x: {uuid: 4}\n      y: {uuid: }\n      z: {uuid: 4, type: text}", 2000)
    assert len({*rows["x"], *rows["y"], *rows["z"]}) == 6000


def test_uuids_of_version_7_follow_their_moment():
    rows = table("""
      at: {arrival: {}}
      gone: {delay: {after: at, even: true, max: 9, announced: true}, null_share: 0.2}
      x: {uuid: {version: 7, at: at}}
      y: {uuid: {version: 7, at: gone}, nullable: true}
""", 20_000)  # fmt: skip
    epoch = dt.datetime(1970, 1, 1)
    for name, moment in (("x", "at"), ("y", "gone")):
        for text, at in zip(rows[name], rows[moment], strict=True):
            assert (text is None) == (at is None)
            if text:
                each = uuid.UUID(text)
                assert each.version == 7 and each.variant == uuid.RFC_4122
                assert each.int >> 80 == (at - epoch) // dt.timedelta(milliseconds=1)
    assert rows["x"].n_unique() == 20_000
    ordered = rows.sort("at")
    assert ordered.filter(ordered["at"] != ordered["at"].shift(1).fill_null(epoch))["x"].is_sorted()


def test_a_moment_before_1970_is_told():
    with pytest.raises(DataError, match="'on' lies before 1970"):
        column("{uuid: {version: 7, at: on}}", 9, "on: {uniform: {min: 1960-01-01, max: 1961-01-01}}")
