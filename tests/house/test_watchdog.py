"""A test run that is killed leaves no server behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.support.watchdog import running_in

ROOT = Path(__file__).resolve().parents[2]
SOON_S = 30.0  # of a busy machine; on a quiet one it is two


def killed(program: str, environment, *words) -> Path:
    """The folder that a run names which says that it stands, and is killed there."""
    run = subprocess.Popen(
        [sys.executable, "-c", f"{program}\nimport time\ntime.sleep(600)", *words],
        stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT, start_new_session=True,
    )  # fmt: skip
    assert run.stdout is not None
    folder = Path(run.stdout.readline().strip())
    assert running_in([str(folder)]), "it runs"
    os.kill(run.pid, signal.SIGKILL)
    run.wait()
    run.stdout.close()
    return folder


def ended(folder: Path) -> bool:
    end = time.monotonic() + SOON_S
    while running_in([str(folder)]) and time.monotonic() < end:
        time.sleep(0.05)
    return not running_in([str(folder)])


DETACHED = """
import subprocess, sys, tempfile
from pathlib import Path
from tests.support import watchdog
folder = tempfile.mkdtemp(prefix="synth-watched-")
watchdog.watch(Path(folder), remove=True)
words = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(600)", folder]
child = subprocess.Popen(words, start_new_session=True, stdout=subprocess.PIPE)
child.stdout.readline()
print(folder, flush=True)
"""


def test_what_went_to_the_background_ends_with_the_run(environment):
    folder = killed(DETACHED, environment)
    assert ended(folder)
    end = time.monotonic() + SOON_S
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert not folder.exists()


def test_others_folders_are_left_alone(environment, tmp_path):
    own = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", str(tmp_path)])
    try:
        assert ended(killed(DETACHED, environment))
        assert running_in([str(tmp_path)]) and own.poll() is None
    finally:
        own.kill()
        own.wait()


def test_folders_that_begin_alike_are_told_apart(tmp_path):
    """Of two runs at once, the end of the first ended the servers of the other."""
    (tmp_path / "run-10").mkdir()
    words = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(600)"]
    own = [
        subprocess.Popen([*words, f"{way}{tmp_path}/run-10{end}"], stdout=subprocess.PIPE)
        for way, end in (("", "/x"), ("--out=", ""))
    ]
    try:
        for each in own:  # until then its words may not be seen
            each.stdout.readline()
        assert not running_in([f"{tmp_path}/run-1"])
        assert {process for process, _ in running_in([f"{tmp_path}/run-10"])} == {each.pid for each in own}
    finally:
        for each in own:
            each.kill()
            each.communicate()


SERVER = """
import sys
from tests.support.servers import SERVERS
print(SERVERS[sys.argv[1]]().folder, flush=True)
"""


@pytest.mark.parametrize("name", ["postgres", "mysql"])
def test_a_killed_run_leaves_no_server(name, database, environment):
    database(name)  # skips where there is none
    assert ended(killed(SERVER, environment, name))


EMBEDDED = """
import sys
from pathlib import Path
from synth.databases.postgres import embedded
from tests.support import watchdog
watchdog.watch(Path(sys.argv[1]))
embedded.start(Path(sys.argv[1]))
print(sys.argv[1], flush=True)
"""


def test_a_killed_run_leaves_no_embedded_server(environment):
    with tempfile.TemporaryDirectory(prefix="synth-embedded-") as folder:
        assert ended(killed(EMBEDDED, environment, folder))
