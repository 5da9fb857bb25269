"""A notebook gets a bar that moves; all else what commands print. A real kernel runs it."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

import synth

RUN = """
import synth
from synth import moving_bar as home
home.PAUSE = 0
plan = synth.make_plan("ecommerce", scale=0.02)
with synth.progress_bar() as told:
    made = synth.generate(plan, "output", progress=told)
"""


def outputs(tmp_path, code, **options):
    """What a notebook of one cell shows, run by a kernel in a folder of its own."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    client = NotebookClient(book, timeout=120, resources={"metadata": {"path": str(tmp_path)}}, **options)
    client.execute()
    return client.nb.cells[0].outputs


@pytest.mark.filterwarnings("ignore")
def test_in_a_notebook(tmp_path):
    (shown,) = outputs(tmp_path, RUN)
    assert re.fullmatch(r"done: 24,\d{3} rows, [\d,]+ rows/s", shown["data"]["text/plain"])
    assert "<progress max='1' value='1.000' aria-label='done'>" in shown["data"]["text/html"]


@pytest.mark.filterwarnings("ignore")
def test_a_job_that_fails_says_so(tmp_path):
    code = RUN.replace("synth.generate(plan", "synth.generate(None")
    with pytest.raises(CellExecutionError):
        outputs(tmp_path, code)
    (shown, error) = outputs(tmp_path, code, allow_errors=True)
    assert shown["data"]["text/plain"].startswith("ended early: 0 rows") and error["output_type"] == "error"


def test_elsewhere_it_is_what_commands_print(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("synth.terminal.PLAIN_SECONDS", 0)
    with synth.progress_bar() as told:
        synth.generate(synth.make_plan("inventory", scale=0.01), tmp_path, progress=told)
    assert re.search(r"^customers: 251 of about \d+ rows, [\d,]+ rows/s, about", capsys.readouterr().err, re.M)
