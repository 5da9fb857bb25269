"""Words are of their locale and follow its weights; companies, addresses, pages and hosts are nobody's: each locale, each generator."""

from __future__ import annotations

import ipaddress
import json
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from synth.errors import SpecError
from synth.generators import GENERATORS, word_lists
from synth.generators.invented import WORDS, words
from synth.generators.word_lists import KINDS, LOCALES, word_list
from synth.generators.words import WordsOfLocale
from tests.support.drawn import column, near, table

OF_LOCALE = sorted(name for name, made in GENERATORS.items() if issubclass(made, WordsOfLocale))
WORDS_ALONE = sorted(set(OF_LOCALE) - {"company", "street_address"})

ADDRESSES = {
    "de_DE": r"(.+) 0, Wohnung \d+", "en_GB": r"Flat \d+, 0 (.+)", "en_US": r"0 (.+), Apt\. \d+", "es_ES": r"(.+), 0, Piso \d+",
    "fi_FI": r"(.+) 0 A \d+", "fr_FR": r"0 (.+), Apt\. \d+", "it_IT": r"(.+) 0, Int\. \d+", "ja_JP": r"(.+)0-0 \d+号室",
    "ko_KR": r"(.+) 0, \d+호", "nl_NL": r"(.+) 0, App\. \d+", "pl_PL": r"(.+) 0/\d+", "pt_BR": r"(.+), 0, Apto\. \d+",
    "vi_VN": r"Số 0 (.+), Căn hộ \d+", "zh_CN": r"(.+)0号\d+室",
}  # fmt: skip

NETS = [
    ipaddress.ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
]  # RFC 5737, RFC 3849


def every_locale(more: str, rows: int = 2800):
    shares = ", ".join(f"{locale}: 1" for locale in LOCALES)
    return table(f"      _l: {{choice: {{{shares}}}}}\n      l: {{expr: _l}}\n{more}", rows)


def is_reserved(kind: str, text: str) -> bool:
    """Whether nobody can have an address of the net, or a page."""
    if kind == "url":
        return re.fullmatch(r"https://[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.example(/[a-z]+)*", text) is not None
    address = ipaddress.ip_address(text)
    return str(address) == text and any(address in net for net in NETS if net.version == address.version)


def test_the_generators_of_words_are_known():
    assert OF_LOCALE == ["colour", "company", "job", "product", "street", "street_address"]
    assert len(LOCALES) == 14 == len(ADDRESSES)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_list_is_there_in_every_locale(kind, locale):
    found = word_list(kind, locale)
    assert len(found.words) == found.words.n_unique() == len(found.search.cumulated) >= 3
    assert found.longest == max(map(len, found.words)) < 120
    assert all(word == " ".join(word.split()) and "\0" not in word for word in found.words)
    assert kind != "company" or all(word.count("{}") == 1 for word in found.words)


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"company"}))
@pytest.mark.parametrize("locale", sorted(set(LOCALES) - {"en_GB", "en_US"}))
def test_words_are_of_the_language(kind, locale):
    """Lists of both libraries are not all translated; names of goods travel, so some may be alike."""
    english = set(word_list(kind, "en_US").words) | set(word_list(kind, "en_GB").words)
    own = set(word_list(kind, locale).words)
    assert len(own & english) < 0.55 * len(own), own & english


@pytest.mark.parametrize("name", WORDS_ALONE)
def test_each_row_has_a_word_of_its_locale(name):
    rows = every_locale(f"      x: {{{name}: {{locale: _l}}}}")
    kinds = {locale: set(word_list(name, locale).words) for locale in LOCALES}
    assert all(text in kinds[locale] for locale, text in rows.iter_rows())
    assert all(near(count, rows.height, 1 / 14) for count in Counter(rows["l"]).values())
    for (_,), part in rows.group_by("l"):
        assert part["x"].n_unique() > 5


@pytest.mark.parametrize("name", OF_LOCALE)
@pytest.mark.parametrize("locale", LOCALES)
def test_one_locale_is_as_a_column_of_it(name, locale):
    alone = column(f"{{{name}: {locale}}}", 60)
    assert alone == column(f"{{{name}: {{locale: _l}}}}", 60, f"_l: {{choice: {{{locale}: 1}}}}")
    made = GENERATORS[name].model_validate({"locale": locale})
    assert max(map(len, alone)) <= made.longest_text() and (name == "company" or len(set(alone)) > 4)


def test_words_follow_their_weights():
    found = column("{company: es_ES}", 20_000)
    forms = word_list("company", "es_ES")
    weights = [high - low for low, high in zip([0, *forms.search.cumulated], forms.search.cumulated, strict=False)]
    total = sum(weights)
    for form, weight in zip(forms.words, weights, strict=True):
        ending = form.replace("{}", "")
        count = sum(text.endswith(ending) and text[: -len(ending)].isalpha() for text in found)
        assert near(count, len(found), weight / total), form
    jobs = Counter(column("{job: de_DE}", 20_000))
    assert len(jobs) == 37 and all(near(count, 20_000, 1 / 37) for count in jobs.values())


