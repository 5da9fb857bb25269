"""A figure that cannot be is refused, and a run that has one writes nothing."""

import sys

import pytest

from benchmarks import bounds, machine, results, run
from benchmarks.case import Case
from benchmarks.measuring import FailedError, Run, measure
from tests.support.bench_results import MACHINE

GOOD = Run(wall_s=2.0, cpu_s=3.6, rows=1_000_000, cells=11_000_000, bytes=8_000_000, peak_bytes=300 * 2**20)
ASKED = Case("a case", "a group", lambda memory: GOOD, asked=1_000_000)


def changed(**values):
    return Run(**{**vars(GOOD), **values})


def test_what_can_be_passes():
    bounds.check(ASKED, GOOD, MACHINE)
    bounds.check(Case("a phase", "a group", lambda memory: GOOD), Run(0.3), MACHINE)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (changed(rows=999_999), "999,999 rows were made, 1,000,000 were asked for"),
        (changed(rows=None), "0 rows were made"),
        (changed(wall_s=0.0), "is no time"),
        (changed(wall_s=0.002, cpu_s=None, cells=10**8), "more than memory takes"),
        (changed(bytes=0), "no byte was written"),
        (changed(bytes=5 * 10**9), "2,500 MB/s is more than can be written here, 2,000 MB/s"),
        (changed(cpu_s=0.1), "less than a tenth"),
        (changed(cpu_s=9.0), "more than 2 processors have"),
        (changed(peak_bytes=9 * 2**30), "9,216 MiB are more than there are"),
    ],
)
def test_what_cannot_be_is_refused(found, said):
    with pytest.raises(bounds.RefusedError, match=f"^a case: .*{said}"):
        bounds.check(ASKED, found, MACHINE)


def test_no_row_where_rows_are_counted():
    with pytest.raises(bounds.RefusedError, match="no row was made"):
        bounds.check(Case("a case", "a group", lambda memory: GOOD), changed(rows=0, cells=0), MACHINE)


@pytest.fixture
def small(monkeypatch):
    """The command line with cases of one's own, on the machine that is made up."""

    def on(*cases, words=("--runs", "2")):
        monkeypatch.setattr(sys, "argv", ["run", *words])
        monkeypatch.setattr(machine, "pin", lambda: None)
        monkeypatch.setattr(machine, "machine", lambda: MACHINE)
        monkeypatch.setattr(run, "own", lambda databases, size: (list(cases), {}))
        return run.main()

    return on


def test_a_run_that_is_refused_writes_nothing(small, tmp_path, capsys):
    path = tmp_path / "result.json"
    bad = Case("a case", "a group", lambda memory: changed(cpu_s=0.0), asked=1_000_000)
    assert small(bad, words=["--to", str(path)]) == 1
    assert "nothing is written: a case: 0.00 CPU-s are less than a tenth" in capsys.readouterr().err
    assert not path.exists()


def test_a_small_run_is_tried_to_its_end(small, tmp_path, capsys):
    path, bad = tmp_path / "result.json", Case("a case", "a group", lambda memory: changed(bytes=0))
    words = ["--size", "0.5", "--runs", "1", "--to", str(path)]
    assert small(bad, Case("another", "a group", lambda memory: GOOD), words=words) == 1
    printed = capsys.readouterr()
    assert (
        "1 of 1  another" in printed.err
        and "nothing is written: a case: no byte" in printed.err
        and "| another |" in printed.out
    )
    assert not path.exists()


def test_a_rival_that_fails_is_named_and_the_others_are_written(small, tmp_path, capsys):
    path = tmp_path / "result.json"

    def fails(memory):
        raise FailedError("chisel failed with 1:\nout of stone")

    assert small(ASKED, Case("Chisel", "a group", fails, ours=False), words=["--runs", "2", "--to", str(path)]) == 0
    written = results.read(path)
    assert list(written["cases"]) == ["a case"] and len(written["cases"]["a case"]["runs"]) == 2
    assert written["not_run"] == {"Chisel": "it failed: out of stone"}
    assert "| a case | 2 | 2.00 (2.00 – 2.00) | 3.60 | 500,000 | 277,778 |" in capsys.readouterr().out


def test_no_such_case(small, capsys):
    assert small(ASKED, words=["--only", "nonsense"]) == 2
    assert "no case's name holds 'nonsense': a case" in capsys.readouterr().err


BURNS = "import time\nend = time.process_time() + 0.4\nwhile time.process_time() < end: pass"
LEAVES = f"import subprocess, sys\nsubprocess.Popen([sys.executable, '-c', {BURNS!r}])\nprint('done')"


def test_what_a_command_leaves_behind_counts():
    """A process that outlives its parent, as Spark's does: its CPU seconds are the command's."""
    printed, found = measure([sys.executable, "-c", LEAVES])
    assert printed == "done\n" and found.cpu_s >= 0.35 and found.peak_bytes is None


def test_memory_is_sampled_where_it_is_asked_for():
    _, found = measure(
        [sys.executable, "-c", "import time; held = bytes([1]) * 50_000_000; time.sleep(1)"], memory=True
    )
    assert found.peak_bytes > 50_000_000


def test_a_command_that_fails_says_why():
    with pytest.raises(FailedError, match="no such luck"):
        measure([sys.executable, "-c", "raise SystemExit('no such luck')"])
