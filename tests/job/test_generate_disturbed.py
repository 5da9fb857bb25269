"""Runs that are killed, disturbed or damaged: nothing half-done looks done, and the next run mends it."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synth.api import make_plan
from synth.errors import OutputError
from synth.job.generate import generate
from synth.runners import runner
from synth.store.manifest import Manifest
from tests.support.steps import prints
from tests.support.visits import Shuffled


def start(environment, out: Path, *words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "synth", "generate", "ecommerce", "--workers", "2", "--out", str(out), *words],
        env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def alive(group: int) -> bool:
    """Whether any process of a group runs (a zombie does not)."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


def vanishes(group: int, seconds: float = 3) -> bool:
    end = time.monotonic() + seconds
    while alive(group) and time.monotonic() < end:
        time.sleep(0.05)
    return not alive(group)


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """Fingerprints of an undisturbed `ecommerce` at scale 2."""
    with runner(2) as processes:
        return prints(
            generate(make_plan("ecommerce", scale=2), tmp_path_factory.mktemp("big"), workers=processes).manifest
        )


def written(making: Path, files: int) -> bool:
    """Whether the hidden folder is there, with so many files of order lines."""
    return making.is_dir() and len(list(making.glob("order_items/*"))) >= files


def started(environment, out: Path, files: int | None) -> subprocess.Popen[bytes]:
    """A run at scale 2 that has written so many files of order lines; None: one that has hardly begun."""
    process = start(environment, out, "--scale", "2")
    time.sleep(0.3)
    while files is not None and not written(out / ".ecommerce.making", files):
        assert process.poll() is None, "done before it could be disturbed"
        time.sleep(0.01)
    return process


@pytest.mark.slow
@pytest.mark.some(1)
def test_killed_and_started_again(big, environment, tmp_path):
    for files in (None, 0, 1, 8):
        process = started(environment, tmp_path, files)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert vanishes(process.pid)
        assert not (tmp_path / "ecommerce").exists()
    again = start(environment, tmp_path, "--scale", "2")
    assert again.wait(120) == 0
    assert prints(Manifest.read(tmp_path / "ecommerce")) == big
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]


@pytest.mark.slow
def test_workers_leave_when_the_first_process_is_killed(environment, tmp_path):
    process = started(environment, tmp_path, 1)
    process.kill()
    process.wait()
    assert vanishes(process.pid)
    assert not (tmp_path / "ecommerce").exists()


@pytest.mark.slow
def test_interrupted(environment, tmp_path):
    process = started(environment, tmp_path, 1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(10) == 130
    assert vanishes(process.pid)
    assert list(tmp_path.iterdir()) == []


def test_killed_between_the_renames_of_a_swap(tmp_path):
    made = make_plan("ecommerce", scale=0.01, tables=["brands", "customers"])
    generate(made, tmp_path)
    target, old, making = (tmp_path / name for name in ("ecommerce", ".ecommerce.old", ".ecommerce.making"))
    target.rename(old)
    shutil.copytree(old, making)
    (tmp_path / ".ecommerce.lock").touch()
    other = make_plan("ecommerce", scale=0.01, tables=["brands", "customers"], seed=43)
    with pytest.raises(OutputError, match="holds another run"):
        generate(other, tmp_path)  # what comes back is no less than what stands there
    assert Manifest.read(target).seed == 42
    target.rename(old)
    shutil.copytree(old, making)
    summary = generate(other, tmp_path, if_exists="replace")
    assert Manifest.read(target).seed == 43
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]
    assert prints(summary.manifest) != prints(generate(made, tmp_path, if_exists="replace").manifest)


def test_a_failing_run_leaves_the_finished_one(tmp_path):
    generate(make_plan("ecommerce", scale=0.01), tmp_path)
    before = (tmp_path / "ecommerce/manifest.json").read_bytes()

    class Fails(Shuffled):
        def run(self, context, tasks):
            yield from ()
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        generate(make_plan("ecommerce", scale=0.01, seed=43), tmp_path, workers=Fails(None), if_exists="replace")
    assert (tmp_path / "ecommerce/manifest.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]


def test_the_second_of_two_runs_is_refused(environment, run, tmp_path):
    first = start(environment, tmp_path, "--scale", "2")
    try:
        while not (tmp_path / ".ecommerce.making").exists():
            assert first.poll() is None
            time.sleep(0.02)
        first.send_signal(signal.SIGSTOP)
        second = run("generate", "ecommerce", "--scale", "0.01", "--workers", "1", "--out", str(tmp_path))
        assert second.returncode == 2
        assert second.stderr.startswith(f"synth: another run is writing '{tmp_path / 'ecommerce'}'")
        assert (tmp_path / ".ecommerce.making").exists()
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()


def test_a_lock_that_is_held_is_respected(tmp_path):
    with (tmp_path / ".ecommerce.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another run is writing"):
            generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path)
    generate(make_plan("ecommerce", scale=0.01, tables=["brands"]), tmp_path)


@pytest.mark.parametrize("damage", ["deleted", "folder deleted"])
def test_a_damaged_run_is_made_again(damage, tmp_path):
    made = make_plan("ecommerce", scale=0.01, tables=["brands", "customers"])
    before = generate(made, tmp_path)
    assert generate(made, tmp_path).unchanged
    file = before.folder / "customers/part-00000.parquet"
    content = file.read_bytes()
    file.unlink() if damage == "deleted" else shutil.rmtree(file.parent)
    again = generate(made, tmp_path)
    assert not again.unchanged
    assert file.read_bytes() == content
    assert prints(again.manifest) == prints(before.manifest)
