"""What a verification tells of itself: all it goes through, in the order in which it does, up to the end and never back."""

from __future__ import annotations

import json
import re
import sys

import pytest

import synth
from synth.cli import main
from synth.errors import OptionError
from synth.progress import Drawn, Phase
from tests.test_terminal import Terminal

BOOKS = """
dataset: told
period: {start: 2024-01-01, until: 2024-03-01}
tables:
  genres: {rows: 3, columns: {genre_id: {key: sequence}, name: {choice: {a: 0.5, b: 0.5}, type: varchar(5)}}}
  books:
    rows: 200
    columns:
      book_id: {key: sequence}
      genre_id: {reference: genres}
      place: {choice: {1: 0.5, 2: 0.5}, type: integer, check: place > 0}
    unique: [[book_id, place]]
rules:
  no_book_is_nowhere: SELECT book_id FROM books WHERE place IS NULL
  few_places: SELECT genre_id FROM books GROUP BY genre_id, place HAVING COUNT(*) > 100
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("told")
    (place / "told.yaml").write_text(BOOKS)
    return synth.generate(synth.make_plan(place / "told.yaml"), place).folder


@pytest.fixture(scope="module")
def loaded(folder):
    file = folder.parent / "told.duckdb"
    synth.load_into(folder, file)
    return file


def told_by(place, **words):
    """The phase, and all that is told after it."""
    told = []
    report = synth.verify(place, progress=lambda what, rows: told.append((what, rows)), **words)
    (phase, none), *rest = told
    assert isinstance(phase, Phase) and phase == "verify" and none == 0
    assert not any(isinstance(what, Phase) for what, _ in rest)
    return report, phase, rest


def test_a_folder_tells_all_that_it_goes_through(folder):
    report, phase, told = told_by(folder)
    assert report.passed and phase.workers == 1
    assert all(rows >= 0 for _, rows in told), "never back"
    assert sum(rows for _, rows in told) == phase.total, "up to the end"
    about = list(dict.fromkeys(str(what) for what, _ in told))
    assert about == ["files", "fingerprints", "checks", "keys", "rules"]
    done = [what for what, _ in told if isinstance(what, Drawn)]
    assert {what: sum(each.work for each in done if each == what) for what in set(done)} == pytest.approx(phase.work)
    assert phase.total == 203 * 4 + 200 + 200, "twice as files, once in a pass, as keys; a key of two; a rule"


def test_a_database_tells_the_same_of_its_rows(loaded):
    report, phase, told = told_by(loaded)
    assert report.passed and sum(rows for _, rows in told) == phase.total
    assert list(dict.fromkeys(map(str, (what for what, _ in told)))) == [
        "fingerprints",
        "checks",
        "keys",
        "references",
        "rules",
    ]
    assert phase.total == 203 * 3 + 200 + 203 + 200 * 2


def test_what_cannot_be_read_is_told_at_the_end(folder, tmp_path):
    import shutil

    copy = tmp_path / "told"
    shutil.copytree(folder, copy)
    for file in (copy / "books").iterdir():
        file.write_bytes(b"no parquet")
    report, phase, told = told_by(copy)
    assert not report.passed and sum(rows for _, rows in told) == phase.total
    assert told[-1][0] == "verify" and told[-1][1] > 0


def test_without_progress_nothing_is_told_and_all_is_the_same(folder):
    with_it, without = told_by(folder)[0], synth.verify(folder)
    assert [(f.kind, f.table, f.name) for f in with_it.findings] == [
        (f.kind, f.table, f.name) for f in without.findings
    ]


def test_the_command_shows_it_on_a_terminal_and_not_if_quiet(folder, monkeypatch, capsys):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert main(["verify", str(folder)]) == 0
    said = sys.stderr.getvalue()
    assert re.search(r"files|fingerprints|checks|rules", said) and "100%" in said and "%" not in capsys.readouterr().out
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert main(["verify", str(folder), "--quiet"]) == 0
    assert sys.stderr.getvalue() == ""


def test_a_stream_that_is_no_terminal_gets_lines(folder, monkeypatch, capsys):
    monkeypatch.setattr("synth.terminal.PLAIN_SECONDS", 0)
    assert main(["verify", str(folder), "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)["passed"]
    assert re.search(r"^rules: [\d,]+ of about 1,212 rows, [\d,]+ rows/s", shown.err, re.M)


@pytest.mark.parametrize("workers", [1, 2, "all"])
def test_so_many_cores_work(folder, workers, monkeypatch):
    """DuckDB is told of them, and works in less memory on fewer."""
    from synth.verifying import files

    asked = []
    real = files.sandbox
    monkeypatch.setattr(
        files, "sandbox", lambda *those, **words: asked.append(words["workers"]) or real(*those, **words)
    )
    monkeypatch.setattr("synth.runners.processors", lambda: 3)
    assert synth.verify(folder, workers=workers).passed and asked == [3 if workers == "all" else workers]


def test_a_number_of_cores_is_one(folder):
    with pytest.raises(OptionError, match="workers must be 1 or more"):
        synth.verify(folder, workers=0)
    assert main(["verify", str(folder), "--workers", "none"]) == 2


def test_memory_is_two_gigabytes_unless_cores_need_more_or_the_machine_has_less(monkeypatch):
    from synth.verifying.files import _memory

    monkeypatch.setattr("synth.verifying.files.default_memory", lambda: 32 * 2**30)
    assert _memory(2) == 2 * 10**9 < _memory(64) < 16 * 2**30
    monkeypatch.setattr("synth.verifying.files.default_memory", lambda: 10**9)
    assert _memory(2) == _memory(64) == 10**9
