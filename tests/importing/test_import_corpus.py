"""Well-known schemas are imported without a hand's help: each spec generates and verifies at several scales."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from synth.importing.run import import_spec
from synth.job.generate import generate
from synth.plan.make import make
from synth.verifying.files import verify_folder
from tests.importing.wide import ddl

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.sql"))
SCALES = (0.1, 1, 10)


@pytest.mark.some(6)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_it_is_imported_generated_and_verified(path, scale, tmp_path):
    dialect = path.name.split(".")[1]
    found = import_spec(str(path), tmp_path / "spec.yaml", dialect=dialect)
    text = path.read_text("utf-8")
    partitions = re.findall(r"(?i)\bPARTITION OF\b|\bATTACH PARTITION\b", text)
    assert len(found.dataset.tables) == len(re.findall(r"(?im)^\s*CREATE TABLE\b", text)) - len(partitions)
    run = generate(make(found.dataset, scale=scale), tmp_path / "out")
    report = verify_folder(run.folder)
    assert report.passed, report.failed[:3]
    assert set(report.rows) == set(found.dataset.tables) and run.rows > 0


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_most_of_it_is_kept(path, tmp_path):
    """What a source promises and a spec can say stands in the spec, but for what is told."""
    found = import_spec(str(path), tmp_path / "spec.yaml", dialect=path.name.split(".")[1])
    assert all(note.what for note in found.notes)
    lost = [note for note in found.notes if "is the key in the source, and not here" in note.what]
    assert len(lost) <= 1, lost
    for name, table in found.dataset.tables.items():
        assert table.columns, name


def test_many_tables(tmp_path):
    tables = 500 if os.environ.get("SYNTH_TEST_LONG") else 60
    path = tmp_path / "wide.sql"
    path.write_text(ddl(tables), "utf-8")
    found = import_spec(str(path), tmp_path / "wide.yaml", dialect="postgres")
    assert len(found.dataset.tables) == tables and found.checks > 4 * tables
