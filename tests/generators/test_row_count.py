"""`row_count` is how many rows a table has, at any scale, and tables that have no such number are refused."""

from __future__ import annotations

import pytest

import synth
from synth.errors import SpecError
from synth.spec.load import parse

SPEC = """
dataset: counted
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  shelves: {rows: {base: 20, growth: 0.5, at_least: 4}, columns: {shelf_id: {key: sequence}}}
  sizes: {values: [[1], [2], [3]], primary_key: [size], columns: {size: {type: bigint}}}
  calls: {rows: 50, columns: {call_id: {key: sequence}, at: {arrival: {}}}}
  pallets: {rows: 100, columns: {pallet_id: {key: sequence}}}
  boxes:
    per: pallets
    fanout: 2
    columns: {box_id: {key: sequence}, pallet_id: {reference: pallets}, x: {row_count: TABLE}}
"""


@pytest.mark.parametrize(
    ("table", "scale", "rows"), [("shelves", 1, 20), ("shelves", 4, 40), ("shelves", 0.01, 4), ("sizes", 9, 3)]
)
def test_it_is_the_number_of_rows(table, scale, rows):
    plan = synth.make_plan(parse(SPEC.replace("TABLE", table)), scale=scale)
    assert synth.frame(plan, "boxes")["x"].unique().to_list() == [rows] == [synth.frame(plan, table).height]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("calls", "how many rows calls has is not known beforehand"),
        ("pallets", "rows of pallets are drawn together with this one"),
        ("boxes", "rows of boxes are drawn together with this one"),
        ("nowhere", "nowhere"),
    ],
)
def test_where_it_is_not_known_it_is_refused(table, said):
    with pytest.raises(SpecError, match=said):
        parse(SPEC.replace("TABLE", table))


def test_it_needs_whole_numbers():
    with pytest.raises(SpecError, match="a number of rows needs an integer type"):
        parse(SPEC.replace("{row_count: TABLE}", '{row_count: shelves, type: "decimal(9,2)"}'))