def test_words_are_those_of_the_libraries():
    data = Path(find_spec("mimesis").submodule_search_locations[0]) / "datasets"
    for locale, folder in LOCALES.items():
        if folder and "-" not in folder:
            own = json.loads((data / folder / "person.json").read_text("utf-8"))["occupation"]
            assert set(word_list("job", locale).words) == {" ".join(word.split()) for word in own}
    from faker.providers.job.vi_VN import Provider

    assert set(word_list("job", "vi_VN").words) == set(Provider.jobs)


def test_a_library_that_is_missing_is_told(monkeypatch):
    monkeypatch.setattr(word_lists, "find_spec", lambda name: None)
    word_lists._mimesis.cache_clear()
    word_lists.word_list.cache_clear()
    with pytest.raises(SpecError, match="words are read from Mimesis, which is not installed"):
        column("{job: nl_NL}", 5)
    word_lists._mimesis.cache_clear()


@pytest.mark.parametrize(
    "law",
    ["{job: pl_PL}", "{colour: fi_FI}", "{colour: {form: hex}}", "{product: {locale: it_IT, sort: spice}}", "{street: ko_KR}",
     *(f"{{street_address: {locale}}}" for locale in LOCALES), *(f"{{company: {locale}}}" for locale in LOCALES), "{url: {}}",
     "{url: {segments: 0}}", "{ip: 4}", "{ip: 6}", "{user_agent: {}}"],
)  # fmt: skip
def test_unique_texts_are_drawn_without_repeats(law):
    few = {
        "{colour: fi_FI}": 17,
        "{product: {locale: it_IT, sort: spice}}": 79,
        "{job: pl_PL}": 182,
        "{user_agent: {}}": 408,
    }
    rows = few.get(law, 700)
    found = column(f"{law[:-1]}, unique: true}}", rows)
    assert len(set(found)) == rows


def test_too_few_words_are_refused():
    with pytest.raises(SpecError, match="38 rows need as many different x, and there are only 37"):
        column("{job: de_DE, unique: true}", 38)
    with pytest.raises(SpecError, match="769 rows need as many different x, and there are only 768"):
        column("{ip: 4, unique: true}", 769)
    with pytest.raises(SpecError, match="nothing makes x unique"):
        column("{job: {locale: _l}, unique: true}", 9, "_l: {choice: {de_DE: 1, fr_FR: 1}}")


# -- what is nobody's


def test_no_address_is_anybodys():
    rows = every_locale("      x: {street_address: {locale: _l}}")
    known = {locale: set(word_list("street", locale).words) for locale in LOCALES}
    for locale, text in rows.iter_rows():
        street = re.fullmatch(ADDRESSES[locale], text)
        assert street and street[1] in known[locale], text


def test_no_company_is_anybodys():
    rows = every_locale("      x: {company: {locale: _l}}")
    known = set(words())
    for locale, text in rows.iter_rows():
        forms = (form.split("{}") for form in word_list("company", locale).words)
        names = {text[len(a) : len(text) - len(b)] for a, b in forms if text.startswith(a) and text.endswith(b)}
        assert names & known, text


def test_companies_behind_the_last_word_have_two():
    found = column("{company: nl_NL, unique: true}", WORDS + 400)
    hosts = column("{url: {segments: 0}, unique: true}", WORDS + 400)
    assert len(set(found)) == len(set(hosts)) == WORDS + 400
    assert [len(text.split()) for text in found] == [2] * WORDS + [3] * 400
    assert all(("-" in text) == (at >= WORDS) and is_reserved("url", text) for at, text in enumerate(hosts))


def test_no_page_is_anybodys():
    rows = every_locale("""
      c: {company: {locale: _l}}
      n: {last_name: {locale: _f}}
      _f: {choice: {de_DE: 1, ja_JP: 1, fr_FR: 1}}
      m: {company: {}, null_share: 0.2}
      x: {url: {segments: 3}}
      y: {url: {host: c, segments: 0}}
      z: {url: n}
      w: {url: {host: m, segments: 2}, nullable: true}
""")  # fmt: skip
    for name, slashes in (("x", 5), ("y", 2), ("z", 3), ("w", 4)):
        shown = rows[name].drop_nulls()
        assert all(is_reserved("url", text) and text.count("/") == slashes for text in shown)
    assert (rows["w"].is_null() == rows["m"].is_null()).all() and rows["w"].null_count()
    assert rows["x"].n_unique() == rows.height
    assert {"https://site-"} <= {text[:13] for text in rows["z"]}  # names in other letters
    long = column("{url: {host: t, segments: 0}}", 5, "t: {choice: {%s: 1}}" % ("ab-" * 40))
    assert all(is_reserved("url", text) for text in long)


