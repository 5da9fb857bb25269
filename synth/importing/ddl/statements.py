"""A text of DDL as its statements, without what a dump holds besides them: rows, commands of shells, delimiters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from synth.importing.ddl.lexer import Token, next_token

__all__ = ["OBJECTS", "statements"]

ROUTINES = frozenset(("FUNCTION", "PROCEDURE", "PROC", "TRIGGER", "EVENT", "PACKAGE", "AGGREGATE"))
OBJECTS = ROUTINES | frozenset((
    "TABLE", "VIEW", "INDEX", "TYPE", "DOMAIN", "SEQUENCE", "SCHEMA", "DATABASE", "EXTENSION", "RULE", "POLICY", "ROLE",
    "USER", "LOGIN", "SERVER", "PUBLICATION", "SUBSCRIPTION", "COLLATION", "CAST", "OPERATOR", "MACRO", "SYNONYM", "DEFAULT",
    "STATISTICS", "LANGUAGE", "TABLESPACE", "XML", "FULLTEXT", "PARTITION", "CONVERSION", "SECRET", "ASSEMBLY",
    "CERTIFICATE",
))  # fmt: skip
# with which a statement of SQL Server begins in a new line, as no semicolon need end the one before
_STARTS = (
    r"(?:CREATE|ALTER|EXEC|EXECUTE|INSERT|GRANT|USE|IF|PRINT|DECLARE|DROP|UPDATE|DELETE|TRUNCATE|MERGE|BEGIN|END|GO|"
    r"SET\s+(?:\w+_\w+|NOCOUNT|@\w+|CONTEXT_INFO|LANGUAGE))\b"
)
_T_SQL_START = re.compile(rf"[ \t]*{_STARTS}", re.IGNORECASE)
# with which one of any database begins behind a table, where the semicolon was forgotten
_FORGOTTEN = re.compile(
    r"[ \t]*(?:(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|UNIQUE)|INSERT\s+INTO|COMMENT\s+ON)\b", re.IGNORECASE
)
_NEXT_TABLE = re.compile(r"[ \t]*CREATE\s+TABLE\b", re.IGNORECASE)
_GO = re.compile(r"[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*(?=\r?\n|\Z)", re.IGNORECASE)
_SHELL = re.compile(r"\\[a-z!][^\n]*|\.[a-z]+[^\n]*")
_DELIMITER = re.compile(r"DELIMITER[ \t]+(\S+)[^\n]*", re.IGNORECASE)
# rows, over which it goes without looking at them
_ROWS = re.compile(
    r"(?:INSERT|REPLACE|UPDATE|DELETE|MERGE)\b"
    r"(?:[^;'\"-]++|--[^\n]*+|-|(?<=\W[eE])'(?:[^'\\]++|''|\\.)*+'|'(?:[^']|'')*+'|\"[^\"]*+\")*+;?",
    re.IGNORECASE | re.DOTALL,
)
_ROWS_MYSQL = re.compile(
    r"(?:INSERT|REPLACE|UPDATE|DELETE|LOAD)\b"
    r"(?:[^;'\"`]++|'(?:[^'\\]++|''|\\.)*+'|\"(?:[^\"\\]++|\\.)*+\"|`[^`]*+`)*+;?",
    re.IGNORECASE | re.DOTALL,
)
_ROWS_T_SQL = re.compile(
    rf"(?:INSERT|UPDATE|DELETE|MERGE)\b(?:[^;'\n]++|'(?:[^']|'')*+'|\n(?!\s*{_STARTS}))*+;?", re.IGNORECASE
)
_COPIED = re.compile(r"[^\n]*\n(?:.*?\n)??\\\.[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def statements(text: str, dialect: str) -> Iterator[list[Token]]:
    """The statements of a text, in their order: the tokens of each, without what ends it."""
    return _Splitter(text, dialect).statements()


class _Splitter:
    """A place in a text, and the statement that is open there."""

    def __init__(self, text: str, dialect: str):
        self.text, self.dialect = text, dialect
        self.at, self.delimiter, self.line_start = 0, ";", True
        self.rows = {"mysql": _ROWS_MYSQL, "tsql": _ROWS_T_SQL}.get(dialect, _ROWS)
        self.begin()

    def begin(self) -> None:
        """Open a new statement."""
        self.tokens: list[Token] = []
        self.depth, self.blocks = 0, 0  # brackets, and BEGIN … END of a routine
        self.made = ""  # what a CREATE makes

    def statements(self) -> Iterator[list[Token]]:
        """Each statement, once it is whole."""
        while self.at < len(self.text):
            if self.tokens and self._is_over():
                yield self.tokens
                self.begin()
            if self._between():
                continue
            if self._at_delimiter():
                if self.tokens:
                    yield self.tokens
                self.at += len(self.delimiter)
                self._skip_copied()
                self.begin()
                continue
            self._step()
        if self.tokens:
            yield self.tokens

    def _is_over(self) -> bool:
        """Whether the open statement ended before this line, without a delimiter."""
        if not self.line_start:
            return False
        if self.dialect == "tsql" and _GO.match(self.text, self.at):
            return True
        if self.made == "TABLE" and _NEXT_TABLE.match(self.text, self.at):  # also where a bracket was forgotten
            return True
        if self.depth > 0 or self.made in ROUTINES or self.made == "VIEW":
            return False
        if self.dialect == "tsql":
            return _T_SQL_START.match(self.text, self.at) is not None and not _hangs(self.tokens)
        return self.made == "TABLE" and _FORGOTTEN.match(self.text, self.at) is not None

    def _between(self) -> bool:
        """Go over what is no statement, and say whether there was something."""
        found = None
        if self.line_start and self.dialect == "tsql":
            found = _GO.match(self.text, self.at)
        if not self.tokens and found is None:
            if self.dialect == "mysql" and (found := _DELIMITER.match(self.text, self.at)):
                self.delimiter = found[1]
            elif self.line_start:
                found = _SHELL.match(self.text, self.at)
            found = found or self.rows.match(self.text, self.at)
            self.line_start = self.line_start and found is None
        if found:
            self.at = found.end()
        return found is not None

    def _at_delimiter(self) -> bool:
        """Whether a delimiter stands here, and not within a routine."""
        if not self.text.startswith(self.delimiter, self.at):
            return False
        return self.delimiter != ";" or not (self.blocks or (self.dialect == "tsql" and self.made in ROUTINES))

    def _skip_copied(self) -> None:
        """Go over the rows that follow a COPY."""
        if self.tokens and self.tokens[0].word == "COPY" and any(token.word == "STDIN" for token in self.tokens):
            copied = _COPIED.match(self.text, self.at)
            self.at = copied.end() if copied else len(self.text)
            self.line_start = True

    def _step(self) -> None:
        """Take a token."""
        token = next_token(self.text, self.at, self.dialect)
        self.at = token.end
        if token.kind == "blank":
            self.line_start = self.line_start or "\n" in token.text or token.text[0] in "-#"
            return
        self.line_start = False
        self.tokens.append(token)
        if token.kind == "sign":
            self.depth += {"(": 1, ")": -1}.get(token.text, 0)
        elif token.kind == "word":
            if not self.made and token.word in OBJECTS and self.tokens[0].word in ("CREATE", "ALTER"):
                self.made = token.word
            if self.made in ROUTINES and self.delimiter == ";" and self.dialect != "tsql":
                self.blocks = max(0, self.blocks + _opened(self.tokens))


def _opened(tokens: list[Token]) -> int:
    """How many blocks the last word of a routine opens, or closes, which is -1."""
    last, before = tokens[-1].word, tokens[-2].word if len(tokens) > 1 else ""
    if before == "END":  # which was counted for a block
        return 1 if last in ("IF", "WHILE", "LOOP", "REPEAT", "FOR") else 0
    return {"BEGIN": 1, "CASE": 1, "END": -1}.get(last, 0)


def _hangs(tokens: list[Token]) -> bool:
    """Whether a statement cannot end here, so that the word of a new line belongs to it, as in ON DELETE."""
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
    )
