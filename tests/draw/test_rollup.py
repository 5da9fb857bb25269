"""Rollups against the plain way: the whole summed table, grouped by Polars."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

import synth
from tests.support.steps import small_blocks

SPEC = """
dataset: sums
period: {start: 2024-01-01, until: 2025-01-01}
tables:
  shops:
    rows: {base: 40, growth: 0}
    columns: {shop: {key: sequence}, liked: {lognormal: {median: 1, sigma: 3}, type: double}}
  tickets:
    rows: 700
    columns:
      ticket: {key: {kind: uuid}}
      at: {arrival: {}}
      shop: {reference: {to: shops, weights: liked}, null_share: 0.1}
      kind: {choice: {a: 0.5, b: 0.3, c: 0.2}, null_share: 0.2}
      near: {uniform: {min: -3, max: 9}, type: integer}
      far: {choice: {-4000000000: 1, 7: 1, 4000000000: 1}, type: bigint}
      units: {uniform: {min: 0, max: 5}, type: integer}
      amount: {uniform: {min: -50, max: 99}, type: "decimal(12,2)", null_share: 0.15}
      paid_at: {delay: {after: at, median: 20, sigma: 1, max: 300}}
      day: {expr: "CAST(at AS DATE)"}
      share: {uniform: {min: 0.0, max: 1.0}}
  notes:
    per: tickets
    fanout: {uniform: true, min: 0, max: 3}
    columns: {note: {key: sequence}}
  marks:
    per: notes
    fanout: {uniform: true, min: 0, max: 2}
    columns: {mark: {key: sequence}, note: {reference: notes}}
  ROLLED
"""
# How a column is taken: in the spec, and by Polars. A sum of nothing is 0.
TAKES = {
    "n": ("count: ticket", pl.col("ticket").count()),
    "paid": ("count: paid_at", pl.col("paid_at").count()),
    "units": ("sum: units", pl.col("units").sum()),
    "total": ("sum: amount", pl.col("amount").sum()),
    "twice": ("sum: units * amount", (pl.col("units") * pl.col("amount")).sum()),
    "least": ("min: amount", pl.col("amount").min()),
    "most": ("max: amount", pl.col("amount").max()),
    "last": ("max: at", pl.col("at").max()),
    "highest": ("max: share", pl.col("share").max()),
    "ones": ("sum: '1'", pl.len()),
}
DENSE = ("n", "units", "ones")  # whole numbers without NULL, added up in place where keys lie close together
BY = [["shop"], ["kind"], ["near"], ["far"], ["day"], ["kind", "near"], ["shop", "day", "kind"]]
UNTILS = [dt.datetime(2024, 1, 1, 1), dt.datetime(2024, 4, 1), dt.datetime(2025, 1, 1)]


def spec(by: list[str], names, for_each: str = ""):
    takes = ", ".join(f"{name}: {{{TAKES[name][0]}}}" for name in names)
    columns = ", ".join(f"{name}: {{nullable: true}}" for name in [*by, *names])
    for_each = f", for_each: {for_each}" if for_each else ""
    return synth.parse(
        SPEC.replace("ROLLED", f"rolled: {{rollup: {{table: tickets, group_by: [{', '.join(by)}], aggregates: {{{takes}}}{for_each}}}, columns: {{{columns}}}}}")
    )  # fmt: skip


def grouped(plan, by: list[str], names) -> pl.DataFrame:
    takes = [TAKES[name][1].alias(name) for name in names]
    return synth.frame(plan, "tickets").group_by(by).agg(takes).sort(by).select(*by, *names)


def same(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    assert ours.columns == theirs.columns
    assert ours.equals(theirs.cast(ours.schema)), f"{ours}\n{theirs}"


@pytest.mark.parametrize("until", UNTILS, ids=str)
@pytest.mark.parametrize("by", BY, ids="-".join)
@pytest.mark.parametrize("names", [tuple(TAKES), DENSE], ids=["all", "dense"])
def test_groups_are_those_of_the_rows(by, names, until):
    plan = synth.make_plan(spec(by, names), until=until)
    same(synth.frame(plan, "rolled"), grouped(plan, by, names))


@pytest.mark.parametrize("by", BY, ids="-".join)
def test_blocks_change_nothing(by, monkeypatch):
    """Parts of many blocks, merged at once or as often as can be, are what Polars makes of those blocks' rows."""
    small_blocks(monkeypatch, 20)
    plan = synth.make_plan(spec(by, TAKES))
    assert plan.family("tickets").blocks == 35
    rolled = synth.frame(plan, "rolled")
    same(rolled, grouped(plan, by, TAKES))
    monkeypatch.setattr("synth.draw.rollup.MERGE_ROWS", 1)
    assert synth.frame(plan, "rolled").equals(rolled)


