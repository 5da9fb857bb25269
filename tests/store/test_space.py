"""Rows that no disk holds are told before the start, and a run that would fit is never refused."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest

import synth
from synth.cli import main
from synth.formats import FORMATS
from synth.job.generate import generate
from synth.spec.load import parse
from synth.store.memory import largest_memory
from synth.store.space import least_bytes, least_memory_bytes

CONSTANT = """
dataset: d
period: {start: 2024-01-01, until: 2025-01-01}
tables: {t: {rows: 1_000_000, columns: {a: {choice: {x: 1}}, b: {choice: {"": 1}}}}}
"""
Usage = namedtuple("Usage", "total used free")


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("dataset", ["ecommerce", "inventory"])
def test_files_are_never_smaller(dataset, format, tmp_path):
    plan = synth.make_plan(dataset, scale=0.05)
    made = generate(plan, tmp_path, format=format)
    assert 0 < least_bytes(plan, FORMATS[format]) < made.bytes


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_smaller_than_one_value_a_million_times(format, tmp_path):
    plan = synth.make_plan(parse(CONSTANT))
    made = generate(plan, tmp_path, format=format)
    assert made.rows == 1_000_000 and least_bytes(plan, FORMATS[format]) < made.bytes


def test_a_full_disk_is_told_before_the_start(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**9, 10**9 - 1000, 1000))
    words = ["generate", "ecommerce", "--scale", "0.01", "--format", "csv", "--out", str(tmp_path / "new" / "out")]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert " rows as csv take " in said and f"'{tmp_path}/new/out' has room for " in said and "--scale" in said
    assert not (tmp_path / "new").exists()


def test_rows_that_no_disk_holds(tmp_path, capsys):
    assert main(["generate", "ecommerce", "--scale", "1e10", "--out", str(tmp_path)]) == 2
    assert "at the very least" in capsys.readouterr().err and not list(tmp_path.iterdir())


# -- memory


@pytest.mark.parametrize("dataset", ["ecommerce", "inventory", "erp"])
def test_memory_is_far_from_refused(dataset):
    """What a plan surely needs is below the estimate of what it takes, and the machine has it at a scale that it can do."""
    for scale in (0.01, 1, 30):
        plan = synth.make_plan(dataset, scale=scale)
        assert 0 < least_memory_bytes(plan)[0] < plan.memory_bytes(1) / 2 < largest_memory()


@pytest.mark.parametrize("command", ["generate", "into", "plan", "json"])
def test_memory_that_no_machine_has(command, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**18, 0, 10**18))
    words = {
        "generate": ["--out", str(tmp_path)],
        "into": ["--to", str(tmp_path / "x.db")],
        "plan": [],
        "json": ["--json"],
    }[command]
    name = "generate" if words and command != "json" else "plan"
    assert main([name, "ecommerce", "--scale", "1e7", *words]) == 2
    said = capsys.readouterr()
    assert "synth: the columns of 'customers' that others look up take " in said.err and "fewer --tables" in said.err
    assert bool(said.out) == (name == "plan") and not list(tmp_path.iterdir())


def test_a_block_that_no_memory_holds(tmp_path, monkeypatch):
    plan = synth.make_plan(parse(CONSTANT))
    monkeypatch.setattr("synth.store.space.largest_memory", lambda: 100_000)
    with pytest.raises(
        synth.OptionError, match=r"a block of 't' and what belongs to it take .* GB of memory at the very"
    ):
        generate(plan, tmp_path)
    monkeypatch.setattr("synth.store.space.largest_memory", lambda: 200_000)
    assert generate(plan, tmp_path).rows == 1_000_000


def test_swap_is_memory(tmp_path):
    (tmp_path / "memory.max").write_text(str(2**28))
    assert 2**28 <= largest_memory(tmp_path) <= largest_memory()
