"""The examples in schema/examples: each checks, is drawn alike by one and two workers, verifies, and loads everywhere."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import load, warnings
from synth.verify.files import verify_folder
from synth.verify.rehearse import rehearse
from tests.support.targets import LIVE, LONG

EXAMPLES = sorted((Path(__file__).parents[2] / "schema" / "examples").glob("*.yaml"))
SCALES = (0.1, 1, 10) if LONG else (0.1,)
LIVING = [suite for suite in LIVE if suite not in ("embedded", "copy")]


def prints(made):
    return {name: entry.fingerprint for name, entry in made.manifest.tables.items()}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_checks(path):
    dataset = load(path)
    assert rehearse(dataset) == () and warnings(path, dataset) == []


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_holds_at_two_seeds_and_untils_on_any_number_of_workers(path, scale, tmp_path):
    dataset = load(path)
    middle = dataset.period.start + (dataset.period.until - dataset.period.start) * 0.6
    for seed, until in ((1, None), (2, dt.datetime.combine(middle, dt.time(13)))):
        plan = make(dataset, scale=scale, seed=seed, until=until)
        one, two = (generate(plan, tmp_path / f"{seed}-{workers}", workers=workers) for workers in (1, 2))
        assert prints(one) == prints(two)
        report = verify_folder(two.folder)
        assert report.passed, report.failed


@pytest.mark.parametrize("target", LIVING, indirect=True)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_loads(path, target, tmp_path):
    dataset = load(path)
    made = generate(make(dataset, scale=0.1), tmp_path)
    target.load(made.folder)
    assert target.state(dataset.dataset) == prints(made)
