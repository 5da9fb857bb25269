"""Rollups of many groups: what waits in files is what memory would hold, and blocks are cut where nobody sees it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import synth
from synth.draw.residents import Residents
from synth.draw.rolled import sums_of
from synth.draw.rollup import RollupSums
from synth.draw.task import RunContext
from synth.errors import DataError
from synth.runners.shipping import pack
from synth.store.manifest import Manifest
from synth.store.tasks import wrong_tasks
from tests.draw.test_rollup import BY, SPEC, TAKES, spec
from tests.support.steps import apply, prints, small_blocks, state, there


def kept(plan, parts: list[pl.DataFrame], folder: Path | None) -> pl.DataFrame:
    residents, sums = Residents(folder), RollupSums(plan, "rolled", folder)
    for part in parts:
        sums.add(part)
    sums.keep(residents)
    types = plan.tables["rolled"].types
    return residents.frame(sums_of("rolled", plan), {name: types[name] for name in parts[0].columns})


@pytest.mark.parametrize("by", BY, ids="-".join)
def test_sums_that_wait_in_files_are_those_of_memory(by, tmp_path, monkeypatch):
    monkeypatch.setattr("synth.draw.rollup.MERGE_ROWS", 1)
    monkeypatch.setattr("synth.draw.spilled_sums.PIECE_ROWS", 3)
    small_blocks(monkeypatch, 20)
    plan = synth.make_plan(spec(by, TAKES))
    synth.generate(plan, tmp_path)
    small = synth.frame(plan, "rolled")
    there = pl.read_parquet(tmp_path / "sums" / "rolled" / "*.parquet")
    assert there.equals(small.cast(there.schema)) and small.height > 1
    assert not [path for path in tmp_path.rglob("sums-*")]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.lists(st.tuples(st.sampled_from(["", "a", "B", "ä", "'", None]), st.integers(-(2**40), 2**40)), min_size=1), min_size=1, max_size=6))  # fmt: skip
def test_any_parts_are_put_together(tmp_path_factory, parts):
    plan = synth.make_plan(spec(["kind"], ["units", "n"]))
    frames = [
        pl.DataFrame(rows, schema={"kind": pl.String, "units": pl.Int64}, orient="row")
        .group_by("kind").agg(pl.col("units").sum(), pl.len().cast(pl.Int64).alias("n"))
        for rows in parts
    ]  # fmt: skip
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("synth.draw.rollup.MERGE_ROWS", 1)
        aside = kept(plan, frames, tmp_path_factory.mktemp("it's [here]"))
    assert aside.equals(kept(plan, frames, None))


def test_a_sum_too_wide_is_told_wherever_it_waits(tmp_path, monkeypatch):
    plan = synth.make_plan(spec(["kind"], ["units"]))
    part = pl.DataFrame({"kind": ["a", "b", "c"], "units": [2**62, 1, 1]})
    monkeypatch.setattr("synth.draw.rollup.MERGE_ROWS", 1)
    for folder in (None, tmp_path):
        with pytest.raises(DataError, match="wider than 18 digits"):
            kept(plan, [part] * 4, folder)


@pytest.mark.parametrize("for_each", ["", "for_each: shops, "])
def test_a_step_through_many_blocks_is_a_run(for_each, tmp_path, monkeypatch):
    """Groups come between those that are there, and rows move from one block to another."""
    small_blocks(monkeypatch, 1)  # ten groups each
    by, kind = ("shop", "bigint") if for_each else ("units", "integer")
    rolled = f"""rolled:
    rollup: {{table: tickets, group_by: [{by}], {for_each}aggregates: {{n: {{count: ticket}}, last: {{max: at}}}}}}
    primary_key: [{by}]
    columns: {{{by}: {{}}, n: {{}}, last: {{nullable: true}}, twice: {{expr: n * 2, type: bigint}}}}
  doubled:
    select: SELECT {by}, twice FROM rolled WHERE twice > 0
    primary_key: [{by}]
    columns: {{{by}: {{type: {kind}}}, twice: {{type: bigint}}}}"""
    text = SPEC.replace("null_share: 0.1}", "null_share: 0.0}").replace(
        "max: 5}, type: integer", "max: 900}, type: integer"
    )
    dataset = synth.parse(text.replace("ROLLED", rolled).replace("rows: 700", "rows: 150"))
    early, late = dt.datetime(2024, 2, 1), dt.datetime(2025, 1, 1)
    plans = {until: synth.make_plan(dataset, until=until, tables=["rolled", "doubled"]) for until in (early, late)}
    for until, plan in plans.items():
        synth.generate(plan, tmp_path / until.strftime("%Y"))
    whole, grown = tmp_path / "2025" / "sums", tmp_path / "2024" / "sums"
    assert len(list((whole / "rolled").glob("*.parquet"))) > 1
    rows, middle = state(grown), dt.datetime(2024, 6, 1)
    step = synth.advance_folder(grown, middle, changes=tmp_path / "feed")  # compared, so all blocks by one task
    assert len(list((grown / "rolled").glob("*.parquet"))) == 1
    apply(rows, step.feed, dataset)
    assert there(rows) == there(state(grown))
    synth.advance_folder(grown, late)
    assert state(grown) == state(whole) and prints(Manifest.read(grown)) == prints(Manifest.read(whole))
    assert len(list((grown / "rolled").glob("*.parquet"))) == len(list((whole / "rolled").glob("*.parquet")))
    assert synth.verify(grown).passed and synth.verify(whole).passed
    manifest, plan = Manifest.read(whole), plans[late]
    tasks = manifest.families["rolled"]
    assert not list(wrong_tasks(manifest, plan, plan)) and len(tasks) > 2
    for stated in (
        tasks[:-1],
        tasks[:1],
        (*tasks, tasks[-1].model_copy(update={"number": len(tasks), "first": len(tasks)})),
    ):
        other = manifest.model_copy(update={"families": {**manifest.families, "rolled": stated}})
        assert list(wrong_tasks(other, plan, plan)), "so many rows take other tasks"


def test_engines_carry_no_sums_that_wait(tmp_path, monkeypatch):
    plan = synth.make_plan(spec(["kind"], ["units"]))
    monkeypatch.setattr("synth.draw.rollup.MERGE_ROWS", 1)
    residents = Residents(tmp_path)
    residents.add("shops", 2, pl.DataFrame({"shop": [1, 2], "name": ["a", "b"]}))
    sums = RollupSums(plan, "rolled", tmp_path)
    for _ in range(3):
        sums.add(pl.DataFrame({"kind": ["a", "b"], "units": [1, 1]}))
    assert any(path.is_dir() for path in tmp_path.iterdir())
    carried = pack(RunContext(plan, residents, None), lambda path: path.stat().st_size).residents[0]
    assert set(carried) == {"shops.#rows.npy", "shops.shop#.npy", "shops.name#.npy", "shops.name#.texts"}
