"""Signals end a run at once, with one line: nothing is left in OUT, and no worker goes on or complains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from synth.cli import main
from tests.support.targets import LONG

# what the console program is, with workers that are spawned
SPAWNED = "import sys, polars; from synth.cli import entry; sys.argv[0] = 'synth'; entry()"
ENDS = {
    signal.SIGINT: (130, "synth: stopped; nothing half-done is left\n"),
    signal.SIGTERM: (143, "synth: ended by SIGTERM; nothing half-done is left\n"),
    signal.SIGHUP: (129, "synth: ended by SIGHUP; nothing half-done is left\n"),
}


def processes(session: int) -> list[str]:
    """Those of a session that are there, but for zombies."""
    lines = subprocess.run(["ps", "-s", str(session), "-o", "stat=,args="], capture_output=True, text=True).stdout
    return [line for line in lines.splitlines() if line[0] != "Z"]


PROGRAMS = {"forked": ["-m", "synth"], "spawned": ["-c", SPAWNED]}
RUNS = [  # each signal with workers of either kind, one of them with all
    (number, workers, program) for number in ENDS for workers in ("1", "2") for program in PROGRAMS
    if LONG or number == signal.SIGINT or (workers, program) in (("1", "forked"), ("2", "spawned"))
]  # fmt: skip


@pytest.mark.parametrize(("number", "workers", "program"), RUNS)
@pytest.mark.some(4)
def test_a_run_ends(number, workers, program, environment, tmp_path):
    """The whole session gets the signal, as from a terminal, as soon as there are files."""
    words = ["generate", "ecommerce", "--scale", "5", "--workers", workers, "--out", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, *PROGRAMS[program], *words], env=environment, start_new_session=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL), text=True,
    )  # fmt: skip
    try:
        while not list(tmp_path.glob(".ecommerce.making/order_items/*")):
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        os.killpg(process.pid, number)
        said, _ = process.communicate(timeout=30)
        code, line = ENDS[number]
        assert (process.returncode, said) == (code, line)
        assert list(tmp_path.iterdir()) == []
        end = time.monotonic() + 5
        while processes(process.pid) and time.monotonic() < end:
            time.sleep(0.05)
        assert not processes(process.pid)
    finally:
        process.kill()
        process.wait()


PRESSES = """
import os, sys

class Presses:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["PRESSED_AT"]:
            os.kill(os.getpid(), int(os.environ["PRESSED"]))

sys.meta_path.insert(0, Presses())
"""


@pytest.mark.parametrize(
    "begun", [["-m", "synth"], ["-c", "from synth.__main__ import entry; entry()"]], ids=["module", "installed"]
)
@pytest.mark.parametrize(("imported", "number"), [("signal", signal.SIGINT), *(("typer", number) for number in ENDS)])
def test_a_program_that_has_hardly_begun(imported, number, begun, environment, tmp_path):
    """A signal while it is being imported: one line, and no traceback; Python itself has begun by then."""
    (tmp_path / "sitecustomize.py").write_text(PRESSES)
    paths = os.pathsep.join([str(tmp_path), environment.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, *begun, "datasets"], capture_output=True, text=True,
        env={**environment, "PYTHONPATH": paths, "PRESSED_AT": imported, "PRESSED": str(int(number))},
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )  # fmt: skip
    assert (done.returncode, done.stderr, done.stdout) == (*ENDS[number], "")


def test_who_ignores_hangups_is_not_ended_by_them(environment, tmp_path):
    code = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); from synth.cli import signals; signals.listen()\n"
    )
    code += "import os; os.kill(os.getpid(), signal.SIGHUP); print('here')"
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "here\n"


SLOW = """
dataset: slow
period: {start: 2024-01-01, until: 2025-01-01}
tables: {t: {rows: 200_000, columns: {id: {key: sequence}}}}
rules: {never: "SELECT a.id FROM t a JOIN t b ON a.id % 10 = b.id % 10 GROUP BY a.id HAVING COUNT(*) < 0"}
"""


@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
def test_a_verification_ends(number, environment, tmp_path):
    """DuckDB raises an error of its own where it is interrupted."""
    (tmp_path / "slow.yaml").write_text(SLOW)
    (tmp_path / "tmp").mkdir()
    assert main(["generate", str(tmp_path / "slow.yaml"), "--out", str(tmp_path), "--workers", "1"]) == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "synth", "verify", str(tmp_path / "slow")], start_new_session=True, text=True,
        env={**environment, "TMPDIR": str(tmp_path / "tmp")}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
    )  # fmt: skip
    try:
        while not list((tmp_path / "tmp").iterdir()):
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        time.sleep(1)  # the checksums and fingerprints take less, and the rule both processors
        process.send_signal(number)
        said, _ = process.communicate(timeout=30)
        assert (process.returncode, said) == ENDS[number]
        assert not list((tmp_path / "tmp").iterdir())
    finally:
        process.kill()
        process.wait()


AGAIN = """
import os, signal, sys
from synth.cli import entry, mistake, secrets
told = secrets.without_secrets
def once_more(*words):
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGTERM)
    return told(*words)
def broken(*_): raise ERROR
secrets.without_secrets, sys.argv = once_more, ["synth", "datasets"]
import synth.cli
synth.cli._run = broken
entry()
"""


@pytest.mark.parametrize(
    ("error", "code"),
    [("ZeroDivisionError('x')", 70), ("KeyboardInterrupt", 130), ("synth.errors.OptionError('x')", 2)],
)
def test_a_signal_while_the_end_is_told(error, code, environment):
    run = subprocess.run(
        [sys.executable, "-c", AGAIN.replace("ERROR", error)], env=environment, capture_output=True, text=True
    )
    assert run.returncode == code and "Traceback" not in run.stderr and run.stderr.startswith("synth: ")


def test_a_report_starts_no_process(monkeypatch):
    """What a signal ends beside this one would say so."""
    monkeypatch.setattr(subprocess, "Popen", None)
    from synth.cli import mistake

    assert "a mistake of ours" in mistake.told(ValueError("x"), ["check"])


LOST = """
import os, signal, sys
import synth.draw.task as task
from synth.cli import entry

class Late:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)  # and what its handler raises here is lost
        for _ in range(1_000):
            pass

def run(context, each, draw=task.run_task):
    made = draw(context, each)
    if each.family == "orders":
        Late()
    return made

task.run_task = run
sys.argv[0] = "synth"
entry()
"""


def test_a_signal_that_comes_within_a_destructor_is_not_lost(environment, tmp_path):
    words = ["generate", "ecommerce", "--scale", "0.5", "--workers", "1", "--out", str(tmp_path)]
    ran = subprocess.run(
        [sys.executable, "-c", LOST, *words], env=environment, capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stderr) == ENDS[signal.SIGINT] and not list(tmp_path.iterdir())
