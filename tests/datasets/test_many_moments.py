"""The shipped datasets, and the examples of documents, verify at many scales, seeds and `until`s: no alarm on what is clean."""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import tempfile
from pathlib import Path

import pytest

import synth
from synth.spec.load import load, parse, shipped
from synth.verifying.files import verify_folder

RUNS = max(3, int(os.environ.get("SYNTH_TEST_EXAMPLES", "40")) // 40)  # of each; `make test-long` asks for 50
SMALLER = {"tpch": 0.002, "tpch_skewed": 0.002}  # scales: of 8.66 million rows a dataset
ROOT = Path(__file__).resolve().parents[2]
YAML = re.compile(r"```yaml\n(dataset: .*?)```", flags=re.S)
EXAMPLES = [text for name in ("schema/README.md", "README.md") for text in YAML.findall((ROOT / name).read_text())]


def holds(dataset, largest: float, number: int) -> None:
    """Make it at some scale, seed and moment, and verify it."""
    some = random.Random(number)
    period = dataset.period
    days = (period.until - period.start).days
    until = dt.datetime.combine(period.start, dt.time()) + dt.timedelta(
        minutes=some.randrange(1, 24 * 60 * days * 5 // 4)
    )
    scale, seed = largest * some.random(), some.randrange(2**31)
    with tempfile.TemporaryDirectory() as folder:
        made = synth.generate(
            synth.make_plan(dataset, scale=scale, seed=seed, until=until), Path(folder), workers=1 + number % 2
        )
        report = verify_folder(made.folder)
    assert report.passed, (scale, seed, until, [str(found) for found in report.failed])


@pytest.mark.parametrize("number", range(RUNS))
@pytest.mark.parametrize("name", shipped())
@pytest.mark.some(4)
def test_shipped_datasets(name, number):
    holds(load(name), SMALLER.get(name, 0.05), number)


@pytest.mark.parametrize("number", range(RUNS))
@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split()[1])
def test_examples(text, number):
    dataset = parse(text)
    if not dataset.existing:
        holds(dataset, 1, number)
