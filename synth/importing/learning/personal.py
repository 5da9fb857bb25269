"""Whether a column looks personal: by its name in English, German or French, or by what many of its values look like.

None of the values of such a column is ever learnt. It is better to take too many columns for personal than too few: what
is lost is a choice of weights, which a spec can say by hand.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import pairwise

from synth.dtypes import DType
from synth.generators.word_lists import faker_list
from synth.importing.learning.asking import Asking, literal, name_of
from synth.importing.learning.personal_words import ABOUT, LEDGER, NAMES, PERSONS, PRIVATE

__all__ = [
    "LOOKED_AT", "NAMES_TABLE", "by_content", "by_name", "is_of_persons", "know_given_names", "looks_personal",
    "words_of",
]  # fmt: skip

SO_MANY_NAMES = 0.4  # of texts that differ: so many that have a given name are names of persons
SO_MANY = 0.1  # of a column's texts: from so many on, that look like something personal, the column does
LOOKED_AT = 2_000  # rows whose texts are looked at

# What stands in a text, as regular expressions. Dates and codes of few digits are no telephone numbers.
_BEGIN, _END = r"(?:^|[^\w.@-])", r"(?:$|[^\w@-])"
_LOOKS = {
    what: f"{_BEGIN}(?:{look}){_END}"
    for what, look in {
        "an e-mail address": r"[^\s@]+@[^\s@]+\.[^\s@]+",
        "a telephone number": r"\+[0-9][0-9 ()./-]{6,20}|\(?0[0-9]{1,5}\)?[ /-][0-9 /-]{4,16}|"
        r"\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}",
        "a bank account": r"[A-Z]{2}[0-9]{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}",
        "a payment card": r"[3-6][0-9]{3}[ -]?[0-9]{4}[ -]?[0-9]{4}[ -]?[0-9]{1,7}|3[47][0-9]{2}[ -]?[0-9]{6}[ -]?[0-9]{5}",
        "a network address": r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}|(?:[0-9a-fA-F]{0,4}:){3,7}[0-9a-fA-F]{0,4}|"
        r"(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}",
        "an official number": r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
        "an address": r"[\w.-]*(?i:stra(?:ß|ss)e|str\.|gasse|weg|platz|allee) ?[0-9]+[a-z]?|"
        r"[0-9]+[a-z]?,? (?:[\w'.-]+ ){0,3}(?i:street|st\.?|road|rd\.?|avenue|ave\.?|lane|drive|rue|boulevard|bd|chemin)|"
        r"[0-9]+[a-z]?,? (?i:rue|avenue|boulevard|bd|chemin|place|quai) .+",
    }.items()
}
_ANY = "|".join(_LOOKS.values())
_WORDS = r"^\p{Lu}[\p{L}'’.-]+(?:,? [\p{L}'’.-]+){0,3}$"  # one to four words, the first in a capital
NAMES_TABLE = '"synth given names"'
_LOCALES = ("en_US", "en_GB", "de_DE", "fr_FR")


def words_of(name: str) -> list[str]:
    """The words that a name is made of, in small letters without accents: `dateOfBirth` is date, of and birth."""
    plain = unicodedata.normalize(
        "NFKD", name.replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    )
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    apart = re.sub(r"([a-z0-9])([A-Z])|([A-Z])([A-Z][a-z])", r"\1\3 \2\4", plain)
    return re.sub(r"[^a-z0-9]+", " ", apart.lower()).split()


def by_name(table: str, column: str, dtype: DType) -> str | None:
    """What a column of such a name holds of a person; None if nothing, or only something about it, as `phone_type` does."""
    words = words_of(column)
    pairs = {" ".join(two) for two in pairwise(words)}
    for what, (single, several) in NAMES.items():
        if {*words} & {*single.split()} or pairs & {*several.split("|")}:
            about = what != PRIVATE and (dtype.name == "boolean" or words[-1] in ABOUT)
            return None if about else what
    named = words == ["name"] and is_of_persons(table)
    by_somebody = words[-1:] == ["by"] and dtype.name in ("varchar", "char")  # created_by
    return "a person's name" if named or by_somebody else None


def is_of_persons(table: str) -> bool:
    """Whether the rows of a table of such a name are persons: the last of its words says what they are."""
    words = words_of(table)
    last = words[-1:]
    return LEDGER.isdisjoint(words) and any(word in PERSONS or word.removesuffix("s") in PERSONS for word in last)


def looks_personal(value: object) -> bool:
    """Whether a single value is a text in which something stands that looks personal."""
    return isinstance(value, str) and any(re.search(look, value) for look in _LOOKS.values())


def by_content(asking: Asking, relation: str, column: str, dtype: DType) -> str | None:
    """What many texts of a column look like; None if nothing, or if it holds no texts. Raises DataError.

    Names of persons are told from other words by given names, in English, German and French.
    """
    if dtype.name not in ("varchar", "char"):
        return None
    texts = f"SELECT {name_of(column)} AS v, count(*) AS n FROM {relation} WHERE v IS NOT NULL GROUP BY v"
    some, words = asking.row(
        f"SELECT sum(CASE WHEN regexp_matches(v, '[0-9@]') AND regexp_matches(v, {literal(_ANY)}) THEN n END) / sum(n),"
        f" sum(CASE WHEN regexp_matches(v, {literal(_WORDS)}) THEN n END) / sum(n) FROM ({texts})"
    )
    if (some or 0) >= SO_MANY:
        counted = [
            f"coalesce(sum(CASE WHEN regexp_matches(v, {literal(look)}) THEN n END), 0)" for look in _LOOKS.values()
        ]
        found = asking.row(f"SELECT {', '.join(counted)} FROM ({texts})")
        return max(zip(found, _LOOKS, strict=True))[1]
    if (words or 0) < SO_MANY_NAMES:
        return None
    tokens = "string_split_regex(lower(v), '[ ,.]+')"
    named = " OR ".join(f"{tokens}[{place}] IN (SELECT name FROM {NAMES_TABLE})" for place in (1, -1))
    share = asking.row(f"SELECT avg(({named})::INTEGER) FROM ({texts})")[0]
    return "a person's name" if share >= SO_MANY_NAMES else None


def know_given_names(asking: Asking) -> None:
    """Make a table of given names, which `by_content` looks into. Raises DataError."""
    asking.do(f"CREATE OR REPLACE TEMP TABLE {NAMES_TABLE} AS SELECT unnest({_given_names()}) AS name")


@cache
def _given_names() -> str:
    """Given names in small letters, as a list in SQL."""
    lists = [
        faker_list("person", locale, f"first_names_{sex}", "first_names")
        for locale in _LOCALES
        for sex in ("male", "female")
    ]
    return f"[{', '.join(literal(name) for name in sorted({name.lower() for words in lists for name in words}))}]"
