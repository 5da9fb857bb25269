"""What a type cannot be, and what cannot be seen, is refused by the spec alone: no uuid, U+0000, what shows only later."""

from __future__ import annotations

import re

import pytest

import synth
from synth.errors import DataError, SpecError
from synth.plan.make import make
from synth.spec.load import parse

HEAD = "dataset: d\nperiod: {start: 2025-01-01, until: 2026-01-01}\ntables:\n"
PEOPLE = "  p: {rows: 30, columns: {id: {key: sequence}, c: {coined: {}}, u: {expr: c, type: text}}}\n"
NO_UUID = {
    '  v: {values: [["not-a-uuid"]], primary_key: [a], columns: {a: {type: uuid}}}': "values.0.0: a: 'not-a-uuid' is no uuid",
    "  o: {rows: 9, columns: {id: {key: {kind: code, prefix: X}, type: uuid}}}": "id.type: a code is text, and no other type",
    "  o: {rows: 9, columns: {id: {key: uuid, type: varchar(10)}}}": "id.type: a uuid is 36 long",
    "  o: {rows: 9, columns: {id: {key: sequence}, u: {expr: \"'x' || id\", type: uuid}}}": "u.expr: a text need not be a uuid",
    "  o: {rows: 9, columns: {id: {key: sequence}, u: {expr: CAST('x' AS uuid)}}}": "u.expr: text cast to uuid: it need not be one",
    "  k: {rows: 9, columns: {id: {key: {kind: code}}}}\n  o: {rows: 9, columns: {k: {reference: k, type: uuid}}}":
        "k.type: it is uuid, but the key of k is text",
}  # fmt: skip


@pytest.mark.parametrize("table", NO_UUID)
def test_what_is_no_uuid_is_refused(table):
    with pytest.raises(SpecError, match=re.escape(NO_UUID[table])):
        make(parse(HEAD + table))


def test_a_select_that_gives_no_uuid_is_told():
    text = HEAD + PEOPLE + "  d: {select: \"SELECT id, c || '!' AS u FROM p ORDER BY id\", primary_key: [id], "
    plan = make(parse(text + "columns: {id: {type: bigint}, u: {type: uuid}}}"))
    with pytest.raises(DataError, match=r"d\.select: u: the SELECT gives '.*!', which is no uuid"):
        synth.frame(plan, "d")


def test_uuids_are_uuids():
    text = (
        HEAD
        + "  p: {rows: 9, columns: {id: {key: uuid}}}\n  o: {rows: 9, columns: {p: {reference: p}, e: {expr: p}}}\n"
    )
    text += '  v: {values: [["00000000-aaaa-BBBB-0123-456789abcdef"]], primary_key: [a], columns: {a: {type: uuid}}}\n'
    text += "  d: {select: SELECT id FROM p ORDER BY id, primary_key: [id], columns: {id: {type: uuid}}}\n"
    plan = make(parse(text))
    assert sorted(synth.frame(plan, "d")["id"]) == sorted(synth.frame(plan, "p")["id"])


@pytest.mark.parametrize(
    "table",
    [
        'v: {values: [["a\\0b"]], primary_key: [a], columns: {a: {type: text}}}',
        'o: {rows: 9, columns: {a: {choice: {"x\\0y": 1}}}}',
        'o: {rows: 9, columns: {a: {sentence: {patterns: {x: 1}}}, b: {coined: {suffix: "\\0"}}}}',
    ],
)
def test_texts_with_a_nul_are_refused_where_they_stand(table):
    with pytest.raises(SpecError, match=r"<yaml>:4:\d+: tables\..*: a text holds U\+0000") as refused:
        parse(HEAD + "  " + table)
    assert refused.value.problems[0].hint == "leave it out"


LATER = """  p:
    rows: 300
    columns:
      id: {key: sequence}
      t: {arrival: {since: 2024-01-01, before_start: 0.5}}
      g: {delay: {after: t, even: true, max: 300}}
      open: {choice: {a: 1}}
      h: {choice: {a: 1}}
      s: {state: CASE WHEN g IS NULL THEN 1 ELSE 0 END}
    events: {g: [h]}
  o: {rows: 3000, columns: {id: {key: sequence}, t: {arrival: {}}, p: {reference: p}, k: {choice: {1: 1}}, COLUMN}}
"""
UNSEEN = {
    "z: {state: CASE WHEN p.g IS NULL THEN 1 ELSE 0 END}": "z.state: 'p.g' is hidden until `g` has come, and what shows of p",
    "z: {state: CASE WHEN p.h IS NULL THEN 1 ELSE 0 END}": "z.state: 'p.h' is hidden until `g` has come",
    "z: {state: p.s}": "z.state: 'p.s' is a state, and what shows of p is not known here",
    "z: {state: \"p.open || 'x'\"}": None,
}


@pytest.mark.parametrize("column", UNSEEN)
def test_a_state_does_not_look_through_a_reference_at_what_shows_later(column):
    """It saw the future: what is planned there."""
    if UNSEEN[column] is None:
        make(parse(HEAD + LATER.replace("COLUMN", column)))
        return
    with pytest.raises(SpecError, match=re.escape(UNSEEN[column])):
        make(parse(HEAD + LATER.replace("COLUMN", column)))


def test_a_rollup_does_not_either():
    rollup = "  r: {rollup: {table: o, group_by: [k], aggregates: {n: {count: p.g}}}, primary_key: [k], columns: {k: {}, n: {}}}\n"
    with pytest.raises(SpecError, match=r"r\.rollup\.aggregates\.n: 'p\.g' is hidden until"):
        make(parse(HEAD + LATER.replace("COLUMN", "z: {choice: {1: 1}}") + rollup))
