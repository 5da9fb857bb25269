"""JSON: how it is spelt, what a document is made of, and what is refused."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import synth
from synth.databases import DIALECTS
from synth.ddl import ddl
from synth.documents import canonical
from synth.errors import SpecError
from synth.spec.load import parse
from tests.spec.test_types import HEAD, drawn, one_column, refused

SPELT = {
    ' {"bb":1,"a" : [ 1.50,2.0,-0.10,0 ]} ': '{"a": [1.5, 2.0, -0.1, 0], "bb": 1}',
    '{"é": 1, "zz": 2, "z": 3, "": 4}': '{"": 4, "z": 3, "zz": 2, "é": 1}',
    '"\\u00e9\\u0001\\/"': '"é\\u0001/"',
    "1.5e3": "1500.0",
    "null": "null",
    "[]": "[]",
}


@pytest.mark.parametrize("text", SPELT)
def test_it_is_spelt_as_servers_spell_it(text):
    assert canonical(text) == SPELT[text] and canonical(SPELT[text]) == SPELT[text]


NONE = {
    "": "'' is no JSON",
    "{a: 1}": "is no JSON",
    "NaN": "NaN is no number",
    '{"a": 1, "a": 2}': "a key stands twice in an object",
    "0.1234567890123456": "which not every database keeps with all its digits",
    "1e300": "which not every database keeps with all its digits",
    str(2**63): "which not every database keeps with all its digits",
    "[" * 60 + "]" * 60: "is nested more than 50 deep",
}


@pytest.mark.parametrize("text", NONE)
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError) as caught:
        canonical(text)
    assert NONE[text] in str(caught.value)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(anything)
def test_it_means_what_it_meant(value):
    assert json.loads(canonical(json.dumps(value))) == value


COLUMNS = """
      n: {uniform: {min: -3, max: 3}}
      cost: {uniform: {min: -2, max: 2}, type: "decimal(5,3)"}
      word: {choice: {"it's": 1, 'a "b" \\\\': 1, 漢字: 1}, null_share: 0.3, nullable: true}
      on: {uniform: {min: 2024-01-01, max: 2024-12-31}}
      at: {uniform: {min: 2024-01-01, max: 2024-12-31}, type: timestamp}
      yes: {choice: {true: 1, false: 1}}
      clock: {time_of_day: {}}
"""


def test_a_document_holds_its_columns():
    fields = "{zz: n, a: {cost: cost, word: word, deep: [[on], {at: at}]}, yes: yes, clock: clock, nothing: {}}"
    frame = drawn(one_column(f"{{json: {fields}}}", COLUMNS.lstrip("\n")))
    for row in frame.iter_rows(named=True):
        found = json.loads(row["x"], parse_float=Decimal)
        at, clock = (row[name].isoformat(timespec="microseconds") for name in ("at", "clock"))
        inner = {"cost": row["cost"], "word": row["word"], "deep": [[row["on"].isoformat()], {"at": at}]}
        assert found == {"zz": row["n"], "a": inner, "yes": row["yes"], "clock": clock, "nothing": {}}
        assert canonical(row["x"]) == row["x"]


def test_fields_in_any_order_are_one_document():
    one, other = (drawn(one_column(f"{{json: {{fields: {f}}}}}")) for f in ("{a: id, b: [id]}", "{b: [id], a: id}"))
    assert one.equals(other)


# a column -> what is said
WRONG = {
    "{json: {}}": "fields",
    "{json: {a: {}, b: []}}": "no field is a column",
    "{json: {a: 1}}": "1 is no path, and no object or array of paths",
    "{json: {a: y.z}}": "y.z",
    "{json: {a: nobody}}": "nobody",
    "{json: {a: [d]}}": "'d' is double, whose digits not every database keeps in JSON",
    "{json: {a: w}}": "'w' is decimal(18,4), whose digits not every database keeps in JSON",
    "{json: {a: id}, type: text}": "a document cannot be text",
    "{json: {a: id}, unique: true}": "'x' is JSON, which no key and no unique group can hold",
    "{choice: {'{a}': 1}, type: json}": "'{a}' is no JSON",
    "{choice: {1: 1}, type: json}": "1 is no JSON: a text is expected",
    "{uniform: {min: 1, max: 2}, type: json}": "cannot be json",
    "{lookup: t, type: json}": "'t' is text, and is not json as it is",
    "{expr: t, type: json}": "the expression gives text, the column is json",
    "{expr: y || 'a'}": "json as a text reads differently in every database",
    "{expr: y = t}": "JSON is not compared",
    "{expr: \"CASE WHEN y = '1' THEN 1 ELSE 2 END\"}": "JSON is not compared",
    '{expr: "COALESCE(y, y)"}': "JSON is not compared, and goes through nothing",
    "{expr: LENGTH(y)}": "json",
    "{expr: y + 1}": "arithmetic on json",
    "{expr: CAST(y AS TEXT)}": "json cast to text: every database spells JSON in its own way",
    "{expr: CAST(t AS JSON)}": "text cast to json: every database spells JSON in its own way",
}


@pytest.mark.parametrize("column", WRONG)
def test_what_json_cannot_be_or_do_is_refused(column):
    others = '      y: {json: {a: id}}\n      t: {choice: {a: 1}}\n      d: {gamma: {shape: 1}}\n      w: {uniform: {min: 1, max: 2}, type: "decimal(18,4)"}\n'
    assert WRONG[column] in refused(one_column(column, others))


def test_a_copy_is_the_same_document():
    frame = drawn(one_column("{expr: y}", "      y: {json: {a: id}}\n"))
    assert frame["x"].equals(frame["y"].alias("x"))


def test_tables_that_are_not_drawn_refuse_it():
    cells = "  t: {values: [[1, '{a'], [2, '{}']], primary_key: [id], columns: {id: {type: bigint}, x: {type: json}}}\n"
    assert "is no JSON" in refused(HEAD + cells)
    derived = (
        one_column("{json: {a: id}}")
        + "  u: {select: 'SELECT id, x FROM t', primary_key: [id], columns: {id: {type: bigint}, x: {type: json}}}\n"
    )
    assert drawn(derived, "u")["x"][0] == '{"a": 1}'  # a plain copy
    joined = derived.replace("'SELECT id, x FROM t'", "'SELECT t.id, MAX(t.x) AS x FROM t GROUP BY t.id'")
    assert "a SELECT gives no JSON" in refused(joined)
    assert drawn(joined.replace("x: {type: json}}", "x: {type: text}}"), "u")["x"][0] == '{"a": 1}'
    existing = "  t: {existing: true, primary_key: [id], columns: {id: {type: bigint}, x: {type: json}}}\n"
    with pytest.raises(SpecError, match="JSON of rows that exist is read as text"):
        synth.make_plan(parse(HEAD + existing), source="nowhere")


@pytest.mark.parametrize(
    "sql", ["x = '{}'", "LENGTH(x) > 1", "CAST(x AS TEXT) = 'a'", "x IN ('a')", "COALESCE(x, '1') = '1'"]
)
def test_checks_of_json_are_refused(sql):
    with pytest.raises(SpecError, match="JSON|json"):
        str(ddl(parse(one_column(f'{{json: {{a: id}}, check: "{sql}"}}')), DIALECTS["mysql"]))
