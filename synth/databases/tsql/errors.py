"""What may be said of SQL Server in a URL, and what its catalogue and its drivers' errors say, in our words."""

from __future__ import annotations

import re

from synth.databases.address import Address
from synth.dtypes import BIGINT, BOOLEAN, DATE, DOUBLE, MAX_PRECISION, TEXT, TIMESTAMP, DType, decimal
from synth.errors import OptionError, did_you_mean

__all__ = ["DATA", "HELD", "arguments", "declared", "explained"]

# what may stand behind `?`: keywords of connection strings that mssql-python takes
_OPTIONS = (
    "ApplicationIntent", "Authentication", "ConnectRetryCount", "ConnectRetryInterval", "Encrypt", "HostnameInCertificate",
    "IpAddressPreference", "KeepAlive", "KeepAliveInterval", "MultiSubnetFailover", "PacketSize", "ServerCertificate",
    "ServerSPN", "TrustServerCertificate", "Trusted_Connection",
)  # fmt: skip

_TYPES = {
    "bit": BOOLEAN, "tinyint": DType("smallint"), "smallint": DType("smallint"), "int": DType("integer"), "bigint": BIGINT,
    "real": DOUBLE, "float": DOUBLE, "uniqueidentifier": DType("uuid"), "date": DATE,
    "datetime2": TIMESTAMP, "datetime": TIMESTAMP, "smalldatetime": TIMESTAMP,
}  # fmt: skip

DATA = "the data does not keep what the spec promises; `synth verify` of the folder shows where"
HELD = "drop what depends on the old tables first"
_DRIVER = "it needs libraries of the system: apt-get install libltdl7 libkrb5-3 libgssapi-krb5-2"
_USER = "is the user's name right, and the password? SYNTH_PASSWORD holds one that the URL leaves out"
_TRUST = "?TrustServerCertificate=yes trusts the server unseen; ?HostnameInCertificate=name expects that name"
_RIGHTS = "ask for db_owner of the database, or CREATE TABLE, CREATE SCHEMA and ALTER ANY SCHEMA"
_DISK = "free space for the database and its log, then run it again"
_BUSY = "something else uses these tables; end it, then run it again"
_WHERE = "is the server running there, and does it listen?"
_GONE = "the server is gone; run it again when it is back"
# the first whose words are in the message: the drivers give no numbers
_HINTS = (
    ("Failed to load the driver", _DRIVER),
    ("Login failed", _USER),
    ("Cannot open database", "create it first, or say --create"),
    ("certificate|SSL Provider|TLS", _TRUST),
    ("permission was denied|not have permission|permission denied|principal .* is not able", _RIGHTS),
    ("Could not allocate|transaction log for database .* is full|filegroup is full", _DISK),
    ("Lock request time out|deadlock", _BUSY),
    ("referenced by (a FOREIGN KEY|object)|because it is a view|Cannot transfer", HELD),
    (
        "duplicate key|conflicted with|Cannot insert (the value )?NULL|truncated|overflow|out of range|NULL to non-nullable",
        DATA,
    ),
    ("maximum number of .*(connections|workers|sessions)|limit for the database is", "try fewer --connections"),
    ("Communication link|[Cc]onnection (is|has been) (broken|closed)|closed connection|Protocol Error", _GONE),
    ("TCP Provider|network-related|[Tt]imeout expired|refused|timed out|[Cc]onnection|No such host|resolve", _WHERE),
)


def arguments(address: Address) -> dict[str, str]:
    """Keywords of a connection string, from a URL. Raises OptionError."""
    known = {name.lower(): name for name in _OPTIONS}
    found = {}
    for name, value in address.options:
        keyword = known.get(name.lower())
        if keyword is None:
            raise OptionError(f"{address}: SQL Server has no option '{name}'\n  hint: {did_you_mean(name, _OPTIONS)}")
        found[keyword] = value
    found["Server"] = f"{address.host or 'localhost'},{address.port}" if address.port else address.host or "localhost"
    if address.name:
        found["Database"] = address.name
    if address.user:
        found |= {"UID": address.user, "PWD": address.password}
    elif "Authentication" not in found:
        found.setdefault("Trusted_Connection", "yes")
    if any("\0" in value for value in found.values()):
        raise OptionError(f"{address}: U+0000 cannot be part of an address")
    return found


def declared(kind: str, length: int | None, precision: int | None, scale: int | None) -> DType:
    """The type of a table's column, from INFORMATION_SCHEMA."""
    if kind in ("decimal", "numeric"):
        return decimal(precision, scale or 0) if precision is not None and precision <= MAX_PRECISION else TEXT
    if kind in ("varchar", "nvarchar", "char", "nchar"):
        return DType("varchar", length=length) if length and length > 0 else TEXT  # -1: MAX
    return _TYPES.get(kind, TEXT)


def explained(error: Exception) -> tuple[str, str]:
    """A driver's error as what happened, in one line, and what to do about it."""
    said = str(getattr(error, "ddbc_error", "") or error)
    what = " ".join(re.sub(r"\[(Microsoft|SQL Server|ODBC Driver \d+ for SQL Server)\]", "", said).split())
    return what, next((hint for words, hint in _HINTS if re.search(words, what)), "")
