"""What a URL may say of a connection to SQL Server: keywords of connection strings."""

from __future__ import annotations

from synth.databases.address import Address
from synth.errors import OptionError, did_you_mean

__all__ = ["arguments"]

# what may stand behind `?`: keywords of connection strings that mssql-python takes
_OPTIONS = (
    "ApplicationIntent", "Authentication", "ConnectRetryCount", "ConnectRetryInterval", "Encrypt", "HostnameInCertificate",
    "IpAddressPreference", "KeepAlive", "KeepAliveInterval", "MultiSubnetFailover", "PacketSize", "ServerCertificate",
    "ServerSPN", "TrustServerCertificate", "Trusted_Connection",
)  # fmt: skip


def arguments(address: Address) -> dict[str, str]:
    """Keywords of a connection string, from a URL. Raises OptionError."""
    known = {name.lower(): name for name in _OPTIONS}
    keywords = {}
    hidden = ((name, value.reveal()) for name, value in address.secrets)
    for name, value in (*address.options, *hidden):
        keyword = known.get(name.lower())
        if keyword is None:
            raise OptionError(f"{address}: SQL Server has no option '{name}'\n  hint: {did_you_mean(name, _OPTIONS)}")
        keywords[keyword] = value
    keywords["Server"] = (
        f"{address.host or 'localhost'},{address.port}" if address.port else address.host or "localhost"
    )
    if address.name:
        keywords["Database"] = address.name
    if address.user:
        keywords |= {"UID": address.user, "PWD": address.password.reveal()}
    elif "Authentication" not in keywords:
        keywords.setdefault("Trusted_Connection", "yes")
    if any("\0" in value for value in keywords.values()):
        raise OptionError(f"{address}: U+0000 cannot be part of an address")
    return keywords
