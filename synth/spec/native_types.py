"""Types that one database has of its own, as its DDL spells them: `{postgres: inet, mysql: mediumint unsigned}`.

Such a text goes into statements as it is. So it is read here first: a type and nothing behind it, whoever wrote the spec.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

__all__ = ["COMPUTING", "Computed", "NativeTypes", "is_expression", "is_native_type"]

MOST_SIGNS = 10_000
COMPUTING = ("postgres", "mysql", "sqlite")  # databases that keep what they have computed, and take no other value
_TOKEN = re.compile(
    r"""\s*(?:(?P<word>[A-Za-z_]\w*)|(?P<name>"(?:[^"\\]|"")+")|(?P<text>'(?:[^'\\]|'')*')|(\d+)|([][(),.]))"""
)
_IN_EXPRESSION = re.compile(
    r"""\s*(?:[^\W\d]\w*|"(?:[^"\\]|"")+"|`[^`\\]+`|'(?:[^'\\]|'')*'|\d+(?:\.\d+)?|(?!--|/\*)[][(),.:+*/%<>=!|&^~-])"""
)
# words with which begins what may stand behind a type
_BEHIND = frozenset((
    "as", "auto_increment", "check", "comment", "constraint", "default", "deferrable", "foreign", "generated", "identity",
    "initially", "invisible", "key", "not", "null", "on", "persisted", "primary", "references", "sparse", "stored", "unique",
    "using", "virtual",
))  # fmt: skip


def is_native_type(text: str) -> bool:
    """Tell whether a text is a type, with what stands in its brackets, and nothing more."""
    if not text.isprintable() or len(text) > MOST_SIGNS:
        return False
    at, depth, opened, first = 0, 0, "", True
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or (first and not (token["word"] or token["name"])):
            return False
        sign = token[0].strip()
        if sign in ("(", "["):
            depth, opened = depth + 1, opened + sign
        elif sign in (")", "]"):
            if not opened or opened[-1] + sign not in ("()", "[]"):
                return False
            depth, opened = depth - 1, opened[:-1]
        elif not depth and (sign == "," or token["text"] or sign.lower() in _BEHIND):
            return False
        at, first = token.end(), False
    return not depth and not first


def is_expression(text: str) -> bool:
    """Tell whether a text is one expression of names, numbers, texts and operators, with nothing behind it."""
    text, at, opened = text.strip(), 0, ""
    if not text.isprintable() or len(text) > MOST_SIGNS:
        return False
    while at < len(text):
        token = _IN_EXPRESSION.match(text, at)
        if token is None:
            return False
        sign = token[0].strip()
        if sign in ("(", "["):
            opened += sign
        elif sign in (")", "]"):
            if opened[-1:] + sign not in ("()", "[]"):
                return False
            opened = opened[:-1]
        elif sign == "," and not opened:
            return False
        at = token.end()
    return not opened and at > 0


def _closed(text: str) -> str:
    if not is_expression(text):
        raise ValueError(f"{text!r} is no expression of SQL without comments, backslashes and further statements")
    return text.strip()


def _known(text: str) -> str:
    if not is_native_type(text):
        raise ValueError(
            f"{text!r} is no type of a database: write its name with what stands in brackets, as in varchar(20) or text[]"
        )
    return text.strip()


NativeTypes = dict[
    Literal["postgres", "mysql", "tsql", "sqlite", "duckdb"], Annotated[str, AfterValidator(_known)]
]  # by the name of a database
Computed = dict[Literal["postgres", "mysql", "sqlite"], Annotated[str, AfterValidator(_closed)]]
