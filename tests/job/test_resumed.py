"""A run that was killed is gone on with by the same command: what its tasks had done is kept, and nothing else is."""

from __future__ import annotations

import json
import shutil

import pytest

import synth
import synth.store.journal
from synth.cli import main
from synth.draw.part import Part
from synth.job.generate import generate
from synth.job.merge import merge
from synth.runners import Serial
from synth.store.journal import NAME
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from tests.support.steps import small_blocks
from tests.support.targets import LONG

SHIPPED = {"ecommerce": 0.03, "erp": 0.03, "inventory": 0.75}
SEVERAL_BLOCKS = {"ecommerce": 0.2} | ({"erp": 0.3} if LONG else {})


class KilledError(Exception):
    """It was not, but what lay there then is kept, and put back."""


class Counting(Serial):
    """Counts tasks; after so many it keeps a copy of what is there, and ends."""

    def __init__(self, out, dataset, after=None):
        super().__init__(owns_process=False)
        self.drawn, self.after, self.making, self.saved = 0, after, out / f".{dataset}.making", out / "saved"

    def run(self, context, tasks):
        for result in super().run(context, tasks):
            rollup = context.plan.family(result.task.family).is_sum  # always drawn again: of it there is no note
            self.drawn += not rollup
            yield result
            if rollup:
                continue
            if self.drawn == self.after:
                shutil.copytree(self.making, self.saved)
                raise KilledError


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    small_blocks(monkeypatch, 500)


def killed(plan, out, after, name=None, **how):
    """Leave what a run would leave that is killed after so many tasks."""
    name = name or plan.dataset.dataset
    with pytest.raises(KilledError):
        generate(plan, out, workers=Counting(out, name, after), **how)
    assert not (out / f".{name}.making").exists(), "a run that fails leaves nothing"
    left = (out / "saved").rename(out / f".{name}.making")
    (out / f".{name}.lock").touch()
    return left


