"""Jobs tell Python's logging when they begin and what came of it, and nothing secret."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

import synth


def test_a_job_that_ends_well(tmp_path, caplog):
    caplog.set_level(logging.DEBUG, "synth")
    plan = synth.make_plan("inventory", scale=0.01)
    made = synth.generate(plan, tmp_path)
    synth.load_into(made.folder, tmp_path / "x.duckdb")
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert said[0] == ("INFO", "generate: begins")
    assert said[1][1].startswith(f"generate: {made!r}, after ")
    assert ("DEBUG", "inventory: send begins") in said
    assert said[-1][1].startswith("load_folder: LoadReport(")


def test_a_job_that_fails(caplog):
    with pytest.raises(synth.SynthError):
        synth.pull("postgresql://me:hidden@127.0.0.1:1/x", "output")
    assert [record.levelname for record in caplog.records if record.name == "synth"] == ["ERROR"]
    assert "DatabaseError" in caplog.text and "hidden" not in caplog.text


def test_nothing_is_printed_unless_a_program_asks(tmp_path):
    code = "import synth; synth.pull('sqlite:///nothing.db', 'output')"
    said = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.stderr.startswith("Traceback"), "the error is raised, and no line of a log stands before it"
