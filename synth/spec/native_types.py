"""Types that one database has of its own, as its DDL spells them: `{postgres: inet, mysql: mediumint unsigned}`.

Such a text goes into statements as it is. So it is read here first: a type and nothing behind it, whoever wrote the spec.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

__all__ = ["NativeTypes", "is_native_type"]

MOST_SIGNS = 10_000
_TOKEN = re.compile(
    r"""\s*(?:(?P<word>[A-Za-z_]\w*)|(?P<name>"(?:[^"\\]|"")+")|(?P<text>'(?:[^'\\]|'')*')|(\d+)|([][(),.]))"""
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


def _known(text: str) -> str:
    if not is_native_type(text):
        raise ValueError(
            f"{text!r} is no type of a database: write its name with what stands in brackets, as in varchar(20) or text[]"
        )
    return text.strip()


NativeTypes = dict[
    Literal["postgres", "mysql", "tsql", "sqlite", "duckdb"], Annotated[str, AfterValidator(_known)]
]  # by the name of a database
