"""A type of a database's own, `native`: what is one, which columns have it, and where a wrong one stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synth.databases.registry import NAMES
from synth.errors import SpecError
from synth.spec.kept import as_kept, computed, natives
from synth.spec.load import dump, parse
from synth.spec.models import Column
from synth.spec.native_types import is_expression, is_native_type

TYPES = (
    "inet", "varchar(20)", "text[]", "integer[3]", "timestamp(3) with time zone", "enum('a','b''c')", 'ENUM("a")', "mediumint unsigned", "public.citext",
    'text COLLATE "C"', "STRUCT(a INTEGER, b VARCHAR[])", '"My Type"', "decimal(10, 2)", " inet ",
)  # fmt: skip
NO_TYPES = (
    "", " ", "int;", "int; DROP TABLE t", "int, other int", "int)", "int(", "int not null", "INT NOT NULL", "text default 1", "int'a'", "enum('a\\')", "a--b",
    "a/*b*/", "(1)", "[1]", "int]", "varchar(20", "text )(", "x\ny", "int references t", "int primary key", "int check (a > 1)", "int generated always",
    "varchar(2]", "a" * 10_001, "int #", "`int`", "x(a; b)", "x\0",
)  # fmt: skip
SHOP = """
dataset: d
period: {start: 2024-01-01, until: 2026-01-01}
tables:
  hosts: {rows: 5, columns: {id: {key: sequence, native: {mysql: int unsigned}}, ip: {ip: {}, native: {postgres: inet}}}}
  visits: {rows: 5, columns: {id: {key: sequence}, host: {reference: hosts, native: {mysql: bigint, postgres: oid}}}}
  notes: {per: visits, fanout: 1, columns: {id: {reference: visits}, host: {reference: hosts}}, primary_key: [id]}
"""


@pytest.mark.parametrize("text", TYPES)
def test_a_type(text):
    assert is_native_type(text)


@pytest.mark.parametrize("text", NO_TYPES)
def test_no_type(text):
    assert not is_native_type(text)


@given(st.text("ab(),'\"[]; -/*\\", max_size=12))
def test_whatever_is_a_type_ends_where_it_began(text):
    """Nothing of it reaches out of its place in a statement: brackets and quotes are closed, and none ends it."""
    if is_native_type(text):
        outside, quote, depth = [], "", 0
        for sign in text:
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "'\"":
                quote = sign
            else:
                depth += (sign == "(") - (sign == ")")
                assert depth >= 0
                outside.append(sign if not depth else "")
        assert not quote and not depth
        assert not {";", ",", "-", "/", "\\"} & {*outside} and "\\" not in text


def test_a_wrong_one_is_told_with_its_place():
    with pytest.raises(
        SpecError, match=r"<yaml>:5:.*tables\.hosts\.columns\.ip\.native\.postgres: 'inet; x' is no type of a database"
    ):
        parse(SHOP.replace("postgres: inet}", "postgres: inet; x}"))
    with pytest.raises(SpecError, match=r"native\.oracle: "):
        parse(SHOP.replace("postgres: inet}", "oracle: inet}"))


def test_it_is_written_as_it_was_read():
    dataset = parse(SHOP)
    assert parse(dump(dataset)) == dataset
    assert Column.model_validate({"ip": {}, "native": {"postgres": " inet "}}).native == {"postgres": "inet"}


def test_each_database_may_have_one():
    for name in NAMES:
        assert Column.model_validate({"ip": {}, "native": {name: "inet"}}).native == {name: "inet"}


def test_a_reference_is_kept_as_its_key_is():
    """Its own is of no account: what refers to a key has the type of the key."""
    dataset = parse(SHOP)
    kept = {at: "int unsigned" for at in (("hosts", "id"), ("visits", "host"), ("notes", "host"))}
    assert natives(dataset, "mysql") == kept
    assert natives(dataset, "postgres") == {("hosts", "ip"): "inet"}
    assert natives(dataset, "sqlite") == {}


def test_types_are_the_same_but_for_where_they_are_kept():
    from synth.dtypes import BIGINT, TEXT

    types = {"hosts": {"id": BIGINT, "ip": TEXT}}
    kept = as_kept(parse(SHOP), "postgres", types)
    assert kept == types and kept["hosts"]["ip"].native == "inet" and not kept["hosts"]["id"].native


EXPRESSIONS = (
    "a * b",
    "(quantity)::numeric * price",
    "`a` + 1.5",
    "coalesce(a, 'x''y') || ' '",
    "a[1]",
    "a - -b",
    "length(name) > 3",
    'lower("Name")',
)
NO_EXPRESSIONS = (
    "",
    " ",
    "a;",
    "a; DROP TABLE t",
    "a)",
    "(a",
    "a, b",
    "a -- b",
    "a /* b */",
    "'a",
    "a \\ b",
    "@x",
    "a # b",
    "f(a])",
    "a\nb",
    "a--b",
)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression(text):
    assert is_expression(text)


@pytest.mark.parametrize("text", NO_EXPRESSIONS)
def test_no_expression(text):
    assert not is_expression(text)


@given(st.text("ab(),'\"`; -/*\\", max_size=12))
def test_whatever_is_an_expression_ends_where_it_began(text):
    if is_expression(text):
        outside, quote, depth = "", "", 0
        for sign in text:
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "'\"`":
                quote = sign
            else:
                depth += (sign == "(") - (sign == ")")
                assert depth >= 0
                outside += sign
        assert not quote and not depth
        assert ";" not in outside and "--" not in outside and "/*" not in outside and "\\" not in text


def test_a_wrong_expression_is_told_with_its_place():
    spec = SHOP.replace("native: {postgres: inet}", "computed: {postgres: 'lower(ip'}")
    with pytest.raises(SpecError, match=r"<yaml>:5:.*ip\.computed\.postgres: 'lower\(ip' is no expression of SQL"):
        parse(spec)
    with pytest.raises(
        SpecError, match=r"computed\.duckdb: "
    ):  # which computes such columns anew whenever they are read
        parse(spec.replace("postgres: 'lower(ip'", "duckdb: lower(ip)"))


def test_what_is_computed():
    dataset = parse(SHOP.replace("native: {postgres: inet}", "computed: {postgres: host(ip)}"))
    assert computed(dataset, "postgres") == {"hosts": {"ip": "host(ip)"}} and not computed(dataset, "mysql")
    assert parse(dump(dataset)) == dataset
