"""`--memory` is kept: by as many workers as it does for, and by as many connections; told before the start where it cannot be."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.errors import OptionError
from synth.job.generate import generate
from synth.store.manifest import Manifest
from synth.store.space import connections_within, workers_within
from tests.support.targets import LONG

ROOT = Path(__file__).parents[2]
GIGA = 10**9


def test_it_is_kept_by_fewer_workers():
    plan = synth.make_plan("erp", scale=20)
    assert workers_within(plan, 8, None) == 8
    chosen = [workers_within(plan, 8, size * GIGA) for size in (1, 2, 3, 5, 100)]
    assert chosen == sorted(chosen) and chosen[0] == 1 and chosen[-1] == 8
    for workers, size in zip(chosen, (1, 2, 3, 5), strict=False):
        assert plan.memory_bytes(workers) <= size * GIGA < plan.memory_bytes(workers + 1)


def test_what_does_not_fit_is_told_before_the_start():
    said = "--memory states 0.6 GB, and one worker needs about .* GB; most of it for the columns of 'customer_names'"
    with pytest.raises(OptionError, match=said):
        workers_within(synth.make_plan("erp", scale=20), 4, 600_000_000)


def test_a_load_takes_fewer_connections(tmp_path):
    manifest = generate(synth.make_plan("inventory", scale=0.1), tmp_path).manifest
    assert connections_within(manifest, 4, None) == 4
    assert connections_within(manifest, 8, 400_000_000) == 3
    assert connections_within(manifest, 8, GIGA) == 8
    with pytest.raises(OptionError, match="and one connection that sends '.*' needs about"):
        connections_within(manifest, 8, 320_000_000)


def run(capsys, *words):
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def test_on_the_command_line(capsys, tmp_path):
    code, out, _ = run(capsys, "plan", "erp", "--scale", "20", "--memory", "2GB", "--workers", "8", "--json")
    told = json.loads(out)
    assert code == 0 and told["workers"] == 3 and told["memory_bytes"] < 2 * GIGA
    code, out, _ = run(capsys, "plan", "erp", "--scale", "20", "--memory", "2GB", "--workers", "8")
    assert re.search(r"memory: about .* with 3 workers", out)
    words = ("generate", "inventory", "--scale", "0.1", "--out", str(tmp_path))
    code, out, _ = run(capsys, *words, "--memory", "600MB", "--workers", "7", "--json")
    assert code == 0 and json.loads(out)["workers"] == workers_within(
        synth.make_plan("inventory", scale=0.1), 7, 600 * 10**6
    )
    assert Manifest.read(tmp_path / "inventory").scale == 0.1
    code, _, err = run(capsys, *words, "--memory", "1MB")
    assert code == 2 and "'1MB' is less than the program and its libraries take" in err
    code, _, err = run(capsys, *words, "--memory", "2GB", "--runner", "ray")
    assert code == 2 and "an engine has limits of its own" in err
    code, _, err = run(capsys, *words, "--to", "sqlite:///x.db", "--runner", "ray")
    assert code == 2 and "--runner is for folders" in err


def proportional_bytes(root: int) -> int:
    """Memory of a process and its children, shared pages shared out."""
    parents, total, mine = {}, 0, {root}
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(process.name)] = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
    for _ in range(5):
        mine |= {number for number, parent in parents.items() if parent in mine}
    for number in mine:
        with suppress(OSError, AttributeError):
            total += int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{number}/smaps_rollup").read_text(), re.M)[1]) * 1024
    return total


@pytest.mark.parametrize("scale", [20 if LONG else 3])
@pytest.mark.parametrize("dataset", ["ecommerce", "erp", "inventory"] if LONG else ["ecommerce"])
def test_all_processes_of_a_run_stay_under_it(dataset, scale, tmp_path):
    command = [sys.executable, "-m", "synth", "generate", dataset, "--scale", str(scale), "--out", str(tmp_path)]
    process = subprocess.Popen(
        [*command, "--memory", "1G", "--workers", "4"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    peak = 0
    while process.poll() is None:
        peak = max(peak, proportional_bytes(process.pid))
        time.sleep(0.02)
    assert process.returncode == 0
    assert 100_000_000 < peak < GIGA