def test_no_address_of_the_net_is_anybodys():
    rows = table("      x: {ip: 4}\n      y: {ip: 6}\n      z: {ip: {}}", 20_000)
    assert all(is_reserved("ip", text) for name in "xyz" for text in rows[name])
    counts = Counter(rows["x"])
    assert len(counts) == 768
    assert sum((n - 20_000 / 768) ** 2 / (20_000 / 768) for n in counts.values()) < 767 + 5 * (2 * 767) ** 0.5
    assert {ipaddress.ip_address(text).version for text in rows["z"]} == {4}


def test_browsers_have_their_shares():
    found = column("{user_agent: {}}")
    assert near(sum("Mobile" in text for text in found), 20_000, 0.6)
    assert near(sum("Edg/" in text for text in found), 20_000, 0.06)
    assert near(sum("Firefox/" in text for text in found), 20_000, 0.04)
    assert near(sum("iPhone" in text for text in found), 20_000, 0.17)
    assert all(re.fullmatch(r"Mozilla/5\.0 \([^()]+\) (AppleWebKit|Gecko)/[\w.() /,]+", text) for text in found)


def test_colours_as_numbers():
    found = column("{colour: {form: hex}}")
    assert all(re.fullmatch(r"#[0-9a-f]{6}", text) for text in found) and len(set(found)) > 19_900


REFUSED = {
    "{job: xx_XX}": "x.job.locale: no jobs are known for locale 'xx_XX'; known are de_DE, en_GB",
    "{company: xx_XX}": "no companies are known for locale 'xx_XX'",
    "{street_address: xx_XX}": "no streets are known for locale 'xx_XX'",
    "{product: {sort: fruit, locale: xx_XX}}": "no products are known for locale 'xx_XX'",
    "{colour: {locale: _odd}}": "no colours are known for locale 'xx_XX'",
    "{job: {locale: _null}}": "'_null' may be NULL, which is no locale",
    "{job: {locale: nowhere}}": "unknown column 'nowhere'",
    "{product: {sort: meat}}": "x.product.sort",
    "{job: de_DE, type: varchar(10)}": "a text may be 33 long",
    "{street_address: pl_PL, type: varchar(20)}": "a text may be",
    "{job: {locale: _two}, type: varchar(30)}": "a text may be 33 long, and the type is varchar(30)",
    "{job: de_DE, type: date}": "words cannot be date",
    "{company: de_DE, type: varchar(12)}": "a company may be",
    "{company: de_DE, type: bigint}": "companies cannot be bigint",
    "{colour: {form: hex, locale: de_DE}}": "a colour in `hex` is the same in every locale: leave `locale` out",
    "{colour: {form: hex}, type: varchar(6)}": "a text may be 7 long",
    "{url: {host: id}}": "x.url.host: 'id' is bigint, and hosts are named after text",
    "{url: {host: nowhere}}": "unknown column 'nowhere'",
    "{url: {host: maybe}}": "nullable",
    "{url: {segments: 4}}": "less than or equal to 3",
    "{url: {}, type: varchar(20)}": "a page may be",
    "{url: {}, type: bigint}": "pages cannot be bigint",
    "{ip: 5}": "x.ip",
    "{ip: 4, type: varchar(12)}": "an address may be 14 long",
    "{ip: 6, type: varchar(15)}": "an address may be 38 long",
    "{ip: 4, type: bigint}": "addresses of the net cannot be bigint",
    "{user_agent: {}, type: varchar(99)}": "a browser may be",
    "{user_agent: {}, type: date}": "browsers cannot be date",
}


@pytest.mark.parametrize("law", REFUSED)
def test_what_cannot_be_honoured_is_refused(law):
    above = "_odd: {choice: {de_DE: 1, xx_XX: 1}}\n_null: {choice: {de_DE: 1}, null_share: 0.1}\n_two: {choice: {de_DE: 1, nl_NL: 1}}\nmaybe: {choice: {a: 1}, null_share: 0.1}"
    with pytest.raises(SpecError, match=re.escape(REFUSED[law])):
        column(law, 5, above)


GROWING = {
    "{coined: {syllables: 1}, type: varchar(7)}": (512, "a value may be 8 long, and it is varchar(7)"),
    "{company: nl_NL, type: varchar(18)}": (WORDS, "and it is varchar(18)"),
    "{company: {locale: _l}, type: varchar(28)}": (WORDS, "and it is varchar(28)"),
    "{url: {segments: 0}, type: varchar(28)}": (WORDS, "and it is varchar(28)"),
}


@pytest.mark.parametrize("law", GROWING)
def test_names_that_get_longer_with_their_rows_fit(law):
    rows, message = GROWING[law]
    above = "_l: {choice: {de_DE: 1, nl_NL: 1}}" if "_l" in law else ""
    longest = int(re.search(r"varchar\((\d+)\)", law)[1])
    assert max(map(len, column(law, rows, above))) <= longest
    with pytest.raises(SpecError, match=re.escape(message)):
        column(law, rows + 1, above)
