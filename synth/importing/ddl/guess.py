"""Which database a text of DDL was written for, from the words that one alone has."""

from __future__ import annotations

import re

__all__ = ["guessed"]

_HEAD = 200_000  # characters that are looked at, and as many at the end
_SIGNS = {
    "mysql": (r"\bENGINE\s*=", r"\bAUTO_INCREMENT\b", r"`\w+`", r"/\*!\d{5}", r"\bUNSIGNED\b", r"^DELIMITER\b", r"\b(?:MEDIUM|LONG|TINY)(?:TEXT|BLOB)\b",
              r"\bENUM\s*\(\s*'", r"\bTINYINT\s*\(1\)", r"\bCHARSET\s*="),
    "tsql": (r"^\s*GO\s*$", r"\[\w+\]\s*\.\s*\[\w+\]", r"\bIDENTITY\s*(?:\(|\b(?!\s*\())", r"\bN(?:VAR)?CHAR\b|\bNTEXT\b", r"\bGETDATE\s*\(",
             r"\bUNIQUEIDENTIFIER\b", r"\bDATETIME2?OFFSET\b|\bDATETIME2\b", r"\bNONCLUSTERED\b", r"\[\w+\]\s+(?:\[?\w+\]?)", r"\bSP_ADDEXTENDEDPROPERTY\b", r"^\s*(?:SET\s+(?:ANSI_NULLS|QUOTED_IDENTIFIER))\b"),
    "postgres": (r"\b(?:BIG|SMALL)?SERIAL\b", r"\w'?::\w", r"\bCHARACTER VARYING\b", r"^COPY\b.*\bFROM stdin", r"\bJSONB\b|\bBYTEA\b|\bTIMESTAMPTZ\b",
                 r"\bTIMESTAMP WITH(?:OUT)? TIME ZONE\b", r"\bCREATE (?:TYPE\b.*\bAS ENUM|DOMAIN|EXTENSION)\b", r"\bOWNER TO\b", r"\$\w*\$", r"\bGENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY\b", r"\bALTER TABLE ONLY\b", r"\b\w+\[\]"),
    "sqlite": (r"\bAUTOINCREMENT\b", r"^\s*PRAGMA\b", r"\bWITHOUT ROWID\b", r"\bINTEGER\s+(?:NOT NULL\s+)?PRIMARY KEY\b", r"\bsqlite_sequence\b", r"\bCREATE VIRTUAL TABLE\b", r"\)\s*STRICT\b", r"\bstrftime\s*\("),
    "duckdb": (r"\bHUGEINT\b|\bU(?:BIG|SMALL|TINY)INT\b|\bUINTEGER\b", r"\bSTRUCT\s*\(", r"\bCREATE (?:OR REPLACE )?MACRO\b", r"\bMAP\s*\(\s*\w+\s*,", r"\bUNION\s*\(\s*\w+\s+\w+", r"\b(?:INSTALL|LOAD)\s+\w+\s*;", r"\bgen_random_uuid\(\).*\bHUGEINT\b"),
}  # fmt: skip
# a sign that no other database has
_SURE = 4
_SURE_SIGNS = {"mysql": (0, 1, 3), "tsql": (0, 1, 9), "postgres": (3, 10, 0), "sqlite": (0, 2, 4), "duckdb": (0, 1)}


def guessed(text: str) -> tuple[str, str]:
    """The database, and why it is taken for it: the first of its words that the text has."""
    looked = text if len(text) <= 2 * _HEAD else text[:_HEAD] + text[-_HEAD:]
    bare = re.sub(r"--[^\n]*|N?'(?:[^'\n]|'')*'", lambda found: "''" if "'" in found[0] else "", looked)
    scores, why = {}, dict[str, str]()
    for dialect, signs in _SIGNS.items():
        scores[dialect] = 0
        for place, sign in enumerate(signs):
            found = re.search(sign, bare, re.IGNORECASE | re.MULTILINE)
            if found:
                scores[dialect] += _SURE if place in _SURE_SIGNS[dialect] else 1
                why.setdefault(dialect, " ".join(found[0].split()))
    best = max(scores, key=lambda each: scores[each])
    if not scores[best]:
        return "postgres", "nothing in it tells its database"
    return best, f"it says {why[best]}"
