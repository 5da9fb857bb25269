"""A connection to MySQL by PyMySQL that sends rows from memory and reads rows as they come.

LOAD DATA LOCAL has the server ask the client for a file, and a hostile server may name any. This connection answers with
the rows that it was given, whatever is asked, and with nothing where it was given none: it never reads a file. That takes
what PyMySQL keeps to itself (names that begin with `_`); a test fails if a version of it moves them.
"""

from __future__ import annotations

import socket
from collections.abc import Generator
from typing import Any

from pymysql.connections import Connection, MySQLResult
from pymysql.cursors import SSCursor
from pymysql.err import OperationalError

__all__ = ["Wire"]

PACKET_BYTES = 1 << 16  # of rows at once: servers take 1 MiB and more (max_allowed_packet)


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
        """The description, each column's with the number of its characters, and the rows of a query, so many at a time.

        There are none at the end. Afterwards it can only be closed.
        """
        cursor = self.cursor(SSCursor)
        try:
            cursor.execute(sql)
            fields = self._result.fields if self._result is not None else ()
            described = [
                (*column, field.charsetnr) for column, field in zip(cursor.description or (), fields, strict=True)
            ]
            while True:
                some = cursor.fetchmany(rows)
                yield described, some
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
