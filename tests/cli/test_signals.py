"""Signals end a run at once, with one line: nothing is left in OUT, and no worker goes on or complains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

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


@pytest.mark.parametrize("program", [["-m", "synth"], ["-c", SPAWNED]], ids=["forked", "spawned"])
@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", ENDS, ids=lambda number: number.name)
def test_a_run_ends(number, workers, program, environment, tmp_path):
    """The whole session gets the signal, as from a terminal, as soon as there are files."""
    words = ["generate", "ecommerce", "--scale", "5", "--workers", workers, "--out", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, *program, *words], env=environment, start_new_session=True, stdout=subprocess.PIPE,
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
