"""Moments that expressions put some days after others: no earlier than their row came, and no two siblings' alike."""

from __future__ import annotations

import datetime as dt

import pytest

from synth.api import frame
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse
from synth.sql.days_after import days_after
from synth.verifying.rehearse import rehearse

SPEC = """
dataset: d
period: {start: 2024-01-01, until: 2026-01-01}
tables:
  people:
    rows: 60
    columns: {person: {key: sequence}, came: {arrival: {since: 2023-01-01, before_start: 0.4}, type: date}, old: {uniform: {min: 2023-01-01, max: 2025-12-31}}}
  policies:
    per: people
    fanout: {min: 1, max: 6, mean: 2, poisson: true}
    at: valid_from
    primary_key: [person, valid_from]
    columns:
      person: {reference: people}
      gap: {GAP}
      valid_from: {expr: "FROM", type: date}
      valid_to: {state: next.valid_from - 1, nullable: true, type: date}
  visits:
    rows: 400
    columns:
      on: {arrival: {}, type: date}
      person: {reference: people}
      policy: {in_force: {table: policies, match: {person: person}, at: on, begins: valid_from, column: valid_from}}
rules:
  without_a_gap: |
    SELECT person FROM (
      SELECT person, valid_to, LEAD(valid_from) OVER (PARTITION BY person ORDER BY valid_from) AS then_from FROM policies
    ) p WHERE valid_to <> then_from - 1 OR (valid_to IS NULL AND then_from IS NOT NULL) OR (valid_to IS NOT NULL AND then_from IS NULL)
"""
CHAIN = "COALESCE(previous.valid_from + gap, people.came)"


def spec(chain: str = CHAIN, gap: str = "uniform: {min: 1, max: 300}, type: integer"):
    return parse(SPEC.replace('FROM", type', chain + '", type').replace("GAP", gap))


def test_histories_without_a_gap_hold_and_rows_keep_what_held_on_their_day():
    assert rehearse(spec()) == ()
    early, late = (frame(make(spec(), until=until), "visits") for until in (dt.date(2024, 9, 1), dt.date(2026, 1, 1)))
    assert early.height > 100 and early.equals(late.head(early.height))
    policies = frame(make(spec()), "policies")
    assert policies["valid_to"].null_count() == policies["person"].n_unique() < policies.height


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"chain": "COALESCE(previous.valid_from + gap, people.old)"}, "begins: 'valid_from' may lie before its row"),
        ({"chain": "COALESCE(previous.valid_from - 1, people.came)"}, "begins: 'valid_from' may lie before its row"),
        ({"gap": "uniform: {min: -1, max: 9}, type: integer"}, "begins: 'valid_from' may lie before its row"),
        ({"gap": "uniform: {min: 0, max: 9}, type: integer"}, r"nothing makes \(person, valid_from\) unique"),
        ({"chain": "people.came + gap"}, r"nothing makes \(person, valid_from\) unique"),
        ({"chain": "COALESCE(people.came, previous.valid_from + gap)"}, r"nothing makes \(person, valid_from\) unique"),
    ],
)  # fmt: skip
def test_what_may_lie_before_or_be_alike_is_refused(words, message):
    with pytest.raises(SpecError, match=message):
        make(spec(**words))


@pytest.mark.parametrize(("sql", "read"), {
    "at": [("at", 0, ())], "(orders.at) + 3 + n": [("orders.at", 3, ("n",))], "at + (n)": [("at", 0, ("n",))],
    "COALESCE(previous.at + n, orders.at, day)": [("previous.at", 0, ("n",)), ("orders.at", 0, ()), ("day", 0, ())],
    "COALESCE(at, b) + 1": [("at", 1, ()), ("b", 1, ())], "at - 1": [], "at + 1.5": [], "3 + at": [], "COALESCE(at, LAST_DAY(b))": [],
    "at + INTERVAL 1 DAY": [], "CAST(at AS DATE) + 1": [], "CASE WHEN n > 1 THEN at END": [], "COALESCE(at, b) + n * 2": [],
}.items())  # fmt: skip
def test_how_far_behind_an_expression_lies(sql, read):
    assert [tuple(one) for one in days_after(sql)] == read
