"""MySQL and MariaDB: the options of an address, and what an error says to do."""

from __future__ import annotations

import re
import ssl
from contextlib import nullcontext

import pymysql
import pytest

from synth.databases import DATABASES, Address, connect
from synth.databases.mysql.database import MySQL
from synth.databases.mysql.errors import explain
from synth.databases.mysql.options import arguments
from synth.errors import DatabaseError, ExtraError, OptionError
from tests.support.mysql import S, url


@pytest.fixture(scope="module")
def server(database):
    return database("mysql")


# -- addresses


def options(text: str) -> dict:
    return arguments(Address.parse(f"mysql://me:p%C3%A4ss@host:3307/name?{text}"))


def test_addresses():
    found = options("connect_timeout=5&unix_socket=/run/s&charset=utf8mb4")
    assert found["password"] == "päss".encode() and found["connect_timeout"] == 5 and found["port"] == 3307
    assert found["unix_socket"] == "/run/s" and found["database"] == "name" and "ssl" not in found
    assert arguments(Address.parse("mysql://host"))["database"] is None


@pytest.mark.parametrize(
    "text, checked, named",
    [
        ("ssl_mode=REQUIRED", False, False), ("ssl-mode=required", False, False), ("ssl_mode=VERIFY_CA", True, False),
        ("ssl_mode=VERIFY_IDENTITY", True, True), ("ssl_verify_identity=true", True, True), ("ssl_verify_cert=1", True, False),
        ("ssl_ca={ca}", True, False), ("ssl_ca={ca}&ssl_verify_cert=false", False, False), ("ssl_ca={ca}&ssl_verify_identity=on", True, True),
    ],
)  # fmt: skip
def test_tls(text, checked, named):
    ca = ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt"
    context = options(text.format(ca=ca))["ssl"]
    assert (context.verify_mode == ssl.CERT_REQUIRED, context.check_hostname) == (checked, named)


def test_tls_off_and_as_it_comes():
    assert options("ssl_mode=DISABLED") == options("ssl_disabled=yes") == {**options(""), "ssl_disabled": True}
    assert options("ssl_mode=PREFERRED") == options("ssl_disabled=no") == options("")
    assert options("unix_socket=/s")["ssl_disabled"] and "ssl" in options("unix_socket=/s&ssl_mode=REQUIRED")
    assert "ssl_disabled" not in options("unix_socket=/s&read_default_file=/f"), "which may ask for it"


@pytest.mark.parametrize(
    "text, words",
    [
        ("ssl_cart=x", "no option 'ssl_cart'\n  hint: did you mean 'ssl_cert'?"), ("charset=latin1", "always utf8mb4"),
        ("local_infile=1", "no option 'local_infile'"), ("connect_timeout=soon", "invalid literal"),
        ("ssl_mode=MAYBE", "ssl_mode is one of DISABLED, PREFERRED"), ("ssl_verify_cert=perhaps", "is true or false"),
        ("ssl_ca=/nowhere", "No such file"),
    ],
)  # fmt: skip
def test_options_that_cannot_be_used(text, words):
    with pytest.raises(OptionError) as caught:
        options(text)
    assert words in str(caught.value) and "päss" not in str(caught.value)
    with pytest.raises(OptionError):
        connect(Address.parse(f"mysql://host/?{text}"))


def test_create_makes_the_database(server):
    address = Address.parse(url(server).replace("localhost/", "localhost/m%C3%A4de"))
    try:
        for _ in range(2):
            DATABASES["mysql"].create(address)
        with connect(address) as found:
            assert found.rows("SELECT DATABASE()")[1] == [("mäde",)]
        DATABASES["mysql"].create(Address.parse(url(server)))
    finally:
        server.drop("mäde", ())


# -- errors


def test_refusals(server, mysql):
    server.run(f"CREATE USER poor IDENTIFIED BY 'right'; GRANT SELECT ON {S}_other.* TO poor")
    try:
        socket = f"?unix_socket={server.socket}"
        for place, words in {
            f"mysql://poor:hush@localhost/{socket}": ("(1045)", "SYNTH_PASSWORD"),
            f"mysql://poor:right@localhost/mysql{socket}": ("(1044)", "ask for ALL"),
            f"mysql://root@localhost/nowhere{socket}": ("(1049)", "--create"),
            "mysql://root@localhost/?unix_socket=/nowhere": ("socket '/nowhere'", "(2002)", "is the server running"),
            "mysql://root@127.0.0.1:1/": ("refused", "(2003)", "is the server running"),
        }.items():
            with pytest.raises(DatabaseError) as caught:
                connect(Address.parse(place))
            assert all(word in str(caught.value) for word in words) and "hush" not in str(caught.value)
        with connect(Address.parse(f"mysql://poor:right@localhost/{socket}")) as poor:
            with pytest.raises(DatabaseError, match="ask for ALL on the schema's database"):
                poor.begin_staging(S, ())
    finally:
        server.run("DROP USER poor")


@pytest.mark.parametrize(
    "code, words",
    [(1040, "--connections"), (1114, "free space"), (1021, "free space"), (2006, "gone"), (2013, "gone"), (0, "gone"),
     (1205, "something else uses"), (1062, "the data"), (1452, "the data"), (3819, "the data"), (4025, "the data"),
     (3948, "local_infile"), (4166, "local_infile"), (2026, "ssl_ca")],
)  # fmt: skip
def test_errors_say_what_to_do(code, words):
    what, hint = explain(pymysql.err.OperationalError(code, "one\n two "))
    assert words in hint and what == ("one two" if not code else f"one two ({code})")


def test_a_full_disk_by_its_words():
    assert (
        "free space"
        in explain(pymysql.err.InternalError(1030, 'Got error 28 "No space left on device" from InnoDB'))[1]
    )
    assert "cryptography" in explain(RuntimeError("'cryptography' package is required for sha256_password"))[1]


@pytest.mark.parametrize(
    "version, able",
    [("5.7.44", False), ("8.0.16", False), ("8.0.17", True), ("9.1.0-commercial", True), ("10.5.29-MariaDB-log", False),
     ("10.6.0-MariaDB", True), ("11.4.2-MariaDB-ubu2404", True)],
)  # fmt: skip
def test_servers_too_old_are_refused(version, able):
    found = object.__new__(MySQL)
    found.address = Address.parse("mysql://host")
    found.rows = lambda sql: ([], [(version, 1)])
    said = "" if able else rf"{re.escape(version)} is too old.*\n  hint: MySQL 8.0.17 or MariaDB 10.6"
    with nullcontext() if able else pytest.raises(DatabaseError, match=said):
        found._require_server()


def test_pymysql_missing(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pymysql", None)
    with pytest.raises(ExtraError, match=r"pip install 'synth-relational\[mysql\]'"):
        connect(Address.parse("mysql://host"))
