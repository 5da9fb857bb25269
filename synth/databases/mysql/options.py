"""What a URL may say of a connection to MySQL, as PyMySQL takes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synth.databases.address import Address
from synth.errors import OptionError, did_you_mean

__all__ = ["arguments"]

# what may stand behind `?`, and how it is read
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_TEXTS = {"unix_socket", "bind_address", "read_default_file", "read_default_group"}
_SECONDS = {"connect_timeout", "read_timeout", "write_timeout"}
_FLAGS = {"ssl_disabled", "ssl_verify_cert", "ssl_verify_identity"}
_TLS = {"ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "ssl_key_password", *_FLAGS}
_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")  # as MySQL's own clients call them


def arguments(address: Address) -> dict[str, Any]:
    """What PyMySQL's `connect` takes, from a URL. Raises OptionError."""
    options: dict[str, str] = {}
    hidden = ((name, value.reveal()) for name, value in address.secrets)
    for name, value in (*address.options, *hidden):
        known = name.replace("-", "_")
        if known not in _TEXTS | _SECONDS | _TLS | {"charset"}:
            hint = did_you_mean(known, _TEXTS | _SECONDS | _TLS)
            raise OptionError(f"{address}: MySQL has no option '{name}'\n  hint: {hint}")
        if known == "charset" and value != "utf8mb4":
            raise OptionError(f"{address}: charset is always utf8mb4\n  hint: leave it out")
        options[known] = value
    by_socket = options.keys() & _TEXTS == {"unix_socket"}  # a file of options may ask for TLS
    try:
        return {
            "host": address.host or None, "port": address.port or 0, "database": address.name or None,
            "user": address.user or None, "password": address.password.reveal().encode(), "charset": "utf8mb4",
            **{name: value for name, value in options.items() if name in _TEXTS},
            **{name: int(value) for name, value in options.items() if name in _SECONDS},
            **_tls({name: value for name, value in options.items() if name in _TLS}, by_socket),
        }  # fmt: skip
    except (ValueError, OSError) as error:  # ssl.SSLError is an OSError
        raise OptionError(f"{address}: {error}") from None


def _tls(options: Mapping[str, str], by_socket: bool) -> dict[str, Any]:
    """`ssl` as PyMySQL takes it. Without options it is used where the server has it, unchecked, as other clients do.

    Not so over a socket of the file system, as each connection would first read the system's certificates, for 20 ms.
    PyMySQL would not check a certificate where it is told no more than its authority, nor a host without an authority.
    """
    import ssl

    mode = options.get("ssl_mode", "PREFERRED").upper()
    if mode not in _MODES:
        raise ValueError(f"ssl_mode is one of {', '.join(_MODES)}")
    flags = {name: _flag(name, options[name]) for name in _FLAGS & options.keys()}
    if mode == "DISABLED" or flags.get("ssl_disabled"):
        return {"ssl_disabled": True}
    if options.keys() <= {"ssl_mode", "ssl_disabled"} and mode == "PREFERRED":
        return {"ssl_disabled": True} if by_socket else {}
    named = mode == "VERIFY_IDENTITY" or flags.get("ssl_verify_identity", False)
    checked = named or mode == "VERIFY_CA" or flags.get("ssl_verify_cert", "ssl_ca" in options)
    context = ssl.create_default_context(cafile=options.get("ssl_ca"))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # certificates that MySQL makes for itself do not pass it
    context.check_hostname = named
    context.verify_mode = ssl.CERT_REQUIRED if checked else ssl.CERT_NONE
    if "ssl_cert" in options:
        context.load_cert_chain(options["ssl_cert"], options.get("ssl_key"), options.get("ssl_key_password"))
    return {"ssl": context}


def _flag(name: str, value: str) -> bool:
    if value.lower() not in _YES | _NO:
        raise ValueError(f"{name} is true or false")
    return value.lower() in _YES
