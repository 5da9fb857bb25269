"""A step that ends before its end: the folder is as it was, or refused until the step is completed by the next."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import synth
from synth.cli import main
from synth.databases import Address
from synth.errors import OutputError
from synth.job.advance import advance_folder
from synth.job.generate import generate
from synth.job.load import load_folder
from synth.store.manifest import Manifest
from synth.verifying.files import verify_folder
from tests.support.steps import apply, files, prints, state, there

SINCE, UNTIL, LATER = (dt.datetime(2024, month, 1) for month in (2, 3, 4))

CHILD = """
import datetime as dt, os, signal, sys
from pathlib import Path
from synth.job.advance import advance_folder
folder, until, feed, last = sys.argv[1:]
happened = {"drawn": 0, "moved": 0}
def happens(what):
    happened[what] += 1
    if last == f"{what} {happened[what]}":
        os.kill(os.getpid(), signal.SIGKILL)
replace = Path.replace
def moving(self, target):
    if ".writing" not in self.parts:  # a task's own file, as it is whole
        happens("moved")  # about to
    return replace(self, target)
Path.replace = moving
advance_folder(folder, dt.datetime.fromisoformat(until), changes=feed, progress=lambda family, rows: happens("drawn"))
print(happened["moved"])
"""


def plan_of(until: dt.datetime, seed: int = 42):
    return synth.make_plan("ecommerce", scale=0.01, until=until, seed=seed)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """The shop at three moments."""
    return {u: generate(plan_of(u), tmp_path_factory.mktemp("run")).folder for u in (SINCE, UNTIL, LATER)}


@pytest.fixture
def child(environment, tmp_path, runs):
    """A folder that a process takes to UNTIL, which ends itself at a moment: -> the folder, and what it printed."""

    def run(last: str, name: str = "out") -> tuple[Path, str]:
        folder = tmp_path / name / "ecommerce"
        shutil.copytree(runs[SINCE], folder)
        words = [sys.executable, "-c", CHILD, str(folder), UNTIL.isoformat(), str(folder.parent / "feed"), last]
        done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == (-signal.SIGKILL if last else 0), done.stderr
        return folder, done.stdout

    return run


def same(folder: Path, other: Path) -> None:
    assert prints(Manifest.read(folder)) == prints(Manifest.read(other))
    assert verify_folder(folder).passed
    hidden = [path.name for path in folder.parent.iterdir() if path.name.startswith(".")]
    assert not hidden, hidden


def refused(folder: Path) -> None:
    for read in (verify_folder, Manifest.read, lambda f: load_folder(f, Address.parse("sqlite:////nowhere/x.db"))):
        with pytest.raises(OutputError, match="(?s)left in the midst of an advance.*2024-03-01T00:00:00` completes it"):
            read(folder)


def told(folder: Path, runs, moments) -> None:
    """The feed has one file for each step, and leads from the first run to the last."""
    steps = sorted(path for path in (folder.parent / "feed").iterdir())
    assert [path.stem for path in steps] == [
        f"{a:%Y%m%dT%H%M%S%f}-{b:%Y%m%dT%H%M%S%f}" for a, b in zip(moments, moments[1:])
    ]
    rows = state(runs[moments[0]])
    for path in steps:
        apply(rows, path, plan_of(SINCE).dataset)
    assert there(rows) == there(state(runs[moments[-1]]))


@pytest.mark.parametrize("last", ["drawn 1", "drawn 5", "moved 1", "moved 2", "moved 3"])
@pytest.mark.some(2)
def test_killed_before_files_move(last, child, runs):
    """While blocks are drawn, before the feed is there, before the new manifest is, before the old one says so."""
    folder, _ = child(last)
    assert Manifest.read(folder).until == SINCE and verify_folder(folder).passed
    assert not advance_folder(folder, UNTIL, changes=folder.parent / "feed").unchanged
    same(folder, runs[UNTIL])
    told(folder, runs, [SINCE, UNTIL])


def test_killed_while_files_move(child, runs, tmp_path):
    """At the first, and at the manifest itself; then the same step, another one, and a new run."""
    _, moved = child("", "undisturbed")
    last = int(moved)
    assert last > 8
    for at in (4, last):
        folder, _ = child(f"moved {at}", f"out{at}")
        refused(folder)
        for copy in ("other step", "other run", "same run"):
            shutil.copytree(folder.parent, tmp_path / f"{copy} {at}")
        step = advance_folder(folder, UNTIL, changes=folder.parent / "feed")
        assert step.unchanged  # it was all there
        same(folder, runs[UNTIL])
        told(folder, runs, [SINCE, UNTIL])

        folder = tmp_path / f"other step {at}" / "ecommerce"
        advance_folder(folder, LATER, changes=folder.parent / "feed")
        same(folder, runs[LATER])
        told(folder, runs, [SINCE, UNTIL, LATER])
        assert Manifest.read(folder).steps == (SINCE, UNTIL)

        for copy, plan in (("other run", plan_of(LATER, 7)), ("same run", plan_of(SINCE))):
            folder = tmp_path / f"{copy} {at}" / "ecommerce"
            assert not generate(plan, folder.parent, if_exists="replace").unchanged
            assert Manifest.read(folder).seed == plan.seed and Manifest.read(folder).steps == ()
            assert verify_folder(folder).passed


def test_what_was_to_move_is_gone(child, runs):
    folder, _ = child("moved 6")
    shutil.rmtree(folder.parent / ".ecommerce.making")
    refused(folder)
    with pytest.raises(OutputError, match="(?s)'.*ecommerce.making'\\) are gone.*generate it again"):
        advance_folder(folder, UNTIL)
    generate(plan_of(UNTIL), folder.parent, if_exists="replace")
    same(folder, runs[UNTIL])


def test_a_step_that_fails(runs, tmp_path, monkeypatch):
    """The folder is as it was, and nothing is left beside it."""
    folder = shutil.copytree(runs[SINCE], tmp_path / "ecommerce")
    before = files(folder)

    def fails(*_):
        raise OSError(28, "No space left on device")

    for broken in (
        "synth.store.output.FolderSink.write",
        "synth.store.change_feed.Feed.write",
        "synth.store.manifest.Manifest.write",
    ):
        with monkeypatch.context() as patch:
            patch.setattr(broken, fails)
            with pytest.raises(OutputError, match="No space left on device"):
                advance_folder(folder, UNTIL, changes=tmp_path / "feed")
        assert files(folder) == before and {path.name for path in tmp_path.iterdir()} <= {"ecommerce", "feed"}


def test_the_second_of_two_steps(runs, tmp_path):
    folder = shutil.copytree(runs[SINCE], tmp_path / "ecommerce")
    with (tmp_path / ".ecommerce.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(OutputError, match="another run is writing"):
            advance_folder(folder, UNTIL)
    advance_folder(folder, UNTIL)
    same(folder, runs[UNTIL])


# -- the command


def test_on_the_command_line(run, runs, tmp_path):
    folder = shutil.copytree(runs[SINCE], tmp_path / "ecommerce")
    words = [
        "advance",
        str(folder),
        "--until",
        "2024-03-01",
        "--changes",
        str(tmp_path / "feed"),
        "--changes-format",
        "ndjson",
    ]
    done = run(*words, "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert f"{folder}: from 2024-02-01 00:00:00 to 2024-03-01 00:00:00\n" in done.stdout and "rows more" in done.stdout
    assert f"changes in {tmp_path / 'feed'}" in done.stdout
    same(folder, runs[UNTIL])
    told(folder, runs, [SINCE, UNTIL])
    again = run(*words, "--json")
    found = json.loads(again.stdout)
    assert (
        found["unchanged"] and (found["since"], found["until"]) == ("2024-03-01T00:00:00",) * 2 and found["blocks"] == 0
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--until", "2024-02-31"], "--until takes a date or timestamp"),
        (["--until", "2024-01-31"], "time does not go back"),
        (["--until", "2023-01-31"], "must be after the period's start"),
        (["--until", "2300-01-31"], "too far ahead"),
        ([], "Missing option '--until'"),
        (["--until", "2024-03-01", "--workers", "none"], "--workers takes a number"),
        (["--until", "2024-03-01", "--changes", "{folder}/feed"], "name a folder outside"),
        (
            ["--until", "2024-03-01", "--changes", "{folder}/../feed", "--changes-format", "xml"],
            "unknown format of changes 'xml'",
        ),
    ],
)
def test_words_that_are_refused(words, said, runs, capsys):
    assert main(["advance", str(runs[SINCE]), *(word.format(folder=runs[SINCE]) for word in words)]) == 2
    told = capsys.readouterr().err
    assert told.startswith("synth: ") and said in told and verify_folder(runs[SINCE]).passed


def test_no_folder(run, tmp_path):
    done = run("advance", str(tmp_path / "nothing"), "--until", "2024-03-01")
    assert done.returncode == 2 and "holds no manifest.json\n  hint: " in done.stderr and not list(tmp_path.iterdir())


def test_a_folder_left_in_the_midst_is_refused_by_other_commands(run, runs, tmp_path):
    folder = shutil.copytree(runs[SINCE], tmp_path / "ecommerce")
    Manifest.read(folder).model_copy(update={"advancing": UNTIL}).write(folder)
    for words in (["verify", str(folder)], ["load", str(folder), "sqlite:////nowhere/x.db"]):
        done = run(*words)
        assert done.returncode == 2 and "left in the midst of an advance\n  hint: `synth advance" in done.stderr
