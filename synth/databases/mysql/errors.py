"""What MySQL's errors say, and what to do about them."""

from __future__ import annotations

from synth.databases.contract import Explanation
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

__all__ = ["LOCAL_FILES", "explain"]

_RIGHTS = "ask for ALL on the schema's database and on those whose names begin with _synth_"
_KEYS = (
    "a foreign key needs the existing table's key to be indexed, and of the same type and collation "
    "(utf8mb4_nopad_bin, in MySQL utf8mb4_0900_bin); another --schema makes none"
)
LOCAL_FILES = "on the server, as an administrator: SET GLOBAL local_infile = 1, or local_infile=1 in its configuration"
_HINTS = {
    1045: LOGIN,
    **dict.fromkeys((1044, 1142, 1227, 1370), _RIGHTS),
    1049: CREATE_FIRST,
    **dict.fromkeys((2002, 2003), NO_SERVER),
    **dict.fromkeys((0, 1053, 1927, 2006, 2013, 2014), SERVER_GONE),
    **dict.fromkeys((1040, 1203, 1226), FEWER_CONNECTIONS),
    **dict.fromkeys((3, 1021, 1114), FREE_SERVER_DISK),
    **dict.fromkeys((1205, 1213), IN_USE),
    **dict.fromkeys((1048, 1062, 1264, 1265, 1366, 1406, 1452, 3819, 4025), BREAKS_PROMISES),
    **dict.fromkeys((1217, 1435, 1450, 1451, 3730), DEPENDENTS),
    **dict.fromkeys((1148, 2068, 3948, 4166), LOCAL_FILES),
    **dict.fromkeys((1005, 1215, 1822, 3780), _KEYS),
    1153: "raise max_allowed_packet on the server",
    3750: "on the server, as an administrator: SET GLOBAL sql_require_primary_key = 0",
    **dict.fromkeys((1290, 1792, 1836), "name the server that takes writes"),
    2026: "ssl_mode, ssl_ca, ssl_cert and ssl_key in the URL say how to trust each other",
}


def explain(error: Exception) -> Explanation:
    """PyMySQL's error with the server's number."""
    code = error.args[0] if len(error.args) > 1 and isinstance(error.args[0], int) else None
    if code is None:
        hint = "pip install cryptography, or a URL with TLS" if "cryptography" in str(error) else ""
        return Explanation(str(error).strip() or "the connection is closed", hint)
    what = " ".join(str(error.args[1]).split()) or "the connection is closed"
    is_full = "No space left" in what or "Errcode: 28" in what
    hint = _HINTS.get(code, FREE_SERVER_DISK if is_full else "")
    return Explanation(f"{what} ({code})" if code else what, hint)
