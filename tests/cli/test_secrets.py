"""Passwords typed on the command line are nowhere afterwards: not in messages, files, databases, or the list of processes."""

from __future__ import annotations

import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from synth.cli import main
from synth.databases import connect
from synth.databases.address import find
from tests.support.targets import Target

ROOT = Path(__file__).resolve().parents[2]
HUSH = "hu5h-hush"
SHOP = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  customers: {existing: {}, columns: {id: {type: integer}}, primary_key: [id]}
  orders: {rows: 10, columns: {id: {key: sequence}, customer: {reference: customers}}}
"""
URLS = [
    f"{scheme}://me:{HUSH}@127.0.0.1:1/x" for scheme in ("postgresql", "mysql", "postgrsql", "oracle+x")
] + [
    f"postgresql://me@127.0.0.1:1/x?password={HUSH}", f"mysql://me@127.0.0.1:1/x?password={HUSH}",
    f"mysql://me@127.0.0.1:1/x?ssl_ky_password={HUSH}", f"postgresql://me:{HUSH}/@127.0.0.1:1/x",
    f"postgresql://me:{HUSH}#@127.0.0.1:1/x", f"postgresql://me:@{HUSH}@127.0.0.1:1/x",
    f"sqlite://me:{HUSH}@127.0.0.1/x.db", f"duckdb:///x.duckdb?encryption_key={HUSH}", f"me:{HUSH}@127.0.0.1/x",
    f"postgresql;//me:{HUSH}@127.0.0.1/x", f"postgresql:////me:{HUSH}@127.0.0.1/x", f"postgresql://me:{HUSH}", f"me/{HUSH}@h",
    f"postgresql://me@127.0.0.1:1/x?pw={HUSH}", f"host=127.0.0.1 password='my {HUSH} x'", f"postgresql://me@h/x?password=a;{HUSH}",
]  # fmt: skip
COMMANDS = {
    "check": ["check", "{}"],
    "plan": ["plan", "ecommerce", "--existing=customers", "--from={}"],
    "generate": ["generate", "{}", "--workers", "1"],
    "generate to": ["generate", "inventory", "--scale", "0.01", "--to={}", "--workers", "1"],
    "generate from": ["generate", "inventory", "--from", "{}", "--existing", "products", "--workers", "1"],
    "until": ["plan", "inventory", "--until", "{}"],
    "scale": ["plan", "inventory", "--scale", "{}"],
    "tables": ["plan", "inventory", "--tables", "{}"],
    "ddl": ["ddl", "{}", "--dialect", "{}"],
    "load": ["load", "{shop}", "{}", "--json"],
    "load, creating": ["load", "{shop}", "{}", "--create"],
    "verify": ["verify", "{}", "--json"],
    "pull": ["pull", "{}", "--json"],
    "script": ["script", "{}"],
    "advance": ["advance", "{}", "--until", "2026-02-01", "--workers", "1"],
    "option": ["verify", "--pasword={}"],
    "command": ["{}"],
}  # fmt: skip


def holds(folder: Path) -> list[Path]:
    """Files that hold the password, and such as are called so."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if HUSH.encode() in path.read_bytes() or HUSH in str(path)]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_shows_a_password(name, shop, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for url in URLS:
        code = main([word.replace("{shop}", str(shop)).replace("{}", url) for word in COMMANDS[name]])
        said = capfd.readouterr()
        assert code == 2 and said.err.startswith("synth: ") and "Traceback" not in said.err, (url, said.err)
        assert HUSH not in said.out + said.err, url
    assert not holds(tmp_path)


def shown(session: int) -> str:
    """The command lines of all processes of a session."""
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == session:
                lines.append((folder / "cmdline").read_bytes().decode(errors="replace"))
        except (ProcessLookupError, FileNotFoundError):
            continue
    return "\n".join(lines)