@pytest.mark.parametrize("until", UNTILS, ids=str)
@pytest.mark.parametrize("names", [tuple(TAKES), DENSE], ids=["all", "dense"])
def test_one_row_for_each_of_another_table(names, until):
    """Where nothing was summed, counts and sums are 0, and the least and most are NULL."""
    plan = synth.make_plan(spec(["shop"], names, for_each="shops"), until=until)
    rolled = synth.frame(plan, "rolled")
    assert rolled["shop"].to_list() == list(range(1, 41))
    found = grouped(plan, ["shop"], names).filter(pl.col("shop").is_not_null())
    same(rolled.filter(pl.col("shop").is_in(found["shop"].implode())), found)
    rest = rolled.filter(~pl.col("shop").is_in(found["shop"].implode()))
    assert rest.height > 0
    for name in names:
        if TAKES[name][0].startswith(("count", "sum")):
            assert (rest[name] == 0).all(), name
        else:
            assert rest[name].null_count() == rest.height, name


def test_one_row_for_each_child_whose_keys_have_gaps(monkeypatch):
    """Children have numbers in each block, the most that there could be, so their keys are read, not worked out."""
    small_blocks(monkeypatch, 100)
    rolled = "rolled: {rollup: {table: marks, group_by: [note], aggregates: {n: {count: mark}}, for_each: notes}, columns: {note: {}, n: {}}}"
    plan = synth.make_plan(synth.parse(SPEC.replace("ROLLED", rolled)))
    notes, marks = synth.frame(plan, "notes"), synth.frame(plan, "marks")
    rolled = synth.frame(plan, "rolled")
    assert rolled["note"].equals(notes["note"], check_names=False)
    counts = dict(marks.group_by("note").agg(pl.len()).iter_rows())
    assert rolled["n"].to_list() == [counts.get(note, 0) for note in notes["note"]]
    assert rolled["n"].sum() == marks.height > 0 == rolled["n"].min()


def test_a_table_without_a_row_has_no_group():
    plan = synth.make_plan(spec(["kind"], TAKES), until=dt.datetime(2024, 1, 1, 0, 0, 1))
    rolled = synth.frame(plan, "rolled")
    assert rolled.height == synth.frame(plan, "tickets").height == 0
    assert rolled.schema == synth.frame(synth.make_plan(spec(["kind"], TAKES)), "rolled").schema


def test_what_has_not_come_is_not_summed(monkeypatch):
    """Payments planned for later are no payments yet: a rollup sees what its table shows."""
    small_blocks(monkeypatch, 50)
    dataset = spec(["kind"], ("n", "paid"))
    until = dt.datetime(2024, 6, 1)
    early, late = (synth.make_plan(dataset, until=day) for day in (until, dt.datetime(2026, 6, 1)))
    before = synth.frame(late, "tickets").filter(pl.col("at") < until)
    paid = before.filter(pl.col("paid_at") < until)
    rolled = synth.frame(early, "rolled")
    assert rolled["n"].sum() == before.height > rolled["paid"].sum() == paid.height > 0


def test_columns_of_its_own_are_drawn_for_its_rows():
    text = SPEC.replace("ROLLED", "rolled: {rollup: {table: tickets, group_by: [shop], aggregates: {n: {count: ticket}}, for_each: shops}, columns: {shop: {}, n: {}, lot: {choice: {5: 1, 9: 1}, type: integer}, lots: {expr: n * lot, type: bigint}}}")  # fmt: skip
    rolled = synth.frame(synth.make_plan(synth.parse(text)), "rolled")
    assert set(rolled["lot"]) == {5, 9}
    assert (rolled["lots"] == rolled["n"] * rolled["lot"]).all()
