"""The examples in schema/examples: each checks, is drawn alike by one and two workers and in steps, verifies, loads everywhere.

SYNTH_TEST_LONG adds scales 1 and 10, loads included, and the other databases.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.plan.make import make
from synth.spec.load import load, warnings
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from synth.verifying.rehearse import rehearse
from tests.support.targets import LIVE, LONG

EXAMPLES = sorted((Path(__file__).parents[2] / "schema" / "examples").glob("*.yaml"))
SCALES = (0.1, 1, 10) if LONG else (0.1,)
LIVING = [suite for suite in LIVE if suite == "postgres" or (LONG and suite not in ("embedded", "copy"))]


def prints(manifest):
    return {name: entry.fingerprint for name, entry in manifest.tables.items()}


def moment(dataset, share):
    """A moment within the period, on no midnight."""
    day = dataset.period.start + (dataset.period.until - dataset.period.start) * share
    return dt.datetime.combine(day, dt.time(13))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_checks(path):
    dataset = load(path)
    assert rehearse(dataset) == () and warnings(path, dataset) == []


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.some(4)
def test_it_holds_at_two_seeds_and_untils_on_any_number_of_workers(path, scale, tmp_path):
    dataset = load(path)
    for seed, until in ((1, None), (2, moment(dataset, 0.6))):
        plan = make(dataset, scale=scale, seed=seed, until=until)
        one, two = (generate(plan, tmp_path / f"{seed}-{workers}", workers=workers) for workers in (1, 2))
        assert prints(one.manifest) == prints(two.manifest)
        report = verify_folder(two.folder)
        assert report.passed, report.failed


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_steps_of_time_come_to_one_run(path, scale, tmp_path):
    dataset = load(path)
    plans = [make(dataset, scale=scale, until=until) for until in (moment(dataset, 0.4), moment(dataset, 0.7), None)]
    folder = generate(plans[0], tmp_path / "grown").folder
    for plan in plans[1:]:
        advance_folder(folder, plan.until)
    assert prints(Manifest.read(folder)) == prints(generate(plans[-1], tmp_path / "one").manifest)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("target", LIVING, indirect=True)
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_it_loads(path, target, scale, tmp_path):
    dataset = load(path)
    made = generate(make(dataset, scale=scale), tmp_path)
    target.load(made.folder)
    assert target.state(dataset.dataset) == prints(made.manifest)
