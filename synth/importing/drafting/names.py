"""Names that a spec can have for the names of a source, no two alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from synth.spec.row_models import LONGEST_NAME

__all__ = ["all_words_of", "spec_name", "spec_names", "words_of"]

# words that others are often glued to: orderdate, custkey, retailprice
_GLUED = re.compile(
    r"(?<=[a-z]{3})(date|price|name|number|code|type|status|time|amount|total|address|phone|datum|preis|nummer|betrag)$"
)
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def spec_name(name: str) -> str:
    """A name of letters, digits and `_`, which does not begin with a digit or `_`: `Order Details` is Order_Details."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9_]+", "_", plain).strip("_") or "x"
    return (f"n{kept}" if kept[0].isdigit() else kept)[:LONGEST_NAME]


def spec_names(names: Iterable[str]) -> dict[str, str]:
    """What each name is called in a spec; those that would be alike, but for capitals too, get a number."""
    found, taken = dict[str, str](), set[str]()
    for name in names:
        base = spec_name(name)
        new, number = base, 2
        while new.lower() in taken:
            new, number = f"{base[: LONGEST_NAME - 4]}_{number}", number + 1
        found[name] = new
        taken.add(new.lower())
    return found


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in small letters: `createdAt`, `created_at` and `CREATED AT` are (created, at)."""
    return tuple(part.lower() for part in _PARTS.findall(spec_name(name)))


def all_words_of(name: str) -> frozenset[str]:
    """The words of a name, and those that are glued together in them: `orderdate` is orderdate, order and date."""
    words = words_of(name)
    return frozenset(words) | {part for word in words for part in _GLUED.sub(r" \1", word).split()}
