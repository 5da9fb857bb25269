"""Which database a text of DDL was written for, from the words that it uses."""

from __future__ import annotations

import re

__all__ = ["guessed"]

_LOOKED_AT = 100_000  # characters at each end of a text, without rows
_SURE = 4  # the weight of a word that no other database has; the others weigh 1
# as they stand in a text in capitals
_SIGNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # sure ones, and others
    "postgres": (
        (
            r"^COPY\b.*\bFROM STDIN", r"\bALTER TABLE ONLY\b", r"\b(?:BIG|SMALL)?SERIAL\b(?! *DEFAULT)", r"\w'?\)?::\w",
            r"\bCREATE DOMAIN\b|\bAS ENUM\b", r"\bJSONB\b|\bBYTEA\b", r"\bOWNER TO\b",
        ),
        (
            r"\bCHARACTER VARYING\b", r"\bTIMESTAMPTZ\b|\bTIMESTAMP WITH(?:OUT)? TIME ZONE\b", r"\bCREATE EXTENSION\b",
            r"\$\w*\$", r"\bGENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY\b", r"\b\w+\[\]", r"\bCOMMENT ON\b", r"\bNOW\(\)",
        ),
    ),
    "mysql": (
        (r"\bENGINE\s*=", r"\bAUTO_INCREMENT\b", r"/\*!\d{5}", r"^DELIMITER\b", r"`\w+`", r"\bCHARSET\s*=\s*\w"),
        (
            r"\bUNSIGNED\b", r"\b(?:MEDIUM|LONG|TINY)(?:TEXT|BLOB)\b", r"\bENUM\s*\(\s*'", r"\bTINYINT\s*\(1\)",
            r"\bCOMMENT\s+'", r"\bUNIQUE KEY\b", r"\bMEDIUMINT\b",
        ),
    ),
    "tsql": (
        (
            r"^[ \t]*GO[ \t]*$", r"\[\w+\]\s*\.\s*\[\w+\]", r"\bSP_ADDEXTENDEDPROPERTY\b", r"\bIDENTITY\s*\(\s*\d+\s*,",
            r"\bNVARCHAR\s*\(\s*MAX\b|\bNTEXT\b", r"\bUNIQUEIDENTIFIER\b", r"\bDATETIMEOFFSET\b|\bDATETIME2\b",
            r"\bNONCLUSTERED\b",
        ),
        (
            r"\bIDENTITY\b", r"\bNV?(?:AR)?CHAR\b", r"\bGETDATE\s*\(", r"\[\w+\]\s+\[?\w+\]?",
            r"\bSET (?:ANSI_NULLS|QUOTED_IDENTIFIER)\b", r"\bBIT\b",
        ),
    ),
    "sqlite": (
        (
            r"\bAUTOINCREMENT\b", r"^[ \t]*PRAGMA\b", r"\bWITHOUT ROWID\b", r"\bSQLITE_SEQUENCE\b",
            r"\bCREATE VIRTUAL TABLE\b", r"\w\] +INTEGER\b",
        ),
        (
            r"\bINTEGER\s+(?:NOT NULL\s+)?PRIMARY KEY\b", r"\)\s*STRICT\b",
            r"\bSTRFTIME\s*\(|\bDATETIME\s*\(''\)", r"\bGLOB\s*''",
        ),
    ),
    "duckdb": (
        (
            r"\bU?HUGEINT\b|\bU(?:BIG|SMALL|TINY)INT\b|\bUINTEGER\b", r"\b(?:STRUCT|MAP)\s*\(\s*\w+", r"\bMACRO\b",
            r"\b(?:INSTALL|LOAD)\s+\w+\s*;", r"\bTIMESTAMP_(?:S|MS|NS)\b", r"\bUNION\s*\(\s*\w+\s+\w+\s*,",
        ),
        (r"\bENUM\s*\(\s*'", r"\bVARCHAR\s*\[\]"),
    ),
}  # fmt: skip
_NOT_LOOKED_AT = re.compile(r"--[^\n]*|^INSERT [^\n]*|N?'(?:[^'\n]|'')*'", re.MULTILINE)


def guessed(text: str) -> tuple[str, str]:
    """The database, and why it is taken for it: the first of its words that the text has."""
    looked = text if len(text) <= 2 * _LOOKED_AT else text[:_LOOKED_AT] + text[-_LOOKED_AT:]
    bare = _NOT_LOOKED_AT.sub(lambda found: "''" if found[0][-1] == "'" else "", looked.upper())
    weights, why = {}, dict[str, str]()
    for dialect, (sure, others) in _SIGNS.items():
        weights[dialect] = 0
        for weight, sign in [*((_SURE, each) for each in sure), *((1, each) for each in others)]:
            found = re.search(sign, bare, re.MULTILINE)
            if found:
                weights[dialect] += weight
                why.setdefault(dialect, " ".join(found[0].split()))
    best = max(weights, key=lambda each: weights[each])
    return (
        (best, f"it says {why[best]}")
        if weights[best]
        else ("postgres", "no word in it tells which database it is for")
    )
