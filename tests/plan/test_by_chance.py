"""Groups that follow from chance alone are refused, whatever a small dataset shows; those that may hold are rehearsed."""

from __future__ import annotations

import pytest

from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse
from synth.verifying.rehearse import rehearse

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  people: {rows: 12, columns: {id: {key: sequence}, name: {first_name: {}}, GIVEN}}
  visits:
    rows: 12
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      person: {reference: {to: people, popularity: {zipf_mandelbrot: {s: 1.1, q: 0.1}}}}
      kind: {choice: {a: 1, b: 1}}
      note: {sentence: {patterns: {"{a} {b}": 1}, words: {a: [x, y, z], b: [u, v, w]}}}
      weight: {lognormal: {median: 5, sigma: 1}, type: double}
      late: {expr: weight + 1}
      COLUMN
    GROUP
  lines:
    per: visits
    fanout: {min: 0, max: LINES, uniform: true}
    columns: {v: {reference: visits}, n: {ordinal: visits}, size: {gamma: {shape: 1}}, twice: {expr: n * 2}, at: {lookup: visits.id}, CHAIN}
    LINE_GROUP
"""

DERIVED = """primary_key: [v, n]
  d: {{select: 'SELECT {} AS k FROM lines', primary_key: [k], columns: {{k: {{type: bigint}}}}}}"""


def shop(**words):
    text = SHOP
    for word, default in {
        "LINE_GROUP": "",
        "GIVEN": "x: {coined: {}}",
        "COLUMN": "",
        "GROUP": "",
        "CHAIN": "y: {constant: 1}",
        "LINES": "3",
    }.items():
        text = text.replace(word, words.get(word, default))
    return parse(text)


CHAIN = (
    "since: {delay: {after: previous.since, first: visits.at, median: 9, sigma: 1, min: LEAST, max: 99}, type: TYPE}"
)
DAYS = {"CHAIN": CHAIN.replace("TYPE", "date"), "LINE_GROUP": "at: since\n    primary_key: [v, since]", "LINES": "30"}

BY_CHANCE = {
    "weight": ({"COLUMN": "x: {gamma: {shape: 1}, unique: true}"}, "nothing makes x unique: rows of visits can be equal by chance"),
    "sentence": ({"COLUMN": 'x: {sentence: {patterns: {"{a}": 1}, words: {a: [u, v]}}, unique: true}'}, "nothing makes x unique"),
    "by weight in time": ({"GROUP": "unique: [[person, kind]]"}, r"nothing makes \(person, kind\) unique"),
    "at": ({"GROUP": "unique: [[person, at]]"}, r"nothing makes \(person, at\) unique"),
    "made of chance": ({"COLUMN": "x: {expr: late * 2, unique: true}"}, "nothing makes x unique"),
    "a column twice": ({"COLUMN": "x: {choice: {a: 1, b: 1}}", "GROUP": "unique: [[kind, x], [x, note]]"}, "nothing makes"),
    "of a parent": ({"LINE_GROUP": "unique: [[v, size]]"}, r"nothing makes \(v, size\) unique"),
    "key": ({"LINE_GROUP": "primary_key: [v, size]"}, "lines.primary_key: nothing makes"),
    "taken over": ({"LINE_GROUP": DERIVED.format("size")}, "d.primary_key: nothing makes k unique"),
    "days of a chain": (DAYS | {"CHAIN": DAYS["CHAIN"].replace("LEAST", "0.9")}, r"nothing makes \(v, since\) unique"),
    "chains of others": (DAYS | {"CHAIN": DAYS["CHAIN"].replace("LEAST", "1"), "LINE_GROUP": "at: since\n    unique: [[size, since]]"}, "nothing makes"),
}  # fmt: skip
MAY_HOLD = {
    "taken over": {"LINE_GROUP": DERIVED.format("at").replace("lines", "visits").replace("at AS", "id AS")},
    "worked out": {"LINE_GROUP": DERIVED.format("v * 10 + n")},
    "from the key": {"COLUMN": "x: {expr: 5 - id, unique: true}"},
    "from an ordinal": {"LINE_GROUP": "primary_key: [v, twice]"},
    "of the only child": {"LINES": "1", "LINE_GROUP": "unique: [[at]]"},
    "with a one-to-one": {"COLUMN": "p: {reference: {to: people, unique: true}}, y: {lookup: p.x, unique: true}".replace(", y", "\n      y")},
    "after the sibling before": DAYS | {"CHAIN": CHAIN.replace("TYPE", "timestamp").replace("LEAST", "0")},
    "days after the sibling before": DAYS | {"CHAIN": DAYS["CHAIN"].replace("LEAST", "1")},
    "from such a day": DAYS | {"CHAIN": DAYS["CHAIN"].replace("LEAST", "1") + ", k: {expr: since - 1}", "LINE_GROUP": "at: since\n    primary_key: [v, k]"},
    "doubled": {"COLUMN": "x: {uniform: {min: 1, max: 99}, unique: true}\n      y: {expr: x * 2, unique: true}"},
}  # fmt: skip


@pytest.mark.parametrize("name", BY_CHANCE)
def test_what_follows_from_chance_is_refused(name):
    words, message = BY_CHANCE[name]
    with pytest.raises(SpecError, match=message):
        make(shop(**words))


@pytest.mark.parametrize("name", MAY_HOLD)
def test_what_follows_from_what_is_distinct_is_rehearsed(name):
    rehearse(shop(**MAY_HOLD[name]))
