"""PostgreSQL by TLS alone: who gets in, and what is said to who does not: one message of two lines, and exit code 2."""

from __future__ import annotations

import re

import pytest

import synth
from synth.cli import main
from synth.databases import Address, connect
from synth.databases.postgres.errors import explain
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.job.pull import pull
from synth.verifying.database import verify_database
from tests.support.tls import NAME, PASSWORD, SecurePostgreSQL

ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
HBA = "its pg_hba.conf knows from where, as whom, into what and with what sslmode"
OURS = "it asks for a certificate in the role's name"
LOGIN = "is the user's name right, and the password?"


@pytest.fixture(scope="module")
def secure():
    server = SecurePostgreSQL()
    try:
        for role in ("plain", "peered", "certified", "rejected"):
            server.run(f"CREATE ROLE {role} LOGIN")
        server.run(f"CREATE ROLE secret LOGIN PASSWORD '{PASSWORD}'")
        server.run("GRANT CREATE ON DATABASE postgres TO plain, secret")
        yield server
    finally:
        server.stop()


@pytest.fixture
def spelt(secure, tmp_path, monkeypatch):
    """An address with what only this server knows put in; whoever runs this has no certificates at home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("PGSSLMODE", "PGSSLROOTCERT", "PGHOST", "SYNTH_PASSWORD", "PGPASSWORD"):
        monkeypatch.delenv(name, raising=False)
    certificates = {
        name: f"sslcert={path}&sslkey={path.with_suffix('.key')}" for name, path in secure.certificate_of.items()
    }

    def spell(form: str) -> str:
        return "postgresql://" + form.format(
            at=f"127.0.0.1:{secure.port}", port=secure.port, folder=secure.folder, root=secure.root,
            another=secure.another, strange=f"sslcert={secure.another}&sslkey={secure.another.with_suffix('.key')}",
            key=secure.root.with_suffix(".key"), **certificates,
        )  # fmt: skip

    return spell


FULL = "sslmode=verify-full&sslrootcert={root}"
LET_IN = {
    "usual": ("plain@{at}/postgres", True),
    "required": ("plain@{at}/postgres?sslmode=require", True),
    "proved": (f"plain@{{at}}/postgres?{FULL}", True),
    "by name": (f"plain@{NAME}:{{port}}/postgres?hostaddr=127.0.0.1&{FULL}", True),
    "whatever its name": ("plain@x.test:{port}/postgres?hostaddr=127.0.0.1&sslmode=verify-ca&sslrootcert={root}", True),
    "with a certificate": (f"certified@{{at}}/postgres?{FULL}&{{certified}}", True),
    "a socket": ("postgres@/postgres?host={folder}&port={port}", False),
    "a socket, whatever is asked": (f"postgres@/postgres?host={{folder}}&port={{port}}&{FULL}", False),
}


@pytest.mark.parametrize("way", LET_IN)
def test_who_is_let_in(way, spelt):
    form, encrypted = LET_IN[way]
    with connect(Address.parse(spelt(form))) as database:
        assert database.rows(ENCRYPTED)[1] == [(encrypted,)]


REFUSED = {
    "no root": ("plain@{at}/postgres?sslmode=verify-full", "root.crt\" does not exist", "add sslrootcert=FILE"),
    "a root that is not there": ("plain@{at}/postgres?sslmode=verify-full&sslrootcert=/nowhere", "/nowhere", "sslrootcert=FILE"),
    "a root that is none": ("plain@{at}/postgres?sslmode=verify-full&sslrootcert={key}", "could not read root", "sslrootcert=FILE"),
    "another root": ("plain@{at}/postgres?sslmode=verify-full&sslrootcert={another}", "certificate verify failed", "name its root by sslrootcert=FILE"),
    "everybody's roots": ("plain@{at}/postgres?sslmode=verify-full&sslrootcert=system", "certificate verify failed", "name its root"),
    "another name": (f"plain@x.test:{{port}}/postgres?hostaddr=127.0.0.1&{FULL}", 'does not match host name "x.test"', "name the host as its"),
    "without TLS": ("plain@{at}/postgres?sslmode=disable", 'no pg_hba.conf entry .*"plain".* no encryption', HBA),
    "another database": (f"plain@{{at}}/template1?{FULL}", 'no pg_hba.conf entry .*"template1".* SSL encryption', HBA),
    "another role": ("nobody@{at}/postgres", 'no pg_hba.conf entry .*"nobody".* SSL encryption', HBA),
    "a role that is rejected": ("rejected@{at}/postgres", 'pg_hba.conf rejects connection .*"rejected"', HBA),
    "over the socket": ("plain@/postgres?host={folder}&port={port}", 'entry for host "\\[local\\]", user "plain"', HBA),
    "as somebody else": ("peered@/postgres?host={folder}&port={port}", "Peer authentication failed", "it lets in who runs the program as that role"),
    "another socket": ("postgres@/postgres?host={folder}", "No such file", "is the server running there"),
    "no password": ("secret@{at}/postgres", "no password supplied", LOGIN),
    "no certificate": ("certified@{at}/postgres", "requires a valid client certificate", OURS),
    "the certificate of another": ("certified@{at}/postgres?{plain}", "certificate authentication failed", OURS),
    "a certificate of anybody's": ("certified@{at}/postgres?{strange}", "unknown ca", OURS),
    "a certificate without its key": ("certified@{at}/postgres?sslcert={root}", "private key file", OURS),
    "no such mode": ("plain@{at}/postgres?sslmode=sure", 'invalid sslmode value: "sure"', "libpq's own words"),
    "no such word": ("plain@{at}/postgres?sslmod=require", 'invalid URI query parameter: "sslmod"', "libpq's own words"),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
def test_who_is_not(why, spelt, capsys):
    form, said, hint = REFUSED[why]
    assert main(["verify", spelt(form)]) == 2
    printed = capsys.readouterr()
    first, second = printed.err.splitlines()
    assert not printed.out and first.startswith("synth: postgresql://") and re.search(said, first), printed.err
    assert first.count("connection to server") <= 1, "and not what a second try without TLS came to"
    assert second.startswith("  hint: ") and hint in second, printed.err


@pytest.mark.parametrize("password", [PASSWORD, "wrong"])
def test_a_password(password, spelt, monkeypatch, capsys):
    monkeypatch.setenv("SYNTH_PASSWORD", password)
    code, said = main(["verify", spelt(f"secret@{{at}}/postgres?{FULL}")]), capsys.readouterr().err
    assert code == 2 and password not in said
    assert (
        ("no dataset is loaded there" in said)
        if password == PASSWORD
        else (LOGIN in said and "password authentication" in said)
    )


@pytest.mark.parametrize("via", ["adbc", "copy"])
def test_all_that_goes_over_it(via, spelt, secure, tmp_path):
    """Each connection of a load, Arrow's too, is as safe as the URL says."""
    folder = generate(synth.make_plan("inventory", scale=0.02), tmp_path).folder
    address = Address.parse(spelt(f"plain@{{at}}/postgres?{FULL}"))
    load_folder(folder, address, via=via, connections=2, if_exists="replace")
    (report,) = verify_database(address, "inventory")
    assert report.passed, report.failed
    assert pull(address, tmp_path / "pulled", schema="inventory").rows > 0
    secure.run("DROP SCHEMA inventory CASCADE")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("connection failed: server does not support SSL, but SSL was required", "it speaks no TLS"),
        ('private key file "/me/client.key" has group or world access', OURS),
        ('could not translate host name "x" to address', "is the server running there"),
        ("failed to resolve host 'x': [Errno -2] Name or service not known", "is the server running there"),
        ("something new", "the server is gone"),
    ],
)
def test_what_no_server_here_says(words, hint):
    assert hint in explain(Exception(words)).hint


def test_tries_at_several_servers_are_all_told():
    one, other = (f'connection to server at "{host}", port 5432 failed: FATAL:  no' for host in ("::1", "127.0.0.1"))
    assert explain(Exception(f"connection failed: {one} a\n{one} b\n{other} c")).what.split("; ") == [
        f"connection failed: {one} a",
        f"{other} c",
    ]
