"""Constraints bite: rows that break one are refused, and rows that keep them all are taken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.dtypes import DType
from tests.support.ddl import Made, spec, tsql
from tests.support.servers import SERVERS


@pytest.fixture(params=SERVERS)
def server(request, database):
    """Every database that is here."""
    return database(request.param)


BITES = {
    "parents": {"primary_key": ["id"], "columns": {"id": {"type": "integer"}}},
    "rows": {
        "primary_key": ["id"],
        "unique": [["low", "high"]],
        "checks": {"low_first": "low <= high"},
        "columns": {
            "id": {"type": "bigint"},
            "code": {"type": "varchar(5)", "unique": True, "nullable": True},
            "needed": {"type": "varchar(5)"},
            "low": {"type": "integer", "check": "low >= 0"},
            "high": {"type": "integer"},
            "parent": {"type": "integer", "references": "parents", "nullable": True},
        },
    },
}
GOOD = {"id": 1, "code": "a", "needed": "", "low": 1, "high": 2, "parent": 1}
OTHER = {"id": 2, "code": "b", "needed": "x", "low": 2, "high": 3, "parent": None}
# what must be refused -> the constraint's name where the database says names, else a word of its message
BREAKS = {
    "not null": ({"needed": None}, {"": "needed"}),
    "primary key": (
        {"id": 1},
        {"postgres": "pk_rows", "mysql": "PRIMARY", "sqlite": "rows.id", "duckdb": "primary key"},
    ),
    "unique": (
        {"code": "a"},
        {"postgres": "uq_rows_code", "mysql": "uq_rows_code", "sqlite": "rows.code", "duckdb": "unique"},
    ),
    "unique group": (
        {"low": 1, "high": 2},
        {"postgres": "uq_rows_low_high", "mysql": "uq_rows_low_high", "sqlite": "rows.low", "duckdb": "unique"},
    ),
    "check of a column": ({"low": -1}, {"": "ck_rows_low", "duckdb": "low >= 0"}),
    "check of a table": ({"low": 4}, {"": "ck_rows_low_first", "duckdb": "low <= high"}),
    "foreign key": ({"parent": 7}, {"": "fk_rows_parent", "sqlite": "FOREIGN KEY", "duckdb": "foreign key"}),
    "length": ({"needed": "longer"}, {"postgres": "character varying(5)", "mysql": "needed"}),
}


@pytest.fixture(scope="module")
def bitten(database):
    """The tables with a good row in each; gone with the last test here, as others look for what a server holds."""
    made = {}

    def get(name):
        if name not in made:
            made[name] = Made(database(name), spec(BITES, "bites")).__enter__()
            made[name].insert("parents", id=1)
            made[name].insert("rows", **GOOD)
        return made[name]

    yield get
    for each in made.values():
        each.__exit__()


@pytest.mark.parametrize("what", BREAKS)
@pytest.mark.parametrize("name", SERVERS)
def test_constraints_bite(bitten, name, what):
    made = bitten(name)
    cells, says = BREAKS[what]
    if what == "length" and not made.server.keeps_lengths:
        assert name not in says
        return
    assert (says.get(name) or says[""]).lower() in made.refuses("rows", **{**OTHER, **cells}).lower()


def test_good_rows_pass(server):
    with Made(server, spec(BITES, "good")) as made:
        made.insert("parents", id=1)
        made.insert("rows", **GOOD)
        made.insert("rows", **OTHER)
        for at, code in enumerate(("A", "a ", " a", "á", "A ", "", None, None), 3):  # values apart, and NULL many times
            made.insert("rows", **{**OTHER, "id": at, "code": code, "low": at, "high": at})
        made.refuses("rows", **{**OTHER, "id": 99, "code": "a ", "low": 50, "high": 50})


def test_null_many_times_in_tsql():
    text = tsql(spec(BITES))
    assert "CREATE UNIQUE INDEX [uq_rows_code] ON [contract].[rows] ([code]) WHERE [code] IS NOT NULL" in text
    assert "UNIQUE ([low], [high])" in text and "UNIQUE ([code])" not in text
    assert text.startswith("SET QUOTED_IDENTIFIER ON;\n")


def test_references_of_texts_are_left_out_where_they_would_stop_inserts():
    text = {"type": "varchar(9)"}
    dataset = spec({
        "large": {"primary_key": ["id"], "columns": {"id": text}},
        "small": {"primary_key": ["id"], "columns": {"id": {"type": "integer"}, "up": {**text, "references": "large"}}},
        "least": {"columns": {"up": {"type": "integer", "references": "small"}}},
    })  # fmt: skip
    dialect = DIALECTS["tsql"]
    assert sum(each.parent is not None for each in ddl(dataset, dialect).constraints) == 2
    made = ddl(dataset, replace(dialect, text_references=False))
    assert [each.parent for each in made.constraints if each.parent] == ["small"]
    assert made.left_out == ("the foreign key of small (up) to large: with one of texts this server takes no new rows",)


def test_a_length_in_tsql_holds_as_many_emoji():
    def kind(text: str, *, keyed: bool = False) -> str:
        return DIALECTS["tsql"].type(DType.parse(text), keyed=keyed).partition(" ")[0]

    assert [kind("varchar(2)"), kind("varchar(2000)"), kind("varchar(2001)")] == [
        "NVARCHAR(4)",
        "NVARCHAR(4000)",
        "NVARCHAR(MAX)",
    ]
    assert [kind("varchar(2)", keyed=True), kind("text", keyed=True), kind("text")] == [
        "NVARCHAR(4)",
        "NVARCHAR(800)",
        "NVARCHAR(MAX)",
    ]


def test_references_have_the_type_and_the_key_that_databases_ask_for(server):
    """A reference's type is its parent's key's; a key of two columns cannot be pointed to by one; circles are possible."""
    dataset = spec({
        "small": {"primary_key": ["id"], "columns": {"id": {"type": "integer"}, "back": {"type": "bigint", "references": "large"}}},
        "large": {"primary_key": ["id"], "columns": {"id": {"type": "varchar(9)"}, "up": {"type": "bigint", "references": "small"}}},
        "pairs": {"primary_key": ["a", "b"], "columns": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
        "far": {"columns": {"a": {"type": "integer", "references": "pairs"}, "me": {"type": "date"}}},
    })  # fmt: skip
    with Made(server, dataset) as made:
        found = made.catalogue()
        assert found["large"].columns["up"] == found["small"].columns["id"]
        assert found["small"].columns["back"] == found["large"].columns["id"]
        assert not found["far"].foreign
        assert len(found["small"].foreign | found["large"].foreign) == (2 if made.dialect.forward_references else 1)
        left_out = ddl(dataset, made.dialect).left_out
        assert len(left_out) == (0 if made.dialect.forward_references else 1)
        assert all(f"-- left out: {each}" in str(ddl(dataset, made.dialect)) for each in left_out)
    assert tsql(dataset)
