"""What is made does not depend on the way that was taken: each file has the same bytes."""

import pytest

import synth
from synth.formats import parquet
from synth.job.generate import generate


@pytest.mark.parametrize(("dataset", "scale"), [("ecommerce", 0.3), ("erp", 0.1), ("inventory", 1), ("tpch", 0.02)])
def test_files_are_the_same(dataset, scale, ways, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "OWN_ROWS", 1)  # pages of our own, however small
    plan = synth.make_plan(dataset, scale=scale)

    def work():
        folder = tmp_path / str(len([*tmp_path.iterdir()]))
        generate(plan, folder, workers=1)
        return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*.parquet")}

    by_numpy, compiled = ways.both(work)
    assert [*by_numpy] and by_numpy.keys() == compiled.keys()
    assert not [str(path) for path, body in by_numpy.items() if compiled[path] != body]
