"""What SQL Server's errors say, and what to do about them."""

from __future__ import annotations

import re

from synth.databases.contract import Explanation
from synth.databases.hints import (
    BREAKS_PROMISES,
    CREATE_FIRST,
    DEPENDENTS,
    FEWER_CONNECTIONS,
    IN_USE,
    LOGIN,
    NO_SERVER,
    SERVER_GONE,
)

__all__ = ["explain"]

_DRIVER = "it needs libraries of the system: apt-get install libltdl7 libkrb5-3 libgssapi-krb5-2"
_TRUST = "?TrustServerCertificate=yes trusts the server unseen; ?HostnameInCertificate=name expects that name"
_RIGHTS = "ask for db_owner of the database, or CREATE TABLE, CREATE SCHEMA and ALTER ANY SCHEMA"
_DISK = "free space for the database and its log, then run it again"
# the first whose words are in the message: the drivers give no numbers
_HINTS = (
    ("Failed to load the driver", _DRIVER),
    ("Login failed", LOGIN),
    ("Cannot open database", CREATE_FIRST),
    ("certificate|SSL Provider|TLS", _TRUST),
    ("permission was denied|not have permission|permission denied|principal .* is not able", _RIGHTS),
    ("Could not allocate|transaction log for database .* is full|filegroup is full", _DISK),
    ("column mappings|Cannot map Arrow column", "send the rows in the other way: --via insert"),
    ("Lock request time out|deadlock", IN_USE),
    (
        "referenced by (a FOREIGN KEY|object)|because it is a view|because other objects depend|Cannot transfer",
        DEPENDENTS,
    ),
    ("index entry of length|exceeds the maximum length", "shorten what is in the key, or declare shorter varchars"),
    (
        "duplicate key|could not create unique|conflicted with|violates |is violated by|"
        "Cannot insert (the value )?NULL|truncated|overflow|out of range|NULL to non-nullable",
        BREAKS_PROMISES,
    ),
    ("maximum number of .*(connections|workers|sessions)|limit for the database is", FEWER_CONNECTIONS),
    ("Communication link|[Cc]onnection (is|has been) (broken|closed)|closed connection|Protocol Error", SERVER_GONE),
    ("TCP Provider|network-related|[Tt]imeout expired|refused|timed out|[Cc]onnection|No such host|resolve", NO_SERVER),
)


def explain(error: Exception) -> Explanation:
    """The server's own words, without the driver's around them."""
    said = str(getattr(error, "ddbc_error", "") or error)
    what = " ".join(re.sub(r"\[(Microsoft|SQL Server|ODBC Driver \d+ for SQL Server)\]", "", said).split())
    return Explanation(what, next((hint for words, hint in _HINTS if re.search(words, what)), ""))
