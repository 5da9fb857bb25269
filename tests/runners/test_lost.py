"""Nodes, executors and drivers that are killed midway: the run ends well, or the same command goes on; the content is the same.

Each at ten moments, where SYNTH_TEST_LONG is set; a cluster of several nodes is begun on this machine.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import synth
from synth.job.generate import generate
from synth.runners import ENGINES
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from tests.support.engines import WORKERS, begun, engine, processes_called
from tests.support.targets import LONG

MOMENTS = [0.1 + 0.09 * k for k in range(10)]  # shares of the usual time
SCALE = 4
EXECUTOR = "CoarseGrainedExecutorBackend"
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not LONG, reason="begins engines again and again: `make test-long`")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What one machine makes of the shop."""
    return generate(synth.make_plan("ecommerce", scale=SCALE), tmp_path_factory.mktemp("whole")).manifest


def compared(made, whole):
    assert made.tables == whole.tables
    assert made.families == whole.families


def command(name, out):
    words = ["generate", "ecommerce", "--scale", str(SCALE), "--runner", name, "--out", str(out)]
    return [sys.executable, "-m", "synth", *words]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("name", [engine(each) for each in ENGINES])
def test_a_driver_that_is_killed_is_gone_on_with(name, moment, whole, tmp_path):
    """It is killed when so large a share of the tasks has been done; the same command draws the others."""
    tasks = sum(len(each) for each in whole.families.values())
    notes = tmp_path / ".ecommerce.making" / ".tasks"
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}
    run = subprocess.Popen(command(name, tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    while run.poll() is None and (not notes.exists() or notes.read_bytes().count(b"\n") < 1 + moment * tasks):
        time.sleep(0.01)
    run.send_signal(signal.SIGKILL)
    was_killed = run.wait() == -signal.SIGKILL
    assert was_killed or (name == "spark" and moment > 0.5)  # whose last job may end the run
    if was_killed:
        assert not (tmp_path / "ecommerce").exists(), "nothing half-done looks done"
    again = subprocess.run([*command(name, tmp_path), "--json"], capture_output=True, text=True, env=env, check=False)
    assert again.returncode == 0, again.stderr
    compared(Manifest.read(tmp_path / "ecommerce"), whole)
    assert verify_folder(tmp_path / "ecommerce").passed
    assert [path.name for path in tmp_path.iterdir()] == ["ecommerce"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_ray_node_that_is_lost_does_no_harm(moment, whole, tmp_path):
    """Of three nodes, one is taken away; what it had begun is done by the others."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    import ray

    ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
    done = []

    def take_away(family, rows):
        done.append(rows)
        if nodes and sum(done) > moment * sum(table.rows for table in whole.tables.values()):
            cluster.remove_node(nodes.pop())
            nodes.clear()

    try:
        with begun("ray") as running:
            assert running.workers == 3
            made = generate(synth.make_plan("ecommerce", scale=SCALE), tmp_path, workers=running, progress=take_away)
        assert not nodes, "it was taken away"
    finally:
        ray.shutdown()
        cluster.shutdown()
    compared(made.manifest, whole)
    assert verify_folder(made.folder).passed


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_spark_executor_that_is_lost_does_no_harm(moment, whole, tmp_path, monkeypatch):
    """Of two executors, processes of their own, one is killed; Spark begins another."""
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--master local-cluster[2,1,1024] pyspark-shell")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    killed, done = [], []

    def kill(family, rows):
        done.append(rows)
        if not killed and sum(done) > moment * sum(table.rows for table in whole.tables.values()):
            killed.append(processes_called(EXECUTOR)[0])
            os.kill(killed[0], signal.SIGKILL)

    with begun("spark") as running:
        made = generate(synth.make_plan("ecommerce", scale=SCALE), tmp_path, workers=running, progress=kill)
    assert killed
    compared(made.manifest, whole)
    assert verify_folder(made.folder).passed


def test_workers_end_with_their_driver():
    """What was begun above has ended: no process draws for a run that is gone."""
    until = time.monotonic() + 30
    while any(processes_called(word) for word in (WORKERS["ray"], EXECUTOR)):
        assert time.monotonic() < until, "a worker has outlived its driver"
        time.sleep(0.2)