@pytest.mark.parametrize("words", [
    ["load", "{shop}", "postgresql://me:{}@127.0.0.1:{port}/x"],
    ["generate", "inventory", "--workers", "2", "--to=postgresql://me:{}%2F@127.0.0.1:{port}/x"],
    ["generate", "inventory", "--workers", "2", "--existing", "products", "--from=mysql://me@127.0.0.1:{port}/x?password={}"],
])  # fmt: skip
def test_no_process_shows_a_password(words, shop, environment, tmp_path):
    """The server never answers: everything is there that there will be when it does."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        fill = {"{shop}": str(shop), "{port}": str(silent.getsockname()[1]), "{}": HUSH}
        for mark, text in fill.items():
            words = [word.replace(mark, text) for word in words]
        process = subprocess.Popen(
            [sys.executable, "-m", "synth", *words], env=environment, cwd=tmp_path, start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            silent.settimeout(60)
            connection, _ = silent.accept()
            assert "127.0.0.1" in shown(process.pid) and HUSH not in shown(process.pid)
            connection.close()
            assert HUSH not in process.communicate(timeout=60)[0]
            assert process.returncode == 2
        finally:
            process.kill()
            process.wait()


class Thief(threading.Thread):
    """A PostgreSQL that does no more than ask for a password in the clear; `got` is all that it is told."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.got = self.socket.getsockname()[1], b""
        self.start()

    def run(self):
        with suppress(OSError):
            while True:
                connection, _ = self.socket.accept()
                with connection:
                    while (said := connection.recv(4096)) and said[:1] != b"p":
                        is_question = len(said) == 8  # whether TLS is spoken
                        connection.sendall(b"N" if is_question else b"R" + struct.pack("!ii", 8, 3))
                    self.got += said


@pytest.fixture
def thief():
    thief = Thief()
    yield thief
    thief.socket.close()


@pytest.mark.parametrize("variable", ["PGPASSWORD", "SYNTH_PASSWORD", "PGPASSFILE"])
@pytest.mark.parametrize("named", ["by the user", "by a spec"])
def test_a_password_goes_only_where_the_user_said(named, variable, thief, tmp_path, run, environment):
    url = f"postgresql://me@127.0.0.1:{thief.port}/x"
    source = f"existing: {{source: '{url}'}}" if named == "by a spec" else "existing: {}"
    (tmp_path / "shop.yaml").write_text(SHOP.replace("existing: {}", source))
    (tmp_path / "passwords").write_text(f"*:*:*:*:{HUSH}\n")
    (tmp_path / "passwords").chmod(0o600)
    variables = {variable: str(tmp_path / "passwords") if variable == "PGPASSFILE" else HUSH}
    words = [] if named == "by a spec" else ["--from", url]
    done = run("plan", str(tmp_path / "shop.yaml"), *words, env={**environment, **variables})
    assert done.returncode == 2 and HUSH not in done.stderr
    assert (HUSH.encode() in thief.got) == (named == "by the user")


def test_each_url_keeps_its_own_password(run, tmp_path):
    """Both stand on one command line; none of them goes to the other's server, or stays in the environment."""
    code = (
        "import os, sys; from synth.cli import secrets; secrets.hide()\n"
        "from synth.databases.address import find\n"
        "print([find(word).password.reveal() for word in sys.argv[1:]], [*filter(lambda n: 'SYNTH' in n, os.environ)])"
    )
    program = tmp_path / "program.py"
    program.write_text(code)
    words = ["postgresql://me:one-word@h/a", "mysql://me:other-word@h/b", "postgresql://me@h/c"]
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, program, *words], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "['one-word', 'other-word', ''] []\n"


def test_nothing_that_is_made_holds_a_password(database, tmp_path, monkeypatch, capsys):
    """Folders, reports, and the table that says what is in a database; the server takes any password."""
    server = database("postgres")
    url = f"postgresql://postgres:{HUSH}@/postgres?host={server.folder}"
    target = Target("postgres", url)
    monkeypatch.chdir(tmp_path)
    small = ["inventory", "--scale", "0.01", "--workers", "2"]
    try:
        for words in (
            ["generate", *small, "--to", url, "--json"],
            [
                "generate",
                *small,
                "--existing",
                "products,customers",
                "--tables",
                "orders",
                "--from",
                url,
                "--out",
                "more",
            ],
            ["generate", *small, "--format", "csv"],
            ["load", "output/inventory", url, "--schema", "second"],
            ["verify", url, "--schema", "inventory", "--json"],
            ["pull", url, "--schema", "inventory", "--out", "pulled", "--json"],
            ["script", "output/inventory"],
        ):
            assert main(words) == 0, capsys.readouterr().err
            said = capsys.readouterr()
            assert HUSH not in said.out + said.err, words
        with connect(find(url)) as connection:
            for schema in ("inventory", "second"):
                assert HUSH not in json.dumps(connection.rows(f"SELECT * FROM {schema}.synth_manifest"), default=str)
    finally:
        target.clear()
    assert not holds(tmp_path)
