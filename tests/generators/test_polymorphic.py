"""Polymorphic references: each key is of the table that its row names, and what is not is found by `verify`."""

from __future__ import annotations

import polars as pl
import pytest

import synth
from synth.job.generate import generate
from synth.spec.load import parse

HEAD = "dataset: d\nperiod: {start: 2024-01-01, until: 2025-01-01}\ntables:\n"
SPEC = (
    HEAD
    + """\
  people: {rows: 700, columns: {person_id: {key: sequence}}}
  firms: {rows: 300, columns: {firm_id: {key: {kind: sequence, start: 10_000}}}}
  accounts:
    rows: 250
    unique: [[owner_type, owner_id]]
    columns:
      id: {key: sequence}
      owner_type: {choice: {person: 3, firm: 1}}
      _person_id: {reference: {to: people, unique: true}}
      _firm_id: {reference: {to: firms, unique: true}}
      owner_id: {polymorphic: {by: owner_type, references: {person: _person_id, firm: _firm_id}}}
"""
)


def test_each_key_is_of_the_table_that_is_named(tmp_path):
    made = generate(synth.make_plan(parse(SPEC)), tmp_path)
    accounts = pl.read_parquet(made.folder / "accounts")
    of_firms = accounts["owner_type"] == "firm"
    assert ((accounts["owner_id"] >= 10_000) == of_firms).all() and 20 < of_firms.sum() < 110
    report = synth.verify_folder(made.folder)
    assert report.passed
    assert [c.name for c in report.findings if "by owner_type" in c.name] == [
        "owner_id → people, by owner_type",
        "owner_id → firms, by owner_type",
    ]


@pytest.mark.parametrize("wrong", [(pl.col("owner_id") + 9_000), (pl.col("owner_id") % 300 + 10_000)])
def test_a_key_of_the_other_table_is_found(tmp_path, wrong):
    made = generate(synth.make_plan(parse(SPEC)), tmp_path)
    file = next((made.folder / "accounts").glob("*.parquet"))
    rows = pl.read_parquet(file)
    rows.with_columns(
        pl.when(pl.col("owner_type") == "person").then(wrong).otherwise("owner_id").alias("owner_id")
    ).write_parquet(file)
    failed = [result.name for result in synth.verify_folder(made.folder).failed]
    assert "owner_id → people, by owner_type" in failed


REFUSED = {
    SPEC.replace("firm: _firm_id}", "firm: id}"): "'id' refers to no row",
    SPEC.replace("owner_type", "_type").replace("    unique: [[_type, owner_id]]\n", ""): "'_type' is not written",
    SPEC.replace("firm_id: {key: {kind: sequence, start: 10_000}}", "firm_id: {key: uuid}"): "'_firm_id' is uuid, and is not bigint",
    SPEC.replace(", firm: _firm_id}", "}"): "no reference is declared for owner_type = 'firm'",
    SPEC.replace("firm: 1}}", "firm: 1}, null_share: 0.1}").replace("    unique: [[owner_type, owner_id]]\n", ""): "'owner_type' may be NULL",
}  # fmt: skip


@pytest.mark.parametrize("spec", REFUSED, ids=REFUSED.values())
def test_what_cannot_be_is_refused(spec):
    with pytest.raises(synth.SpecError) as raised:
        synth.make_plan(parse(spec))
    assert any(REFUSED[spec] in problem.what for problem in raised.value.problems), raised.value


def test_without_unique_references_owners_meet_by_chance():
    with pytest.raises(synth.SpecError, match="can be equal by chance"):
        synth.make_plan(parse(SPEC.replace(", unique: true", "")))


def test_a_value_that_nobody_knows_is_told():
    spec = SPEC.replace("owner_type: {choice: {person: 3, firm: 1}}", "owner_type: {pattern: '[ab]'}")
    with pytest.raises(synth.DataError, match="no reference is declared for owner_type = '[ab]'"):
        synth.frame(synth.make_plan(parse(spec)), "accounts")
