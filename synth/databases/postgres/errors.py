"""What PostgreSQL's errors say, and what to do about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import polars as pl

from synth.databases.contract import MANIFEST, Explanation
from synth.databases.hints import (
    BREAKS_PROMISES,
    CERTIFICATE,
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

# where one code stands for several things: words of the server's -> what to do
_RIGHTS = (
    ("requires a valid client certificate|certificate authentication failed", CERTIFICATE),
    (
        "pg_hba.conf",
        "the server lets nobody in like that: its pg_hba.conf knows from where, as whom, into what and with what sslmode",
    ),
    (
        "(Peer|Ident) authentication failed",
        "it lets in who runs the program as that role: name your own, or let it take a password",
    ),
    (f"permission denied for table {MANIFEST}", f"ask the tables' owner for SELECT on {MANIFEST} and on them"),
    (
        'type ".+" does not exist',
        "CREATE EXTENSION brings types such as citext; else correct the column's `native` type",
    ),
    ("must be owner of", "only their owner may put others in their place: load as that role, or into another --schema"),
)
# libpq has no code for what happens before there is a server
_BEFORE_IT_IS_REACHED = (
    (
        "root certificate file",
        "add sslrootcert=FILE (or sslrootcert=system) to the URL; sslmode=require does not look at certificates",
    ),
    (
        "certificate verify failed",
        "nobody whom you trust has signed the server's certificate: name its root by sslrootcert=FILE in the URL",
    ),
    (
        "does not match host name",
        "name the host as its certificate does (hostaddr= says where it is), or say sslmode=verify-ca",
    ),
    ("alert .*(ca|certificate)|certificate file|private key|authentication method requirement", CERTIFICATE),
    *_RIGHTS,
    (
        "(does not|was not) support SSL|does not support SSL",
        "it speaks no TLS: leave sslmode out, or say sslmode=disable",
    ),
    ("read-only|read-write|hot standby", _HINTS["25006"]),
    ("definition of service", "PGSERVICE or `?service=` names it, and pg_service.conf has none of that name"),
    (
        "invalid (URI|connection option|[a-z_]+ value)",
        "what stands behind `?` are libpq's own words, such as sslmode=verify-full",
    ),
    ("password|authentication", LOGIN),
    ('database ".*" does not exist', CREATE_FIRST),
    ("refused|No such file|could not translate|resolve host|timeout", NO_SERVER),
)
_SERVER = re.compile("connection to server (?:at|on socket) (.+?) failed")


def explain(error: Exception) -> Explanation:
    """The server's own words with their details."""
    state = getattr(error, "sqlstate", None) or ""
    if isinstance(error, pl.exceptions.PolarsError):
        return Explanation(str(error).splitlines()[0], "read such a column as text: --query with CAST")
    lines = _of_one_server([line.strip() for line in str(error).splitlines() if line.strip()])
    what = "; ".join(line for line in lines if not line.startswith(("LINE ", "^", "CONTEXT:")))
    if state:
        hint = _said(_RIGHTS, what) or next((_HINTS[key] for key in (state, state[:3], state[:2]) if key in _HINTS), "")
        return Explanation(what, hint)
    if "ERROR:" in what:  # the server's, by way of Arrow
        return Explanation(what.partition("ERROR:")[2].strip(), "")
    return Explanation(what, _said(_BEFORE_IT_IS_REACHED, what) or SERVER_GONE)


def _said(words: Iterable[tuple[str, str]], what: str) -> str:
    """The hint of the first pattern that is in what was said; empty without one."""
    return next((hint for pattern, hint in words if re.search(pattern, what)), "")


def _of_one_server(lines: Sequence[str]) -> list[str]:
    """Lines without later tries at the same server: libpq tries once more without TLS, and nobody asked for that."""
    servers = [found[1] if (found := _SERVER.search(line)) else None for line in lines]
    return [line for place, line in enumerate(lines) if servers[place] is None or servers[place] not in servers[:place]]
