"""Texts that are made of keys grow with the rows: those that outgrow their type are refused at the scale that does it."""

from __future__ import annotations

import pytest

import synth
from synth.errors import SpecError
from synth.plan.make import make
from synth.spec.load import parse

SHOP = """
dataset: shop
period: {start: 2025-01-01, until: 2026-01-01}
tables:
  orders:
    rows: 900
    columns:
      id: {key: sequence}
      at: {arrival: {}}
      number: {expr: "'N' || CAST(id AS VARCHAR)", type: varchar(4)}
  lines:
    per: orders
    fanout: {min: 0, max: 3, uniform: true}
    columns:
      line: {key: {kind: code, prefix: L, digits: 2}}
      order: {reference: orders}
      path: {expr: "CAST(orders.id AS VARCHAR) || '/' || line", type: varchar(9)}
"""


def test_a_text_that_fits_at_one_scale_outgrows_its_type_at_another():
    drawn = synth.frame(make(parse(SHOP)), "orders")
    assert drawn["number"].str.len_chars().max() == 4
    with pytest.raises(
        SpecError, match=r"with 1,800 rows it grows to 'N1800', and varchar\(4\) holds 4 characters"
    ) as refused:
        make(parse(SHOP), scale=2)
    assert refused.value.problems[0].path == ("tables", "orders", "columns", "number", "type")


def test_keys_of_parents_and_of_children_with_gaps_count():
    longer = SHOP.replace("varchar(4)", "varchar(9)")
    lines = synth.frame(make(parse(longer), scale=1), "lines")
    assert lines["path"].str.len_chars().max() == 9
    with pytest.raises(SpecError, match="lines.columns.path.type: with .* rows it grows to '3600/L10800'"):
        make(parse(longer), scale=4)
