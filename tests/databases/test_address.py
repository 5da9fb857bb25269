"""Where a database is: URLs, names in a file, variables; and words in which there is nothing."""

from __future__ import annotations

import pytest

from synth.cli import main
from synth.databases import Address
from synth.databases.address import find, is_database
from synth.errors import OptionError


def test_addresses_come_and_go():
    for text in (
        "postgresql://me:p%40ss@[::1]:5433/my%20db?sslmode=require&host=/run/a",
        "mysql://root@localhost:3306/x?ssl_ca=/etc/ca.pem",
        "mssql://sa:x@host/name",
        "sqlite:////tmp/a.db",
        "duckdb:///b.duckdb",
    ):
        address = Address.parse(text)
        assert Address.parse(address.url(password=True)) == address
        assert "p%40ss" not in str(address) and "p@ss" not in repr(address)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("postgresql://me@%2Ftmp%2FOur%20Sockets:5433/db", "/tmp/Our Sockets", 5433),
        ("postgresql://me@%2ftmp%2fx/db", "/tmp/x", None),
        ("postgresql://h1:5432,h2:5433/db?target_session_attrs=read-write", "h1:5432,h2:5433", None),
        ("postgresql://me:hush@h1,h2/db", "h1,h2", None),
        ("postgresql:///db?host=/tmp/X&port=5433", "", None),
        ("postgresql:///?service=ours", "", None),
        ("postgresql://[::1]:5433/db", "::1", 5433),
        ("postgresql:///", "", None),
        ("postgres://me@HOST/", "host", None),
        ("postgresql://me:p%40ss@h/db?sslmode=verify-full&sslrootcert=system", "h", None),
    ],
)
def test_forms_of_libpq(url, host, port):
    address = Address.parse(url)
    assert (address.host, address.port) == (host, port) and "hush" not in str(address) and "p@ss" not in str(address)
    again = Address.parse(address.url(password=True))
    assert again == address and dict(again.options) == dict(address.options)
    import psycopg.conninfo

    assert psycopg.conninfo.conninfo_to_dict(address.url(password=True)) == {
        name: value.lower() if name == "host" and "://me@HOST" in url else value
        for name, value in psycopg.conninfo.conninfo_to_dict(url).items()
    }


@pytest.mark.parametrize(
    "url", ["postgresql://me:1234,abc/db", "postgresql://me:12,ab:x/db", "postgresql://h1:a,h2:5/db"]
)
def test_what_may_be_a_password_is_no_list_of_hosts(url):
    with pytest.raises(OptionError, match="not shown"):
        Address.parse(url)


def test_names_in_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "synth.toml").write_text(
        '[databases.demo]\nurl = "postgresql://me:${SECRET_WORD}@db.example.com/demo?sslmode=verify-full"\n'
        '[databases.file]\nurl = "sqlite:///shop.db"\n'
    )
    monkeypatch.setenv("SECRET_WORD", "p@ss/word")
    found = find("demo")
    assert (
        found.password.reveal() == "p@ss/word"
        and found.host == "db.example.com"
        and found.option("sslmode") == "verify-full"
    )
    assert find("file") == Address("sqlite", "shop.db") and is_database("file") and not is_database("other")
    monkeypatch.delenv("SECRET_WORD")
    with pytest.raises(OptionError, match="SECRET_WORD"):
        find("demo")
    with pytest.raises(OptionError, match="did you mean 'demo'"):
        find("demi")
    (tmp_path / "synth.toml").write_text("[databases.demo]\nuri = 1\n")
    with pytest.raises(OptionError, match="has no url"):
        find("demo")
    (tmp_path / "synth.toml").write_text("[databases")
    with pytest.raises(OptionError, match="synth.toml"):
        find("demo")


def test_variables(monkeypatch):
    monkeypatch.setenv("SYNTH_PASSWORD", "hush")
    assert Address.parse("postgresql://me@host/x").password.reveal() == "hush"
    assert Address.parse("postgresql://me:own@host/x").password.reveal() == "own"
    monkeypatch.setenv("SYNTH_URL", "sqlite:///a.db")
    assert find(None) == Address("sqlite", "a.db")
    monkeypatch.delenv("SYNTH_URL")
    assert find(None) is None


# -- a word in which there is nothing, as a shell makes it of a variable that is not set

COMMANDS = {
    "pull": ["pull", "{}"],
    "generate": ["generate", "inventory", "--to", "{}", "--scale", "0.01", "--workers", "1"],
    "generate, appending": ["generate", "inventory", "--to", "{}", "--if-exists", "append", "--workers", "1"],
    "generate, from": ["generate", "inventory", "--from", "{}", "--existing", "products", "--workers", "1"],
    "load": ["load", "{folder}", "{}"],
    "load, creating": ["load", "{folder}", "{}", "--create"],
    "verify": ["verify", "{}"],
    "advance": ["advance", "{}", "--until", "2026-02-01", "--workers", "1"],
    "generate, out": ["generate", "inventory", "--scale", "0.01", "--out", "{}"],
    "pull, out": ["pull", "sqlite:///x.db", "--schema", "main", "--out", "{}"],
    "script, out": ["script", "{folder}", "--out", "{}"],
    "db start": ["db", "start", "--out", "{}"],
    "db stop": ["db", "stop", "--out", "{}"],
    "db url": ["db", "url", "--out", "{}"],
}  # fmt: skip


@pytest.mark.parametrize("word", ["", " "])
@pytest.mark.parametrize("name", COMMANDS)
def test_an_empty_word_is_one_message(name, word, shop, tmp_path, monkeypatch, capsys):
    """Also in a folder that holds a dataset, which an empty path would mean, and where a variable names a database."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "manifest.json").write_bytes((shop / "manifest.json").read_bytes())
    monkeypatch.chdir(here)
    monkeypatch.setenv("SYNTH_URL", f"sqlite:///{tmp_path}/variable.db")
    assert main([each.replace("{folder}", str(shop)).replace("{}", word) for each in COMMANDS[name]]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("synth: ") and said.err.count("\n") <= 2 and "Traceback" not in said.err and not said.out
    assert [path.name for path in tmp_path.iterdir()] == ["here"] and len(list(here.iterdir())) == 1


def test_an_empty_variable_is_none(monkeypatch):
    monkeypatch.setenv("SYNTH_URL", "")
    assert find(None) is None
    for empty in ("", " "):
        with pytest.raises(OptionError, match="there is nothing in the word"):
            find(empty)
        with pytest.raises(OptionError, match="no folder and no database"):
            is_database(empty)
