"""Names that are keywords, too long, much alike or full of quotes do no harm; what no database takes is refused."""

from __future__ import annotations

import re

import pytest

from synth import load
from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.errors import OptionError, SpecError
from tests.support.ddl import Made, says_what_the_spec_says, spec, tsql
from tests.support.hostile import LONG
from tests.support.servers import SERVERS


@pytest.fixture(params=SERVERS)
def server(request, database):
    """Every database that is here."""
    return database(request.param)


KEYWORDS = [
    "order",
    "group",
    "select",
    "user",
    "table",
    "date",
    "Case",
    "key",
    "index",
    "values",
    "rows",
    "check",
    "public",
]


def test_names_that_are_keywords(server):
    columns = {word: {"type": "integer"} for word in [*KEYWORDS, "Order_"]}
    tables = {w: {"primary_key": ["order"], "columns": columns, "checks": {"group": '"select" > 0'}} for w in KEYWORDS}
    tables["order"] = {**tables["order"], "columns": {**columns, "user": {"type": "integer", "references": "group"}}}
    dataset = spec(tables, "select")
    with Made(server, dataset) as made:
        says_what_the_spec_says(made, dataset)
    tsql(dataset)


def test_long_names_that_are_cut_stay_apart(server):
    columns = {
        f"{LONG[:-1]}{at}": {"type": "integer", "check": f"{LONG[:-1]}{at} > 0", "unique": True} for at in range(4)
    }
    tables = {f"{LONG[:-1]}{at}": {"columns": columns, "checks": {LONG: f"{LONG[:-1]}1 < 9"}} for at in range(2)}
    dataset = spec(tables)
    names = re.findall(r"CONSTRAINT \"(\w+)\"", str(ddl(dataset, DIALECTS["postgres"])))
    assert len(set(names)) == len(names) == 18 and max(map(len, names)) <= 60
    with Made(server, dataset) as made:
        says_what_the_spec_says(made, dataset)


def test_names_that_meet_stay_apart(server):
    """`a` + `b_c` and `a_b` + `c`, a check named as a column's, a table named as a constraint, one group twice."""
    key = {"type": "integer", "unique": True}
    dataset = spec({
        "a": {"columns": {"b_c": {**key, "check": "b_c > 0"}}, "checks": {"b_c": "b_c < 9"}, "unique": [["b_c"], ["b_c", "b_c"]]},
        "a_b": {"columns": {"c": key}},
        "uq_a_b_c": {"columns": {"x": key}},
        "pk_uq": {"columns": {"x": key}},
        "uq": {"primary_key": ["y"], "columns": {"y": key}},
    })  # fmt: skip
    with Made(server, dataset) as made:
        assert {t: len(s.keys) for t, s in made.catalogue().items()} == {
            "a": 1,
            "a_b": 1,
            "uq_a_b_c": 1,
            "pk_uq": 1,
            "uq": 1,
        }
    for dialect in DIALECTS.values():
        names = [n.lower() for n in re.findall(r"(?:CONSTRAINT|INDEX) .(\w+).", str(ddl(dataset, dialect)))]
        assert len(set(names)) == len(names) and not set(names) & set(dataset.written)


@pytest.mark.parametrize(
    "schema", ["it's", 'a"b', "a`b", "a]b", "a.b", "x; DROP TABLE t; --", "ünï", "Select", "\\", "%", "x" * 63]
)
def test_hostile_schemas(server, schema):
    dataset = spec(
        {
            "t": {
                "primary_key": ["c"],
                "columns": {
                    "c": {"type": "date", "about": "x"},
                    "d": {"type": "date", "references": "t", "nullable": True},
                },
            }
        }
    )
    with Made(server, dataset, schema) as made:
        made.insert("t", c="2024-02-29", d=None)
    text = str(ddl(dataset, DIALECTS["tsql"], schema))
    quoted = "[" + schema.replace("]", "]]") + "]"
    assert f"EXEC(N'CREATE SCHEMA {quoted}')".replace(quoted, quoted.replace("'", "''")) in text


@pytest.mark.parametrize("schema", ["", " ", "a\n", "a\0", "x" * 64, "ü" * 32, "a "])
def test_schemas_that_no_database_takes(schema):
    with pytest.raises(OptionError, match="cannot be a schema's name"):
        ddl(load("inventory"), DIALECTS["postgres"], schema)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_names_that_differ_by_case_are_refused(dialect):
    columns = {"c": {"type": "date"}}
    for tables in (
        {"order": {"columns": columns}, "Order": {"columns": columns}},
        {"t": {"columns": {**columns, "C": {"type": "date"}}}},
    ):
        with pytest.raises(SpecError, match="differ only in case"):
            ddl(spec(tables), DIALECTS[dialect])