def visible(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.*") if path.parent != folder}


def gone_on(plan, out, whole, expected, **how):
    """Run again: what comes is the whole, and so many tasks had been done."""
    again = Counting(out, plan.dataset.dataset)
    made = generate(plan, out, workers=again, **how)
    assert made.resumed == expected
    assert visible(made.folder) == visible(whole.folder)
    assert made.manifest.tables == whole.manifest.tables and made.manifest.families == whole.manifest.families
    assert not (made.folder / NAME).exists() and [path.name for path in out.iterdir()] == [made.folder.name]
    return again.drawn


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.some(2)
def test_it_goes_on_from_any_task(name, tmp_path):
    plan = synth.make_plan(name, scale=SHIPPED[name])
    counting = Counting(tmp_path, name)
    whole = generate(plan, tmp_path / "whole", workers=counting)
    for after in sorted({1, 3, counting.drawn // 2, counting.drawn} if LONG else {3, counting.drawn - 1}):
        killed(plan, tmp_path / str(after), after)
        assert gone_on(plan, tmp_path / str(after), whole, after) == counting.drawn - after
        assert verify_folder(tmp_path / str(after) / name).passed


@pytest.mark.parametrize(
    "how",
    [
        {"format": "csv"},
        {"format": "arrow"},
        {"format": "sql"},
        {"partition_by": {"sales_orders": "s_order_date:month", "ar_ageing": "age"}},
    ],
    ids=["csv", "arrow", "sql", "partitions"],
)
@pytest.mark.some(2)
def test_in_other_files_and_by_several_workers(how, tmp_path):
    plan = synth.make_plan("erp", scale=0.03)
    whole = generate(plan, tmp_path / "whole", **how)
    killed(plan, tmp_path / "killed", 9, **how)
    made = generate(plan, tmp_path / "killed", workers=2, **how)
    assert made.resumed == 9 and visible(made.folder) == visible(whole.folder)


@pytest.mark.parametrize("name", SEVERAL_BLOCKS)
def test_tasks_of_several_blocks(name, tmp_path):
    """Each block gives a part of its own to rollups: all of a task's are kept."""
    plan = synth.make_plan(name, scale=SEVERAL_BLOCKS[name])
    counting = Counting(tmp_path, name)
    whole = generate(plan, tmp_path / "whole", workers=counting)
    assert any(task.blocks > 1 for tasks in whole.manifest.families.values() for task in tasks)
    killed(plan, tmp_path / "killed", counting.drawn - 2)
    gone_on(plan, tmp_path / "killed", whole, counting.drawn - 2)
    assert verify_folder(tmp_path / "killed" / name).passed


@pytest.fixture
def plan():
    return synth.make_plan("ecommerce", scale=0.03)


@pytest.fixture
def whole(plan, tmp_path):
    return generate(plan, tmp_path / "whole")


def test_twice(plan, whole, tmp_path):
    out = tmp_path / "killed"
    killed(plan, out, 4)
    with pytest.raises(KilledError):
        generate(plan, out, workers=Counting(out, "ecommerce", 5))
    (out / "saved").rename(out / ".ecommerce.making")
    (out / ".ecommerce.lock").touch()
    gone_on(plan, out, whole, 9)


def test_what_was_half_written_is_made_anew(plan, whole, tmp_path):
    out = tmp_path / "killed"
    left = killed(plan, out, 12)
    lines = (left / NAME).read_text().splitlines()
    (left / NAME).write_text("\n".join([*lines[:-1], lines[-1][:50]]))  # the last note
    last = json.loads(lines[-2])["files"][0][1]["path"]
    (left / last).write_bytes((left / last).read_bytes()[:-3])
    lost = json.loads(lines[-3])["files"][0][1]["path"]
    (left / lost).unlink()
    (left / "order_items").mkdir(exist_ok=True)
    (left / "order_items" / "part-99999.parquet").write_text("half")
    (left / ".residents" / "now").mkdir(parents=True, exist_ok=True)
    gone_on(plan, out, whole, 9)


def test_notes_of_others_do_not_count(plan, whole, tmp_path):
    out = tmp_path / "killed"
    left = killed(plan, out, 12)
    text = (left / NAME).read_text().splitlines()
    note = json.loads(text[3])
    note["files"][0][1]["path"] = "../../outside"
    (left / NAME).write_text("\n".join([*text[:3], json.dumps(note), *text[4:], ""]))
    gone_on(plan, out, whole, 2)


@pytest.mark.parametrize("facts", [{"seed": 7}, {"scale": 0.02}])
def test_another_run_begins_anew(plan, facts, tmp_path):
    other = synth.make_plan("ecommerce", **{"scale": 0.03, **facts})
    killed(other, tmp_path / "killed", 6)
    gone_on(plan, tmp_path / "killed", generate(plan, tmp_path / "whole"), 0)


def test_another_version_begins_anew(plan, whole, tmp_path, monkeypatch):
    killed(plan, tmp_path / "killed", 6)
    monkeypatch.setattr(synth.store.journal.np, "__version__", "0.1")
    gone_on(plan, tmp_path / "killed", whole, 0)


def test_fresh(plan, whole, tmp_path):
    killed(plan, tmp_path / "killed", 6)
    gone_on(plan, tmp_path / "killed", whole, 0, fresh=True)


@pytest.mark.parametrize("after", range(1, 8) if LONG else [6])
def test_a_part_that_is_killed_goes_on(after, plan, whole, tmp_path):
    part = Part(1, 2)
    killed(plan, tmp_path, after, "ecommerce.part-1-of-2", part=part)
    first = generate(plan, tmp_path, part=part)
    assert first.resumed == after
    merged = merge([first.folder, generate(plan, tmp_path, part=Part(2, 2)).folder], tmp_path / "merged")
    assert merged.manifest.tables == whole.manifest.tables


def test_a_part_is_not_gone_on_with_as_another(plan, tmp_path):
    killed(plan, tmp_path, 6, "ecommerce.part-1-of-2", part=Part(1, 2))
    (tmp_path / ".ecommerce.part-1-of-2.making").rename(tmp_path / ".ecommerce.part-1-of-3.making")
    (tmp_path / ".ecommerce.part-1-of-3.lock").touch()
    assert generate(plan, tmp_path, part=Part(1, 3)).resumed == 0


def test_the_command_tells_of_it(tmp_path, capsys):
    plan = synth.make_plan("ecommerce", scale=0.03)
    words = ["generate", "ecommerce", "--scale", "0.03", "--out", str(tmp_path), "--workers", "1"]
    killed(plan, tmp_path, 6)
    assert main(words) == 0
    assert "6 tasks had been done by a run that was killed" in capsys.readouterr().out
    assert Manifest.read(tmp_path / "ecommerce").is_as_written()
    shutil.rmtree(tmp_path / "ecommerce")
    killed(plan, tmp_path, 6)
    assert main([*words, "--fresh", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["resumed"] == 0
    assert main([*words, "--fresh", "--to", "sqlite:///x.db"]) == 2
