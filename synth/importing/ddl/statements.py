"""A text of DDL as its statements, with what a dump holds besides them left out: rows, commands of shells, delimiters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from synth.importing.ddl.lexer import Token, next_token

__all__ = ["OBJECTS", "ROUTINES", "Statement", "statements"]

ROUTINES = frozenset(("FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "EVENT", "PACKAGE", "AGGREGATE"))
OBJECTS = ROUTINES | frozenset((
    "TABLE", "VIEW", "INDEX", "TYPE", "DOMAIN", "SEQUENCE", "SCHEMA", "DATABASE", "EXTENSION", "RULE", "POLICY", "ROLE", "USER",
    "LOGIN", "SERVER", "PUBLICATION", "SUBSCRIPTION", "COLLATION", "CAST", "OPERATOR", "MACRO", "SYNONYM", "DEFAULT", "STATISTICS",
    "LANGUAGE", "TABLESPACE", "XML", "FULLTEXT", "PARTITION", "CONVERSION", "SECRET", "ASSEMBLY", "CERTIFICATE",
))  # fmt: skip
_STARTS = (
    r"(?:CREATE|ALTER|EXEC|EXECUTE|INSERT|GRANT|USE|IF|PRINT|DECLARE|DROP|UPDATE|DELETE|TRUNCATE|MERGE|BEGIN|END|GO|"
    r"SET\s+(?:\w+_\w+|NOCOUNT|@\w+|CONTEXT_INFO|LANGUAGE))\b"
)
_T_SQL_START = re.compile(rf"[ \t]*{_STARTS}", re.IGNORECASE)
_GO = re.compile(r"[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*(?=\r?\n|\Z)", re.IGNORECASE)
_SHELL = re.compile(r"\\[a-z!][^\n]*|\.[a-z]+[^\n]*")
_DELIMITER = re.compile(r"DELIMITER[ \t]+(\S+)[^\n]*", re.IGNORECASE)
# rows are walked over without looking at them
_ROWS = re.compile(
    r"(?:INSERT|REPLACE|UPDATE|DELETE|MERGE)\b(?:[^;'\"]++|'(?:[^']|'')*+'|\"[^\"]*+\")*+;?", re.IGNORECASE
)
_ROWS_ESCAPED = re.compile(
    r"(?:INSERT|REPLACE|UPDATE|DELETE|LOAD)\b(?:[^;'\"]++|'(?:[^'\\]++|''|\\.)*+'|\"(?:[^\"\\]++|\\.)*+\")*+;?",
    re.IGNORECASE | re.DOTALL,
)
_ROWS_T_SQL = re.compile(
    rf"(?:INSERT|UPDATE|DELETE|MERGE)\b(?:[^;'\n]++|'(?:[^']|'')*+'|\n(?!\s*{_STARTS}))*+;?", re.IGNORECASE
)
_COPIED = re.compile(r"[^\n]*\n(?:.*?\n)??\\\.[ \t]*(?:\r?\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Statement:
    """The tokens of a statement, without what ends it."""

    tokens: list[Token]

    def starts(self, *words: str) -> bool:
        """Whether it begins with these words."""
        return len(self.tokens) >= len(words) and all(
            token.word == word for token, word in zip(self.tokens, words, strict=False)
        )


def statements(text: str, dialect: str) -> Iterator[Statement]:
    """The statements of a text, in their order."""
    at, delimiter, tokens, depth, nested = 0, ";", list[Token](), 0, 0
    routine = whole_batch = False
    made = ""  # what a CREATE makes
    rows = {"mysql": _ROWS_ESCAPED, "tsql": _ROWS_T_SQL}.get(dialect, _ROWS)
    line_start = True
    while at < len(text):
        if line_start and dialect == "tsql" and (go := _GO.match(text, at)):
            if tokens:
                yield Statement(tokens)
            tokens, depth, routine, whole_batch, made = [], 0, False, False, ""
            at = go.end()
            continue
        if (
            line_start and dialect == "tsql" and tokens and depth <= 0 and not whole_batch
            and _T_SQL_START.match(text, at) and not _hangs(tokens)
        ):  # fmt: skip
            yield Statement(tokens)
            tokens, depth, made = [], 0, ""
        if not tokens:
            if (found := _DELIMITER.match(text, at)) and dialect == "mysql":
                delimiter, at = found[1], found.end()
                continue
            if line_start and (found := _SHELL.match(text, at)):
                at = found.end()
                continue
            if found := rows.match(text, at):
                at, line_start = found.end(), False
                continue
        if text.startswith(delimiter, at) and not (nested and delimiter == ";") and not (routine and dialect == "tsql"):
            if tokens:
                yield Statement(tokens)
            at += len(delimiter)
            if tokens and tokens[0].word == "COPY" and any(token.word == "STDIN" for token in tokens):
                copied = _COPIED.match(text, at)
                at = copied.end() if copied else len(text)
            tokens, depth, nested, routine, whole_batch, made = [], 0, 0, False, False, ""
            continue
        token = next_token(text, at, dialect)
        at = token.end
        if token.kind == "blank":
            line_start = line_start or "\n" in text[token.start : token.end] or text[token.start] == "-"
            continue
        line_start = False
        tokens.append(token)
        if token.kind == "sign":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
        elif token.kind == "word":
            if not made and token.word in OBJECTS and tokens[0].word in ("CREATE", "ALTER"):
                made = token.word
                routine, whole_batch = made in ROUTINES, made in ROUTINES or made == "VIEW"
            if routine and delimiter == ";" and dialect != "tsql":
                nested = max(0, nested + _opened(tokens))
    if tokens:
        yield Statement(tokens)


def _opened(tokens: list[Token]) -> int:
    """How many blocks the last word of a routine opens (1) or closes (-1)."""
    last, before = tokens[-1].word, tokens[-2].word if len(tokens) > 1 else ""
    if before == "END":
        return 1 if last in ("IF", "WHILE", "LOOP", "REPEAT") else 0  # the END counted for a block
    return {"BEGIN": 1, "CASE": 1, "END": -1}.get(last, 0)


def _hangs(tokens: list[Token]) -> bool:
    """Whether a statement cannot end here, as what stands in a new line belongs to it: ON DELETE, ON UPDATE."""
    return tokens[0].word != "SET" and tokens[-1].word in (
        "ON",
        "FOR",
        "OR",
        "AS",
        "AFTER",
        "WITH",
        "OF",
        "DELETE",
        "UPDATE",
        ",",
    )
