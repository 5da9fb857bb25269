"""A password does not show itself, in whatever form an address or a mistyped word is shown."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.databases import Address
from synth.databases.address import find
from synth.databases.secret import Secret, is_readable, masked, secrets_in
from synth.errors import OptionError
from synth.job.into import DatabaseSink

HUSH = "hu5h-hush"
SCHEMES = ("postgresql", "mysql", "mssql")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    "url", ["{0}://me:{1}@h/db", "{0}://me@h/db?password={1}", "{0}://me:x@h/db?ssl_key_password={1}"]
)
def test_an_address_shows_no_password(scheme, url):
    address = Address.parse(url.format(scheme, HUSH))
    shown = [
        repr(address),
        str(address),
        f"{address} {address!r} {address.password}",
        repr(asdict(address)),
        address.url(),
    ]
    shown += [
        json.dumps(asdict(address), default=str),
        repr(copy.deepcopy(address)),
        repr(OptionError(f"{address}: no")),
    ]
    shown += [repr(replace(address, name="other")), "{} {!r}".format(*[address] * 2)]
    assert not [each for each in shown if HUSH in each]
    assert HUSH in address.url(password=True) and Address.parse(address.url(password=True)) == address
    with pytest.raises(TypeError, match="a password is not pickled"):
        pickle.dumps(address)


def test_a_password_that_python_gives_is_kept_as_one():
    address = Address("postgres", "db", host="h", user="me", password=HUSH, options=(("pw", HUSH), ("sslmode", "b")))
    assert HUSH not in repr(address) and address.password == Secret(HUSH) and address.options == (("sslmode", "b"),)


def test_workers_get_it():
    sink = DatabaseSink(Address.parse(f"postgresql://me:{HUSH}@h/db"), "s", None, frozenset(), {}, None)
    assert pickle.loads(pickle.dumps(sink)).address.password.reveal() == HUSH


TORN = ["{}://me:{}/x@h/db", "{}://me:12/{}@h/db", "{}://me:{}#x@h/db", "{}://me:12?{}@h/db", "{}://me:a@{}/b@h/db"]
MISTYPED = [
    "postgrsql://me:{}@h/db", "postgresql:me:{}@h/db", "postgresql:/me:{}@h/db", "postgresql//me:{}@h/db", "me:{}@h/db",
    "sqlite://me:{}@h/x.db", "sqlite:///x.db?password={}", "duckdb:///x.duckdb?encryption_key={}", "host=h password={}",
    "postgresql://me:{}@h:port/db", "postgresql://me:{}@[h/db",
    "postgresql;//me:{}@h/x", "postgresql: //me:{}@h/x", "postgresql：//me:{}@h/x", "postgresql:////me:{}@h/x",
    "postgresql://dom/me:{}@h/x", "postgresql://me:{}", "postgresql://me:{}/x", "postgresql://me:{}#h/x", "me/{}@h",
    "postgresql://me:{}%40h/x", "postgresql://me/{}@h", "postgresql://me%3A{}@h/x", "postgresql://me:a@h/x,mysql://me:{}@h/x",
    "postgresql://me@h/x,mysql://me:{}@h/x", "postgresql://me@h/x?password%3D{}", "sqlite:///x.db?key={}", "--pw={}",
    "host=h password='my {} x'", "Pwd=a;{}", " postgresql://me:{}@h/x", "postgresql://m e:{}@h/x", "postgresql://m\te:{}@h/x",
    "postgresql://me@h/x?passw%6Frd={}", "postgresql://me@h/x?password=a;{}", "postgresql://me@h/x?password=a {}",
]  # fmt: skip
OPTIONS = ["pasword", "pass", "pw", "psw", "passwort", "api_key", "credential", "user", "application_name", "x"]


@pytest.mark.parametrize("text", [*MISTYPED, *(each.format(scheme, "{}") for each in TORN for scheme in SCHEMES)])
def test_what_is_refused_is_not_echoed(text):
    with pytest.raises(OptionError) as told:
        find(text.format(HUSH))
    assert HUSH not in str(told.value) and HUSH not in masked(text.format(HUSH))
    assert HUSH in "".join(secrets_in([text.format(HUSH)]))


@pytest.mark.parametrize("option", OPTIONS)
def test_only_options_in_which_nothing_is_hidden_are_shown(option):
    address = find(f"postgresql://me@h/x?sslmode=require&{option}=me:{HUSH}")
    assert str(address) == "postgresql://me@h/x?sslmode=require" and HUSH in address.url(password=True)
    assert HUSH not in masked(address.url(password=True)) + repr(address)


def test_a_variable_among_the_options_is_not_shown(tmp_path, monkeypatch):
    (tmp_path / "synth.toml").write_text(
        f"[databases.demo]\nurl = 'postgresql://me@h/x?sslmode=require&options=${{HUSH_WORD}}'\n"
        f'[databases."postgresql://me:{HUSH}@h"]\nuri = 1\n'
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HUSH_WORD", HUSH)
    with pytest.raises(OptionError, match="has no url") as told:
        find("demo")
    assert HUSH not in str(told.value)
    (tmp_path / "synth.toml").write_text((tmp_path / "synth.toml").read_text().partition('[databases."')[0])
    assert HUSH not in str(find("demo")) + repr(find("demo")) and HUSH in find("demo").url(password=True)


PIECES = [
    "postgresql",
    "mysql",
    "://",
    ":",
    "/",
    "@",
    "me",
    HUSH,
    "?",
    "&",
    "=",
    "#",
    ";",
    "%3A",
    "%40",
    "password",
    "x",
    " ",
    "h",
    "1",
]


@given(
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.sampled_from(["", "postgresql://", "mysql://me"])
)
def test_what_is_taken_for_an_address_is_one_of_which_it_is_known_what_to_hide(begin, text):
    """Where a password was read, and what is no user, host or name, is not in what is shown."""
    try:
        address = find(begin + text)
    except OptionError:
        return
    assert is_readable(begin + text)
    for secret in (address.password, *(value for _, value in address.secrets)):
        assert (
            secret.reveal() not in masked(begin + text) or len(secret.reveal()) < 4 or secret.reveal() in str(address)
        )


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=5),
    st.sampled_from(["postgresql", "postgrsql", "mysql"]),
)
def test_any_password_is_masked(password, scheme):
    """As it is, unwritten `%2F`, however many `@` and `/` it has."""
    assert masked(f"{scheme}://me:{password}@host/db") == f"{scheme}://me:***@host/db"
    assert masked(f"--to={scheme}://:{password}@host/db") == f"--to={scheme}://:***@host/db"


@pytest.mark.parametrize("word", ["output/a:b", "postgresql://me@h:5432/db?sslmode=require", "SELECT a::text, 'b@c'", "a@b", "--seed=4", "C:/x", "sqlite:////tmp/a b.db", "output//x", "orders=10,items=3", "mssql://sa@host/name?Encrypt=yes"])  # fmt: skip
def test_other_words_stay_as_they_are(word):
    assert masked(word) == word


def test_a_host_that_a_spec_names_gets_no_password_of_the_users(monkeypatch):
    monkeypatch.setenv("SYNTH_PASSWORD", HUSH)
    assert find("postgresql://me@h/db").password.reveal() == HUSH
    assert not find("postgresql://me@h/db", named=False).password
    with pytest.raises(OptionError, match="an address in a spec takes no options"):
        find("mysql://me@h/db?read_default_file=~/.my.cnf", named=False)
