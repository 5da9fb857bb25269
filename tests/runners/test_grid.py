"""The whole grid, where SYNTH_TEST_LONG is set: datasets at scales, by every runner and in parts, into folders and a store."""

from __future__ import annotations

import shutil

import pytest

import synth
from synth.job.generate import generate
from synth.job.merge import merge
from synth.verifying.files import verify_folder
from tests.support.engines import begun, lack
from tests.support.object_store import BUCKET, server  # noqa: F401
from tests.support.targets import LONG

pytestmark = [pytest.mark.skipif(not LONG, reason="takes half an hour"), pytest.mark.usefixtures("server")]

SCALES = [1, 10]
DATASETS = ["inventory", "ecommerce", "erp"]
PARTS = 7
ROOT = __file__.rpartition("/tests/")[0]


@pytest.fixture(scope="module", params=[(name, scale) for scale in SCALES for name in DATASETS], ids=str)
def whole(request, tmp_path_factory):
    """A plan, and what one process makes of it."""
    name, scale = request.param
    plan, out = synth.make_plan(name, scale=scale), tmp_path_factory.mktemp("whole")
    made = generate(plan, out).manifest
    shutil.rmtree(out)
    return plan, made.placed(lambda file: None).tables


@pytest.mark.parametrize("where", ["folder", "store"])
@pytest.mark.parametrize("how", ["serial", "processes", "ray", "spark", "parts"])
def test_all_is_the_same(how, where, whole, tmp_path, monkeypatch):
    plan, expected = whole
    out = str(tmp_path / "out") if where == "folder" else f"s3://{BUCKET}/{how}-{plan.dataset.dataset}-{plan.scale:g}"
    if how in ("ray", "spark"):
        assert not lack(how)
    if how == "parts":
        for number in range(1, PARTS + 1):
            generate(plan, tmp_path, part=synth.Part(number, PARTS))
        made = merge([*tmp_path.glob("*.part-*")], out)
    elif how == "ray":
        made = _on_three_nodes(plan, out)
    else:
        if how == "spark":
            monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--master local-cluster[2,1,1024] pyspark-shell")
            monkeypatch.setenv("PYTHONPATH", ROOT)
        with begun(how) as running:
            made = generate(plan, out, workers=running)
    assert made.manifest.placed(lambda file: None).tables == expected
    assert verify_folder(made.folder).passed


def _on_three_nodes(plan, out):
    """Draw on a Ray cluster of three nodes of one processor each, on this machine."""
    import ray
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    for _ in range(2):
        cluster.add_node(num_cpus=1)
    ray.init(address=cluster.address, log_to_driver=False, logging_level="error")
    try:
        with begun("ray") as running:
            return generate(plan, out, workers=running)
    finally:
        ray.shutdown()
        cluster.shutdown()
