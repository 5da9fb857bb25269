"""Chances: what is declared for a row is what happens to so many of its like, and what can be told of a row is no more than that."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from synth.api import frame
from synth.errors import DataError, SpecError
from synth.plan.make import make
from synth.spec.load import parse

SPEC = """
dataset: chances
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  customers:
    rows: 4_000
    columns: {customer_id: {key: sequence}, fussy: {normal: {mean: 0, sd: 0.8}}}
  orders:
    rows: 40_000
    columns:
      order_id: {key: sequence}
      customer_id: {reference: customers}
      category: {choice: {shoes: 1, mugs: 2}}
      late: {choice: {true: 1, false: 4}, type: boolean}
      odds:
        expr: CASE WHEN category = 'shoes' THEN -1.2 ELSE -3.0 END + CASE WHEN late THEN 0.9 ELSE 0.0 END + customer_id.fussy
        type: double
        null_share: 0.1
      returned: {chance: {logit: odds}, nullable: true}
      share: {choice: {0.00: 1, 0.07: 1, 0.60: 1, 1.00: 1}, type: "decimal(3,2)"}
      rated: {chance: {share: share}}
"""


@pytest.fixture(scope="module")
def orders() -> pl.DataFrame:
    return frame(make(parse(SPEC)), "orders")


def test_as_many_are_true_as_their_odds_say(orders):
    """By twentieths of the odds: the share of rows that are true is the mean of their probabilities."""
    known = orders.drop_nulls("odds").with_columns(p=1 / (1 + (-pl.col("odds")).exp()))
    parts = known.with_columns(part=pl.col("odds").rank("ordinal") * 20 // (known.height + 1)).group_by("part")
    for part in parts.agg(pl.col("p").mean(), pl.col("returned").mean(), rows=pl.len()).iter_rows(named=True):
        sure = 4 * np.sqrt(part["p"] * (1 - part["p"]) / part["rows"])
        assert part["returned"] == pytest.approx(part["p"], abs=sure)
    by_category = dict(orders.group_by("category").agg(pl.col("returned").mean()).iter_rows())
    assert by_category["shoes"] > 3 * by_category["mugs"] > 0.15


def test_shares_are_met(orders):
    found = dict(orders.group_by(pl.col("share").cast(pl.Float64)).agg(pl.col("rated").mean()).iter_rows())
    assert (found[0.0], found[1.0]) == (0, 1)
    assert found[0.07] == pytest.approx(0.07, abs=0.01) and found[0.6] == pytest.approx(0.6, abs=0.02)


def test_where_nothing_is_known_nothing_is_told(orders):
    assert (orders["odds"].is_null() == orders["returned"].is_null()).all() and orders["returned"].null_count() > 3_000
    assert orders["rated"].null_count() == 0


def test_no_model_does_better_than_the_odds(orders):
    """Ranked by their true odds, rows that are true lie above those that are not as often as chance leaves it."""
    known = orders.drop_nulls("odds")
    ranks = known["odds"].rank().to_numpy()
    true = known["returned"].to_numpy()
    area = (ranks[true].mean() - (true.sum() + 1) / 2) / (~true).sum()
    p = 1 / (1 + np.exp(-np.sort(known["odds"].to_numpy())))
    expected = (p * np.cumsum(1 - p)).sum() / (p.sum() * (1 - p).sum())
    assert area == pytest.approx(expected, abs=0.01) and 0.7 < area < 0.85


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("{chance: {logit: odds}", "{chance: {}", "say `logit`, or `share`"),
        ("{chance: {logit: odds}", "{chance: {logit: odds, share: share}", "say `logit`, or `share`"),
        ("{chance: {logit: odds}", "{chance: {logit: category}", "returned.chance.logit: 'category' is text, and a logit is a number"),
        ("{chance: {logit: odds}, nullable: true}", "{chance: {logit: odds}, nullable: true, type: integer}", "true or false"),
        ("{chance: {logit: odds}", "{chance: {logit: nobody}", "nobody"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(before, after, message):
    assert before in SPEC
    with pytest.raises(SpecError) as refused:
        parse(SPEC.replace(before, after))
    assert message in str(refused.value)


def test_what_is_no_share_is_refused():
    with pytest.raises(DataError, match="'share' is 1.6, and a share is from 0 to 1"):
        frame(make(parse(SPEC.replace("0.60: 1", "1.60: 1"))), "orders")
