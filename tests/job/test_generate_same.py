"""Nothing but the plan decides the content: no workers, no order, no format, no other tables."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from synth.api import frame, make_plan
from synth.draw.task import SMALL_FILES, tasks_of
from synth.job.generate import generate
from synth.runners import runner
from synth.store.manifest import Manifest
from tests.support.steps import prints
from tests.support.visits import THREE_BLOCKS, Shuffled


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """Fingerprints of three blocks, made by one process in order."""
    return prints(generate(make_plan(THREE_BLOCKS), tmp_path_factory.mktemp("serial")).manifest)


@pytest.mark.parametrize("workers", [2, 3])
def test_workers_do_not_matter(workers, tmp_path, undisturbed):
    with runner(workers) as processes:
        assert prints(generate(make_plan(THREE_BLOCKS), tmp_path, workers=processes).manifest) == undisturbed


@pytest.mark.parametrize("seed", [None, 1, 2])
def test_order_does_not_matter(seed, tmp_path, undisturbed):
    assert prints(generate(make_plan(THREE_BLOCKS), tmp_path, workers=Shuffled(seed)).manifest) == undisturbed


@pytest.mark.parametrize("format", ["csv", "ndjson"])
def test_format_does_not_matter(format, tmp_path, undisturbed):
    assert prints(generate(make_plan(THREE_BLOCKS), tmp_path, format=format).manifest) == undisturbed


@pytest.mark.parametrize("tables", [["people"], ["visits"], ["sales"], ["receipts"], ["spending"], ["sales", "people"]])
def test_other_tables_do_not_matter(tables, tmp_path, undisturbed):
    found = prints(generate(make_plan(THREE_BLOCKS, tables=tables), tmp_path).manifest)
    assert found == {name: undisturbed[name] for name in undisturbed if name in tables}


@pytest.mark.parametrize("table", make_plan("ecommerce").wanted)
def test_a_table_of_the_shop_alone_is_the_same(table, shop, tmp_path):
    found = prints(generate(make_plan("ecommerce", scale=0.02, tables=[table]), tmp_path).manifest)
    assert found == {table: prints(Manifest.read(shop))[table]}


def test_the_shop_is_the_same_by_workers(shop, tmp_path):
    assert prints(generate(make_plan("ecommerce", scale=0.02), tmp_path, workers=2).manifest) == prints(
        Manifest.read(shop)
    )


def test_another_seed_is_another_world(shop):
    other = {
        name: frame(make_plan("ecommerce", scale=0.02, seed=43), name) for name in ("orders", "customers", "products")
    }
    for name, rows in other.items():
        assert not rows.equals(pl.read_parquet(shop / name))


@pytest.mark.parametrize("blocks", [0, 1, 4, 5, 6, 7, 8, 11, 31, 32, 33, 100, 1001])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_tasks_are_runs_of_blocks_and_small_in_the_end(blocks, step):
    made = make_plan(THREE_BLOCKS).family("visits")
    tasks = tasks_of(replace(made, blocks=blocks, blocks_per_file=step))
    assert [task.number for task in tasks] == list(range(len(tasks)))
    walked = [number for task in tasks for number in range(task.first, task.first + task.blocks)]
    assert walked == list(range(max(1, blocks)))
    sizes = [task.blocks for task in tasks]
    assert max(sizes) <= step and sizes[-SMALL_FILES:] == [1] * min(SMALL_FILES, len(sizes))
    assert sizes == sorted(sizes, reverse=True) and sizes.count(1) < SMALL_FILES + 2 * step or step == 1
