"""What PostgreSQL's errors say, and what to do about them."""

from __future__ import annotations

import re

import polars as pl

from synth.databases.contract import MANIFEST, Explanation
from synth.databases.hints import (
    BREAKS_PROMISES,
    CREATE_FIRST,
    DEPENDENTS,
    FEWER_CONNECTIONS,
    FREE_SERVER_DISK,
    IN_USE,
    LOGIN,
    NO_SERVER,
    SERVER_GONE,
)

__all__ = ["explain"]

# SQLSTATE, or its first letters -> what to do
_HINTS = {
    "25006": "it is a replica, or set to be read only: name the primary, or add target_session_attrs=read-write to the URL",
    "28": LOGIN,
    "3D": CREATE_FIRST,
    "42501": "ask the owner for CREATE on the database and the schema; to append, for UPDATE and REFERENCES on the tables",
    "42804": "declare the column's type as it is in the existing table",
    "42809": "only a table can be referred to, no view; another --schema makes no foreign keys to it",
    "42830": "give the existing table a primary key, or a unique constraint on the columns that rows refer to",
    "53100": FREE_SERVER_DISK,
    "53300": FEWER_CONNECTIONS,
    "55P03": IN_USE,
    "57P": "the server was stopped or ended the connection; run it again when it is back",
    "08": SERVER_GONE,
    "2BP01": DEPENDENTS,
    "23": BREAKS_PROMISES,
}


def explain(error: Exception) -> Explanation:
    """The server's own words with their details."""
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, pl.exceptions.PolarsError):
        return Explanation(str(error).splitlines()[0], "read such a column as text: --query with CAST")
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    what = "; ".join(line for line in lines if not line.startswith(("LINE ", "^", "CONTEXT:")))
    if state:
        hint = _hint_of_rights(what) or next(
            (_HINTS[key] for key in (state, state[:3], state[:2]) if key in _HINTS), ""
        )
        return Explanation(what, hint)
    if "ERROR:" in what:  # the server's, by way of Arrow
        return Explanation(what.partition("ERROR:")[2].strip(), "")
    return Explanation(what, _hint_of_libpq(what))


def _hint_of_rights(what: str) -> str:
    """By words, where one code stands for several things."""
    if "no pg_hba.conf entry" in what:
        return "the server lets nobody in like that: its pg_hba.conf knows from where, as whom and with what sslmode"
    if f"permission denied for table {MANIFEST}" in what:
        return f"ask the tables' owner for SELECT on {MANIFEST} and on them"
    if "must be owner of" in what:
        return "only their owner may put others in their place: load as that role, or into another --schema"
    return ""


def _hint_of_libpq(what: str) -> str:
    """By words: libpq has no code for what happens before there is a server."""
    if "root certificate file" in what:
        return "add sslrootcert=FILE (or sslrootcert=system) to the URL; sslmode=require does not look at certificates"
    if hint := _hint_of_rights(what):
        return hint
    if "read-only" in what or "read-write" in what or "hot standby" in what:
        return _HINTS["25006"]
    if "definition of service" in what:
        return "PGSERVICE or `?service=` names it, and pg_service.conf has none of that name"
    if "password" in what or "authentication" in what:
        return LOGIN
    if re.search(r'database ".*" does not exist', what):
        return CREATE_FIRST
    if "refused" in what or "No such file" in what or "could not translate" in what or "timeout" in what:
        return NO_SERVER
    return SERVER_GONE
