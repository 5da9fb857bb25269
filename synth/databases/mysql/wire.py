"""A connection to MySQL by PyMySQL that sends rows from memory and reads rows as they come, and what a URL may say of it.

LOAD DATA LOCAL has the server ask the client for a file, and a hostile server may name any. This connection answers with
the rows that it was given, whatever is asked, and with nothing where it was given none: it never reads a file. That takes
what PyMySQL keeps to itself (names that begin with `_`); a test fails if a version of it moves them.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Generator, Mapping
from typing import Any

from pymysql.connections import Connection, MySQLResult
from pymysql.cursors import SSCursor
from pymysql.err import OperationalError

from synth.databases.address import Address
from synth.errors import OptionError, did_you_mean

__all__ = ["Wire", "arguments"]

PACKET_BYTES = 1 << 16  # of rows at once: servers take 1 MiB and more (max_allowed_packet)

# what may stand behind `?`, and how it is read
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
_TEXTS = {"unix_socket", "bind_address", "read_default_file", "read_default_group"}
_SECONDS = {"connect_timeout", "read_timeout", "write_timeout"}
_FLAGS = {"ssl_disabled", "ssl_verify_cert", "ssl_verify_identity"}
_TLS = {"ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "ssl_key_password", *_FLAGS}
_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")  # as MySQL's own clients call them


class Wire(Connection):  # type: ignore[misc,unused-ignore]
    """One connection. `rows` are those that the next request for a file gets."""

    rows: memoryview | None = None
    _result: Any = None

    def connect(self, sock: socket.socket | None = None) -> None:
        """Open it. A socket of the file system is opened here, as PyMySQL forgets one that it cannot connect."""
        if sock is None and self.unix_socket:
            sock = socket.socket(socket.AF_UNIX)
            sock.settimeout(self.connect_timeout)
            try:
                sock.connect(self.unix_socket)
            except OSError as error:
                sock.close()
                raise OperationalError(2002, f"cannot connect to socket '{self.unix_socket}': {error}") from None
            self._secure = True  # a password can be sent as it is
        super().connect(sock)

    def send(self, sql: str, rows: memoryview) -> tuple[int, int]:
        """Run a LOAD DATA LOCAL with these rows: how many the server took, and how many warnings it has."""
        self.rows = rows
        try:
            taken = int(self.query(sql))
        finally:
            self.rows = None
        return taken, int(self._result.warning_count)

    def stream(self, sql: str, rows: int) -> Generator[tuple[Any, list[Any]], None, None]:
        """The description and the rows of a query, so many at a time, none at the end. Afterwards it can only be closed."""
        cursor = self.cursor(SSCursor)
        try:
            cursor.execute(sql)
            while True:
                some = cursor.fetchmany(rows)
                yield cursor.description, some
                if not some:
                    return
        finally:
            if self._result is not None:  # what was not wanted is left where it is: PyMySQL would read it all
                self._result.unbuffered_active = False
            cursor.close()

    def _read_query_result(self, unbuffered: bool = False) -> int:
        """PyMySQL's own, with our result."""
        self._result = None
        result = _Result(self)
        if unbuffered:
            result.init_unbuffered_query()
        else:
            result.read()
        self._result = result
        if result.server_status is not None:
            self.server_status = result.server_status
        return int(result.affected_rows)


class _Result(MySQLResult):  # type: ignore[misc,unused-ignore]
    """A statement's result; where it is a request for a file, rows."""

    def _read_load_local_packet(self, first_packet: Any) -> None:
        wire = self.connection
        rows = wire.rows
        for start in range(0, len(rows or b""), PACKET_BYTES):
            wire.write_packet(rows[start : start + PACKET_BYTES])
        wire.write_packet(b"")
        answer = wire._read_packet()
        if rows is None:
            raise OperationalError(2068, "the server asked for a file, which it does not get")
        self._read_ok_packet(answer)


def arguments(address: Address) -> dict[str, Any]:
    """What PyMySQL's `connect` takes, from a URL. Raises OptionError."""
    options: dict[str, str] = {}
    for name, value in address.options:
        known = name.replace("-", "_")
        if known not in _TEXTS | _SECONDS | _TLS | {"charset"}:
            hint = did_you_mean(known, _TEXTS | _SECONDS | _TLS)
            raise OptionError(f"{address}: MySQL has no option '{name}'\n  hint: {hint}")
        if known == "charset" and value != "utf8mb4":
            raise OptionError(f"{address}: charset is always utf8mb4\n  hint: leave it out")
        options[known] = value
    try:
        return {
            "host": address.host or None, "port": address.port or 0, "database": address.name or None,
            "user": address.user or None, "password": address.password.encode(), "charset": "utf8mb4",
            **{name: value for name, value in options.items() if name in _TEXTS},
            **{name: int(value) for name, value in options.items() if name in _SECONDS},
            **_tls({name: value for name, value in options.items() if name in _TLS}),
        }  # fmt: skip
    except (ValueError, OSError) as error:  # ssl.SSLError is an OSError
        raise OptionError(f"{address}: {error}") from None


def _tls(options: Mapping[str, str]) -> dict[str, Any]:
    """`ssl` as PyMySQL takes it. Without options it is used where the server has it, unchecked, as other clients do.

    PyMySQL would not check a certificate where it is told no more than its authority, nor a host without an authority.
    """
    mode = options.get("ssl_mode", "PREFERRED").upper()
    if mode not in _MODES:
        raise ValueError(f"ssl_mode is one of {', '.join(_MODES)}")
    flags = {name: _flag(name, options[name]) for name in _FLAGS & options.keys()}
    if mode == "DISABLED" or flags.get("ssl_disabled"):
        return {"ssl_disabled": True}
    if options.keys() <= {"ssl_mode", "ssl_disabled"} and mode == "PREFERRED":
        return {}
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
