"""Texts of DDL as tokens, in the spelling of each database: words, names in quotes, texts, numbers and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

__all__ = ["Token", "next_token"]

# what stands for nothing; the marks of MySQL's conditional comments do too, and what is within them is read
_BLANK = r"\s+|--[^\n]*"
_COMMENT = r"/\*.*?(?:\*/|\Z)"
_TEXT, _TEXT_WITH_ESCAPES = r"'(?:[^']|'')*+'", r"'(?:[^'\\]|''|\\.)*+'"
_WORD = r"[^\W\d][\w$#]*|@@?\w+"
_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_ESCAPED, _ESCAPES = re.compile(r"\\(.)", re.DOTALL), {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b"}
_SIGN = r"::|<>|!=|<=|>=|\|\||->>|->|:=|."


@dataclass(frozen=True, slots=True)
class Token:
    """A token: `kind` is word, name (in quotes), text, number or sign; `text` is without quotes; places are the source's."""

    kind: str
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """The word in capitals, where it is one that is not in quotes; else nothing."""
        return self.text.upper() if self.kind == "word" else ""


@cache
def _pattern(dialect: str) -> re.Pattern[str]:
    """What a token may be."""
    blank, text, name = f"{_BLANK}|{_COMMENT}", rf"[nN]?{_TEXT}|[bBxX]{_TEXT}", r'"(?:[^"]|"")*+"'
    if dialect == "mysql":
        blank = rf"{_BLANK}|\#[^\n]*|/\*M?!\d*|\*/|{_COMMENT}"
        text = rf"[nN]?{_TEXT_WITH_ESCAPES}|[bBxX]{_TEXT}|_\w+\s*{_TEXT_WITH_ESCAPES}|" + r'"(?:[^"\\]|""|\\.)*+"'
        name = r"`(?:[^`]|``)*+`"
    elif dialect in ("postgres", "duckdb"):
        text = rf"[eE]{_TEXT_WITH_ESCAPES}|[uU]&{_TEXT}|{text}|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
    elif dialect == "tsql":
        name = rf"{name}|\[(?:[^\]]|\]\])*+\]"
    elif dialect == "sqlite":
        name = rf"{name}|\[[^\]]*+\]|`(?:[^`]|``)*+`"
    parts = {"blank": blank, "text": text, "name": name, "word": _WORD, "number": _NUMBER, "sign": _SIGN}
    return re.compile("|".join(f"(?P<{kind}>{part})" for kind, part in parts.items()), re.DOTALL)


def next_token(text: str, at: int, dialect: str) -> Token:
    """The token at a place of a text, of kind blank where nothing stands there."""
    found = _pattern(dialect).match(text, at)
    assert found is not None  # a sign is any character
    kind = found.lastgroup if found.lastgroup != "tag" else "text"
    whole = found[0]
    return Token(
        kind or "sign", _unquoted(whole, dialect == "mysql") if kind in ("text", "name") else whole, at, found.end()
    )


def _unquoted(whole: str, escapes: bool) -> str:
    """A text or name without its quotes; `escapes` says whether a backslash means something in it."""
    if whole[-1] == "$":
        return whole.split("$", 2)[2].rsplit("$", 2)[0]
    first = next(at for at, sign in enumerate(whole) if sign in "'\"`[")
    quote = whole[-1]
    inside = whole[first + 1 : -1].replace(quote * 2, quote)
    if quote == "`" or not (escapes or (whole[0] in "eE" and first)):
        return inside
    return _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), inside)
