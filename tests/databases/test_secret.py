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
from synth.databases.secret import Secret, masked, secrets_in
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
    address = Address("postgres", "db", host="h", user="me", password=HUSH, options=(("sslpassword", HUSH), ("a", "b")))
    assert HUSH not in repr(address) and address.password == Secret(HUSH) and address.options == (("a", "b"),)


def test_workers_get_it():
    sink = DatabaseSink(Address.parse(f"postgresql://me:{HUSH}@h/db"), "s", None)
    assert pickle.loads(pickle.dumps(sink)).address.password.reveal() == HUSH


TORN = ["{}://me:{}/x@h/db", "{}://me:12/{}@h/db", "{}://me:{}#x@h/db", "{}://me:12?{}@h/db", "{}://me:a@{}/b@h/db"]
MISTYPED = [
    "postgrsql://me:{}@h/db", "postgresql:me:{}@h/db", "postgresql:/me:{}@h/db", "postgresql//me:{}@h/db", "me:{}@h/db",
    "sqlite://me:{}@h/x.db", "sqlite:///x.db?password={}", "duckdb:///x.duckdb?encryption_key={}", "host=h password={}",
    "postgresql://me:{}@h:port/db", "postgresql://me:{}@[h/db",
]  # fmt: skip


@pytest.mark.parametrize("text", [*MISTYPED, *(each.format(scheme, "{}") for each in TORN for scheme in SCHEMES)])
def test_what_is_refused_is_not_echoed(text):
    with pytest.raises(OptionError) as told:
        find(text.format(HUSH))
    assert HUSH not in str(told.value)
    assert HUSH in "".join(secrets_in([text.format(HUSH)]))


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=5),
    st.sampled_from(["postgresql", "postgrsql", "mysql"]),
)
def test_any_password_is_masked(password, scheme):
    """As it is, unwritten `%2F`, however many `@` and `/` it has."""
    assert masked(f"{scheme}://me:{password}@host/db") == f"{scheme}://me:***@host/db"
    assert masked(f"--to={scheme}://:{password}@host/db") == f"--to={scheme}://:***@host/db"


@pytest.mark.parametrize("word", ["output/a:b", "postgresql://me@h:5432/db?sslmode=require", "SELECT a::text, 'b@c'", "a@b", "--seed=4", "C:/x"])  # fmt: skip
def test_other_words_stay_as_they_are(word):
    assert masked(word) == word


def test_a_host_that_a_spec_names_gets_no_password_of_the_users(monkeypatch):
    monkeypatch.setenv("SYNTH_PASSWORD", HUSH)
    assert find("postgresql://me@h/db").password.reveal() == HUSH
    assert not find("postgresql://me@h/db", named=False).password
    with pytest.raises(OptionError, match="an address in a spec takes no options"):
        find("mysql://me@h/db?read_default_file=~/.my.cnf", named=False)
