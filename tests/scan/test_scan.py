"""A scan gives the rows of files, and draws the blocks and columns that a query needs and no others."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

import synth
import synth.draw.task
import synth.draw.walk
from synth.scan.admitted import Ends, number_of
from synth.scan.reach import reach
from synth.spec.load import parse
from tests.support.steps import small_blocks

ROWS = 500  # of a block
SHIPPED = {"ecommerce": 0.03, "erp": 0.03, "inventory": 0.75}

SPEC = """
dataset: scanned
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  kinds: {values: [[1, a], [2, b]], primary_key: [id], columns: {id: {type: integer}, name: {type: text}}}
  orders:
    rows: 5_000
    columns:
      id: {key: {start: 100, step: 3}}
      at: {arrival: {}}
      day: {expr: CAST(at AS DATE)}
      kind: {reference: kinds}
      note: {coined: {}}
  lines:
    per: orders
    fanout: {max: 4, uniform: true}
    columns: {id: {key: sequence}, order_id: {reference: orders}, amount: {uniform: {min: 1, max: 9}}, came: {lookup: orders.at}, on_day: {lookup: orders.at, type: timestamp}}
  parts: {per: lines, fanout: {min: 2, max: 2, shares: {2: 1}, exact: true}, columns: {id: {key: sequence}, line_id: {reference: lines}, order_id: {lookup: lines.order_id}}}
"""


@pytest.fixture
def _small(monkeypatch):
    small_blocks(monkeypatch, ROWS)


@pytest.fixture
def drawn(monkeypatch):
    """Blocks and columns as they are drawn."""
    seen, draw = [], synth.draw.block.draw_blocks

    def counting(plan, family, numbers, residents):
        columns = {(step.table, step.column) for step in family.steps if step.column}
        seen.extend((family.root, number, columns) for number in numbers)
        return draw(plan, family, numbers, residents)

    monkeypatch.setattr(synth.draw.task, "draw_blocks", counting)
    monkeypatch.setattr(synth.draw.block, "draw_blocks", counting)
    return seen


@pytest.fixture
def plan(_small):
    return synth.make_plan(parse(SPEC))


def blocks_of(drawn, root):
    return [number for family, number, _ in drawn if family == root]


@pytest.mark.parametrize("name", SHIPPED)
def test_all_values_of_a_block_lie_within_its_reach(name, _small):
    """Of all tables of the shipped datasets; and something is known of those with keys that count up."""
    plan, known = synth.make_plan(name, scale=SHIPPED[name]), set()
    for family in plan.families:
        if family.is_sum:
            continue
        for number in range(min(3, family.blocks)):
            table = next((table for table in family.tables if table in plan.wanted), None)
            made = synth.block(plan, table, number) if table else {}
            for table, rows in made.items():
                for column, ends in reach(plan, family, table, number).items():
                    values = [number_of(value) for value in rows[column].drop_nulls().unique().to_list()]
                    assert not values or ends.low <= min(values) <= max(values) <= ends.high, (table, column, number)
                    known.add((table, column))
    assert len(known) >= {"inventory": 1, "ecommerce": 8, "erp": 5}[name]


def test_blocks_stay_apart_by_their_keys_and_arrivals(plan):
    family = plan.family("orders")
    found = [reach(plan, family, "orders", number) for number in range(family.blocks)]
    assert [each["id"] for each in found] == [Ends(100 + 1500 * n, 100 + 1500 * n + 1497) for n in range(family.blocks)]
    assert all(one["at"].high <= other["at"].low for one, other in zip(found, found[1:], strict=False))
    lines, parts = ({c for c in reach(plan, family, table, 1)} for table in ("lines", "parts"))
    assert lines == {"id", "order_id", "came", "on_day"} and parts == {"id", "line_id", "order_id"}


@pytest.mark.parametrize(
    ("table", "condition", "few"),
    [
        ("orders", pl.col("id").is_between(1700, 1800), 1),
        ("orders", pl.col("at") < dt.datetime(2024, 1, 5), 1),
        ("lines", pl.col("order_id").is_in([4000, 4003, 4006, 4009]), 1),
        ("lines", (pl.col("order_id") > 4000) & (pl.col("order_id") < 5800) & (pl.col("amount") > 3), 3),
        ("lines", pl.col("came").is_between(dt.datetime(2024, 12, 30), dt.datetime(2025, 1, 1)), 1),
        ("lines", pl.col("on_day") < dt.datetime(2024, 1, 2), 1),
        ("parts", pl.col("order_id").is_in([100, 103, 1000]), 1),
        ("parts", pl.col("id") <= 10, 1),
        ("orders", pl.col("day") == dt.date(2024, 7, 1), 10),
        ("orders", pl.col("id") < 0, 0),
    ],
)  # fmt: skip
def test_blocks_that_cannot_match_are_not_drawn(plan, drawn, table, condition, few):
    lazy, whole = synth.lazy(plan, table), synth.frame(plan, table)
    drawn.clear()
    found = lazy.filter(condition).collect()
    assert_frame_equal(found, whole.filter(condition))
    assert found.height or few == 0
    assert len(blocks_of(drawn, "orders")) <= few


def test_columns_that_nobody_asked_for_are_not_drawn(plan, drawn):
    synth.lazy(plan, "lines").select(pl.col("amount").sum()).collect()
    assert {column for *_, columns in drawn for column in columns} == {("lines", "amount")}
    drawn.clear()
    assert synth.lazy(plan, "orders").select(pl.len()).collect().item() == 5000
    assert ("orders", "note") not in {column for *_, columns in drawn for column in columns}


def test_by_sql(plan, drawn):
    lines = synth.lazy(plan, "lines")  # DuckDB finds it by this name
    whole = synth.frame(plan, "lines").filter(pl.col("order_id").is_between(2000, 2300))
    drawn.clear()
    found = duckdb.sql("SELECT SUM(amount), COUNT(*) FROM lines WHERE order_id BETWEEN 2000 AND 2300").fetchall()
    assert found == [(whole["amount"].sum(), whole.height)] and lines is not None
    assert len(blocks_of(drawn, "orders")) == 1 and ("orders", "note") not in {c for *_, some in drawn for c in some}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.some(2)
def test_each_column_of_each_table_by_itself(name, _small):
    """Nothing of a column depends on which others are drawn."""
    plan = synth.make_plan(name, scale=SHIPPED[name] / 3, until=dt.date(2024, 11, 1))
    for table in plan.wanted:
        whole = synth.frame(plan, table)
        for columns in (whole.columns[:1], whole.columns[1::2], whole.columns[-1:]):
            assert_frame_equal(synth.lazy(plan, table).select(columns).collect(), whole.select(columns))


def test_a_scan_of_a_gathered_table(_small):
    plan = synth.make_plan("erp", scale=0.02)
    table = next(name for name in plan.wanted if len(plan.dataset.parts(name)) > 1)
    whole = synth.frame(plan, table)
    key = whole.columns[0]
    some = whole[key].gather_every(97).to_list()
    assert_frame_equal(
        synth.lazy(plan, table).filter(pl.col(key).is_in(some)).collect(), whole.filter(pl.col(key).is_in(some))
    )
