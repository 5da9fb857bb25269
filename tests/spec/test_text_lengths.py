"""Texts that double from column to column, or are longer than any machine should make, are refused with their place."""

from __future__ import annotations

import pytest

from synth.errors import SpecError
from synth.spec.check import check, check_to_read
from synth.spec.load import parse

ORDERS = """
dataset: shop
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  orders:
    rows: 50
    columns:
      id: {key: sequence}
      note: {choice: {abcdef: 1}}
      n: {uniform: {min: 1, max: 9}, type: integer}
"""
LONG = "z" * 9_900
DOUBLED = "".join(f'      c{i + 1}: {{expr: "c{i} || c{i}", type: varchar(10)}}\n' for i in range(21))
PATTERN = "{w}" * 200
SELECT = """
  d:
    primary_key: [id]
    select: "SELECT id, LPAD(note, 60000, 'x') AS m FROM orders"
    columns: {id: {type: bigint}, m: {type: text}}
  e:
    primary_key: [id]
    select: "SELECT id, m || m AS m FROM d"
    columns: {id: {type: bigint}, m: {type: text}}
"""


@pytest.mark.parametrize(
    ("more", "place"),
    [
        ('      c0: {expr: "note"}\n' + DOUBLED, "columns.c15.expr"),
        (f"""      c: {{expr: "REPLACE(REPLACE(note, 'a', '{LONG}'), 'z', '{LONG}')"}}\n""", "columns.c.expr"),
        (f'      s: {{sentence: {{patterns: {{"{PATTERN}": 1}}, words: {{w: [{LONG}]}}}}}}\n', "columns.s.sentence"),
        (f"      s: {{choice: {{? {LONG * 20} : 1}}}}\n", "columns.s.choice"),
        ("""      c: {expr: "RPAD(note, 2147483647, 'x')"}\n""", "columns.c.expr"),
        ("""      c: {expr: "n", check: "LENGTH(RPAD(note, 2147483647, 'x')) > 0"}\n""", "columns.c.check"),
        ("""    checks: {c: "LENGTH(RPAD(note, 2147483647, 'x')) > 0"}\n""", "checks.c"),
        (SELECT, "tables.e.select"),
        ("""rules: {r: "SELECT id FROM orders WHERE LENGTH(LPAD(note, 2147483647, 'x')) < 0"}\n""", "rules.r"),
    ],
)  # fmt: skip
def test_texts_that_are_too_long_are_refused(more, place):
    with pytest.raises(SpecError, match=f"{place}: .* and 100,000 are the most") as refused:
        check(parse(ORDERS + more, "shop.yaml"))
    assert len(refused.value.problems) <= 7  # what is made of a refused column is not told again at each step


def test_rules_of_a_strangers_manifest_are_looked_at_before_they_are_run():
    rule = """rules: {r: "SELECT id FROM orders WHERE LENGTH(LPAD(note, 2147483647, 'x')) < 0"}"""
    with pytest.raises(SpecError, match="100,000 are the most"):
        check_to_read(parse(ORDERS + rule, "shop.yaml"))


def test_ordinary_texts_are_drawn():
    more = """      c: {expr: "UPPER(note) || '-' || LPAD(CAST(n AS VARCHAR), 6, '0') || REPLACE(note, 'ss', 'sz')"}
      d: {expr: "REPLACE(REPLACE(REPLACE(REPLACE(c, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), ' ', '&nbsp;')"}
"""
    check(parse(ORDERS + more, "shop.yaml"))
