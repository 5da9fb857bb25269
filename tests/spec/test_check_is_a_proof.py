"""After "all good" generating is refused by the plan, or ends well and verifies; a mistake is told with its place."""

from __future__ import annotations

import datetime as dt
import os
import tempfile
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

import synth
from synth.errors import DataError, SpecError
from synth.plan.make import make
from synth.runners.processes import Processes
from synth.spec.kinds.existing import with_assumed_rows
from synth.spec.load import parse
from synth.verifying.files import verify_folder
from synth.verifying.rehearse import rehearse
from tests.support.any_growth import STEPS, goes_on_in_database, grows, grows_in_database
from tests.support.any_spec import specs
from tests.support.any_tables import write_existing
from tests.support.steps import small_blocks

EXAMPLES = int(os.environ.get("SYNTH_TEST_EXAMPLES", "24"))  # `make test-long` asks for thousands
SETTINGS = settings(
    deadline=None, max_examples=EXAMPLES, derandomize=EXAMPLES <= 24,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip

ELSEWHERE = (  # scale, seed, until, whether two workers share it; scale 1 is where it grows
    (2.5, 7, dt.datetime(2024, 4, 3, 5), True), (0.4, 3, dt.date(2025, 2, 1), False), (1, 9, dt.date(2024, 1, 2), False),
)  # fmt: skip


@pytest.fixture(scope="module")
def two():
    """Two workers, for all runs."""
    with Processes(2) as workers:
        yield workers


@SETTINGS
@given(spec=specs(broken=False))
def test_good_specs_are_good_to_the_end(two, spec):
    refused_or_good_to_the_end(spec, two)


@SETTINGS
@given(spec=specs(broken=True))
def test_broken_specs_are_refused_with_a_place_or_good_to_the_end(two, spec):
    refused_or_good_to_the_end(spec, two)


def refused_or_good_to_the_end(spec, two):
    """What became of it: refused with a place, left open, or good, and grown in which ways."""
    text = yaml.safe_dump(spec, sort_keys=False, width=10**9)
    try:
        dataset = parse(text, "any.yaml")
        make(with_assumed_rows(dataset))
        left_open = rehearse(dataset)
    except SpecError as error:
        assert error.problems and all(problem.what for problem in error.problems)
        return "refused"
    except DataError as error:
        assert error.problem is not None, error
        return "refused while rehearsed"
    assert not left_open or dataset.existing, "what is made can be rehearsed"
    if left_open:
        return "left open"
    with tempfile.TemporaryDirectory() as there:
        source = write_existing(Path(there)) if dataset.existing else None
        try:
            holds_everywhere(dataset, text, source, two)
            return ", ".join(("good", *grown(dataset, text, source, two)))
        except DataError as error:  # what no row matches is told while drawing
            assert error.problem is not None and "match" in text, error
            return "refused while drawn"


def grown(dataset, text, source, two):
    """In which ways it has grown; a few grow in databases, too."""
    some = sum(text.encode())
    if EXAMPLES <= 24 and some % 3:
        return
    some //= 3
    with pytest.MonkeyPatch.context() as patch:
        small_blocks(patch, 250 if "window: 250" in text else 50)
        steps = STEPS[some % len(STEPS)]
        if grows(dataset, steps, two, source):
            yield "grown"
            if source is None and some % 6 < 2 and grows_in_database(dataset, steps, ("duckdb", "sqlite")[some % 2]):
                yield "in a database"
    if source is None and some % 6 == 2 and goes_on_in_database(dataset, STEPS[0], "duckdb"):
        yield "appended"


def holds_everywhere(dataset, text, source, two):
    for scale, seed, until, shared in ELSEWHERE:
        try:
            plan = synth.make_plan(dataset, scale=scale, seed=seed, until=until, source=source)
        except SpecError:  # of another scale or moment
            continue
        with tempfile.TemporaryDirectory() as folder:
            made = synth.generate(plan, Path(folder), workers=two if shared else 1).folder
            report = verify_folder(made)
            assert report.passed, (text, scale, seed, until, [str(found) for found in report.failed])
