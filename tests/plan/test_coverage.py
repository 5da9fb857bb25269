"""Rows that are written out and must be in force at every moment: a gap is told before anything is drawn."""

from __future__ import annotations

import datetime as dt

import pytest

import synth
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  rates:
    values: ROWS
    primary_key: [country, since]
    columns: {country: {type: text}, since: {type: date}, till: {type: date, nullable: true}, rate: {type: "decimal(4,2)"}}
  orders:
    rows: 2_000
    columns:
      id: {key: sequence}
      at: {arrival: ARRIVAL}
      country: {choice: {NO: 1, SE: 1}}
      rate: {in_force: {table: rates, match: {country: country}, at: at, begins: since, column: rateMORE}}
"""
FULL = "[[NO, 2025-01-01, null, 0.25], [SE, 2020-01-01, 2025-06-30, 0.2], [SE, 2025-07-01, null, 0.3]]"
LATE, GAP = FULL.replace("NO, 2025-01-01", "NO, 2025-01-02"), FULL.replace("SE, 2025-07-01", "SE, 2025-07-02")
SHORT = FULL.replace("null, 0.3", "2025-12-30, 0.3")


def shop(rows=FULL, arrival="{}", more=", ends: till"):
    return parse(SHOP.replace("ROWS", rows).replace("ARRIVAL", arrival).replace("MORE", more))


def test_values_that_no_row_has_are_refused():
    text = (
        SHOP.replace("ROWS", FULL)
        .replace("ARRIVAL", "{}")
        .replace("MORE", ", ends: till")
        .replace("SE: 1}", "SE: 1, DK: 1.0e-9}")
    )
    with pytest.raises(SpecError, match="no row of rates has country = DK, which 'country' may be"):
        make(parse(text))
    make(parse(text.replace("1.0e-9", "0")))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"rows": LATE}, "no row of rates is in force for NO at 2025-01-01 00:00"),
        ({"rows": LATE, "more": ""}, "no row of rates is in force for NO at 2025-01-01 00:00"),
        ({"rows": GAP}, "no row of rates is in force for SE at 2025-07-01 00:00"),
        ({"rows": SHORT}, "no row of rates is in force for SE at 2025-12-31 00:00"),
        ({"arrival": "{since: 2024-06-01, before_start: 0.1}"}, "for NO at 2024-06-01 00:00"),
    ],
)  # fmt: skip
def test_a_gap_is_refused(words, said):
    with pytest.raises(SpecError, match=said) as refused:
        make(shop(**words))
    assert refused.value.problems[0].path == ("tables", "orders", "columns", "rate", "in_force")


@pytest.mark.parametrize(
    "words", [{}, {"more": ""}, {"rows": GAP, "more": ""}, {"rows": LATE, "more": ", optional: true"}]
)
def test_no_gap(words):
    drawn = synth.frame(make(shop(**words)), "orders")
    assert drawn["rate"].null_count() == 0 or "optional" in words["more"]


def test_what_comes_after_until_is_no_gap():
    assert synth.frame(make(shop(GAP), until=dt.date(2025, 7, 1)), "orders")["rate"].null_count() == 0
    with pytest.raises(SpecError, match="is in force for SE"):
        make(shop(GAP), until=dt.datetime(2025, 7, 1, 0, 0, 1))
