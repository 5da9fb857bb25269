"""Families: what is drawn together, in which order, what of it others look up, and how it is cut into blocks."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
import yaml

import synth
from synth.errors import SpecError
from synth.plan.model import BLOCK_ROWS
from synth.spec.load import dump
from tests.support.steps import small_blocks

DATASETS = ["ecommerce", "erp", "inventory"]


@pytest.fixture(scope="module", params=["books", *DATASETS])
def plan(request, books):
    return synth.make_plan(books if request.param == "books" else request.param)


def families(plan) -> dict:
    return {family.root: family for family in plan.families}


def test_each_family_comes_after_those_it_looks_into(plan):
    drawn = []
    for family in plan.families:
        assert set(family.after) <= {*drawn}, family.root
        drawn.append(family.root)
    assert len(drawn) == len({*drawn})


def test_each_table_belongs_to_one_family(plan):
    belongs = [table for family in plan.families for table in family.tables]
    assert len(belongs) == len({*belongs})
    gathered = {name for name, table in plan.tables.items() if table.kind == "gathered"}
    assert {*belongs} | gathered == {*plan.tables}
    for family in plan.families:
        assert family.tables[0] == family.root
        assert {plan.tables[table].family for table in family.tables} == {family.root}


def test_parents_rows_come_before_their_childrens(plan):
    for family in plan.families:
        rows = [step.table for step in family.steps if not step.column]
        assert [table for table in rows if table in family.tables] == rows
        assert {*rows} == {*family.tables}
        for table in family.tables:
            parent = plan.spec(table).per
            if parent in family.tables:
                assert rows.index(parent) < rows.index(table)


def test_each_step_is_taken_once_and_after_the_rows(plan):
    for family in plan.families:
        assert len(family.steps) == len({*family.steps})
        there = set()
        for step in family.steps:
            if step.column:
                assert step.table in there, step
            else:
                there.add(step.table)


def test_every_column_that_leaves_is_drawn(plan):
    drawn = {(step.table, step.column) for family in plan.families for step in family.steps}
    for name in plan.wanted:
        for part in plan.dataset.parts(name):
            assert {(part, column) for column in plan.tables[name].written} <= drawn


def test_what_others_look_up_is_drawn_by_its_family(plan):
    for family in plan.families:
        drawn = {(step.table, step.column) for step in family.steps}
        assert {*family.residents} <= drawn and {*family.prepared} <= drawn
        if family.residents:
            assert any(family.root in other.after for other in plan.families)


def test_rollups_are_told_of_by_what_they_sum(plan):
    for name, table in plan.tables.items():
        if table.kind == "rollup":
            summed = {plan.tables[part].family for part in plan.dataset.rolled(plan.spec(name).rollup)}
            assert {family.root for family in plan.families if name in family.rollups} == summed
            assert summed <= {*families(plan)[name].after} and families(plan)[name].blocks == 1


def test_only_what_is_asked_for_is_drawn(books):
    plan = synth.make_plan(books, tables=["bought"])
    assert {*families(plan)} == {"products", "sales", "bought"}
    assert families(plan)["sales"].rollups == ("bought",) and "journals" not in plan.tables
    drawn = {(step.table, step.column) for step in families(plan)["sales"].steps}
    assert (
        ("sale_items", "units") in drawn and ("sales", "paid_on") not in drawn and ("sale_items", "amount") not in drawn
    )
    alone = synth.make_plan(books, tables=["journals"])
    assert [family.root for family in alone.families] == ["journals"] and not alone.families[0].after


def test_a_column_alone_brings_what_it_is_made_from(books):
    plan = synth.make_plan(books, tables=["sale_items"])
    sales = families(plan)["sales"]
    steps = [(step.table, step.column) for step in sales.steps]
    order = [
        ("sales", ""),
        ("sales", "sold_on"),
        ("sale_items", ""),
        ("sale_items", "product_id"),
        ("sale_items", "amount"),
    ]
    assert sorted(order, key=steps.index) == order
    assert ("sales", "due_on") not in steps and sales.after == ("products",)
    assert families(plan)["products"].residents == (("products", "cost"),)


def test_the_order_of_families_changes_no_row(books):
    """What a table holds follows from its own streams: asked for alone, or with all others, it is the same."""
    whole = synth.make_plan(books, scale=0.1)
    for name in whole.wanted:
        assert synth.frame(synth.make_plan(books, scale=0.1, tables=[name]), name).equals(synth.frame(whole, name)), (
            name
        )


# -- blocks


@pytest.mark.parametrize(("scale", "blocks"), [(0.001, 1), (1, 1), (10 / 3, 1), (3.334, 2), (9.9, 3), (50, 15)])
def test_blocks_are_full_but_the_last(books, scale, blocks):
    sales = families(synth.make_plan(books, scale=scale))["sales"]
    assert sales.blocks == blocks and (blocks - 1) * BLOCK_ROWS < sales.rows <= blocks * BLOCK_ROWS


@pytest.mark.parametrize(("scale", "blocks_per_file"), [(1, 1), (49, 1), (100, 2), (160, 3), (1000, 4)])
def test_large_tables_have_more_blocks_a_file_and_no_more_than_four(books, scale, blocks_per_file):
    for until in (None, dt.date(2024, 3, 1)):  # what has come does not change how files are cut
        assert families(synth.make_plan(books, scale=scale, until=until))["sales"].blocks_per_file == blocks_per_file


def test_blocks_are_the_table_whatever_they_hold(books, monkeypatch):
    small_blocks(monkeypatch, 250)
    plan = synth.make_plan(books, scale=0.4, tables=["sales", "sale_items"])
    assert families(plan)["sales"].blocks == 5
    for name in plan.wanted:
        whole = synth.frame(plan, name)
        parts = [synth.block(plan, name, number)[name] for number in range(5)]
        assert pl.concat(parts).equals(whole) and all(part.height for part in parts)


def test_a_family_without_rows_has_no_block_and_an_empty_table():
    spec = synth.parse(
        "dataset: none\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"
        "  late: {rows: 1, columns: {id: {key: sequence}, at: {arrival: {}}}}\n"
        "  more: {per: late, fanout: {uniform: true, max: 3}, columns: {id: {key: sequence}}}\n"
    )
    plan = synth.make_plan(spec, until=dt.datetime(2024, 1, 1, 0, 0, 1))
    assert families(plan)["late"].blocks == 0
    assert synth.frame(plan, "late").height == synth.frame(plan, "more").height == 0
    assert synth.frame(plan, "more").columns == ["id"]


# -- what has no order


RING = """
dataset: ring
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  cats: {rows: 9, columns: {id: {key: sequence}, name: {coined: {}}, dog: {reference: dogs}, with: {lookup: dog.name}}}
  dogs: {rows: 9, columns: {id: {key: sequence}, name: {lookup: cat.name}, cat: {reference: cats}}}
"""


def test_of_families_that_need_each_other_columns_are_drawn_first():
    first, second = synth.make_plan(synth.parse(RING)).families
    (part,) = first.before
    assert (first.root, part.root, part.residents) == ("dogs", "cats", (("cats", "name"),))
    assert not second.before


def test_columns_that_need_each_other_are_refused():
    with pytest.raises(SpecError, match="a cycle"):
        synth.make_plan(synth.parse(RING.replace("name: {coined: {}}", "name: {lookup: dog.name}")))


def test_plans_are_equal_if_all_is(books):
    assert synth.make_plan(books) == synth.make_plan(synth.parse(dump(books)))
    assert synth.make_plan(books) != synth.make_plan(books, seed=43)
    raw = yaml.safe_load(dump(books))
    raw["tables"]["products"]["rows"] = 31
    assert synth.make_plan(books) != synth.make_plan(synth.parse(yaml.safe_dump(raw, sort_keys=False)))
